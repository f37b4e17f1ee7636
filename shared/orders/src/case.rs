//! One case, opened with its secret.
//!
//! The number leads to the document in two reads; the receipt's link holds the document's id and needs one. Whatever is
//! wrong, number or secret, the answer is the same. After five wrong secrets in an hour the number is locked for the
//! rest of it; the id, which nobody can guess, only refuses further wrong ones, so that nobody can lock an owner out of
//! the receipt's link.

use canon::DocId;
use domain::order::{OrderNo, WorkOrder};
use domain::time::{HOUR_MS, Moment};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use service::keys::same_hash;
use service::{Call, Keys, Problem, rate};
use store::{Document, Platform, StoreError};

/// Wrong secrets per case and hour.
const WRONG_SECRETS_MAX: u32 = 5;

/// What a human number leads to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lookup {
    id: DocId,
    /// Set after too many wrong secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locked_until: Option<Moment>,
}

impl Lookup {
    /// Leads to `id`.
    #[must_use]
    pub fn to(id: &DocId) -> Self {
        Self { id: id.clone(), locked_until: None }
    }

    /// The document.
    #[must_use]
    pub const fn id(&self) -> &DocId {
        &self.id
    }

    /// As it is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A case whose secret was right.
pub struct Case {
    /// The order.
    pub document: Document<WorkOrder>,
    /// The installation's keys.
    pub keys: Keys,
}

/// Opens the case `reference` (a number or a document id) with the request's secret.
///
/// # Errors
/// 401 without a secret; 404 for a wrong one and for a wrong reference; 429 once too many were tried.
pub async fn open<P: Platform>(call: &Call<P>, reference: &str) -> Result<Case, Problem> {
    let secret = call.case_secret().ok_or_else(|| {
        let detail = "Send the case secret as `Authorization: Case <secret>`.";
        Problem::new(StatusCode::UNAUTHORIZED, "secretRequired", detail)
    })?;
    let keys = call.keys().await?;
    let number = reference.parse::<OrderNo>().ok();
    let lookup = match &number {
        Some(number) => find(call, number).await?,
        None => Lookup::to(&DocId::parse(reference).map_err(|_| Problem::not_found())?),
    };
    if let Some(until) = lookup.locked_until.filter(|until| call.access.now() < *until) {
        return Err(locked(until.ms_since(call.access.now())));
    }
    let bytes = call.access.get(&Document::<WorkOrder>::key_of(&lookup.id)).await?.ok_or_else(Problem::not_found)?;
    let document = Document::<WorkOrder>::parse(&bytes)?;
    let registered = &document.state.registered;
    // A number may be left over from a creation that another one overtook.
    if number.is_some_and(|number| number != registered.number) {
        return Err(Problem::not_found());
    }
    if !same_hash(&keys.case_secret_hash(&lookup.id, &secret), &registered.secret) {
        return Err(wrong_secret(call, &keys, &document).await?);
    }
    Ok(Case { document, keys })
}

async fn find<P: Platform>(call: &Call<P>, number: &OrderNo) -> Result<Lookup, Problem> {
    let bytes = call.access.get(&store::keys::number(number.as_str())).await?.ok_or_else(Problem::not_found)?;
    Ok(canon::read(&bytes).map_err(StoreError::from)?)
}

/// Counts a wrong secret; the fifth locks the number.
async fn wrong_secret<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    document: &Document<WorkOrder>,
) -> Result<Problem, Problem> {
    let token = base16ct::lower::encode_string(&call.access.random::<8>());
    let count = rate::strict_hit(&call.access, keys, "secret", document.id.as_str(), &token, HOUR_MS).await?;
    let resets_in_ms = i64::from(count.resets_in_s).saturating_mul(1000);
    if count.n < WRONG_SECRETS_MAX {
        return Ok(Problem::not_found());
    }
    let until = Some(call.access.now().plus_ms(resets_in_ms));
    let lookup = Lookup { id: document.id.clone(), locked_until: until };
    let number = store::keys::number(document.state.registered.number.as_str());
    call.access.set(&number, lookup.to_bytes()).await?;
    Ok(if count.n == WRONG_SECRETS_MAX { Problem::not_found() } else { locked(resets_in_ms) })
}

fn locked(ms: i64) -> Problem {
    let seconds = u32::try_from(ms / 1000).unwrap_or(0).max(1);
    let detail = "Too many wrong secrets were tried for this number. Use the link on your receipt, or wait.";
    Problem::too_many("tooManyTries", detail, seconds)
}
