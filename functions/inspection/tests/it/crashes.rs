//! A draw with contributors: every request fails before and after each of its store operations, on each backend; the same
//! request completes it, once. The other commands of inspections: tests/sim, inspection_crash_points.

use serde_json::{Value, json};
use store::memory::{Backend, Fate, Steady};

use crate::contributors;
use crate::town::{Answer, Person, Town, form};

const KEY: &str = "the-key-of-the-struck-request";

/// A request on a town in which it is possible.
struct Wish {
    town: Town,
    who: Option<Person>,
    /// What somebody without an account shows.
    shown: String,
    /// How long after the town's beginning.
    after_ms: i64,
    path: String,
    body: Value,
}

impl Wish {
    async fn send(&self, town: &mut Town) -> Answer {
        let headers = [("idempotency-key", KEY), ("authorization", self.shown.as_str())];
        match &self.who {
            Some(who) => town.change_as(who, KEY, &self.path, &self.body).await,
            None => town.send("POST", &self.path, &headers, Some(&self.body)).await,
        }
    }

    async fn copy(&self, backend: Backend, gate: std::sync::Arc<Steady>) -> Town {
        gate.advance(self.after_ms);
        self.town.copied(backend, gate).await
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

    /// How many events the documents of inspections have together.
    fn events(town: &Town) -> usize {
        let kinds = ["doc/inspectionplan/", "doc/pledges/", "doc/draw/", "doc/check/"];
        let documents = town.kv.dump().into_iter();
        let ours = documents.filter(|(key, _)| kinds.iter().any(|kind| key.starts_with(kind)) && !key.contains('#'));
        ours.map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).unwrap()["events"].as_array().unwrap().len())
            .sum()
    }

    async fn survives(&self, backend: Backend) {
        let mut calm = self.copy(backend, Steady::new(7)).await;
        let good = self.send(&mut calm).await;
        assert!((200..300).contains(&good.status), "{}: {good:?}", self.path);
        let after = Self::events(&calm);
        for at in 0..calm.gate.passed().len() {
            for fate in [Fate::FailBefore, Fate::FailAfter] {
                let what = format!("{} on {backend:?}: {fate:?} at {at}", self.path);
                let mut town = self.copy(backend, Steady::with_fate(7, at, fate)).await;
                self.send(&mut town).await;
                let mut town = town.restarted();
                let answer = self.send_until_answered(&mut town).await;
                assert!(matches!(answer.status, 200 | 201), "{what}: {answer:?}");
                let again = self.send(&mut town).await.good();
                assert_eq!((&again["id"], &again["version"]), (&answer.body["id"], &answer.body["version"]), "{what}");
                assert_eq!(Self::events(&town), after, "{what}");
                town.tick().await;
            }
        }
    }
}

struct Author {
    backend: Backend,
    town: Town,
    after_ms: i64,
    wishes: Vec<Wish>,
}

impl Author {
    /// Remembers the request on a copy of the town, then makes it.
    async fn wish(&mut self, who: Option<&Person>, path: String, body: Value) -> Value {
        let town = self.town.copied(self.backend, Steady::new(7)).await;
        let wish = Wish { town, who: who.cloned(), shown: String::new(), after_ms: self.after_ms, path, body };
        let answer = wish.send(&mut self.town).await;
        self.wishes.push(wish);
        answer.good()
    }
}

/// A draw with contributors, to the numbers that two people read.
async fn contributed(backend: Backend) -> Vec<Wish> {
    let mut town = Town::with_subjects(backend, 12).await;
    let cast = town.cast().await;
    let form = form(contributors::change(&town));
    let mut author = Author { backend, town, after_ms: 0, wishes: Vec::new() };
    let id =
        author.wish(Some(&cast.head), "/api/inspection/plan".into(), form).await["id"].as_str().unwrap().to_owned();
    let (desk, public) = (format!("/api/inspection/desk/{id}"), format!("/api/inspection/draws/{id}"));
    author.wish(Some(&cast.leader), format!("/api/inspection/plan/{id}/approve"), json!({"reason": "同意"})).await;
    for (at, who) in ["c1", "c2", "c3"].into_iter().enumerate() {
        let shown = format!("Contributor {}", author.town.link(&cast.head, &id, at).await);
        let body = json!({"who": who, "hash": contributors::hash(&id, who)});
        let town = author.town.copied(backend, Steady::new(7)).await;
        let wish = Wish { town, who: None, shown, after_ms: 0, path: format!("{public}/contributors"), body };
        let headers = [("idempotency-key", format!("a-key-for-pledge-{who}")), ("authorization", wish.shown.clone())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        author.town.send("POST", &wish.path, &headers, Some(&wish.body)).await.good();
        author.wishes.push(wish);
    }
    author.wish(Some(&cast.head), format!("{desk}/commit"), json!({})).await;
    let secret = draw::policy::hex(&contributors::secret("c1"));
    author.wish(None, format!("{public}/entropy"), json!({"who": "c1", "secret": secret})).await;
    author.after_ms = contributors::LOTTERY_MIN * contributors::MINUTE_MS;
    author.town.wait(author.after_ms);
    for (version, who) in [(2, &cast.leader), (3, &cast.head)] {
        let body = json!({"ifVersion": version, "numbers": contributors::NUMBERS});
        author.wish_of("lottery", version, Some(who), format!("{desk}/lottery"), body).await;
    }
    author.wish(Some(&cast.head), format!("{desk}/draw"), json!({"ifVersion": 4})).await;
    author.wishes
}

impl Author {
    /// A step may come twice in a check's life; each has a key of its own.
    async fn wish_of(&mut self, step: &str, version: i32, who: Option<&Person>, path: String, body: Value) -> Value {
        let town = self.town.copied(self.backend, Steady::new(7)).await;
        let (shown, after_ms) = (String::new(), self.after_ms);
        self.wishes.push(Wish { town, who: who.cloned(), shown, after_ms, path: path.clone(), body: body.clone() });
        let key = format!("a-key-for-{step}-{version:06}");
        self.town.change_as(who.unwrap(), &key, &path, &body).await.good()
    }
}

#[tokio::test]
async fn a_failure_at_any_operation_of_any_command_is_completed_by_the_same_request() {
    for backend in [Backend::Sqlite, Backend::Redis, Backend::Partial] {
        for wish in contributed(backend).await {
            wish.survives(backend).await;
        }
    }
}
