//! One's own account: what it is, its password, where it is signed in.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use domain::staff::{Staff, StaffEvent};
use http::StatusCode;
use people::{password, person, tries};
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::{Session, StaffCall, hash_of};
use service::{FieldError, Problem, body, sessions};
use store::{Document, Platform};

/// Two passwords of 128 characters, each at most 12 bytes as JSON escapes, are 3 072 bytes.
const BODY_BYTES_MAX: usize = 4_096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Form {
    password: String,
    new_password: String,
}

/// `GET /api/identity/account`
pub async fn show<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    let (access, document) = (&staff.call.access, own(&staff).await?);
    let current = hash_of(&staff.token);
    let listed = sessions::of(access, &document.id).await?;
    let session = |(hash, session): &(canon::Hash, Session)| json!({ "created": session.created, "lastSeen": session.last_seen, "current": *hash == current });
    let listed: Vec<Value> = listed.iter().map(session).collect();
    let mut view = people::view(&document);
    if let Some(members) = view.as_object_mut() {
        members.insert("sessions".to_owned(), Value::Array(listed));
    }
    Ok(body::answer(&view))
}

/// `POST /api/identity/account/password`: ends all other sessions. The old password is asked for although there is a
/// session, because somebody else may sit before it; wrong ones count like those of a sign-in.
pub async fn change_password<P: Platform>(staff: StaffCall<P>, body: Body) -> Result<Response, Problem> {
    let call = &staff.call;
    let (form, _) = body::json::<Form>(&call.headers, body, BODY_BYTES_MAX).await?;
    let (keys, document) = (call.keys().await?, own(&staff).await?);
    let scope = format!("identity.password/{}", document.id);
    // Without the passwords; see `enrol::create`.
    let operation = call.operation(&keys, &scope, &[], staff.session.actor())?;
    // A retry finds the old password gone.
    if document.event_of(&operation.op).is_none() {
        let account = document.state.account.as_str();
        let key = person::key_of(&keys, &document)?;
        tries::count_account(call, &keys, account).await?;
        if !person::has_password(&key, &document, &form.password)? {
            let detail = "The present password is not right. After 5 tries the account is locked for 15 minutes.";
            return Err(Problem::new(StatusCode::FORBIDDEN, "passwordRefused", detail));
        }
        tries::forget(call, &keys, account).await?;
        let mut errors = Vec::new();
        password::check(&mut errors, "/newPassword", &form.new_password, account);
        if form.new_password == form.password {
            errors.push(FieldError::new("/newPassword", "passwordUnchanged"));
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let password = person::seal_password(&call.access, &key, &form.new_password)?;
        let event = StaffEvent::PasswordChanged { password };
        person::record(call, &document.id, &operation, &event, Some(document.version)).await?;
    }
    sessions::end(&call.access, &document.id, Some(&hash_of(&staff.token))).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE /api/identity/sessions/others`
pub async fn end_others<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    sessions::end(&staff.call.access, &staff.session.staff, Some(&hash_of(&staff.token))).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn own<P: Platform>(staff: &StaffCall<P>) -> Result<Document<Staff>, Problem> {
    person::read(&staff.call.access, &staff.session.staff).await?.ok_or_else(Problem::not_found)
}
