use super::{Action, permission, permitted, system_permitted};
use crate::order::{Relation, StepName};
use crate::staff::Role;

#[test]
fn only_the_administrator_sets_the_town_up() {
    for role in Role::ALL {
        for action in [Action::ManageCatalogue, Action::EnrolStaff] {
            assert_eq!(permission(*role, action), *role == Role::Administrator, "{role} {action:?}");
        }
    }
}
