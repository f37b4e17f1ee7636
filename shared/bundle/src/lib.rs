//! The bundle: one JSON file with all that a draw published, and the check of it.
//!
//! The town writes it, anyone checks it: a visitor's browser, `onetown verify FILE`, or a program that nobody here
//! wrote. What must stay true: any bytes are answered, never with a panic; a bundle is called right only where every
//! member is covered by something recomputed; nothing is fetched.
//!
//! # Members
//!
//! None but these. Hashes and byte strings are lower-case hexadecimal; ids are ASCII ([`draw`] says how long); lists
//! are in the order that [`draw`] asks for, and what is not there yet is `null` or an empty list.
//!
//! | member | what it is |
//! |---|---|
//! | `version` | `onetown/draw-bundle/1` |
//! | `algorithm` | `draw/v1` |
//! | `drawId` | the draw's id; one commitment for each, ever |
//! | `strata` | `[{name, k, lead, member}]`: how many are drawn and what the two inspectors must be qualified for |
//! | `policy` | the policy's text, as [`draw::policy`] has it: sources, when the lists were frozen, the head over the exclusions, the items, the program's hash |
//! | `subjects` | `[{id, stratum, weight}]` |
//! | `inspectors` | `[{code, cap, qualifications}]` |
//! | `recusals` | `[{inspector, subject}]` |
//! | `exclusions` | `[{subject, reason}]`, covered by the policy's line `excluded` |
//! | `commitment` | `{subjects, inspectors, recusals, commit}`; each of the first three `{count, root}` |
//! | `entropy` | `[{kind, value}]`, one for each source of the policy and in its order; `kind` is `drand` (value: the round's signature, 48 bytes), `reveal` (the secret) or `lottery` (the numbers' ASCII text, in hexadecimal too); `value` is `null` until it is known, and for a contributor who did not reveal in time |
//! | `sealed` | P2: the salted root of the result ([`draw::sealed_root`], salted with the agency's secret), from time(R) on; else `null` |
//! | `result` | `{seed, strata, pairings}` or `null`; `strata` is `[{name, drawn, reserves}]` in the plan's order, `pairings` is `[{subject, lead, member}]` in the order of the tasks |
//! | `substitutions` | `[{subject, replaces, reason, by}]` in the order of the log (so the first is attempt 0); `replaces` is `subject`, `lead` or `member`; `reason` a code of [`draw::substitute::Reason`]; `by` is who comes |
//! | `assigned` | left out where empty; where there were too few inspectors, so that `pairings` is empty: `[{subject, lead, member}]`, who inspects whom because people said so, in the order of `strata` and `drawn` |
//!
//! # A draw's life, for who writes bundles
//!
//! [`Bundle::commit`] freezes the lists (before: `committed` in the policy is the time, the round is
//! [`draw::policy::round_for`] it). [`Bundle::put`] adds each source's value as it becomes known; the caller checks a
//! drand signature with [`draw::beacon`] first. [`Bundle::run`] draws once all are there: it fills `result`, and `sealed`
//! in P2; where there are too few inspectors it draws the subjects, and whom people assign goes into `assigned`. Until the inspections of a P2 draw are done, what is published is [`Bundle::sealed_view`].
//! [`Bundle::substitute`] logs a substitution. [`Bundle::write`] gives the file.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod find;
mod form;
mod life;
mod report;
mod verify;

pub use find::{Found, find};
pub use form::{
    BYTES_MAX, Bundle, Commitment, Entropy, Exclusion, Head, Inspector, Order, Outcome, Pairing, Recusal, Stratum,
    Subject, Substitution, VERSION,
};
pub use life::{Frozen, LifeError};
pub use report::{Facts, Report, SourceFact, Status, Step, Verdict};
pub use verify::{Beacon, check, verify};
