//! Which days are working days, and when the office is open on them.
//!
//! The working days of a year are fixed by a State Council notice, so they are
//! data: the days off and the make-up working days, and for every year whether
//! its notice is known (`official`) or only the statutory holidays are
//! (`provisional`). A year that the data does not name is provisional too.
//! Handbook §8.1: `is_workday(d) = WORK∋d ? true : OFF∋d ? false : Mon–Fri`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::serde_as_text;
use crate::time::{Date, Moment};

/// Minutes in a day: 24 × 60.
const DAY_MINUTES: u16 = 1_440;

/// How sure the days of a year are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearStatus {
    /// The State Council's notice for the year is loaded.
    Official,
    /// Only the statutory holidays are known; the adjustment is not.
    Provisional,
}

/// One stretch of office hours, in minutes since midnight; written `08:30-12:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeWindow {
    from: u16,
    to: u16,
}

impl OfficeWindow {
    /// From the minute `from` until the minute `to`, within one day and not empty.
    #[must_use]
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from < to && to <= DAY_MINUTES).then_some(Self { from, to })
    }

    /// The minute the office opens.
    #[must_use]
    pub fn from(self) -> u16 {
        self.from
    }

    /// The minute the office closes.
    #[must_use]
    pub fn to(self) -> u16 {
        self.to
    }
}

/// Why a text is not a stretch of office hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not office hours like 08:30-12:00")]
pub struct OfficeHoursError;

impl fmt::Display for OfficeWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        let hour = |minute: u16| minute.div_euclid(60);
        let rest = |minute: u16| minute.rem_euclid(60);
        write!(f, "{:02}:{:02}-{:02}:{:02}", hour(from), rest(from), hour(to), rest(to))
    }
}

impl FromStr for OfficeWindow {
    type Err = OfficeHoursError;

    fn from_str(text: &str) -> Result<Self, OfficeHoursError> {
        let minute = |clock: &str| {
            let (hour, minute) = clock.split_once(':').filter(|_| clock.len() == 5)?;
            let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
            (minute < 60).then(|| hour.checked_mul(60)?.checked_add(minute)).flatten()
        };
        let (from, to) = text.split_once('-').ok_or(OfficeHoursError)?;
        let window = minute(from).zip(minute(to)).and_then(|(from, to)| Self::new(from, to));
        window.ok_or(OfficeHoursError)
    }
}

serde_as_text!(OfficeWindow);

/// When the office is open on a working day: windows in order that do not overlap, at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<OfficeWindow>", into = "Vec<OfficeWindow>")]
pub struct OfficeHours(Vec<OfficeWindow>);

impl OfficeHours {
    /// Windows in the order of the day.
    ///
    /// # Errors
    /// When there is none, or one begins before the one before it ends.
    pub fn new(windows: Vec<OfficeWindow>) -> Result<Self, OfficeHoursError> {
        let ordered = windows.is_sorted_by(|a, b| a.to <= b.from);
        if windows.is_empty() || !ordered { Err(OfficeHoursError) } else { Ok(Self(windows)) }
    }

    /// The windows, in order.
    #[must_use]
    pub fn windows(&self) -> &[OfficeWindow] {
        &self.0
    }

    /// The minute at which the day's last window closes.
    #[must_use]
    pub fn close(&self) -> u16 {
        self.0.last().map_or(DAY_MINUTES, |window| window.to)
    }
}

impl TryFrom<Vec<OfficeWindow>> for OfficeHours {
    type Error = OfficeHoursError;

    fn try_from(windows: Vec<OfficeWindow>) -> Result<Self, OfficeHoursError> {
        Self::new(windows)
    }
}

impl From<OfficeHours> for Vec<OfficeWindow> {
    fn from(hours: OfficeHours) -> Self {
        hours.0
    }
}

/// The working-day calendar of a town. Immutable; a new notice is a new calendar with a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// Names this content; a deadline says with which version it was computed.
    pub version: String,
    /// Days off, weekends within a holiday included.
    pub off: BTreeSet<Date>,
    /// Weekend days that are worked instead (调休).
    pub work: BTreeSet<Date>,
    /// What is known of each year.
    pub years: BTreeMap<i32, YearStatus>,
    /// When the office is open on a working day.
    pub office_hours: OfficeHours,
}

impl Calendar {
    /// Whether `day` is a working day.
    #[must_use]
    pub fn is_workday(&self, day: Date) -> bool {
        self.work.contains(&day) || (!self.off.contains(&day) && !day.is_weekend())
    }

    /// The first working day after `day`; the end of the calendar when there is none.
    #[must_use]
    pub fn next_workday(&self, day: Date) -> Date {
        let mut next = day.next();
        while !self.is_workday(next) && next < Date::MAX {
            next = next.next();
        }
        next
    }

    /// Whether the notice of `year` is not known yet.
    #[must_use]
    pub fn is_provisional(&self, year: i32) -> bool {
        self.years.get(&year) != Some(&YearStatus::Official)
    }

    /// Working days from `from` until `to`, both included.
    #[must_use]
    pub fn workdays_between(&self, from: Date, to: Date) -> u32 {
        let mut count = 0u32;
        let mut day = from;
        while day <= to {
            count = count.saturating_add(u32::from(self.is_workday(day)));
            if day == Date::MAX {
                break;
            }
            day = day.next();
        }
        count
    }

    /// Whether the office is open at `moment`.
    #[must_use]
    pub fn is_open(&self, moment: Moment) -> bool {
        let minute = moment.minute_of_day();
        let in_window = |window: &OfficeWindow| (window.from..window.to).contains(&minute);
        self.is_workday(moment.date()) && self.office_hours.windows().iter().any(in_window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn office_hours_are_read_and_written_as_text() {
        let hours: OfficeHours = serde_json::from_str(r#"["08:30-12:00","14:00-17:30"]"#).unwrap();
        assert_eq!(hours.close(), 17 * 60 + 30);
        assert_eq!(serde_json::to_string(&hours).unwrap(), r#"["08:30-12:00","14:00-17:30"]"#);
    }

    #[test]
    fn office_hours_that_overlap_are_empty_or_do_not_exist_are_refused() {
        for text in
            ["[]", r#"["14:00-17:30","08:30-12:00"]"#, r#"["08:00-08:00"]"#, r#"["23:00-24:01"]"#, r#"["8:0-9:60"]"#]
        {
            assert!(serde_json::from_str::<OfficeHours>(text).is_err(), "{text}");
        }
        assert!("00:00-24:00".parse::<OfficeWindow>().is_ok());
    }
}
