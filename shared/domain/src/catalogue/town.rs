//! `town.toml`: the town itself, where it lies, and the limits that are its own to set.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::codes::{TownCode, UnitCode};
use super::error::{RowError, RowErrorCode};
use super::files::Files;
use super::place::Origin;
use crate::calendar::OfficeHours;
use crate::limit::{Limit, LimitUnit};
use crate::order::OrderNo;

/// The file's name.
pub(crate) const TOWN: &str = "town.toml";
/// The file's size: 64 KiB, twenty times the demo's.
const MAX_TOWN_BYTES: usize = 65_536;

/// A town, as `town.toml` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Town {
    /// Its division code.
    pub code: TownCode,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The county or city above it.
    pub parent_zh: String,
    /// The number of the government hotline.
    pub hotline: String,
    /// What order numbers begin with.
    pub order_prefix: String,
    /// The command centre (综合指挥中心): it receives, dispatches and reviews.
    pub centre_unit: UnitCode,
    /// The discipline office (纪检监察办公室): conflicts of interest go there.
    pub discipline_unit: UnitCode,
    /// Registered residents.
    pub registered_population: u32,
    /// Migrant residents.
    pub migrant_population: u32,
    /// When the office is open on a working day.
    pub office_hours: OfficeHours,
    /// Where it lies.
    pub origin: Origin,
    /// What it allows and how long it waits.
    pub limits: TownLimits,
    /// How long handling may take, step by step.
    #[serde(default)]
    pub handling: HandlingLimits,
}

/// The limits of handbook §1.4 to §1.7 that staff meet; a town that says nothing has the handbook's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandlingLimits {
    /// To sign.
    pub sign: Limit,
    /// To sign what is urgent or an emergency.
    pub sign_urgent: Limit,
    /// To give an order back.
    pub return_window: Limit,
    /// To give back what is urgent or an emergency.
    pub return_window_urgent: Limit,
    /// For the centre to decide on a return.
    pub ruling: Limit,
    /// To call back after a review.
    pub callback: Limit,
    /// The longest suspension; in natural time.
    pub suspension_max: Limit,
    /// Attempts at a callback before it counts as unanswered.
    pub visit_attempts: u32,
    /// Days on which they must lie.
    pub visit_days: u32,
}

impl Default for HandlingLimits {
    fn default() -> Self {
        Self {
            sign: Limit::new(2, LimitUnit::WorkingHours),
            sign_urgent: Limit::new(30, LimitUnit::NaturalMinutes),
            return_window: Limit::new(1, LimitUnit::WorkingDays),
            return_window_urgent: Limit::new(2, LimitUnit::WorkingHours),
            ruling: Limit::new(4, LimitUnit::WorkingHours),
            callback: Limit::new(3, LimitUnit::WorkingDays),
            suspension_max: Limit::new(30, LimitUnit::NaturalDays),
            visit_attempts: 3,
            visit_days: 2,
        }
    }
}

/// The limits that handbook §1 marks `[LOCAL]`, as far as citizens meet them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TownLimits {
    /// Characters of a title.
    pub title_max: u32,
    /// Characters of a content or a supplement.
    pub content_max: u32,
    /// Photos with one submission.
    pub photos_max: u32,
    /// Seconds of one recording.
    pub audio_seconds_max: u32,
    /// Bytes of one attachment.
    pub attachment_bytes_max: u32,
    /// Supplements of one order.
    pub supplements_max: u32,
    /// Redos of one order before the centre rules.
    pub redos_max: u32,
    /// How long between two urges of one order, in natural hours.
    pub urge_cooldown: Limit,
    /// How long after closing an order can be reopened; in natural time.
    pub reopen_window: Limit,
    /// How near two places of the same matter are, in metres.
    pub duplicate_radius_m: u32,
    /// How long a closed order still answers the same appeal of the same caller; in natural time.
    pub repeat_closed_window: Limit,
    /// The repeat that raises the urgency.
    pub repeat_raises_urgency_at: u32,
    /// The number of callers that makes a group matter.
    pub group_callers: u32,
    /// Submissions of one client address in a minute.
    pub address_per_minute: u32,
    /// The same with a proof of work.
    pub address_per_minute_with_work: u32,
    /// Submissions of one phone in a day.
    pub phone_per_day: u32,
    /// Leading zero bits of a proof of work.
    pub work_bits: u32,
}

/// Reads `town.toml`; mistakes go to `errors`.
pub(crate) fn read(files: &Files<'_>, errors: &RefCell<Vec<RowError>>) -> Option<Town> {
    let bytes = files.bytes(TOWN, errors)?;
    let fail = |row, code, detail: String| {
        let error = RowError { row, ..RowError::file(TOWN, code, detail) };
        errors.borrow_mut().push(error);
    };
    if bytes.len() > MAX_TOWN_BYTES {
        fail(0, RowErrorCode::TooLarge, format!("{} bytes, at most {MAX_TOWN_BYTES}", bytes.len()));
        return None;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        fail(0, RowErrorCode::NotUtf8, "the file is not UTF-8".to_owned());
        return None;
    };
    match parse(text) {
        Ok(town) => {
            town.check(errors);
            Some(town)
        }
        Err((row, detail)) => {
            fail(row, RowErrorCode::Malformed, detail);
            None
        }
    }
}

/// The town, or the line (0 where no line is to blame) and what was expected there.
///
/// The text becomes a value first and is read from that, like everything else here: reading types from TOML directly is
/// 50 KB of code more.
fn parse(text: &str) -> Result<Town, (u32, String)> {
    let value: Value = basic_toml::from_str(text).map_err(|error| {
        let row = error.line_col().map_or(0, |(line, _)| u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1));
        (row, error.to_string())
    })?;
    canon::read_value::<Town>(value.clone()).map_err(|error| {
        let detail = error.to_string();
        let row = culprit(&value, &detail).and_then(|key| line_of(text, &key)).unwrap_or(0);
        (row, detail)
    })
}

/// The key without which the mistake would be another one; none where something is missing, which shows last of all.
fn culprit(value: &Value, mistake: &str) -> Option<String> {
    let tables = value.as_object().filter(|_| !mistake.starts_with("expected a member"))?;
    let is_cured = |town: Map<String, Value>| match canon::read_value::<Town>(town.into()) {
        Ok(_) => true,
        Err(error) => error.to_string() != mistake,
    };
    let table = tables.keys().find(|name| is_cured(without(tables, name)))?;
    let members = tables.get(table).and_then(Value::as_object);
    let key = members.and_then(|members| {
        members.keys().find(|key| {
            let mut town = tables.clone();
            town.insert(table.clone(), without(members, key).into());
            is_cured(town)
        })
    });
    Some(key.unwrap_or(table).clone())
}

fn without(members: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut rest = members.clone();
    rest.remove(name);
    rest
}

/// The first line, from 1, that gives `key` or opens the table of that name.
fn line_of(text: &str, key: &str) -> Option<u32> {
    let gives = |line: &str| {
        let line = line.trim_start().trim_start_matches('[');
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']']))
    };
    let index = text.lines().position(gives)?;
    u32::try_from(index).ok()?.checked_add(1)
}

impl Town {
    /// What types cannot say: ranges beyond which the rest of the system would not hold.
    fn check(&self, errors: &RefCell<Vec<RowError>>) {
        let fail = |column: &str, code, detail: String| {
            let error = RowError { column: column.to_owned(), ..RowError::file(TOWN, code, detail) };
            errors.borrow_mut().push(error);
        };
        for (column, text) in [("name_zh", &self.name_zh), ("name_en", &self.name_en), ("hotline", &self.hotline)] {
            if text.trim().is_empty() {
                fail(column, RowErrorCode::Required, "must not be empty".to_owned());
            }
        }
        if !OrderNo::is_prefix(&self.order_prefix) {
            fail("order_prefix", RowErrorCode::Format, "must be 2 to 12 capital letters and digits".to_owned());
        }
        for (column, value, range) in self.ranges() {
            if !range.contains(&value) {
                let detail = format!("{value}, must be {} to {}", range.start(), range.end());
                fail(column, RowErrorCode::OutOfRange, detail);
            }
        }
        // Counted without a calendar: in working time they would be no time at all.
        for (column, limit) in [
            ("suspension_max", self.handling.suspension_max),
            ("reopen_window", self.limits.reopen_window),
            ("repeat_closed_window", self.limits.repeat_closed_window),
        ] {
            if limit.natural_ms().is_none() {
                fail(column, RowErrorCode::Format, "must be in natural days or hours".to_owned());
            }
        }
        if self.limits.urge_cooldown.unit != LimitUnit::NaturalHours {
            fail("urge_cooldown", RowErrorCode::Format, "must be in naturalHours".to_owned());
        }
    }

    fn ranges(&self) -> Vec<(&'static str, i64, RangeInclusive<i64>)> {
        let (o, l, h) = (&self.origin, &self.limits, &self.handling);
        // At the equator a kilometre is 89 832 units both ways; at 60° it has twice as many of longitude.
        let scale = 50_000..=250_000;
        vec![
            ("lon_e7", o.lon_e7.into(), -1_800_000_000..=1_800_000_000),
            ("lat_e7", o.lat_e7.into(), -900_000_000..=900_000_000),
            ("lon_e7_per_km", o.lon_e7_per_km.into(), scale.clone()),
            ("lat_e7_per_km", o.lat_e7_per_km.into(), scale),
            ("grid_reach_m", o.grid_reach_m.into(), 100..=100_000),
            ("title_max", l.title_max.into(), 1..=200),
            // 10 000 characters × 4 bytes = 40 KB of a document's 256 KiB.
            ("content_max", l.content_max.into(), 1..=10_000),
            ("photos_max", l.photos_max.into(), 0..=9),
            ("audio_seconds_max", l.audio_seconds_max.into(), 0..=60),
            ("attachment_bytes_max", l.attachment_bytes_max.into(), 1..=10_485_760),
            // 500 events of a document; supplements shall leave most of them to the staff.
            ("supplements_max", l.supplements_max.into(), 0..=100),
            ("redos_max", l.redos_max.into(), 0..=10),
            ("urge_cooldown", l.urge_cooldown.n.into(), 0..=720),
            ("visit_attempts", h.visit_attempts.into(), 1..=20),
            ("visit_days", h.visit_days.into(), 1..=10),
            // A year: longer than any season or lawsuit that an order can wait for.
            ("suspension_max", h.suspension_max.n.into(), 1..=366),
            ("sign", h.sign.n.into(), 1..=366),
            ("sign_urgent", h.sign_urgent.n.into(), 1..=366),
            ("return_window", h.return_window.n.into(), 1..=366),
            ("return_window_urgent", h.return_window_urgent.n.into(), 1..=366),
            ("ruling", h.ruling.n.into(), 1..=366),
            ("callback", h.callback.n.into(), 1..=366),
            ("reopen_window", l.reopen_window.n.into(), 0..=366),
            ("duplicate_radius_m", l.duplicate_radius_m.into(), 0..=5_000),
            ("repeat_closed_window", l.repeat_closed_window.n.into(), 0..=366),
            ("repeat_raises_urgency_at", l.repeat_raises_urgency_at.into(), 1..=100),
            ("group_callers", l.group_callers.into(), 2..=1_000),
            // A window remembers 100 hits (`service::rate`), so more would be no limit.
            ("address_per_minute", l.address_per_minute.into(), 1..=100),
            ("address_per_minute_with_work", l.address_per_minute_with_work.into(), 1..=100),
            ("phone_per_day", l.phone_per_day.into(), 1..=1_000),
            // 2^24 hashes take an old phone about a minute.
            ("work_bits", l.work_bits.into(), 1..=24),
        ]
    }
}
