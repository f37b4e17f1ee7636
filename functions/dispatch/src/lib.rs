//! The steps of handling an order.
//!
//! What must stay true: the permission table and the order itself decide who does what, nothing here does; an order that
//! somebody may not see answers as one that does not exist; a step is taken on the version that its sender saw, or not
//! at all.

mod form;
mod steps;

use axum::Router;
use axum::routing::post;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/dispatch/orders/{reference}/{step}", post(steps::take))
}

service::component!(routes);
