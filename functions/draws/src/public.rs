//! The list of draws, one draw, and its bundle. Three store operations at most: the list is an index and its pages, the
//! bundle the draw and its lists.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use domain::catalogue::DrawId;
use domain::inspection::{DRAWS, Draw, Policy, public_status};
use http::header;
use inspections::{contributors, thaw, whole};
use serde::Deserialize;
use serde_json::{Value, json};
use service::{Call, FieldError, Problem};
use store::{Document, Platform, TimelineQuery, read_timeline};

/// Rows of a page (service.md: at most 100).
const ROWS: usize = 100;

/// The query of `GET /api/inspection/draws`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    cursor: Option<String>,
}

/// `GET /api/inspection/draws`
pub(crate) async fn list<P: Platform>(
    call: Call<P>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let invalid = || Problem::invalid(vec![FieldError::new("?cursor", "invalid")]);
    let cursor = query.cursor.filter(|cursor| !cursor.is_empty());
    let before = cursor.map(|cursor| cursor.parse::<u64>().map_err(|_| invalid())).transpose()?;
    let wanted = TimelineQuery { month: None, before, limit: ROWS, filtered: false };
    let page = read_timeline(&call.access, DRAWS, &wanted, |_| true).await?;
    let items: Vec<Value> = page.rows.into_iter().map(|row| row.c).collect();
    Ok(service::json(&json!({"items": items, "nextCursor": page.next.map(|next| next.to_string())})))
}

async fn find<P: Platform>(call: &Call<P>, id: &str) -> Result<Document<Draw>, Problem> {
    let id: DrawId = id.parse().map_err(|_| Problem::not_found())?;
    inspections::draw(&call.access, &id).await?.ok_or_else(Problem::not_found)
}

/// `GET /api/inspection/draws/{id}`
pub(crate) async fn one<P: Platform>(call: Call<P>, Path(id): Path<String>) -> Result<Response, Problem> {
    let draw = find(&call, &id).await?.state;
    let (plan, commitment) = (&draw.commitment.plan, &draw.commitment);
    let [subjects, excluded, drawn] = commitment.counts;
    let signed = draw.substitutions.iter().filter(|one| one.signed.is_some()).count();
    Ok(service::json(&json!({
        "id": plan.id, "name": plan.name, "items": plan.items, "itemCode": plan.items.first(), "kind": plan.kind,
        "unit": plan.unit, "from": plan.from, "until": plan.until, "policy": commitment.policy,
        "sealed": plan.policy == Policy::Sealed, "rehearsal": plan.rehearsal, "status": public_status(draw.status, commitment.secret.is_some()),
        "approvedAt": plan.approved.as_ref().map(|approved| approved.at), "committedAt": draw.committed_at,
        "commitment": commitment.hash, "round": commitment.round, "roundAt": commitment.round_at,
        "entropyAt": draw.entropy.as_ref().map(|entropy| entropy.at),
        "signature": draw.entropy.as_ref().and_then(|entropy| entropy.signature.as_ref()),
        "contributors": plan.contributors.as_ref().map(|of| contributors(of, &[], Some(&draw))),
        "drawnAt": draw.drawn_at, "subjects": subjects, "excluded": excluded, "drawn": drawn,
        "substitutions": signed, "directAssign": !draw.unpaired().is_empty(),
    })))
}

/// `GET /api/inspection/draws/{id}/bundle`
pub(crate) async fn file<P: Platform>(call: Call<P>, Path(id): Path<String>) -> Result<Response, Problem> {
    let draw = find(&call, &id).await?.state;
    let lists = thaw(&call.access, &draw.commitment.inputs).await?;
    let bundle = whole(&lists, &draw, draw.revealed.as_deref())?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bundle.write()).into_response())
}
