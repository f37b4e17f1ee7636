//! The 12345 webhook against a platform, both of which die: tickets with duplicates, events that overtake their creation,
//! forged and stale messages, conflicts, outages of the platform, and a town that is struck at a random store operation
//! every few requests. At the end every ticket has one order, every event was applied once, every message of ours arrived
//! in order and in the same words, everything forged was refused, and the two sides' lists are equal.

use std::collections::BTreeMap;

use domain::hotline::Ticket;
use domain::order::{OrderEvent, WorkOrder};
use http::StatusCode;
use platform::plan::Dice;
use platform::{CODE, Plan, Send, Shares, Wanted};
use serde_json::Value;
use sim::checker::{self, Promises};
use sim::quiesce::{Ticking, settle};
use sim::runs::BACKENDS;
use store::Document;
use store::memory::Backend;

use crate::town::{FATES, Instance, Town, deliver, tick};

/// Sends until the town's answer is final; the town may die on the way.
fn insist(town: &mut Town, instance: &mut Instance, send: &Send) -> (StatusCode, Value) {
    for _ in 0..40 {
        match deliver(instance, send, &town.platform.key, town.now()) {
            Some((status, body)) if !status.is_server_error() => return (status, body),
            _ => {
                *instance = town.restarted(None);
                town.gate.advance(3_000);
            }
        }
    }
    panic!("{} was never answered", send.number);
}

fn run(backend: Backend, seed: u64, tickets: u64) {
    let mut town = Town::new(backend, seed);
    let plan = Plan::new(seed, tickets, Shares::ISSUE, town.now());
    let mut dice = Dice(seed ^ 0x5eed);
    let mut instance = town.instance();
    let (mut refused, mut conflicts, mut duplicates) = (0, 0, 0);
    for (index, send) in plan.sends.iter().enumerate() {
        if send.wanted == Wanted::Taken {
            town.platform.ledger.lock().unwrap().sent(&send.number, &send.id);
        }
        if dice.chance(4) {
            let operation = usize::try_from(dice.below(12)).unwrap();
            let fate = FATES[usize::try_from(dice.below(4)).unwrap()];
            instance = town.restarted(Some((operation, fate)));
        }
        let (status, body) = insist(&mut town, &mut instance, send);
        match send.wanted {
            Wanted::Taken => {
                assert_eq!(status, StatusCode::OK, "{} {body}", String::from_utf8_lossy(&send.body));
                if body["duplicate"] == true {
                    duplicates += 1;
                }
                if let Some(order) = body["order_no"].as_str() {
                    town.platform.ledger.lock().unwrap().registered(&send.number, order);
                }
            }
            Wanted::Refused => {
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{:?} {body}", send.spoilt);
                refused += 1;
            }
            Wanted::Conflict => {
                assert_eq!((status, &body["code"]), (StatusCode::CONFLICT, &"contentConflict".into()), "{body}");
                conflicts += 1;
            }
        }
        town.gate.advance(200);
        if index % 60 == 59 {
            if dice.chance(20) {
                let operation = usize::try_from(dice.below(60)).unwrap();
                instance = town.restarted(Some((operation, FATES[usize::try_from(dice.below(4)).unwrap()])));
            }
            if !matches!(tick(&instance), Ok(true)) && dice.chance(50) {
                instance = town.restarted(None);
            }
        }
    }
    // The platform recovers, the town is restarted, and everything that waits for its turn gets it.
    town.platform.trouble.lock().unwrap().1 = 0;
    instance = town.restarted(None);
    for _ in 0..4_000 {
        town.gate.advance(60_000);
        if tick(&instance) == Ok(true) && town.platform.ledger.lock().unwrap().unacknowledged().is_empty() {
            break;
        }
    }
    judge(&town, &instance, &plan);
    println!(
        "{backend:?} seed {seed}: {tickets} tickets, {} messages, {duplicates} duplicates, {refused} forged refused, \
         {conflicts} conflicts kept; town: {:?} orders and messages",
        plan.sends.len(),
        town.platform.ledger.lock().unwrap().counts(),
    );
    let forged = plan.sends.iter().filter(|send| send.wanted == Wanted::Refused).count();
    assert_eq!(refused, forged);
}

/// Everything that must be true when both sides are at rest.
fn judge(town: &Town, instance: &Instance, plan: &Plan) {
    let ledger = town.platform.ledger.lock().unwrap().clone();
    assert_eq!(ledger.faults, []);
    assert_eq!(ledger.unconfirmed(), Vec::<&str>::new());
    assert_eq!(ledger.unacknowledged(), Vec::<&str>::new());
    assert_eq!(ledger.counts().0, plan.tickets.len(), "one order for each ticket");
    let dump = town.kv.dump();
    let mut sides = Vec::new();
    let wanted: BTreeMap<&str, u64> = plan.tickets.iter().map(|(number, n)| (number.as_str(), *n)).collect();
    let orders = dump.keys().filter(|key| key.starts_with("doc/order/") && !key.contains('#')).count();
    assert_eq!(orders, wanted.len());
    for (key, bytes) in dump.iter().filter(|(key, _)| key.starts_with("doc/ticket/") && !key.contains('#')) {
        let ticket = Document::<Ticket>::parse(bytes).unwrap();
        let state = &ticket.state;
        assert_eq!(Some(&u64::try_from(state.received.len()).unwrap()), wanted.get(state.number.as_str()), "{key}");
        assert!(state.dead.is_none() && state.due_at().is_none(), "{key}: {state:?}");
        let order = dump.get(&Document::<WorkOrder>::key_of(&Ticket::order_id(&ticket.id))).expect("its order");
        let order = Document::<WorkOrder>::parse(order).unwrap();
        let heard = order.events.iter().filter(|recorded| recorded.by.as_str() == "system:hotline").count();
        assert_eq!(heard, state.received.len(), "{key}: each event once");
        let of_citizens = |event: &OrderEvent| matches!(event, OrderEvent::Supplemented(_));
        let supplements = order.events.iter().filter(|recorded| of_citizens(&recorded.event)).count();
        assert_eq!(u32::try_from(supplements), Ok(order.state.supplements), "{key}");
        let upstream = order.state.registered.upstream.as_ref().unwrap();
        assert_eq!((upstream.system.as_str(), &upstream.number), (CODE, &state.number));
        assert_eq!(upstream.outer, Some(order.state.registered.promised.at), "the outer deadline is theirs");
        sides.push(state.side());
    }
    assert_eq!(domain::hotline::compare(sides, ledger.list()), []);
    // The town compares by itself the next day; what it reports is what we have just seen.
    let ticking = || -> Ticking {
        let instance = instance.clone();
        Box::pin(async move { tick(&instance) })
    };
    settle(town, &town.kv, &Promises::default(), ticking).unwrap_or_else(|violation| panic!("{}", violation.0));
    let reports: Vec<Value> = town
        .kv
        .dump()
        .iter()
        .filter(|(key, _)| key.starts_with("hotline/reconciliation/"))
        .map(|(_, bytes)| serde_json::from_slice(bytes).unwrap())
        .collect();
    assert!(reports.iter().any(|report| report["ours"] == wanted.len()), "{reports:?}");
    for report in reports.iter().filter(|report| report["ours"] != 0) {
        assert_eq!(report["differences"], Value::Array(Vec::new()), "{report}");
    }
    checker::always(&town.kv.dump(), &Promises::default()).unwrap_or_else(|violation| panic!("{}", violation.0));
}

/// `ONETOWN_HOTLINE_TICKETS` and `ONETOWN_SIM_SEED` say how many and which.
fn tickets(usual: u64) -> u64 {
    std::env::var("ONETOWN_HOTLINE_TICKETS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

fn seed(usual: u64) -> u64 {
    std::env::var("ONETOWN_SIM_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

#[test]
fn sqlite() {
    run(BACKENDS[0], seed(1), tickets(150));
}

#[test]
fn redis() {
    run(BACKENDS[1], seed(2), tickets(150));
}

#[test]
fn partial() {
    run(BACKENDS[2], seed(3), tickets(150));
}
