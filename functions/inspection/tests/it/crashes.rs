//! Every command fails before and after each of its store operations, on each backend; the same request completes it, once.

use serde_json::{Value, json};
use store::memory::{Backend, Fate, Steady};

use crate::story::bad;
use crate::town::{Answer, Cast, Person, Town, file, form};

const KEY: &str = "the-key-of-the-struck-request";

/// A request on a town in which it is possible.
struct Wish {
    town: Town,
    who: Option<Person>,
    path: String,
    body: Value,
}

impl Wish {
    async fn send(&self, town: &mut Town) -> Answer {
        match &self.who {
            Some(who) => town.change_as(who, KEY, &self.path, &self.body).await,
            None => town.send("POST", &self.path, &[("idempotency-key", KEY)], Some(&self.body)).await,
        }
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
        let kinds = ["doc/inspectionplan/", "doc/draw/", "doc/check/"];
        let documents = town.kv.dump().into_iter();
        let ours = documents.filter(|(key, _)| kinds.iter().any(|kind| key.starts_with(kind)) && !key.contains('#'));
        ours.map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).unwrap()["events"].as_array().unwrap().len())
            .sum()
    }

    async fn survives(&self, backend: Backend) {
        let mut calm = self.town.copied(backend, Steady::new(7)).await;
        let good = self.send(&mut calm).await;
        assert!((200..300).contains(&good.status), "{}: {good:?}", self.path);
        let after = Self::events(&calm);
        for at in 0..calm.gate.passed().len() {
            for fate in [Fate::FailBefore, Fate::FailAfter] {
                let what = format!("{} on {backend:?}: {fate:?} at {at}", self.path);
                let mut town = self.town.copied(backend, Steady::with_fate(7, at, fate)).await;
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
    wishes: Vec<Wish>,
}

impl Author {
    /// Remembers the request on a copy of the town, then makes it.
    async fn wish(&mut self, who: Option<&Person>, path: String, body: Value) -> Value {
        let town = self.town.copied(self.backend, Steady::new(7)).await;
        let wish = Wish { town, who: who.cloned(), path, body };
        let answer = wish.send(&mut self.town).await;
        self.wishes.push(wish);
        answer.good()
    }
}

async fn drawing(author: &mut Author, cast: &Cast) -> (String, Vec<Value>) {
    let proposed = author.wish(Some(&cast.head), "/api/inspection/plan".into(), form(json!({}))).await;
    let id = proposed["id"].as_str().unwrap().to_owned();
    let (plan, desk) = (format!("/api/inspection/plan/{id}"), format!("/api/inspection/desk/{id}"));
    let recuse = json!({"subject": "YD-DX-0011", "reason": "亲属"});
    author.wish(Some(&cast.second), format!("{plan}/recuse"), recuse).await;
    author.wish(Some(&cast.leader), format!("{plan}/approve"), json!({"reason": "同意"})).await;
    author.wish(Some(&cast.head), format!("{desk}/commit"), json!({})).await;
    let (_, rounds) = file("drand_rounds.csv");
    let (round, signature) = rounds.lines().nth(1).unwrap().split_once(',').unwrap();
    let entropy = json!({"round": round.parse::<u64>().unwrap(), "signature": signature});
    author.wish(None, format!("/api/inspection/draws/{id}/entropy"), entropy).await;
    author.wish(Some(&cast.head), format!("{desk}/draw"), json!({"ifVersion": 2})).await;
    let drawn = author.town.get(&cast.head, &desk).await.good();
    author.wish(Some(&cast.head), format!("{desk}/assign"), json!({"ifVersion": 3})).await;
    // A stratum of which some are left.
    let some_left = |task: &&Value| task["stratum"] == "B";
    let subject = &drawn["tasks"].as_array().unwrap().iter().find(some_left).unwrap()["subject"];
    let gone = json!({"ifVersion": 4, "subject": subject, "reason": "ceased", "text": "已注销"});
    author.wish(Some(&cast.head), format!("{desk}/substitute"), gone).await;
    author.wish(Some(&cast.leader), format!("{desk}/sign"), json!({"ifVersion": 5, "index": 0})).await;
    let signed = author.town.get(&cast.leader, &desk).await.good();
    (id, signed["tasks"].as_array().unwrap().clone())
}

async fn wishes(backend: Backend) -> Vec<Wish> {
    let mut town = Town::with_subjects(backend, 12).await;
    let cast = town.cast().await;
    let mut author = Author { backend, town, wishes: Vec::new() };
    let (id, tasks) = drawing(&mut author, &cast).await;
    let ours = |task: &&Value| task["lead"] == "YDZF260026" && task["member"] == "YDZF260021";
    let subject = tasks.iter().find(ours).unwrap()["subject"].as_str().unwrap();
    let path = format!("/api/inspection/checks/{id}/{subject}");
    author.wish(Some(&cast.lead), format!("{path}/enter"), json!({"scanned": subject})).await;
    for (version, (who, step, mut body)) in (1..).zip([
        (&cast.lead, "submit", bad()),
        (&cast.second, "return", json!({"text": "漏项"})),
        (&cast.lead, "submit", bad()),
        (&cast.second, "confirm", json!({})),
        (&cast.head, "publish", json!({})),
        (&cast.head, "follow-up", json!({"index": 0, "text": "已整改"})),
        (&cast.head, "withdraw", json!({"text": "撤销"})),
    ]) {
        body["ifVersion"] = json!(version);
        author.wish_of(step, version, Some(who), format!("{path}/{step}"), body).await;
    }
    author.wishes
}

impl Author {
    /// A step may come twice in a check's life; each has a key of its own.
    async fn wish_of(&mut self, step: &str, version: i32, who: Option<&Person>, path: String, body: Value) -> Value {
        let town = self.town.copied(self.backend, Steady::new(7)).await;
        self.wishes.push(Wish { town, who: who.cloned(), path: path.clone(), body: body.clone() });
        let key = format!("a-key-for-{step}-{version:06}");
        self.town.change_as(who.unwrap(), &key, &path, &body).await.good()
    }
}

#[tokio::test]
async fn a_failure_at_any_operation_of_any_command_is_completed_by_the_same_request() {
    for backend in [Backend::Sqlite, Backend::Redis, Backend::Partial] {
        for wish in wishes(backend).await {
            wish.survives(backend).await;
        }
    }
}
