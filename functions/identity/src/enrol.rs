//! Enrolling staff: the administrator's command, and what the first administrator's creation shares with it.

use std::collections::BTreeSet;
use std::str::FromStr;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use domain::aggregate::{Actor, Context};
use domain::catalogue::UnitCode;
use domain::permission::Action;
use domain::staff::{Account, Role, Staff, StaffEvent, StaffRejection};
use domain::time::Date;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Call, FieldError, Keys, Problem, body};
use store::{Birth, CommitError, Committed, Document, Operation, Platform, StoreError};

use crate::password;

/// Characters of the name that colleagues see: the longest Chinese names have 20, with a remark 40.
const DISPLAY_NAME_MAX: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Form {
    account: String,
    display_name: String,
    password: String,
    roles: Vec<String>,
    unit: String,
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    valid_until: Option<String>,
}

/// Somebody about to be enrolled.
pub struct Newcomer {
    pub account: Account,
    pub display_name: String,
    pub password: String,
    pub roles: BTreeSet<Role>,
    pub unit: Option<UnitCode>,
    pub valid_from: Option<Date>,
    pub valid_until: Option<Date>,
}

/// `POST /api/identity/staff`
pub async fn enrol<P: Platform>(staff: StaffCall<P>, body: Body) -> Result<Response, Problem> {
    staff.require(Action::EnrolStaff)?;
    let call = &staff.call;
    let (form, _) = body::json::<Form>(&call.headers, body, body::JSON_BYTES_MAX).await?;
    let town = call.app.catalogue_head(&call.access).await?;
    let newcomer = read(form, |unit| town.is_unit(unit))?;
    let keys = call.keys().await?;
    let committed = create(call, &keys, &newcomer, "identity.enrol", staff.session.actor()).await?;
    let Committed { document, slot, .. } = committed;
    let mut view = view(&document);
    if let Some(members) = view.as_object_mut() {
        members.insert("slot".to_owned(), json!(slot));
    }
    Ok((StatusCode::CREATED, body::answer(&view)).into_response())
}

fn read(form: Form, is_unit: impl Fn(&UnitCode) -> bool) -> Result<Newcomer, Problem> {
    let mut errors = Vec::new();
    let account = check(&mut errors, "/account", "accountInvalid", &form.account);
    let display_name = display_name(&mut errors, "/displayName", &form.display_name);
    check_password(&mut errors, "/password", &form.password);
    let roles: Option<BTreeSet<Role>> = form.roles.iter().map(|role| role.parse().ok()).collect();
    let roles = roles.filter(|roles| !roles.is_empty());
    if roles.is_none() {
        errors.push(FieldError::new("/roles", if form.roles.is_empty() { "required" } else { "unknownRole" }));
    }
    let unit = check(&mut errors, "/unit", "unknownUnit", &form.unit);
    if unit.as_ref().is_some_and(|unit| !is_unit(unit)) {
        errors.push(FieldError::new("/unit", "unknownUnit"));
    }
    let mut day =
        |pointer, text: Option<String>| text.and_then(|t| check::<Date>(&mut errors, pointer, "dateInvalid", &t));
    let (valid_from, valid_until) = (day("/validFrom", form.valid_from), day("/validUntil", form.valid_until));
    if valid_from.zip(valid_until).is_some_and(|(from, until)| until < from) {
        errors.push(FieldError::new("/validUntil", "beforeStart"));
    }
    match (account, roles) {
        (Some(account), Some(roles)) if errors.is_empty() => {
            let password = form.password;
            Ok(Newcomer { account, display_name, password, roles, unit, valid_from, valid_until })
        }
        _ => Err(Problem::invalid(errors)),
    }
}

/// Reads a field; what cannot be read is noted.
pub fn check<T: FromStr>(
    errors: &mut Vec<FieldError>,
    pointer: &'static str,
    code: &'static str,
    text: &str,
) -> Option<T> {
    let value = text.parse().ok();
    if value.is_none() {
        errors.push(FieldError::new(pointer, code));
    }
    value
}

/// The name to show, without spaces around it.
pub fn display_name(errors: &mut Vec<FieldError>, pointer: &'static str, text: &str) -> String {
    let name = text.trim();
    if name.is_empty() {
        errors.push(FieldError::new(pointer, "required"));
    } else if name.chars().count() > DISPLAY_NAME_MAX {
        errors.push(FieldError::new(pointer, "tooLong"));
    } else if name.chars().any(char::is_control) {
        errors.push(FieldError::new(pointer, "controlCharacter"));
    }
    name.to_owned()
}

/// Notes a password that is too short or too long.
pub fn check_password(errors: &mut Vec<FieldError>, pointer: &'static str, password: &str) {
    let length = password.chars().count();
    if length < *password::LENGTH.start() {
        errors.push(FieldError::new(pointer, "passwordTooShort"));
    } else if length > *password::LENGTH.end() {
        errors.push(FieldError::new(pointer, "tooLong"));
    }
}

/// Stores `newcomer`. The account names the document and the operation, so it can exist once; the caller's
/// `Idempotency-Key` tells a retry from somebody else who wants the same account.
///
/// # Errors
/// 409 `accountTaken`; 422 `idempotencyKeyReused` for a retry with another password; the store's problems.
pub async fn create<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    newcomer: &Newcomer,
    scope: &str,
    by: Actor,
) -> Result<Committed<Staff>, Problem> {
    let access = &call.access;
    let context = Context { now: access.now(), by };
    let request = request_of(newcomer).to_string();
    // Without the password: a fast hash of it beside the slow one would be what a thief tries first.
    let request = keys.mac("request", &[scope.as_bytes(), call.idempotency_key()?.as_bytes(), request.as_bytes()]);
    let operation = Operation { op: Staff::enrolment(&newcomer.account), request, context };
    let id = Staff::id(&newcomer.account);
    let phc = password::hash(&newcomer.password, access.random())?;
    let (data_key, wrapped) = keys
        .new_data_key(<Staff as domain::aggregate::Aggregate>::KIND, &id, access.random(), access.random())
        .map_err(|_| Problem::unavailable())?;
    let sealed = data_key.seal(Staff::PASSWORD_FIELD, access.random(), &phc).map_err(|_| Problem::unavailable())?;
    let Newcomer { account, display_name, roles, unit, valid_from, valid_until, .. } = newcomer;
    let staff = Staff {
        account: account.clone(),
        display_name: display_name.clone(),
        roles: roles.clone(),
        unit: unit.clone(),
        valid_from: *valid_from,
        valid_until: *valid_until,
        password: sealed,
    };
    let birth = |_| Ok(Birth { event: StaffEvent::Enrolled(staff), key: Some(wrapped), lookups: Vec::new() });
    let committed = store::create::<Staff, _>(access, operation, birth).await.map_err(|error| match error {
        CommitError::OtherRequest => CommitError::Rejected(StaffRejection::AccountTaken),
        other => other,
    })?;
    if committed.replayed && !has_password(keys, &committed.document, &newcomer.password)? {
        return Err(CommitError::<StaffRejection>::OtherRequest.into());
    }
    Ok(committed)
}

fn request_of(newcomer: &Newcomer) -> Value {
    let Newcomer { account, display_name, roles, unit, valid_from, valid_until, .. } = newcomer;
    json!([account, display_name, roles, unit, valid_from, valid_until])
}

/// Whether `password` is that of `staff`.
///
/// # Errors
/// 500 `damaged` when the stored hash cannot be opened, as with another master key.
pub fn has_password(keys: &Keys, staff: &Document<Staff>, password: &str) -> Result<bool, Problem> {
    let wrapped = staff.key.as_deref().unwrap_or_default();
    let key = keys.data_key(<Staff as domain::aggregate::Aggregate>::KIND, &staff.id, wrapped);
    let phc = key.and_then(|key| key.open(Staff::PASSWORD_FIELD, &staff.state.password));
    let phc = phc.map_err(|error| StoreError::Damaged(error.to_string()))?;
    Ok(password::verify(password, Some(&phc)))
}

/// What a client sees of a member of staff.
pub fn view(document: &Document<Staff>) -> Value {
    let Staff { account, display_name, roles, unit, valid_from, valid_until, .. } = &document.state;
    json!({
        "id": document.id, "account": account, "displayName": display_name, "roles": roles, "unit": unit,
        "validFrom": valid_from, "validUntil": valid_until,
    })
}
