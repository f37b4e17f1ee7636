//! `draw/v1`: a double-random draw that anyone can recompute.
//!
//! Who is inspected and who inspects follow from three frozen lists, a plan and public randomness that did not exist
//! when the lists were frozen. What must stay true: no IO, no clock, no randomness of its own, no floating point, no
//! dependency but hashing (and, behind the feature `beacon`, the check of a drand signature); the same input gives the
//! same bytes natively, in a component and in a browser. Once released nothing here may change a result: other rules
//! would be a sibling crate, `draw/v2`.
//!
//! The way of a draw: [`Inputs::check`] → [`commit`] → (the world goes on; the round of the [`policy`] appears) →
//! [`seed`] → [`run`], which is [`select`], [`pair`] and mixing → now and then [`substitute`].
//!
//! Every id (subjects, strata, inspectors, qualifications, the draw's own) is 1 to [`ID_MAX`] visible ASCII bytes and
//! compared as bytes; every list is strictly increasing.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

#[cfg(feature = "beacon")]
pub mod beacon;
mod encode;
mod input;
mod mix;
mod pair;
mod places;
pub mod policy;
mod run;
mod select;
pub mod strata;
pub mod substitute;
mod ticket;

pub use encode::{Commitment, Head, Record, commit, commit_to, excluded_head, head, sealed_root, seed};
pub use input::{
    Excluded, Fault, ID_MAX, Inputs, Inspector, PREFERENCES_MAX, Plan, Recusal, Stratum, Subject, WEIGHT_MAX,
};
pub use pair::{Blocked, Pairing, Role, pair};
pub use run::{Failure, Outcome, Part, Progress, run};
pub use select::{Order, select, subject_key};
pub use ticket::{Drbg, Tickets};

/// The name of these rules, as it is published with each draw.
pub const VERSION: &str = "draw/v1";

/// A SHA-256 value.
pub type Digest = [u8; 32];
