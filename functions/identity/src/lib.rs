//! Staff and their sessions, and the keys of other systems.
//!
//! What must stay true: no answer tells whether an account exists; a password, a second factor's secret and a reason
//! leave this function only sealed; nothing but a sign-in and the first administrator's creation works without a session.

mod account;
mod enrol;
mod factor;
mod keys;
mod password;
mod person;
mod setup;
mod sign_in;
mod staff;
mod totp;

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
        .route("/api/identity/sessions/others", delete(account::end_others))
        .route("/api/identity/me", get(sign_in::me))
        .route("/api/identity/account", get(account::show))
        .route("/api/identity/account/password", post(account::change_password))
        .route("/api/identity/staff", get(staff::list).post(enrol::enrol))
        .route("/api/identity/staff/{account}", get(staff::one))
        .route("/api/identity/staff/{account}/{change}", post(staff::change))
        .route("/api/identity/keys", get(keys::list).post(keys::create))
        .route("/api/identity/keys/{id}/revocation", post(keys::revoke))
}

service::component!(routes);

#[cfg(test)]
mod tests;
