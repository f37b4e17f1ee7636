//! Staff and their sessions.
//!
//! What must stay true: no answer tells whether an account exists; a password leaves this function only as a sealed
//! Argon2id hash; nothing but a sign-in and the first administrator's creation works without a session.

mod enrol;
mod password;
mod setup;
mod sign_in;

use axum::Router;
use axum::routing::{delete, get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/identity/setup", post(setup::set_up))
        .route("/api/identity/sessions", post(sign_in::sign_in))
        .route("/api/identity/sessions/current", delete(sign_in::sign_out))
        .route("/api/identity/me", get(sign_in::me))
        .route("/api/identity/staff", post(enrol::enrol))
}

service::component!(routes);

#[cfg(test)]
mod tests;
