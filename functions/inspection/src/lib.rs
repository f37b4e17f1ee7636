//! Planning inspections (双随机抽查, handbook §3): the libraries, the year's plan, and the tasks that came of it.
//!
//! What must stay true: nothing can be drawn that was not planned here and approved by somebody else; a refusal says which
//! rule, and of whom.

mod contributors;
mod library;
mod plan;
mod tasks;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/inspection/library", get(library::show))
        .route("/api/inspection/plan", get(plan::show).post(plan::propose))
        .route("/api/inspection/plan/{draw}/{step}", post(plan::take))
        .route("/api/inspection/checks", get(tasks::list))
}

service::component!(routes);
