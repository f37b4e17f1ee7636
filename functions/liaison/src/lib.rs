//! The hotline as the centre sees it: platforms, what a message would become, tickets, what needs a person.
//!
//! What must stay true: nobody sees a name, a phone number, an address or words of a caller here, whatever the platform
//! sent; whoever needs those opens the order, where each look is recorded. Keys are named and never shown.

mod platforms;
mod preview;
mod redact;
mod tickets;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/hotline/platforms", get(platforms::list))
        .route("/api/hotline/preview", post(preview::preview))
        .route("/api/hotline/tickets", get(tickets::list))
        .route("/api/hotline/tickets/{id}", get(tickets::show))
        .route("/api/hotline/tickets/{id}/{step}", post(tickets::take))
}

service::component!(routes);
