//! Drawing inspections (双随机抽查, handbook §3): each draw's steps, from the commitment to the assignment.
//!
//! What must stay true: nothing is drawn that was not planned, approved by somebody else and committed to; what decides a
//! draw is laid down before its randomness exists; a refusal says which rule, and of whom.

mod commit;
mod desk;
mod steps;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/inspection/desk/{draw}", get(desk::show))
        .route("/api/inspection/desk/{draw}/{step}", post(steps::take))
}

service::component!(routes);
