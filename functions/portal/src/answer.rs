//! From a request to a response: method, target, condition, range.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE, VARY,
};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;

use crate::negotiate;
use crate::range::{self, Asked};
use crate::security;
use crate::site::{Asset, CITIZENS, Site, Target};

/// Vite puts a hash of the content into the names of these, so a name never changes its content.
const HASHED: &str = "assets/";
const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

const NO_SUCH_ROUTE: &str = r#"{"type":"about:blank","title":"Not Found","status":404,"code":"not_found","detail":"There is nothing at this path."}"#;

/// Answers one request.
pub(crate) async fn answer(State(site): State<Arc<Site>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let reads = method == Method::GET || method == Method::HEAD;
    match site.resolve(uri.path(), negotiate::accepts_page(&headers)) {
        Target::NothingForeign => plain(StatusCode::NOT_FOUND, PROBLEM, NO_SUCH_ROUTE),
        Target::Nothing => not_found(&site, &headers),
        _ if !reads => {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, TEXT, "Method Not Allowed\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
        Target::Tiles => tiles(&site),
        Target::Directory => to_directory(&uri),
        Target::File(file) => serve(&site, &file, &method, &headers, "accept-encoding"),
        Target::Page(file) => serve(&site, &file, &method, &headers, "accept, accept-encoding"),
    }
}

/// A response with everything that every response carries.
fn respond(status: StatusCode, content_type: &'static str, length: usize, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    security::protect(headers, content_type);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
    response
}

fn plain(status: StatusCode, content_type: &'static str, text: &'static str) -> Response {
    respond(status, content_type, text.len(), Bytes::from_static(text.as_bytes()))
}

/// The build's own page for missing pages.
fn not_found(site: &Site, headers: &HeaderMap) -> Response {
    let Some(asset) = site.best("404.html", &negotiate::encodings(headers)) else {
        return plain(StatusCode::NOT_FOUND, TEXT, "Not Found\n");
    };
    let content_type = security::content_type("404.html");
    let mut response = respond(StatusCode::NOT_FOUND, content_type, asset.bytes.len(), asset.bytes.clone());
    describe_encoding(response.headers_mut(), &asset, "accept, accept-encoding");
    response
}

/// Not kept, because the source may change when the town starts again.
fn tiles(site: &Site) -> Response {
    let json = Bytes::copy_from_slice(site.tiles.json().as_bytes());
    respond(StatusCode::OK, JSON, json.len(), json)
}

/// An entry's pages, its service worker included, live below its slash.
fn to_directory(uri: &Uri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = plain(StatusCode::PERMANENT_REDIRECT, TEXT, "");
    if let Ok(location) = HeaderValue::try_from(format!("{}/{query}", uri.path())) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn describe_encoding(headers: &mut HeaderMap, asset: &Asset, vary: &'static str) {
    headers.insert(VARY, HeaderValue::from_static(vary));
    if let Some(token) = asset.encoding.token() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(token));
    }
}

/// A file: not modified, a part of it, or all.
fn serve(site: &Site, file: &str, method: &Method, asked: &HeaderMap, vary: &'static str) -> Response {
    let Some(asset) = site.best(file, &negotiate::encodings(asked)) else { return not_found(site, asked) };
    let content_type = security::content_type(file);
    let length = asset.bytes.len();
    let mut response = if is_known(asked, &asset.etag) {
        // The length is that of the file which is not sent, as RFC 9110 §8.6 has it.
        respond(StatusCode::NOT_MODIFIED, content_type, length, Bytes::new())
    } else {
        match part(method, asked, &asset) {
            Asked::Whole => respond(StatusCode::OK, content_type, length, asset.bytes.clone()),
            Asked::Part(range) => {
                let place = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
                let mut response =
                    respond(StatusCode::PARTIAL_CONTENT, content_type, range.len(), asset.bytes.slice(range));
                set(response.headers_mut(), CONTENT_RANGE, &place);
                response
            }
            Asked::Beyond => {
                let mut response = plain(StatusCode::RANGE_NOT_SATISFIABLE, TEXT, "");
                set(response.headers_mut(), CONTENT_RANGE, &format!("bytes */{length}"));
                return response;
            }
        }
    };
    let headers = response.headers_mut();
    describe_encoding(headers, &asset, vary);
    set(headers, ETAG, &asset.etag);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // A browser that kept the page takes the policy from here, too.
    if let Some(policy) = site.tiles.policy().filter(|_| file == CITIZENS) {
        headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
    }
    if file.starts_with(HASHED) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    }
    response
}

fn set(headers: &mut HeaderMap, name: axum::http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Whether the client has this very content; tags are compared weakly, as the condition asks.
fn is_known(asked: &HeaderMap, etag: &str) -> bool {
    let lines = asked.get_all(IF_NONE_MATCH).into_iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// What part is asked for. A condition with another tag, or with a date, means "all of it".
fn part(method: &Method, asked: &HeaderMap, asset: &Asset) -> Asked {
    let same = asked.get(IF_RANGE).is_none_or(|tag| tag.as_bytes() == asset.etag.as_bytes());
    match asked.get(RANGE).and_then(|header| header.to_str().ok()) {
        Some(header) if same && method == Method::GET => range::asked(header, asset.bytes.len()),
        _ => Asked::Whole,
    }
}
