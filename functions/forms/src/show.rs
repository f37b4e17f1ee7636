//! What a form needs to know of the town, in one cacheable answer.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use service::{Call, Problem};
use store::Platform;

/// A minute: a changed catalogue reaches browsers soon enough, and a form asks at most once.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// `GET /api/catalogue`
pub(crate) async fn show<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    let catalogue = call.app.catalogue(&call.access).await?;
    let etag = format!("\"{}\"", catalogue.version);
    let known = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let headers =
        [(header::CACHE_CONTROL, CACHE_CONTROL), (header::ETAG, HeaderValue::try_from(&etag).unwrap_or(CACHE_CONTROL))];
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, service::json(&catalogue.view())).into_response())
}
