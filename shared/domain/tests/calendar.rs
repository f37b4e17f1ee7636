//! The working-day calendar that ships with the demo town (handbook §8.2).
#![expect(clippy::unwrap_used, reason = "test helpers: what is not there fails the test")]

mod common;

use common::{at, calendar, yundu};
use domain::calendar::{Calendar, OfficeHours};
use domain::catalogue::{RowError, RowErrorCode};
use domain::time::Date;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn every_official_year_has_as_many_working_days_as_its_notice_gives() {
    let calendar = calendar();
    for (year, workdays) in [(2024, 251), (2025, 248), (2026, 248)] {
        let (first, last) = (day(&format!("{year}-01-01")), day(&format!("{year}-12-31")));
        assert_eq!(calendar.workdays_between(first, last), workdays, "{year}");
        assert!(!calendar.is_provisional(year));
    }
}

#[test]
fn new_years_eve_of_2024_was_a_working_day_and_is_none_since() {
    let calendar = calendar();
    assert!(calendar.is_workday(day("2024-02-09")));
    assert!(!calendar.is_workday(day("2025-01-28")));
    assert!(!calendar.is_workday(day("2026-02-16")));
}

#[test]
fn a_make_up_sunday_is_worked_and_an_ordinary_one_is_not() {
    let calendar = calendar();
    assert!(calendar.is_workday(day("2026-01-04")));
    assert!(!calendar.is_workday(day("2026-01-11")));
    assert!(calendar.is_open(at("2026-01-04T08:30")));
    assert!(!calendar.is_open(at("2026-01-04T12:00")));
    assert!(!calendar.is_open(at("2026-01-11T09:00")));
}

#[test]
fn years_without_a_notice_are_provisional() {
    let calendar = calendar();
    assert!(calendar.is_provisional(2027), "only its statutory days are known");
    assert!(calendar.is_provisional(2028), "not named at all");
    assert!(!calendar.is_workday(day("2027-02-08")), "the 13 statutory days are off");
}

fn mistakes(days: &str, years: &str) -> Vec<(String, u32, String, RowErrorCode)> {
    let mut files = yundu();
    files.insert("calendar.csv".to_owned(), days.as_bytes().to_vec());
    files.insert("calendar_years.csv".to_owned(), years.as_bytes().to_vec());
    let hours = OfficeHours::new(vec!["08:30-17:30".parse().unwrap()]).unwrap();
    let errors: Vec<RowError> = Calendar::parse(&files, hours).unwrap_err();
    errors.into_iter().map(|e| (e.file, e.row, e.column, e.code)).collect()
}

#[test]
fn every_mistake_in_the_calendar_is_reported_with_its_row() {
    let years = "year,status,source_zh\n2026,official,通知\n2026,provisional,通知\n2027,maybe,通知\n";
    let days = "date,kind,name_zh\n2026-01-01,off,元旦\n2026-01-01,off,元旦\n\n2025-01-01,off,元旦\n\
                2026-01-05,work,调休\n2026-02-30,off,元旦\n2026-01-02,free,元旦\n2026-01-03,off,\n";
    let expected = [
        ("calendar_years.csv", 3, "year", RowErrorCode::Duplicate),
        ("calendar_years.csv", 4, "status", RowErrorCode::Format),
        ("calendar.csv", 3, "date", RowErrorCode::Duplicate),
        ("calendar.csv", 5, "date", RowErrorCode::UnknownReference),
        ("calendar.csv", 6, "kind", RowErrorCode::Mismatch),
        ("calendar.csv", 7, "date", RowErrorCode::Format),
        ("calendar.csv", 8, "kind", RowErrorCode::Format),
        ("calendar.csv", 9, "name_zh", RowErrorCode::Required),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(f, row, c, code)| (f.to_owned(), row, c.to_owned(), code)).collect();
    assert_eq!(mistakes(days, years), expected);
}

#[test]
fn the_version_names_the_content() {
    let hours = || OfficeHours::new(vec!["08:30-17:30".parse().unwrap()]).unwrap();
    let mut files = yundu();
    let before = Calendar::parse(&files, hours()).unwrap().version;
    assert_eq!(before, calendar().version);
    files.get_mut("calendar.csv").unwrap().extend(b"2027-10-04,off,\xe5\x9b\xbd\xe5\xba\x86\n");
    assert_ne!(Calendar::parse(&files, hours()).unwrap().version, before);
}
