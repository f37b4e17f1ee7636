//! Counting tries in a fixed window, on a single key that is reused for ever.
//!
//! Every hit has a token, so that a retry is not a second hit. An increment per window would leave a key behind for every
//! minute and address; a small record that starts again by itself leaves one. A lost race costs a second look, and a
//! record that stays contended counts as "too many".

use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::{Access, Platform, StoreError, Swap, ensure_value};

use crate::keys::Keys;

/// Rounds on a contended counter: the waits add up to 0.3 s.
const ROUNDS_MAX: u32 = 6;
/// Hexadecimal digits of a subject in a key: 2^24 = 16.8 million counters, if every address of
/// the internet came by; a town's has some thousands. Two addresses share a counter once in 16.8 million.
const SUBJECT_DIGITS: usize = 6;

/// Tokens that a window remembers; later ones all count as the last. Not below any limit that is asked of it: a town's own
/// are 100 at most (`domain`, `town.toml`).
const TOKENS_MAX: usize = 100;
/// Characters kept of a token: 10 hexadecimal digits, 40 bits, for at most 100 of them.
const TOKEN_DIGITS: usize = 10;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    start_ms: i64,
    tokens: Vec<String>,
}

/// A window's count, including the hit just made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Hits in this window.
    pub n: u32,
    /// Seconds until the window ends, at least 1.
    pub resets_in_s: u32,
}

/// Counts one hit of `subject` in `scope`, in windows of `window_ms`. The same `token` is counted once a window, so a
/// retry costs its sender nothing; `n` is the token's place in the window.
///
/// # Errors
/// When the store fails.
pub async fn hit<P: Platform>(
    access: &Access<P>,
    keys: &Keys,
    scope: &str,
    subject: &str,
    token: &str,
    window_ms: i64,
) -> Result<Count, StoreError> {
    let token = token.get(..TOKEN_DIGITS).unwrap_or(token);
    let key = key_of(keys, scope, subject);
    let now = access.now();
    let start_ms = now.unix_ms().saturating_sub(now.unix_ms().rem_euclid(window_ms));
    for round in 0..ROUNDS_MAX {
        let (handle, current) = access.compare(&key).await?;
        let before = current.as_deref().and_then(|bytes| canon::read::<Window>(bytes).ok());
        let mut window = before.filter(|window| window.start_ms == start_ms).unwrap_or_default();
        window.start_ms = start_ms;
        if let Some(place) = window.tokens.iter().position(|known| known == token) {
            return Ok(count(place, now, start_ms, window_ms));
        }
        if window.tokens.len() >= TOKENS_MAX {
            return Ok(count(TOKENS_MAX, now, start_ms, window_ms));
        }
        let place = window.tokens.len();
        window.tokens.push(token.to_owned());
        let bytes = serde_json::to_vec(&window)?;
        let done = match current {
            // Nothing to swap: two first hits at once may count as one. A submission, an upload or a me too more than
            // its limit harms nobody, and bringing the record into being first would cost each new address two writes;
            // guesses are counted by `strict_hit`.
            None => access.set(&key, bytes).await.map(|()| true)?,
            Some(_) if access.swap(handle, bytes.clone()).await? == Swap::Confirmed => true,
            Some(_) => access.get(&key).await?.as_deref() == Some(bytes.as_slice()),
        };
        if done {
            return Ok(count(place, now, start_ms, window_ms));
        }
        access.back_off(round).await;
    }
    Ok(count(TOKENS_MAX, now, start_ms, window_ms))
}

/// As [`hit`], where of many first hits at once each has to count: guesses at secrets, passwords and codes. The record
/// is brought into being before it is counted in, so that all of them swap it.
///
/// # Errors
/// When the store fails.
pub async fn strict_hit<P: Platform>(
    access: &Access<P>,
    keys: &Keys,
    scope: &str,
    subject: &str,
    token: &str,
    window_ms: i64,
) -> Result<Count, StoreError> {
    let empty = serde_json::to_vec(&Window::default())?;
    ensure_value(access, &key_of(keys, scope, subject), empty).await?;
    hit(access, keys, scope, subject, token, window_ms).await
}

fn count(place: usize, now: Moment, start_ms: i64, window_ms: i64) -> Count {
    let left_ms = start_ms.saturating_add(window_ms).saturating_sub(now.unix_ms());
    let n = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
    Count { n, resets_in_s: u32::try_from(left_ms / 1000).unwrap_or(0).max(1) }
}

/// Forgets what was counted for `subject` in `scope`. The record stays, empty: without it the next hits would be first
/// ones again, of which many at once count as one.
///
/// # Errors
/// When the store fails.
pub async fn forget<P: Platform>(
    access: &Access<P>,
    keys: &Keys,
    scope: &str,
    subject: &str,
) -> Result<(), StoreError> {
    let (key, empty) = (key_of(keys, scope, subject), serde_json::to_vec(&Window::default())?);
    for round in 0..ROUNDS_MAX {
        let (handle, current) = access.compare(&key).await?;
        if current.is_none_or(|current| current == empty)
            || access.swap(handle, empty.clone()).await? == Swap::Confirmed
        {
            return Ok(());
        }
        access.back_off(round).await;
    }
    // Somebody keeps trying: what they try counts.
    Ok(())
}

fn key_of(keys: &Keys, scope: &str, subject: &str) -> String {
    let digest = keys.mac("rate", &[scope.as_bytes(), subject.as_bytes()]).to_string();
    format!("rate/{scope}/{}", digest.get(..SUBJECT_DIGITS).unwrap_or_default())
}
