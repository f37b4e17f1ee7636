//! Enrolling staff: the administrator's command, and what the first administrator's creation shares with it.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::{CatalogueHead, GridCode};
use domain::order::is_within;
use domain::permission::Action;
use domain::staff::{Account, Profile, Role, Roles, Staff, StaffEvent, StaffRejection, Term};
use domain::time::Date;
use http::StatusCode;
use people::{fields, password, person, view};
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Call, FieldError, Keys, Problem, body};
use store::{Birth, CommitError, Committed, Operation, Platform};

/// Characters of the name that colleagues see: the longest Chinese names have 20, with a remark 40.
const DISPLAY_NAME_MAX: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Form {
    account: String,
    display_name: String,
    /// None: one is made, good for one sign-in.
    #[serde(default)]
    password: Option<String>,
    roles: Vec<Value>,
    unit: String,
    #[serde(default)]
    grid: Option<String>,
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    valid_until: Option<String>,
}

/// What an administrator says about a person, as it is sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileForm {
    pub display_name: String,
    pub roles: Vec<Value>,
    pub unit: String,
    #[serde(default)]
    pub grid: Option<String>,
    #[serde(default)]
    pub valid_from: Option<String>,
    #[serde(default)]
    pub valid_until: Option<String>,
}

/// Somebody about to be enrolled.
pub struct Newcomer {
    pub account: Account,
    pub profile: Profile,
    /// None: a one-time password is made.
    pub password: Option<String>,
}

/// Somebody who has been enrolled.
pub struct Enrolled {
    pub committed: Committed<Staff>,
    pub one_time: Option<String>,
}

/// `POST /api/identity/staff`
pub async fn enrol<P: Platform>(staff: StaffCall<P>, body: Body) -> Result<Response, Problem> {
    staff.require(Action::ManageStaff)?;
    let call = &staff.call;
    let (form, _) = body::json::<Form>(&call.headers, body, body::JSON_BYTES_MAX).await?;
    let town = call.app.catalogue_head(&call.access).await?;
    let newcomer = read(form, &town)?;
    let keys = call.keys().await?;
    let Enrolled { committed, one_time } =
        create(call, &keys, &newcomer, "identity.enrol", staff.session.actor()).await?;
    let mut view = view(&committed.document);
    if let Some(members) = view.as_object_mut() {
        members.insert("slot".to_owned(), json!(committed.slot));
        members.extend(one_time.map(|password| ("oneTimePassword".to_owned(), json!(password))));
    }
    Ok((StatusCode::CREATED, body::answer(&view)).into_response())
}

fn read(form: Form, town: &CatalogueHead) -> Result<Newcomer, Problem> {
    let mut errors = Vec::new();
    let account = fields::check(&mut errors, "/account", "accountInvalid", &form.account);
    if let Some(password) = &form.password {
        password::check(&mut errors, "/password", password, &form.account);
    }
    let Form { display_name, roles, unit, grid, valid_from, valid_until, password, .. } = form;
    let profile = ProfileForm { display_name, roles, unit, grid, valid_from, valid_until };
    let profile = self::profile(&mut errors, &profile, town);
    match (account, profile) {
        (Some(account), Some(profile)) if errors.is_empty() => Ok(Newcomer { account, profile, password }),
        _ => Err(Problem::invalid(errors)),
    }
}

/// Reads what an administrator says about a person; what is not right is noted.
pub fn profile(errors: &mut Vec<FieldError>, form: &ProfileForm, town: &CatalogueHead) -> Option<Profile> {
    let display_name = display_name(errors, "/displayName", &form.display_name);
    let roles = roles(errors, &form.roles);
    let unit = fields::check(errors, "/unit", "unknownUnit", &form.unit);
    if unit.as_ref().is_some_and(|unit| !town.is_unit(unit)) {
        errors.push(FieldError::new("/unit", "unknownUnit"));
    }
    let grid: Option<GridCode> =
        form.grid.as_deref().and_then(|grid| fields::check(errors, "/grid", "unknownGrid", grid));
    // A grid's code begins with its village's.
    if let (Some(grid), Some(unit)) = (&grid, &unit)
        && !is_within(grid.as_str(), unit.as_str())
    {
        errors.push(FieldError::new("/grid", "gridElsewhere"));
    }
    let mut day = |pointer, text: &Option<String>| text.as_deref().and_then(|text| check_day(errors, pointer, text));
    let (valid_from, valid_until) = (day("/validFrom", &form.valid_from), day("/validUntil", &form.valid_until));
    if valid_from.zip(valid_until).is_some_and(|(from, until)| until < from) {
        errors.push(FieldError::new("/validUntil", "beforeStart"));
    }
    Some(Profile { display_name, roles: roles?, unit: Some(unit?), grid, valid_from, valid_until })
}

/// Each role is its name, or `{role, from?, until?}`.
fn roles(errors: &mut Vec<FieldError>, given: &[Value]) -> Option<Roles> {
    let read = |one: &Value| -> Option<(Role, Term)> {
        let text = |name: &str| one.get(name).and_then(Value::as_str);
        let role = one.as_str().or_else(|| text("role"))?.parse().ok()?;
        let day = |name| text(name).map(str::parse::<Date>).transpose().ok();
        Some((role, Term { from: day("from")?, until: day("until")? }))
    };
    let roles: Option<Roles> = given.iter().map(read).collect::<Option<Vec<_>>>().map(Roles::from_iter);
    let wrong = match &roles {
        None => "unknownRole",
        Some(roles) if roles.is_empty() => "required",
        Some(roles) if roles.clash().is_some() => "rolesClash",
        Some(roles)
            if roles.iter().any(|(_, term)| term.from.zip(term.until).is_some_and(|(from, until)| until < from)) =>
        {
            "beforeStart"
        }
        Some(_) => return roles,
    };
    errors.push(FieldError::new("/roles", wrong));
    None
}

fn check_day(errors: &mut Vec<FieldError>, pointer: &'static str, text: &str) -> Option<Date> {
    fields::check(errors, pointer, "dateInvalid", text)
}

/// The name to show, without spaces around it.
pub fn display_name(errors: &mut Vec<FieldError>, pointer: &'static str, text: &str) -> String {
    fields::line(errors, pointer, text, DISPLAY_NAME_MAX)
}

/// Stores `newcomer`. The account names the document and the operation, so it can exist once; the caller's
/// `Idempotency-Key` tells a retry from somebody else who wants the same account. A one-time password is derived from
/// both, so that a retry is answered with the same.
///
/// # Errors
/// 409 `accountTaken`; 422 `idempotencyKeyReused` for a retry with another password; the store's problems.
pub async fn create<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    newcomer: &Newcomer,
    scope: &str,
    by: Actor,
) -> Result<Enrolled, Problem> {
    let (access, key) = (&call.access, call.idempotency_key()?);
    let Newcomer { account, profile, password } = newcomer;
    let one_time = match password {
        Some(_) => None,
        None => Some(keys.one_time_password(&[scope.as_bytes(), key.as_bytes(), account.as_str().as_bytes()])),
    };
    let password = password.as_ref().or(one_time.as_ref()).map(String::as_str).unwrap_or_default();
    let context = Context { now: access.now(), by };
    let request = json!([account, profile, one_time.is_some()]).to_string();
    // Without the password: a fast hash of it beside the slow one would be what a thief tries first.
    let request = keys.mac("request", &[scope.as_bytes(), key.as_bytes(), request.as_bytes()]);
    let operation = Operation { op: Staff::enrolment(account), request, context };
    let id = Staff::id(account);
    let fresh = keys.new_data_key(Staff::KIND, &id, access.random(), access.random());
    let (data_key, wrapped) = fresh.map_err(|_| Problem::unavailable())?;
    let staff = Staff {
        account: account.clone(),
        display_name: profile.display_name.clone(),
        roles: profile.roles.clone(),
        unit: profile.unit.clone(),
        grid: profile.grid.clone(),
        valid_from: profile.valid_from,
        valid_until: profile.valid_until,
        password: person::seal_password(access, &data_key, password)?,
        one_time: one_time.is_some(),
        second_factor: None,
        suspended: false,
        own_changes: 0,
    };
    let birth = |_| Ok(Birth { event: StaffEvent::Enrolled(staff), key: Some(wrapped), lookups: Vec::new() });
    let committed = store::create::<Staff, _>(access, operation, birth).await.map_err(|error| match error {
        CommitError::OtherRequest => CommitError::Rejected(StaffRejection::AccountTaken),
        other => other,
    })?;
    // A one-time password cannot be another one than the first time, and may be replaced by now.
    let theirs = || person::has_password(&person::key_of(keys, &committed.document)?, &committed.document, password);
    if committed.replayed && one_time.is_none() && !theirs()? {
        return Err(CommitError::<StaffRejection>::OtherRequest.into());
    }
    Ok(Enrolled { committed, one_time })
}
