//! What follows once a case is known: its caller rates the result, has it redone, takes their data along or has it
//! destroyed; others with the same matter say so.
//!
//! What must stay true: nothing of an order is told to whoever has not its secret, and to whoever joins nothing but what
//! the public list shows; whoever sends the same command again gets its effect once.

mod data;
mod join;
mod verdict;

use axum::Router;
use axum::routing::{get, post};
use domain::order::WorkOrder;
use serde_json::{Value, json};
use service::App;
use store::{Document, Platform};

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/intake/orders/{reference}/rating", post(verdict::rate))
        .route("/api/intake/orders/{reference}/redo", post(verdict::redo))
        .route("/api/intake/orders/{reference}/export", get(data::export))
        .route("/api/intake/orders/{reference}/erasure", post(data::erase))
        .route("/api/intake/public/{number}/me-too", post(join::join))
}

service::component!(routes);

/// Where the case stands now; the whole view is one GET away.
fn standing(document: &Document<WorkOrder>) -> Value {
    let order = &document.state;
    json!({
        "id": document.id, "number": order.registered.number, "version": document.version, "status": order.status,
    })
}
