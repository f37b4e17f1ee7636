//! Drawing inspections (双随机抽查, handbook §3): each draw's steps after the commitment, to its publication.
//!
//! What must stay true: nothing is drawn that was not committed to; a refusal says which rule, and of whom.

mod numbers;
mod steps;

use axum::Router;
use axum::routing::post;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/inspection/desk/{draw}/{step}", post(steps::take))
}

service::component!(routes);
