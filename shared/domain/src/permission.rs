//! Who may do what: one table, from which extractors, menus and tests are derived.
//!
//! The default is no. An action stands here from the day on which a route asks for it.

use crate::staff::Role;

/// Something that a route lets staff do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read and replace the files that the town is made of.
    ManageCatalogue,
    /// Enrol members of staff.
    EnrolStaff,
}

impl Action {
    /// All actions.
    pub const ALL: &[Self] = &[Self::ManageCatalogue, Self::EnrolStaff];
}

/// Whether `role` may do `action`.
#[must_use]
pub const fn permission(role: Role, action: Action) -> bool {
    matches!((role, action), (Role::Administrator, Action::ManageCatalogue | Action::EnrolStaff))
}

#[cfg(test)]
mod tests {
    use super::{Action, permission};
    use crate::staff::Role;

    #[test]
    fn only_the_administrator_sets_the_town_up() {
        for role in Role::ALL {
            for action in Action::ALL {
                assert_eq!(permission(*role, *action), *role == Role::Administrator, "{role} {action:?}");
            }
        }
    }
}
