//! Staff, sessions, and the administrator's load of the catalogue.
//!
//! What must stay true: no answer tells whether an account exists; a password leaves this function only as a sealed
//! Argon2id hash; the catalogue that functions read is one that was found free of mistakes as a whole; nothing but a
//! sign-in and the first administrator's creation works without a session.

mod catalogue;
mod enrol;
mod files;
mod password;
mod setup;
mod sign_in;

use axum::Router;
use axum::routing::{delete, get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn router<P: Platform>(app: App<P>) -> Router {
    let routes = Router::new()
        .route("/api/identity/setup", post(setup::set_up))
        .route("/api/identity/sessions", post(sign_in::sign_in))
        .route("/api/identity/sessions/current", delete(sign_in::sign_out))
        .route("/api/identity/me", get(sign_in::me))
        .route("/api/identity/staff", post(enrol::enrol))
        .route("/api/admin/catalogue", get(catalogue::show).put(catalogue::load));
    service::finish(routes, app)
}

#[cfg(target_family = "wasm")]
mod component {
    use std::sync::OnceLock;

    use spin_sdk::http::{IntoResponse, Request};
    use spin_sdk::http_service;
    use tower_service::Service as _;

    /// One router an instance: it holds what the instance may remember for a few seconds.
    static ROUTER: OnceLock<axum::Router> = OnceLock::new();

    #[http_service]
    async fn handle(request: Request) -> impl IntoResponse {
        let router = ROUTER.get_or_init(|| super::router(service::App::new(service::spin::Spin::default())));
        router.clone().call(request).await
    }
}

#[cfg(test)]
mod tests;
