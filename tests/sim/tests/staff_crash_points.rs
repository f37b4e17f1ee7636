//! Crash points of staff: for every step of handling, and for a look, every store operation, every fate.
//!
//! Orders go through their whole lives along a few scripts. Each step of a script is struck at each of its operations;
//! then a fresh instance gets the same request until it answers, the clock ticks to the end, and everything is checked.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: what is wrong must stop it")]

use std::collections::BTreeSet;

use domain::staff::Role;
use futures::FutureExt as _;
use serde_json::{Value, json};
use sim::checker;
use sim::office::{self, LEAD, OTHER, Post, VILLAGE};
use sim::points::{Special, Struck, Town, every};
use sim::town::{self, Instance, Response, Signed};
use store::memory::Backend;

const CENTRE: Post = Post { role: Role::Dispatcher, unit: "C01" };
const WATCH: Post = Post { role: Role::Supervisor, unit: "C01" };
const AGENT: Post = Post { role: Role::CallbackAgent, unit: "C01" };
const CHIEF: Post = Post { role: Role::TownLeader, unit: "C01" };
const HANDLER: Post = Post { role: Role::Handler, unit: LEAD };
const HEAD: Post = Post { role: Role::UnitHead, unit: LEAD };
const NEIGHBOUR: Post = Post { role: Role::Handler, unit: OTHER };
/// Whoever holds the case secret; no post at all.
const CALLER: Post = CENTRE;
const GRID: Post = Post { role: Role::GridWorker, unit: VILLAGE };

/// Who does what; `look` is a look at the caller, a number lets that many hours pass.
type Script = &'static [(Post, &'static str)];

/// From the pool to the archive's door, with everything that can be asked for on the way.
const HANDLED: Script = &[
    (CENTRE, "nameRespondent"),
    (CENTRE, "dispatch"),
    (HANDLER, "sign"),
    (GRID, "coReply"),
    (CENTRE, "addCo"),
    (NEIGHBOUR, "coReply"),
    (HANDLER, "extendRequest"),
    (CENTRE, "extendReject"),
    (HANDLER, "suspendRequest"),
    (CENTRE, "suspendReject"),
    (HANDLER, "suspendRequest"),
    (CENTRE, "suspendApprove"),
    (HANDLER, "resume"),
    (HANDLER, "look"),
    (HANDLER, "contact"),
    (HANDLER, "submitResult"),
    (WATCH, "reviewFail"),
    (HANDLER, "submitResult"),
    (WATCH, "reviewPass"),
    (AGENT, "visit"),
    (WATCH, "reopenFalse"),
    (HANDLER, "submitResult"),
    (WATCH, "reviewPass"),
    (AGENT, "visitUnhappy"),
    (HANDLER, "submitResult"),
    (WATCH, "reviewPass"),
    (AGENT, "visitUnhappy"),
    (CHIEF, "rule"),
];

/// Returned, extended, supervised, taken back.
const SUPERVISED: Script = &[
    (CENTRE, "dispatch"),
    (HANDLER, "returnRequest"),
    (CENTRE, "returnReject"),
    (HANDLER, "sign"),
    (HANDLER, "extendRequest"),
    (CENTRE, "extendApprove"),
    (WATCH, "moveDeadline"),
    (WATCH, "markMalicious"),
    (WATCH, "clearMalicious"),
    (WATCH, "remind"),
    (WATCH, "proposeCard"),
    (WATCH, "dismissCard"),
    (WATCH, "proposeCard"),
    (WATCH, "issueCard"),
    (HEAD, "replyCard"),
    (HEAD, "objectCard"),
    (CHIEF, "upholdCard"),
    (CHIEF, "revokeCard"),
    (CENTRE, "transfer"),
    (CENTRE, "withdrawFor"),
];

const RETURNED: Script =
    &[(CENTRE, "dispatch"), (HEAD, "returnRequest"), (CENTRE, "returnApprove"), (CENTRE, "handOff")];
const MERGED: Script = &[(CENTRE, "merge")];
const ANSWERED: Script = &[(CENTRE, "answerNow")];

/// The caller has the last word, and then another one.
const RATED: Script = &[
    (CENTRE, "dispatch"),
    (HANDLER, "sign"),
    (GRID, "coReply"),
    (HANDLER, "contact"),
    (HANDLER, "submitResult"),
    (WATCH, "reviewPass"),
    (CALLER, "rating"),
    (CALLER, "redo"),
];

/// An order in a town, with what its handling needs.
struct Case {
    id: String,
    secret: String,
    other: String,
    photo: String,
}

fn open(town: &Town, consultation: bool) -> Case {
    let instance = Instance::new(&town.kv);
    let post = |path: &str, key: &str, body: Vec<u8>| {
        let answer = instance.clone().post(path.to_owned(), format!("a-key-for-{key}-in-the-story"), None, body);
        let answer = answer.now_or_never().unwrap();
        assert!(answer.status.is_success(), "{answer:?}");
        answer
    };
    let id_of = |answer: Response| answer.text("id").to_owned();
    let mut form: Value = serde_json::from_slice(&town::form(1, 0, "first", &[])).unwrap();
    if consultation {
        form["appealType"] = json!("consult");
    }
    let first = post("/api/intake/orders", "first", form.to_string().into_bytes());
    let secret = first.text("secret").to_owned();
    let other = id_of(post("/api/intake/orders", "other", town::form(2, 1, "other", &[])));
    let photo = id_of(post("/api/intake/attachments", "photo", town::photo()));
    Case { id: id_of(first), secret, other, photo }
}

/// The request of a step, as its sender saw the order; sent again it is the same.
struct Request {
    path: String,
    key: String,
    who: Signed,
    /// The caller's own requests go with this and not with a session.
    secret: Option<String>,
    body: Vec<u8>,
    text: String,
}

impl Request {
    fn new(town: &Town, case: &Case, index: usize, post: Post, step: &str) -> Self {
        let who = town.sign_in(post).unwrap();
        let path = format!("/api/dispatch/orders/{}", case.id);
        let view = Instance::new(&town.kv).staff_get(path.clone(), who.clone()).now_or_never().unwrap();
        assert!(view.status.is_success(), "{post:?} before {step}: {view:?}");
        let text = format!("step {index} of the story");
        let key = format!("a-key-for-step-{index:02}-of-the-story");
        if matches!(step, "rating" | "redo") {
            let path = format!("/api/intake/orders/{}/{step}", case.id);
            let body = json!({ "satisfaction": "satisfied", "resolved": true, "text": text });
            let (secret, body) = (Some(case.secret.clone()), body.to_string().into_bytes());
            return Self { path, key, who, secret, body, text };
        }
        let name = step.trim_end_matches("Unhappy");
        let mut body = office::form(name, &view.body, &text, &case.photo, &case.other, 2);
        if name != step {
            body["answer"] = json!({ "contacted": true, "resolved": false, "satisfaction": 1 });
        }
        if step == "look" {
            body = json!({ "purpose": "contact" });
        }
        let action = if step == "look" { "caller-looks".to_owned() } else { office::kebab(name) };
        Self { path: format!("{path}/{action}"), key, who, secret: None, body: body.to_string().into_bytes(), text }
    }

    fn is_look(&self) -> bool {
        self.path.ends_with("caller-looks")
    }

    /// `None`: it crashed.
    fn send(&self, instance: &Instance) -> Option<Response> {
        let (path, key, who, body) = (self.path.clone(), self.key.clone(), self.who.clone(), self.body.clone());
        match self.secret.clone() {
            Some(secret) => instance.clone().post(path, key, Some(secret), body).now_or_never(),
            None => instance.clone().staff_post(path, key, who, body).now_or_never(),
        }
    }
}

/// Strikes `request` at `special` in a copy of `town`; the number of its operations.
fn point(town: &Town, case: &Case, request: &Request, special: Special) -> Result<usize, String> {
    let Struck { town, operations, answer, again, .. } = town.strike(special, |instance| request.send(instance))?;
    if again.body != answer.body {
        return Err(format!("the same request was answered {answer:?} and {again:?}"));
    }
    town.settle()?;
    let dump = town.kv.dump();
    let checked = if request.is_look() {
        checker::looks(&dump, &[(Some(request.who.actor.clone()), case.id.clone())])
    } else {
        checker::texts(&dump, &[(case.id.clone(), request.text.clone())], &[])
    };
    checked.map_err(|violation| violation.0)?;
    Ok(operations)
}

/// Every point of every step of `script` that was not struck before; how many.
fn along(backend: Backend, script: Script, struck: &mut BTreeSet<&'static str>) -> usize {
    let mut points = 0;
    let town = Town::new(backend).unwrap();
    let case = open(&town, script == ANSWERED);
    for (index, (post, step)) in script.iter().enumerate() {
        let request = Request::new(&town, &case, index, *post, step);
        if struck.insert(step) {
            let what = format!("{backend:?} {step} (step {index})");
            points += every(&what, |special| point(&town, &case, &request, special)).unwrap();
        }
        let answer = request.send(&Instance::new(&town.kv)).unwrap();
        assert!(answer.status.is_success(), "{step} (step {index}): {answer:?}");
        town.gate.advance(60_000);
    }
    points
}

fn every_point(backend: Backend) {
    let mut struck = BTreeSet::new();
    let scripts = [HANDLED, SUPERVISED, RETURNED, MERGED, ANSWERED, RATED];
    let points: usize = scripts.iter().map(|script| along(backend, script, &mut struck)).sum();
    println!("{backend:?}: {points} points of {} steps", struck.len());
    assert!(struck.len() >= 36 && points > 800, "only {points} points of {struck:?}");
}

sim::on_every_backend!(every_point);
