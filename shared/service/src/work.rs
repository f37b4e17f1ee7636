//! Proof of work: what an address that sends a lot pays instead of solving a third party's puzzle.
//!
//! The challenge is stateless (a MAC over client, difficulty and time) and the solution covers the request's
//! idempotency key, so it is good for one operation only.

use canon::sha256;
use domain::time::Moment;

use crate::keys::{Keys, same_text};

/// A challenge is good in the window it was made in and the next one: 10 to 20 minutes.
const WINDOW_MS: i64 = 600_000;

/// The challenge for `client` now.
#[must_use]
pub fn challenge(keys: &Keys, client: &str, bits: u32, now: Moment) -> String {
    sign(keys, client, bits, now.unix_ms().div_euclid(WINDOW_MS))
}

/// Whether `proof` (`<challenge>:<nonce>`) solves a challenge that `client` was given, for this idempotency key:
/// SHA-256 over `<challenge>:<key>:<nonce>` begins with at least `bits` zero bits.
#[must_use]
pub fn is_solved(keys: &Keys, client: &str, bits: u32, key: &str, proof: &str, now: Moment) -> bool {
    let Some((challenge, nonce)) = proof.rsplit_once(':') else { return false };
    let window = now.unix_ms().div_euclid(WINDOW_MS);
    let known = [window, window.saturating_sub(1)];
    let genuine = known.iter().any(|window| same_text(&sign(keys, client, bits, *window), challenge));
    let digest = sha256(&[challenge.as_bytes(), b":", key.as_bytes(), b":", nonce.as_bytes()]);
    genuine && leading_zero_bits(digest.as_bytes()) >= bits
}

fn sign(keys: &Keys, client: &str, bits: u32, window: i64) -> String {
    let mac = keys.mac("work", &[client.as_bytes(), &bits.to_be_bytes(), &window.to_be_bytes()]);
    format!("v1.{bits}.{window}.{mac}")
}

fn leading_zero_bits(bytes: &[u8]) -> u32 {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let partial = bytes.get(zeros).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(zeros).unwrap_or(0).saturating_mul(8).saturating_add(partial)
}
