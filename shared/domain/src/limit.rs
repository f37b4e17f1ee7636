//! Time limits and the deadlines that follow from them (handbook §8.3, §8.4).
//!
//! A deadline is never stored alone: it is computed from the start, the limit,
//! the calendar and the closed intervals in which the clock stood still, so it
//! can be checked and computed again. A limit always carries its unit.
//!
//! What must stay true, and is tested as laws: a longer limit or a later start
//! never gives an earlier deadline; one more suspension never does either; an
//! interval split in two adjacent ones changes nothing; a deadline counted in
//! working days falls on a working day.

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::time::{DAY_MS, Date, HOUR_MS, MINUTE_MS, Moment};

mod hours;

/// The longest limit that is counted out, in days : 100 years × 366. Longer ones count as this long, so no input makes the counting run away.
const MAX_DAYS: u32 = 36_600;
/// The same for hours, in milliseconds: 36 600 days × 86 400 000.
const MAX_MS: i64 = MAX_DAYS as i64 * DAY_MS;
/// The same for months: 36 600 days ÷ 31, so that the days in between stay below [`MAX_DAYS`].
const MAX_MONTHS: u32 = MAX_DAYS / 31;

/// What a limit is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LimitUnit {
    /// Days on which the office works (工作日).
    WorkingDays,
    /// Calendar days (自然日).
    NaturalDays,
    /// Hours within office hours only (工作时).
    WorkingHours,
    /// Hours on the clock.
    NaturalHours,
    /// Minutes on the clock.
    NaturalMinutes,
    /// Calendar months.
    Months,
}

/// A time limit (办理时限): a number that never goes without its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limit {
    /// How many.
    pub n: u32,
    /// Of what.
    pub unit: LimitUnit,
}

impl Limit {
    /// `n` of `unit`.
    #[must_use]
    pub const fn new(n: u32, unit: LimitUnit) -> Self {
        Self { n, unit }
    }

    /// The milliseconds of a limit that runs without a calendar: natural days, hours and minutes. `None` for the others.
    #[must_use]
    pub fn natural_ms(self) -> Option<i64> {
        let unit_ms = match self.unit {
            LimitUnit::NaturalDays => crate::time::DAY_MS,
            LimitUnit::NaturalHours => crate::time::HOUR_MS,
            LimitUnit::NaturalMinutes => crate::time::MINUTE_MS,
            LimitUnit::WorkingDays | LimitUnit::WorkingHours | LimitUnit::Months => return None,
        };
        Some(i64::from(self.n).saturating_mul(unit_ms))
    }
}

/// A stretch of time, `from` included and `to` not; empty unless `from < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interval {
    /// The first moment inside.
    pub from: Moment,
    /// The first moment after it.
    pub to: Moment,
}

impl Interval {
    /// Whether `moment` lies inside.
    #[must_use]
    pub fn contains(&self, moment: Moment) -> bool {
        self.from <= moment && moment < self.to
    }
}

/// From which day a limit in days or months is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Counting {
    /// The day of the start, whatever day it is; the next one is day 1.
    CalendarDay,
    /// A start on a rest day or after close of business counts as the next working day.
    NextBusinessDay,
}

/// When the last day ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Close {
    /// At 24:00, where the act is possible online at any time.
    EndOfDay,
    /// When the office closes, for tasks inside the administration.
    CloseOfBusiness,
}

/// How days are counted for a kind of limit. Hours and minutes run from the moment and ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Whether a period in natural days or months that ends on a rest day goes on to the next
    /// working day: yes for the periods of parties, no for the duties of the agency.
    pub party_rolls: bool,
    /// From which day.
    pub counting: Counting,
    /// Until when on the last day.
    pub close: Close,
}

impl Rule {
    /// What is promised to a citizen: counted from the day of receipt, kept until 24:00.
    pub const PROMISE: Self = Self { party_rolls: false, counting: Counting::CalendarDay, close: Close::EndOfDay };
    /// A task inside the administration: due when the office closes.
    pub const TASK: Self = Self { party_rolls: false, counting: Counting::CalendarDay, close: Close::CloseOfBusiness };
    /// A period of a party (payment, review, suit): rolls over rest days, ends at 24:00.
    pub const PARTY: Self = Self { party_rolls: true, counting: Counting::CalendarDay, close: Close::EndOfDay };
}

/// When something is due, and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deadline {
    /// The first moment that is too late.
    pub at: Moment,
    /// Whether a year without an official notice took part in the counting.
    pub provisional: bool,
    /// The calendar that was used.
    pub calendar_version: String,
}

impl Deadline {
    /// This deadline after its calendar was replaced: `recomputed`, but never earlier than what
    /// the citizen was told before (handbook §8.2).
    #[must_use]
    pub fn never_earlier(&self, recomputed: Self) -> Self {
        Self { at: recomputed.at.max(self.at), ..recomputed }
    }

    /// Whether `now` is too late.
    #[must_use]
    pub fn is_past(&self, now: Moment) -> bool {
        now >= self.at
    }
}

/// The deadline of `limit` counted from `start`, with the clock stopped during `suspensions`.
///
/// Days: the start day is excluded; a day counts when it is of the right kind and the clock is
/// running just before its close, so a suspension shorter than a day that does not reach a close
/// moves nothing, and no deadline lies in a suspension. Months: the date that many months later,
/// moved by the suspended days in between. Hours: the clock runs from `start`, in office hours
/// only for [`LimitUnit::WorkingHours`], and stands still in a suspension. Suspensions may
/// overlap and come in any order. A limit of zero days ends on the start day.
#[must_use]
pub fn deadline(start: Moment, limit: Limit, calendar: &Calendar, suspensions: &[Interval], rule: Rule) -> Deadline {
    let count = Count { calendar, suspensions, rule };
    let hours = |unit_ms: i64| i64::from(limit.n).saturating_mul(unit_ms);
    let (at, relied_on) = match limit.unit {
        LimitUnit::WorkingDays => count.working_days(start, limit.n),
        LimitUnit::NaturalDays => count.natural_days(start, limit.n),
        LimitUnit::Months => count.months(start, limit.n),
        LimitUnit::WorkingHours => hours::working(start, hours(HOUR_MS), calendar, suspensions),
        LimitUnit::NaturalHours => (hours::natural(start, hours(HOUR_MS), suspensions), None),
        LimitUnit::NaturalMinutes => (hours::natural(start, hours(MINUTE_MS), suspensions), None),
    };
    let provisional = relied_on.is_some_and(|days| days.any_provisional(calendar));
    Deadline { at, provisional, calendar_version: calendar.version.clone() }
}

/// The days whose kind (working or rest) decided a deadline, both ends included.
#[derive(Clone, Copy)]
struct DaySpan {
    first: Date,
    last: Date,
}

impl DaySpan {
    fn any_provisional(self, calendar: &Calendar) -> bool {
        (self.first.year()..=self.last.year()).any(|year| calendar.is_provisional(year))
    }
}

/// Counting days under one rule.
struct Count<'a> {
    calendar: &'a Calendar,
    suspensions: &'a [Interval],
    rule: Rule,
}

impl Count<'_> {
    fn working_days(&self, start: Moment, n: u32) -> (Moment, Option<DaySpan>) {
        let excluded = self.start_day(start);
        let last = self.nth(excluded, n, |day| self.calendar.is_workday(day));
        let first = self.looked_from(start, excluded.next());
        (self.close_of(last), Some(DaySpan { first, last }))
    }

    fn natural_days(&self, start: Moment, n: u32) -> (Moment, Option<DaySpan>) {
        let excluded = self.start_day(start);
        let end = self.nth(excluded, n, |_| true);
        self.finish(start, excluded, end)
    }

    fn months(&self, start: Moment, n: u32) -> (Moment, Option<DaySpan>) {
        let excluded = self.start_day(start);
        let end = excluded.plus_months(n.min(MAX_MONTHS));
        let between = u32::try_from(end.days_since(excluded)).unwrap_or_default();
        let end = self.nth(excluded, between, |_| true);
        self.finish(start, excluded, end)
    }

    /// Rolls a period that ends on a rest day, where the rule says so.
    fn finish(&self, start: Moment, excluded: Date, end: Date) -> (Moment, Option<DaySpan>) {
        let by_start = self.rule.counting == Counting::NextBusinessDay;
        if !self.rule.party_rolls {
            let span = by_start.then(|| DaySpan { first: start.date(), last: excluded });
            return (self.close_of(end), span);
        }
        let mut last = end;
        while (!self.calendar.is_workday(last) || self.is_suspended(last)) && last < Date::MAX {
            last = last.next();
        }
        (self.close_of(last), Some(DaySpan { first: self.looked_from(start, end), last }))
    }

    /// The first day whose kind was looked at: the start day where the rule asks for it.
    fn looked_from(&self, start: Moment, otherwise: Date) -> Date {
        match self.rule.counting {
            Counting::NextBusinessDay => start.date(),
            Counting::CalendarDay => otherwise,
        }
    }

    /// The day that is excluded from the counting.
    fn start_day(&self, start: Moment) -> Date {
        let day = start.date();
        let closed = start >= day.at_minute(self.calendar.office_hours.close());
        match self.rule.counting {
            Counting::NextBusinessDay if closed || !self.calendar.is_workday(day) => self.calendar.next_workday(day),
            _ => day,
        }
    }

    /// The `n`-th day after `day` that counts and on which the clock runs.
    fn nth(&self, day: Date, n: u32, counts: impl Fn(Date) -> bool) -> Date {
        let mut left = n.min(MAX_DAYS);
        let mut day = day;
        while left > 0 && day < Date::MAX {
            day = day.next();
            if counts(day) && !self.is_suspended(day) {
                left = left.saturating_sub(1);
            }
        }
        day
    }

    /// Whether the clock stands still just before the day's close.
    fn is_suspended(&self, day: Date) -> bool {
        let last_ms = self.close_of(day).plus_ms(-1);
        self.suspensions.iter().any(|interval| interval.contains(last_ms))
    }

    fn close_of(&self, day: Date) -> Moment {
        match self.rule.close {
            Close::EndOfDay => day.end_of_day(),
            Close::CloseOfBusiness => day.at_minute(self.calendar.office_hours.close()),
        }
    }
}
