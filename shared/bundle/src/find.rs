//! "Was my enterprise in the list, and what was its ticket?"

use crate::form::{Bundle, Subject};
use draw::Tickets;
use draw::policy::hex;
use serde::Serialize;

/// What a bundle says of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The subject's id.
    pub id: String,
    /// Why it was left out, where it was.
    pub excluded: Option<String>,
    /// Where it stands in the list, from 1; none where it is not in it.
    pub listed: Option<usize>,
    /// Its stratum.
    pub stratum: String,
    /// How many subjects that has.
    pub of: usize,
    /// How many of them are drawn.
    pub k: u32,
    /// How many tickets it had.
    pub weight: u32,
    /// Its best ticket, recomputed; none before the draw can be told.
    pub ticket: Option<String>,
    /// Its place in the stratum's order, from 1, recomputed: up to `k` is drawn.
    pub place: Option<usize>,
}

/// Looks a subject up. None where it is neither in the list nor among the excluded.
#[must_use]
pub fn find(bundle: &Bundle, id: &str) -> Option<Found> {
    let excluded = bundle.exclusions.iter().find(|excluded| excluded.subject == id).map(|e| e.reason.clone());
    let listed = bundle.subjects.iter().position(|subject| subject.id == id);
    let subject = listed.and_then(|at| bundle.subjects.get(at));
    if subject.is_none() && excluded.is_none() {
        return None;
    }
    let mut found = Found {
        id: id.to_owned(),
        excluded,
        listed: listed.map(|at| at.saturating_add(1)),
        stratum: String::new(),
        of: 0,
        k: 0,
        weight: 0,
        ticket: None,
        place: None,
    };
    let Some(subject) = subject else { return Some(found) };
    let inside = || bundle.subjects.iter().filter(|other| other.stratum == subject.stratum);
    found.stratum.clone_from(&subject.stratum);
    found.of = inside().count();
    found.k = bundle.strata.iter().find(|stratum| stratum.name == subject.stratum).map_or(0, |stratum| stratum.k);
    found.weight = subject.weight;
    if let Some(tickets) = tickets(bundle) {
        let mine = key(&tickets, subject);
        let before = inside().filter(|other| key(&tickets, other) < mine).count();
        found.ticket = Some(hex(&mine.0));
        found.place = Some(before.saturating_add(1));
    }
    Some(found)
}

/// What a subject is ordered by.
fn key<'a>(tickets: &Tickets, subject: &'a Subject) -> (draw::Digest, &'a str) {
    (draw::subject_key(tickets, &subject.into()), &subject.id)
}

/// The draw's tickets, once all randomness is known. The lists' weights are bounded before anything is computed.
fn tickets(bundle: &Bundle) -> Option<Tickets> {
    bundle.inputs().check().ok()?;
    let (policy, values) = (bundle.policy().ok()?, bundle.values());
    let entropy = policy.entropy(&values)?;
    Some(Tickets::new(&draw::seed(bundle.commitment.commit.as_bytes(), &entropy)))
}
