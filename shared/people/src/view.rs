//! A person as administrators, and they themselves, see them.

use domain::staff::{Roles, Staff};
use serde_json::{Value, json};
use store::Document;

/// Everything about a person that is not sealed.
#[must_use]
pub fn view(document: &Document<Staff>) -> Value {
    let staff = &document.state;
    json!({
        "id": document.id, "version": document.version, "account": staff.account, "displayName": staff.display_name,
        "roles": roles_view(&staff.roles), "unit": staff.unit, "grid": staff.grid, "validFrom": staff.valid_from,
        "validUntil": staff.valid_until, "suspended": staff.suspended, "oneTime": staff.one_time,
        "secondFactor": staff.second_factor.is_some(),
    })
}

/// Roles as the interface shows them.
#[must_use]
pub fn roles_view(roles: &Roles) -> Value {
    roles.iter().map(|(role, term)| json!({ "role": role, "from": term.from, "until": term.until })).collect()
}
