//! The first administrator.

use serde_json::json;
use store::memory::{Backend, Fate, Steady};

use super::town::{PASSWORD, TOKEN, Town};

fn first() -> serde_json::Value {
    json!({"account": "admin", "displayName": "管理员", "password": PASSWORD})
}

#[tokio::test]
async fn the_first_administrator_is_created_once() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let mut town = Town::new(backend);
        let created = town.set_up(TOKEN, &first()).await;
        assert_eq!(created.status, 201);
        assert_eq!(created.body["roles"][0]["role"], "administrator");
        assert_eq!(town.set_up(TOKEN, &first()).await.said(), (409, "alreadySetUp"));
        let other = json!({"account": "other", "displayName": "他", "password": PASSWORD});
        assert_eq!(town.set_up(TOKEN, &other).await.said(), (409, "alreadySetUp"));
        town.sign_in("admin", PASSWORD).await;
        assert_eq!(town.try_sign_in("other", PASSWORD).await.said(), (401, "signInRefused"));
    }
}

#[tokio::test]
async fn the_same_request_again_is_answered_again_but_not_with_another_password() {
    let town = Town::new(Backend::Sqlite);
    let created = town.set_up_as("setup-key-0000000001", TOKEN, &first()).await;
    let again = town.set_up_as("setup-key-0000000001", TOKEN, &first()).await;
    assert_eq!((again.status, again.body), (created.status, created.body));
    let mut other = first();
    other["password"] = json!("another password");
    let refused = town.set_up_as("setup-key-0000000001", TOKEN, &other).await;
    assert_eq!(refused.said(), (422, "idempotencyKeyReused"));
}

#[tokio::test]
async fn without_the_right_token_nobody_becomes_administrator() {
    let mut town = Town::new(Backend::Sqlite);
    for wrong in ["", "b1946ac92492d2347c6235b4d2611185", "b1946ac9"] {
        assert_eq!(town.set_up(wrong, &first()).await.said(), (403, "setupTokenInvalid"));
    }
    town.store.set_variable("setup_token", "");
    assert_eq!(town.set_up("", &first()).await.said(), (403, "setupTokenInvalid"));
    assert!(town.store.dump().keys().all(|key| !key.starts_with("doc/") && !key.starts_with("setup/")));
}

#[tokio::test]
async fn fields_that_are_not_right_are_named() {
    let mut town = Town::new(Backend::Sqlite);
    let answer = town.set_up(TOKEN, &json!({"account": "a", "displayName": " ", "password": "short"})).await;
    assert_eq!(answer.said(), (422, "invalidFields"));
    let codes: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
    assert_eq!(codes, ["accountInvalid", "required", "passwordTooShort"]);
}

#[tokio::test]
async fn a_crash_at_any_operation_leaves_a_setup_that_the_same_request_completes() {
    for backend in [Backend::Sqlite, Backend::Redis, Backend::Partial] {
        let calm = Town::new(backend);
        calm.set_up_as("setup-key-0000000001", TOKEN, &first()).await;
        let operations = calm.gate.passed().len();
        assert!(operations > 6, "{operations}");
        for at in 0..operations {
            for fate in [Fate::FailBefore, Fate::FailAfter] {
                let town = Town::over(backend, Steady::with_fate(7, at, fate));
                town.set_up_as("setup-key-0000000001", TOKEN, &first()).await;
                let town = town.restarted();
                let mut answer = town.set_up_as("setup-key-0000000001", TOKEN, &first()).await;
                if answer.status == 503 {
                    // A claim without a document: it is free again when the lease has run out.
                    town.gate.advance(31_000);
                    answer = town.set_up_as("setup-key-0000000001", TOKEN, &first()).await;
                }
                assert_eq!(answer.status, 201, "{backend:?} {fate:?} at {at}: {answer:?}");
            }
        }
    }
}
