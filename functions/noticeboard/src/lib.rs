//! What everybody may know of the town's cases: the public list, similar cases nearby, monthly figures.
//!
//! What must stay true: nothing here tells who reported, what was written, or where exactly; a figure of few cases is
//! not told; each answer may be kept by a cache, for it is the same for all.

mod public;
mod similar;
mod statistics;

use axum::Router;
use axum::routing::get;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/intake/public", get(public::list))
        .route("/api/intake/similar", get(similar::list))
        .route("/api/intake/statistics", get(statistics::show))
}

service::component!(routes);
