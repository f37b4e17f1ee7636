//! A 12345 platform to test against: what it sends, what it remembers, and its verdict on the town.
//!
//! [`plan`] and [`ledger`] are pure: one seed is one plan, to the byte, and the ledger accepts what a real platform would
//! (each ticket's messages 1, 2, 3 …, a repeated one only in the same words). The simulation runs them without a network;
//! [`serve`] puts them behind HTTP for the demo and for the test that kills both sides.

pub mod ledger;
pub mod plan;
pub mod serve;

pub use ledger::{Fault, Ledger};
pub use plan::{Plan, Send, Shares, Spoilt, Wanted};

/// The demo's platform, as `demo/yundu/hotline.toml` names it.
pub const CODE: &str = "qingning";
/// Where it listens there.
pub const PORT: u16 = 12345;
