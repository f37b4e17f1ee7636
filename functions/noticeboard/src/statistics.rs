//! What the town publishes of itself every month: by month of receipt, category and village, with the three rates.
//!
//! Read from the sums that the tick keeps: one batch of at most twelve keys. What must stay true: a group so small that
//! it could point at somebody is not told, nor can it be computed from what is told.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use domain::order::{Ratio, Tally};
use domain::time::Date;
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};
use service::{Call, FieldError, Problem};
use store::{Platform, Sums, read_sums};

/// Months without a wish: a year.
const MONTHS: u32 = 12;
/// Cases, or answers, below which a figure could point at somebody: five, as official statistics commonly have it.
const SMALLEST: u64 = 5;
/// Five minutes: figures of months need not be newer.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The query of `GET /api/intake/statistics`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatisticsQuery {
    month: Option<String>,
}

/// `GET /api/intake/statistics`
pub(crate) async fn show<P: Platform>(
    call: Call<P>,
    query: Result<Query<StatisticsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let months = match query.month.filter(|month| !month.is_empty()) {
        Some(month) if format!("{month}-01").parse::<Date>().is_ok() => vec![month],
        Some(_) => return Err(Problem::invalid(vec![FieldError::new("?month", "invalid")])),
        None => last_months(call.access.now().date()),
    };
    let found = read_sums(&call.access, "orders", &months).await?;
    let figures = |sums: Option<&Sums>| sums.and_then(|sums| sums.get("town")).map(|n| Tally::from_numbers(n));
    let by_month: Vec<(&String, Tally)> =
        months.iter().map(|month| (month, figures(found.get(month)).unwrap_or_default())).collect();
    let total = by_month.iter().map(|(_, tally)| *tally).fold(Tally::default(), Tally::plus);
    let rows: Vec<Value> = by_month.iter().map(|(month, tally)| row("month", json!(month), tally)).collect();
    let answer = json!({
        "months": rows, "total": row("month", Value::Null, &total), "smallest": SMALLEST,
        "categories": groups(&found, "category/"), "villages": groups(&found, "village/"),
    });
    Ok(([(header::CACHE_CONTROL, CACHE_CONTROL)], service::json(&answer)).into_response())
}

/// The months up to `today`'s, oldest first.
fn last_months(today: Date) -> Vec<String> {
    let mut months: Vec<String> = Vec::new();
    let mut first = today.to_string().get(..7).and_then(|month| format!("{month}-01").parse::<Date>().ok());
    while let Some(day) = first.filter(|_| months.len() < usize::try_from(MONTHS).unwrap_or(usize::MAX)) {
        months.extend(day.to_string().get(..7).map(str::to_owned));
        let before = day.plus_days(-1).to_string();
        first = before.get(..7).and_then(|month| format!("{month}-01").parse().ok());
    }
    months.reverse();
    months
}

/// The groups whose names begin with `prefix`, over all months. Small ones are one row without a code; so that it hides
/// more than one group, and more than a handful of cases, it takes the next larger ones in until it does.
fn groups(found: &BTreeMap<String, Sums>, prefix: &str) -> Vec<Value> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for (name, numbers) in found.values().flatten() {
        if let Some(code) = name.strip_prefix(prefix) {
            let tally = tallies.entry(code).or_default();
            *tally = tally.plus(Tally::from_numbers(numbers));
        }
    }
    let mut by_size: Vec<(&str, Tally)> = tallies.into_iter().collect();
    by_size.sort_by_key(|(_, tally)| tally.received);
    let (mut others, mut hidden) = (Tally::default(), 0u32);
    let mut told: Vec<Value> = Vec::new();
    for (code, tally) in by_size {
        let unfinished = hidden > 0 && (hidden < 2 || others.received < SMALLEST);
        if tally.received < SMALLEST || unfinished {
            others = others.plus(tally);
            hidden = hidden.saturating_add(1);
        } else {
            told.push(row("code", json!(code), &tally));
        }
    }
    told.reverse();
    if hidden >= 2 && others.received >= SMALLEST {
        told.push(row("code", Value::Null, &others));
    }
    told
}

fn row(key: &str, name: Value, tally: &Tally) -> Value {
    let Tally { received, closed, on_time, withdrawn, open, rates } = tally;
    // Satisfaction is a sum of tenths.
    let (answers, tenths) = (SMALLEST, SMALLEST.saturating_mul(10));
    json!({
        key: name, "received": received, "closed": closed, "onTime": on_time, "withdrawn": withdrawn, "open": open,
        "rates": {
            "response": share(rates.response, answers), "resolution": share(rates.resolution, answers),
            "satisfaction": share(rates.satisfaction, tenths), "unsolvable": rates.unsolvable,
        },
    })
}

fn share(ratio: Ratio, smallest: u64) -> Value {
    if ratio.whole < smallest {
        return Value::Null;
    }
    json!({ "part": ratio.part, "whole": ratio.whole, "perMille": ratio.per_mille() })
}
