//! Accounts, roles, days of validity, and what happens to people.

use super::{Account, OWN_CHANGES_MAX, Profile, Role, Roles, Staff, StaffEvent, StaffRejection, Term};
use crate::aggregate::{Actor, Aggregate as _, Context, Stamp};
use crate::order::Sealed;
use crate::time::{Date, Moment};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn staff(from: Option<&str>, until: Option<&str>) -> Staff {
    Staff {
        account: "li.wen".parse().unwrap(),
        display_name: "李文".to_owned(),
        roles: Roles::from_iter([Role::Handler]),
        unit: None,
        grid: None,
        valid_from: from.map(day),
        valid_until: until.map(day),
        password: Sealed("first".to_owned()),
        one_time: false,
        second_factor: None,
        suspended: false,
        own_changes: 0,
    }
}

fn sealed(text: &str) -> Sealed {
    Sealed(text.to_owned())
}

fn now() -> Moment {
    day("2026-11-24").start_of_day()
}

fn decide(staff: &Staff, event: &StaffEvent, by: &str) -> Result<Staff, StaffRejection> {
    let by = Actor::staff(Staff::id(&by.parse().unwrap()).as_str());
    let event = Staff::decide(Some(staff), event, &Context { now: now(), by })?;
    Ok(Staff::evolve(Some(staff.clone()), &event, Stamp { at: now() }).unwrap())
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
    let valid = |text: &str| staff(Some("2026-11-23"), Some("2026-11-30")).is_valid_on(day(text));
    assert_eq!(["2026-11-22", "2026-11-23", "2026-11-30", "2026-12-01"].map(valid), [false, true, true, false]);
    assert!(staff(None, None).is_valid_on(day("1999-01-01")));
}

#[test]
fn a_role_holds_from_its_first_to_its_last_day() {
    let term = |from: Option<&str>, until: Option<&str>| Term { from: from.map(day), until: until.map(day) };
    let roles = Roles::from_iter([
        (Role::Handler, term(None, None)),
        (Role::UnitHead, term(Some("2026-11-24"), Some("2026-11-26"))),
        (Role::Dispatcher, term(None, Some("2026-11-25"))),
    ]);
    let on = |text: &str| roles.on(day(text)).collect::<Vec<_>>();
    assert_eq!(on("2026-11-23"), [Role::Dispatcher, Role::Handler]);
    assert_eq!(on("2026-11-24"), [Role::Dispatcher, Role::UnitHead, Role::Handler]);
    assert_eq!(on("2026-11-27"), [Role::Handler]);
    assert_eq!(roles.first_end(day("2026-11-24")), day("2026-11-25").end_of_day());
    assert_eq!(roles.first_end(day("2026-11-26")), day("2026-11-26").end_of_day());
    assert_eq!(roles.first_end(day("2026-11-27")), Moment::MAX);
}

#[test]
fn an_auditor_is_nothing_else_and_a_grid_worker_never_inspects() {
    let clash = |roles: &[Role]| roles.iter().copied().collect::<Roles>().clash();
    assert_eq!(clash(&[Role::Auditor]), None);
    assert_eq!(clash(&[Role::Auditor, Role::Handler]), Some((Role::Auditor, Role::Handler)));
    assert_eq!(clash(&[Role::GridWorker, Role::Inspector]), Some((Role::GridWorker, Role::Inspector)));
    assert_eq!(clash(&[Role::GridHead, Role::Handler, Role::Inspector]), None);
}

#[test]
fn who_decides_signs_in_with_a_code() {
    let needs: Vec<&str> =
        Role::ALL.iter().filter(|role| role.needs_second_factor()).map(|role| role.as_str()).collect();
    let expected = [
        "approver",
        "dispatcher",
        "unit_head",
        "case_officer",
        "legal_reviewer",
        "supervisor",
        "town_leader",
        "administrator",
    ];
    assert_eq!(needs, expected);
    let later = Term { from: Some(day("2027-01-01")), until: None };
    let waiting = Staff { roles: Roles::from_iter([(Role::Supervisor, later)]), ..staff(None, None) };
    assert!(waiting.needs_second_factor(), "before the role begins, not on its first day");
}

#[test]
fn nobody_administers_themselves() {
    let staff = staff(None, None);
    let profile = Profile {
        display_name: "李文".to_owned(),
        roles: Roles::from_iter([Role::Administrator]),
        unit: None,
        grid: None,
        valid_from: None,
        valid_until: None,
    };
    let reason = sealed("why");
    let events = [
        StaffEvent::Changed { profile, reason: reason.clone() },
        StaffEvent::Suspended { reason: reason.clone() },
        StaffEvent::Reactivated { reason: reason.clone() },
        StaffEvent::Reset { password: sealed("new"), reason },
    ];
    for event in events {
        assert_eq!(decide(&staff, &event, "li.wen"), Err(StaffRejection::OwnAccount), "{event:?}");
        assert_ne!(decide(&staff, &event, "admin"), Err(StaffRejection::OwnAccount), "{event:?}");
    }
}

#[test]
fn a_suspended_person_is_let_in_again_and_neither_happens_twice() {
    let reason = || sealed("why");
    let out = decide(&staff(None, None), &StaffEvent::Suspended { reason: reason() }, "admin").unwrap();
    assert!(!out.is_valid_on(day("2026-11-24")));
    let again = decide(&out, &StaffEvent::Suspended { reason: reason() }, "admin");
    assert_eq!(again, Err(StaffRejection::Unchanged));
    let back = decide(&out, &StaffEvent::Reactivated { reason: reason() }, "admin").unwrap();
    assert!(back.is_valid_on(day("2026-11-24")));
    assert_eq!(decide(&back, &StaffEvent::Reactivated { reason: reason() }, "admin"), Err(StaffRejection::Unchanged));
}

#[test]
fn a_reset_forgets_the_second_factor_and_asks_for_a_new_password() {
    let staff = decide(&staff(None, None), &StaffEvent::FactorEnrolled { secret: sealed("s") }, "li.wen").unwrap();
    let twice = decide(&staff, &StaffEvent::FactorEnrolled { secret: sealed("t") }, "li.wen");
    assert_eq!(twice, Err(StaffRejection::FactorEnrolled));
    let reset = StaffEvent::Reset { password: sealed("once"), reason: sealed("why") };
    let staff = decide(&staff, &reset, "admin").unwrap();
    assert_eq!((staff.one_time, &staff.second_factor, &staff.password), (true, &None, &sealed("once")));
    let staff = decide(&staff, &StaffEvent::PasswordChanged { password: sealed("own") }, "li.wen").unwrap();
    assert_eq!((staff.one_time, &staff.password), (false, &sealed("own")));
}

#[test]
fn nobody_fills_their_own_document_until_it_cannot_be_suspended() {
    let full = Staff { own_changes: OWN_CHANGES_MAX, ..staff(None, None) };
    let change = StaffEvent::PasswordChanged { password: sealed("next") };
    assert_eq!(decide(&full, &change, "li.wen"), Err(StaffRejection::OwnChangesFull));
    assert!(decide(&full, &StaffEvent::Suspended { reason: sealed("why") }, "admin").is_ok());
}

#[test]
fn the_list_shows_nothing_that_is_sealed() {
    let shown = super::project(&serde_json::to_value(staff(None, None)).unwrap()).unwrap();
    assert!(shown.queues.iter().all(|(name, _)| name == super::STAFF_QUEUE));
    assert!(!format!("{shown:?}").contains("first"), "{shown:?}");
}
