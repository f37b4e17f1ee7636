//! Search over the table of orders, and the dashboard's counts.
//!
//! The table is kept in pages of 2 048 slots. A request looks through a few of them from the newest, and its cursor is
//! the page to continue with, so the cost of a request does not grow with the town's past.

use std::collections::BTreeMap;

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
use store::{Access, Head, Platform, StoreError, TableRow, read_table, table_page};

use crate::queues::{is_about, item};

/// Pages of a search request: 4 × 80 KB.
const PAGES_MAX: u64 = 4;
/// Pages that the dashboard looks through: 16 × 2 048 slots, some 3 000 to 6 000 orders, the open ones among the newest.
const DASHBOARD_PAGES: u64 = 16;
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
    cursor: Option<u64>,
}

type Rows = Vec<(DocId, TableRow)>;

/// `GET /api/dispatch/orders`: JSON, or CSV where that is asked for.
pub(crate) async fn search<P: Platform>(
    reader: Reader<P>,
    query: Result<Query<SearchQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let staff = reader.within(Scope::OrdersRead)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let (rows, next) = newest(&staff, query.cursor, PAGES_MAX).await?;
    let rows = rows.into_iter().filter(|(_, row)| matches(&row.c, &query));
    if wants_csv(&staff.call.headers) {
        let rows: Vec<Value> = rows.map(|(_, row)| row.c).collect();
        return Ok(csv(&staff, &rows));
    }
    let items: Vec<Value> = rows.filter_map(|(id, row)| item(&id, row.v, row.c)).collect();
    Ok(service::json(&json!({ "items": items, "nextCursor": next.map(|page| page.to_string()) })))
}

/// `GET /api/dispatch/dashboard`
pub(crate) async fn dashboard<P: Platform>(reader: Reader<P>) -> Result<Response, Problem> {
    let staff = reader.within(Scope::CountsRead)?;
    let (rows, next) = newest(&staff, None, DASHBOARD_PAGES).await?;
    let now = staff.call.access.now().to_string();
    let mut counts: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
    let mut overdue = 0_u64;
    for (_, TableRow { c: columns, .. }) in &rows {
        let text = |name: &str| columns.get(name).and_then(Value::as_str);
        let is_open =
            !matches!(text("status"), Some("withdrawn" | "closed" | "archived" | "transferredOut" | "merged") | None);
        // Moments of one offset in one form compare as text.
        let is_late = is_open && text("innerBy").or_else(|| text("promisedBy")).is_some_and(|at| at < now.as_str());
        overdue = overdue.saturating_add(u64::from(is_late));
        let mut count = |group, name: Option<&str>| {
            if let Some(name) = name {
                let n = counts.entry(group).or_default().entry(name.to_owned()).or_default();
                *n = n.saturating_add(1);
            }
        };
        count("byStatus", text("status"));
        if is_open {
            count("byCategory", text("categoryCode"));
            count("byVillage", text("villageCode"));
            count("byUnit", text("leadUnit"));
        }
    }
    let group = |name: &str| counts.get(name).cloned().unwrap_or_default();
    Ok(service::json(&json!({
        "orders": rows.len(), "complete": next.is_none(), "overdue": overdue, "byStatus": group("byStatus"),
        "byCategory": group("byCategory"), "byVillage": group("byVillage"), "byUnit": group("byUnit"),
    })))
}

/// The rows that this person may see in up to `pages` pages from `from` or the newest, newest first, and the page to
/// continue with.
async fn newest<P: Platform>(
    staff: &StaffCall<P>,
    from: Option<u64>,
    pages: u64,
) -> Result<(Rows, Option<u64>), Problem> {
    let access = &staff.call.access;
    let last = match from {
        Some(page) => page,
        None => table_page(next_slot(access).await?),
    };
    let first = last.saturating_sub(pages.saturating_sub(1));
    let mut rows = Vec::new();
    for page in (first..=last).rev() {
        let mut found: Rows = read_table(access, "orders", page).await?.into_iter().collect();
        found.retain(|(_, row)| may_see(&row.c, &staff.session));
        found.sort_by(|(_, a), (_, b)| number(&b.c).cmp(number(&a.c)));
        rows.extend(found);
    }
    Ok((rows, first.checked_sub(1)))
}

/// The slot that the sequencer looks at next: what lists can show is before it.
async fn next_slot<P: Platform>(access: &Access<P>) -> Result<u64, Problem> {
    let head = access.get(store::keys::HEAD).await?;
    let head: Option<Head> = head.map(|bytes| canon::read(&bytes)).transpose().map_err(StoreError::from)?;
    Ok(head.map_or(0, |head| head.next))
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
