//! Submitting.
//!
//! What must stay true: an order is acknowledged only after it is stored; whoever sends the same request again gets the
//! same answer; what a caller typed about a person is sealed before it reaches the store.

mod form;
mod submit;

use axum::Router;
use axum::routing::post;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/intake/orders", post(submit::submit))
}

service::component!(routes);
