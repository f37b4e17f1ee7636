use super::*;
use crate::PAGE_ENTRIES;
use crate::memory::{Backend, Fate, Steady};
use crate::testing::{BACKENDS, World, add, now, project};

fn head(world: &World) -> Head {
    serde_json::from_slice(&world.kv.dump()[keys::HEAD]).unwrap()
}

/// The whole log, as (slot, seq).
fn log_of(world: &World) -> Vec<(u64, u64)> {
    let mut all = Vec::new();
    loop {
        let entries = now(log::read_from(&world.access(), u64::try_from(all.len()).unwrap())).unwrap();
        if entries.is_empty() {
            return all;
        }
        all.extend(entries.iter().map(|entry| (entry.slot, entry.seq)));
    }
}

fn count(world: &World, prefix: &str) -> usize {
    world.keys().iter().filter(|key| key.starts_with(prefix)).count()
}

/// Takes a slot, and with it a notice for `doc`, as a request does that then dies or is slow.
fn abandoned_slot(world: &World) -> u64 {
    now(feed::allocate(&world.access())).unwrap()
}

/// Lets `op` on `doc` run until its swap; the returned gate has crashed there.
fn announced_only(world: &World, doc: &str, op: &str) {
    let crashed = world.restarted(Steady::with_fate(99, 3, Fate::CrashBefore));
    assert!(futures::FutureExt::now_or_never(add(&crashed.access(), doc, op, 1)).is_none());
    assert_eq!(crashed.gate.passed().last().unwrap().kind, "swap");
}

#[test]
fn events_enter_the_log_once_in_the_order_of_their_slots() {
    for backend in BACKENDS {
        let world = World::new(backend);
        world.open("a", 1);
        world.open("b", 1);
        world.add("a", "c", 1);
        assert_eq!(world.sequence(), Round { sequenced: 3, waiting: 0, more: false });
        assert_eq!(world.sequence(), Round { sequenced: 0, waiting: 0, more: false });
        assert_eq!(log_of(&world), [(1, 1), (2, 1), (3, 2)]);
        assert_eq!((head(&world).size, head(&world).next), (3, 4));
        let left = world.keys().into_iter().filter(|key| key.starts_with("feed/") || key.starts_with("stage/"));
        assert_eq!(left.collect::<Vec<_>>(), [keys::FEED_NEXT], "{backend:?}");
    }
}

#[test]
fn a_slot_without_an_event_holds_nobody_up_and_enters_when_it_comes() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 1);
    announced_only(&world, "a", "slow");
    world.open("b", 1);
    assert_eq!(world.sequence(), Round { sequenced: 2, waiting: 1, more: false });
    world.add("a", "slow", 1);
    // The retry took a slot of its own: the abandoned one goes on waiting.
    assert_eq!(world.sequence(), Round { sequenced: 1, waiting: 1, more: false });
    assert_eq!(log_of(&world), [(1, 1), (3, 1), (4, 2)]);
}

/// An event may come up to 30 s after its slot was first seen empty; if nobody ticks for minutes, the next look must
/// still be at once.
#[test]
fn an_event_that_came_while_nobody_looked_is_found_at_the_next_look() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 1);
    let slot = abandoned_slot(&world);
    assert_eq!(world.sequence().waiting, 1);
    world.gate.advance(10_000);
    late_event(&world, "a", slot);
    world.gate.advance(300_000);
    assert_eq!(world.sequence(), Round { sequenced: 1, waiting: 0, more: false });
}

/// A request that took `slot` long ago commits at last.
fn late_event(world: &World, doc: &str, slot: u64) {
    let next = world.kv.dump()[keys::FEED_NEXT].clone();
    let access = world.access();
    let taken = i64::try_from(feed::decode_counter(&next).unwrap()).unwrap();
    now(access.increment(keys::FEED_NEXT, i64::try_from(slot).unwrap() - 1 - taken)).unwrap();
    world.add(doc, &format!("late{slot}"), 1);
    now(access.increment(keys::FEED_NEXT, taken - i64::try_from(slot).unwrap())).unwrap();
}

/// More than half a round of abandoned slots: those behind must neither be passed by later events of their document
/// nor be forgotten without a look.
#[test]
fn a_pile_of_abandoned_slots_hides_no_event_and_turns_no_order_round() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 1);
    for _ in 0..200 {
        abandoned_slot(&world);
    }
    let slow = abandoned_slot(&world);
    world.sequence_all();
    late_event(&world, "a", slow);
    world.add("a", "later", 1);
    world.sequence_all();
    let seqs: Vec<u64> = log_of(&world).iter().map(|(_, seq)| *seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
}

#[test]
fn a_slot_is_not_forgotten_before_a_last_look() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 1);
    for _ in 0..200 {
        abandoned_slot(&world);
    }
    let slow = abandoned_slot(&world);
    world.sequence_all();
    late_event(&world, "a", slow);
    world.gate.advance(FORGET_MS + 1);
    world.sequence_all();
    world.sequence_all();
    assert_eq!(log_of(&world).len(), 2);
    assert_eq!(head(&world).waiting, []);
}

#[test]
fn an_abandoned_slot_is_watched_then_looked_at_hourly_then_forgotten() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 1);
    announced_only(&world, "a", "never");
    let looks = |world: &World| {
        let before = head(world).waiting.first().map(|waiting| waiting.seen_ms);
        world.sequence();
        before != head(world).waiting.first().map(|waiting| waiting.seen_ms)
    };
    world.sequence();
    world.gate.advance(30_000);
    assert!(looks(&world), "watched");
    world.gate.advance(31_000);
    assert!(looks(&world), "one look after the watch");
    world.gate.advance(60_000);
    assert!(!looks(&world), "resting");
    world.gate.advance(REST_MS);
    assert!(looks(&world), "hourly");
    assert_eq!(count(&world, "feed/0"), 1);
    world.gate.advance(FORGET_MS);
    assert_eq!(world.sequence().waiting, 0);
    assert_eq!(count(&world, "feed/0"), 0, "its notice goes with it");
    assert_eq!(log_of(&world).len(), 1);
}

#[test]
fn a_decided_batch_is_published_by_whoever_comes_next() {
    for backend in BACKENDS {
        let clean = World::new(backend);
        clean.open("a", 1);
        clean.sequence();
        clean.add("a", "b", 1);
        let before = clean.gate.passed().len();
        clean.sequence();
        let swap = clean.gate.passed().iter().skip(before).position(|op| op.kind == "swap").unwrap();

        let world = World::new(backend);
        world.open("a", 1);
        world.sequence();
        world.add("a", "b", 1);
        let dies = world.restarted(Steady::with_fate(7, swap, Fate::CrashAfter));
        assert!(futures::FutureExt::now_or_never(sequence(&dies.access(), project)).is_none());
        assert_eq!((head(&world).size, log_of(&world).len(), count(&world, "stage/")), (2, 1, 1));
        assert_eq!(world.sequence().sequenced, 0);
        assert_eq!((log_of(&world).len(), count(&world, "stage/"), count(&world, "feed/0")), (2, 0, 0), "{backend:?}");
    }
}

#[test]
fn a_round_takes_256_slots_and_the_log_turns_its_page_after_256_entries() {
    let world = World::new(Backend::Redis);
    world.open("a", 0);
    for event in 1..300 {
        world.add("a", &event.to_string(), 1);
    }
    assert_eq!(world.sequence(), Round { sequenced: 256, waiting: 0, more: true });
    assert_eq!(world.sequence(), Round { sequenced: 44, waiting: 0, more: false });
    world.open("b", 0);
    world.sequence();
    assert_eq!(log_of(&world).len(), 301);
    assert_eq!(count(&world, "log/"), 2 + 2, "two pages, each with the claim that created it");
    let page = |from| now(log::read_from(&world.access(), from)).unwrap();
    assert_eq!(page(0).len(), usize::try_from(PAGE_ENTRIES).unwrap());
    assert_eq!((page(255).len(), page(256).len(), page(300).len(), page(301).len()), (1, 45, 1, 0));
    assert_eq!((page(255)[0].seq, page(256)[0].seq), (256, 257));
}

/// A batch that lies across two pages, published twice, is there once.
#[test]
fn publishing_again_changes_nothing() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 0);
    for event in 1..300 {
        world.add("a", &event.to_string(), 1);
        if event % 100 == 0 {
            world.sequence();
        }
    }
    world.sequence();
    let mut whole = now(log::read_from(&world.access(), 0)).unwrap();
    whole.extend(now(log::read_from(&world.access(), 256)).unwrap());
    let before = world.kv.dump();
    now(log::publish(&world.access(), 200, &whole[200..])).unwrap();
    now(log::publish(&world.access(), 0, &whole)).unwrap();
    assert_eq!(world.kv.dump(), before);
}
