//! Members of staff: who may sign in, as what, from when to when.
//!
//! The document is named by the account, so a sign-in is one read and no account can exist twice. Password, second
//! factor and reasons arrive here sealed; nothing in this room can read them. What must stay true: nobody administers
//! themselves, so one administrator can never be the last one's end; and what people may do to their own document never
//! fills it, so an administrator can always shut somebody out.

mod account;
mod projection;
mod role;
mod term;

use canon::{DocId, OpId};
use serde::{Deserialize, Serialize};

pub use account::{Account, AccountError};
pub use projection::{STAFF_QUEUE, project};
pub use role::{Role, RoleError};
pub use term::{Roles, Term};

use crate::aggregate::{Actor, Aggregate, Context, Stamp};
use crate::catalogue::{GridCode, UnitCode};
use crate::order::Sealed;
use crate::time::Date;

/// Changes that people make to their own document: 300 of the 500 events that it holds, a new password every six weeks
/// for 35 years. The rest is the administrators'.
pub const OWN_CHANGES_MAX: u32 = 300;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Staff {
    /// The name to sign in with.
    pub account: Account,
    /// The name that colleagues see.
    pub display_name: String,
    /// What this person may do, and when.
    pub roles: Roles,
    /// Where this person works; the first administrator is enrolled before there are units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    /// The one grid of their village that they work in; the whole village where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridCode>,
    /// The first day on which this person may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The Argon2id hash as a PHC string, sealed as the field [`Staff::PASSWORD_FIELD`].
    pub password: Sealed,
    /// Whether the password was made by an administrator and has to be replaced at the next sign-in.
    #[serde(default)]
    pub one_time: bool,
    /// The shared secret of the authenticator app in base32, sealed as the field [`Staff::FACTOR_FIELD`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<Sealed>,
    /// Whether this person is shut out until further notice.
    #[serde(default)]
    pub suspended: bool,
    /// Changes by this person; see [`OWN_CHANGES_MAX`].
    #[serde(default)]
    pub own_changes: u32,
}

/// What an administrator may change about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// See [`Staff::display_name`].
    pub display_name: String,
    /// See [`Staff::roles`].
    pub roles: Roles,
    /// See [`Staff::unit`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    /// See [`Staff::grid`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridCode>,
    /// See [`Staff::valid_from`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// See [`Staff::valid_until`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// What happened to a member of staff. Reasons are sealed as the field [`Staff::REASON_FIELD`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StaffEvent {
    /// They were enrolled.
    Enrolled(Staff),
    /// An administrator changed what is known of them.
    Changed {
        /// What is known now.
        profile: Profile,
        /// Why.
        reason: Sealed,
    },
    /// An administrator shut them out.
    Suspended {
        /// Why.
        reason: Sealed,
    },
    /// An administrator let them in again.
    Reactivated {
        /// Why.
        reason: Sealed,
    },
    /// An administrator gave them a one-time password; the second factor is forgotten.
    Reset {
        /// See [`Staff::password`].
        password: Sealed,
        /// Why.
        reason: Sealed,
    },
    /// They chose another password.
    PasswordChanged {
        /// See [`Staff::password`].
        password: Sealed,
    },
    /// They set up an authenticator app.
    FactorEnrolled {
        /// See [`Staff::second_factor`].
        secret: Sealed,
    },
}

/// Why something is not done with a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaffRejection {
    /// `accountTaken`: there is somebody under this account.
    #[error("there is somebody under this account already")]
    AccountTaken,
    /// `ownAccount`: administrators do not administer themselves.
    #[error("nobody administers themselves")]
    OwnAccount,
    /// `staffUnchanged`: they are in that state already.
    #[error("this is so already")]
    Unchanged,
    /// `secondFactorEnrolled`: there is an authenticator app already.
    #[error("there is a second factor already")]
    FactorEnrolled,
    /// `ownChangesFull`: see [`OWN_CHANGES_MAX`].
    #[error("this person has changed too much")]
    OwnChangesFull,
    /// `staleVersion`: somebody else changed them since this administrator looked.
    #[error("somebody else changed this person")]
    Stale {
        /// The version now.
        version: u64,
    },
}

impl Staff {
    /// The name under which the password hash is sealed.
    pub const PASSWORD_FIELD: &'static str = "password";
    /// The name under which the second factor's secret is sealed.
    pub const FACTOR_FIELD: &'static str = "secondFactor";
    /// The name under which an administrator's reason is sealed.
    pub const REASON_FIELD: &'static str = "reason";

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
        !self.suspended && Term { from: self.valid_from, until: self.valid_until }.holds_on(day)
    }

    /// Whether a role that this person has, or will have, asks for a code at the sign-in.
    #[must_use]
    pub fn needs_second_factor(&self) -> bool {
        self.roles.iter().any(|(role, _)| role.needs_second_factor())
    }

    fn is(&self, actor: &Actor) -> bool {
        *actor == Actor::staff(Self::id(&self.account).as_str())
    }
}

impl Aggregate for Staff {
    const KIND: &'static str = "staff";
    /// What should happen is told by the event that it would be.
    type Command = StaffEvent;
    type Event = StaffEvent;
    type Rejection = StaffRejection;

    fn decide(state: Option<&Self>, command: &StaffEvent, context: &Context) -> Result<StaffEvent, StaffRejection> {
        use StaffEvent as E;
        use StaffRejection as R;
        let Some(staff) = state else { return Ok(command.clone()) };
        let own = staff.is(&context.by);
        let refusal = match command {
            E::Enrolled(_) => Some(R::AccountTaken),
            E::Changed { .. } | E::Suspended { .. } | E::Reactivated { .. } | E::Reset { .. } if own => {
                Some(R::OwnAccount)
            }
            E::Suspended { .. } if staff.suspended => Some(R::Unchanged),
            E::Reactivated { .. } if !staff.suspended => Some(R::Unchanged),
            E::FactorEnrolled { .. } if staff.second_factor.is_some() => Some(R::FactorEnrolled),
            E::PasswordChanged { .. } | E::FactorEnrolled { .. } if staff.own_changes >= OWN_CHANGES_MAX => {
                Some(R::OwnChangesFull)
            }
            _ => None,
        };
        refusal.map_or_else(|| Ok(command.clone()), Err)
    }

    fn evolve(state: Option<Self>, event: &StaffEvent, _: Stamp) -> Option<Self> {
        let Some(mut staff) = state else {
            let StaffEvent::Enrolled(staff) = event else { return None };
            return Some(staff.clone());
        };
        match event {
            StaffEvent::Enrolled(_) => {}
            StaffEvent::Changed { profile, .. } => {
                let Profile { display_name, roles, unit, grid, valid_from, valid_until } = profile.clone();
                staff = Self { display_name, roles, unit, grid, valid_from, valid_until, ..staff };
            }
            StaffEvent::Suspended { .. } => staff.suspended = true,
            StaffEvent::Reactivated { .. } => staff.suspended = false,
            StaffEvent::Reset { password, .. } => {
                staff = Self { password: password.clone(), one_time: true, second_factor: None, ..staff };
            }
            StaffEvent::PasswordChanged { password } => {
                let own_changes = staff.own_changes.saturating_add(1);
                staff = Self { password: password.clone(), one_time: false, own_changes, ..staff };
            }
            StaffEvent::FactorEnrolled { secret } => {
                let own_changes = staff.own_changes.saturating_add(1);
                staff = Self { second_factor: Some(secret.clone()), own_changes, ..staff };
            }
        }
        Some(staff)
    }
}

#[cfg(test)]
mod tests;
