//! HMAC-SHA256 for whoever makes many codes under one key.

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

/// HMAC-SHA256 (RFC 2104) under a key of 32 bytes, whose two blocks are hashed once for all codes.
#[derive(Clone)]
pub struct Mac(Hmac<Sha256>);

impl Mac {
    /// Codes under `key`.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC fills a short key up with zeros to the hash's block of 64 bytes; a whole block cannot be refused.
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        Self(Hmac::new(&block.into()))
    }

    /// The code of `parts`, one after another.
    #[must_use]
    pub fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}
