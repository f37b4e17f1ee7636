//! What checks found, by month and enterprise. Two store operations.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use domain::inspection::RESULTS;
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};
use service::{Call, FieldError, Problem};
use store::{Platform, TimelineQuery, read_timeline};

/// Rows of a page (service.md: at most 100).
const ROWS: usize = 100;
/// Characters of a search: names have some 30.
const Q_MAX: usize = 60;
/// Half a minute: the list may be that old, and a crowd asks once.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=30");

/// The query of `GET /api/inspection/results`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ResultsQuery {
    month: Option<String>,
    /// Part of a name, or a whole credit code.
    q: Option<String>,
    cursor: Option<String>,
}

/// `GET /api/inspection/results`
pub(crate) async fn list<P: Platform>(
    call: Call<P>,
    query: Result<Query<ResultsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let invalid = |pointer| Problem::invalid(vec![FieldError::new(pointer, "invalid")]);
    let month = query.month.filter(|month| !month.is_empty());
    if month.as_ref().is_some_and(|month| format!("{month}-01").parse::<domain::time::Date>().is_err()) {
        return Err(invalid("?month"));
    }
    let q = query.q.unwrap_or_default().trim().to_owned();
    if q.chars().count() > Q_MAX {
        return Err(invalid("?q"));
    }
    let cursor = query.cursor.filter(|cursor| !cursor.is_empty());
    let before = cursor.map(|cursor| cursor.parse::<u64>().map_err(|_| invalid("?cursor"))).transpose()?;
    let text = |columns: &Value, name: &str| columns.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let keep = |columns: &Value| q.is_empty() || text(columns, "name").contains(&q) || text(columns, "uscc") == q;
    let wanted = TimelineQuery { month, before, limit: ROWS, filtered: !q.is_empty() };
    let page = read_timeline(&call.access, RESULTS, &wanted, keep).await?;
    let items: Vec<Value> = page.rows.into_iter().map(|row| row.c).collect();
    let answer = json!({"items": items, "nextCursor": page.next.map(|next| next.to_string())});
    Ok(([(header::CACHE_CONTROL, CACHE_CONTROL)], service::json(&answer)).into_response())
}
