//! Asking for an export. Without callers it is taken with the same request.
//!
//! Why a crash is harmless: the record is written before anything is answered; the same request again finds it and
//! answers with the rows as they are then.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use domain::export::Filter;
use domain::permission::{Action, permitted};
use http::StatusCode;
use orders::exports;
use orders::found::{IN_BODY, checked, item};
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Problem, body};
use store::Platform;

use crate::list;

/// `POST /api/exports`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AskForm {
    filter: Filter,
    purpose: String,
    callers: bool,
}

/// `POST /api/exports`
pub(crate) async fn ask<P: Platform>(staff: StaffCall<P>, request: Body) -> Result<Response, Problem> {
    let call = &staff.call;
    let (form, bytes) = body::json::<AskForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let wanted = if form.callers { Action::ExportCallers } else { Action::ExportOrders };
    require(&staff, wanted)?;
    let purpose = exports::purpose(&form.purpose, true)?;
    let filter = checked(form.filter, IN_BODY)?;
    let operation = call.operation(&call.keys().await?, "exports.ask", &bytes, staff.session.actor())?;
    let found = if form.callers { None } else { Some(exports::find(&staff, &filter).await?) };
    let asked = exports::asked(&staff, filter, purpose, found.as_ref().map(|found| found.rows.len()));
    let document = exports::record(&staff, operation, asked).await?.document;
    let mut answer = list::view(&document);
    if let (Some(found), Some(answer)) = (found, answer.as_object_mut()) {
        let rows = found.rows.into_iter().filter_map(|(id, row)| item(&id, row.v, row.c));
        answer.insert("items".to_owned(), Value::Array(rows.collect()));
        answer.insert("cut".to_owned(), json!(found.cut));
        answer.insert("mark".to_owned(), json!(exports::mark(&staff, &document.id)));
    }
    Ok((StatusCode::CREATED, service::json(&answer)).into_response())
}

/// Lets only those pass who may do `action` from where they work.
pub(crate) fn require<P: Platform>(staff: &StaffCall<P>, action: Action) -> Result<(), Problem> {
    let may = |role: &domain::staff::Role| list::relations(staff).iter().any(|rel| permitted(*role, action, *rel));
    if staff.session.roles.iter().any(may) {
        return Ok(());
    }
    let detail = "Your roles do not allow this export. Ask your administrator if they should.";
    Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail))
}
