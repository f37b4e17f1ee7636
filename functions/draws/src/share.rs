//! A contributor's secret, brought by anybody who has it: the hash that was committed to proves it.

use axum::response::Response;
use domain::inspection::{Draw, DrawStep, Refusal};
use draw::policy::{hex, reveal_hash, unhex_bytes};
use http::StatusCode;
use serde_json::json;
use service::{FieldError, Problem};

/// Bytes of a secret, as the pages make them.
const SECRET_BYTES: usize = 32;

/// The step that `secret` of `who` is, or the answer where it is there already.
pub(crate) fn step(draw: &Draw, who: &str, secret: &str) -> Result<Result<DrawStep, Response>, Problem> {
    let pledge = draw.commitment.pledges.iter().find(|pledge| pledge.who == who).ok_or(Refusal::NotPermitted)?;
    let secret = secret.trim().to_ascii_lowercase();
    let bytes = unhex_bytes(&secret).filter(|bytes| bytes.len() == SECRET_BYTES);
    let bytes = bytes.ok_or_else(|| Problem::invalid(vec![FieldError::new("/secret", "invalid")]))?;
    let id = draw.commitment.plan.id.as_str();
    if reveal_hash(id, who, &bytes) != *pledge.hash.as_bytes() {
        let detail = "This is not the secret that was committed to. Look at what you wrote down, digit by digit.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "secretMismatch", detail));
    }
    match answer(draw, who) {
        Some(answer) => Ok(Err(answer)),
        None => Ok(Ok(DrawStep::TakeShare { who: who.to_owned(), secret: hex(&bytes) })),
    }
}

/// That the secret is recorded.
pub(crate) fn answer(draw: &Draw, who: &str) -> Option<Response> {
    let share = draw.shares.iter().find(|share| share.who == who)?;
    Some(service::json(&json!({"id": draw.commitment.plan.id, "who": share.who, "revealedAt": share.at})))
}
