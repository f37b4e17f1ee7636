//! Crash points of the webhook: every store operation of every kind of message, and of the relay, with every fate.

use domain::hotline::Ticket;
use domain::order::WorkOrder;
use http::StatusCode;
use serde_json::{Value, json};
use sim::checker::Promises;
use sim::quiesce::{Ticking, settle};
use store::Document;
use store::memory::{Backend, Fate};

use crate::town::{FATES, Instance, Town, raw, signed, tick};

/// What is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// The first creation of an installation.
    Creation,
    /// An event before its creation.
    Early,
    /// The creation after it.
    Late,
    /// An event after its creation.
    Later,
    /// Another content under a known name.
    Conflict,
    /// The relay when something follows for the order.
    Relay,
    /// The outbox when something happened to the order.
    Outbox,
    /// The courier when something is to be told.
    Courier,
    /// The fetcher when an attachment is due.
    Fetcher,
}

const CASES: [Case; 9] = [
    Case::Creation,
    Case::Early,
    Case::Late,
    Case::Later,
    Case::Conflict,
    Case::Relay,
    Case::Outbox,
    Case::Courier,
    Case::Fetcher,
];

fn message(kind: &str, text: &str) -> Vec<u8> {
    // Only what is struck while it is fetched has an attachment: everything else would be struck more often.
    let files = if text == "with a photo" { json!(["http://127.0.0.1:12345/photo"]) } else { json!([]) };
    let order = json!({ "no": "QN1", "content": text, "category": "路灯", "type": "求助", "files": files });
    json!({ "eventType": kind, "eventId": kind, "order": order, "text": text }).to_string().into_bytes()
}

fn send(town: &Town, instance: &Instance, body: &[u8]) -> Option<(StatusCode, Value)> {
    raw(instance, &signed(&town.platform.key, town.now(), "msg", body), body.to_vec())
}

fn prepare(town: &Town, case: Case) {
    let instance = town.instance();
    let text = if case == Case::Fetcher { "with a photo" } else { "first" };
    let given = |kind: &str| {
        let (status, body) = send(town, &instance, &message(kind, text)).unwrap();
        assert_eq!(status, StatusCode::OK, "{body}");
        town.platform.ledger.lock().unwrap().sent("QN1", kind);
    };
    match case {
        Case::Creation | Case::Early => {}
        Case::Late => given("补充"),
        Case::Later | Case::Conflict => given("新建"),
        Case::Relay => {
            given("补充");
            given("新建");
            let beat = |path: &str| drop(crate::town::beat(&instance, path).unwrap());
            // Sequenced, so that the relay has something to react to.
            beat("/api/clock/tick");
            beat("/api/clock/relay");
            beat("/api/clock/tick");
            given("催办");
            beat("/api/clock/tick");
        }
        Case::Outbox | Case::Courier | Case::Fetcher => {
            given("新建");
            let told: &[&str] = if case == Case::Outbox { &[] } else { &["outbox", "tick"] };
            for route in ["tick", "relay", "tick"].iter().chain(told) {
                crate::town::beat(&instance, &format!("/api/clock/{route}")).unwrap();
            }
        }
    }
}

fn attempt(town: &Town, instance: &Instance, case: Case) -> Option<(StatusCode, Value)> {
    match case {
        Case::Creation | Case::Late => send(town, instance, &message("新建", "first")),
        Case::Early => send(town, instance, &message("补充", "first")),
        Case::Later => send(town, instance, &message("催办", "first")),
        Case::Conflict => send(town, instance, &message("新建", "second")),
        Case::Relay => crate::town::beat(instance, "/api/clock/relay"),
        Case::Outbox => crate::town::beat(instance, "/api/clock/outbox"),
        Case::Courier => crate::town::beat(instance, "/api/clock/courier"),
        Case::Fetcher => crate::town::beat(instance, "/api/clock/fetcher"),
    }
}

fn point(backend: Backend, case: Case, special: Option<(usize, Fate)>) -> Result<usize, String> {
    let mut town = Town::new(backend, 1);
    town.platform.trouble.lock().unwrap().1 = 0;
    prepare(&town, case);
    let instance = town.restarted(special);
    let mut answer = attempt(&town, &instance, case);
    let operations = town.gate.passed().len();
    let instance = town.restarted(None);
    let wanted = if case == Case::Conflict { StatusCode::CONFLICT } else { StatusCode::OK };
    for _ in 0..20 {
        match &answer {
            Some((status, _)) if *status == wanted => break,
            Some((status, body)) if !status.is_server_error() => return Err(format!("{status} {body}")),
            _ => {}
        }
        town.gate.advance(3_000);
        answer = attempt(&town, &instance, case);
    }
    if answer.is_none_or(|(status, _)| status != wanted) {
        return Err("never answered".to_owned());
    }
    let kinds: &[&str] = match case {
        Case::Creation => &["新建"],
        Case::Early => &["补充"],
        Case::Late => &["补充", "新建"],
        Case::Later => &["新建", "催办"],
        Case::Conflict | Case::Outbox | Case::Courier | Case::Fetcher => &["新建"],
        Case::Relay => &["补充", "新建", "催办"],
    };
    kinds.iter().for_each(|kind| town.platform.ledger.lock().unwrap().sent("QN1", kind));
    let ticking = || -> Ticking {
        let instance = instance.clone();
        Box::pin(async move { tick(&instance) })
    };
    settle(&town, &town.kv, &Promises::default(), ticking).map_err(|violation| violation.0)?;
    judge(&town, kinds, case)?;
    Ok(operations)
}

fn judge(town: &Town, kinds: &[&str], case: Case) -> Result<(), String> {
    let dump = town.kv.dump();
    let id = Ticket::id("qingning", "QN1");
    let ticket = dump.get(&Document::<Ticket>::key_of(&id)).ok_or("no ticket")?;
    let ticket = Document::<Ticket>::parse(ticket).unwrap().state;
    let conflicts = usize::from(case == Case::Conflict);
    if (ticket.received.len(), ticket.conflicts.len()) != (kinds.len(), conflicts) {
        return Err(format!("{ticket:?}"));
    }
    let order = dump.get(&Document::<WorkOrder>::key_of(&Ticket::order_id(&id)));
    let heard = order.map_or(0, |bytes| {
        let order = Document::<WorkOrder>::parse(bytes).unwrap();
        order.events.iter().filter(|recorded| recorded.by.as_str() == "system:hotline").count()
    });
    let created = kinds.contains(&"新建");
    // A file that was fetched is one thing more that the order hears.
    let files = usize::from(case == Case::Fetcher);
    if ticket.files.len() != files || ticket.files.iter().any(|file| file.ended.as_deref() != Some("fetched")) {
        return Err(format!("{:?}", ticket.files));
    }
    if heard != if created { kinds.len() + files } else { 0 } {
        return Err(format!("the order heard {heard} of {kinds:?}"));
    }
    let ledger = town.platform.ledger.lock().unwrap().clone();
    if !ledger.faults.is_empty() || (created && !ledger.unacknowledged().is_empty()) {
        return Err(format!("{:?} {:?}", ledger.faults, ledger.unacknowledged()));
    }
    let differences = domain::hotline::compare(vec![ticket.side()], ledger.list());
    if differences.is_empty() { Ok(()) } else { Err(format!("{differences:?}")) }
}

fn every_point(backend: Backend) {
    let mut points = 0;
    for case in CASES {
        let operations = point(backend, case, None).unwrap_or_else(|why| panic!("{backend:?} {case:?}: {why}"));
        for (operation, fate) in (0..operations).flat_map(|operation| FATES.map(|fate| (operation, fate))) {
            if let Err(why) = point(backend, case, Some((operation, fate))) {
                panic!("{backend:?} {case:?}: {fate:?} at operation {operation} of {operations}: {why}");
            }
            points += 1;
        }
        println!("{backend:?} {case:?}: {operations} operations");
    }
    println!("{backend:?}: {points} points");
    assert!(points > 200, "only {points} points: some message does less than it should");
}

sim::on_every_backend!(every_point);
