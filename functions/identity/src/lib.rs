//! Who comes in: signing in, one's own account, and the keys of other systems.
//!
//! What must stay true: no answer tells whether an account exists; a password and a second factor's secret leave this
//! function only sealed; a key is shown once, in the answer to its making; nothing but a sign-in works without a session.

mod account;
mod factor;
mod keys;
mod sign_in;
mod totp;

use axum::Router;
use axum::routing::{delete, get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/identity/sessions", post(sign_in::sign_in))
        .route("/api/identity/sessions/current", delete(sign_in::sign_out))
        .route("/api/identity/sessions/others", delete(account::end_others))
        .route("/api/identity/me", get(sign_in::me))
        .route("/api/identity/account", get(account::show))
        .route("/api/identity/account/password", post(account::change_password))
        .route("/api/identity/keys", get(keys::list).post(keys::create))
        .route("/api/identity/keys/{id}/revocation", post(keys::revoke))
}

service::component!(routes);

#[cfg(test)]
mod tests;
