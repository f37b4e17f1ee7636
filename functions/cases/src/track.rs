//! Tracking: what the owner of a case sees.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::order::{Action, WorkOrder};
use http::{StatusCode, header};
use service::{Call, Keys, Problem};
use store::{Document, Platform};

use crate::view;

/// `GET /api/intake/orders/{reference}`
pub(crate) async fn track<P: Platform>(call: Call<P>, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = orders::open(&call, &reference).await?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let actions = view::actions(&case.document.state, &catalogue, call.access.now());
    let etag = etag(case.document.version, &actions);
    let known = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(etag.as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let view = view::citizen(&case.document, &case.keys, &catalogue, actions);
    Ok(([(header::ETAG, etag)], service::json(&view)).into_response())
}

/// The version, and what is possible: an urge or a rating becomes so, or ceases to be, without anything happening.
fn etag(version: u64, actions: &[Action]) -> String {
    let possible: String = actions.iter().map(|action| if action.allowed { '1' } else { '0' }).collect();
    format!("\"{version}-{possible}\"")
}

/// The citizen's view of a document.
pub(crate) async fn respond<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    document: &Document<WorkOrder>,
) -> Result<Response, Problem> {
    let catalogue = call.app.catalogue(&call.access).await?;
    let actions = view::actions(&document.state, &catalogue, call.access.now());
    Ok(service::json(&view::citizen(document, keys, &catalogue, actions)).into_response())
}
