//! Queues: what waits for the centre, for a unit, in a village.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Response};
use canon::{DocId, sha256};
use domain::catalogue::{CENTRE_UNIT, VillageCode};
use domain::order::{CARDS_QUEUE, POOL_QUEUE, REVIEW_QUEUE, Relation, VISIT_QUEUE, is_within, local_queue, unit_queue};
use domain::permission::{Action, permitted};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use service::session::{Session, StaffCall};
use store::{Platform, QueueRow, read_queue};

/// Rows of a page (service.md: at most 100).
const LIMIT_MAX: usize = 100;
/// The queues by their names in the API.
const NAMES: [&str; 6] = ["pool", "review", "visit", "cards", "unit", "village"];

/// The query of `GET /api/dispatch/queues/{name}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PageQuery {
    cursor: Option<u64>,
    limit: Option<usize>,
}

/// `GET /api/dispatch/queues`
pub(crate) async fn all<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    let mut queues = Vec::new();
    for name in NAMES {
        if let Some(key) = key_of(&staff.session, name) {
            let total = rows(&staff, &key).await?.len();
            queues.push(json!({ "name": name, "total": total }));
        }
    }
    Ok(service::json(&json!({ "queues": queues })))
}

/// `GET /api/dispatch/queues/{name}`
pub(crate) async fn one<P: Platform>(
    staff: StaffCall<P>,
    Path(name): Path<String>,
    query: Result<Query<PageQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    if !NAMES.contains(&name.as_str()) {
        return Err(Problem::not_found());
    }
    let key = key_of(&staff.session, &name).ok_or_else(|| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "This queue is another's. Ask your administrator if it should be yours.",
        )
    })?;
    let rows = rows(&staff, &key).await?;
    let total = rows.len();
    let limit = query.limit.unwrap_or(LIMIT_MAX).clamp(1, LIMIT_MAX);
    let mut rest = rows.into_iter().filter(|(_, row)| query.cursor.is_none_or(|after| row.born > after));
    let page: Vec<(DocId, QueueRow)> = rest.by_ref().take(limit).collect();
    let last = page.last().map(|(_, row)| row.born);
    let next = rest.next().and(last).map(|born| born.to_string());
    let items: Vec<Value> = page.into_iter().filter_map(|(id, row)| item(&id, row.v, row.c?)).collect();
    let bytes = serde_json::to_vec(&json!({ "name": name, "total": total, "items": items, "nextCursor": next }))
        .map_err(store::StoreError::from)?;
    let etag = format!("\"{}\"", sha256(&[&bytes]));
    let known = staff.call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(etag.as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let mut response = ([(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    if let Ok(etag) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// The stored queue behind a name, if it is one of this person's.
fn key_of(session: &Session, name: &str) -> Option<String> {
    let unit = session.unit.as_ref()?;
    let sees = |relation| session.roles.iter().any(|role| permitted(*role, Action::SeeOrder, relation));
    let centre = unit.as_str() == CENTRE_UNIT && sees(Relation::Centre);
    match name {
        "pool" => centre.then(|| POOL_QUEUE.to_owned()),
        "review" => centre.then(|| REVIEW_QUEUE.to_owned()),
        "visit" => centre.then(|| VISIT_QUEUE.to_owned()),
        "cards" => centre.then(|| CARDS_QUEUE.to_owned()),
        "unit" => sees(Relation::Leading).then(|| unit_queue(unit)),
        "village" => {
            let village = unit.as_str().parse::<VillageCode>().ok().filter(|_| sees(Relation::Local))?;
            Some(local_queue(&village))
        }
        _ => None,
    }
}

/// The rows but for those that complain about this person's unit, and of a village's for whoever works in one grid only
/// that grid's.
async fn rows<P: Platform>(staff: &StaffCall<P>, key: &str) -> Result<Vec<(DocId, QueueRow)>, Problem> {
    let mut rows = read_queue(&staff.call.access, key).await?;
    rows.retain(|(_, row)| row.c.as_ref().is_some_and(|columns| !is_about(columns, &staff.session)));
    if let Some(grid) = staff.session.grid.as_ref().filter(|_| key.starts_with("village/")) {
        let grid = json!(grid);
        rows.retain(|(_, row)| row.c.as_ref().and_then(|columns| columns.get("gridCode")) == Some(&grid));
    }
    Ok(rows)
}

/// Whether a row's order complains about this person's unit or what it is a part of.
pub(crate) fn is_about(columns: &Value, session: &Session) -> bool {
    let respondents = columns.get("respondents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let unit = session.unit.as_ref().map(|unit| unit.as_str()).unwrap_or_default();
    respondents.iter().filter_map(Value::as_str).any(|respondent| is_within(unit, respondent))
}

/// A row as the API shows it. Who is complained about is told in the order itself.
pub(crate) fn item(id: &DocId, version: u64, mut columns: Value) -> Option<Value> {
    let members = columns.as_object_mut()?;
    members.remove("respondents");
    members.insert("id".to_owned(), json!(id));
    members.insert("version".to_owned(), json!(version));
    Some(columns)
}
