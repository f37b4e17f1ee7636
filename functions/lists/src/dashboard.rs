//! Figures: what is open and where, how many came in and were closed day by day, and the three rates.
//!
//! All of it is summed from the table's rows, which the tick folds from the log; nothing is counted beside them. What
//! must stay true: a rate is never shown without what it is a share of, nor a figure without the days it is about.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::{IntoResponse as _, Response};
use canon::sha256;
use domain::order::Rates;
use domain::permission::{Action, Scope};
use domain::time::{Date, MINUTE_MS};
use http::{HeaderValue, StatusCode, header};
use orders::found::{Rows, every, page};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use service::Problem;
use service::reader::Reader;
use service::session::StaffCall;
use store::{Behind, Platform, StoreError, TableRow, behind, table_page};

/// Pages that are looked through: 16 × 2 048 slots, some 3 000 to 6 000 orders, the open ones among the newest.
const PAGES: u64 = 16;
/// Days of the trend and of the rates: a month, which is what rates are reported by.
const TREND_DAYS: usize = 30;

type Counts = BTreeMap<String, u64>;

/// What the rows add up to.
#[derive(Default)]
struct Figures {
    overdue: u64,
    /// By the name of the group in the answer, then by code.
    counts: BTreeMap<&'static str, Counts>,
    /// Received and closed by day, oldest first.
    trend: BTreeMap<String, [u64; 2]>,
    rates: Rates,
    rates_by_unit: BTreeMap<String, Rates>,
}

/// The query of `GET /api/dispatch/dashboard`: `after` is the slot of a change that must be in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BoardQuery {
    after: Option<u64>,
}

/// `GET /api/dispatch/dashboard`: asked every few seconds by whoever watches it, so what did not change is not summed
/// again.
pub(crate) async fn dashboard<P: Platform>(
    reader: Reader<P>,
    query: Result<Query<BoardQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let staff = reader.within(Scope::CountsRead)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let behind = behind(&staff.call.access, query.after).await?;
    let etag = etag(&staff).await?;
    let known = staff.call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if etag.is_some() && known == etag.as_deref() {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let mut response = service::json(&summed(&staff, behind).await?);
    if let Some(etag) = etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// Names the figures: all events so far, the minute, by which orders become overdue, and who looks. None while events are
/// on their way to the boards.
async fn etag<P: Platform>(staff: &StaffCall<P>) -> Result<Option<String>, StoreError> {
    let access = &staff.call.access;
    let (slot, minute) = (store::next_slot(access).await?, access.now().unix_ms().div_euclid(MINUTE_MS));
    let roles: Vec<&str> = staff.session.roles.iter().map(|role| role.as_str()).collect();
    let who = format!("{} {}", staff.session.staff, roles.join(" "));
    let name = || format!("\"{slot}-{minute}-{}\"", sha256(&[who.as_bytes()]));
    Ok(store::is_drained(access).await?.then(name))
}

async fn summed<P: Platform>(staff: &StaffCall<P>, behind: Behind) -> Result<Value, Problem> {
    let last = table_page(store::next_slot(&staff.call.access).await?);
    let first = last.saturating_sub(PAGES - 1);
    let mut rows: Rows = Vec::new();
    for at in first..=last {
        rows.extend(page(staff, at).await?);
    }
    let now = staff.call.access.now();
    let mut figures = Figures { trend: days(now.date()), ..Figures::default() };
    for (_, row) in &rows {
        figures.add(row, &now.to_string())?;
    }
    let trend: Vec<Value> = figures
        .trend
        .iter()
        .map(|(day, [received, closed])| json!({"day": day, "received": received, "closed": closed}))
        .collect();
    let group = |name: &str| figures.counts.get(name).cloned().unwrap_or_default();
    Ok(json!({
        "orders": rows.len(), "complete": first == 0, "behind": behind.slots, "stale": behind.stale, "overdue": figures.overdue, "byStatus": group("byStatus"),
        "byCategory": group("byCategory"), "byVillage": group("byVillage"), "byUnit": group("byUnit"),
        "overdueByVillage": group("overdueByVillage"), "trend": trend,
        "rates": {
            "from": figures.trend.keys().next(), "until": figures.trend.keys().next_back(),
            "all": rates(&figures.rates), "byUnit": by_unit(&figures.rates_by_unit),
        },
    }))
}

/// `GET /api/dispatch/in-use`: how many open orders name each code, for whoever is about to take one out of the
/// catalogue.
pub(crate) async fn in_use<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    staff.require(Action::ManageCatalogue)?;
    let access = &staff.call.access;
    let last = table_page(store::next_slot(access).await?);
    let first = last.saturating_sub(PAGES - 1);
    let mut rows: Rows = Vec::new();
    for at in first..=last {
        rows.extend(every(access, at).await?);
    }
    let mut counts: BTreeMap<&'static str, Counts> = BTreeMap::new();
    for (_, TableRow { c: columns, .. }) in rows.iter().filter(|(_, row)| is_open(&row.c)) {
        for column in ["categoryCode", "leadUnit", "villageCode", "gridCode"] {
            count(&mut counts, column, text(columns, column));
        }
    }
    Ok(service::json(&json!({"complete": first == 0, "open": counts})))
}

impl Figures {
    fn add(&mut self, row: &TableRow, now: &str) -> Result<(), Problem> {
        let columns = &row.c;
        let counts = &mut self.counts;
        count(counts, "byStatus", text(columns, "status"));
        if is_open(columns) {
            count(counts, "byCategory", text(columns, "categoryCode"));
            count(counts, "byVillage", text(columns, "villageCode"));
            count(counts, "byUnit", text(columns, "leadUnit"));
            // Moments of one offset in one form compare as text.
            if runs_until(columns).is_some_and(|by| by <= now) {
                self.overdue = self.overdue.saturating_add(1);
                count(counts, "overdueByVillage", text(columns, "villageCode"));
            }
        }
        self.day(columns, "receivedAt", 0);
        let closed = matches!(text(columns, "status"), Some("closed" | "archived"));
        if closed && self.day(columns, "closedAt", 1) {
            self.rate(columns)?;
        }
        Ok(())
    }

    /// Counts the row in on the day of `column`; whether that is a day of the trend.
    fn day(&mut self, columns: &Value, column: &str, which: usize) -> bool {
        let day = text(columns, column).and_then(|at| at.get(..10)).and_then(|day| self.trend.get_mut(day));
        let counter = day.and_then(|counters| counters.get_mut(which));
        counter.map(|counter| *counter = counter.saturating_add(1)).is_some()
    }

    fn rate(&mut self, columns: &Value) -> Result<(), Problem> {
        let Some(rates) = columns.get("rates") else { return Ok(()) };
        let rates: Rates = canon::read_value(rates.clone()).map_err(StoreError::from)?;
        self.rates = self.rates.plus(rates);
        if let Some(unit) = text(columns, "leadUnit") {
            let of_unit = self.rates_by_unit.entry(unit.to_owned()).or_default();
            *of_unit = of_unit.plus(rates);
        }
        Ok(())
    }
}

/// The days of the trend up to `today`, with nothing counted yet.
fn days(today: Date) -> BTreeMap<String, [u64; 2]> {
    (0..).take(TREND_DAYS).map(|ago: i64| (today.plus_days(ago.saturating_neg()).to_string(), [0, 0])).collect()
}

/// Each rate with what it is a share of; satisfaction is a sum of tenths over ten for each answer.
fn rates(rates: &Rates) -> Value {
    let Rates { response, resolution, satisfaction, unsolvable } = rates;
    let share =
        |ratio: &domain::order::Ratio| json!({"part": ratio.part, "whole": ratio.whole, "perMille": ratio.per_mille()});
    json!({
        "response": share(response), "resolution": share(resolution), "satisfaction": share(satisfaction),
        "unsolvable": unsolvable,
    })
}

fn by_unit(units: &BTreeMap<String, Rates>) -> Map<String, Value> {
    units.iter().map(|(unit, of_unit)| (unit.clone(), rates(of_unit))).collect()
}

fn text<'a>(columns: &'a Value, name: &str) -> Option<&'a str> {
    columns.get(name).and_then(Value::as_str)
}

fn is_open(columns: &Value) -> bool {
    let status = text(columns, "status");
    !matches!(status, Some("withdrawn" | "closed" | "archived" | "transferredOut" | "merged") | None)
}

/// Until when somebody has time: the unit while its clock runs, the centre until it has dispatched. Nobody's runs while the
/// order is suspended, is reviewed or its caller is called back (handbook §8.4).
fn runs_until(columns: &Value) -> Option<&str> {
    match text(columns, "status")? {
        "pendingSign" | "inProgress" | "returnPending" => text(columns, "innerBy"),
        // The promise as it stands, where there was a unit before.
        "registered" => text(columns, "outerBy").or_else(|| text(columns, "promisedBy")),
        _ => None,
    }
}

fn count(counts: &mut BTreeMap<&'static str, Counts>, group: &'static str, name: Option<&str>) {
    if let Some(name) = name {
        let n = counts.entry(group).or_default().entry(name.to_owned()).or_default();
        *n = n.saturating_add(1);
    }
}
