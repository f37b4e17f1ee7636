//! One order on the desk of the command centre or of a unit: what it is, and the steps of handling.
//!
//! What must stay true: the permission table and the order itself decide who sees and does what, nothing here does; an
//! order that somebody may not see answers as one that does not exist; a step is taken on the version that its sender
//! saw, or not at all.

mod desk;
mod form;
mod steps;
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
        .route("/api/dispatch/orders/{reference}/{step}", post(steps::take))
}

service::component!(routes);
