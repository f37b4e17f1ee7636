//! Everything that shows staff many orders: queues, search, the dashboard.
//!
//! What must stay true: a row shows nobody what its order would not; a list says how far it is behind, and waits a
//! moment for the change whose slot the request names.

mod csv;
mod dashboard;
mod queues;
mod search;
mod units;

use axum::Router;
use axum::routing::get;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/dispatch/queues", get(queues::all))
        .route("/api/dispatch/queues/{name}", get(queues::one))
        .route("/api/dispatch/orders", get(search::search))
        .route("/api/dispatch/dashboard", get(dashboard::dashboard))
        .route("/api/dispatch/in-use", get(dashboard::in_use))
        .route("/api/dispatch/units", get(units::list))
}

service::component!(routes);
