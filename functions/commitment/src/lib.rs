//! Committing to a draw (双随机抽查, handbook §3): who may be drawn and by which rule is laid down and named by one hash.
//!
//! What must stay true: nothing is committed to that was not planned and approved by somebody else; what decides a draw
//! is laid down before its randomness exists; a draw is committed to once.

mod commit;
mod sources;

use axum::Router;
use axum::routing::post;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/inspection/desk/{draw}/commit", post(commit::take))
}

service::component!(routes);
