//! Citizens: submit, track, supplement, urge, withdraw; attachments; the public list.
//!
//! What must stay true: an order is acknowledged only after it is stored; whoever sends the same request again gets the
//! same answer; without the case secret nothing of an order can be seen but its row in the public list; what a caller
//! typed about a person is sealed before it reaches the store.

mod actions;
mod attachments;
mod case;
mod form;
mod mask;
mod public;
mod submit;
mod view;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn router<P: Platform>(app: App<P>) -> Router {
    let routes = Router::new()
        .route("/api/intake/attachments", post(attachments::upload))
        .route("/api/intake/orders", post(submit::submit))
        .route("/api/intake/orders/{reference}", get(case::track))
        .route("/api/intake/orders/{reference}/attachments/{id}", get(attachments::download))
        .route("/api/intake/orders/{reference}/supplements", post(actions::supplement))
        .route("/api/intake/orders/{reference}/urges", post(actions::urge))
        .route("/api/intake/orders/{reference}/withdrawal", post(actions::withdraw))
        .route("/api/intake/public", get(public::list));
    service::finish(routes, app)
}

service::component!(router);
