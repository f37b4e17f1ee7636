//! The first administrator, who needs no session but the setup token.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use domain::aggregate::Actor;
use domain::staff::{Profile, Role, Roles, Staff};
use http::StatusCode;
use people::{fields, password, tries};
use serde::Deserialize;
use service::keys::same_text;
use service::{Call, Problem, body};
use store::{Platform, ensure_value};

use crate::enrol;

/// Says who the first administrator is. Written before that person's document, so that two tokens' holders at once make
/// one; a crash in between leaves the same account to be created by the next try.
const FIRST: &str = "setup/administrator";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Form {
    account: String,
    display_name: String,
    password: String,
}

/// `POST /api/identity/setup`
pub async fn set_up<P: Platform>(call: Call<P>, body: Body) -> Result<Response, Problem> {
    let keys = call.keys().await?;
    tries::count_address(&call, &keys).await?;
    let token = call.app.platform().variable("setup_token").await?.filter(|token| !token.is_empty());
    if !token.zip(call.bearer()).is_some_and(|(token, given)| same_text(&token, given)) {
        let detail = "The setup token is not right. `onetown up` keeps it in `.spin/onetown.json`; elsewhere it is the \
                      variable setup_token.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "setupTokenInvalid", detail));
    }
    call.idempotency_key()?;
    let (form, _) = body::json::<Form>(&call.headers, body, body::JSON_BYTES_MAX).await?;
    let newcomer = read(form)?;
    let id = Staff::id(&newcomer.account);
    let first = ensure_value(&call.access, FIRST, id.as_str().as_bytes().to_vec()).await?;
    if first != id.as_str().as_bytes() {
        return Err(already_set_up());
    }
    let created = enrol::create(&call, &keys, &newcomer, "identity.setup", Actor::system("setup")).await;
    let created = created.map_err(|problem| match problem.code() {
        "accountTaken" => already_set_up(),
        _ => problem,
    })?;
    Ok((StatusCode::CREATED, body::answer(&people::view(&created.committed.document))).into_response())
}

fn read(form: Form) -> Result<enrol::Newcomer, Problem> {
    let mut errors = Vec::new();
    let account = fields::check(&mut errors, "/account", "accountInvalid", &form.account);
    let display_name = enrol::display_name(&mut errors, "/displayName", &form.display_name);
    password::check(&mut errors, "/password", &form.password, &form.account);
    let Some(account) = account.filter(|_| errors.is_empty()) else { return Err(Problem::invalid(errors)) };
    let roles = Roles::from_iter([Role::Administrator]);
    let profile = Profile { display_name, roles, unit: None, grid: None, valid_from: None, valid_until: None };
    Ok(enrol::Newcomer { account, profile, password: Some(form.password) })
}

fn already_set_up() -> Problem {
    let detail = "There is an administrator already. Sign in as that person, or ask them to enrol you.";
    Problem::new(StatusCode::CONFLICT, "alreadySetUp", detail)
}
