//! The rules, by the published vector, by example and by law.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test helpers: what is not there fails the test"
)]

#[cfg(feature = "beacon")]
mod beacon;
mod lists;
mod numbers;
mod pairing;
mod policies;
mod selection;
mod sizes;
mod substitution;
mod vector;

use draw::policy::{Game, Kind, Policy, PolicyFault, Source, reveal_hash, round_for};
use draw::strata::{Claim, apportion, share};
use draw::substitute::{Current, Reason, Refused, Who};
use draw::{
    Failure, Fault, Inputs, Inspector, Outcome, Pairing, Plan, Recusal, Role, Stratum, Subject, Tickets, head, run,
};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

fn nothing(_: draw::Part, _: usize, _: usize) {}

/// Strata s0, s1 …; of each: how many subjects and how many are drawn.
fn inputs(strata: &[(u32, u32)], inspectors: &[(u32, &str)]) -> Inputs {
    let plan = Plan {
        draw_id: "D-1".into(),
        strata: strata
            .iter()
            .enumerate()
            .map(|(at, (_, k))| Stratum { name: format!("s{at}"), k: *k, lead: "L".into(), member: "M".into() })
            .collect(),
        policy: String::new(),
    };
    let subjects = strata.iter().enumerate().flat_map(|(at, (n, _))| {
        (0..*n).map(move |i| Subject { id: format!("{at}-{i:05}"), stratum: format!("s{at}"), weight: 1 + i % 3 })
    });
    let inspector = |(at, (cap, qualifications)): (usize, &(u32, &str))| Inspector {
        code: format!("i{at:04}"),
        cap: *cap,
        qualifications: qualifications.chars().map(String::from).collect(),
    };
    Inputs {
        plan,
        subjects: subjects.collect(),
        inspectors: inspectors.iter().enumerate().map(inspector).collect(),
        recusals: Vec::new(),
    }
}

fn recusal(inspector: &str, subject: &str) -> Recusal {
    Recusal { inspector: inspector.into(), subject: subject.into() }
}
