//! Signing in and out.
//!
//! Unknown account, wrong password, a suspended one and a day outside the period of validity give the same answer after
//! the same work. Every password that comes is a try, also a new one sent along, and is counted before it is looked at,
//! so that many at once are not many guesses. Only behind the right password is more asked for: a code, an authenticator
//! app to set up, a password of one's own. What must stay true: there is no session before everything was given, and each
//! request brings all of it, so nothing lies half done in between.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use domain::order::Relation;
use domain::permission::{Action, permitted};
use domain::staff::{Account, Staff, StaffEvent};
use http::{HeaderValue, StatusCode, header};
use people::{password, person, tries};
use serde::Deserialize;
use serde_json::{Value, json};
use service::keys::DataKey;
use service::session::{self, COOKIE, Session, StaffCall, csrf};
use service::{Call, FieldError, Keys, Problem, body};
use store::{Document, KvError, Platform};

use crate::factor::{self, Shown};

/// Account and two passwords: (32 + 2 × 128) characters of at most 12 bytes as JSON escapes are 3 456 bytes; an offer
/// has 200.
const BODY_BYTES_MAX: usize = 4_096;
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Form {
    account: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
    /// What `secondFactorNeeded` came with.
    #[serde(default)]
    offer: Option<String>,
    #[serde(default)]
    set_up_second_factor: bool,
    /// Replaces a one-time password.
    #[serde(default)]
    new_password: Option<String>,
}

/// `POST /api/identity/sessions`
pub async fn sign_in<P: Platform>(call: Call<P>, body: Body) -> Result<Response, Problem> {
    let (form, _) = body::json::<Form>(&call.headers, body, BODY_BYTES_MAX).await?;
    let (access, keys) = (&call.access, call.keys().await?);
    tries::count_address(&call, &keys).await?;
    let subject = form.account.trim().to_ascii_lowercase();
    tries::count_account(&call, &keys, &subject).await?;
    let (staff, key) = recognise(&call, &keys, &form, &subject).await?;
    if staff.state.second_factor.is_none() {
        // Nothing is left to guess.
        tries::forget(&call, &keys, &subject).await?;
    }
    if staff.state.roles.on(access.now().date()).next().is_none() {
        return Err(no_role());
    }
    let new_password = new_password(&staff, &form)?;
    let (code, offer) = (form.code.as_deref(), form.offer.as_deref());
    let shown = Shown { code, offer, wanted: form.set_up_second_factor };
    let secret = factor::check(&call, &key, &staff, shown).await?;
    tries::forget(&call, &keys, &subject).await?;
    let staff = note(&call, &keys, &key, staff, new_password, secret).await?;
    // Before a town is loaded nobody works for its centre.
    let town = call.app.catalogue_head(access).await.ok();
    let centre = town.as_ref().map(|head| &head.town.centre_unit);
    // Asked before there is a session that nobody would hear of.
    let plain_http = is_plain_http(&call).await?;
    let (session, token) = Session::open(access, staff.id.clone(), &staff.state, centre).await?;
    // Whoever was suspended or given another password while this went on was so by somebody who did not see this
    // session yet.
    if person::read(access, &staff.id).await?.is_none_or(|now| now.version != staff.version) {
        Session::revoke(access, &token).await?;
        return Err(Problem::unavailable());
    }
    let mut response = (StatusCode::CREATED, body::answer(&view(&session, &csrf(&keys, &token)))).into_response();
    set_cookie(&mut response, &token, session::ABSOLUTE_LIMIT_MS / 1000, plain_http);
    Ok(response)
}

/// The person whose account and password these are, if they may come in today. One password is looked at, or two where
/// a new one is sent along, whoever there is under the account: how long the answer takes tells nothing.
async fn recognise<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    form: &Form,
    subject: &str,
) -> Result<(Document<Staff>, DataKey), Problem> {
    let staff = match form.account.parse::<Account>() {
        Ok(account) => person::find(&call.access, &account).await?,
        Err(_) => None,
    };
    let found = staff.map(|staff| person::key_of(keys, &staff).map(|key| (staff, key))).transpose()?;
    let has = |password: &str| match &found {
        Some((staff, key)) => person::has_password(key, staff, password),
        None => Ok(password::verify(password, None)),
    };
    let mut right = has(&form.password)?;
    if let Some(new) = &form.new_password {
        tries::count_account(call, keys, subject).await?;
        // Where the answer to their change was lost on the way they know the password that is theirs now.
        let is_theirs = has(new)? && found.as_ref().is_some_and(|(staff, _)| !staff.state.one_time);
        right = right || is_theirs;
    }
    let today = call.access.now().date();
    found.filter(|(staff, _)| right && staff.state.is_valid_on(today)).ok_or_else(refused)
}

/// The password that replaces a one-time password.
fn new_password<'a>(staff: &Document<Staff>, form: &'a Form) -> Result<Option<&'a str>, Problem> {
    if !staff.state.one_time {
        return Ok(None);
    }
    let Some(new) = form.new_password.as_deref() else {
        let detail = "Your password is good for one sign-in. Send one of your own as `newPassword` with it.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "passwordChangeNeeded", detail));
    };
    let mut errors = Vec::new();
    password::check(&mut errors, "/newPassword", new, staff.state.account.as_str());
    if new == form.password {
        errors.push(FieldError::new("/newPassword", "passwordUnchanged"));
    }
    if errors.is_empty() { Ok(Some(new)) } else { Err(Problem::invalid(errors)) }
}

/// Writes into the person's file what this sign-in brought. A crash between the two leaves a password of their own and
/// an app to set up at the next sign-in.
async fn note<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    key: &DataKey,
    mut staff: Document<Staff>,
    new_password: Option<&str>,
    secret: Option<String>,
) -> Result<Document<Staff>, Problem> {
    let access = &call.access;
    let mut events = Vec::new();
    if let Some(new) = new_password {
        events.push(StaffEvent::PasswordChanged { password: person::seal_password(access, key, new)? });
    }
    if let Some(secret) = secret {
        events.push(StaffEvent::FactorEnrolled { secret: person::seal(access, key, Staff::FACTOR_FIELD, &secret)? });
    }
    for event in events {
        let operation = person::own_operation(call, keys, &staff.id);
        let seen = Some(staff.version);
        staff = person::record(call, &staff.id, &operation, &event, seen).await?.document;
    }
    Ok(staff)
}

/// `DELETE /api/identity/sessions/current`
pub async fn sign_out<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    Session::revoke(&staff.call.access, &staff.token).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    // The session is over, whatever becomes of the cookie.
    set_cookie(&mut response, "", 0, is_plain_http(&staff.call).await.unwrap_or(false));
    Ok(response)
}

/// `GET /api/identity/me`
pub async fn me<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    let keys = staff.call.keys().await?;
    Ok(body::answer(&view(&staff.session, &csrf(&keys, &staff.token))))
}

fn refused() -> Problem {
    let detail = "Account and password do not match, or the account is not valid today. After 5 tries it is locked for \
                  15 minutes.";
    Problem::new(StatusCode::UNAUTHORIZED, "signInRefused", detail)
}

fn no_role() -> Problem {
    let detail = "None of your roles is valid today. Ask your administrator.";
    Problem::new(StatusCode::FORBIDDEN, "roleExpired", detail)
}

/// Who is signed in, and which pages that have nothing to do with one order are theirs.
fn view(session: &Session, csrf: &str) -> Value {
    let Session { staff, account, display_name, roles, unit, centre, until, .. } = session;
    let relation = if *centre { Relation::Centre } else { Relation::Outside };
    let named = [
        ("manageStaff", Action::ManageStaff),
        ("seeStaff", Action::SeeStaff),
        ("seeLooks", Action::SeeLooks),
        ("seeHotline", Action::SeeHotline),
        ("manageCatalogue", Action::ManageCatalogue),
        ("seeExports", Action::SeeExports),
        ("exportCallers", Action::ExportCallers),
        ("seeInspection", Action::SeeInspection),
    ];
    let may = |action| roles.iter().any(|role| permitted(*role, action, relation));
    let actions: Vec<&str> = named.into_iter().filter(|(_, action)| may(*action)).map(|(name, _)| name).collect();
    json!({
        "staff": {"id": staff, "account": account, "displayName": display_name, "roles": roles, "unit": unit,
            "centre": centre},
        "actions": actions, "csrf": csrf, "until": until,
    })
}

/// Whether this town is reached without TLS, by an administrator's decision.
async fn is_plain_http<P: Platform>(call: &Call<P>) -> Result<bool, KvError> {
    Ok(call.app.platform().variable("insecure_cookies").await?.as_deref() == Some("true"))
}

fn set_cookie(response: &mut Response, token: &str, max_age_s: i64, plain_http: bool) {
    let secure = if plain_http { "" } else { "; Secure" };
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}
