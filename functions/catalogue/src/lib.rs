//! The town's catalogue for its administrator: its files, what a change of them would change, and their history.
//!
//! What must stay true: the catalogue that functions read is one that was found free of mistakes as a whole; every
//! earlier state can be read again; what is loaded is what a preview of it showed.

mod diff;
mod draft;
mod files;
mod form;
mod history;
mod load;
mod preview;
mod table;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/admin/catalogue", get(history::show).put(load::load))
        .route("/api/admin/catalogue/preview", post(preview::preview))
}

service::component!(routes);
