//! Deadlines by example: the handbook's vectors, then each rule of §8.3 and §8.4.
#![expect(clippy::unwrap_used, reason = "test helpers: what is not there fails the test")]

mod common;

use common::{at, calendar, calendar_with_2027};
use domain::limit::LimitUnit::{Months, NaturalDays, NaturalHours, NaturalMinutes, WorkingDays, WorkingHours};
use domain::limit::{Close, Counting, Deadline, Interval, Limit, LimitUnit, Rule, deadline};
use domain::time::Date;

fn due(start: &str, n: u32, unit: LimitUnit, stops: &[(&str, &str)], rule: Rule) -> Deadline {
    let stops: Vec<_> = stops.iter().map(|(from, to)| Interval { from: at(from), to: at(to) }).collect();
    deadline(at(start), Limit::new(n, unit), &calendar(), &stops, rule)
}

fn due_at(start: &str, n: u32, unit: LimitUnit, stops: &[(&str, &str)], rule: Rule) -> String {
    let text = due(start, n, unit, stops, rule).at.to_string();
    text.strip_suffix(":00+08:00").unwrap().to_owned()
}

#[test]
fn all_vectors_of_the_handbook() {
    let calendar = calendar();
    let file = include_str!("../../../tests/golden/deadline_test_vectors.csv");
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut seen = 0;
    for vector in reader.records().map(Result::unwrap) {
        let start: Date = vector[2].parse().unwrap();
        let expected: Date = vector[4].parse().unwrap();
        let (unit, rule) = match &vector[1] {
            "working_day" => (WorkingDays, Rule::PROMISE),
            "natural_day_rolled" => (NaturalDays, Rule::PARTY),
            "natural_day" => (NaturalDays, Rule::PROMISE),
            other => panic!("unknown kind {other}"),
        };
        let limit = Limit::new(vector[3].parse().unwrap(), unit);
        for minute in [0, 10 * 60, 24 * 60 - 1] {
            let due = deadline(start.at_minute(minute), limit, &calendar, &[], rule);
            assert_eq!(due.at, expected.end_of_day(), "{} from minute {minute}", &vector[0]);
            assert!(!due.provisional, "{}", &vector[0]);
        }
        seen += 1;
    }
    assert_eq!(seen, 26);
}

#[test]
fn a_task_ends_when_the_office_closes_and_a_promise_at_midnight() {
    assert_eq!(due_at("2026-11-23T10:00", 1, WorkingDays, &[], Rule::TASK), "2026-11-24T17:30");
    assert_eq!(due_at("2026-11-23T10:00", 1, WorkingDays, &[], Rule::PROMISE), "2026-11-25T00:00");
}

#[test]
fn receipt_on_a_rest_day_or_after_hours_waits_for_the_next_business_day_only_by_rule() {
    let next = Rule { counting: Counting::NextBusinessDay, ..Rule::TASK };
    let saturday = "2026-11-21T10:00";
    assert_eq!(due_at(saturday, 1, WorkingDays, &[], Rule::TASK), "2026-11-23T17:30");
    assert_eq!(due_at(saturday, 1, WorkingDays, &[], next), "2026-11-24T17:30");
    assert_eq!(due_at("2026-11-23T17:29", 1, WorkingDays, &[], next), "2026-11-24T17:30");
    assert_eq!(due_at("2026-11-23T17:30", 1, WorkingDays, &[], next), "2026-11-25T17:30");
    assert_eq!(due_at(saturday, 1, NaturalDays, &[], next), "2026-11-24T17:30");
}

#[test]
fn months_end_on_the_same_date_or_at_the_end_of_the_month() {
    assert_eq!(due_at("2026-01-31T10:00", 1, Months, &[], Rule::PROMISE), "2026-03-01T00:00");
    assert_eq!(due_at("2026-01-15T10:00", 6, Months, &[], Rule::PROMISE), "2026-07-16T00:00");
    // 2026-03-15 is a Sunday: a party's period goes on to the Monday.
    assert_eq!(due_at("2026-01-15T10:00", 2, Months, &[], Rule::PARTY), "2026-03-17T00:00");
    let stop = [("2026-02-02T09:00", "2026-02-05T09:00")];
    assert_eq!(due_at("2026-01-15T10:00", 1, Months, &stop, Rule::PROMISE), "2026-02-19T00:00");
}

#[test]
fn natural_hours_and_minutes_run_day_and_night() {
    assert_eq!(due_at("2026-10-03T23:10", 24, NaturalHours, &[], Rule::TASK), "2026-10-04T23:10");
    assert_eq!(due_at("2026-10-03T23:40", 30, NaturalMinutes, &[], Rule::TASK), "2026-10-04T00:10");
    let stops = [("2026-10-04T10:00", "2026-10-04T12:00"), ("2026-10-04T11:00", "2026-10-04T13:00")];
    assert_eq!(due_at("2026-10-04T09:00", 2, NaturalHours, &stops, Rule::TASK), "2026-10-04T14:00");
    assert_eq!(due_at("2026-10-04T10:30", 1, NaturalHours, &stops, Rule::TASK), "2026-10-04T14:00");
}

#[test]
fn working_hours_accrue_in_office_hours_only() {
    assert_eq!(due_at("2026-11-23T11:00", 2, WorkingHours, &[], Rule::TASK), "2026-11-23T15:00");
    assert_eq!(due_at("2026-11-23T12:30", 4, WorkingHours, &[], Rule::TASK), "2026-11-24T09:00");
    assert_eq!(due_at("2026-11-21T09:00", 2, WorkingHours, &[], Rule::TASK), "2026-11-23T10:30");
    assert_eq!(due_at("2026-11-23T18:00", 7, WorkingHours, &[], Rule::TASK), "2026-11-24T17:30");
    // The National Day holiday, then the make-up Saturday 10-10 is an ordinary working day.
    assert_eq!(due_at("2026-09-30T17:00", 1, WorkingHours, &[], Rule::TASK), "2026-10-08T09:00");
    let stop = [("2026-11-23T09:00", "2026-11-23T15:00")];
    assert_eq!(due_at("2026-11-23T08:30", 2, WorkingHours, &stop, Rule::TASK), "2026-11-23T16:30");
}

#[test]
fn a_suspension_moves_a_deadline_by_the_days_at_whose_close_the_clock_stood_still() {
    let two_days = [("2026-11-24T10:00", "2026-11-26T10:00")];
    assert_eq!(due_at("2026-11-23T10:00", 3, WorkingDays, &two_days, Rule::TASK), "2026-11-30T17:30");
    assert_eq!(due_at("2026-11-23T10:00", 3, NaturalDays, &two_days, Rule::TASK), "2026-11-28T17:30");
    let over_a_weekend = [("2026-11-27T18:00", "2026-11-29T20:00")];
    assert_eq!(due_at("2026-11-23T10:00", 5, WorkingDays, &over_a_weekend, Rule::TASK), "2026-11-30T17:30");
    let within_a_day = [("2026-11-24T09:00", "2026-11-24T16:00")];
    assert_eq!(due_at("2026-11-23T10:00", 1, WorkingDays, &within_a_day, Rule::TASK), "2026-11-24T17:30");
}

#[test]
fn a_suspension_on_the_last_day_keeps_the_deadline_from_passing_in_it() {
    let stop = [("2026-11-24T10:00", "2026-12-01T09:00")];
    assert_eq!(due_at("2026-11-23T10:00", 1, WorkingDays, &stop, Rule::TASK), "2026-12-01T17:30");
    assert_eq!(due_at("2026-11-23T10:00", 1, NaturalDays, &stop, Rule::PARTY), "2026-12-02T00:00");
}

#[test]
fn a_suspension_that_begins_at_midnight_leaves_the_day_before_alone() {
    let stop = [("2026-11-25T00:00", "2026-11-26T00:00")];
    assert_eq!(due_at("2026-11-23T10:00", 1, WorkingDays, &stop, Rule::PROMISE), "2026-11-25T00:00");
    assert_eq!(due_at("2026-11-23T10:00", 2, WorkingDays, &stop, Rule::PROMISE), "2026-11-27T00:00");
}

#[test]
fn only_what_depends_on_a_provisional_year_is_provisional() {
    assert!(due("2026-12-30T10:00", 2, WorkingDays, &[], Rule::PROMISE).provisional);
    assert!(!due("2026-12-30T10:00", 1, WorkingDays, &[], Rule::PROMISE).provisional);
    assert!(!due("2026-12-30T10:00", 5, NaturalDays, &[], Rule::PROMISE).provisional);
    assert!(due("2026-12-30T10:00", 5, NaturalDays, &[], Rule::PARTY).provisional);
    assert!(!due("2026-12-31T23:00", 24, NaturalHours, &[], Rule::PROMISE).provisional);
    assert!(due("2026-12-31T17:00", 1, WorkingHours, &[], Rule::PROMISE).provisional);
    // 2023 is not in the calendar, but the day of the start is not counted.
    assert!(!due("2023-12-31T10:00", 1, WorkingDays, &[], Rule::PROMISE).provisional);
    let next = Rule { counting: Counting::NextBusinessDay, ..Rule::PROMISE };
    assert!(due("2026-12-31T18:00", 1, NaturalDays, &[], next).provisional);
}

#[test]
fn a_new_notice_never_moves_a_deadline_earlier() {
    let (old, new) = (calendar(), calendar_with_2027());
    let recompute = |start: &str, n| {
        let limit = Limit::new(n, WorkingDays);
        let told = deadline(at(start), limit, &old, &[], Rule::PROMISE);
        let again = deadline(at(start), limit, &new, &[], Rule::PROMISE);
        (told.clone(), again.clone(), told.never_earlier(again))
    };
    // 2027-01-02 is to be worked now: computed again it is earlier, what was told stays.
    let (told, again, kept) = recompute("2026-12-31T10:00", 1);
    assert!(again.at < told.at);
    assert_eq!(kept.at, told.at);
    // 2027-01-04 and 05 are off now: later than told.
    let (told, again, kept) = recompute("2026-12-31T10:00", 2);
    assert!(again.at > told.at);
    assert_eq!(kept.at, again.at);
    assert_eq!((kept.provisional, kept.calendar_version.as_str()), (false, "with-2027"));
}

#[test]
fn a_deadline_is_past_from_its_first_moment_on() {
    let due = due("2026-11-23T10:00", 1, WorkingDays, &[], Rule::TASK);
    assert!(!due.is_past(at("2026-11-24T17:29")));
    assert!(due.is_past(at("2026-11-24T17:30")));
}

#[test]
fn limits_and_rules_are_written_with_their_units() {
    let json = serde_json::to_string(&Limit::new(2, WorkingDays)).unwrap();
    assert_eq!(json, r#"{"n":2,"unit":"workingDays"}"#);
    let rule = serde_json::to_value(Rule::TASK).unwrap();
    assert_eq!(rule["close"], "closeOfBusiness");
    assert_eq!(Rule::PROMISE.close, Close::EndOfDay);
}

#[test]
fn absurd_limits_end_at_the_end_of_time_without_running_away() {
    let ages = [("0001-01-01T00:00", "9999-12-31T23:59:59.999+08:00")];
    for unit in [WorkingDays, NaturalDays, WorkingHours, NaturalHours, NaturalMinutes, Months] {
        let far = due("2026-11-23T10:00", u32::MAX, unit, &[], Rule::PARTY);
        assert!(far.at > at("2120-01-01T00:00"), "{unit:?} {}", far.at);
        let never = due("2026-11-23T10:00", 1, unit, &ages, Rule::PARTY);
        assert!(never.at >= at("9999-12-31T00:00"), "{unit:?} {}", never.at);
    }
}
