//! Which subjects: each stratum in the order of its subjects' keys, the first k drawn, the rest its reserves.

use crate::Digest;
use crate::input::{Inputs, Subject};
use crate::run::{Part, Progress};
use crate::ticket::Tickets;

/// How often progress is told: every 4 096 subjects take a few milliseconds.
const TOLD_EVERY: usize = 4_096;

/// A stratum in the order of the draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The stratum's name.
    pub stratum: String,
    /// The drawn ones, first drawn first.
    pub drawn: Vec<String>,
    /// The others, in the order in which they would follow.
    pub reserves: Vec<String>,
}

/// A subject's key: the least of its tickets.
#[must_use]
pub fn subject_key(tickets: &Tickets, subject: &Subject) -> Digest {
    let ticket = |copy: u32| {
        tickets.ticket("subject", &[subject.stratum.as_bytes(), subject.id.as_bytes(), &copy.to_be_bytes()])
    };
    (1..subject.weight).map(ticket).fold(ticket(0), std::cmp::min)
}

/// Every stratum of the plan in its order. Subjects of other strata are left out.
pub fn select(inputs: &Inputs, tickets: &Tickets, told: &mut Progress<'_>) -> Vec<Order> {
    let plan = &inputs.plan;
    let mut keyed: Vec<Vec<(Digest, &str)>> = plan.strata.iter().map(|_| Vec::new()).collect();
    for (done, subject) in inputs.subjects.iter().enumerate() {
        if done.is_multiple_of(TOLD_EVERY) {
            told(Part::Selection, done, inputs.subjects.len());
        }
        if let Some(list) = plan.position(&subject.stratum).and_then(|at| keyed.get_mut(at)) {
            list.push((subject_key(tickets, subject), subject.id.as_str()));
        }
    }
    let ordered = plan.strata.iter().zip(keyed).map(|(stratum, mut list)| {
        list.sort_unstable();
        let k = usize::try_from(stratum.k).unwrap_or(usize::MAX);
        let ids = |part: &[(Digest, &str)]| part.iter().map(|(_, id)| (*id).to_owned()).collect();
        let (drawn, reserves) = list.split_at_checked(k).unwrap_or((&list, &[]));
        Order { stratum: stratum.name.clone(), drawn: ids(drawn), reserves: ids(reserves) }
    });
    ordered.collect()
}
