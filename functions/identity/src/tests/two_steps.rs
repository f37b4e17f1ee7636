//! Signing in with a code: setting an app up, codes that work once, who needs one.

use base32ct::{Base32UpperUnpadded, Encoding as _};
use serde_json::{Value, json};
use store::memory::{Backend, Gate as _};

use super::town::{PASSWORD, TOKEN, Town, newcomer, signed_in};
use crate::totp;

const STEP_MS: i64 = 30_000;

/// What an app shows.
fn code(town: &Town, secret: &Value, steps: i64) -> String {
    let secret = Base32UpperUnpadded::decode_vec(secret.as_str().unwrap()).unwrap();
    let step = (town.gate.now_ms() + steps * STEP_MS).div_euclid(STEP_MS);
    totp::code_at(&secret, u64::try_from(step).unwrap())
}

fn login(code: &str) -> Value {
    json!({"account": "admin", "password": PASSWORD, "code": code})
}

/// A town that asks for codes, with an administrator who has no app yet, and the offer of one.
async fn strict(backend: Backend) -> (Town, Value) {
    let mut town = Town::new(backend);
    town.store.set_variable("second_factor", "required");
    let body = json!({"account": "admin", "displayName": "管理员", "password": PASSWORD});
    assert_eq!(town.set_up(TOKEN, &body).await.status, 201);
    let offer = town.try_sign_in("admin", PASSWORD).await;
    assert_eq!(offer.said(), (403, "secondFactorNeeded"));
    assert!(offer.cookie.is_none());
    (town, offer.body)
}

/// The same with the app set up; returns its secret.
async fn with_app(backend: Backend) -> (Town, Value) {
    let (town, offer) = strict(backend).await;
    let mut body = login(&code(&town, &offer["secret"], 0));
    body["offer"] = offer["offer"].clone();
    signed_in(town.enter(&body).await);
    (town, offer["secret"].clone())
}

#[tokio::test]
async fn who_decides_sets_an_app_up_and_signs_in_with_its_codes() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (town, secret) = with_app(backend).await;
        town.gate.advance(2 * STEP_MS);
        assert_eq!(town.try_sign_in("admin", PASSWORD).await.said(), (401, "codeNeeded"));
        let who = signed_in(town.enter(&login(&code(&town, &secret, 0))).await);
        assert_eq!(town.read(&who, "/api/identity/account").await.body["secondFactor"], true);
    }
}

#[tokio::test]
async fn a_code_works_once_and_so_does_none_before_it() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (town, secret) = with_app(backend).await;
        let used = code(&town, &secret, 0);
        assert_eq!(town.enter(&login(&used)).await.said(), (401, "codeRefused"));
        assert_eq!(town.enter(&login(&code(&town, &secret, -1))).await.said(), (401, "codeRefused"));
        signed_in(town.enter(&login(&code(&town, &secret, 1))).await);
        town.gate.advance(STEP_MS);
        assert_eq!(town.enter(&login(&code(&town, &secret, 0))).await.said(), (401, "codeRefused"));
    }
}

#[tokio::test]
async fn a_clock_may_be_half_a_minute_off_and_no_more() {
    let (town, secret) = with_app(Backend::Sqlite).await;
    town.gate.advance(10 * STEP_MS);
    for (steps, status) in [(-2, 401), (2, 401), (-1, 201), (0, 201), (1, 201)] {
        let answer = town.enter(&login(&code(&town, &secret, steps))).await;
        assert_eq!(answer.status, status, "{steps} {answer:?}");
    }
}

#[tokio::test]
async fn guessing_codes_locks_the_account_although_the_password_is_right() {
    let (town, secret) = with_app(Backend::Sqlite).await;
    town.gate.advance(10 * STEP_MS);
    let right = code(&town, &secret, 0);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(town.enter(&login(wrong)).await.said(), (401, "codeRefused"));
    }
    assert_eq!(town.enter(&login(&right)).await.said(), (429, "tooManyTries"));
}

#[tokio::test]
async fn nothing_about_codes_is_said_before_the_password_is_right() {
    let (town, secret) = with_app(Backend::Sqlite).await;
    town.gate.advance(10 * STEP_MS);
    let mut body = login(&code(&town, &secret, 0));
    body["password"] = json!("wrong password");
    assert_eq!(town.enter(&body).await.said(), (401, "signInRefused"));
    // And the code is not spent by it.
    signed_in(town.enter(&login(&code(&town, &secret, 0))).await);
}

#[tokio::test]
async fn an_app_is_set_up_only_by_a_code_and_an_offer_ends() {
    let (town, offer) = strict(Backend::Sqlite).await;
    let with = |code: String, offer: &Value| {
        let mut body = login(&code);
        body["offer"] = offer.clone();
        body
    };
    let wrong = town.enter(&with("12345x".to_owned(), &offer["offer"])).await;
    assert_eq!(wrong.said(), (401, "codeRefused"));
    let made_up = town.enter(&with(code(&town, &offer["secret"], 0), &json!("bm90IGFuIG9mZmVy"))).await;
    assert_eq!(made_up.said(), (403, "secondFactorNeeded"));
    town.gate.advance(15 * 60_000);
    let late = town.enter(&with(code(&town, &offer["secret"], 0), &offer["offer"])).await;
    assert_eq!(late.said(), (403, "secondFactorNeeded"));
    assert_ne!(late.body["secret"], offer["secret"]);
    signed_in(town.enter(&with(code(&town, &late.body["secret"], 0), &late.body["offer"])).await);
    // Whoever kept an old offer cannot put another app in the place of this one.
    town.gate.advance(10 * STEP_MS);
    let again = town.enter(&with(code(&town, &late.body["secret"], 0), &late.body["offer"])).await;
    assert_eq!(again.status, 201, "the app's own code is right whatever else is sent");
}

#[tokio::test]
async fn only_roles_that_decide_need_a_code_and_whoever_wants_one_gets_it() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    for role in ["handler", "dispatcher"] {
        let body = newcomer(role, role);
        assert_eq!(town.change(&administrator, "POST", "/api/identity/staff", &body).await.status, 201);
    }
    town.store.set_variable("second_factor", "required");
    assert_eq!(town.try_sign_in("dispatcher", PASSWORD).await.said(), (403, "secondFactorNeeded"));
    town.sign_in("handler", PASSWORD).await;
    town.store.set_variable("second_factor", "optional");
    town.sign_in("dispatcher", PASSWORD).await;
    let mut body = json!({"account": "handler", "password": PASSWORD, "setUpSecondFactor": true});
    let offer = town.enter(&body).await;
    assert_eq!(offer.said(), (403, "secondFactorNeeded"));
    body["code"] = json!(code(&town, &offer.body["secret"], 0));
    body["offer"] = offer.body["offer"].clone();
    signed_in(town.enter(&body).await);
    assert_eq!(town.try_sign_in("handler", PASSWORD).await.said(), (401, "codeNeeded"));
}

#[tokio::test]
async fn no_secret_of_an_app_is_in_the_store() {
    let (town, secret) = with_app(Backend::Sqlite).await;
    let secret = secret.as_str().unwrap();
    assert!(town.store.dump().values().all(|value| !String::from_utf8_lossy(value).contains(secret)));
}

#[tokio::test]
async fn two_at_once_with_the_same_code_are_one() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (town, secret) = with_app(backend).await;
        town.gate.advance(10 * STEP_MS);
        let body = login(&code(&town, &secret, 0));
        let (one, other) = futures::join!(town.enter(&body), town.enter(&body));
        let mut codes = [one.status.as_u16(), other.status.as_u16()];
        codes.sort_unstable();
        assert_eq!(codes, [201, 401]);
    }
}
