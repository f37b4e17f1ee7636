//! Search over the table of orders.
//!
//! A request looks through a few pages of the months it is about, from the newest, and its cursor says where to go on,
//! so the cost of a request does not grow with the town's past.

use axum::extract::Query;
use axum::response::Response;
use domain::export::Filter;
use domain::permission::Scope;
use http::{HeaderMap, header};
use orders::found::{IN_QUERY, Rows, checked, fits, item, number, page, span};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use service::reader::Reader;
use service::session::StaffCall;
use store::{Platform, behind};

use crate::csv;

/// Pages of a search request: 4 × 80 KB.
const PAGES_MAX: u64 = 4;
/// Orders of an answer: 200 rows of 350 bytes are 70 KB, and more than anybody reads before asking for more.
const ITEMS_MAX: usize = 200;
/// Letters of a cursor: a page's number has 20 at most, an order's 35.
const CURSOR_MAX: usize = 64;

/// The query of `GET /api/dispatch/orders`; `after` is the slot of a change that must be in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SearchQuery {
    month: String,
    unit: String,
    status: String,
    category: String,
    q: String,
    cursor: String,
    purpose: String,
    after: Option<u64>,
}

/// `GET /api/dispatch/orders`: JSON, or CSV where that is asked for.
pub(crate) async fn search<P: Platform>(
    reader: Reader<P>,
    query: Result<Query<SearchQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let staff = reader.within(Scope::OrdersRead)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let SearchQuery { month, unit, status, category, q, cursor, purpose, after } = query;
    let filter = checked(Filter { month, unit, status, category, q }, IN_QUERY)?;
    let cursor = Cursor::read(&cursor)?;
    let behind = behind(&staff.call.access, after).await?;
    if wants_csv(&staff.call.headers) {
        return csv::export(&staff, filter, &purpose).await;
    }
    let (rows, next) = some(&staff, cursor, &filter).await?;
    let items: Vec<Value> = rows.into_iter().filter_map(|(id, row)| item(&id, row.v, row.c)).collect();
    Ok(service::json(&json!({ "items": items, "nextCursor": next, "behind": behind.slots, "stale": behind.stale })))
}

/// Where a search goes on: a page of the table, and the number below which nothing of it was shown yet. By number and
/// not by count, so that orders which come in meanwhile move nothing.
struct Cursor {
    page: Option<u64>,
    below: Option<String>,
}

impl Cursor {
    fn read(text: &str) -> Result<Self, Problem> {
        let malformed = || Problem::malformed("The cursor is not one of ours; search again from the beginning.");
        if text.len() > CURSOR_MAX {
            return Err(malformed());
        }
        let (page, below) = text.split_once('.').unwrap_or((text, ""));
        let page = if page.is_empty() { None } else { Some(page.parse().map_err(|_| malformed())?) };
        Ok(Self { page, below: Some(below.to_owned()).filter(|below| !below.is_empty()) })
    }
}

/// Up to [`ITEMS_MAX`] rows that fit, from up to [`PAGES_MAX`] pages, and where to go on.
async fn some<P: Platform>(
    staff: &StaffCall<P>,
    cursor: Cursor,
    filter: &Filter,
) -> Result<(Rows, Option<String>), Problem> {
    let mut rows: Rows = Vec::new();
    let Some(span) = span(&staff.call.access, &filter.month).await? else { return Ok((rows, None)) };
    let Cursor { page: from, mut below } = cursor;
    let last = from.map_or(span.last, |page| page.min(span.last));
    let lowest = span.first.max(last.saturating_sub(PAGES_MAX - 1));
    for at in (lowest..=last).rev() {
        let mut found = page(staff, at).await?;
        found.retain(|(_, row)| fits(&row.c, filter) && below.as_deref().is_none_or(|below| number(&row.c) < below));
        let room = ITEMS_MAX.saturating_sub(rows.len());
        let full = found.len() > room;
        found.truncate(room);
        rows.extend(found);
        if full {
            let last = rows.last().map(|(_, row)| number(&row.c).to_owned()).unwrap_or_default();
            return Ok((rows, Some(format!("{at}.{last}"))));
        }
        below = None;
    }
    let next = lowest.checked_sub(1).filter(|next| *next >= span.first);
    Ok((rows, next.map(|next| next.to_string())))
}

fn wants_csv(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.starts_with("text/csv"))
}
