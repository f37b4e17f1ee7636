//! Exports of orders: asking, deciding, taking, and who took what.
//!
//! What must stay true (handbook §9): nothing leaves before it is recorded with who, when, what for, which filter and how
//! many rows; an export that shows callers waits for another person; what is confidential never leaves with its caller.

mod ask;
mod list;
mod steps;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/exports", get(list::list).post(ask::ask))
        .route("/api/exports/{id}/{step}", post(steps::take))
}

service::component!(routes);
