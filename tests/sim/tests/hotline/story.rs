//! One ticket's whole life, both ways: it comes, the town handles it, the platform is told each step, and calls back.

use domain::hotline::Ticket;
use domain::order::{Status, WorkOrder};
use domain::staff::Role;
use futures::FutureExt as _;
use http::StatusCode;
use serde_json::{Value, json};
use sim::office::{self, LEAD, Post, VILLAGE};
use sim::runs::BACKENDS;
use sim::town::{self as citizens, Instance as Town2};
use store::Document;

use crate::town::{Instance, Town, raw, signed, tick};

const CENTRE: Post = Post { role: Role::Dispatcher, unit: "C01" };
const WATCH: Post = Post { role: Role::Supervisor, unit: "C01" };
const HANDLER: Post = Post { role: Role::Handler, unit: LEAD };
const GRID: Post = Post { role: Role::GridWorker, unit: VILLAGE };

fn send(town: &Town, instance: &Instance, id: &str, body: &Value) {
    let body = body.to_string().into_bytes();
    let (status, answer) = raw(instance, &signed(&town.platform.key, town.now(), id, &body), body).unwrap();
    assert_eq!(status, StatusCode::OK, "{answer}");
    town.platform.ledger.lock().unwrap().sent("QN1", id);
}

/// Ticks and relays until nothing is left, however often the platform fails meanwhile.
fn rest(town: &Town, instance: &Instance) {
    for _ in 0..200 {
        town.gate.advance(60_000);
        if tick(instance) == Ok(true) {
            return;
        }
    }
    panic!("the clock never comes to rest");
}

#[test]
fn a_ticket_is_handled_and_its_platform_told_every_step_in_order() {
    let town = Town::new(BACKENDS[0], 9);
    let instance = town.instance();
    let order = json!({
        "no": "QN1", "content": "张三家门口的路灯不亮", "category": "路灯", "type": "投诉", "area": VILLAGE,
        "deadline": "2026-12-18T17:30:00+08:00",
    });
    let creation = json!({ "eventType": "新建", "order": order, "caller": { "name": "张三", "phone": "13900000001" } });
    send(&town, &instance, "msg-1", &creation);
    rest(&town, &instance);
    let id = Ticket::order_id(&Ticket::id("qingning", "QN1"));
    let desk = Town2::new(&town.kv);
    let upload = desk.clone().post(
        "/api/intake/attachments".to_owned(),
        "a-key-for-the-evidence".to_owned(),
        None,
        citizens::photo(),
    );
    let photo = upload.now_or_never().unwrap().text("id").to_owned();
    let steps = [
        (CENTRE, "nameRespondent"),
        (CENTRE, "dispatch"),
        (HANDLER, "sign"),
        (GRID, "coReply"),
        (HANDLER, "contact"),
        (HANDLER, "submitResult"),
        (WATCH, "reviewPass"),
    ];
    for (index, (post, step)) in steps.into_iter().enumerate() {
        let who =
            office::sign_in(town.kv.clone(), usize::from(post.unit != "C01"), post).now_or_never().unwrap().unwrap();
        let path = format!("/api/dispatch/orders/{id}");
        let view = desk.clone().staff_get(path.clone(), who.clone()).now_or_never().unwrap();
        assert!(view.status.is_success(), "{post:?} before {step}: {view:?}");
        let body = office::form(step, &view.body, &format!("step {index}"), &photo, "", 2);
        let path = format!("{path}/{}", office::kebab(step));
        let key = format!("a-key-for-the-step-{index:02}");
        let taken = desk.clone().staff_post(path, key, who, body.to_string().into_bytes()).now_or_never().unwrap();
        assert!(taken.status.is_success(), "{step}: {taken:?}");
        rest(&town, &instance);
    }
    let visit = json!({ "eventType": "回访结果", "eventId": "v", "order": { "no": "QN1" }, "resolved": true, "satisfaction": 5 });
    send(&town, &instance, "msg-2", &visit);
    rest(&town, &instance);
    let ledger = town.platform.ledger.lock().unwrap().clone();
    assert_eq!(ledger.faults, []);
    assert_eq!(ledger.told("QN1"), ["ack", "progress", "signed", "progress", "result"]);
    let bytes = town.kv.dump().get(&Document::<WorkOrder>::key_of(&id)).cloned().unwrap();
    let order = Document::<WorkOrder>::parse(&bytes).unwrap().state;
    assert_eq!(
        (order.status, order.handling.unwrap().answer.and_then(|answer| answer.satisfaction)),
        (Status::Closed, Some(5))
    );
}

/// An event that came before its creation waits in the ticket. To the order it happens when it gets there: the clock has
/// done with the days before, and would never look at what fell due on them.
#[test]
fn what_waited_in_the_ticket_happens_to_the_order_when_it_gets_there() {
    let town = Town::new(BACKENDS[0], 9);
    let instance = town.instance();
    let urge = json!({ "eventType": "催办", "eventId": "u", "order": { "no": "QN1" }, "text": "请尽快处理" });
    send(&town, &instance, "msg-1", &urge);
    town.gate.advance(2 * 24 * 3_600_000);
    let created = town.now();
    let order =
        json!({ "no": "QN1", "content": "张三家门口的路灯不亮", "category": "路灯", "type": "投诉", "area": VILLAGE });
    send(&town, &instance, "msg-2", &json!({ "eventType": "新建", "order": order }));
    rest(&town, &instance);
    let id = Ticket::order_id(&Ticket::id("qingning", "QN1"));
    let bytes = town.kv.dump().get(&Document::<WorkOrder>::key_of(&id)).cloned().unwrap();
    let order = Document::<WorkOrder>::parse(&bytes).unwrap();
    assert!(order.state.urged_at.is_some_and(|at| at >= created), "{:?}", order.state.urged_at);
}
