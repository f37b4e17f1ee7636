//! The second factor at the sign-in: asking for a code, setting an app up, and that a code works once.
//!
//! Nothing is stored until an app has proved that it has the secret: until then the secret travels with the person, as
//! text for the app and sealed for us. What must stay true: a code that was taken is never taken again, and no answer
//! here comes before the password was right.

use domain::staff::Staff;
use domain::time::{MINUTE_MS, Moment};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use service::keys::DataKey;
use service::{Call, Problem};
use store::{Access, Document, Platform, StoreError, Swap, ensure_value};

use crate::totp;

/// The name under which an offered secret is sealed for the way to the person and back.
const OFFER_FIELD: &str = "secondFactor.offer";
/// How long an offer holds: time to find the phone and install an app.
const OFFER_MS: i64 = 15 * MINUTE_MS;
/// Rounds on a record that several sign-ins change at once; the waits add up to 0.3 s.
const ROUNDS_MAX: u32 = 6;

/// What a person sent for the second factor.
#[derive(Default)]
pub struct Shown<'a> {
    pub code: Option<&'a str>,
    pub offer: Option<&'a str>,
    /// Whether they want to set an app up although nobody asks them to.
    pub wanted: bool,
}

/// A secret that is offered, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Offer {
    secret: String,
    until: Moment,
}

/// The newest time step of which a code was taken.
#[derive(Serialize, Deserialize)]
struct Taken {
    step: u64,
    /// Tells this writing from another of the same step.
    nonce: [u8; 8],
}

/// Lets those pass who showed what they have to; returns the secret of an app that has just been set up.
///
/// # Errors
/// 401 `codeNeeded`, `codeRefused`; 403 `secondFactorNeeded` with a secret to set up.
pub async fn check<P: Platform>(
    call: &Call<P>,
    key: &DataKey,
    staff: &Document<Staff>,
    shown: Shown<'_>,
) -> Result<Option<String>, Problem> {
    let (access, now) = (&call.access, call.access.now());
    if let Some(sealed) = &staff.state.second_factor {
        let secret = key.open(Staff::FACTOR_FIELD, sealed).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let code = shown.code.ok_or_else(code_needed)?;
        take(access, staff, totp::step_of(&secret, code, now)).await?;
        return Ok(None);
    }
    let optional = call.app.platform().variable("second_factor").await?.as_deref() == Some("optional");
    if !shown.wanted && (optional || !staff.state.needs_second_factor()) {
        return Ok(None);
    }
    let offered = shown.offer.and_then(|offer| opened(key, offer)).filter(|offer| now < offer.until);
    match (offered, shown.code) {
        (Some(Offer { secret, .. }), Some(code)) => {
            take(access, staff, totp::step_of(&secret, code, now)).await?;
            Ok(Some(secret))
        }
        _ => Err(offer(access, key, staff)?),
    }
}

fn opened(key: &DataKey, offer: &str) -> Option<Offer> {
    let text = key.open(OFFER_FIELD, &domain::order::Sealed(offer.to_owned())).ok()?;
    canon::read(text.as_bytes()).ok()
}

/// A fresh secret to set up.
fn offer<P: Platform>(access: &Access<P>, key: &DataKey, staff: &Document<Staff>) -> Result<Problem, Problem> {
    let secret = totp::to_text(access.random());
    let until = access.now().plus_ms(OFFER_MS);
    let text = serde_json::to_string(&Offer { secret: secret.clone(), until }).map_err(StoreError::from)?;
    let sealed = key.seal(OFFER_FIELD, access.random(), &text).map_err(|_| Problem::unavailable())?;
    let detail = "This account needs an authenticator app. Sign in at the console, which shows what to scan; here: put \
                  `secret` into the app and send the same again with `offer` and the app's `code`.";
    Ok(Problem::new(StatusCode::FORBIDDEN, "secondFactorNeeded", detail)
        .with("uri", totp::uri(staff.state.account.as_str(), &secret))
        .with("secret", secret)
        .with("offer", sealed.0)
        .with("until", until.to_string()))
}

/// Takes the code of a time step, unless it or a later one was taken before.
async fn take<P: Platform>(access: &Access<P>, staff: &Document<Staff>, step: Option<u64>) -> Result<(), Problem> {
    let step = step.ok_or_else(code_refused)?;
    let key = format!("totp/{}", staff.id);
    let record = |step| serde_json::to_vec(&Taken { step, nonce: access.random() }).map_err(StoreError::from);
    ensure_value(access, &key, record(0)?).await?;
    for round in 0..ROUNDS_MAX {
        let (handle, bytes) = access.compare(&key).await?;
        let taken: Taken = canon::read(&bytes.unwrap_or_default()).map_err(StoreError::from)?;
        if taken.step >= step {
            return Err(code_refused());
        }
        let mine = record(step)?;
        // An unconfirmed swap may have applied; only what is read back tells.
        if access.swap(handle, mine.clone()).await? == Swap::Confirmed || access.get(&key).await? == Some(mine) {
            return Ok(());
        }
        access.back_off(round).await;
    }
    Err(Problem::unavailable())
}

fn code_needed() -> Problem {
    let detail = "Send the six digits that your authenticator app shows as `code`.";
    Problem::new(StatusCode::UNAUTHORIZED, "codeNeeded", detail)
}

fn code_refused() -> Problem {
    let detail = "The code does not fit, or was used already. Wait for the app's next one; check the phone's clock.";
    Problem::new(StatusCode::UNAUTHORIZED, "codeRefused", detail)
}
