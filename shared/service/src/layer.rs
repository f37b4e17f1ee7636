//! The outermost layer of every function: store access, problems, security headers, one log line.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;
use store::Platform;

use crate::app::App;
use crate::problem::Problem;

/// Why the log has no path: nothing is known of one that leads nowhere, so it may say anything.
const UNKNOWN: &str = "no such path";

/// Finishes a function's routes: problems for unknown paths and methods, headers, the log line.
pub fn finish<P: Platform>(routes: Router<App<P>>, app: App<P>) -> Router {
    routes
        .fallback(|| async { Problem::not_found().with_cause(UNKNOWN.to_owned()) })
        .method_not_allowed_fallback(|| async {
            let detail = "This address does not take that method; the Allow header says which.";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "methodNotAllowed", detail)
        })
        .layer(from_fn_with_state(app.clone(), observe::<P>))
        .with_state(app)
}

async fn observe<P: Platform>(State(app): State<App<P>>, mut request: Request, next: Next) -> Response {
    let access = app.access();
    let begun_ms = app.platform().now_ms();
    // 16 bytes for a trace, 8 for this part of it (W3C Trace Context).
    let entropy = base16ct::lower::encode_string(&access.random::<24>());
    let (fresh, span) = entropy.split_at(32);
    let trace_id = trace_id(request.headers()).unwrap_or_else(|| fresh.to_owned());
    let (method, mut route) = (request.method().clone(), route_of(request.uri().path()));
    request.extensions_mut().insert(access.clone());
    let mut response = next.run(request).await;
    let mut cause = None;
    let problem = response.extensions_mut().remove::<Problem>();
    // Axum's own 400 is for a path that is not UTF-8, in a text of its own: such an address leads nowhere.
    let unreadable = problem.is_none() && response.status() == StatusCode::BAD_REQUEST;
    if let Some(mut problem) = problem.or_else(|| unreadable.then(Problem::not_found)) {
        cause = problem.take_cause();
        if cause.as_deref() == Some(UNKNOWN) {
            route = ":id".to_owned();
        }
        let allow = response.headers().get(header::ALLOW).cloned();
        response = problem.allowing(allow).into_traced_response(&trace_id);
    }
    if method == Method::HEAD {
        response = without_body(response);
    }
    add_headers(response.headers_mut(), &trace_id, span);
    let line = json!({
        "route": format!("{method} {route}"), "status": response.status().as_u16(), "trace": trace_id,
        "ms": app.platform().now_ms().saturating_sub(begun_ms), "kv": access.operations(), "cause": cause,
    });
    app.platform().log(&line.to_string());
    response
}

fn without_body(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    (parts, ()).into_response()
}

fn add_headers(headers: &mut HeaderMap, trace_id: &str, span: &str) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    // Personal unless a handler said otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("00-{trace_id}-{span}-00")) {
        headers.insert(HeaderName::from_static("traceparent"), value);
    }
}

/// The trace id of a W3C Trace Context header, version 00.
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let mut parts = headers.get("traceparent")?.to_str().ok()?.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let hexadecimal = trace.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let valid = version == "00" && trace.len() == 32 && hexadecimal && trace.bytes().any(|byte| byte != b'0');
    valid.then(|| trace.to_owned())
}

/// The path of a route with everything that may name a case or a person replaced, for the log: segments with a digit, or
/// of an id's length, and the account behind `staff`. Axum's matched path would say as much, with more code.
fn route_of(path: &str) -> String {
    let names = |segment: &str| {
        segment.len() < 20 && segment.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'.')
    };
    let mut before = "";
    let shown = path.split('/').map(|segment| {
        let is_account = before == "staff";
        before = segment;
        if names(segment) && !is_account { segment } else { ":id" }
    });
    shown.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::route_of;

    #[test]
    fn the_log_names_routes_not_cases_nor_people() {
        assert_eq!(route_of("/api/intake/orders/YD12345-20261123-00042/urges"), "/api/intake/orders/:id/urges");
        assert_eq!(route_of("/api/intake/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa"), "/api/intake/orders/:id");
        assert_eq!(route_of("/api/catalogue"), "/api/catalogue");
        assert_eq!(route_of("/%E5%BC%A0"), "/:id");
        assert_eq!(route_of("/api/identity/staff"), "/api/identity/staff");
        assert_eq!(route_of("/api/identity/staff/li.wen/suspension"), "/api/identity/staff/:id/suspension");
    }
}
