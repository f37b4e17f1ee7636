//! Citizens and their cases: track, supplement, urge, withdraw.
//!
//! What must stay true: without the case secret nothing of an order can be seen but its row in the public list; whoever
//! sends the same command again gets its effect once.

mod actions;
mod track;
mod view;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/intake/orders/{reference}", get(track::track))
        .route("/api/intake/orders/{reference}/supplements", post(actions::supplement))
        .route("/api/intake/orders/{reference}/urges", post(actions::urge))
        .route("/api/intake/orders/{reference}/withdrawal", post(actions::withdraw))
}

service::component!(routes);
