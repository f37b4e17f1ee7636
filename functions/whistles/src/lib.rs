//! Whistle-and-report (吹哨报到, handbook §2): the town whistles, units come, and what they agree on is done.
//!
//! What must stay true: whoever is neither of the centre nor called learns nothing, not even that there is a whistle; no
//! unit that an order complains about is called to it; what people write is sealed before it reaches the store.

mod blow;
mod desk;
mod list;
mod steps;
mod view;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/whistles", get(list::list).post(blow::blow))
        .route("/api/whistles/{id}", get(view::show))
        .route("/api/whistles/{id}/{step}", post(steps::take))
}

service::component!(routes);
