//! Everything that shows many orders: the public list, the queues of staff, search, the dashboard.
//!
//! What must stay true: a row shows nobody what its order would not; a list is at most two seconds old, and holds the
//! change whose slot the request names.

mod csv;
mod dashboard;
mod public;
mod queues;
mod search;
mod similar;
mod statistics;
mod units;

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
        .route("/api/dispatch/queues", get(queues::all))
        .route("/api/dispatch/queues/{name}", get(queues::one))
        .route("/api/dispatch/orders", get(search::search))
        .route("/api/dispatch/dashboard", get(dashboard::dashboard))
        .route("/api/dispatch/in-use", get(dashboard::in_use))
        .route("/api/dispatch/units", get(units::list))
}

service::component!(routes);
