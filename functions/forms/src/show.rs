//! What a form needs to know of the town, in one cacheable answer.

use axum::response::{IntoResponse, Response};
use domain::catalogue::Catalogue;
use http::{HeaderName, HeaderValue, StatusCode, header};
use service::{Call, Problem};
use store::Platform;

/// A minute: a changed catalogue reaches browsers soon enough, and a form asks at most once.
pub(crate) const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// `GET /api/catalogue`
pub(crate) async fn show<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    let catalogue = call.app.catalogue(&call.access).await?;
    let headers = cache_headers(&catalogue);
    if is_known(&call, &catalogue) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, service::json(&catalogue.view())).into_response())
}

fn etag(catalogue: &Catalogue) -> String {
    format!("\"{}\"", catalogue.version)
}

/// What a browser needs to keep an answer that depends on the catalogue alone.
pub(crate) fn cache_headers(catalogue: &Catalogue) -> [(HeaderName, HeaderValue); 2] {
    let etag = HeaderValue::try_from(etag(catalogue)).unwrap_or(CACHE_CONTROL);
    [(header::CACHE_CONTROL, CACHE_CONTROL), (header::ETAG, etag)]
}

/// Whether the browser has this version already.
pub(crate) fn is_known<P: Platform>(call: &Call<P>, catalogue: &Catalogue) -> bool {
    let known = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let etag = etag(catalogue);
    known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag))
}
