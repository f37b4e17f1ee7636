//! Everything random comes from here: tickets, and a stream of numbers made of tickets.

use crate::Digest;
use crate::encode::put;
use canon::Mac;

/// Makes the tickets of one draw.
#[derive(Clone)]
pub struct Tickets(Mac);

impl Tickets {
    /// The tickets under `seed`.
    #[must_use]
    pub fn new(seed: &Digest) -> Self {
        Self(Mac::new(seed))
    }

    /// `HMAC-SHA256(seed, lp(label) ‖ lp(part)…)`; numbers are parts of four or eight bytes, big endian.
    #[must_use]
    pub fn ticket(&self, label: &str, parts: &[&[u8]]) -> Digest {
        self.0.of(&[&message(label, parts)])
    }

    /// Tickets of `label` that have all parts but the last in common.
    pub(crate) fn alike(&self, label: &str, parts: &[&[u8]]) -> Alike<'_> {
        let message = message(label, parts);
        Alike { mac: &self.0, shared: message.len(), message }
    }

    /// The stream of numbers named `label`.
    #[must_use]
    pub fn drbg(&self, label: &'static str) -> Drbg {
        Drbg { tickets: self.clone(), label, block: 0, left: Vec::new() }
    }
}

fn message(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = Vec::with_capacity(96);
    put(&mut message, label.as_bytes());
    for part in parts {
        put(&mut message, part);
    }
    message
}

/// Makes tickets that differ in their last part.
pub(crate) struct Alike<'a> {
    mac: &'a Mac,
    /// What they share, and behind it the last part of the ticket before.
    message: Vec<u8>,
    shared: usize,
}

impl Alike<'_> {
    /// The one whose last part is `part`.
    pub(crate) fn ticket(&mut self, part: &[u8]) -> Digest {
        self.message.truncate(self.shared);
        put(&mut self.message, part);
        self.mac.of(&[&self.message])
    }
}

/// Uniform numbers, the same for the same seed and label.
pub struct Drbg {
    tickets: Tickets,
    label: &'static str,
    /// The next block's number.
    block: u64,
    /// What is left of the last block, the next number last.
    left: Vec<u64>,
}

impl Drbg {
    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        loop {
            if let Some(number) = self.left.pop() {
                return number;
            }
            let block = self.tickets.ticket(self.label, &[&self.block.to_be_bytes()]);
            self.block = self.block.wrapping_add(1);
            let (words, _) = block.as_chunks::<8>();
            self.left.extend(words.iter().rev().map(|word| u64::from_be_bytes(*word)));
        }
    }

    /// A number below `n`, each equally likely; 0 for `n` = 0. What lies at or above the greatest multiple of `n` is
    /// thrown away, so no remainder is favoured; more than half of all numbers lie below.
    pub fn below(&mut self, n: u64) -> u64 {
        let size = 1_u128 << 64;
        loop {
            let number = self.next_u64();
            let (Some(over), Some(remainder)) = (size.checked_rem(u128::from(n)), number.checked_rem(n)) else {
                return 0;
            };
            if u128::from(number) < size.wrapping_sub(over) {
                return remainder;
            }
        }
    }

    /// A position in a list of `length`.
    pub(crate) fn position(&mut self, length: usize) -> usize {
        let n = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(n)).unwrap_or_default()
    }
}
