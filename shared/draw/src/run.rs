//! The whole draw in one call.

use crate::Digest;
use crate::input::{Fault, Inputs};
use crate::pair::{Blocked, Pairing, pair};
use crate::select::{Order, select};
use crate::ticket::Tickets;
use std::fmt;

/// What is being computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The subjects' keys.
    Selection,
    /// A place for each inspector.
    Pairing,
    /// Mixing the places.
    Mix,
}

/// Told now and then: the part, how much of it is done, and of how much.
pub type Progress<'a> = dyn FnMut(Part, usize, usize) + 'a;

/// What was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The strata in the plan's order.
    pub orders: Vec<Order>,
    /// Who inspects whom, in the order of the tasks.
    pub pairings: Vec<Pairing>,
}

/// Why there is no outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The lists are not fit to be drawn from.
    Fault(Fault),
    /// There are not enough inspectors.
    Blocked(Blocked),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Blocked(blocked) => blocked.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// Draws.
///
/// # Errors
/// A fault in the lists, or the places that cannot be filled.
pub fn run(inputs: &Inputs, seed: &Digest, told: &mut Progress<'_>) -> Result<Outcome, Failure> {
    inputs.check().map_err(Failure::Fault)?;
    let tickets = Tickets::new(seed);
    let orders = select(inputs, &tickets, told);
    let pairings = pair(inputs, &orders, &tickets, told).map_err(Failure::Blocked)?;
    Ok(Outcome { orders, pairings })
}
