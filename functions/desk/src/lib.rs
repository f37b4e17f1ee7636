//! One order on the desk of the command centre or of a unit: everything in one view; and looks at callers, each recorded.
//!
//! What must stay true: an order that somebody may not see answers as one that does not exist; nobody sees a caller's
//! name or number unless that look, with its purpose, is stored first.

mod looks;
mod names;
mod timeline;
mod view;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/dispatch/orders/{reference}", get(view::show))
        .route("/api/dispatch/orders/{reference}/caller-looks", post(looks::look))
        .route("/api/dispatch/looks", get(looks::list))
        .route("/api/dispatch/looks/{book}", get(looks::one))
}

service::component!(routes);
