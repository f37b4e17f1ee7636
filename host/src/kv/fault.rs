//! Faults on demand: the failures a real store shows once a year, whenever a test asks.
//!
//! A rule is text, so a test, the command line and a bug report say the same thing:
//! `component=intake,op=set,key=doc/,nth=3,do=fail_after`. Absent parts match everything.

use super::Op;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What happens to the operation a rule picks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done and reports failure.
    FailBefore,
    /// It is done and reports failure.
    FailAfter,
    /// It is done later.
    Delay(Duration),
    /// The host process dies first.
    KillBefore,
    /// The host process dies when it is done, before anybody is told.
    KillAfter,
}

/// Which of the matching operations are picked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Always,
    /// Only the nth, counted from 1.
    Nth(u64),
    /// The nth, the 2nth, the 3nth …
    Every(u64),
    /// Each with this chance in a million, from a seed: one seed picks the same ones again.
    Chance {
        per_million: u64,
        seed: u64,
    },
}

/// One rule with its own count of matching operations, which its clones share.
#[derive(Clone, Debug)]
pub struct FaultRule {
    component: Option<String>,
    op: Option<Op>,
    key: String,
    when: When,
    fault: Fault,
    seen: Arc<AtomicU64>,
}

impl FaultRule {
    /// Counts the operation if it matches, and says whether it is picked.
    pub(super) fn picks<'k>(&self, component: &str, op: Op, mut keys: impl Iterator<Item = &'k str>) -> Option<Fault> {
        let matches = self.component.as_deref().is_none_or(|wanted| wanted == component)
            && self.op.is_none_or(|wanted| wanted == op)
            && (self.key.is_empty() || keys.any(|key| key.starts_with(&self.key)));
        if !matches {
            return None;
        }
        let count = self.seen.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        let picked = match self.when {
            When::Always => true,
            When::Nth(nth) => count == nth,
            When::Every(nth) => count.is_multiple_of(nth),
            When::Chance { per_million, seed } => mix(seed ^ count) % 1_000_000 < per_million,
        };
        picked.then_some(self.fault)
    }
}

/// SplitMix64's finishing step: spreads a counter evenly, which is all a chance needs.
fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl FromStr for FaultRule {
    type Err = String;

    /// Parts, separated by commas: `component=`, `op=`, `key=` (a prefix), one of `nth=`, `every=`,
    /// `chance=` (0 to 1, with `seed=`), and `do=` (`fail_before`, `fail_after`, `kill_before`,
    /// `kill_after`, `delay:MS`).
    fn from_str(text: &str) -> Result<Self, String> {
        let mut rule = Self {
            component: None,
            op: None,
            key: String::new(),
            when: When::Always,
            fault: Fault::FailBefore,
            seen: Arc::default(),
        };
        let (mut fault, mut seed) = (None, 0);
        for part in text.split(',').map(str::trim) {
            let (name, value) =
                part.split_once('=').ok_or_else(|| format!("\"{part}\" in the fault rule is not name=value"))?;
            match name {
                "component" => rule.component = Some(value.to_owned()),
                "op" => rule.op = Some(value.parse()?),
                "key" => value.clone_into(&mut rule.key),
                "nth" => rule.when = When::Nth(positive(name, value)?),
                "every" => rule.when = When::Every(positive(name, value)?),
                "chance" => rule.when = When::Chance { per_million: per_million(value)?, seed: 0 },
                "seed" => seed = positive(name, value)?,
                "do" => fault = Some(effect(value)?),
                _ => return Err(format!("a fault rule has no part \"{name}\"")),
            }
        }
        if let When::Chance { seed: kept, .. } = &mut rule.when {
            *kept = seed;
        }
        rule.fault = fault.ok_or_else(|| format!("the fault rule \"{text}\" lacks do=…"))?;
        Ok(rule)
    }
}

fn positive(name: &str, value: &str) -> Result<u64, String> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("{name}={value} in the fault rule must be a number from 1"))
}

/// Reads `0.25` as 250 000 without floating point; six decimals are kept.
fn per_million(value: &str) -> Result<u64, String> {
    let wrong = || format!("chance={value} in the fault rule must lie between 0 and 1");
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let digits: String = decimals.chars().chain("000000".chars()).take(6).collect();
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let part: u64 = digits.parse().map_err(|_| wrong())?;
    let sum = whole.saturating_mul(1_000_000).saturating_add(part);
    if sum <= 1_000_000 { Ok(sum) } else { Err(wrong()) }
}

fn effect(value: &str) -> Result<Fault, String> {
    match value.split_once(':') {
        None if value == "fail_before" => Ok(Fault::FailBefore),
        None if value == "fail_after" => Ok(Fault::FailAfter),
        None if value == "kill_before" => Ok(Fault::KillBefore),
        None if value == "kill_after" => Ok(Fault::KillAfter),
        Some(("delay", ms)) => positive("delay", ms).map(|ms| Fault::Delay(Duration::from_millis(ms))),
        _ => Err(format!("do={value} is no effect; use fail_before, fail_after, kill_before, kill_after or delay:MS")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(rule: &str, component: &str, op: Op, key: &str, times: usize) -> Vec<bool> {
        let rule: FaultRule = rule.parse().unwrap();
        (0..times).map(|_| rule.picks(component, op, [key].into_iter()).is_some()).collect()
    }

    #[test]
    fn a_rule_picks_by_component_operation_prefix_and_count() {
        let rule = "component=intake,op=set,key=doc/,nth=2,do=fail_after";
        assert_eq!(picked(rule, "intake", Op::Set, "doc/a", 3), [false, true, false]);
        assert_eq!(picked(rule, "clock", Op::Set, "doc/a", 2), [false, false]);
        assert_eq!(picked(rule, "intake", Op::Get, "doc/a", 2), [false, false]);
        assert_eq!(picked(rule, "intake", Op::Set, "feed/1", 2), [false, false]);
        assert_eq!(picked("every=2,do=kill_before", "x", Op::Get, "k", 4), [false, true, false, true]);
        assert_eq!(picked("do=delay:5", "x", Op::List, "", 2), [true, true]);
    }

    #[test]
    fn a_chance_is_the_same_again_for_the_same_seed() {
        let rule = "chance=0.25,seed=7,do=fail_before";
        let first = picked(rule, "x", Op::Get, "k", 4_000);
        assert_eq!(first, picked(rule, "x", Op::Get, "k", 4_000));
        let hits = first.iter().filter(|hit| **hit).count();
        assert!((800..1_200).contains(&hits), "{hits} of 4000");
        assert_ne!(first, picked("chance=0.25,seed=8,do=fail_before", "x", Op::Get, "k", 4_000));
    }

    #[test]
    fn a_wrong_rule_says_what_is_wrong() {
        for (rule, says) in [
            ("op=get", "lacks do="),
            ("op=read,do=fail_before", "is no operation"),
            ("do=explode", "is no effect"),
            ("nth=0,do=fail_before", "from 1"),
            ("chance=1.5,do=fail_before", "between 0 and 1"),
            ("colour=red,do=fail_before", "no part \"colour\""),
            ("fail", "not name=value"),
        ] {
            let error = rule.parse::<FaultRule>().unwrap_err();
            assert!(error.contains(says), "{rule}: {error}");
        }
    }
}
