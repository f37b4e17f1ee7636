//! Tracking: what the owner of a case sees.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::catalogue::Catalogue;
use domain::order::WorkOrder;
use domain::time::Moment;
use http::{HeaderValue, StatusCode, header};
use service::{Call, Keys, Problem};
use store::{Document, Platform};

use crate::view;

/// `GET /api/intake/orders/{reference}`
pub(crate) async fn track<P: Platform>(call: Call<P>, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = orders::open(&call, &reference).await?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let etag = etag(&case.document, &catalogue, call.access.now());
    let known = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(etag.as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let mut response = respond(&call, &case.keys, &case.document).await?;
    if let Ok(etag) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// The version, and what is possible: an urge or a rating becomes so, or ceases to be, without anything happening.
fn etag(document: &Document<WorkOrder>, catalogue: &Catalogue, now: Moment) -> String {
    let actions = view::actions(&document.state, catalogue, now);
    let possible: String = actions.iter().map(|action| if action.allowed { '1' } else { '0' }).collect();
    format!("\"{}-{possible}\"", document.version)
}

/// The citizen's view of a document.
pub(crate) async fn respond<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    document: &Document<WorkOrder>,
) -> Result<Response, Problem> {
    let catalogue = call.app.catalogue(&call.access).await?;
    Ok(service::json(&view::citizen(document, keys, &catalogue, call.access.now())).into_response())
}
