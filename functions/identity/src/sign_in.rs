//! Signing in and out.
//!
//! Unknown account, wrong password and a day outside the period of validity give the same answer after the same work.
//! Tries are counted before the password is looked at, so that many at once are not many guesses; a sign-in that
//! succeeds forgets them.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use domain::staff::{Account, Staff};
use domain::time::MINUTE_MS;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::{self, COOKIE, Session, StaffCall, csrf};
use service::{Call, Keys, Problem, body, rate};
use store::{Document, Platform};

use crate::{enrol, password};

/// Account and password: (32 + 128) characters of at most 4 bytes, or 12 as JSON escapes, are 1 920 bytes.
const BODY_BYTES_MAX: usize = 4_096;
/// Wrong passwords in a window before the account is locked for the rest of it.
const ACCOUNT_TRIES_MAX: u32 = 5;
/// How long they count.
const ACCOUNT_WINDOW_MS: i64 = 15 * MINUTE_MS;
/// Tries of one address a minute: 60 hashes of at most 0.25 s (as measured on two busy cores) are 15 s, a quarter of one
/// core; a town hall of 200 people behind one address has signed in after 4 minutes.
const ADDRESS_TRIES_MAX: u32 = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    account: String,
    password: String,
}

/// `POST /api/identity/sessions`
pub async fn sign_in<P: Platform>(call: Call<P>, body: Body) -> Result<Response, Problem> {
    let (form, _) = body::json::<Form>(&call.headers, body, BODY_BYTES_MAX).await?;
    let (access, keys) = (&call.access, call.keys().await?);
    count_address(&call, &keys).await?;
    let subject = form.account.trim().to_ascii_lowercase();
    let tries = count(&call, &keys, "signIn", &subject, ACCOUNT_WINDOW_MS).await?;
    if tries.n > ACCOUNT_TRIES_MAX {
        return Err(too_many(tries.resets_in_s));
    }
    let staff = match form.account.parse::<Account>() {
        Ok(account) => access.get(&Document::<Staff>::key_of(&Staff::id(&account))).await?,
        Err(_) => None,
    };
    let staff = staff.map(|bytes| Document::<Staff>::parse(&bytes)).transpose()?;
    let right = match &staff {
        Some(staff) => enrol::has_password(&keys, staff, &form.password)?,
        None => password::verify(&form.password, None),
    };
    let today = access.now().date();
    let Some(staff) = staff.filter(|staff| right && staff.state.is_valid_on(today)) else { return Err(refused()) };
    rate::forget(access, &keys, "signIn", &subject).await?;
    let (session, token) = Session::open(access, staff.id, &staff.state).await?;
    let mut response = (StatusCode::CREATED, body::answer(&view(&session, &csrf(&keys, &token)))).into_response();
    set_cookie(&call, &mut response, &token, session::ABSOLUTE_LIMIT_MS / 1000).await;
    Ok(response)
}

/// `DELETE /api/identity/sessions/current`
pub async fn sign_out<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    Session::revoke(&staff.call.access, &staff.token).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&staff.call, &mut response, "", 0).await;
    Ok(response)
}

/// `GET /api/identity/me`
pub async fn me<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    let keys = staff.call.keys().await?;
    Ok(body::answer(&view(&staff.session, &csrf(&keys, &staff.token))))
}

/// Counts a try of the caller's address.
///
/// # Errors
/// 429 `tooManyTries`.
pub async fn count_address<P: Platform>(call: &Call<P>, keys: &Keys) -> Result<(), Problem> {
    let tries = count(call, keys, "signInAddress", &call.client, MINUTE_MS).await?;
    if tries.n > ADDRESS_TRIES_MAX { Err(too_many(tries.resets_in_s)) } else { Ok(()) }
}

async fn count<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    scope: &str,
    subject: &str,
    window_ms: i64,
) -> Result<rate::Count, Problem> {
    // Every try counts, also the same one again.
    let token = base16ct::lower::encode_string(&call.access.random::<8>());
    Ok(rate::hit(&call.access, keys, scope, subject, &token, window_ms).await?)
}

fn refused() -> Problem {
    let detail = "Account and password do not match, or the account is not valid today. After 5 tries it is locked for \
                  15 minutes.";
    Problem::new(StatusCode::UNAUTHORIZED, "signInRefused", detail)
}

fn too_many(resets_in_s: u32) -> Problem {
    Problem::too_many("tooManyTries", "There were too many tries. Wait as long as Retry-After says.", resets_in_s)
}

fn view(session: &Session, csrf: &str) -> Value {
    let Session { staff, account, display_name, roles, unit, until, .. } = session;
    json!({
        "staff": {"id": staff, "account": account, "displayName": display_name, "roles": roles, "unit": unit},
        "csrf": csrf, "until": until,
    })
}

async fn set_cookie<P: Platform>(call: &Call<P>, response: &mut Response, token: &str, max_age_s: i64) {
    let plain_http = call.app.platform().variable("insecure_cookies").await.as_deref() == Some("true");
    let secure = if plain_http { "" } else { "; Secure" };
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}
