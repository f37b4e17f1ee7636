//! What the functions about people share: their files, their passwords, and counting tries.
//!
//! What must stay true: a password leaves this room only as a sealed Argon2id hash, and every guess at one is counted
//! before it is looked at.

pub mod fields;
pub mod password;
pub mod person;
pub mod tries;
mod view;

pub use view::{roles_view, view};
