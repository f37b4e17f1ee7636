//! Points in time and dates as the law counts them.
//!
//! The host's clock is UTC; every rule of the handbook is about days in
//! Asia/Shanghai, which is UTC+8 all year since 1991. So a [`Moment`] is a plain
//! count of milliseconds, a [`Date`] is a day in UTC+8, and the eight hours
//! between them are written in this file only. Nothing here reads a clock.
//!
//! Both types live inside the years 1 to 9999 (what RFC 3339 can write);
//! arithmetic saturates at those ends instead of failing.

use std::fmt;
use std::str::FromStr;

use crate::text::serde_as_text;
use chrono::{DateTime, Datelike, Days, NaiveDate};

/// Milliseconds in a second.
const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute: 60 × 1 000.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour: 60 × 60 000.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds in a day: 24 × 3 600 000. There is no daylight saving, so every day has as many.
pub const DAY_MS: i64 = 86_400_000;
/// Asia/Shanghai is eight hours ahead of UTC.
const OFFSET_MS: i64 = 8 * HOUR_MS;
/// Days from 0001-01-01 to 1970-01-01.
const EPOCH_DAYS_BEFORE: i64 = 719_162;
/// Days from 1970-01-01 to 9999-12-31.
const EPOCH_DAYS_AFTER: i64 = 2_932_896;

/// Why a text is not a time or a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not RFC 3339, or a year outside 1 to 9999.
    #[error("not an RFC 3339 time")]
    Moment,
    /// Not `YYYY-MM-DD`, or no such day.
    #[error("not a date like 2026-11-23")]
    Date,
}

/// A point in time, in Unix milliseconds; written as RFC 3339 with `+08:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// The first instant of 0001-01-01 in UTC+8.
    pub const MIN: Self = Self(-EPOCH_DAYS_BEFORE * DAY_MS - OFFSET_MS);
    /// The last millisecond of 9999-12-31 in UTC+8.
    pub const MAX: Self = Self((EPOCH_DAYS_AFTER + 1) * DAY_MS - OFFSET_MS - 1);

    /// From Unix milliseconds; values outside [`Self::MIN`] to [`Self::MAX`] become the nearer end.
    #[must_use]
    pub fn from_unix_ms(ms: i64) -> Self {
        Self(ms.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Unix milliseconds.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// The day in Asia/Shanghai.
    #[must_use]
    pub fn date(self) -> Date {
        Date::from_epoch_day(self.local_ms().div_euclid(DAY_MS))
    }

    /// Minutes since local midnight, 0 to 1 439; seconds are cut off.
    #[must_use]
    pub fn minute_of_day(self) -> u16 {
        let minute = self.ms_of_day().div_euclid(MINUTE_MS);
        u16::try_from(minute).unwrap_or_default()
    }

    /// Milliseconds since local midnight, 0 to 86 399 999.
    #[must_use]
    pub fn ms_of_day(self) -> i64 {
        self.local_ms().rem_euclid(DAY_MS)
    }

    /// This moment moved by `ms` (negative: earlier), saturating.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self::from_unix_ms(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when it is later.
    #[must_use]
    pub fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    fn local_ms(self) -> i64 {
        self.0.saturating_add(OFFSET_MS)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.ms_of_day();
        let (hour, minute) = (ms.div_euclid(HOUR_MS), ms.rem_euclid(HOUR_MS).div_euclid(MINUTE_MS));
        let second = ms.rem_euclid(MINUTE_MS).div_euclid(SECOND_MS);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.date())?;
        match ms.rem_euclid(SECOND_MS) {
            0 => f.write_str("+08:00"),
            rest => write!(f, ".{rest:03}+08:00"),
        }
    }
}

impl FromStr for Moment {
    type Err = TimeError;

    /// Reads RFC 3339 with any offset; what is finer than a millisecond is cut off.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| TimeError::Moment)?;
        let ms = time.timestamp_millis();
        (Self::MIN.0..=Self::MAX.0).contains(&ms).then_some(Self(ms)).ok_or(TimeError::Moment)
    }
}

/// A calendar day in Asia/Shanghai, written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = match NaiveDate::from_ymd_opt(1, 1, 1) {
        Some(day) => Self(day),
        None => Self(NaiveDate::MIN),
    };
    /// 9999-12-31.
    pub const MAX: Self = match NaiveDate::from_ymd_opt(9999, 12, 31) {
        Some(day) => Self(day),
        None => Self(NaiveDate::MAX),
    };

    /// The day with this year, month (1 to 12) and day of month, if there is one.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let date = Self(NaiveDate::from_ymd_opt(year, month, day)?);
        (Self::MIN..=Self::MAX).contains(&date).then_some(date)
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// Whether this is a Saturday or a Sunday.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        self.0.weekday().num_days_from_monday() >= 5
    }

    /// The day `days` later (negative: earlier), saturating.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_epoch_day(self.epoch_day().saturating_add(days))
    }

    /// The day after; the last day stays itself.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus_days(1)
    }

    /// The same day of the month `months` later, or that month's last day where it has none
    /// (民法典 Art. 202), saturating.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let later = self.0.checked_add_months(chrono::Months::new(months));
        later.map_or(Self::MAX, |day| Self(day).min(Self::MAX))
    }

    /// Days from `earlier` to this day; negative when it is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.epoch_day().saturating_sub(earlier.epoch_day())
    }

    /// 00:00 of this day.
    #[must_use]
    pub fn start_of_day(self) -> Moment {
        let local = self.epoch_day().saturating_mul(DAY_MS);
        Moment::from_unix_ms(local.saturating_sub(OFFSET_MS))
    }

    /// 24:00 of this day, which is 00:00 of the next: the first moment that is too late.
    #[must_use]
    pub fn end_of_day(self) -> Moment {
        self.start_of_day().plus_ms(DAY_MS)
    }

    /// The moment `minute` minutes after 00:00 of this day.
    #[must_use]
    pub fn at_minute(self, minute: u16) -> Moment {
        self.start_of_day().plus_ms(i64::from(minute).saturating_mul(MINUTE_MS))
    }

    fn epoch_day(self) -> i64 {
        i64::from(self.0.to_epoch_days())
    }

    fn from_epoch_day(days: i64) -> Self {
        let clamped = days.clamp(-EPOCH_DAYS_BEFORE, EPOCH_DAYS_AFTER);
        let ahead = clamped.saturating_add(EPOCH_DAYS_BEFORE);
        let ahead = Days::new(u64::try_from(ahead).unwrap_or_default());
        Self::MIN.0.checked_add_days(ahead).map_or(Self::MAX, Self)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl FromStr for Date {
    type Err = TimeError;

    /// Reads exactly `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let mut parts = text.splitn(3, '-');
        let mut part = |width: usize| {
            let digits = parts.next().filter(|p| p.len() == width)?;
            let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
            all_digits.then_some(digits)?.parse::<u16>().ok()
        };
        let (year, month, day) = (part(4), part(2), part(2));
        let (Some(year), Some(month), Some(day)) = (year, month, day) else {
            return Err(TimeError::Date);
        };
        Self::from_ymd(year.into(), month.into(), day.into()).ok_or(TimeError::Date)
    }
}

serde_as_text!(Moment, Date);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moment(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn a_moment_is_written_in_beijing_time_without_zero_milliseconds() {
        assert_eq!(moment("2026-11-23T02:00:00Z").to_string(), "2026-11-23T10:00:00+08:00");
        let odd = moment("2026-11-22T21:30:15.07-05:00");
        assert_eq!(odd.to_string(), "2026-11-23T10:30:15.070+08:00");
        assert_eq!(serde_json::to_string(&odd).unwrap(), "\"2026-11-23T10:30:15.070+08:00\"");
        assert_eq!(serde_json::from_str::<Moment>("\"2026-11-23T10:30:15.070+08:00\"").unwrap(), odd);
    }

    #[test]
    fn what_is_finer_than_a_millisecond_is_cut_off() {
        let fine = moment("1969-12-31T23:59:59.9999999Z");
        assert_eq!(fine.unix_ms(), -1);
    }

    #[test]
    fn the_day_changes_at_midnight_in_shanghai() {
        assert_eq!(moment("2026-11-23T15:59:59.999Z").date().to_string(), "2026-11-23");
        assert_eq!(moment("2026-11-23T16:00:00Z").date().to_string(), "2026-11-24");
        assert_eq!(moment("2026-11-23T16:00:00Z").minute_of_day(), 0);
        assert_eq!(moment("2026-11-23T15:59:59.999Z").minute_of_day(), 1439);
    }

    #[test]
    fn times_without_an_offset_and_dates_that_do_not_exist_are_refused() {
        for text in ["2026-11-23T10:00:00", "2026-11-23", "", "2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z"] {
            assert_eq!(text.parse::<Moment>(), Err(TimeError::Moment), "{text}");
        }
        for text in ["2026-02-29", "2026-2-01", "26-02-01", "2026-02-01T", "+026-02-01", "2026/02/01", "", "0000-01-01"]
        {
            assert_eq!(text.parse::<Date>(), Err(TimeError::Date), "{text}");
        }
    }

    #[test]
    fn the_ends_saturate() {
        assert_eq!(Moment::MIN.to_string(), "0001-01-01T00:00:00+08:00");
        assert_eq!(Moment::MAX.to_string(), "9999-12-31T23:59:59.999+08:00");
        assert_eq!(Moment::MAX.plus_ms(i64::MAX), Moment::MAX);
        assert_eq!(Moment::MIN.plus_ms(i64::MIN), Moment::MIN);
        assert_eq!(Date::MAX.next(), Date::MAX);
        assert_eq!(Date::MAX.end_of_day(), Moment::MAX);
        assert_eq!(Date::MIN.plus_days(i64::MIN), Date::MIN);
        assert_eq!(Date::MAX.plus_months(u32::MAX), Date::MAX);
        assert_eq!(Moment::MIN.to_string().parse(), Ok(Moment::MIN));
    }

    #[test]
    fn a_month_later_is_the_same_day_or_the_end_of_the_month() {
        let jan = Date::from_ymd(2024, 1, 31).unwrap();
        assert_eq!(jan.plus_months(1).to_string(), "2024-02-29");
        assert_eq!(jan.plus_months(6).to_string(), "2024-07-31");
    }

    proptest! {
        #[test]
        fn a_moment_survives_its_text_to_the_millisecond(ms in Moment::MIN.0..=Moment::MAX.0) {
            let before = Moment::from_unix_ms(ms);
            prop_assert_eq!(before.to_string().parse(), Ok(before));
        }

        #[test]
        fn a_moment_lies_in_its_own_day(ms in Moment::MIN.0..Moment::MAX.0) {
            let moment = Moment::from_unix_ms(ms);
            let day = moment.date();
            prop_assert!(day.start_of_day() <= moment && moment <= day.end_of_day());
            prop_assert_eq!(day.start_of_day().plus_ms(moment.ms_of_day()), moment);
            prop_assert_eq!(day.to_string().parse(), Ok(day));
        }
    }
}
