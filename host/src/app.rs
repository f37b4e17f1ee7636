//! One request, from the connection to the component and back.
//!
//! Whatever a component does (trap, hang, answer nonsense) becomes a status here; nothing of it
//! reaches the host or another component.

use crate::instances::Factory;
use crate::kv::Trace;
use crate::metrics::Metrics;
use crate::routes::Routes;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Empty, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, ProxyHandler, TrapOrPanicError};
use wasmtime_wasi_http::{Error, WasiBody};

/// Asks for the trace, where the host allows it.
const TRACE_WISH: &str = "x-onetown-trace";

/// Where a route leads.
pub struct Served {
    /// The component's name.
    pub name: Arc<str>,
    /// Instances shared by requests.
    pub shared: ProxyHandler<Factory>,
    /// Instances of one request each, where traces are allowed.
    pub traced: Option<ProxyHandler<Factory>>,
}

/// A running application.
pub struct App {
    /// Which component answers what.
    pub routes: Routes,
    /// The components, in the order routes name them.
    pub components: Vec<Served>,
    /// Requests inside components at the same time; further ones wait.
    pub at_once: Semaphore,
    /// Longest time for an answer.
    pub timeout: Duration,
    /// Largest request body.
    pub body_max_bytes: usize,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

impl App {
    /// Answers one request. Never fails: what goes wrong is a status.
    pub async fn answer(&self, request: Request<Incoming>, client: SocketAddr) -> Response<WasiBody> {
        let started = Instant::now();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let response = self.route(request, client).await;
        let took = started.elapsed();
        self.metrics.answered(response.status().as_u16(), took);
        tracing::debug!("{method} {path} {} {took:?}", response.status().as_u16());
        response
    }

    async fn route(&self, mut request: Request<Incoming>, client: SocketAddr) -> Response<WasiBody> {
        let path = request.uri().path();
        // Spin keeps this prefix for itself.
        match path.strip_prefix("/.well-known/spin/") {
            Some("health") => return plain(StatusCode::OK, "OK"),
            Some(_) => return plain(StatusCode::NOT_FOUND, ""),
            None => {}
        }
        let Some(matched) = self.routes.find(path) else {
            return plain(StatusCode::NOT_FOUND, "");
        };
        let Some(served) = self.components.get(matched.component) else {
            return plain(StatusCode::NOT_FOUND, "");
        };
        let Some(uri) = absolute(&request) else {
            return plain(StatusCode::BAD_REQUEST, "The Host header is missing or wrong.\n");
        };
        matched.add_headers(request.headers_mut(), &uri.to_string(), client);
        *request.uri_mut() = uri;
        self.call(served, request).await
    }

    async fn call(&self, served: &Served, request: Request<Incoming>) -> Response<WasiBody> {
        let Some(request) = self.bounded(request) else {
            return plain(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.\n");
        };
        let wished = request.headers().get(TRACE_WISH).is_some_and(|wish| wish == "kv");
        let (handler, trace) = match &served.traced {
            Some(traced) if wished => (traced, Some(Arc::new(Trace::default()))),
            _ => (&served.shared, None),
        };
        let Ok(_place) = self.at_once.acquire().await else {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "The host is stopping.\n");
        };
        let started = Instant::now();
        match handler.handle(trace.clone(), request).await {
            Ok(mut response) => {
                if let Some(trace) = trace {
                    show(&trace, response.headers_mut());
                }
                response
            }
            Err(error) => self.failed(served, &error, started.elapsed()),
        }
    }

    /// Refuses a body announced too large, and cuts one that turns out so.
    fn bounded(&self, request: Request<Incoming>) -> Option<Request<WasiBody>> {
        let max = self.body_max_bytes;
        if request.body().size_hint().lower() > u64::try_from(max).unwrap_or(u64::MAX) {
            return None;
        }
        Some(request.map(|body| {
            if body.is_end_stream() {
                return Empty::new().map_err(Error::from).boxed_unsync();
            }
            let cut = move |error: Box<dyn std::error::Error + Send + Sync>| {
                if error.is::<LengthLimitError>() {
                    return Error::HttpRequestBodySize(u64::try_from(max).ok());
                }
                match error.downcast::<hyper::Error>() {
                    Ok(error) => Error::from(*error),
                    Err(error) => Error::InternalError(Some(error.to_string())),
                }
            };
            Limited::new(body, max).map_err(cut).boxed_unsync()
        }))
    }

    fn failed(&self, served: &Served, error: &wasmtime::Error, took: Duration) -> Response<WasiBody> {
        // A guest that hangs takes its instance with it: its neighbours see the instance end, and
        // only the time tells a deadline from a trap.
        let late = error.is::<ExpirationError>() || (error.is::<TrapOrPanicError>() && took >= self.timeout);
        if late {
            tracing::error!("component \"{}\" did not answer within {:?}", served.name, self.timeout);
            return plain(StatusCode::GATEWAY_TIMEOUT, "The function did not answer in time.\n");
        }
        if let Some(unborn) = error.downcast_ref::<InstantiationError<Option<Arc<Trace>>>>() {
            tracing::error!("component \"{}\" cannot start: {:#}", served.name, unborn.error);
            return plain(StatusCode::SERVICE_UNAVAILABLE, "The function cannot start.\n");
        }
        tracing::error!("component \"{}\" failed: {error:#}", served.name);
        plain(StatusCode::INTERNAL_SERVER_ERROR, "The function failed.\n")
    }
}

/// The request's address with scheme and host, as Spin builds it from the Host header.
fn absolute(request: &Request<Incoming>) -> Option<Uri> {
    let mut parts = request.uri().clone().into_parts();
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()?.parse().ok());
    let authority: http::uri::Authority = match (named, parts.authority.take()) {
        (Some(header), Some(line)) if header != line => return None,
        (Some(host), _) | (None, Some(host)) => host,
        (None, None) => return None,
    };
    parts.scheme = Some(http::uri::Scheme::HTTP);
    parts.authority = Some(authority);
    parts.path_and_query.get_or_insert_with(|| http::uri::PathAndQuery::from_static("/"));
    Uri::from_parts(parts).ok()
}

fn show(trace: &Trace, headers: &mut http::HeaderMap) {
    for (name, text) in [("x-kv-ops", trace.summary()), ("x-kv-keys", trace.keys())] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<WasiBody> {
    let body = Full::new(Bytes::from_static(text.as_bytes())).map_err(Error::from).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}
