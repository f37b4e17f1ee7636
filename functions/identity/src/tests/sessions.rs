//! Signing in, staying signed in, signing out.

use serde_json::{Value, json};
use store::memory::Backend;

use super::town::{PASSWORD, Town, newcomer};

const MINUTE_MS: i64 = 60_000;

#[tokio::test]
async fn somebody_signs_in_looks_and_signs_out() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (mut town, _) = Town::with_administrator(backend).await;
        let answer = town.try_sign_in(" Admin ", PASSWORD).await;
        assert_eq!(answer.status, 201);
        assert_eq!(answer.body["staff"]["account"], "admin");
        let cookie = answer.cookie.unwrap();
        for part in ["; HttpOnly", "; Secure", "; SameSite=Strict", "; Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let who = town.sign_in("admin", PASSWORD).await;
        let me = town.read(&who, "/api/identity/me").await;
        assert_eq!((me.status.as_u16(), &me.body["csrf"]), (200, &json!(who.csrf)));
        assert_eq!(me.body["staff"]["displayName"], "管理员");
        let out = town.change(&who, "DELETE", "/api/identity/sessions/current", &Value::Null).await;
        assert_eq!(out.status, 204);
        assert!(out.cookie.unwrap().contains("Max-Age=0"));
        assert_eq!(town.read(&who, "/api/identity/me").await.said(), (401, "noSession"));
    }
}

#[tokio::test]
async fn plain_http_on_a_developers_machine_gets_a_cookie_without_secure() {
    let (town, _) = Town::with_administrator(Backend::Sqlite).await;
    town.store.set_variable("insecure_cookies", "true");
    let cookie = town.try_sign_in("admin", PASSWORD).await.cookie.unwrap();
    assert!(!cookie.contains("Secure") && cookie.contains("HttpOnly"), "{cookie}");
}

#[tokio::test]
async fn unknown_account_and_wrong_password_cannot_be_told_apart() {
    let (town, _) = Town::with_administrator(Backend::Sqlite).await;
    for round in 1..=7 {
        let known = town.try_sign_in("admin", "wrong password").await;
        let unknown = town.try_sign_in("nobody", "wrong password").await;
        let said = |mut body: Value| {
            body.as_object_mut().unwrap().remove("traceId");
            body
        };
        assert_eq!(known.status, if round <= 5 { 401 } else { 429 }, "round {round}");
        assert_eq!(known.status, unknown.status);
        assert_eq!(known.retry_after, unknown.retry_after);
        assert_eq!(said(known.body), said(unknown.body));
    }
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_for_the_right_one_too() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (town, _) = Town::with_administrator(backend).await;
        for _ in 0..5 {
            assert_eq!(town.try_sign_in("admin", "wrong password").await.said(), (401, "signInRefused"));
        }
        let locked = town.try_sign_in("admin", PASSWORD).await;
        assert_eq!(locked.said(), (429, "tooManyTries"));
        assert!(locked.retry_after.unwrap().parse::<u32>().unwrap() <= 900);
        town.gate.advance(15 * MINUTE_MS);
        town.sign_in("admin", PASSWORD).await;
    }
}

#[tokio::test]
async fn who_signs_in_often_is_not_locked_out() {
    let (town, _) = Town::with_administrator(Backend::Redis).await;
    for _ in 0..8 {
        town.sign_in("admin", PASSWORD).await;
        assert_eq!(town.try_sign_in("admin", "wrong password").await.status, 401);
    }
}

/// Of many first tries at once each must count: the record is made once and swapped by every try, also by the first and
/// by those after a success.
#[tokio::test]
async fn every_try_is_a_swap() {
    let (town, _) = Town::with_administrator(Backend::Sqlite).await;
    let before = town.gate.passed().len();
    town.try_sign_in("admin", "wrong password").await;
    town.try_sign_in("nobody", "wrong password").await;
    let passed = town.gate.passed();
    let tries = passed.iter().skip(before).filter(|op| op.key.starts_with("rate/signIn/"));
    let kinds: Vec<&str> = tries.map(|op| op.kind).collect();
    let (known, unknown) = kinds.split_at(3);
    assert_eq!(known, ["get", "compare", "swap"], "forgetting left the record");
    assert_eq!(unknown, ["get", "increment", "set", "compare", "swap"]);
}

#[tokio::test]
async fn one_address_tries_sixty_times_a_minute() {
    let town = Town::new(Backend::Sqlite);
    // The setup route takes part in the count and hashes nothing, so this is quick.
    for _ in 0..60 {
        let answer = town.set_up_as("setup-key-0000000001", "wrong", &Value::Null).await;
        assert_eq!(answer.said(), (403, "setupTokenInvalid"));
    }
    assert_eq!(town.set_up_as("setup-key-0000000001", "wrong", &Value::Null).await.said(), (429, "tooManyTries"));
    assert_eq!(town.try_sign_in("admin", PASSWORD).await.said(), (429, "tooManyTries"));
}

#[tokio::test]
async fn a_change_needs_the_token_of_its_own_session() {
    let (town, who) = Town::with_administrator(Backend::Sqlite).await;
    let other = town.sign_in("admin", PASSWORD).await;
    let body = newcomer("li.wen", "handler");
    for csrf in ["", "0", other.csrf.as_str()] {
        let headers =
            [("cookie", who.cookie.as_str()), ("x-csrf-token", csrf), ("idempotency-key", "key-00000000000001")];
        let answer = town.send("POST", "/api/identity/staff", &headers, Some(&body)).await;
        assert_eq!(answer.said(), (403, "csrfInvalid"));
    }
    assert_eq!(
        town.send("DELETE", "/api/identity/sessions/current", &[("cookie", &who.cookie)], None).await.status,
        403
    );
    assert_eq!(town.read(&who, "/api/identity/me").await.status, 200);
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_at_the_latest_after_a_working_day() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (town, idle) = Town::with_administrator(backend).await;
        town.gate.advance(31 * MINUTE_MS);
        assert_eq!(town.read(&idle, "/api/identity/me").await.said(), (401, "noSession"));

        let busy = town.sign_in("admin", PASSWORD).await;
        for _ in 0..28 {
            town.gate.advance(25 * MINUTE_MS);
            assert_eq!(town.read(&busy, "/api/identity/me").await.status, 200);
        }
        town.gate.advance(25 * MINUTE_MS);
        assert_eq!(town.read(&busy, "/api/identity/me").await.said(), (401, "noSession"));
    }
}

#[tokio::test]
async fn no_token_and_no_password_is_in_the_store() {
    let (town, who) = Town::with_administrator(Backend::Sqlite).await;
    let token = who.cookie.split('=').nth(1).unwrap();
    for (key, value) in town.store.dump() {
        let value = String::from_utf8_lossy(&value).into_owned();
        for secret in [token, who.csrf.as_str(), PASSWORD, "argon2id"] {
            assert!(!key.contains(secret) && !value.contains(secret), "{key}");
        }
    }
}

#[tokio::test]
async fn cookies_that_are_no_tokens_are_no_session() {
    let (town, _) = Town::with_administrator(Backend::Sqlite).await;
    for cookie in ["", "onetown_session=", "onetown_session=../head", "onetown_session", "x=y; onetown_session=0"] {
        let answer = town.send("GET", "/api/identity/me", &[("cookie", cookie)], None).await;
        assert_eq!(answer.said(), (401, "noSession"), "{cookie}");
    }
}
