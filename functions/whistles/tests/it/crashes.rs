//! Every step fails before and after each of its store operations, on each backend; the same request completes it, once.

use serde_json::{Value, json};
use store::memory::{Backend, Fate, Steady};

use crate::story::minutes;
use crate::town::{Answer, Person, Town};

const KEY: &str = "the-key-of-the-struck-request";

/// A request, and how many events its whistle has after it.
struct Wish {
    town: Town,
    who: Person,
    path: String,
    body: Value,
    events: u64,
}

impl Wish {
    async fn send(&self, town: &mut Town) -> Answer {
        town.change_as(&self.who, KEY, &self.path, &self.body).await
    }

    /// The same until it is answered; a creator that died keeps others out for half a minute.
    async fn send_until_answered(&self, town: &mut Town) -> Answer {
        let mut answer = self.send(town).await;
        if answer.status == 503 {
            town.gate.advance(31_000);
            answer = self.send(town).await;
        }
        answer
    }

    async fn survives(&self, backend: Backend) {
        let mut calm = self.town.copied(backend, Steady::new(7)).await;
        self.send(&mut calm).await.good();
        for at in 0..calm.gate.passed().len() {
            for fate in [Fate::FailBefore, Fate::FailAfter] {
                let what = format!("{} on {backend:?}: {fate:?} at {at}", self.path);
                let mut town = self.town.copied(backend, Steady::with_fate(7, at, fate)).await;
                self.send(&mut town).await;
                let mut town = town.restarted();
                let answer = self.send_until_answered(&mut town).await;
                assert!(matches!(answer.status, 200 | 201), "{what}: {answer:?}");
                assert_eq!(answer.body["timeline"].as_array().unwrap().len() as u64, self.events, "{what}");
                let again = self.send(&mut town).await.good();
                assert_eq!((&again["id"], &again["version"]), (&answer.body["id"], &answer.body["version"]), "{what}");
                town.tick().await;
                let is_open = !["done", "refused"].contains(&answer.body["status"].as_str().unwrap());
                let whistles = town.kv.dump().into_keys().filter(|key| key.starts_with("doc/whistle/"));
                assert_eq!(whistles.filter(|key| !key.contains('#')).count(), 1, "{what}");
                assert_eq!(town.list(&self.who, "").await.len(), usize::from(is_open), "{what}");
            }
        }
    }
}

/// Counters differ between backends, so each has a town of its own.
async fn wishes(backend: Backend) -> Vec<Wish> {
    let mut town = Town::new(backend).await;
    let (centre, called) = (town.person("dispatcher", "C01").await, town.person("handler", "D04").await);
    let mut wishes = Vec::new();
    let body = json!({"kind": "enforcement", "text": "占道。", "units": ["D04"]});
    let path = "/api/whistles".to_owned();
    let copy = town.copied(backend, Steady::new(7)).await;
    wishes.push(Wish { town: copy, who: centre.clone(), path: path.clone(), body: body.clone(), events: 1 });
    let id = town.change(&centre, "POST", &path, &body).await.good()["id"].as_str().unwrap().to_owned();
    let one_task = json!({"tasks": [minutes()["tasks"][0]]});
    let steps = [
        (&called, "refuse", json!({"text": "人手不足。"})),
        (&called, "accept", json!({})),
        (&called, "arrive", json!({"text": "已到场。"})),
        (&centre, "minute", one_task),
        (&called, "complete-task", json!({"task": 0, "text": "已清理。"})),
    ];
    for (version, (who, step, mut body)) in (1..).zip(steps) {
        body["ifVersion"] = json!(version);
        let path = format!("/api/whistles/{id}/{step}");
        let copy = town.copied(backend, Steady::new(7)).await;
        wishes.push(Wish { town: copy, who: who.clone(), path: path.clone(), body: body.clone(), events: version + 1 });
        town.change(who, "POST", &path, &body).await.good();
    }
    wishes
}

#[tokio::test]
async fn a_failure_at_any_operation_of_any_step_is_completed_by_the_same_request() {
    for backend in [Backend::Sqlite, Backend::Redis, Backend::Partial] {
        for wish in wishes(backend).await {
            wish.survives(backend).await;
        }
    }
}
