//! SHA-256 and the length prefix that keeps concatenations unambiguous.

use std::fmt;
use std::str::FromStr;

use base16ct::lower;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A SHA-256 digest (FIPS 180-4), written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 lower-case hexadecimal digits")]
pub struct HashParseError;

impl Hash {
    /// A digest from its 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lower::encode_string(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Hash {
    type Err = HashParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        let decoded = lower::decode(text, &mut bytes).map_err(|_| HashParseError)?.len();
        if decoded == bytes.len() { Ok(Self(bytes)) } else { Err(HashParseError) }
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// SHA-256 over the concatenation of `parts`; wrap what varies in length with [`lp`].
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Hash(hasher.finalize().into())
}

/// Length-prefixed bytes: a u32 big endian length, then the bytes. Inputs are far below 4 GiB (bodies ≤ 10 MiB); a
/// longer one would be cut to u32::MAX in its prefix, which still differs from every shorter input.
#[must_use]
pub fn lp(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut out = Vec::with_capacity(bytes.len().saturating_add(4));
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_abc_is_the_published_vector() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&[b"a", b"bc"]).to_string(), expected);
        assert_eq!(expected.parse::<Hash>().unwrap(), sha256(&[b"abc"]));
    }

    #[test]
    fn only_lower_case_hex_of_the_right_length_parses() {
        assert!("".parse::<Hash>().is_err());
        assert!("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD".parse::<Hash>().is_err());
        assert!("ba78".parse::<Hash>().is_err());
    }

    #[test]
    fn a_length_prefix_keeps_boundaries() {
        assert_eq!(lp(b"ab"), [0, 0, 0, 2, b'a', b'b']);
        assert_ne!(sha256(&[&lp(b"ab"), &lp(b"c")]), sha256(&[&lp(b"a"), &lp(b"bc")]));
    }
}
