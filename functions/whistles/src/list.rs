//! Which whistles there are for this person: the open ones, or those that are over.

use axum::extract::Query;
use axum::response::Response;
use canon::DocId;
use domain::order::Relation;
use domain::permission::{Action, permitted};
use domain::whistle::{WHISTLES_QUEUE, whistle_queue};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use service::session::{Session, StaffCall};
use store::{Access, Head, Platform, StoreError, read_queue, read_table, table_page};

/// Pages of the table for those that are over: 4 × 2 048 slots of everything that happens; whistles are rare.
const PAGES: u64 = 4;
/// Rows of an answer (service.md: at most 100).
const ROWS_MAX: usize = 100;

/// The query of `GET /api/whistles`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    /// `1`: those that are over.
    over: String,
}

/// `GET /api/whistles`
pub(crate) async fn list<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let (access, session) = (&staff.call.access, &staff.session);
    let blow = session.roles.iter().any(|role| permitted(*role, Action::BlowWhistle, relation(session)));
    let mut rows = if query.over == "1" { over(access, session).await? } else { open(access, session).await? };
    rows.sort_by(|a, b| blown_at(b).cmp(blown_at(a)));
    let total = rows.len();
    rows.truncate(ROWS_MAX);
    Ok(service::json(&json!({"total": total, "items": rows, "canBlow": blow})))
}

fn relation(session: &Session) -> Relation {
    if session.centre { Relation::Centre } else { Relation::Outside }
}

/// Whether they see every whistle, as the centre does and whoever oversees it.
fn sees_all(session: &Session) -> bool {
    session.roles.iter().any(|role| permitted(*role, Action::SeeOrder, relation(session)))
}

/// Whether they see those that call their unit.
fn sees_own(session: &Session) -> bool {
    session.roles.iter().any(|role| permitted(*role, Action::SeeOrder, Relation::Assisting))
}

async fn open<P: Platform>(access: &Access<P>, session: &Session) -> Result<Vec<Value>, Problem> {
    let queue = match &session.unit {
        _ if sees_all(session) => WHISTLES_QUEUE.to_owned(),
        Some(unit) if sees_own(session) => whistle_queue(unit),
        _ => return Ok(Vec::new()),
    };
    let rows = read_queue(access, &queue).await?;
    Ok(rows.into_iter().filter_map(|(id, row)| item(&id, row.c?)).collect())
}

async fn over<P: Platform>(access: &Access<P>, session: &Session) -> Result<Vec<Value>, Problem> {
    let head = access.get(store::keys::HEAD).await?;
    let head: Option<Head> = head.map(|bytes| canon::read(&bytes)).transpose().map_err(StoreError::from)?;
    let last = table_page(head.map_or(0, |head| head.next));
    let own = session.unit.as_ref().filter(|_| sees_own(session)).map(|unit| unit.as_str());
    let mut rows = Vec::new();
    for page in last.saturating_sub(PAGES.saturating_sub(1))..=last {
        let page = read_table(access, "whistles", page).await?.into_iter();
        rows.extend(page.filter_map(|(id, row)| item(&id, row.c)).filter(is_over));
    }
    rows.retain(|row| sees_all(session) || own.is_some_and(|own| calls(row, own)));
    Ok(rows)
}

fn is_over(row: &Value) -> bool {
    matches!(row.get("status").and_then(Value::as_str), Some("done" | "refused"))
}

fn calls(row: &Value, unit: &str) -> bool {
    let units = row.get("units").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    units.iter().any(|called| called.as_str() == Some(unit))
}

fn blown_at(row: &Value) -> &str {
    row.get("blownAt").and_then(Value::as_str).unwrap_or_default()
}

fn item(id: &DocId, mut columns: Value) -> Option<Value> {
    columns.as_object_mut()?.insert("id".to_owned(), json!(id));
    Some(columns)
}
