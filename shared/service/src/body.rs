//! Reading bodies: bounded, of the announced kind, and never a reason for a panic or a 500.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use canon::ReadError;
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::StoreError;

use crate::problem::Problem;

/// 256 KiB: the longest form (2 000 characters of 4 bytes, nine attachments) is 12 KB; the rest is room for imports.
pub const JSON_BYTES_MAX: usize = 256 * 1024;

/// Reads at most `max` bytes.
///
/// # Errors
/// 413 `tooLarge` beyond that; 400 when the connection breaks off.
pub async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::try_from(max).unwrap_or(u64::MAX)) {
        return Err(too_large(max));
    }
    axum::body::to_bytes(body, max).await.map_err(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        if source.contains("length limit") {
            too_large(max)
        } else {
            Problem::malformed("The request broke off before it was complete. Send it again.")
        }
    })
}

fn too_large(max: usize) -> Problem {
    let detail = format!("The request is larger than {max} bytes.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "tooLarge", detail).with("maxBytes", max)
}

/// Reads a JSON body of at most `max` bytes; returns the bytes too.
///
/// # Errors
/// 415 unless it is announced as JSON, 413 when too large, 400 when it is not JSON, 422 when it has another shape.
pub async fn json<T: DeserializeOwned>(headers: &HeaderMap, body: Body, max: usize) -> Result<(T, Bytes), Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = "Send the body as application/json.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupportedMedia", detail));
    }
    let bytes = read(headers, body, max).await?;
    let value = canon::read(&bytes).map_err(|error| refused(&error))?;
    Ok((value, bytes))
}

fn refused(error: &ReadError) -> Problem {
    match error.syntax() {
        Some((line, column)) => Problem::malformed(format!("The body is not JSON at line {line}, column {column}.")),
        None => {
            let detail = format!("The body has a field of a wrong kind: {error}.");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrongShape", detail)
        }
    }
}

/// A JSON answer. Unlike `axum::Json` it writes through the one JSON writer that the store uses, which keeps components
/// small.
pub fn answer<T: Serialize>(value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(error) => Problem::from(StoreError::from(error)).into_response(),
    }
}
