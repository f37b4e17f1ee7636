//! Crash points of what the town does by itself: each reaction to an event, and whatever becomes due; every store
//! operation of `/api/clock/duties`, every fate.
//!
//! A town is brought to where exactly that has to happen, the call is struck, then the clock ticks to the end: every
//! event is there as often as where nothing was struck.
#![expect(clippy::unwrap_used, reason = "a test: what is wrong must stop it")]

use std::collections::BTreeMap;

use domain::staff::Role;
use domain::time::{DAY_MS, HOUR_MS};
use futures::FutureExt as _;
use serde_json::{Value, json};
use sim::checker;
use sim::office::{self, LEAD, OTHER, Post, VILLAGE};
use sim::points::{Special, Town, every};
use sim::town::{self, Response};
use store::memory::Backend;

const CENTRE: Post = Post { role: Role::Dispatcher, unit: "C01" };
const WATCH: Post = Post { role: Role::Supervisor, unit: "C01" };
const AGENT: Post = Post { role: Role::CallbackAgent, unit: "C01" };
const HANDLER: Post = Post { role: Role::Handler, unit: LEAD };
const GRID: Post = Post { role: Role::GridWorker, unit: VILLAGE };

/// What the town does by itself.
struct Duty {
    name: &'static str,
    /// Brings a town to where it has to happen, with everything sequenced.
    prepare: fn(&Town),
    /// The event that it makes, and how many of them.
    event: &'static str,
    times: usize,
}

const DUTIES: [Duty; 13] = [
    Duty { name: "repeats: link one", prepare: repeated, event: "repeatNoted", times: 1 },
    Duty { name: "merges: note one", prepare: merged, event: "childNoted", times: 1 },
    Duty { name: "merges: answer one", prepare: answered, event: "childReplied", times: 1 },
    Duty { name: "merges: release one", prepare: orphaned, event: "reopened", times: 1 },
    Duty { name: "whistles: propose cards", prepare: refused, event: "cardProposed", times: 2 },
    Duty { name: "notices: count again", prepare: noticed, event: "recounted", times: 2 },
    Duty { name: "due: remind", prepare: unsigned, event: "reminded", times: 1 },
    Duty { name: "due: propose a notice", prepare: overdue, event: "cardProposed", times: 1 },
    Duty { name: "due: resume", prepare: suspended, event: "resumed", times: 1 },
    Duty { name: "due: archive", prepare: closed, event: "archived", times: 1 },
    Duty { name: "uploads: settle", prepare: referred, event: "settled", times: 1 },
    Duty { name: "uploads: drop", prepare: abandoned, event: "dropped", times: 1 },
    Duty { name: "uploads: clear", prepare: dropped, event: "cleared", times: 1 },
];

fn beat(town: &Town, route: &str) -> Response {
    let answer = town.instance().beat(&format!("/api/clock/{route}")).now_or_never().unwrap();
    assert!(answer.status.is_success(), "{answer:?}");
    answer
}

fn submit(town: &Town, caller: u64, matter: u64, text: &str) -> String {
    let key = format!("a-key-for-submitting-{text}");
    let form = town::form(caller, matter, text, &[]);
    let answer = town.instance().post("/api/intake/orders".to_owned(), key, None, form).now_or_never().unwrap();
    assert!(answer.status.is_success(), "{answer:?}");
    answer.text("id").to_owned()
}

/// Takes a step of the order `id`, with `parent` where it asks for another order.
fn take(town: &Town, id: &str, post: Post, step: &str, parent: &str) {
    let (who, path) = (town.sign_in(post).unwrap(), format!("/api/dispatch/orders/{id}"));
    let photo = town.instance().post(
        "/api/intake/attachments".to_owned(),
        "a-key-for-uploading".to_owned(),
        None,
        town::photo(),
    );
    let photo = photo.now_or_never().unwrap().text("id").to_owned();
    let view = town.instance().staff_get(path.clone(), who.clone()).now_or_never().unwrap();
    let body = office::form(step, &view.body, "as it was", &photo, parent, 2).to_string();
    let key = format!("key-{}-{step}-{id}", view.body.get("version").unwrap());
    let path = format!("{path}/{}", office::kebab(step));
    let answer = town.instance().staff_post(path, key, who, body.into_bytes()).now_or_never().unwrap();
    assert!(answer.status.is_success(), "{step}: {answer:?}");
    town.gate.advance(60_000);
}

fn repeated(town: &Town) {
    submit(town, 1, 0, "first");
    beat(town, "tick");
    submit(town, 1, 0, "again");
    beat(town, "tick");
}

fn two(town: &Town) -> (String, String) {
    let (parent, child) = (submit(town, 1, 0, "parent"), submit(town, 2, 1, "child"));
    beat(town, "tick");
    take(town, &child, CENTRE, "merge", &parent);
    beat(town, "tick");
    (parent, child)
}

fn merged(town: &Town) {
    two(town);
}

fn close(town: &Town, id: &str) {
    settle_with_caller(town, id);
    beat(town, "tick");
}

/// Every step until the caller is content.
fn settle_with_caller(town: &Town, id: &str) {
    for (post, step) in [
        (CENTRE, "dispatch"),
        (HANDLER, "sign"),
        (GRID, "coReply"),
        (HANDLER, "contact"),
        (HANDLER, "submitResult"),
        (WATCH, "reviewPass"),
        (AGENT, "visit"),
    ] {
        take(town, id, post, step, "");
    }
}

fn answered(town: &Town) {
    let (parent, _) = two(town);
    beat(town, "duties");
    beat(town, "tick");
    close(town, &parent);
}

/// The order that one went into is taken back before anybody has noted that.
fn orphaned(town: &Town) {
    let (parent, _) = two(town);
    take(town, &parent, CENTRE, "withdrawFor", "");
    for route in ["tick", "duties", "tick"] {
        beat(town, route);
    }
}

/// Two units that were called do not come, and one that was only asked.
fn refused(town: &Town) {
    let order = submit(town, 1, 0, "market");
    let who = town.sign_in(CENTRE).unwrap();
    let blown = json!({
        "kind": "enforcement", "text": "market", "order": order, "units": [OTHER, "D05"], "asked": ["D06"],
    });
    let post = |path: &str, key: &str, who, body: Value| {
        let sent = town.instance().staff_post(path.to_owned(), key.to_owned(), who, body.to_string().into_bytes());
        let answer = sent.now_or_never().unwrap();
        assert!(answer.status.is_success(), "{answer:?}");
        answer.text("id").to_owned()
    };
    let whistle = post("/api/whistles", "a-key-for-blowing", who, blown);
    for (version, unit) in [(1, OTHER), (2, "D05"), (3, "D06")] {
        let who = town.sign_in(Post { role: Role::Handler, unit }).unwrap();
        let body = json!({ "ifVersion": version, "text": "nobody is free" });
        post(&format!("/api/whistles/{whistle}/refuse"), &format!("a-key-for-refusing-{unit}"), who, body);
    }
    beat(town, "tick");
}

/// Two orders whose deadlines are in the next year, and then its notice.
fn noticed(town: &Town) {
    days_later(town, 28);
    for (caller, text) in [(1, "one"), (2, "two")] {
        let id = submit(town, caller, 0, text);
        take(town, &id, CENTRE, "dispatch", "");
    }
    beat(town, "tick");
    beat(town, "duties");
    town::load_notice(&town.kv, store::memory::Gate::now_ms(town.gate.as_ref())).unwrap();
    beat(town, "tick");
}

fn dispatched(town: &Town) -> String {
    let id = submit(town, 1, 0, "lamp");
    take(town, &id, CENTRE, "dispatch", "");
    id
}

/// Two working hours to sign, from Monday at ten or a moment later: until noon, or just after the break.
fn unsigned(town: &Town) {
    dispatched(town);
    town.gate.advance(5 * HOUR_MS);
    beat(town, "tick");
}

/// As on every day before: what is due is done, and no day before this one is looked at again.
fn days_later(town: &Town, days: i64) {
    town.gate.advance(days * DAY_MS);
    for route in ["tick", "duties", "tick", "duties"] {
        beat(town, route);
    }
}

/// The days until the first one on whose evening a notice is proposed pass as every day does.
fn overdue(town: &Town) {
    dispatched(town);
    let next_day = |town: &Town| {
        town.gate.advance(DAY_MS);
        beat(town, "tick");
    };
    loop {
        let tomorrow = town.copied(None);
        next_day(&tomorrow);
        beat(&tomorrow, "duties");
        if count(&tomorrow, "cardProposed") > 0 {
            return next_day(town);
        }
        days_later(town, 1);
    }
}

/// For a natural day.
fn suspended(town: &Town) {
    let id = dispatched(town);
    for (post, step) in [(HANDLER, "sign"), (HANDLER, "suspendRequest"), (CENTRE, "suspendApprove")] {
        take(town, &id, post, step, "");
    }
    town.gate.advance(2 * DAY_MS);
    beat(town, "tick");
}

/// It can be opened again for a week.
fn closed(town: &Town) {
    let id = submit(town, 1, 0, "lamp");
    close(town, &id);
    days_later(town, 6);
    town.gate.advance(2 * DAY_MS);
    beat(town, "tick");
}

fn upload(town: &Town) -> String {
    let (path, key) = ("/api/intake/attachments".to_owned(), "a-key-for-uploading-once".to_owned());
    let answer = town.instance().post(path, key, None, town::photo()).now_or_never().unwrap();
    assert!(answer.status.is_success(), "{answer:?}");
    answer.text("id").to_owned()
}

/// A photo of an order, a day later.
fn referred(town: &Town) {
    let form = town::form(1, 0, "lamp", &[upload(town)]);
    let key = "a-key-for-submitting-lamp".to_owned();
    let answer = town.instance().post("/api/intake/orders".to_owned(), key, None, form).now_or_never().unwrap();
    assert!(answer.status.is_success(), "{answer:?}");
    town.gate.advance(DAY_MS);
    beat(town, "tick");
}

/// A photo of nothing, a day later.
fn abandoned(town: &Town) {
    upload(town);
    town.gate.advance(DAY_MS);
    beat(town, "tick");
}

/// Its bytes are still there.
fn dropped(town: &Town) {
    abandoned(town);
    beat(town, "duties");
    town.gate.advance(HOUR_MS);
    beat(town, "tick");
}

/// How often each thing happened to each document.
type Happened = BTreeMap<(String, String), usize>;

fn happened(town: &Town) -> Happened {
    let mut times = Happened::new();
    for (key, document) in checker::documents(&town.kv.dump()).unwrap() {
        for event in document.events {
            let kind = event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
            *times.entry((key.clone(), kind)).or_default() += 1;
        }
    }
    times
}

fn count(town: &Town, event: &str) -> usize {
    happened(town).iter().filter(|((_, kind), _)| kind == event).map(|(_, times)| times).sum()
}

/// Strikes the call in a copy of `town`; its operations, and what happened in the end.
fn point(town: &Town, special: Special) -> Result<(usize, Happened), String> {
    let struck = town.copied(special);
    let answer = struck.instance().beat("/api/clock/duties").now_or_never();
    if let Some(refused) = answer.filter(|answer| !answer.status.is_success() && !answer.is_unknown()) {
        return Err(format!("refused: {refused:?}"));
    }
    let operations = struck.gate.passed().len();
    let town = struck.restarted(None);
    town.settle()?;
    Ok((operations, happened(&town)))
}

fn every_point(backend: Backend) {
    let mut points = 0;
    for Duty { name, prepare, event, times } in DUTIES {
        let town = Town::new(backend).unwrap();
        prepare(&town);
        let calm = town.copied(None);
        beat(&calm, "duties");
        assert_eq!(count(&calm, event), count(&town, event) + times, "{name}: {:?}", happened(&calm));
        let (_, expected) = point(&town, None).unwrap();
        let struck = every(&format!("{backend:?} {name}"), |special| {
            let (operations, found) = point(&town, special)?;
            if found == expected { Ok(operations) } else { Err(format!("{found:?} instead of {expected:?}")) }
        });
        points += struck.unwrap();
        println!("{backend:?} {name}: done");
    }
    println!("{backend:?}: {points} points");
    assert!(points > 500, "only {points} points: some duty does less than it should");
}

sim::on_every_backend!(every_point);

/// What is on record about a subject of inspection is folded from what happened: once, whatever meets the tick that does it.
mod records {
    use sim::inspectors::CAST;

    use super::*;

    /// How many complaints the subject has whom the forms name.
    fn complaints(town: &Town) -> u64 {
        let (account, post) = CAST[0];
        let (who, path) = (town.sign_in_as(account, post).unwrap(), "/api/inspection/library?q=YD-DX-0001".to_owned());
        let answer = town.instance().staff_get(path, who).now_or_never().unwrap();
        answer.body.pointer("/subjects/0/complaints").and_then(Value::as_u64).unwrap()
    }

    fn point(town: &Town, special: Special, expected: u64) -> Result<usize, String> {
        let struck = town.copied(special);
        // Whatever it answers, if it answers at all.
        struck.instance().beat("/api/clock/tick").now_or_never();
        let operations = struck.gate.passed().len();
        let town = struck.restarted(None);
        town.settle()?;
        let found = complaints(&town);
        if found == expected { Ok(operations) } else { Err(format!("{found} complaints instead of {expected}")) }
    }

    fn every_point(backend: Backend) {
        let town = Town::new(backend).unwrap();
        let before = complaints(&town);
        let id = submit(&town, 1, 1, "rats");
        beat(&town, "tick");
        settle_with_caller(&town, &id);
        let mut points =
            every(&format!("{backend:?} a complaint"), |special| point(&town, special, before + 1)).unwrap();
        beat(&town, "tick");
        take(&town, &id, WATCH, "reopenFalse", "");
        points += every(&format!("{backend:?} none any more"), |special| point(&town, special, before)).unwrap();
        println!("{backend:?}: {points} points");
        assert!(points > 100, "only {points} points");
    }

    sim::on_every_backend!(every_point);
}
