//! The two identifiers everything hangs on: the operation and the document.
//!
//! An operation is named by its caller (`Idempotency-Key`) or derived from the event that caused it; a document is
//! named by the operation that created it. So a retry always meets its own earlier self.

use std::fmt;

use base32ct::{Base32Unpadded, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize};

use crate::hash::{lp, sha256};

/// The text cannot be an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// A document id is 26 characters of lower-case RFC 4648 base32.
    #[error("a document id is 26 characters of a-z and 2-7")]
    DocId,
}

/// Names one operation for ever: 64 hexadecimal digits.
///
/// It is a hash, never the caller's key itself, because whoever holds the key may ask for the answer again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpId(String);

impl OpId {
    /// The operation `key` (as the caller chose it) within `scope` (a route, a reaction), so that one key used on two
    /// routes names two operations.
    #[must_use]
    pub fn new(scope: &str, key: &str) -> Self {
        Self(sha256(&[b"onetown/op/v1\n", &lp(scope.as_bytes()), &lp(key.as_bytes())]).to_string())
    }

    /// The identifier's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names one document: the first 26 base32 characters (130 bits) of SHA-256 over the creating operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DocId(String);

impl DocId {
    /// Characters in an identifier: 26 × 5 = 130 bits, beyond guessing and beyond accidental collision.
    pub const LEN: usize = 26;

    /// The document that `op` creates.
    #[must_use]
    pub fn of(op: &OpId) -> Self {
        let digest = sha256(&[b"onetown/doc/v1\n", op.as_str().as_bytes()]);
        let mut text = Base32Unpadded::encode_string(digest.as_bytes());
        text.truncate(Self::LEN);
        Self(text)
    }

    /// Reads an identifier that came from outside.
    ///
    /// # Errors
    /// [`IdError::DocId`] unless it is 26 characters of `a`–`z`, `2`–`7`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let alphabet = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        if text.len() == Self::LEN && alphabet { Ok(Self(text.to_owned())) } else { Err(IdError::DocId) }
    }

    /// The identifier's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 32 well-mixed bits of the identifier, for spreading rows over pages.
    #[must_use]
    pub fn bucket(&self) -> u32 {
        let head = self.0.get(..8).unwrap_or_default();
        let bytes = Base32Unpadded::decode_vec(head).unwrap_or_default();
        bytes.iter().take(4).fold(0, |acc: u32, byte| acc.wrapping_shl(8) | u32::from(*byte))
    }
}

impl<'de> Deserialize<'de> for DocId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_on_two_routes_is_two_operations() {
        assert_eq!(OpId::new("a", "k"), OpId::new("a", "k"));
        assert_ne!(OpId::new("a", "k"), OpId::new("b", "k"));
        assert_ne!(OpId::new("a", "bk"), OpId::new("ab", "k"));
    }

    #[test]
    fn a_document_id_is_fixed_for_ever() {
        let id = DocId::of(&OpId::new("intake.submit", "0b0e7d2c-91ab-4a44-8f0a-2f1a70b2d0aa"));
        assert_eq!(id.as_str().len(), DocId::LEN);
        assert_eq!(DocId::parse(id.as_str()).unwrap(), id);
        assert_ne!(id.bucket(), 0);
    }

    #[test]
    fn identifiers_from_outside_are_checked() {
        for bad in ["", "a", "../../etc/passwd..........", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxy1"] {
            assert_eq!(DocId::parse(bad), Err(IdError::DocId), "{bad}");
        }
    }
}
