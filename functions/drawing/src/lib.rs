//! Drawing inspections (双随机抽查, handbook §3): each draw's steps after the commitment, to its publication, and the tasks
//! that came of it.
//!
//! What must stay true: nothing is drawn that was not committed to; a refusal says which rule, and of whom.

mod numbers;
mod steps;
mod tasks;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/inspection/desk/{draw}/{step}", post(steps::take))
        .route("/api/inspection/checks", get(tasks::list))
}

service::component!(routes);
