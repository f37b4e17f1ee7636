//! Laws of deadlines that hold for every start, limit, rule and set of suspensions.

mod common;

use std::sync::LazyLock;

use domain::calendar::Calendar;
use domain::limit::{Close, Counting, Deadline, Interval, Limit, LimitUnit, Rule, deadline};
use domain::time::{HOUR_MS, MINUTE_MS, Moment};
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(common::calendar);

/// 2024-01-01 to 2027-06-01: official years, make-up days, and the provisional one.
fn moments() -> impl Strategy<Value = Moment> {
    let (from, to) = (common::at("2024-01-01T00:00").unix_ms(), common::at("2027-06-01T00:00").unix_ms());
    (from..to).prop_map(|ms| Moment::from_unix_ms(ms - ms.rem_euclid(MINUTE_MS)))
}

fn intervals() -> impl Strategy<Value = Interval> {
    (moments(), 0..40 * 24 * 60i64).prop_map(|(from, m)| Interval { from, to: from.plus_ms(m * MINUTE_MS) })
}

/// A start with suspensions near it, so that they matter.
fn stops_near(start: Moment) -> impl Strategy<Value = Vec<Interval>> {
    let one = (-48..24 * 40i64, 0..24 * 12i64, 0..60i64).prop_map(move |(from, long, minutes)| {
        let from = start.plus_ms(from * HOUR_MS + minutes * MINUTE_MS);
        Interval { from, to: from.plus_ms(long * HOUR_MS) }
    });
    prop::collection::vec(one, 0..5)
}

fn units() -> impl Strategy<Value = LimitUnit> {
    use LimitUnit::{Months, NaturalDays, NaturalHours, NaturalMinutes, WorkingDays, WorkingHours};
    prop::sample::select(vec![WorkingDays, NaturalDays, WorkingHours, NaturalHours, NaturalMinutes, Months])
}

fn limits() -> impl Strategy<Value = Limit> {
    (0..60u32, units()).prop_map(|(n, unit)| Limit::new(n, unit))
}

fn rules() -> impl Strategy<Value = Rule> {
    let counting = prop::sample::select(vec![Counting::CalendarDay, Counting::NextBusinessDay]);
    let close = prop::sample::select(vec![Close::EndOfDay, Close::CloseOfBusiness]);
    (any::<bool>(), counting, close).prop_map(|(party_rolls, counting, close)| Rule { party_rolls, counting, close })
}

type Case = (Moment, Vec<Interval>, Limit, Rule);

fn cases() -> impl Strategy<Value = Case> {
    (moments(), limits(), rules())
        .prop_flat_map(|(start, limit, rule)| stops_near(start).prop_map(move |stops| (start, stops, limit, rule)))
}

fn due(start: Moment, limit: Limit, stops: &[Interval], rule: Rule) -> Deadline {
    deadline(start, limit, &CALENDAR, stops, rule)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_longer_limit_is_never_due_earlier((start, stops, limit, rule) in cases(), more in 0..30u32) {
        let longer = Limit::new(limit.n + more, limit.unit);
        prop_assert!(due(start, limit, &stops, rule).at <= due(start, longer, &stops, rule).at);
    }

    #[test]
    fn a_later_start_is_never_due_earlier((start, stops, limit, rule) in cases(), later in 0..30 * 24 * 60i64) {
        // Months with suspensions are no such law: 30 January and 31 January both end in February,
        // and a suspended 31 January is in between for the first only.
        let stops = if limit.unit == LimitUnit::Months { Vec::new() } else { stops };
        let second = start.plus_ms(later * MINUTE_MS);
        prop_assert!(due(start, limit, &stops, rule).at <= due(second, limit, &stops, rule).at);
    }

    #[test]
    fn one_more_suspension_never_moves_it_earlier((start, stops, limit, rule) in cases(), more in intervals()) {
        let mut with_more = stops.clone();
        with_more.push(more);
        prop_assert!(due(start, limit, &stops, rule).at <= due(start, limit, &with_more, rule).at);
    }

    #[test]
    fn an_interval_split_in_two_adjacent_ones_changes_nothing(
        (start, stops, limit, rule) in cases(), per_mille in 0..=1000i64, reversed in any::<bool>(),
    ) {
        let mut split: Vec<Interval> = stops.iter().flat_map(|stop| {
            let cut = stop.from.plus_ms(stop.to.ms_since(stop.from) * per_mille / 1000);
            [Interval { from: stop.from, to: cut }, Interval { from: cut, to: stop.to }]
        }).collect();
        if reversed {
            split.reverse();
        }
        prop_assert_eq!(due(start, limit, &stops, rule), due(start, limit, &split, rule));
    }

    #[test]
    fn working_days_end_on_a_working_day((start, stops, limit, rule) in cases(), n in 1..60u32) {
        let at = due(start, Limit::new(n, LimitUnit::WorkingDays), &stops, rule).at;
        prop_assert!(CALENDAR.is_workday(at.plus_ms(-1).date()));
        if rule.party_rolls && matches!(limit.unit, LimitUnit::NaturalDays | LimitUnit::Months) {
            let rolled = due(start, limit, &stops, rule).at;
            prop_assert!(CALENDAR.is_workday(rolled.plus_ms(-1).date()));
        }
    }

    #[test]
    fn no_deadline_in_days_passes_while_the_clock_stands_still((start, stops, limit, rule) in cases()) {
        let counted = limit.n > 0 && matches!(limit.unit, LimitUnit::WorkingDays | LimitUnit::NaturalDays);
        let last_ms = due(start, limit, &stops, rule).at.plus_ms(-1);
        prop_assert!(!counted || stops.iter().all(|stop| !stop.contains(last_ms)));
    }

    #[test]
    fn hours_without_suspensions_take_just_their_time(start in moments(), n in 0..500u32) {
        let at = due(start, Limit::new(n, LimitUnit::NaturalHours), &[], Rule::TASK).at;
        prop_assert_eq!(at.ms_since(start), i64::from(n) * HOUR_MS);
    }

    #[test]
    fn working_hours_take_just_their_office_minutes(start in moments(), n in 0..30u32) {
        let at = due(start, Limit::new(n, LimitUnit::WorkingHours), &[], Rule::TASK).at;
        let mut open = 0;
        let mut minute = start;
        while minute < at {
            open += u32::from(CALENDAR.is_open(minute));
            minute = minute.plus_ms(MINUTE_MS);
        }
        prop_assert_eq!(open, n * 60);
        prop_assert!(n == 0 || CALENDAR.is_open(at.plus_ms(-1)));
    }

    #[test]
    fn working_days_agree_with_counting_the_calendar(start in moments(), n in 1..60u32) {
        let at = due(start, Limit::new(n, LimitUnit::WorkingDays), &[], Rule::PROMISE).at;
        let (first, last) = (start.date().next(), at.plus_ms(-1).date());
        prop_assert_eq!(CALENDAR.workdays_between(first, last), n);
    }
}
