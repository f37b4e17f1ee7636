//! The town's catalogue: what a form needs to know of it, and the administrator's load of its files.
//!
//! What must stay true: the catalogue that functions read is one that was found free of mistakes as a whole; every
//! earlier state can be read again.

mod files;
mod load;
mod show;

use axum::Router;
use axum::routing::get;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/catalogue", get(show::show))
        .route("/api/admin/catalogue", get(load::show).put(load::load))
}

service::component!(routes);
