//! An export that shows callers: asked for, decided by another person, taken while the approval lasts.

use serde_json::{Value, json};

use crate::town::{Person, Town};

struct Desk {
    town: Town,
    dispatcher: Person,
    supervisor: Person,
    leader: Person,
}

impl Desk {
    async fn new() -> Self {
        let mut town = Town::new().await;
        let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
        let supervisor = town.person("supervisor", "supervisor", "C01").await;
        let leader = town.person("leader", "town_leader", "P01").await;
        town.submit().await;
        town.submit_confidential().await;
        town.tick().await;
        Self { town, dispatcher, supervisor, leader }
    }

    async fn asked(&mut self, who: &Person) -> Value {
        let body = json!({"filter": {"month": "2026-11"}, "purpose": "电话抽查", "callers": true});
        self.town.post(who, "POST", "/api/exports", &body).await.good()
    }

    async fn step(&mut self, who: &Person, export: &Value, step: &str) -> crate::town::Answer {
        let path = format!("/api/exports/{}/{step}", export["id"].as_str().unwrap());
        let body = json!({"ifVersion": export["version"], "text": "同意抽查"});
        self.town.post(who, "POST", &path, &body).await
    }
}

#[tokio::test]
async fn another_person_agrees_and_whoever_asked_takes_it() {
    let mut desk = Desk::new().await;
    let (dispatcher, supervisor, leader) = (desk.dispatcher.clone(), desk.supervisor.clone(), desk.leader.clone());
    let asked = desk.asked(&dispatcher).await;
    assert_eq!((&asked["status"], asked.get("items")), (&json!("asked"), None), "nothing has left");
    assert_eq!(desk.step(&dispatcher, &asked, "take").await.said(), (409, "stateConflict"));
    assert_eq!(desk.step(&dispatcher, &asked, "approve").await.said(), (403, "forbidden"));
    let approved = desk.step(&supervisor, &asked, "approve").await.good();
    assert_eq!((&approved["status"], &approved["decidedBy"]), (&json!("approved"), &json!("supervisor")));
    assert_eq!(desk.step(&leader, &asked, "refuse").await.said(), (409, "staleVersion"));
    assert_eq!(desk.step(&leader, &approved, "refuse").await.said(), (409, "stateConflict"), "decided once");
    assert_eq!(desk.step(&supervisor, &approved, "take").await.said(), (403, "notPermitted"));
    let taken = desk.step(&dispatcher, &approved, "take").await.good();
    let rows = taken["items"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let expected = if row["confidential"] == true {
            [Value::Null, Value::Null]
        } else {
            ["李小明", "+8613812345678"].map(Value::from)
        };
        assert_eq!([&row["callerName"], &row["callerPhone"]], [&expected[0], &expected[1]], "{row}");
    }
    assert!(taken["mark"].as_str().unwrap().contains(asked["id"].as_str().unwrap()));
    // Which callers were shown is in the record for ever.
    let stored = desk.town.kv.dump();
    let record = stored.get(&format!("doc/export/{}", asked["id"].as_str().unwrap())).unwrap();
    let record = String::from_utf8(record.clone()).unwrap();
    assert!(rows.iter().all(|row| record.contains(row["id"].as_str().unwrap())));
    assert!(!record.contains("13812345678") && !record.contains("李小明"));
}

#[tokio::test]
async fn nobody_approves_their_own_and_an_approval_ends() {
    let mut desk = Desk::new().await;
    let (mut supervisor, leader) = (desk.supervisor.clone(), desk.leader.clone());
    let asked = desk.asked(&supervisor).await;
    assert_eq!(desk.step(&supervisor, &asked, "approve").await.said(), (403, "samePerson"));
    let approved = desk.step(&leader, &asked, "approve").await.good();
    for _ in 0..3 {
        desk.step(&supervisor, &approved, "take").await.good();
    }
    assert_eq!(desk.step(&supervisor, &approved, "take").await.said(), (409, "stateConflict"), "three times");
    let other = desk.asked(&supervisor).await;
    let other = desk.step(&leader, &other, "approve").await.good();
    desk.town.days_later(1, &mut [&mut supervisor]).await;
    assert_eq!(desk.step(&supervisor, &other, "take").await.said(), (409, "stateConflict"), "a day");
}

#[tokio::test]
async fn what_was_refused_is_not_taken_and_whom_it_does_not_concern_sees_nothing() {
    let mut desk = Desk::new().await;
    let (dispatcher, supervisor) = (desk.dispatcher.clone(), desk.supervisor.clone());
    let asked = desk.asked(&dispatcher).await;
    let mute = json!({"ifVersion": asked["version"]});
    let path = format!("/api/exports/{}/refuse", asked["id"].as_str().unwrap());
    assert_eq!(desk.town.post(&supervisor, "POST", &path, &mute).await.said(), (422, "invalidFields"));
    let refused = desk.step(&supervisor, &asked, "refuse").await.good();
    assert_eq!(desk.step(&dispatcher, &refused, "take").await.said(), (409, "stateConflict"));
    let handler = desk.town.person("handler", "handler", "D13").await;
    let agent = desk.town.person("agent", "callback_agent", "C01").await;
    let body = json!({"filter": {}, "purpose": "x", "callers": true});
    for person in [&handler, &agent] {
        assert_eq!(desk.town.post(person, "POST", "/api/exports", &body).await.said(), (403, "forbidden"));
        for step in ["approve", "refuse", "take"] {
            assert_eq!(desk.step(person, &asked, step).await.said(), (404, "notFound"), "{step}");
        }
    }
    assert_eq!(desk.step(&dispatcher, &asked, "erase").await.said(), (404, "notFound"));
}
