//! Keys of other systems: making, listing and revoking them.
//!
//! The secret part is derived from the key's own id under the master key, so a retry is answered with the same and
//! nothing but its hash is stored. It is shown in the answer to its making and never again.

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use canon::DocId;
use domain::aggregate::{Aggregate as _, Context};
use domain::integration::{IntegrationKey, KEYS_QUEUE, KeyEvent, KeyRejection};
use domain::permission::{Action, Scope};
use domain::time::Date;
use http::StatusCode;
use people::fields;
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{FieldError, Problem, body, reader};
use store::{Birth, Document, Platform, read_queue};

/// Characters of a key's name: another system's, and what it is for.
const NAME_MAX: usize = 40;
/// Days a key may work: a year, so that somebody looks at it once in a while.
const DAYS_MAX: i64 = 366;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Form {
    name: String,
    scopes: Vec<String>,
    until: String,
}

/// `GET /api/identity/keys`
pub async fn list<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    staff.require(Action::SeeStaff)?;
    let rows = read_queue(&staff.call.access, KEYS_QUEUE).await?;
    let items = rows.into_iter().rev().filter_map(|(id, row)| {
        let mut columns = row.c?;
        columns.as_object_mut()?.insert("id".to_owned(), json!(id));
        Some(columns)
    });
    let (items, scopes): (Vec<Value>, Vec<&str>) = (items.collect(), Scope::ALL.iter().map(|s| s.as_str()).collect());
    Ok(body::answer(&json!({ "items": items, "scopes": scopes })))
}

/// `POST /api/identity/keys`
pub async fn create<P: Platform>(staff: StaffCall<P>, body: Body) -> Result<Response, Problem> {
    staff.require(Action::ManageStaff)?;
    let call = &staff.call;
    let (form, bytes) = body::json::<Form>(&call.headers, body, body::JSON_BYTES_MAX).await?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, "identity.key", &bytes, staff.session.actor())?;
    let id = DocId::of(&operation.op);
    let secret = keys.integration_secret(&id);
    let key = read(&form, call.access.now().date(), &secret)?;
    let birth = |_| Ok::<_, KeyRejection>(Birth { event: KeyEvent::Created(key), key: None, lookups: Vec::new() });
    let committed = store::create::<IntegrationKey, _>(&call.access, operation, birth).await?;
    let mut view = view(&committed.document);
    if let Some(members) = view.as_object_mut() {
        members.insert("key".to_owned(), json!(reader::token(&id, &secret)));
    }
    Ok((StatusCode::CREATED, body::answer(&view)).into_response())
}

fn read(form: &Form, today: Date, secret: &str) -> Result<IntegrationKey, Problem> {
    let mut errors = Vec::new();
    let name = fields::line(&mut errors, "/name", &form.name, NAME_MAX);
    let scopes: Option<std::collections::BTreeSet<Scope>> =
        form.scopes.iter().map(|scope| scope.parse().ok()).collect();
    match &scopes {
        None => errors.push(FieldError::new("/scopes", "unknownScope")),
        Some(scopes) if scopes.is_empty() => errors.push(FieldError::new("/scopes", "required")),
        Some(_) => {}
    }
    let until: Option<Date> = fields::check(&mut errors, "/until", "dateInvalid", &form.until);
    if until.is_some_and(|until| until < today || until > today.plus_days(DAYS_MAX)) {
        errors.push(FieldError::new("/until", "outOfRange"));
    }
    match (scopes, until) {
        (Some(scopes), Some(until)) if errors.is_empty() => {
            Ok(IntegrationKey { name, scopes, until, secret: reader::hash_of(secret), revoked_at: None })
        }
        _ => Err(Problem::invalid(errors)),
    }
}

/// `POST /api/identity/keys/{id}/revocation`
pub async fn revoke<P: Platform>(staff: StaffCall<P>, Path(id): Path<String>) -> Result<Response, Problem> {
    staff.require(Action::ManageStaff)?;
    let call = &staff.call;
    let id = DocId::parse(&id).map_err(|_| Problem::not_found())?;
    let scope = format!("identity.revoke/{id}");
    let operation = call.operation(&call.keys().await?, &scope, &[], staff.session.actor())?;
    let decide = |document: &Document<IntegrationKey>, context: &Context| {
        IntegrationKey::decide(Some(&document.state), &KeyEvent::Revoked, context)
    };
    let committed = store::update(&call.access, &id, &operation, decide).await?;
    Ok(body::answer(&view(&committed.document)))
}

/// What an administrator sees of a key.
fn view(document: &Document<IntegrationKey>) -> Value {
    let IntegrationKey { name, scopes, until, revoked_at, .. } = &document.state;
    json!({ "id": document.id, "name": name, "scopes": scopes, "until": until, "revokedAt": revoked_at })
}
