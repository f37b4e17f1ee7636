//! Errors as RFC 9457 problems: one shape, made here and nowhere else.
//!
//! A handler answers with a [`Problem`]; it travels in the response's extensions until the outermost layer, which knows
//! the trace id, writes the body. What must stay true: `code` is stable and documented, `detail` says what to do next,
//! and nothing in a problem repeats what the caller typed.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use store::{CommitError, KvError, StoreError};

/// A field that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// RFC 6901 pointer into the request body.
    pub pointer: &'static str,
    /// Stable code, such as `required`.
    pub code: &'static str,
}

impl FieldError {
    /// The field at `pointer` is refused because of `code`.
    #[must_use]
    pub const fn new(pointer: &'static str, code: &'static str) -> Self {
        Self { pointer, code }
    }
}

/// An answer that is not the wished-for one.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    retry_after_s: Option<u32>,
    allow: Option<HeaderValue>,
    fields: Vec<FieldError>,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem with a stable code and a sentence that says what to do next.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let (fields, members) = (Vec::new(), Map::new());
        Self { status, code, detail: detail.into(), retry_after_s: None, allow: None, fields, members }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// 400: the request cannot be read.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 404, also for what the caller may not know to exist.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "notFound",
            "There is nothing here for you. Check the address, number and secret.",
        )
    }

    /// 422 with the fields that were refused.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let detail = "Some fields are not right; `errors` says which.";
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalidFields", detail) }
    }

    /// 429: wait so many seconds.
    #[must_use]
    pub fn too_many(code: &'static str, detail: impl Into<String>, retry_after_s: u32) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail).retry_after(retry_after_s)
    }

    /// 503: try the same again in a moment, with the same idempotency key.
    #[must_use]
    pub fn unavailable() -> Self {
        let detail = "The service is busy. Send the same request again in a moment; it will not be done twice.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(2)
    }

    /// With a further member, such as `availableAt`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// With a Retry-After header.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn into_traced_response(self, trace_id: &str) -> Response {
        let mut body = self.members;
        body.insert("type".to_owned(), json!(format!("urn:onetown:problem:{}", self.code)));
        body.insert("title".to_owned(), json!(self.status.canonical_reason().unwrap_or("Error")));
        body.insert("status".to_owned(), json!(self.status.as_u16()));
        body.insert("detail".to_owned(), json!(self.detail));
        body.insert("code".to_owned(), json!(self.code));
        body.insert("traceId".to_owned(), json!(trace_id));
        if !self.fields.is_empty() {
            let errors: Vec<Value> =
                self.fields.iter().map(|field| json!({"pointer": field.pointer, "code": field.code})).collect();
            body.insert("errors".to_owned(), Value::Array(errors));
        }
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, content_type, Value::Object(body).to_string()).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }

    pub(crate) fn allowing(self, allow: Option<HeaderValue>) -> Self {
        Self { allow, ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    /// Whatever the store says, the client's way on is the same: the same request again.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "damaged",
                "A stored record cannot be read. The administrator can see it in the log under this trace id.",
            ),
            StoreError::Kv(_) | StoreError::Busy => Self::unavailable(),
        }
        .with_cause(error.to_string())
    }
}

impl Problem {
    /// Keeps the cause for the log only.
    pub(crate) fn with_cause(mut self, cause: String) -> Self {
        self.members.insert(CAUSE.to_owned(), Value::String(cause));
        self
    }

    pub(crate) fn take_cause(&mut self) -> Option<String> {
        self.members.remove(CAUSE).and_then(|cause| cause.as_str().map(str::to_owned))
    }
}

/// Never sent: the outermost layer takes it out.
const CAUSE: &str = "\u{0}cause";

impl From<KvError> for Problem {
    fn from(error: KvError) -> Self {
        StoreError::from(error).into()
    }
}

impl<R> From<CommitError<R>> for Problem
where
    R: std::error::Error + Into<Self>,
{
    fn from(error: CommitError<R>) -> Self {
        match error {
            CommitError::NotFound => Self::not_found(),
            CommitError::Rejected(rejection) => rejection.into(),
            CommitError::OtherRequest => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotencyKeyReused",
                "This Idempotency-Key was used for another request. Use a new key for a new request.",
            ),
            CommitError::Full => {
                Self::new(StatusCode::CONFLICT, "caseFull", "This case file is full. Please open a new case.")
            }
            CommitError::Store(error) => error.into(),
        }
    }
}
