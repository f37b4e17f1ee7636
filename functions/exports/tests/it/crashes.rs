//! Every request about exports fails before and after each of its store operations, on each backend; the same request
//! completes it, and it is recorded once.

use std::sync::Arc;

use serde_json::{Value, json};
use store::Kv as _;
use store::memory::{Backend, Fate, MemoryKv, Steady};

use crate::town::{Answer, Person, Town, router};

const KEY: &str = "the-key-of-the-struck-request";

/// A request, and how many events its export has after it.
struct Wish {
    who: Person,
    path: String,
    body: Value,
    events: u64,
}

/// Everything stored, behind another gate and a fresh instance.
async fn copied(town: &Town, backend: Backend, gate: Arc<Steady>) -> Town {
    let calm = MemoryKv::new(backend, town.gate.restarted(None));
    for (key, value) in town.kv.dump() {
        calm.set(&key, value).await.unwrap();
    }
    over(calm.behind(gate.clone()), gate, town)
}

fn over(kv: MemoryKv, gate: Arc<Steady>, town: &Town) -> Town {
    Town { gate, router: router(&kv), kv, admin: town.admin.clone(), keys_used: town.keys_used }
}

impl Wish {
    async fn send(&self, town: &mut Town) -> Answer {
        town.post_as(&self.who, KEY, &self.path, &self.body).await
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

    async fn survives(&self, town: &Town, backend: Backend) {
        let mut calm = copied(town, backend, Steady::new(7)).await;
        self.send(&mut calm).await.good();
        for at in 0..calm.gate.passed().len() {
            for fate in [Fate::FailBefore, Fate::FailAfter] {
                let what = format!("{} on {backend:?}: {fate:?} at {at}", self.path);
                let mut struck = copied(town, backend, Steady::with_fate(7, at, fate)).await;
                self.send(&mut struck).await;
                let gate = struck.gate.restarted(None);
                let mut after = over(struck.kv.behind(gate.clone()), gate, &struck);
                let answer = self.send_until_answered(&mut after).await;
                assert!(matches!(answer.status, 200 | 201), "{what}: {answer:?}");
                assert_eq!(answer.body["version"], self.events, "{what}");
                let again = self.send(&mut after).await.good();
                assert_eq!((&again["id"], &again["version"]), (&answer.body["id"], &answer.body["version"]), "{what}");
                let exports = after.kv.dump().into_keys().filter(|key| key.starts_with("doc/export/"));
                assert_eq!(exports.filter(|key| !key.contains('#')).count(), 1, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_failure_at_any_operation_of_any_request_is_completed_by_the_same_request() {
    for backend in [Backend::Sqlite, Backend::Redis, Backend::Partial] {
        let mut town = Town::on(backend).await;
        let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
        let supervisor = town.person("supervisor", "supervisor", "C01").await;
        town.submit().await;
        town.tick().await;
        let town = copied(&town, backend, Steady::new(7)).await;
        let ask = |callers: bool| json!({"filter": {"month": "2026-11"}, "purpose": "x", "callers": callers});
        let wish = |who: &Person, path: &str, body: Value, events| Wish {
            who: who.clone(),
            path: path.to_owned(),
            body,
            events,
        };
        wish(&dispatcher, "/api/exports", ask(false), 1).survives(&town, backend).await;
        let asking = wish(&dispatcher, "/api/exports", ask(true), 1);
        asking.survives(&town, backend).await;
        let mut town = town;
        let asked = town.post(&dispatcher, "POST", "/api/exports", &ask(true)).await.good();
        let path = |step: &str| format!("/api/exports/{}/{step}", asked["id"].as_str().unwrap());
        let decision = json!({"ifVersion": 1, "text": "同意"});
        wish(&supervisor, &path("refuse"), decision.clone(), 2).survives(&town, backend).await;
        wish(&supervisor, &path("approve"), decision.clone(), 2).survives(&town, backend).await;
        town.post(&supervisor, "POST", &path("approve"), &decision).await.good();
        wish(&dispatcher, &path("take"), json!({}), 3).survives(&town, backend).await;
    }
}
