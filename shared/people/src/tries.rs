//! Counting guesses at passwords and codes, by account and by address.

use domain::time::MINUTE_MS;
use service::{Call, Keys, Problem, rate};
use store::Platform;

/// Wrong passwords or codes in a window before the account is locked for the rest of it: 480 guesses a day at codes of
/// which 3 in 10^6 are right, if somebody has the password.
const ACCOUNT_TRIES_MAX: u32 = 5;
/// How long they count.
const ACCOUNT_WINDOW_MS: i64 = 15 * MINUTE_MS;
/// Tries of one address a minute: 60 hashes of at most 0.25 s (as measured on two busy cores) are 15 s, a quarter of one
/// core; a town hall of 200 people behind one address has signed in after 4 minutes.
const ADDRESS_TRIES_MAX: u32 = 60;

/// Counts a try of the caller's address.
///
/// # Errors
/// 429 `tooManyTries`.
pub async fn count_address<P: Platform>(call: &Call<P>, keys: &Keys) -> Result<(), Problem> {
    let tries = count(call, keys, "signInAddress", &call.client, MINUTE_MS).await?;
    if tries.n > ADDRESS_TRIES_MAX { Err(too_many(tries.resets_in_s)) } else { Ok(()) }
}

/// Counts a try of an account's password or code.
///
/// # Errors
/// 429 `tooManyTries`.
pub async fn count_account<P: Platform>(call: &Call<P>, keys: &Keys, account: &str) -> Result<(), Problem> {
    let tries = count(call, keys, "signIn", account, ACCOUNT_WINDOW_MS).await?;
    if tries.n > ACCOUNT_TRIES_MAX { Err(too_many(tries.resets_in_s)) } else { Ok(()) }
}

/// Forgets an account's tries.
///
/// # Errors
/// The store's problems.
pub async fn forget<P: Platform>(call: &Call<P>, keys: &Keys, account: &str) -> Result<(), Problem> {
    Ok(rate::forget(&call.access, keys, "signIn", account).await?)
}

async fn count<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    scope: &str,
    subject: &str,
    window_ms: i64,
) -> Result<rate::Count, Problem> {
    // Every try counts, also the same one again.
    let token = base16ct::lower::encode_string(&call.access.random::<8>());
    Ok(rate::strict_hit(&call.access, keys, scope, subject, &token, window_ms).await?)
}

fn too_many(resets_in_s: u32) -> Problem {
    Problem::too_many("tooManyTries", "There were too many tries. Wait as long as Retry-After says.", resets_in_s)
}
