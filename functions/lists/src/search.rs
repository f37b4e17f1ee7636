//! Search over the table of orders.
//!
//! The table is kept in pages of 2 048 slots. A request looks through a few of them from the newest, and its cursor is
//! the page to continue with, so the cost of a request does not grow with the town's past.

use axum::extract::Query;
use axum::response::{IntoResponse as _, Response};
use canon::DocId;
use domain::catalogue::CENTRE_UNIT;
use domain::order::{Relation, is_within};
use domain::permission::{Action, Scope, permitted};
use http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use service::reader::Reader;
use service::session::{Session, StaffCall};
use store::{Access, Platform, TableRow, read_table, table_page};

use crate::queues::{is_about, item};

/// Pages of a search request: 4 × 80 KB.
const PAGES_MAX: u64 = 4;
/// Orders of an answer: 200 rows of 350 bytes are 70 KB, and more than anybody reads before asking for more.
const ITEMS_MAX: usize = 200;
/// The columns of an export, in order.
const COLUMNS: [&str; 11] = [
    "number",
    "appealType",
    "categoryCode",
    "villageCode",
    "status",
    "urgency",
    "receivedAt",
    "promisedBy",
    "innerBy",
    "leadUnit",
    "title",
];

/// The query of `GET /api/dispatch/orders`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SearchQuery {
    month: String,
    unit: String,
    status: String,
    category: String,
    q: String,
    cursor: String,
}

/// Rows of the table with the orders that they show.
pub(crate) type Rows = Vec<(DocId, TableRow)>;

/// `GET /api/dispatch/orders`: JSON, or CSV where that is asked for.
pub(crate) async fn search<P: Platform>(
    reader: Reader<P>,
    query: Result<Query<SearchQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let staff = reader.within(Scope::OrdersRead)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let cursor = Cursor::read(&query.cursor)?;
    if wants_csv(&staff.call.headers) {
        let (rows, _) = newest(&staff, cursor.page, PAGES_MAX).await?;
        let rows = rows.into_iter().filter(|(_, row)| matches(&row.c, &query));
        let rows: Vec<Value> = rows.map(|(_, row)| row.c).collect();
        return Ok(csv(&staff, &rows));
    }
    let (rows, next) = some(&staff, cursor, &query).await?;
    let items: Vec<Value> = rows.into_iter().filter_map(|(id, row)| item(&id, row.v, row.c)).collect();
    Ok(service::json(&json!({ "items": items, "nextCursor": next })))
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
        let (page, below) = text.split_once('.').unwrap_or((text, ""));
        let page = if page.is_empty() { None } else { Some(page.parse().map_err(|_| malformed())?) };
        Ok(Self { page, below: Some(below.to_owned()).filter(|below| !below.is_empty()) })
    }
}

/// Up to [`ITEMS_MAX`] rows that fit, from up to [`PAGES_MAX`] pages, and where to go on.
async fn some<P: Platform>(
    staff: &StaffCall<P>,
    cursor: Cursor,
    query: &SearchQuery,
) -> Result<(Rows, Option<String>), Problem> {
    let Cursor { page, mut below } = cursor;
    let mut page = match page {
        Some(page) => page,
        None => table_page(store::next_slot(&staff.call.access).await?),
    };
    let mut rows: Rows = Vec::new();
    for _ in 0..PAGES_MAX {
        let (mut found, earlier) = newest(staff, Some(page), 1).await?;
        found.retain(|(_, row)| matches(&row.c, query) && below.as_deref().is_none_or(|below| number(&row.c) < below));
        let room = ITEMS_MAX.saturating_sub(rows.len());
        let full = found.len() > room;
        found.truncate(room);
        rows.extend(found);
        if full {
            let last = rows.last().map(|(_, row)| number(&row.c).to_owned()).unwrap_or_default();
            return Ok((rows, Some(format!("{page}.{last}"))));
        }
        below = None;
        match earlier {
            Some(earlier) => page = earlier,
            None => return Ok((rows, None)),
        }
    }
    Ok((rows, Some(page.to_string())))
}

/// The rows that this person may see in up to `pages` pages from `from` or the newest, newest first, and the page to
/// continue with.
pub(crate) async fn newest<P: Platform>(
    staff: &StaffCall<P>,
    from: Option<u64>,
    pages: u64,
) -> Result<(Rows, Option<u64>), Problem> {
    let (mut rows, next) = all_newest(&staff.call.access, from, pages).await?;
    rows.retain(|(_, row)| may_see(&row.c, &staff.session));
    Ok((rows, next))
}

/// The same with every row: for figures that tell nobody of an order.
pub(crate) async fn all_newest<P: Platform>(
    access: &Access<P>,
    from: Option<u64>,
    pages: u64,
) -> Result<(Rows, Option<u64>), Problem> {
    let last = match from {
        Some(page) => page,
        None => table_page(store::next_slot(access).await?),
    };
    let first = last.saturating_sub(pages.saturating_sub(1));
    let mut rows = Vec::new();
    for page in (first..=last).rev() {
        let mut found: Rows = read_table(access, "orders", page).await?.into_iter().collect();
        found.sort_by(|(_, a), (_, b)| number(&b.c).cmp(number(&a.c)));
        rows.extend(found);
    }
    Ok((rows, first.checked_sub(1)))
}

fn number(columns: &Value) -> &str {
    columns.get("number").and_then(Value::as_str).unwrap_or_default()
}

/// As for the order itself, with what a row tells.
fn may_see(columns: &Value, session: &Session) -> bool {
    let unit = session.unit.as_ref().map(|unit| unit.as_str()).unwrap_or_default();
    let leads = columns.get("leadUnit").and_then(Value::as_str).is_some_and(|lead| is_within(unit, lead));
    let relations = [(Relation::Centre, unit == CENTRE_UNIT), (Relation::Leading, leads), (Relation::Outside, true)];
    let sees = |relation| session.roles.iter().any(|role| permitted(*role, Action::SeeOrder, relation));
    !is_about(columns, session) && relations.iter().any(|(relation, holds)| *holds && sees(*relation))
}

fn matches(columns: &Value, query: &SearchQuery) -> bool {
    let text = |name: &str| columns.get(name).and_then(Value::as_str).unwrap_or_default();
    let is = |wanted: &str, name: &str| wanted.is_empty() || text(name) == wanted;
    let q = query.q.trim();
    text("receivedAt").starts_with(&query.month)
        && is(&query.unit, "leadUnit")
        && is(&query.status, "status")
        && is(&query.category, "categoryCode")
        && (q.is_empty() || text("number").contains(q) || text("title").contains(q))
}

fn wants_csv(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.starts_with("text/csv"))
}

/// A table for a spreadsheet; its last line says who took it and when, so that a copy that turns up elsewhere can be
/// traced.
fn csv<P: Platform>(staff: &StaffCall<P>, rows: &[Value]) -> Response {
    // The byte order mark is what makes spreadsheets read UTF-8.
    let mut text = format!("\u{feff}{}\r\n", COLUMNS.join(","));
    for row in rows {
        let cells: Vec<String> =
            COLUMNS.iter().map(|name| cell(row.get(*name).and_then(Value::as_str).unwrap_or_default())).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let mark = format!("{} {}", staff.session.account, staff.call.access.now());
    text.push_str(&format!("{}\r\n", cell(&mark)));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"orders.csv\""),
    ];
    (headers, text).into_response()
}

/// A cell of RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(cell("路灯\"不亮\""), "\"路灯\"\"不亮\"\"\"");
        assert_eq!(cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
