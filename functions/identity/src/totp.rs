//! Time-based one-time codes (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, 30 s, 6 digits.
//!
//! SHA-1's broken collision resistance does not matter to HMAC, and apps take nothing else reliably.

use base32ct::{Base32UpperUnpadded, Encoding as _};
use domain::time::Moment;
use hmac::{Hmac, KeyInit as _, Mac as _};
use service::keys::same_text;
use sha1::Sha1;

/// Bytes of a shared secret: SHA-1's block of output, as RFC 4226 §4 recommends.
pub const SECRET_BYTES: usize = 20;
/// The time step of RFC 6238 §5.2.
const STEP_MS: i64 = 30_000;
/// 10^6: six digits.
const CODES: u32 = 1_000_000;
/// Who issues the codes, as the app shows it.
const ISSUER: &str = "OneTown";

/// A secret as people type it: RFC 4648 base32.
pub fn to_text(secret: [u8; SECRET_BYTES]) -> String {
    Base32UpperUnpadded::encode_string(&secret)
}

/// What an app scans.
pub fn uri(account: &str, secret: &str) -> String {
    format!("otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30")
}

/// The time step to which `code` belongs: the present one, the one before or the one after, for a phone's clock that is
/// up to half a minute off. All three are compared, whichever fits.
pub fn step_of(secret: &str, code: &str, now: Moment) -> Option<u64> {
    let secret = Base32UpperUnpadded::decode_vec(secret).ok()?;
    // People type the gap that apps show.
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    let present = u64::try_from(now.unix_ms().div_euclid(STEP_MS)).ok()?;
    let steps = [present.saturating_sub(1), present, present.saturating_add(1)];
    let fits = steps.map(|step| same_text(&code_at(&secret, step), &code).then_some(step));
    fits.into_iter().flatten().next()
}

/// The code of a time step (RFC 4226 §5.3).
pub fn code_at(secret: &[u8], step: u64) -> String {
    // HMAC takes a key of any length (RFC 2104 §2); no code at all would fit nothing.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    let word = digest.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % CODES)
}

#[cfg(test)]
mod tests {
    use super::{code_at, step_of, to_text, uri};
    use domain::time::Moment;

    const SECRET: &[u8; 20] = b"12345678901234567890";

    /// RFC 6238, appendix B, SHA-1; the RFC shows eight digits, of which six are the last.
    #[test]
    fn the_vectors_of_the_rfc() {
        let vectors = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (seconds, code) in vectors {
            assert_eq!(code_at(SECRET, seconds / 30), code[2..], "{seconds}");
        }
    }

    /// RFC 4226, appendix D: the same code by counter.
    #[test]
    fn the_vectors_of_the_counter() {
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (counter, code) in (0..).zip(codes) {
            assert_eq!(code_at(SECRET, counter), code);
        }
    }

    #[test]
    fn one_step_of_skew_either_way_is_forgiven_and_no_more() {
        let secret = to_text(*SECRET);
        let at = |seconds: i64| Moment::from_unix_ms(seconds * 1000);
        for (seconds, step) in [(0, None), (29, Some(2)), (30, Some(2)), (89, Some(2)), (119, Some(2)), (120, None)] {
            assert_eq!(step_of(&secret, &code_at(SECRET, 2), at(seconds)), step.filter(|_| seconds >= 30), "{seconds}");
        }
        assert_eq!(step_of(&secret, " 359 152 ", at(60)), Some(2));
        for wrong in ["", "359153", "35915", "3591522"] {
            assert_eq!(step_of(&secret, wrong, at(60)), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_reads_the_address() {
        let expected = "otpauth://totp/OneTown:li.wen?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=OneTown\
                        &algorithm=SHA1&digits=6&period=30";
        assert_eq!(uri("li.wen", &to_text(*SECRET)), expected);
    }
}
