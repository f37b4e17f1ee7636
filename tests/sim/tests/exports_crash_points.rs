//! Crash points of exports: asking, deciding, taking; every store operation, every fate.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: what is wrong must stop it")]

use domain::staff::Role;
use futures::FutureExt as _;
use serde_json::{Value, json};
use sim::checker;
use sim::office::Post;
use sim::points::{Special, Struck, Town, every};
use sim::town::{self, Instance, Response, Signed};
use store::memory::Backend;

const ASKER: Post = Post { role: Role::Dispatcher, unit: "C01" };
const DECIDER: Post = Post { role: Role::Supervisor, unit: "C01" };

/// A request, and how its export stands after it.
struct Wish {
    who: Signed,
    path: String,
    body: Value,
    version: u64,
    status: &'static str,
}

impl Wish {
    /// `None`: it crashed.
    fn send(&self, instance: &Instance) -> Option<Response> {
        let body = self.body.to_string().into_bytes();
        let key = "the-key-of-the-struck-request".to_owned();
        instance.clone().staff_post(self.path.clone(), key, self.who.clone(), body).now_or_never()
    }

    fn point(&self, town: &Town, special: Special) -> Result<usize, String> {
        let Struck { town, operations, first, answer, again } = town.strike(special, |instance| self.send(instance))?;
        // The mark says when it was shown; everything else is the same.
        let same =
            |name: &str| [&again, &answer, first.as_ref().unwrap_or(&answer)].map(|said| said.body[name].clone());
        for name in ["id", "version", "status", "items", "taken"] {
            let [again, answer, first] = same(name);
            if again != answer || first != answer {
                return Err(format!("{name} was {first}, {answer} and {again}"));
            }
        }
        if (answer.body["version"].as_u64(), answer.text("status")) != (Some(self.version), self.status) {
            return Err(format!("{answer:?}"));
        }
        town.settle()?;
        let exports = checker::documents(&town.kv.dump()).map_err(|violation| violation.0)?;
        let exports = exports.iter().filter(|(key, _)| key.starts_with("doc/export/"));
        let versions: Vec<u64> = exports.map(|(_, document)| document.version).collect();
        if versions == [self.version] { Ok(operations) } else { Err(format!("recorded as {versions:?}")) }
    }
}

fn every_point(backend: Backend) {
    let town = Town::new(backend).unwrap();
    let form = town::form(1, 0, "lamp", &[]);
    let sent = town.instance().post("/api/intake/orders".to_owned(), "a-key-for-submitting".to_owned(), None, form);
    assert!(sent.now_or_never().unwrap().status.is_success());
    assert!(town.instance().tick().now_or_never().unwrap().status.is_success());
    let (asker, decider) = (town.sign_in(ASKER).unwrap(), town.sign_in(DECIDER).unwrap());
    let ask = |callers: bool| json!({"filter": {"month": "2026-11"}, "purpose": "calling", "callers": callers});
    let wish = |who: &Signed, path: &str, body, version, status| Wish {
        who: who.clone(),
        path: path.to_owned(),
        body,
        version,
        status,
    };
    let mut points = 0;
    let mut strike = |town: &Town, what: &str, wish: &Wish| {
        let struck = every(&format!("{backend:?} {what}"), |special| wish.point(town, special));
        points += struck.unwrap();
    };
    strike(&town, "without callers", &wish(&asker, "/api/exports", ask(false), 1, "taken"));
    let asking = wish(&asker, "/api/exports", ask(true), 1, "asked");
    strike(&town, "with callers", &asking);
    let id = asking.send(&town.instance()).unwrap().text("id").to_owned();
    let step = |step: &str| format!("/api/exports/{id}/{step}");
    let decision = json!({"ifVersion": 1, "text": "agreed"});
    strike(&town, "refuse", &wish(&decider, &step("refuse"), decision.clone(), 2, "refused"));
    let approving = wish(&decider, &step("approve"), decision, 2, "approved");
    strike(&town, "approve", &approving);
    assert!(approving.send(&town.instance()).unwrap().status.is_success());
    let taking = wish(&asker, &step("take"), json!({}), 3, "taken");
    strike(&town, "take", &taking);
    let rows = taking.send(&town.instance()).unwrap();
    assert_eq!(rows.body["items"][0]["callerPhone"], "+8613900000001");
    println!("{backend:?}: {points} points");
    assert!(points > 100, "only {points} points: some request does less than it should");
}

sim::on_every_backend!(every_point);
