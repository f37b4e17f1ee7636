//! Administering staff: who there is, what they may do, shutting out, letting in, a new start after a lost password.
//!
//! What must stay true: every change has a reason and a name, and ends the sessions of whom it is about, so that nobody
//! goes on with what they had. The change is written first and the sessions end after it; a crash in between leaves the
//! request unanswered, and the same request again finds the change done and ends them.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::aggregate::Actor;
use domain::permission::Action;
use domain::staff::{Account, STAFF_QUEUE, Staff, StaffEvent};
use http::StatusCode;
use people::{fields, person, tries};
use serde::Deserialize;
use serde_json::{Value, json};
use service::keys::DataKey;
use service::session::StaffCall;
use service::{FieldError, Problem, body, sessions};
use store::{Access, Document, Platform, Recorded, read_queue};

use crate::enrol::{self, ProfileForm};

/// Rows of a request.
const LIMIT_MAX: usize = 100;
/// Characters of a reason: three sentences.
const REASON_MAX: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    cursor: String,
    limit: Option<usize>,
}

/// The people, by account; folded by the tick, so as old as the last one.
async fn rows<P: Platform>(access: &Access<P>) -> Result<BTreeMap<String, Value>, Problem> {
    let rows = read_queue(access, STAFF_QUEUE).await?;
    let shown = rows.into_iter().filter_map(|(id, row)| {
        let mut columns = row.c?;
        let members = columns.as_object_mut()?;
        members.insert("id".to_owned(), json!(id));
        let roles = members.remove("roles")?;
        let roles = roles
            .as_object()?
            .iter()
            .map(|(role, term)| json!({ "role": role, "from": term.get("from"), "until": term.get("until") }));
        let roles: Value = roles.collect();
        members.insert("roles".to_owned(), roles);
        Some((columns.get("account")?.as_str()?.to_owned(), columns))
    });
    Ok(shown.collect())
}

/// `GET /api/identity/staff`
pub async fn list<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    staff.require(Action::SeeStaff)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let wanted = query.q.trim().to_lowercase();
    let has = |row: &Value, name: &str| {
        row.get(name).and_then(Value::as_str).is_some_and(|text| text.to_lowercase().contains(&wanted))
    };
    let rows = rows(&staff.call.access).await?;
    let found = rows.into_iter().filter(|(_, row)| has(row, "account") || has(row, "displayName") || has(row, "unit"));
    let found: Vec<(String, Value)> = found.collect();
    let total = found.len();
    let mut rest = found.into_iter().filter(|(account, _)| *account > query.cursor);
    let page: Vec<(String, Value)> = rest.by_ref().take(query.limit.unwrap_or(LIMIT_MAX).clamp(1, LIMIT_MAX)).collect();
    let next = rest.next().and(page.last()).map(|(account, _)| account.clone());
    let items: Vec<Value> = page.into_iter().map(|(_, row)| row).collect();
    Ok(body::answer(&json!({ "total": total, "items": items, "nextCursor": next })))
}

/// `GET /api/identity/staff/{account}`
pub async fn one<P: Platform>(staff: StaffCall<P>, Path(account): Path<String>) -> Result<Response, Problem> {
    staff.require(Action::SeeStaff)?;
    let document = open(&staff, &account).await?;
    respond(&staff, &document, None).await
}

async fn open<P: Platform>(staff: &StaffCall<P>, account: &str) -> Result<Document<Staff>, Problem> {
    let account: Account = account.parse().map_err(|_| Problem::not_found())?;
    person::find(&staff.call.access, &account).await?.ok_or_else(Problem::not_found)
}

/// A person with their history.
async fn respond<P: Platform>(
    staff: &StaffCall<P>,
    document: &Document<Staff>,
    one_time: Option<String>,
) -> Result<Response, Problem> {
    let call = &staff.call;
    let key = person::key_of(&call.keys().await?, document)?;
    let people = rows(&call.access).await?;
    let name = |by: &Actor| {
        let is = |row: &&Value| row.get("id").and_then(Value::as_str).is_some_and(|id| *by == Actor::staff(id));
        people.values().find(is).and_then(|row| row.get("account")).cloned()
    };
    let history = document.events.iter().map(|event| entry(event, &key, name(&event.by)));
    let history: Vec<Value> = history.collect();
    let mut view = people::view(document);
    if let Some(members) = view.as_object_mut() {
        members.insert("history".to_owned(), Value::Array(history));
        members.extend(one_time.map(|password| ("oneTimePassword".to_owned(), json!(password))));
    }
    Ok(body::answer(&view))
}

fn entry(recorded: &Recorded<StaffEvent>, key: &DataKey, by: Option<Value>) -> Value {
    let (name, reason, profile) = match &recorded.event {
        StaffEvent::Enrolled(_) => ("enrolled", None, None),
        StaffEvent::Changed { profile, reason } => ("changed", Some(reason), Some(profile)),
        StaffEvent::Suspended { reason } => ("suspended", Some(reason), None),
        StaffEvent::Reactivated { reason } => ("reactivated", Some(reason), None),
        StaffEvent::Reset { reason, .. } => ("reset", Some(reason), None),
        StaffEvent::PasswordChanged { .. } => ("passwordChanged", None, None),
        StaffEvent::FactorEnrolled { .. } => ("factorEnrolled", None, None),
    };
    let reason = reason.and_then(|reason| key.open(Staff::REASON_FIELD, reason).ok());
    let roles = profile.map(|profile| people::roles_view(&profile.roles));
    json!({ "seq": recorded.seq, "at": recorded.at, "type": name, "by": by, "reason": reason, "roles": roles })
}

/// What a change carries; `profile` only reads the profile's fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    if_version: Option<u64>,
}

/// `POST /api/identity/staff/{account}/{change}`: `profile`, `suspension`, `reactivation` or `reset`.
pub async fn change<P: Platform>(
    staff: StaffCall<P>,
    Path((account, change)): Path<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    staff.require(Action::ManageStaff)?;
    let call = &staff.call;
    let (form, bytes) = body::json::<Change>(&call.headers, body, body::JSON_BYTES_MAX).await?;
    let document = open(&staff, &account).await?;
    let (id, keys) = (document.id.clone(), call.keys().await?);
    let scope = format!("identity.{change}/{id}");
    let operation = call.operation(&keys, &scope, &bytes, staff.session.actor())?;
    let one_time = (change == "reset")
        .then(|| keys.one_time_password(&[id.as_str().as_bytes(), operation.op.as_str().as_bytes()]));
    let document = if document.event_of(&operation.op).is_some_and(|event| event.request == operation.request) {
        document
    } else {
        let key = person::key_of(&keys, &document)?;
        let event = event(&staff, &key, &change, &form, &bytes, one_time.as_deref()).await?;
        person::record(call, &id, &operation, &event, form.if_version).await?.document
    };
    sessions::end(&call.access, &id, None).await?;
    if one_time.is_some() {
        tries::forget(call, &keys, document.state.account.as_str()).await?;
    }
    respond(&staff, &document, one_time).await
}

async fn event<P: Platform>(
    staff: &StaffCall<P>,
    key: &DataKey,
    change: &str,
    form: &Change,
    bytes: &[u8],
    one_time: Option<&str>,
) -> Result<StaffEvent, Problem> {
    let (call, mut errors) = (&staff.call, Vec::new());
    let reason = fields::line(&mut errors, "/reason", &form.reason, REASON_MAX);
    let profile = if change == "profile" {
        let town = call.app.catalogue_head(&call.access).await?;
        let form: ProfileForm = canon::read(bytes).map_err(|_| wrong_shape())?;
        enrol::profile(&mut errors, &form, &town)
    } else {
        None
    };
    if form.if_version.is_none() {
        errors.push(FieldError::new("/ifVersion", "required"));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let reason = person::seal(&call.access, key, Staff::REASON_FIELD, &reason)?;
    match (change, profile, one_time) {
        ("profile", Some(profile), _) => Ok(StaffEvent::Changed { profile, reason }),
        ("suspension", ..) => Ok(StaffEvent::Suspended { reason }),
        ("reactivation", ..) => Ok(StaffEvent::Reactivated { reason }),
        ("reset", _, Some(one_time)) => {
            Ok(StaffEvent::Reset { password: person::seal_password(&call.access, key, one_time)?, reason })
        }
        _ => Err(Problem::not_found()),
    }
}

fn wrong_shape() -> Problem {
    let detail = "A profile has displayName, roles and unit, and validFrom and validUntil where it has an end.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrongShape", detail)
}
