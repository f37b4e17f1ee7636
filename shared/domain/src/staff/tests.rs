//! Accounts, roles and days of validity.

use std::collections::BTreeSet;

use super::{Account, Role, Staff};
use crate::order::Sealed;

fn staff(from: Option<&str>, until: Option<&str>) -> Staff {
    Staff {
        account: "li.wen".parse().unwrap(),
        display_name: "李文".to_owned(),
        roles: BTreeSet::from([Role::Handler]),
        unit: None,
        valid_from: from.map(|day| day.parse().unwrap()),
        valid_until: until.map(|day| day.parse().unwrap()),
        password: Sealed(String::new()),
    }
}

#[test]
fn accounts_that_look_alike_are_one() {
    let account: Account = " Li.Wen ".parse().unwrap();
    assert_eq!(account.as_str(), "li.wen");
    assert_eq!(Staff::id(&account), Staff::id(&"li.wen".parse().unwrap()));
}

#[test]
fn what_is_no_account_is_refused() {
    let long = "a".repeat(33);
    for bad in ["", "ab", "1ab", ".ab", "li wen", "李文文", "a/b/c", long.as_str()] {
        assert!(bad.parse::<Account>().is_err(), "{bad}");
    }
}

#[test]
fn every_role_reads_back_from_its_word() {
    for role in Role::ALL {
        assert_eq!(role.as_str().parse(), Ok(*role));
    }
    assert_eq!(Role::ALL.len(), 17);
    assert!("root".parse::<Role>().is_err());
}

#[test]
fn first_and_last_day_are_days_of_validity() {
    let valid = |day: &str| staff(Some("2026-11-23"), Some("2026-11-30")).is_valid_on(day.parse().unwrap());
    assert_eq!(["2026-11-22", "2026-11-23", "2026-11-30", "2026-12-01"].map(valid), [false, true, true, false]);
    assert!(staff(None, None).is_valid_on("1999-01-01".parse().unwrap()));
}
