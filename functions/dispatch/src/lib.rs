//! The command centre and the units: queues, orders, the steps of handling, search.
//!
//! What must stay true: the permission table and the order itself decide who sees and does what, nothing here does; an
//! order that somebody may not see answers as one that does not exist; a step is taken on the version that its sender
//! saw, or not at all.

mod desk;
mod form;
mod queues;
mod search;
mod steps;
mod timeline;
mod units;
mod view;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/dispatch/queues", get(queues::all))
        .route("/api/dispatch/queues/{name}", get(queues::one))
        .route("/api/dispatch/orders", get(search::search))
        .route("/api/dispatch/orders/{reference}", get(view::show))
        .route("/api/dispatch/orders/{reference}/{step}", post(steps::take))
        .route("/api/dispatch/dashboard", get(search::dashboard))
        .route("/api/dispatch/units", get(units::list))
}

service::component!(routes);
