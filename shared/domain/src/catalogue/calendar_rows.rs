//! The working-day calendar from `calendar.csv` and `calendar_years.csv`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::error::{RowError, RowErrorCode};
use super::files::Files;
use super::table::{Row, Table};
use crate::calendar::{Calendar, OfficeHours, YearStatus};
use crate::time::Date;

/// The days that are not what their weekday says.
pub(crate) const DAYS: &str = "calendar.csv";
/// What is known of each year.
pub(crate) const YEARS: &str = "calendar_years.csv";

impl Calendar {
    /// Reads `calendar.csv` (date, kind `off` or `work`, name_zh) and `calendar_years.csv` (year,
    /// status `official` or `provisional`, source_zh). The version names the content.
    ///
    /// # Errors
    /// All mistakes in both files, in their order.
    pub fn parse(files: &BTreeMap<String, Vec<u8>>, office_hours: OfficeHours) -> Result<Self, Vec<RowError>> {
        let errors = RefCell::default();
        let calendar = read(&Files(files), office_hours, &errors);
        let errors = errors.into_inner();
        if errors.is_empty() { Ok(calendar) } else { Err(errors) }
    }
}

/// Reads both files; mistakes go to `errors`.
pub(crate) fn read(files: &Files<'_>, office_hours: OfficeHours, errors: &RefCell<Vec<RowError>>) -> Calendar {
    let years = years(files, errors);
    let (off, work) = days(files, &years, errors);
    let version = files.version(&[DAYS, YEARS]);
    Calendar { version, off, work, years, office_hours }
}

fn years(files: &Files<'_>, errors: &RefCell<Vec<RowError>>) -> BTreeMap<i32, YearStatus> {
    let mut years = BTreeMap::new();
    let table = Table::read(YEARS, files, &["year", "status", "source_zh"], errors);
    for row in table.rows() {
        let status = match row.raw("status") {
            "official" => Some(YearStatus::Official),
            "provisional" => Some(YearStatus::Provisional),
            other => {
                row.fail("status", RowErrorCode::Format, format!("\"{other}\" is neither official nor provisional"));
                None
            }
        };
        let year = row.parse::<i32>("year");
        if let (Some(year), Some(status)) = (year, status)
            && years.insert(year, status).is_some()
        {
            row.fail("year", RowErrorCode::Duplicate, year.to_string());
        }
    }
    years
}

type Days = BTreeSet<Date>;

fn days(files: &Files<'_>, years: &BTreeMap<i32, YearStatus>, errors: &RefCell<Vec<RowError>>) -> (Days, Days) {
    let (mut off, mut work) = (Days::new(), Days::new());
    let table = Table::read(DAYS, files, &["date", "kind", "name_zh"], errors);
    for row in table.rows() {
        let (date, _name) = (row.parse::<Date>("date"), row.text("name_zh"));
        let Some(date) = date else { continue };
        if off.contains(&date) || work.contains(&date) {
            row.fail("date", RowErrorCode::Duplicate, date.to_string());
        }
        if !years.contains_key(&date.year()) {
            row.fail("date", RowErrorCode::UnknownReference, format!("{YEARS} does not name {}", date.year()));
        }
        add(&row, date, &mut off, &mut work);
    }
    (off, work)
}

fn add(row: &Row<'_>, date: Date, off: &mut Days, work: &mut Days) {
    match row.raw("kind") {
        "off" => {
            off.insert(date);
        }
        "work" if date.is_weekend() => {
            work.insert(date);
        }
        "work" => row.fail("kind", RowErrorCode::Mismatch, format!("{date} is no weekend day to be made up")),
        other => row.fail("kind", RowErrorCode::Format, format!("\"{other}\" is neither off nor work")),
    }
}
