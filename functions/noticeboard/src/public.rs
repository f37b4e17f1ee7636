//! The public list: which cases there are, by month, category and village; nothing of what was written.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};
use service::{Call, FieldError, Problem};
use store::{Platform, TimelineQuery, read_timeline};

/// Rows of a page (service.md: at most 100).
const LIMIT_MAX: usize = 100;
/// Rows of a page when the request does not say.
const LIMIT_DEFAULT: usize = 20;
/// Half a minute: the list may be that old, and a crowd asks once.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=30");

/// The query of `GET /api/intake/public`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PublicQuery {
    month: Option<String>,
    category: Option<String>,
    village: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /api/intake/public`
pub(crate) async fn list<P: Platform>(
    call: Call<P>,
    query: Result<Query<PublicQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let invalid = |pointer| Problem::invalid(vec![FieldError::new(pointer, "invalid")]);
    let month = query.month.filter(|month| !month.is_empty());
    if month.as_ref().is_some_and(|month| format!("{month}-01").parse::<domain::time::Date>().is_err()) {
        return Err(invalid("?month"));
    }
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(invalid("?limit"));
    }
    let cursor = query.cursor.filter(|cursor| !cursor.is_empty());
    let before = cursor.map(|cursor| cursor.parse::<u64>().map_err(|_| invalid("?cursor"))).transpose()?;
    let wanted = |columns: &Value, name: &str, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| wanted.is_empty() || columns.get(name).and_then(Value::as_str) == Some(wanted))
    };
    let (category, village) = (query.category.as_deref(), query.village.as_deref());
    let keep = |columns: &Value| wanted(columns, "categoryCode", category) && wanted(columns, "villageCode", village);
    let is_given = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    let wanted_rows = TimelineQuery { month, before, limit, filtered: is_given(category) || is_given(village) };
    let page = read_timeline(&call.access, "public", &wanted_rows, keep).await?;
    let items: Vec<Value> = page.rows.into_iter().map(|row| row.c).collect();
    let answer = json!({ "items": items, "nextCursor": page.next.map(|next| next.to_string()) });
    Ok(([(header::CACHE_CONTROL, CACHE_CONTROL)], service::json(&answer)).into_response())
}
