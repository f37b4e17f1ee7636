//! Checks (检查): what an inspector does at the subject's door, and what becomes of it until it is public.
//!
//! What must stay true: an inspector sees their own tasks and nobody else's, and none before the draw was assigned; what
//! people wrote, and the names of those who signed, are sealed before they reach the store.

mod desk;
mod steps;
mod view;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/inspection/checks/{draw}/{subject}", get(view::show))
        .route("/api/inspection/checks/{draw}/{subject}/{step}", post(steps::take))
}

service::component!(routes);
