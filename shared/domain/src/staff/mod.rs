//! Members of staff: who may sign in, as what, from when to when.
//!
//! The document is named by the account, so a sign-in is one read and no account can exist twice. The password arrives
//! here hashed and sealed; nothing in this room can read it.

mod account;
mod role;

use std::collections::BTreeSet;

use canon::{DocId, OpId};
use serde::{Deserialize, Serialize};

pub use account::{Account, AccountError};
pub use role::{Role, RoleError};

use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::UnitCode;
use crate::order::Sealed;
use crate::time::Date;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Staff {
    /// The name to sign in with.
    pub account: Account,
    /// The name that colleagues see.
    pub display_name: String,
    /// What this person may do.
    pub roles: BTreeSet<Role>,
    /// Where this person works; the first administrator is enrolled before there are units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    /// The first day on which this person may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The Argon2id hash as a PHC string, sealed as the field [`Staff::PASSWORD_FIELD`].
    pub password: Sealed,
}

/// What happened to a member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StaffEvent {
    /// They were enrolled.
    Enrolled(Staff),
}

/// Why somebody is not enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaffRejection {
    /// `accountTaken`: there is somebody under this account.
    #[error("there is somebody under this account already")]
    AccountTaken,
}

impl Staff {
    /// The name under which the password hash is sealed.
    pub const PASSWORD_FIELD: &'static str = "password";

    /// The operation that enrols `account`.
    #[must_use]
    pub fn enrolment(account: &Account) -> OpId {
        OpId::new(Self::KIND, account.as_str())
    }

    /// The document of `account`.
    #[must_use]
    pub fn id(account: &Account) -> DocId {
        DocId::of(&Self::enrolment(account))
    }

    /// Whether this person may sign in on `day`.
    #[must_use]
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_until.is_none_or(|until| day <= until)
    }
}

impl Aggregate for Staff {
    const KIND: &'static str = "staff";
    type Command = Self;
    type Event = StaffEvent;
    type Rejection = StaffRejection;

    fn decide(state: Option<&Self>, command: &Self, _: &Context) -> Result<StaffEvent, StaffRejection> {
        if state.is_some() { Err(StaffRejection::AccountTaken) } else { Ok(StaffEvent::Enrolled(command.clone())) }
    }

    fn evolve(_: Option<Self>, event: &StaffEvent, _: Stamp) -> Option<Self> {
        let StaffEvent::Enrolled(staff) = event;
        Some(staff.clone())
    }
}

#[cfg(test)]
mod tests;
