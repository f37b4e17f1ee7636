//! Who hears a whistle, who may blow one, and what is not taken.

use domain::staff::Role;
use serde_json::json;
use store::memory::Backend;

use crate::story::minutes;
use crate::town::Town;

#[tokio::test]
async fn every_role_blows_and_hears_as_the_table_says() {
    let mut town = Town::new(Backend::Sqlite).await;
    let dispatcher = town.person("dispatcher", "C01").await;
    let id = town.blow(&dispatcher).await;
    let path = format!("/api/whistles/{id}");
    town.tick().await;
    for unit in ["C01", "D04", "D12"] {
        for role in Role::ALL {
            if (role.as_str(), unit) == ("dispatcher", "C01") {
                continue;
            }
            let who = town.person(role.as_str(), unit).await;
            let oversees = matches!(role, Role::TownLeader | Role::Auditor);
            let of_centre = matches!(role, Role::Dispatcher | Role::CallbackAgent | Role::Supervisor);
            let of_unit = matches!(role, Role::Handler | Role::UnitHead | Role::GridHead | Role::GridWorker);
            let sees = oversees || (unit == "C01" && of_centre) || (unit == "D04" && of_unit);
            let seen = town.get(&who, &path).await;
            assert_eq!(seen.status, if sees { 200 } else { 404 }, "{role} of {unit}");
            assert_eq!(town.list(&who, "").await.len(), usize::from(sees), "{role} of {unit}");
            let (mut there, mut nowhere) =
                (seen.body, town.get(&who, "/api/whistles/aaaaaaaaaaaaaaaaaaaaaaaaaa").await.body);
            (there["traceId"], nowhere["traceId"]) = (json!(null), json!(null));
            assert!(sees || there == nowhere, "{role} of {unit} can tell that it exists");
            let accepts = unit == "D04" && matches!(role, Role::Handler | Role::UnitHead);
            let accepted = town.change(&who, "POST", &format!("{path}/accept"), &json!({"ifVersion": 999})).await;
            assert_eq!(accepted.said(), if sees { (409, "staleVersion") } else { (404, "notFound") });
            if sees && !accepts {
                let accepted = town.step(&who, &id, "accept", json!({})).await;
                assert!(
                    matches!(accepted.said(), (403, "notPermitted") | (409, "stateConflict")),
                    "{role} {accepted:?}"
                );
            }
            let blows =
                *role == Role::TownLeader || (unit == "C01" && matches!(role, Role::Dispatcher | Role::Supervisor));
            let blown = town
                .change(&who, "POST", "/api/whistles", &json!({"kind": "stubborn", "text": "积案。", "units": ["D05"]}))
                .await;
            assert_eq!(blown.status, if blows { 201 } else { 403 }, "{role} of {unit}: {blown:?}");
        }
    }
    let seen = town.get(&dispatcher, &path).await.good();
    assert_eq!(seen["version"], 1, "nobody changed it");
}

#[tokio::test]
async fn bad_input_is_named_and_changes_nothing() {
    let mut town = Town::new(Backend::Sqlite).await;
    let dispatcher = town.person("dispatcher", "C01").await;
    let before = town.kv.dump().keys().filter(|key| key.starts_with("doc/whistle/")).count();
    let long = "长".repeat(2_001);
    for (body, errors) in [
        (json!({}), json!([["/text", "required"], ["/kind", "required"]])),
        (json!({"kind": "emergency", "text": long, "units": ["D04"]}), json!([["/text", "tooLong"]])),
        (json!({"kind": "emergency", "text": "x"}), json!([["/units", "required"]])),
        (json!({"kind": "emergency", "text": "x", "units": ["X99"]}), json!([["/units", "unknown"]])),
        (
            json!({"kind": "emergency", "text": "x", "units": ["D04"], "asked": ["D04"]}),
            json!([["/asked", "unitTwice"]]),
        ),
        (
            json!({"kind": "emergency", "text": "x", "units": ["D04"], "village": "990181101066"}),
            json!([["/village", "unknown"]]),
        ),
        (
            json!({"kind": "emergency", "text": "x", "units": ["D04"], "order": "YD12345-20200101-00001"}),
            json!([["/order", "unknown"]]),
        ),
    ] {
        let answer = town.change(&dispatcher, "POST", "/api/whistles", &body).await;
        assert_eq!(answer.said(), (422, "invalidFields"), "{body}: {answer:?}");
        let told = answer.body["errors"].as_array().unwrap().iter().map(|e| json!([e["pointer"], e["code"]]));
        assert_eq!(json!(told.collect::<Vec<_>>()), errors, "{body}");
    }
    let wrong = town.change(&dispatcher, "POST", "/api/whistles", &json!({"kind": "party"})).await;
    assert_eq!(wrong.said(), (422, "wrongShape"));
    assert_eq!(town.kv.dump().keys().filter(|key| key.starts_with("doc/whistle/")).count(), before);
}

#[tokio::test]
async fn steps_that_are_not_due_or_say_nothing_are_refused() {
    let mut town = Town::new(Backend::Sqlite).await;
    let centre = town.person("dispatcher", "C01").await;
    let called = town.person("handler", "D04").await;
    let id = town.blow(&centre).await;
    for (who, step, body, said) in [
        (&called, "refuse", json!({}), (422, "textMissing")),
        (&called, "complete-task", json!({}), (422, "invalidFields")),
        (&called, "complete-task", json!({"task": 0, "text": "x"}), (409, "stateConflict")),
        (&called, "minute", minutes(), (403, "notPermitted")),
        (&centre, "minute", minutes(), (409, "stateConflict")),
        (&centre, "minute", json!({"tasks": [{"unit": "D04"}]}), (422, "invalidFields")),
        (&called, "dance", json!({}), (404, "notFound")),
    ] {
        let answer = town.step(who, &id, step, body.clone()).await;
        assert_eq!(answer.said(), said, "{step} {body}: {answer:?}");
    }
    town.step(&called, &id, "arrive", json!({})).await.good();
    let outside = json!({"tasks": [{"unit": "D12", "action": "x", "limit": {"n": 1, "unit": "workingDays"}}]});
    assert_eq!(town.step(&centre, &id, "minute", outside).await.said(), (422, "unitMissing"));
}

#[tokio::test]
async fn sent_again_it_happens_once_and_on_an_older_version_not_at_all() {
    let mut town = Town::new(Backend::Sqlite).await;
    let centre = town.person("dispatcher", "C01").await;
    let called = town.person("handler", "D04").await;
    let body = json!({"kind": "enforcement", "text": "占道。", "units": ["D04"]});
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let blown = town.change_as(&centre, "one-and-the-same-key", "/api/whistles", &body).await.good();
        ids.insert(blown["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 1);
    let other = json!({"kind": "emergency", "text": "占道。", "units": ["D04"]});
    let reused = town.change_as(&centre, "one-and-the-same-key", "/api/whistles", &other).await;
    assert_eq!(reused.said(), (422, "idempotencyKeyReused"));
    let path = format!("/api/whistles/{}/accept", ids.first().unwrap());
    for _ in 0..2 {
        let accepted = town.change_as(&called, "the-key-of-accepting", &path, &json!({"ifVersion": 1})).await.good();
        assert_eq!(accepted["version"], 2);
    }
    let late = town.change(&called, "POST", &path, &json!({"ifVersion": 1})).await;
    assert_eq!((late.said(), &late.body["version"]), ((409, "staleVersion"), &json!(2)));
}

/// Handbook §0.4, invariant 5.
#[tokio::test]
async fn nobody_is_called_to_an_order_that_complains_about_them() {
    let mut town = Town::new(Backend::Sqlite).await;
    let centre = town.person("dispatcher", "C01").await;
    let (id, number) = town.submit().await;
    let named = json!({"ifVersion": 1, "units": ["D04"]});
    town.change(&centre, "POST", &format!("/api/dispatch/orders/{id}/name-respondent"), &named).await.good();
    let blow = |units: &str| json!({"kind": "enforcement", "text": "占道。", "units": [units], "order": number});
    let refused = town.change(&centre, "POST", "/api/whistles", &blow("D04")).await;
    assert_eq!(refused.body["errors"], json!([{"pointer": "/units", "code": "accusedUnit"}]));
    let blown = town.change(&centre, "POST", "/api/whistles", &blow("D05")).await.good();
    assert_eq!(blown["order"], json!(id));
}
