//! A client that sends exactly what a test says and reads the whole answer.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client as Pool, Error};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// Headers of a request.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

/// A town's address and the connections to it.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Client {
    pub fn new(base: String) -> Self {
        Self { base, pool: Pool::builder(TokioExecutor::new()).build_http() }
    }

    /// Sends; an error means that no whole answer came back.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: impl Into<Bytes>,
    ) -> Result<Reply, Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.pool.request(request.body(Full::new(body.into())).unwrap()).await?;
        let (parts, body) = response.into_parts();
        // A body that breaks off is no answer; the legacy client has no public error for it.
        let Ok(body) = body.collect().await else {
            return Ok(Reply { status: StatusCode::BAD_GATEWAY, headers: parts.headers, body: Bytes::new() });
        };
        Ok(Reply { status: parts.status, headers: parts.headers, body: body.to_bytes() })
    }

    pub async fn send(&self, method: Method, path: &str, headers: Headers<'_>, body: impl Into<Bytes>) -> Reply {
        let sent = self.try_send(method.clone(), path, headers, body).await;
        sent.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
    }

    pub async fn get(&self, path: &str, headers: Headers<'_>) -> Reply {
        self.send(Method::GET, path, headers, "").await
    }

    /// Posts JSON under an idempotency key.
    pub async fn post(&self, path: &str, key: &str, headers: Headers<'_>, body: &Value) -> Reply {
        let mut all = vec![("content-type", "application/json"), ("idempotency-key", key)];
        all.extend(headers);
        self.send(Method::POST, path, &all, body.to_string()).await
    }
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The JSON of an answer with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.body);
        self.json()
    }

    /// The problem of this status and code, in the one shape that problems have.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["type"], format!("urn:onetown:problem:{code}"));
        assert_eq!(problem["status"], status);
        for member in ["title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {problem}");
        }
        let trace = problem["traceId"].as_str().unwrap();
        assert!(trace.len() == 32 && self.header("traceparent").contains(trace), "{problem}");
        problem
    }
}
