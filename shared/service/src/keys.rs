//! Keys and what is done with them: sealing, keyed indexes, secrets that can be shown again but not stolen.
//!
//! One master key (a Spin variable, or made at first use) gives all others by HMAC over a label, so a leaked derived
//! key opens nothing else. Every document has a data key of its own, wrapped by the master key; sealed fields carry
//! `kind‖id‖field` as associated data, so a sealed phone number cannot be moved to another field or case.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64ct::{Base64, Encoding as _};
use canon::{DocId, Hash, Mac, lp};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use domain::order::Sealed;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sm3::Sm3;

/// A sealed value cannot be opened: wrong key, moved, or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value cannot be opened")]
pub struct SealError;

/// The installation's keys. Cheap to clone: clones share what was derived.
#[derive(Clone)]
pub struct Keys {
    master: Mac,
    derived: Arc<Mutex<BTreeMap<&'static str, Derived>>>,
}

/// The key for a label, as such and taken in.
#[derive(Clone)]
struct Derived {
    key: Hash,
    mac: Mac,
}

/// The data key of one document.
#[derive(Clone)]
pub struct DataKey {
    key: [u8; 32],
    document: String,
}

/// Letters of a case secret: no 0 O 1 I L, nothing that a neighbour mishears for another.
const SECRET_ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Letters of a case secret: 31^8 = 8.5 × 10^11; at 5 tries an hour a guess succeeds once in 10^7 years.
const SECRET_LENGTH: usize = 8;
/// Letters of a one-time password: 31^12 = 7.9 × 10^17, 59 bits, for the days until it is replaced.
const ONE_TIME_LENGTH: usize = 12;
/// ChaCha20-Poly1305's nonce (RFC 8439).
const NONCE_BYTES: usize = 12;

impl Keys {
    /// From the master key's 32 bytes.
    #[must_use]
    pub fn new(master: [u8; 32]) -> Self {
        Self { master: Mac::new(&master), derived: Arc::default() }
    }

    /// HMAC-SHA256 under the key for `label`.
    #[must_use]
    pub fn mac(&self, label: &'static str, parts: &[&[u8]]) -> Hash {
        let framed: Vec<Vec<u8>> = parts.iter().map(|part| lp(part)).collect();
        let framed: Vec<&[u8]> = framed.iter().map(Vec::as_slice).collect();
        Hash::from_bytes(self.derive(label).mac.of(&framed))
    }

    /// The key for `label`, derived once.
    fn derive(&self, label: &'static str) -> Derived {
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let made = derived.entry(label).or_insert_with(|| {
            let key = self.master.of(&[b"onetown/key/v1\n", label.as_bytes()]);
            Derived { key: Hash::from_bytes(key), mac: Mac::new(&key) }
        });
        made.clone()
    }

    /// The caller index of a phone number (handbook §1.8): HMAC-SM3 over its E.164 form.
    #[must_use]
    pub fn caller_index(&self, e164: &str) -> Hash {
        let key = self.derive("caller").key;
        // HMAC takes a key of any length, so this cannot fail; an all-zero index would only link nothing.
        let Ok(mut mac) = Hmac::<Sm3>::new_from_slice(key.as_bytes()) else { return Hash::from_bytes([0; 32]) };
        mac.update(e164.as_bytes());
        Hash::from_bytes(mac.finalize().into_bytes().into())
    }

    /// The case secret of the order `id`: the same for every answer to the same submission.
    #[must_use]
    pub fn case_secret(&self, id: &DocId) -> String {
        self.letters(["case-secret", "case-secret-2"], &[id.as_str().as_bytes()], SECRET_LENGTH)
    }

    /// A one-time password that people can read out, the same for the same `parts`: 12 letters in groups.
    #[must_use]
    pub fn one_time_password(&self, parts: &[&[u8]]) -> String {
        let letters = self.letters(["one-time", "one-time-2"], parts, ONE_TIME_LENGTH).to_ascii_lowercase();
        let groups: Vec<String> =
            letters.as_bytes().chunks(4).map(|g| String::from_utf8_lossy(g).into_owned()).collect();
        groups.join("-")
    }

    /// The secret part of the key of another system: the same for every answer to the same request.
    #[must_use]
    pub fn integration_secret(&self, id: &DocId) -> String {
        self.mac("integration-key", &[id.as_str().as_bytes()]).to_string()
    }

    /// The secret in the link of a draw's contributor: whoever plans the draw hands it over, and can show it again.
    #[must_use]
    pub fn contributor_secret(&self, draw: &str, who: &str) -> String {
        let mac = self.mac("contributor", &[draw.as_bytes(), who.as_bytes()]).to_string();
        // 32 hexadecimal digits: 128 bits, which nobody guesses.
        mac.chars().take(32).collect()
    }

    fn letters(&self, labels: [&'static str; 2], parts: &[&[u8]], length: usize) -> String {
        // 31 does not divide 256: bytes of 248 and above (8 × 31) are skipped, so every letter is equally likely. Of
        // 32 bytes 31 are expected to be usable; should fewer than `length` be, the rest come from a second block.
        let blocks = labels.map(|label| self.mac(label, parts));
        let bytes = blocks.iter().flat_map(Hash::as_bytes).filter(|byte| **byte < 248);
        let letters = bytes.filter_map(|byte| SECRET_ALPHABET.get(usize::from(*byte) % SECRET_ALPHABET.len()));
        letters.take(length).map(|letter| char::from(*letter)).collect()
    }

    /// What is stored of a case secret.
    #[must_use]
    pub fn case_secret_hash(&self, id: &DocId, secret: &str) -> Hash {
        self.mac("case-secret-hash", &[id.as_str().as_bytes(), secret.as_bytes()])
    }

    /// The data key for a new document, from 32 random bytes, and its wrapped form for the document.
    ///
    /// # Errors
    /// Never in practice; the cipher's interface allows it.
    pub fn new_data_key(
        &self,
        kind: &str,
        id: &DocId,
        key: [u8; 32],
        nonce: [u8; 12],
    ) -> Result<(DataKey, String), SealError> {
        let data_key = DataKey { key, document: format!("{kind}/{id}") };
        let wrapped = seal(self.wrapping_key().as_bytes(), nonce, data_key.document.as_bytes(), &key)?;
        Ok((data_key, Base64::encode_string(&wrapped)))
    }

    /// Unwraps a document's data key.
    ///
    /// # Errors
    /// When it was wrapped under another master key, or for another document.
    pub fn data_key(&self, kind: &str, id: &DocId, wrapped: &str) -> Result<DataKey, SealError> {
        let document = format!("{kind}/{id}");
        let wrapped = Base64::decode_vec(wrapped).map_err(|_| SealError)?;
        let key = open(self.wrapping_key().as_bytes(), document.as_bytes(), &wrapped)?;
        Ok(DataKey { key: key.try_into().map_err(|_| SealError)?, document })
    }

    fn wrapping_key(&self) -> Hash {
        self.derive("wrap").key
    }

    /// Encrypts the content of an attachment. The key is the content's own, so the same bytes always give the same
    /// ciphertext and are stored once; the nonce may be constant because a key never sees a second message.
    ///
    /// # Errors
    /// Never in practice; the cipher's interface allows it.
    pub fn seal_blob(&self, sha256: &Hash, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        seal(self.blob_key(sha256).as_bytes(), [0; NONCE_BYTES], sha256.as_bytes(), bytes)
    }

    /// Decrypts an attachment.
    ///
    /// # Errors
    /// When the bytes are not what was sealed under this hash.
    pub fn open_blob(&self, sha256: &Hash, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        open(self.blob_key(sha256).as_bytes(), sha256.as_bytes(), sealed)
    }

    fn blob_key(&self, sha256: &Hash) -> Hash {
        self.mac("blob", &[sha256.as_bytes()])
    }
}

/// Bytes that sealing adds: nonce and tag.
const SEAL_OVERHEAD_BYTES: usize = NONCE_BYTES + 16;

/// How many bytes `size` bytes are once they are sealed.
#[must_use]
pub fn sealed_size(size: u32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX).saturating_add(SEAL_OVERHEAD_BYTES)
}

impl DataKey {
    /// Seals `text` for `field` under a fresh nonce.
    ///
    /// # Errors
    /// Never in practice; the cipher's interface allows it.
    pub fn seal(&self, field: &str, nonce: [u8; 12], text: &str) -> Result<Sealed, SealError> {
        let bytes = seal(&self.key, nonce, &self.associated(field), text.as_bytes())?;
        Ok(Sealed(Base64::encode_string(&bytes)))
    }

    /// Opens what was sealed for `field` of this document.
    ///
    /// # Errors
    /// When it was sealed for anything else, or altered.
    pub fn open(&self, field: &str, sealed: &Sealed) -> Result<String, SealError> {
        let bytes = Base64::decode_vec(&sealed.0).map_err(|_| SealError)?;
        String::from_utf8(open(&self.key, &self.associated(field), &bytes)?).map_err(|_| SealError)
    }

    fn associated(&self, field: &str) -> Vec<u8> {
        [lp(self.document.as_bytes()), lp(field.as_bytes())].concat()
    }
}

fn seal(key: &[u8; 32], nonce: [u8; NONCE_BYTES], associated: &[u8], message: &[u8]) -> Result<Vec<u8>, SealError> {
    let cipher = ChaCha20Poly1305::new(&Key::from(*key));
    let sealed =
        cipher.encrypt(&Nonce::from(nonce), Payload { msg: message, aad: associated }).map_err(|_| SealError)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError)?;
    let cipher = ChaCha20Poly1305::new(&Key::from(*key));
    cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: associated }).map_err(|_| SealError)
}

/// Whether two hashes are equal, in constant time.
#[must_use]
pub fn same_hash(a: &Hash, b: &Hash) -> bool {
    use subtle::ConstantTimeEq as _;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Whether two texts are equal, in a time that depends on their lengths only.
#[must_use]
pub fn same_text(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::Keys;

    /// Computed with Python's `hmac`, by the definition: what was sealed and indexed must stay so.
    #[test]
    fn a_derived_key_is_the_hmac_of_its_label() {
        let keys = Keys::new([7; 32]);
        let expected = "594d036600ad26b1548f659075c1426936de8aaac178d7c9ef387292596c8cc6";
        for _ in 0..2 {
            assert_eq!(keys.mac("request", &[b"a", b"bc"]).to_string(), expected);
        }
        assert_ne!(keys.mac("other", &[b"a", b"bc"]).to_string(), expected);
        assert_ne!(keys.mac("request", &[b"ab", b"c"]).to_string(), expected);
    }
}
