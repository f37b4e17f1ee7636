//! A client of the product's own API: what the command does to a town, anybody could do with curl.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::CliError;

/// Tries of one request while the answer is 503: with waits of at most 5 s they end after 30 s, when a claim that a
/// crashed request left behind is free again.
const TRIES_MAX: u32 = 8;
/// The longest wait between two of them.
const WAIT_MAX_S: u64 = 5;

/// A town's API, perhaps signed in.
pub struct Api {
    http: Client<HttpConnector, Full<Bytes>>,
    base: String,
    session: Option<Session>,
}

struct Session {
    cookie: String,
    csrf: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
    cookie: Option<String>,
    retry_after_s: u64,
}

impl Reply {
    /// The problem's stable code.
    pub fn code(&self) -> &str {
        self.body.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// The problem as a sentence for people.
    pub fn problem(&self) -> CliError {
        let detail = self.body.get("detail").and_then(Value::as_str).unwrap_or("no reason was given");
        let fields = self.body.get("errors").map(|errors| format!(" {errors}")).unwrap_or_default();
        CliError::Said(format!("{} {}: {detail}{fields}", self.status.as_u16(), self.code()))
    }
}

impl Api {
    /// The API at `base`, such as `http://127.0.0.1:3000`.
    ///
    /// # Errors
    /// For anything but plain http.
    pub fn new(base: &str) -> Result<Self, CliError> {
        let base = base.trim_end_matches('/').to_owned();
        if !base.starts_with("http://") {
            let what = "this command speaks plain http; for a remote town open a tunnel first, such as \
                        `kubectl port-forward` or `ssh -L`, and give --url http://127.0.0.1:PORT";
            return Err(CliError::Said(format!("{base}: {what}")));
        }
        Ok(Self { http: Client::builder(TokioExecutor::new()).build_http(), base, session: None })
    }

    /// Creates the first administrator; false when there is one already.
    ///
    /// # Errors
    /// The answer's problem.
    pub async fn set_up(&self, token: &str, body: &Value, key: &str) -> Result<bool, CliError> {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        let reply = self.send(Method::POST, "/api/identity/setup", &headers, Some(body)).await?;
        match reply.status {
            StatusCode::CREATED => Ok(true),
            StatusCode::CONFLICT if reply.code() == "alreadySetUp" => Ok(false),
            _ => Err(reply.problem()),
        }
    }

    /// Signs in, with an authenticator app's code where the account needs one; later requests are made as that person.
    ///
    /// # Errors
    /// The answer's problem.
    pub async fn sign_in(&mut self, account: &str, password: &str, code: Option<&str>) -> Result<(), CliError> {
        let body = json!({"account": account, "password": password, "code": code});
        let reply = self.send(Method::POST, "/api/identity/sessions", &[], Some(&body)).await?;
        let csrf = reply.body.get("csrf").and_then(Value::as_str);
        let cookie = reply.cookie.as_deref().and_then(|cookie| cookie.split(';').next());
        match (reply.status, cookie, csrf) {
            (StatusCode::CREATED, Some(cookie), Some(csrf)) => {
                self.session = Some(Session { cookie: cookie.to_owned(), csrf: csrf.to_owned() });
                Ok(())
            }
            _ => Err(reply.problem()),
        }
    }

    /// Ends the session.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn sign_out(&mut self) -> Result<(), CliError> {
        self.send(Method::DELETE, "/api/identity/sessions/current", &[], None).await?;
        self.session = None;
        Ok(())
    }

    /// Reads.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn read(&self, path: &str) -> Result<Reply, CliError> {
        self.send(Method::GET, path, &[], None).await
    }

    /// Changes something under this idempotency key.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn change(&self, method: Method, path: &str, key: &str, body: &Value) -> Result<Reply, CliError> {
        self.send(method, path, &[("idempotency-key", key)], Some(body)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, CliError> {
        let mut tried = 0;
        loop {
            let reply = self.send_once(&method, path, headers, body).await?;
            tried += 1;
            if reply.status != StatusCode::SERVICE_UNAVAILABLE || tried >= TRIES_MAX {
                return Ok(reply);
            }
            tokio::time::sleep(Duration::from_secs(reply.retry_after_s.clamp(1, WAIT_MAX_S))).await;
        }
    }

    async fn send_once(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, CliError> {
        let failed = |what: &dyn std::fmt::Display| CliError::Said(format!("{method} {}{path}: {what}", self.base));
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(Session { cookie, csrf }) = &self.session {
            request = request.header(header::COOKIE, cookie).header("x-csrf-token", csrf);
        }
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::new(bytes)).map_err(|error| failed(&error))?;
        let response = self.http.request(request).await.map_err(|_| failed(&"nobody answers; is the town up?"))?;
        let text = |name| response.headers().get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let cookie = text(header::SET_COOKIE).map(str::to_owned);
        let retry_after_s = text(header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok()).unwrap_or(1);
        let status = response.status();
        let bytes = response.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes();
        // Not every answer is ours: a proxy's may be HTML.
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Reply { status, body, cookie, retry_after_s })
    }
}
