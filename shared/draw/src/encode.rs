//! The bytes that are hashed: records, the roots over them, the commitment and the seed.

use crate::Digest;
use crate::input::{Excluded, Fault, Inputs, Inspector, Plan, Recusal, Subject, increasing};
use crate::pair::Pairing;
use crate::select::Order;
use canon::{Mac, sha256};

/// An RFC 6962 tree head: how many records, and the root over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How many records.
    pub count: u64,
    /// The root over them.
    pub root: Digest,
}

/// What is published before the randomness exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment {
    /// Over the subjects.
    pub subjects: Head,
    /// Over the inspectors.
    pub inspectors: Head,
    /// Over the recusals.
    pub recusals: Head,
    /// Over the three heads and the plan.
    pub commit: Digest,
}

/// Appends `lp(bytes)`: a u32 big endian length, then the bytes. Ids are ≤ 128 bytes and policies a few lines.
pub(crate) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u32(out, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    out.extend_from_slice(bytes);
}

pub(crate) fn put_u32(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_be_bytes());
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A record's bytes, written over what `out` held.
pub trait Record {
    /// Writes the record.
    fn write(&self, out: &mut Vec<u8>);
}

impl Record for Subject {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'S');
        put(out, self.id.as_bytes());
        put(out, self.stratum.as_bytes());
        put_u32(out, self.weight);
    }
}

impl Record for Inspector {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'I');
        put(out, self.code.as_bytes());
        put_u32(out, self.cap);
        put_u32(out, count(self.qualifications.len()));
        for qualification in &self.qualifications {
            put(out, qualification.as_bytes());
        }
    }
}

impl Record for Recusal {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'R');
        put(out, self.inspector.as_bytes());
        put(out, self.subject.as_bytes());
    }
}

impl Record for Excluded {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'X');
        put(out, self.subject.as_bytes());
        put(out, self.reason.as_bytes());
    }
}

impl Record for Pairing {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'T');
        put(out, self.subject.as_bytes());
        put(out, self.lead.as_bytes());
        put(out, self.member.as_bytes());
    }
}

/// A stratum's order: how many were drawn, then all in their order.
impl Record for Order {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'D');
        put(out, self.stratum.as_bytes());
        put_u32(out, count(self.drawn.len()));
        for subject in self.drawn.iter().chain(&self.reserves) {
            put(out, subject.as_bytes());
        }
    }
}

impl Record for Plan {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'P');
        put(out, self.draw_id.as_bytes());
        put_u32(out, count(self.strata.len()));
        for stratum in &self.strata {
            put(out, stratum.name.as_bytes());
            put_u32(out, stratum.k);
            put(out, stratum.lead.as_bytes());
            put(out, stratum.member.as_bytes());
        }
        put(out, self.policy.as_bytes());
    }
}

/// The RFC 6962 tree head over records in their order. Of the subtrees that are complete, one waits for each height.
#[must_use]
pub fn head<R: Record>(records: &[R]) -> Head {
    let mut waiting: Vec<(u32, Digest)> = Vec::new();
    let mut bytes = Vec::with_capacity(64);
    for record in records {
        bytes.clear();
        bytes.push(0);
        record.write(&mut bytes);
        let (mut height, mut hash): (u32, Digest) = (0, digest(&[&bytes]));
        while let Some((_, left)) = waiting.pop_if(|(waits, _)| *waits == height) {
            hash = node(&left, &hash);
            height = height.saturating_add(1);
        }
        waiting.push((height, hash));
    }
    let right = waiting.pop().map(|(_, hash)| hash);
    let root = match right {
        Some(right) => waiting.iter().rev().fold(right, |right, (_, left)| node(left, &right)),
        None => digest(&[]),
    };
    Head { count: u64::try_from(records.len()).unwrap_or(u64::MAX), root }
}

fn node(left: &Digest, right: &Digest) -> Digest {
    digest(&[&[1], left, right])
}

/// The head over those who are left out, for the policy's line `excluded`.
///
/// # Errors
/// When the ids are not strictly increasing.
pub fn excluded_head(excluded: &[Excluded]) -> Result<Head, Fault> {
    increasing(excluded.iter().map(|e| e.subject.as_str()))?;
    Ok(head(excluded))
}

fn digest(parts: &[&[u8]]) -> Digest {
    *sha256(parts).as_bytes()
}

/// The commitment to `inputs`.
///
/// # Errors
/// What [`Inputs::check`] finds.
pub fn commit(inputs: &Inputs) -> Result<Commitment, Fault> {
    inputs.check()?;
    let heads = [head(&inputs.subjects), head(&inputs.inspectors), head(&inputs.recusals)];
    let [subjects, inspectors, recusals] = heads;
    Ok(Commitment { subjects, inspectors, recusals, commit: commit_to(&heads, &inputs.plan) })
}

/// The commitment to three heads (subjects, inspectors, recusals) and a plan.
#[must_use]
pub fn commit_to(heads: &[Head; 3], plan: &Plan) -> Digest {
    let mut record = Vec::with_capacity(256);
    plan.write(&mut record);
    let mut message = b"draw/v1/commit\n".to_vec();
    for head in heads {
        message.extend_from_slice(&head.root);
        message.extend_from_slice(&head.count.to_be_bytes());
    }
    put(&mut message, &record);
    digest(&[&message])
}

/// The seed from the commitment and the entropy: (kind, value) in the policy's order.
#[must_use]
pub fn seed(commit: &Digest, entropy: &[(&str, &[u8])]) -> Digest {
    let mut message = b"draw/v1/seed\n".to_vec();
    for (kind, value) in entropy {
        put(&mut message, kind.as_bytes());
        put(&mut message, value);
    }
    Mac::new(commit).of(&[&message])
}

/// What is logged of a result that is not told yet: a root over it, salted with the agency's secret, so that nobody can
/// try results until one fits.
#[must_use]
pub fn sealed_root(draw_id: &str, secret: &[u8], orders: &[Order], pairings: &[Pairing]) -> Digest {
    let mut message = b"draw/v1/result\n".to_vec();
    put(&mut message, draw_id.as_bytes());
    put(&mut message, secret);
    for head in [head(orders), head(pairings)] {
        message.extend_from_slice(&head.root);
        message.extend_from_slice(&head.count.to_be_bytes());
    }
    digest(&[&message])
}
