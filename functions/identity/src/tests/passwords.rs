//! Choosing another password, one-time passwords, and where one is signed in.

use serde_json::{Value, json};
use store::memory::Backend;

use super::town::{PASSWORD, Town, newcomer, signed_in};

const OWN: &str = "/api/identity/account/password";
const ME: &str = "/api/identity/me";
const NEXT: &str = "another long sentence";

fn change(password: &str, next: &str) -> Value {
    json!({"password": password, "newPassword": next})
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (mut town, here) = Town::with_administrator(backend).await;
        let there = town.sign_in("admin", PASSWORD).await;
        assert_eq!(town.change(&here, "POST", OWN, &change(PASSWORD, NEXT)).await.status, 204);
        assert_eq!(town.read(&here, ME).await.status, 200);
        assert_eq!(town.read(&there, ME).await.said(), (401, "noSession"));
        assert_eq!(town.try_sign_in("admin", PASSWORD).await.said(), (401, "signInRefused"));
        town.sign_in("admin", NEXT).await;
    }
}

#[tokio::test]
async fn the_same_request_again_is_done_already() {
    let (town, here) = Town::with_administrator(Backend::Sqlite).await;
    for _ in 0..2 {
        let answer = town.change_as(&here, "password-key-00001", "POST", OWN, &change(PASSWORD, NEXT)).await;
        assert_eq!(answer.status, 204);
    }
    let account = town.read(&here, "/api/identity/account").await;
    assert_eq!(account.body["version"], 2);
}

#[tokio::test]
async fn a_session_alone_changes_no_password() {
    let (mut town, here) = Town::with_administrator(Backend::Sqlite).await;
    for _ in 0..5 {
        let answer = town.change(&here, "POST", OWN, &change("wrong password", NEXT)).await;
        assert_eq!(answer.said(), (403, "passwordRefused"));
    }
    assert_eq!(town.change(&here, "POST", OWN, &change(PASSWORD, NEXT)).await.said(), (429, "tooManyTries"));
    assert_eq!(town.try_sign_in("admin", PASSWORD).await.said(), (429, "tooManyTries"));
}

#[tokio::test]
async fn a_bad_new_password_is_told_and_nothing_changes() {
    let (mut town, here) = Town::with_administrator(Backend::Sqlite).await;
    for (next, code) in
        [("short", "passwordTooShort"), ("admin123456", "passwordCommon"), (PASSWORD, "passwordUnchanged")]
    {
        let answer = town.change(&here, "POST", OWN, &change(PASSWORD, next)).await;
        assert_eq!(answer.said(), (422, "invalidFields"));
        assert_eq!(answer.body["errors"], json!([{"pointer": "/newPassword", "code": code}]));
    }
    town.sign_in("admin", PASSWORD).await;
}

#[tokio::test]
async fn a_one_time_password_opens_nothing_but_the_choice_of_ones_own() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (town, administrator) = Town::loaded(backend).await;
        let mut body = newcomer("li.wen", "handler");
        body.as_object_mut().unwrap().remove("password");
        let made = town.change_as(&administrator, "enrol-key-00000001", "POST", "/api/identity/staff", &body).await;
        let once = made.body["oneTimePassword"].as_str().unwrap().to_owned();
        assert_eq!(once.len(), 14, "{once}");
        let again = town.change_as(&administrator, "enrol-key-00000001", "POST", "/api/identity/staff", &body).await;
        assert_eq!(again.body["oneTimePassword"], made.body["oneTimePassword"]);

        assert_eq!(town.try_sign_in("li.wen", &once).await.said(), (403, "passwordChangeNeeded"));
        let mut login = json!({"account": "li.wen", "password": once, "newPassword": once});
        let answer = town.enter(&login).await;
        assert_eq!(answer.body["errors"], json!([{"pointer": "/newPassword", "code": "passwordUnchanged"}]));
        login["newPassword"] = json!(NEXT);
        signed_in(town.enter(&login).await);
        assert_eq!(town.try_sign_in("li.wen", &once).await.said(), (401, "signInRefused"));
        // The answer was lost on the way and the page sends the same again.
        signed_in(town.enter(&login).await);
        town.sign_in("li.wen", NEXT).await;
    }
}

/// Two passwords in one request are two guesses, whoever there is under the account.
#[tokio::test]
async fn a_new_password_sent_along_is_a_guess_that_counts() {
    let (town, _) = Town::with_administrator(Backend::Sqlite).await;
    for account in ["admin", "nobody"] {
        let login = json!({"account": account, "password": "wrong password", "newPassword": NEXT});
        for _ in 0..2 {
            assert_eq!(town.enter(&login).await.said(), (401, "signInRefused"), "{account}");
        }
        assert_eq!(town.enter(&login).await.said(), (429, "tooManyTries"), "{account}");
    }
}

#[tokio::test]
async fn people_see_where_they_are_signed_in_and_end_the_others() {
    let (mut town, here) = Town::with_administrator(Backend::Redis).await;
    let there = town.sign_in("admin", PASSWORD).await;
    let account = town.read(&here, "/api/identity/account").await;
    let current: Vec<&Value> =
        account.body["sessions"].as_array().unwrap().iter().map(|session| &session["current"]).collect();
    assert_eq!(current, [&json!(true), &json!(false)]);
    assert_eq!(town.change(&here, "DELETE", "/api/identity/sessions/others", &Value::Null).await.status, 204);
    assert_eq!(town.read(&there, ME).await.said(), (401, "noSession"));
    let account = town.read(&here, "/api/identity/account").await;
    assert_eq!(account.body["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_tenth_session_ends_the_first() {
    let (town, first) = Town::with_administrator(Backend::Sqlite).await;
    for _ in 0..8 {
        town.sign_in("admin", PASSWORD).await;
    }
    assert_eq!(town.read(&first, ME).await.status, 200);
    town.sign_in("admin", PASSWORD).await;
    assert_eq!(town.read(&first, ME).await.said(), (401, "noSession"));
}

/// A store cannot be asked for what it holds, so whatever is not deleted with the record that names it stays for ever.
#[tokio::test]
async fn sessions_that_are_over_leave_the_store_with_the_next_sign_in() {
    let (town, _) = Town::with_administrator(Backend::Sqlite).await;
    for _ in 0..3 {
        town.sign_in("admin", PASSWORD).await;
    }
    let stored = |town: &Town| town.store.dump().into_keys().filter(|key| key.starts_with("session/")).count();
    assert!(stored(&town) >= 3);
    town.gate.advance(13 * 3_600_000);
    town.sign_in("admin", PASSWORD).await;
    assert_eq!(stored(&town), 1);
}
