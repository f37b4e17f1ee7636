use super::*;
use crate::memory::{Backend, Fate, Steady};
use crate::testing::{BACKENDS, Tally, TallyEvent, World, add, id, now, open, operation, store_error};
use crate::{KvError, RawDocument, keys};

fn key(doc: &str) -> String {
    Document::<Tally>::key_of(&id(doc))
}

fn raw(world: &World, doc: &str) -> RawDocument {
    serde_json::from_slice(&world.kv.dump()[&key(doc)]).unwrap()
}

#[test]
fn a_creation_is_answered_the_same_however_often_it_is_sent() {
    for backend in BACKENDS {
        let world = World::new(backend);
        let first = world.open("a", 3);
        let second = world.open("a", 3);
        assert!(!first.replayed && second.replayed);
        assert_eq!((first.slot, first.document.id), (second.slot, second.document.id));
        assert_eq!(second.document.version, 1);
    }
}

#[test]
fn a_change_is_made_once_and_keeps_the_chain() {
    for backend in BACKENDS {
        let world = World::new(backend);
        world.open("a", 3);
        let first = world.add("a", "b", 4);
        let second = world.add("a", "b", 4);
        assert!(!first.replayed && second.replayed, "{backend:?}");
        assert_eq!(first.slot, second.slot);
        assert_eq!((second.document.version, second.document.state.total), (2, 7));
        raw(&world, "a").verify_chain(&key("a")).unwrap();
    }
}

#[test]
fn the_same_key_with_another_request_changes_nothing() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 3);
    world.add("a", "b", 4);
    let before = world.kv.dump()[&key("a")].clone();
    assert!(matches!(now(open(&world.access(), "a", 5)), Err(CommitError::OtherRequest)));
    assert!(matches!(now(add(&world.access(), "a", "b", 5)), Err(CommitError::OtherRequest)));
    assert_eq!(world.kv.dump()[&key("a")], before);
}

#[test]
fn what_does_not_exist_cannot_be_changed() {
    let world = World::new(Backend::Sqlite);
    assert!(matches!(now(add(&world.access(), "nobody", "b", 4)), Err(CommitError::NotFound)));
    assert_eq!(world.keys(), Vec::<String>::new());
}

/// A document that exists is announced and can be found, whatever part of a batch a failure left behind.
#[test]
fn a_torn_creation_leaves_no_document_that_nothing_leads_to() {
    for backend in BACKENDS {
        for index in 0..8 {
            for fate in [Fate::FailAfter, Fate::FailBefore] {
                let world = World::behind(backend, Steady::with_fate(1, index, fate));
                let _ = now(open(&world.access(), "a", 3));
                let dump = world.kv.dump();
                let Some(document) = dump.get(&key("a")) else { continue };
                let document: Document<Tally> = Document::parse(document).unwrap();
                let notice = keys::feed(document.last_slot());
                assert!(dump.contains_key(&notice), "{backend:?}: {fate:?} at {index} left no notice");
                assert!(dump.contains_key("no/a"), "{backend:?}: {fate:?} at {index} left no number");
            }
        }
    }
}

#[test]
fn a_change_is_announced_before_it_is_made() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 3);
    world.add("a", "b", 4);
    let passed = world.gate.passed();
    let notice = passed.iter().rposition(|op| op.key == keys::feed(2)).unwrap();
    let swap = passed.iter().rposition(|op| op.kind == "swap").unwrap();
    assert!(notice < swap);
}

#[test]
fn a_swap_that_applied_and_was_reported_as_failed_is_found_again() {
    for backend in BACKENDS {
        let clean = World::new(backend);
        clean.open("a", 3);
        clean.add("a", "b", 4);
        let swap = clean.gate.passed().iter().position(|op| op.kind == "swap").unwrap();
        for fate in [Fate::FailAfter, Fate::FailBefore] {
            let world = World::behind(backend, Steady::with_fate(1, swap, fate));
            world.open("a", 3);
            let done = world.add("a", "b", 4);
            assert_eq!((done.document.version, done.document.state.total), (2, 7), "{backend:?} {fate:?}");
            assert!(!done.replayed, "{backend:?} {fate:?}: it was this very call that did it");
        }
    }
}

#[test]
fn a_request_of_more_than_25_seconds_changes_nothing() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 3);
    let access = world.access();
    world.gate.advance(25_001);
    let error = store_error(now(add(&access, "a", "b", 4)));
    assert!(matches!(error, StoreError::Kv(KvError::TooLate)));
    assert_eq!(raw(&world, "a").version, 1);
}

/// While one decides, another commits; and once more after the first has taken its slot.
#[test]
fn slots_grow_with_the_events_however_rivals_interleave() {
    for backend in BACKENDS {
        let world = World::new(backend);
        world.open("a", 0);
        let access = world.access();
        let mut decisions = 0;
        let done = now(update(&access, &id("a"), &operation(&access, "slow", "1"), |document: &Document<Tally>, _| {
            decisions += 1;
            assert_eq!(document.state.total, if decisions == 1 { 0 } else { 10 * (decisions - 1) });
            if decisions <= 2 {
                world.add("a", &format!("rival{decisions}"), 10);
            }
            Ok(TallyEvent::Added { amount: 1 })
        }));
        assert_eq!(done.unwrap().document.state.total, 21);
        let slots: Vec<u64> = raw(&world, "a").events.iter().map(|event| event["slot"].as_u64().unwrap()).collect();
        assert!(slots.is_sorted_by(|a, b| a < b), "{backend:?}: {slots:?}");
        raw(&world, "a").verify_chain(&key("a")).unwrap();
    }
}

#[test]
fn after_eight_lost_rounds_the_client_is_asked_to_come_back() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 0);
    let access = world.access();
    let mut decisions = 0;
    let lost = now(update(&access, &id("a"), &operation(&access, "slow", "1"), |_: &Document<Tally>, _| {
        decisions += 1;
        world.add("a", &format!("rival{decisions}"), 10);
        Ok(TallyEvent::Added { amount: 1 })
    }));
    assert!(matches!(store_error(lost), StoreError::Busy));
    assert_eq!((decisions, raw(&world, "a").version), (8, 9));
}

#[test]
fn a_document_takes_500_events_and_no_more() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 0);
    for event in 1..EVENTS_MAX {
        world.add("a", &event.to_string(), 1);
    }
    assert!(matches!(now(add(&world.access(), "a", "one more", 1)), Err(CommitError::Full)));
    assert_eq!(raw(&world, "a").events.len(), EVENTS_MAX);
    assert!(now(add(&world.access(), "a", "7", 1)).unwrap().replayed, "a full document still answers retries");
}

/// Whoever may add what nobody needs cannot stop those who have to go on; and takes no slot for what does not fit.
#[test]
fn what_nobody_needs_takes_half_of_a_document() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 0);
    for event in 1..EVENTS_MAX / 2 {
        world.add("a", &event.to_string(), 0);
    }
    let slots = world.keys().len();
    assert!(matches!(now(add(&world.access(), "a", "one more", 0)), Err(CommitError::Full)));
    assert_eq!(world.keys().len(), slots, "nothing was announced");
    world.add("a", "somebody's duty", 1);
    assert_eq!(raw(&world, "a").events.len(), EVENTS_MAX / 2 + 1);
}

#[test]
fn an_event_that_was_altered_dropped_or_moved_breaks_the_chain() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 3);
    world.add("a", "b", 4);
    world.add("a", "c", 5);
    let whole = raw(&world, "a");
    whole.verify_chain(&key("a")).unwrap();
    assert!(whole.verify_chain(&key("z")).is_err());
    let broken = |change: fn(&mut Vec<serde_json::Value>)| {
        let mut document = whole.clone();
        change(&mut document.events);
        document.verify_chain(&key("a")).unwrap_err().to_string()
    };
    assert!(broken(|events| events[1]["data"]["amount"] = 400.into()).contains("event 2"));
    assert!(broken(|events| events[2]["at"] = "2026-01-01T00:00:00+08:00".into()).contains("event 3"));
    assert!(broken(|events| drop(events.remove(0))).contains("event 1"));
    assert!(broken(|events| events.swap(1, 2)).contains("event 2"));
    assert!(broken(|events| events[0]["nonce"] = "00".into()).contains("event 1"));
}
