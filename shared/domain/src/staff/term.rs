//! Roles with their days: what a person may do, from when to when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Role;
use crate::time::{Date, Moment};

/// The days on which a role holds, both included; open where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Term {
    /// Whether `day` is one of them.
    #[must_use]
    pub fn holds_on(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// What a person may do, each role with its term.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(BTreeMap<Role, Term>);

impl Roles {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, whether they hold or not.
    pub fn iter(&self) -> impl Iterator<Item = (Role, Term)> {
        self.0.iter().map(|(role, term)| (*role, *term))
    }

    /// Those that hold on `day`.
    pub fn on(&self, day: Date) -> impl Iterator<Item = Role> {
        self.iter().filter(move |(_, term)| term.holds_on(day)).map(|(role, _)| role)
    }

    /// When the first of those that hold on `day` ends; [`Moment::MAX`] where none does.
    #[must_use]
    pub fn first_end(&self, day: Date) -> Moment {
        let held = self.iter().filter(|(_, term)| term.holds_on(day));
        held.filter_map(|(_, term)| term.until).min().map_or(Moment::MAX, Date::end_of_day)
    }

    /// Two roles of which nobody may have both, whatever their terms: an auditor changes nothing, so is nothing else;
    /// a grid worker never inspects (handbook §0.4, 7).
    #[must_use]
    pub fn clash(&self) -> Option<(Role, Role)> {
        let has = |role| self.0.contains_key(&role);
        let other = self.0.keys().copied().find(|role| *role != Role::Auditor);
        match other {
            Some(other) if has(Role::Auditor) => Some((Role::Auditor, other)),
            _ if has(Role::GridWorker) && has(Role::Inspector) => Some((Role::GridWorker, Role::Inspector)),
            _ => None,
        }
    }
}

impl FromIterator<(Role, Term)> for Roles {
    fn from_iter<I: IntoIterator<Item = (Role, Term)>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}

/// Roles without end.
impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().map(|role| (role, Term::default())).collect()
    }
}
