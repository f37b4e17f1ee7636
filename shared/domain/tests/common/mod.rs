//! The demo town as the tests read it.
#![expect(clippy::unwrap_used, reason = "a test helper: a missing demo town must stop the test")]
#![allow(dead_code, reason = "every test file uses its own part")]

use std::collections::BTreeMap;
use std::path::Path;

use domain::calendar::{Calendar, OfficeHours};
use domain::time::{Date, Moment};

/// The files of `demo/yundu` by name.
pub fn yundu() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (name_of(&path), std::fs::read(&path).unwrap())).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The demo town's calendar, with the handbook's office hours.
pub fn calendar() -> Calendar {
    let hours = ["08:30-12:00", "14:00-17:30"].map(|window| window.parse().unwrap());
    Calendar::parse(&yundu(), OfficeHours::new(hours.to_vec()).unwrap()).unwrap()
}

/// The same calendar after an imagined notice for 2027 that adds two days off and one to work.
pub fn calendar_with_2027() -> Calendar {
    let mut calendar = calendar();
    calendar.off.extend(["2027-01-04", "2027-01-05"].map(|day| day.parse::<Date>().unwrap()));
    calendar.work.insert("2027-01-02".parse().unwrap());
    calendar.years.insert(2027, domain::calendar::YearStatus::Official);
    calendar.version = "with-2027".to_owned();
    calendar
}

/// A moment in RFC 3339, or local time without an offset.
pub fn at(text: &str) -> Moment {
    text.parse().or_else(|_| format!("{text}:00+08:00").parse()).unwrap()
}
