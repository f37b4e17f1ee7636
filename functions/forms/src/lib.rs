//! What a form needs to know of the town. Loading and changing the town is the function `catalogue`.
//!
//! What must stay true: the answer holds nothing but the catalogue in force, so that anybody may keep it.

mod map;
mod notices;
mod show;

use axum::Router;
use axum::routing::get;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/catalogue", get(show::show))
        .route("/api/catalogue/map", get(map::show))
        .route("/api/catalogue/notices", get(notices::list))
}

service::component!(routes);
