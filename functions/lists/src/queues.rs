//! Queues: what waits for the centre, for a unit, in a village.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Response};
use canon::{DocId, sha256};
use domain::board::project;
use domain::catalogue::VillageCode;
use domain::order::{CARDS_QUEUE, POOL_QUEUE, REVIEW_QUEUE, Relation, VISIT_QUEUE, local_queue, unit_queue};
use domain::permission::{Action, permitted};
use http::{HeaderValue, StatusCode, header};
use orders::found::{is_about, item};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use service::session::{Session, StaffCall};
use store::{Platform, QueueRow, catch_up, read_queue};

/// Rows of a page (service.md: at most 100).
const LIMIT_MAX: usize = 100;
/// The queues by their names in the API.
const NAMES: [&str; 6] = ["pool", "review", "visit", "cards", "unit", "village"];

/// More repeats than this are not told apart.
const REPEATS_MAX: u64 = 9_999;

/// The query of `GET /api/dispatch/queues` and `…/{name}`: `after` is the slot of a change that must be in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PageQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    after: Option<u64>,
}

/// `GET /api/dispatch/queues`
pub(crate) async fn all<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<PageQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let behind = catch_up(&staff.call.access, project, query.after).await?;
    let mut queues = Vec::new();
    for name in NAMES {
        if let Some(key) = key_of(&staff.session, name) {
            let total = rows(&staff, &key).await?.len();
            queues.push(json!({ "name": name, "total": total }));
        }
    }
    Ok(service::json(&json!({ "queues": queues, "behind": behind })))
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
    let behind = catch_up(&staff.call.access, project, query.after).await?;
    let rows = rows(&staff, &key).await?;
    let total = rows.len();
    let limit = query.limit.unwrap_or(LIMIT_MAX).clamp(1, LIMIT_MAX);
    let mut rest = rows.into_iter().filter(|row| query.cursor.as_ref().is_none_or(|after| row.place > *after));
    let page: Vec<Waiting> = rest.by_ref().take(limit).collect();
    let last = page.last().map(|row| row.place.clone());
    let next = rest.next().and(last);
    let items: Vec<Value> = page.into_iter().filter_map(|Waiting { id, row, .. }| item(&id, row.v, row.c?)).collect();
    let answer = json!({ "name": name, "total": total, "items": items, "nextCursor": next, "behind": behind });
    let bytes = serde_json::to_vec(&answer).map_err(store::StoreError::from)?;
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
    let centre = session.centre && sees(Relation::Centre);
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

/// The rows in the order in which they are to be seen to, but for those that complain about this person's unit, and of a
/// village's for whoever works in one grid only that grid's.
async fn rows<P: Platform>(staff: &StaffCall<P>, key: &str) -> Result<Vec<Waiting>, Problem> {
    let mut rows = read_queue(&staff.call.access, key).await?;
    rows.retain(|(_, row)| row.c.as_ref().is_some_and(|columns| !is_about(columns, &staff.session)));
    if let Some(grid) = staff.session.grid.as_ref().filter(|_| key.starts_with("village/")) {
        let grid = json!(grid);
        rows.retain(|(_, row)| row.c.as_ref().and_then(|columns| columns.get("gridCode")) == Some(&grid));
    }
    let mut rows: Vec<Waiting> = rows.into_iter().map(Waiting::new).collect();
    rows.sort_unstable_by(|a, b| a.place.cmp(&b.place));
    Ok(rows)
}

/// A row and its place.
struct Waiting {
    place: String,
    id: DocId,
    row: QueueRow,
}

impl Waiting {
    /// Handbook §2: by urgency, then what is sensitive, then by what time is left, then by who came back most often; last
    /// of all by birth, so that no two places are one. As text, because it is also where a page goes on.
    fn new((id, row): (DocId, QueueRow)) -> Self {
        let columns = row.c.as_ref();
        let text = |name: &str| columns.and_then(|columns| columns.get(name)?.as_str()).unwrap_or_default();
        let urgency = match text("urgency") {
            "emergency" => 0,
            "urgent" => 1,
            "priority" => 2,
            _ => 3,
        };
        let sensitive = columns.and_then(|columns| columns.get("sensitive")?.as_bool()).unwrap_or_default();
        // Moments of one offset in one form compare as text, so digits do too.
        let by = [text("innerBy"), text("outerBy")].into_iter().find(|by| !by.is_empty()).unwrap_or_default();
        let by: String = by.chars().take(19).filter(char::is_ascii_digit).collect();
        let repeats = columns.and_then(|columns| columns.get("repeats")?.as_u64()).unwrap_or_default();
        let repeats = REPEATS_MAX.saturating_sub(repeats);
        let place = format!("{urgency}{}-{by}-{repeats:04}-{:012}", u8::from(!sensitive), row.born);
        Self { place, id, row }
    }
}
