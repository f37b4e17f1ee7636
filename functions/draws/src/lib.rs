//! Draws in public: which there are, what each committed to and drew, its bundle, and the door for its randomness.
//!
//! What must stay true: what is answered here is about nobody who signed in; of a sealed draw nothing shows who was drawn
//! until its secret is out; a round or a contributor's secret is taken from anybody, and only if it proves itself.

mod entropy;
mod public;
mod results;
mod share;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/inspection/draws", get(public::list))
        .route("/api/inspection/draws/{id}", get(public::one))
        .route("/api/inspection/draws/{id}/bundle", get(public::file))
        .route("/api/inspection/draws/{id}/entropy", post(entropy::bring))
        .route("/api/inspection/results", get(results::list))
}

service::component!(routes);
