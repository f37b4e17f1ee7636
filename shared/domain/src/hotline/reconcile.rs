//! Comparing two lists of one day: what the platform has of us, what we have of it.

use std::collections::BTreeMap;

use canon::{Hash, sha256};
use serde::{Deserialize, Serialize};

use crate::order::words;

words!(
    /// How two lists differ about one number.
    DifferenceKind {
        /// They sent it and we do not have it.
        MissingHere = "missingHere",
        /// We have it and they do not know it.
        MissingThere = "missingThere",
        /// They sent events that we do not have, or the other way round.
        Inbound = "inbound",
        /// They lack messages of ours.
        Behind = "behind",
        /// They have as many of our messages as we sent, or more, and not the same.
        Diverged = "diverged",
    }
);

/// What one side has of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// The ticket's number.
    pub number: String,
    /// How many events of theirs.
    pub events: u64,
    /// The last message of ours.
    pub seq: u64,
    /// Hash over the bodies of our messages up to that one: SHA-256 of the hash before and the body's SHA-256, from 32
    /// zero bytes on.
    pub hash: Hash,
}

/// A number about which the lists differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// How.
    pub kind: DifferenceKind,
    /// The number.
    pub number: String,
    /// What we have.
    pub ours: Option<Side>,
    /// What they have.
    pub theirs: Option<Side>,
}

/// The hash after one more message of ours.
#[must_use]
pub(super) fn chain(before: &Hash, body: &Hash) -> Hash {
    sha256(&[before.as_bytes(), body.as_bytes()])
}

/// Every difference, by number.
#[must_use]
pub fn compare(ours: Vec<Side>, theirs: Vec<Side>) -> Vec<Difference> {
    let mut both: BTreeMap<String, (Option<Side>, Option<Side>)> = BTreeMap::new();
    for side in ours {
        let number = side.number.clone();
        both.entry(number).or_default().0 = Some(side);
    }
    for side in theirs {
        let number = side.number.clone();
        both.entry(number).or_default().1 = Some(side);
    }
    let one = |(number, (ours, theirs)): (String, (Option<Side>, Option<Side>))| {
        let kind = kind_of(ours.as_ref(), theirs.as_ref())?;
        Some(Difference { kind, number, ours, theirs })
    };
    both.into_iter().filter_map(one).collect()
}

fn kind_of(ours: Option<&Side>, theirs: Option<&Side>) -> Option<DifferenceKind> {
    match (ours, theirs) {
        (None, None) => None,
        (None, Some(_)) => Some(DifferenceKind::MissingHere),
        (Some(_), None) => Some(DifferenceKind::MissingThere),
        (Some(ours), Some(theirs)) if ours.events != theirs.events => Some(DifferenceKind::Inbound),
        (Some(ours), Some(theirs)) if theirs.seq < ours.seq => Some(DifferenceKind::Behind),
        (Some(ours), Some(theirs)) if theirs.seq > ours.seq || theirs.hash != ours.hash => {
            Some(DifferenceKind::Diverged)
        }
        _ => None,
    }
}
