//! From the call to the last task, on each backend, and what it costs.

use serde_json::{Value, json};
use store::memory::Backend;

use crate::town::{Person, Town};

fn able(whistle: &Value) -> Vec<&str> {
    let actions = whistle["actions"].as_array().unwrap();
    actions.iter().filter(|action| action["why"].is_null()).map(|action| action["name"].as_str().unwrap()).collect()
}

/// Minutes for both units.
pub fn minutes() -> Value {
    let limit = json!({"n": 2, "unit": "workingDays"});
    json!({"tasks": [
        {"unit": "D04", "action": "清理占道摊点。", "limit": limit}, {"unit": "D01", "action": "维持秩序。", "limit": limit},
    ]})
}

#[tokio::test]
async fn from_the_call_to_the_last_task() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let mut town = Town::new(backend).await;
        let centre = town.person("dispatcher", "C01").await;
        let called = town.person("handler", "D04").await;
        let asked = town.person("unit_head", "D01").await;
        let id = town.blow(&centre).await;
        town.tick().await;
        for who in [&centre, &called, &asked] {
            assert_eq!(town.list(who, "").await, std::slice::from_ref(&id), "{backend:?}");
        }
        let path = format!("/api/whistles/{id}");
        let seen = town.get(&called, &path).await.good();
        assert_eq!((&seen["text"], &seen["status"]), (&json!("夜市占道，需现场处置。"), &json!("blown")));
        assert_eq!(seen["callees"][1]["requested"], true);
        assert_eq!(able(&seen), ["accept", "refuse", "arrive"]);
        town.step(&called, &id, "accept", json!({})).await.good();
        let there = town.step(&called, &id, "arrive", json!({"text": "已到场。"})).await.good();
        assert_eq!(there["status"], "onSite");
        let seen = town.get(&centre, &path).await.good();
        assert_eq!(able(&seen), ["minute"]);
        let minuted = town.step(&centre, &id, "minute", minutes()).await.good();
        assert_eq!((&minuted["status"], &minuted["tasks"][1]["action"]), (&json!("minuted"), &json!("维持秩序。")));
        let seen = town.get(&asked, &path).await.good();
        assert_eq!(able(&seen), ["complete-task"]);
        town.step(&asked, &id, "complete-task", json!({"task": 1, "text": "已维持。"})).await.good();
        let done = town.step(&called, &id, "complete-task", json!({"task": 0, "text": "已清理。"})).await.good();
        assert_eq!((&done["status"], &done["actions"]), (&json!("done"), &json!([])));
        let told: Vec<&str> =
            done["timeline"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(told, ["blown", "accepted", "arrived", "minuted", "taskDone", "taskDone"]);
        town.tick().await;
        for who in [&centre, &called] {
            assert_eq!(town.list(who, "").await, Vec::<String>::new());
            assert_eq!(town.list(who, "?over=1").await, std::slice::from_ref(&id));
        }
    }
}

#[tokio::test]
async fn what_people_write_is_nowhere_in_the_store() {
    let mut town = Town::new(Backend::Sqlite).await;
    let centre = town.person("dispatcher", "C01").await;
    let called = town.person("handler", "D04").await;
    let id = town.blow(&centre).await;
    town.step(&called, &id, "arrive", json!({"text": "已到场。"})).await.good();
    town.step(&centre, &id, "minute", minutes()).await.good();
    town.tick().await;
    for (key, value) in town.kv.dump() {
        let text = String::from_utf8_lossy(&value);
        // The catalogue's own files may use the same words.
        let leaked = ["夜市占道", "已到场", "清理占道摊点"].iter().find(|words| text.contains(**words));
        assert!(key.starts_with("blob/") || leaked.is_none(), "{key}: {leaked:?}");
    }
}

#[tokio::test]
async fn a_step_is_six_operations_at_most() {
    let mut town = Town::new(Backend::Sqlite).await;
    let centre = town.person("dispatcher", "C01").await;
    let called = town.person("handler", "D04").await;
    let (_, number) = town.submit().await;
    let id = town.blow(&centre).await;
    town.tick().await;
    // Warms the instance's catalogue.
    let seen = town.get(&called, &format!("/api/whistles/{id}")).await.good();
    let mut cost = async |who: &Person, path: &str, body: Option<Value>| {
        let before = town.gate.passed().len();
        match body {
            Some(body) => town.change(who, "POST", path, &body).await.good(),
            None => town.get(who, path).await.good(),
        };
        town.gate.passed().len() - before
    };
    let step = |step: &str| format!("/api/whistles/{id}/{step}");
    assert_eq!(cost(&called, &format!("/api/whistles/{id}"), None).await, 2);
    assert_eq!(cost(&called, "/api/whistles", None).await, 2);
    let version = json!({"ifVersion": seen["version"]});
    assert_eq!(cost(&called, &step("accept"), Some(version)).await, 6);
    let body = json!({"kind": "emergency", "text": "塌陷。", "units": ["D04"], "order": number});
    assert_eq!(cost(&centre, "/api/whistles", Some(body)).await, 6);
}

#[tokio::test]
async fn late_and_refusing_units_are_named_and_those_only_asked_are_not() {
    let mut town = Town::new(Backend::Sqlite).await;
    let centre = town.person("dispatcher", "C01").await;
    let asked = town.person("unit_head", "D01").await;
    let body = json!({"kind": "emergency", "text": "塌陷。", "units": ["D04"], "asked": ["D01"]});
    let whistle = town.change(&centre, "POST", "/api/whistles", &body).await.good();
    assert_eq!(whistle["failing"], json!([]));
    let id = whistle["id"].as_str().unwrap().to_owned();
    town.step(&asked, &id, "refuse", json!({"text": "警力不足。"})).await.good();
    // 30 minutes are over, and a session's idle half hour is not.
    town.gate.advance(20 * 60_000);
    let path = format!("/api/whistles/{id}");
    assert_eq!(town.get(&centre, &path).await.good()["failing"], json!([]));
    town.gate.advance(11 * 60_000);
    assert_eq!(town.get(&centre, &path).await.good()["failing"], json!(["D04"]));
}
