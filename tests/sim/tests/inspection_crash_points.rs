//! Crash points of inspections: every command from the plan to the withdrawal of a result, of a draw with contributors to
//! its result, and of one whose inspectors are assigned; every store operation, every fate.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: what is wrong must stop it")]

use domain::time::{DAY_MS, MINUTE_MS};
use futures::FutureExt as _;
use serde_json::{Value, json};
use sim::checker;
use sim::inspectors::{
    CAST, NUMBERS, ROSTER, assignment, contributed, draws_hold, finding, planned, pledge, reveal, too_many,
};
use sim::points::{Special, Struck, Town, every};
use sim::town::{self, Instance, Response, Signed};
use store::memory::{Backend, Gate as _};

/// Who sends a request.
#[derive(Clone)]
enum Who {
    Staff(Signed),
    /// To bring a round or a secret nobody has to sign in.
    Anybody,
    /// Whoever has a contributor's link.
    Link(String),
}

/// A request on a town in which it is possible.
struct Wish {
    who: Who,
    path: String,
    key: String,
    body: Value,
    /// Events that it makes: the first proposal of a year begins the plan too.
    events: usize,
    /// Draws that there are after it.
    draws: Vec<String>,
}

impl Wish {
    /// `None`: it crashed.
    fn send(&self, instance: &Instance) -> Option<Response> {
        let (path, key, body) = (self.path.clone(), self.key.clone(), self.body.to_string().into_bytes());
        match self.who.clone() {
            Who::Staff(who) => instance.clone().staff_post(path, key, who, body).now_or_never(),
            Who::Anybody => instance.clone().post_as(path, key, None, body).now_or_never(),
            Who::Link(link) => {
                instance.clone().post_as(path, key, Some(format!("Contributor {link}")), body).now_or_never()
            }
        }
    }

    fn point(&self, town: &Town, special: Special) -> Result<usize, String> {
        let expected = events(town) + self.events;
        let Struck { town, operations, first, answer, again } = town.strike(special, |instance| self.send(instance))?;
        if again.body != answer.body || first.is_some_and(|first| first.body != answer.body) {
            return Err(format!("the same request was answered {answer:?} and {again:?}"));
        }
        town.settle()?;
        draws_hold(&town, &town.instance(), &self.draws).map_err(|violation| violation.0)?;
        let found = events(&town);
        if found == expected { Ok(operations) } else { Err(format!("{found} events instead of {expected}")) }
    }
}

/// How many events the documents of inspections have together.
fn events(town: &Town) -> usize {
    let documents = checker::documents(&town.kv.dump()).unwrap();
    let kinds = ["doc/inspectionplan/", "doc/pledges/", "doc/draw/", "doc/check/"];
    let ours = documents.iter().filter(|(key, _)| kinds.iter().any(|kind| key.starts_with(kind)));
    ours.map(|(_, document)| document.events.len()).sum()
}

/// A town on the way, whose every request is struck before it is made.
struct Story {
    backend: Backend,
    town: Town,
    /// Whoever plans, whoever approves, the two officers.
    cast: [Signed; 4],
    draws: Vec<String>,
    points: usize,
    commands: usize,
}

impl Story {
    fn new(backend: Backend) -> Self {
        let town = Town::new(backend).unwrap();
        let cast = CAST.map(|(account, post)| town.sign_in_as(account, post).unwrap());
        Self { backend, town, cast, draws: Vec::new(), points: 0, commands: 0 }
    }

    fn strike(&mut self, who: &Signed, path: &str, body: Value, events: usize) -> Value {
        self.strike_by(Who::Staff(who.clone()), path, body, events)
    }

    fn strike_by(&mut self, who: Who, path: &str, body: Value, events: usize) -> Value {
        self.commands += 1;
        let key = format!("a-key-for-command-{:02}", self.commands);
        let (path, draws) = (path.to_owned(), self.draws.clone());
        let wish = Wish { who, path, key, body, events, draws };
        let what = format!("{:?} {}", self.backend, wish.path);
        self.points += every(&what, |special| wish.point(&self.town, special)).unwrap();
        let answer = wish.send(&self.town.instance()).unwrap();
        assert!(answer.status.is_success(), "{what}: {answer:?}");
        self.town.gate.advance(MINUTE_MS);
        answer.body
    }

    fn see(&self, who: &Signed, path: &str) -> Value {
        self.town.instance().staff_get(path.to_owned(), who.clone()).now_or_never().unwrap().body
    }

    /// After a while everybody has to sign in again.
    fn later(&mut self, ms: i64) {
        self.town.gate.advance(ms);
        self.cast = CAST.map(|(account, post)| self.town.sign_in_as(account, post).unwrap());
    }

    /// A draw with contributors, one of whom does not reveal, to its result.
    fn contributed(&mut self) {
        let [head, leader, ..] = self.cast.clone();
        // A creator that died keeps others out for half a minute, in which no deadline may pass.
        let form = contributed("restaurants", self.town.gate.now_ms(), [15, 30, 31]);
        let id = self.strike(&head, "/api/inspection/plan", form, 2)["id"].as_str().unwrap().to_owned();
        let (desk, public) = (format!("/api/inspection/desk/{id}"), format!("/api/inspection/draws/{id}"));
        self.strike(&leader, &format!("/api/inspection/plan/{id}/approve"), json!({"reason": "agreed"}), 1);
        let links = self.see(&head, &desk)["contributors"]["links"].clone();
        // The first hash begins the pledges.
        for (at, events) in [2, 1, 1].into_iter().enumerate() {
            let link = Who::Link(links[at].as_str().unwrap().to_owned());
            let body = pledge(&id, &format!("c{}", at + 1));
            self.strike_by(link, &format!("{public}/contributors"), body, events);
        }
        self.draws.push(id);
        self.strike(&head, &format!("{desk}/commit"), json!({}), 1);
        for who in ["c3", "c1"] {
            self.strike_by(Who::Anybody, &format!("{public}/entropy"), reveal(who), 1);
        }
        self.later(31 * MINUTE_MS);
        let [head, leader, ..] = self.cast.clone();
        // The committed draw has one event, and each secret one more.
        for (version, who) in [(3, &leader), (4, &head)] {
            let read = json!({"ifVersion": version, "numbers": NUMBERS});
            self.strike(who, &format!("{desk}/lottery"), read, 1);
        }
        self.strike(&head, &format!("{desk}/draw"), json!({"ifVersion": 5}), 1);
        assert_eq!(self.see(&head, &desk)["status"], "drawn");
    }

    /// From the approval to the result.
    fn drawn(&mut self, id: &str) {
        let (head, desk) = (self.cast[0].clone(), format!("/api/inspection/desk/{id}"));
        self.draws.push(id.to_owned());
        self.strike(&head, &format!("{desk}/commit"), json!({}), 1);
        let committed = self.see(&head, &desk)["commitment"].clone();
        let entropy = json!({"round": committed["round"], "signature": committed["shipped"]});
        self.strike_by(Who::Anybody, &format!("/api/inspection/draws/{id}/entropy"), entropy, 1);
        self.strike(&head, &format!("{desk}/draw"), json!({"ifVersion": 2}), 1);
    }

    /// A draw without inspectors, who are assigned, told, and for one subject assigned again.
    fn assigned(&mut self) {
        let [head, leader, ..] = self.cast.clone();
        let form = too_many("restaurants", "drand");
        let id = self.strike(&head, "/api/inspection/plan", form, 2)["id"].as_str().unwrap().to_owned();
        let desk = format!("/api/inspection/desk/{id}");
        self.strike(&leader, &format!("/api/inspection/plan/{id}/approve"), json!({"reason": "agreed"}), 1);
        self.drawn(&id);
        let mut ask = assignment(&self.see(&head, &desk), "nobody else is there");
        let all = ask["tasks"].as_array().unwrap().len();
        for version in [3, 6] {
            ask["ifVersion"] = json!(version);
            self.strike(&head, &format!("{desk}/direct-assign"), ask.clone(), 1);
            self.strike(&leader, &format!("{desk}/direct-sign"), json!({"ifVersion": version + 1}), 1);
            if version == 3 {
                self.strike(&head, &format!("{desk}/assign"), json!({"ifVersion": 5}), 1);
                ask["tasks"].as_array_mut().unwrap().truncate(1);
            }
        }
        assert_eq!(self.see(&head, &desk)["tasks"].as_array().unwrap().len(), all);
    }

    /// From the plan to the drawn tasks, one of which is replaced; the draw and its tasks.
    fn draw(&mut self) -> (String, Vec<Value>) {
        let [head, leader, _, second] = self.cast.clone();
        let body = planned("restaurants", "sealed");
        let proposed = self.strike(&head, "/api/inspection/plan", body, 2);
        let id = proposed["id"].as_str().unwrap().to_owned();
        let (plan, desk) = (format!("/api/inspection/plan/{id}"), format!("/api/inspection/desk/{id}"));
        let recusal = json!({"subject": "YD-DX-0011", "reason": "kin"});
        self.strike(&second, &format!("{plan}/recuse"), recusal, 1);
        self.strike(&leader, &format!("{plan}/approve"), json!({"reason": "agreed"}), 1);
        self.drawn(&id);
        self.strike(&head, &format!("{desk}/assign"), json!({"ifVersion": 3}), 1);
        // A stratum of which some are left.
        let tasks = self.see(&head, &desk)["tasks"].as_array().unwrap().clone();
        let subject = &tasks.iter().find(|task| task["stratum"] == "B").unwrap()["subject"];
        let gone = json!({"ifVersion": 4, "subject": subject, "reason": "ceased", "text": "closed for good"});
        self.strike(&head, &format!("{desk}/substitute"), gone, 1);
        self.strike(&leader, &format!("{desk}/sign"), json!({"ifVersion": 5, "index": 0}), 1);
        let tasks = self.see(&leader, &desk)["tasks"].as_array().unwrap().clone();
        (id, tasks)
    }

    /// A check from the entry to the withdrawal, once given back.
    fn check(&mut self, id: &str, subject: &str) {
        let [head, _, lead, second] = self.cast.clone();
        let path = format!("/api/inspection/checks/{id}/{subject}");
        self.strike(&lead, &format!("{path}/enter"), json!({"scanned": subject}), 1);
        let upload = "/api/intake/attachments".to_owned();
        let photo = self.town.instance().post(upload, "a-key-for-uploading".to_owned(), None, town::photo());
        let mut found = finding(true, "a witness");
        found["photos"] = json!([photo.now_or_never().unwrap().text("id")]);
        for (version, (who, step, mut body)) in (1..).zip([
            (&lead, "submit", found.clone()),
            (&second, "return", json!({"text": "a point is missing"})),
            (&lead, "submit", found),
            (&second, "confirm", json!({})),
            (&head, "publish", json!({})),
            (&head, "follow-up", json!({"index": 0, "text": "mended"})),
            (&head, "withdraw", json!({"text": "revoked"})),
        ]) {
            body["ifVersion"] = json!(version);
            self.strike(who, &format!("{path}/{step}"), body, 1);
        }
    }
}

fn every_point(backend: Backend) {
    let mut story = Story::new(backend);
    let (id, tasks) = story.draw();
    assert!(tasks.iter().all(|task| task["lead"] == ROSTER[0] && task["member"] == ROSTER[1]), "{tasks:?}");
    story.check(&id, tasks[0]["subject"].as_str().unwrap());
    // The window of the checks is over, so the secret is published though not all were made.
    story.later(28 * DAY_MS);
    let head = story.cast[0].clone();
    story.strike(&head, &format!("/api/inspection/desk/{id}/reveal"), json!({"ifVersion": 6}), 1);
    println!("{backend:?}: {} points of {} commands", story.points, story.commands);
    assert!(story.points > 600 && story.commands == 18, "{} points, {} commands", story.points, story.commands);
}

sim::on_every_backend!(every_point);

/// The points of a shorter story.
fn told(backend: Backend, tell: fn(&mut Story), commands: usize) {
    let mut story = Story::new(backend);
    tell(&mut story);
    println!("{backend:?}: {} points of {} commands", story.points, story.commands);
    assert!(story.points > 300 && story.commands == commands, "{} points, {} commands", story.points, story.commands);
}

mod contributors {
    use super::{Backend, Story, told};

    fn every_point(backend: Backend) {
        told(backend, Story::contributed, 11);
    }

    sim::on_every_backend!(every_point);
}

mod assigned {
    use super::{Backend, Story, told};

    fn every_point(backend: Backend) {
        told(backend, Story::assigned, 10);
    }

    sim::on_every_backend!(every_point);
}
