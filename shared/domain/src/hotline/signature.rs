//! Who signed a message: the two schemes of handbook §1.11, pure.
//!
//! What must stay true: a message is verified before anybody parses it; every comparison takes the same time whatever is
//! wrong; a key's bytes are never shown, not even by `Debug`.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use canon::{Hash, sha256};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sm3::{Digest as _, Sm3};
use subtle::{Choice, ConstantTimeEq as _};

use crate::order::words;
use crate::time::Moment;

words!(
    /// How messages are signed.
    Scheme {
        /// Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several are separated by spaces.
        StandardWebhooks = "standardWebhooks",
        /// Handbook §1.11: hexadecimal HMAC-SM3 over timestamp, nonce and the body's SM3 in hexadecimal.
        HmacSm3 = "hmacSm3",
    }
);

/// How far a sender's clock may be off, milliseconds: ±300 s.
pub const WINDOW_MS: i64 = 300_000;
/// Signatures of one message that are looked at: one for each key of a rotation, and some to spare.
const SIGNATURES_MAX: usize = 8;
/// Before the secrets of Standard Webhooks, which are base64.
const SECRET_PREFIX: &str = "whsec_";

/// A key of a platform.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Whose.
    pub platform: String,
    /// Names it: the value of the key header, where the platform sends one.
    pub id: String,
    secret: Vec<u8>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}/{})", self.platform, self.id)
    }
}

impl Key {
    /// A key from its parts; the secret is text, or base64 after `whsec_`.
    #[must_use]
    pub fn new(platform: &str, id: &str, secret: &str) -> Option<Self> {
        let secret = match secret.strip_prefix(SECRET_PREFIX) {
            Some(encoded) => Base64::decode_vec(encoded).ok()?,
            None => secret.as_bytes().to_vec(),
        };
        let named = !platform.is_empty() && !id.is_empty() && !secret.is_empty();
        named.then(|| Self { platform: platform.to_owned(), id: id.to_owned(), secret })
    }

    /// The keys of a Spin variable: `platform/key=secret`, separated by white space. The first of a platform signs what we
    /// send; all of them are taken, so a rotation adds the new key in front and removes the old one later.
    #[must_use]
    pub fn parse_all(variable: &str) -> Vec<Self> {
        let one = |entry: &str| {
            let (name, secret) = entry.split_once('=')?;
            let (platform, id) = name.split_once('/')?;
            Self::new(platform, id, secret)
        };
        variable.split_whitespace().filter_map(one).collect()
    }
}

/// A message as it came, before anybody looked into it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The message's id, or its nonce.
    pub id: &'a str,
    /// When it was signed, Unix seconds in decimal.
    pub timestamp: &'a str,
    /// The signature header.
    pub signature: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl Scheme {
    /// The signature header of a message.
    #[must_use]
    pub fn sign(self, key: &Key, id: &str, timestamp: &str, body: &[u8]) -> String {
        let mac = self.mac(key, id, timestamp, body);
        match self {
            Self::StandardWebhooks => format!("v1,{}", Base64::encode_string(mac.as_bytes())),
            Self::HmacSm3 => mac.to_string(),
        }
    }

    /// Whether one of `keys` made one of the message's signatures. All of them are tried, whatever fits.
    #[must_use]
    pub fn verify<'k>(self, keys: impl Iterator<Item = &'k Key>, message: &Signed<'_>) -> bool {
        let given: Vec<Option<[u8; 32]>> = match self {
            Self::StandardWebhooks => message
                .signature
                .split(' ')
                .take(SIGNATURES_MAX)
                .map(|one| one.strip_prefix("v1,").and_then(|text| Base64::decode_vec(text).ok()?.try_into().ok()))
                .collect(),
            Self::HmacSm3 => {
                let bytes = base16ct::mixed::decode_vec(message.signature).ok();
                vec![bytes.and_then(|bytes| bytes.try_into().ok())]
            }
        };
        let mut fits = Choice::from(0);
        for key in keys {
            let mac = self.mac(key, message.id, message.timestamp, message.body);
            for one in &given {
                let (formed, bytes) = (Choice::from(u8::from(one.is_some())), one.unwrap_or_default());
                fits |= formed & mac.as_bytes().ct_eq(&bytes);
            }
        }
        fits.into()
    }

    fn mac(self, key: &Key, id: &str, timestamp: &str, body: &[u8]) -> Hash {
        match self {
            Self::StandardWebhooks => {
                // HMAC takes a key of any length, so the other arm cannot be reached.
                let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.secret) else { return sha256(&[&key.secret]) };
                for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                    mac.update(part);
                }
                Hash::from_bytes(mac.finalize().into_bytes().into())
            }
            Self::HmacSm3 => {
                let Ok(mut mac) = Hmac::<Sm3>::new_from_slice(&key.secret) else { return sha256(&[&key.secret]) };
                let digest = base16ct::lower::encode_string(&Sm3::digest(body));
                for part in [timestamp.as_bytes(), id.as_bytes(), digest.as_bytes()] {
                    mac.update(part);
                }
                Hash::from_bytes(mac.finalize().into_bytes().into())
            }
        }
    }
}

/// Whether a message that says it was signed at `timestamp` (Unix seconds) may still be taken at `now`.
#[must_use]
pub fn is_fresh(timestamp: &str, now: Moment) -> bool {
    let digits = (1..=12).contains(&timestamp.len()) && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = timestamp.parse::<i64>().ok().filter(|_| digits);
    seconds.is_some_and(|s| now.unix_ms().saturating_sub(s.saturating_mul(1000)).saturating_abs() <= WINDOW_MS)
}
