//! Administration of staff, and the first administrator.
//!
//! What must stay true: nobody administers themselves; a one-time password is shown once, in the answer to its
//! making; nothing but the first administrator's creation works without an administrator's session. The tests are
//! `functions/identity`'s, because what is done here shows at the sign-in.

mod enrol;
mod members;
mod setup;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/identity/setup", post(setup::set_up))
        .route("/api/identity/staff", get(members::list).post(enrol::enrol))
        .route("/api/identity/staff/{account}", get(members::one))
        .route("/api/identity/staff/{account}/{change}", post(members::change))
}

service::component!(routes);
