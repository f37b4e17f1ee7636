//! The 12345 webhook: whether both sides have the same.
//!
//! Whoever holds the clock key calls `POST /api/clock/reconciliation` beside the tick: it compares yesterday once a day.
//! Staff of the centre compare any day, and mend what differs. What must stay true: a comparison changes nothing but its
//! own report, and mending sends again what the other side takes for a repeat.

mod compare;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use domain::hotline::Upstreams;
use serde_json::json;
use service::session::StaffCall;
use service::{App, Call, Network, Problem};
use store::Platform;
use upstream::{Desk, Line};

/// The function's routes.
pub fn routes<P: Platform, N: Network>(network: N) -> Router<App<P>> {
    let (clocked, repairing) = (network.clone(), network.clone());
    let compare = move |staff: StaffCall<P>, request: Body| compare::on_demand(staff, request, network);
    let repair = move |staff: StaffCall<P>, request: Body| compare::repair(staff, request, repairing);
    Router::new()
        .route("/api/clock/reconciliation", post(move |call: Call<P>| daily(call, clocked)))
        .route("/api/hotline/reconciliation", get(compare::read::<P>).post(compare))
        .route("/api/hotline/reconciliation/repair", post(repair))
}

/// `POST /api/clock/reconciliation`
async fn daily<P: Platform, N: Network>(call: Call<P>, network: N) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    // Without a town there is nothing to compare; the store's own problems show in the next call.
    let Ok(catalogue) = call.app.catalogue(&call.access).await else {
        return Ok(service::json(&json!({ "compared": 0 })).into_response());
    };
    let (keys, upstreams) = (call.keys().await?, Upstreams::of(&catalogue.hotline));
    let secrets = upstream::platform_keys(&call).await?;
    let desk = Desk { call: &call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    let line = Line { desk: &desk, network: &network, secrets: &secrets };
    let compared = compare::daily(&compare::Comparer(line)).await?;
    Ok(service::json(&json!({ "compared": compared })).into_response())
}

#[cfg(target_family = "wasm")]
fn component_routes() -> Router<App<service::spin::Spin>> {
    routes(service::spin::Http)
}

service::component!(component_routes);
