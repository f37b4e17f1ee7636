//! A round of drand, whoever brings it: it proves itself by its signature.

use domain::inspection::{Draw, DrawStatus, DrawStep, Refusal};
use draw::beacon;
use draw::policy::unhex_bytes;
use http::StatusCode;
use service::{FieldError, Problem};

/// The step that takes `signature` as the randomness of `draw`.
///
/// # Errors
/// 409 where the draw waits for no round; 422 `wrongRound` with the one that it named, `entropyInvalid` where the
/// signature is not the network's, `invalid` where it is none.
pub fn round(draw: &Draw, round: u64, signature: &str) -> Result<DrawStep, Problem> {
    let named = draw.commitment.round.ok_or(Refusal::StateConflict)?;
    if draw.status != DrawStatus::Committed {
        return Err(Refusal::AlreadyDrawn.into());
    }
    if round != named {
        let detail = "The draw named another round. Bring that one.";
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrongRound", detail);
        return Err(problem.with("round", named));
    }
    let signature = signature.trim().to_ascii_lowercase();
    let Some(point) = unhex_bytes(&signature).filter(|bytes| bytes.len() == 48) else {
        return Err(Problem::invalid(vec![FieldError::new("/signature", "invalid")]));
    };
    if !beacon::verify(round, &point) {
        let detail = "This is not drand's signature of that round. Copy it again from the beacon.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "entropyInvalid", detail));
    }
    Ok(DrawStep::TakeEntropy { round, signature })
}
