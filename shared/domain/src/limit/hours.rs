//! Limits that run from a moment: hours and minutes.
//!
//! The clock is a list of stretches in which it runs: all time, or the office
//! hours of working days, less the suspensions. A deadline is the moment at
//! which the stretches have used up the limit.

use super::{DaySpan, Interval, MAX_MS};
use crate::calendar::Calendar;
use crate::time::{Date, Moment};

/// The moment `ms` of running time after `start`.
pub(super) fn natural(start: Moment, ms: i64, suspensions: &[Interval]) -> Moment {
    let mut left = ms.min(MAX_MS);
    let all = Interval { from: start, to: Moment::MAX };
    run_through(all, &merged(suspensions), &mut left).unwrap_or(Moment::MAX)
}

/// The moment `ms` of running office time after `start`, and the days that were looked at.
pub(super) fn working(
    start: Moment,
    ms: i64,
    calendar: &Calendar,
    suspensions: &[Interval],
) -> (Moment, Option<DaySpan>) {
    let stopped = merged(suspensions);
    let mut left = ms.min(MAX_MS);
    let first = start.date();
    let mut day = first;
    loop {
        if let Some(at) = run_day(day, start, calendar, &stopped, &mut left) {
            return (at, Some(DaySpan { first, last: day }));
        }
        if day == Date::MAX {
            return (Moment::MAX, Some(DaySpan { first, last: day }));
        }
        day = day.next();
    }
}

/// Runs through the office hours of one day, from `start` on.
fn run_day(day: Date, start: Moment, calendar: &Calendar, stopped: &[Interval], left: &mut i64) -> Option<Moment> {
    if *left == 0 {
        return Some(start);
    }
    if !calendar.is_workday(day) {
        return None;
    }
    calendar.office_hours.windows().iter().find_map(|window| {
        let open = Interval { from: day.at_minute(window.from()).max(start), to: day.at_minute(window.to()) };
        run_through(open, stopped, left)
    })
}

/// Uses up `left` in `open` outside of `stopped`; the moment it reaches zero, if it does.
fn run_through(open: Interval, stopped: &[Interval], left: &mut i64) -> Option<Moment> {
    let mut from = open.from;
    let ends = stopped.iter().copied().chain([Interval { from: Moment::MAX, to: Moment::MAX }]);
    for stop in ends {
        let to = stop.from.min(open.to);
        let running = to.ms_since(from).max(0);
        if *left <= running {
            return Some(from.plus_ms(*left));
        }
        *left = left.saturating_sub(running);
        from = from.max(stop.to);
        if from >= open.to {
            break;
        }
    }
    None
}

/// The same time as `intervals`, in order and without overlaps.
fn merged(intervals: &[Interval]) -> Vec<Interval> {
    let mut sorted: Vec<Interval> = intervals.iter().copied().filter(|i| i.from < i.to).collect();
    sorted.sort_unstable();
    let mut merged: Vec<Interval> = Vec::with_capacity(sorted.len());
    for next in sorted {
        match merged.last_mut() {
            Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
            _ => merged.push(next),
        }
    }
    merged
}
