//! Planning inspections (双随机抽查, handbook §3): the libraries and the year's plan.
//!
//! What must stay true: nothing can be drawn that was not planned here and approved by somebody else; a refusal says which
//! rule, and of whom.

mod library;
mod plan;

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
}

service::component!(routes);
