use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;
use crate::memory::Backend;
use crate::testing::{BACKENDS, World, id, now};

fn totals(world: &World, queue: &str) -> Vec<i64> {
    let rows = now(read_queue(&world.access(), queue)).unwrap();
    rows.into_iter().map(|(_, row)| row.c.unwrap()["total"].as_i64().unwrap()).collect()
}

fn born(world: &World, query: &TimelineQuery) -> (Vec<u64>, Option<u64>) {
    let page = now(read_timeline(&world.access(), "all", query, |_| true)).unwrap();
    (page.rows.iter().map(|row| row.born).collect(), page.next)
}

#[test]
fn a_document_is_in_its_table_its_queue_and_its_timeline() {
    for backend in BACKENDS {
        let world = World::new(backend);
        world.open("a", 3);
        world.open("b", 4);
        world.sequence();
        let table = now(read_table(&world.access(), "tallies", 0)).unwrap();
        let row = &table[&id("a")];
        assert_eq!((row.v, row.c.clone(), row.q.len()), (1, json!({"total": 3}), 1));
        assert_eq!((totals(&world, "few"), totals(&world, "many")), (vec![3, 4], vec![]));
        assert_eq!(born(&world, &TimelineQuery { limit: 10, ..Default::default() }), (vec![2, 1], None));
    }
}

#[test]
fn a_document_that_belongs_elsewhere_leaves_its_queue() {
    for backend in BACKENDS {
        let world = World::new(backend);
        world.open("a", 3);
        world.sequence();
        world.add("a", "more", 30);
        world.sequence();
        assert_eq!((totals(&world, "few"), totals(&world, "many")), (vec![], vec![33]), "{backend:?}");
        world.add("a", "less", -30);
        world.sequence();
        assert_eq!((totals(&world, "few"), totals(&world, "many")), (vec![3], vec![]), "{backend:?}");
    }
}

fn row(v: u64, total: Option<i64>) -> QueueRow {
    QueueRow { v, born: 1, c: total.map(|total| json!({ "total": total })), gone_ms: None }
}

fn apply(world: &World, name: &str, rows: Vec<(DocId, QueueRow)>) {
    now(queue::apply(&world.access(), BTreeMap::from([(name.to_owned(), rows)]))).unwrap();
}

#[test]
fn a_removed_row_does_not_come_back_with_a_late_older_version() {
    let world = World::new(Backend::Sqlite);
    apply(&world, "q", vec![(id("a"), row(2, Some(2)))]);
    apply(&world, "q", vec![(id("a"), row(3, None))]);
    world.gate.advance(30_000);
    apply(&world, "q", vec![(id("a"), row(2, Some(2)))]);
    assert!(totals(&world, "q").is_empty());
    apply(&world, "q", vec![(id("a"), row(4, Some(4)))]);
    assert_eq!(totals(&world, "q"), [4]);
}

#[test]
fn a_tombstone_is_swept_after_an_hour() {
    let world = World::new(Backend::Sqlite);
    apply(&world, "q", vec![(id("a"), row(1, Some(1)))]);
    apply(&world, "q", vec![(id("a"), row(2, None))]);
    let stored = |world: &World| String::from_utf8(world.kv.dump()["board/queue/q/0"].clone()).unwrap();
    assert!(stored(&world).contains(id("a").as_str()));
    world.gate.advance(3_600_001);
    apply(&world, "q", vec![(id("b"), row(1, Some(1)))]);
    assert!(!stored(&world).contains(id("a").as_str()));
}

#[test]
fn a_queue_splits_into_children_and_is_read_back_whole_in_order_of_birth() {
    for backend in BACKENDS {
        let world = World::new(backend);
        let names: Vec<String> = (0..600).map(|n| format!("n{n}")).collect();
        for chunk in names.chunks(100) {
            chunk.iter().for_each(|name| drop(world.open(name, 1)));
            world.sequence();
        }
        let pages = world.keys().into_iter().filter(|key| key.starts_with("board/queue/few/") && !key.contains('#'));
        assert_eq!(pages.count(), 17, "{backend:?}: the root and its 16 children");
        let rows = now(read_queue(&world.access(), "few")).unwrap();
        assert_eq!(rows.iter().map(|(_, row)| row.born).collect::<Vec<_>>(), (1..=600).collect::<Vec<_>>());
        world.add("n5", "away", 50);
        world.sequence();
        assert_eq!((totals(&world, "few").len(), totals(&world, "many")), (599, vec![51]));
    }
}

#[test]
fn a_timeline_is_read_newest_first_and_goes_on_where_it_stopped() {
    let world = World::new(Backend::Sqlite);
    for n in 0..7 {
        world.open(&format!("november{n}"), 1);
    }
    // 2026-11-23 and ten days: December.
    world.gate.advance(10 * 24 * 3_600_000);
    for n in 0..3 {
        world.open(&format!("december{n}"), 1);
    }
    world.sequence();
    let all = TimelineQuery { limit: 4, ..Default::default() };
    assert_eq!(born(&world, &all), (vec![10, 9, 8, 7], Some(7)));
    assert_eq!(born(&world, &TimelineQuery { before: Some(7), ..all.clone() }), (vec![6, 5, 4, 3], Some(3)));
    assert_eq!(born(&world, &TimelineQuery { before: Some(3), ..all.clone() }), (vec![2, 1], None));
    let month =
        |month: &str| born(&world, &TimelineQuery { month: Some(month.to_owned()), limit: 9, ..Default::default() });
    assert_eq!(month("2026-12"), (vec![10, 9, 8], None));
    assert_eq!(month("2026-11").0.len(), 7);
    assert_eq!(month("2026-10"), (vec![], None));
    let odd = now(read_timeline(&world.access(), "all", &all, |columns| columns["total"] == 2)).unwrap();
    assert_eq!(odd.rows, []);
}

/// Rows that are many pages of slots apart are all found, and no request reads more than four pages.
#[test]
fn a_sparse_timeline_is_walked_to_its_end() {
    let world = World::new(Backend::Redis);
    for name in ["a", "b", "c"] {
        world.open(name, 1);
        now(world.access().increment(keys::FEED_NEXT, 3_000)).unwrap();
    }
    // 9 000 empty slots wait their turn in between, 256 a round.
    world.sequence_all();
    assert_eq!(walk(&world, false), (vec![6003, 3002, 1], 6), "12 pages of 512 slots, two at a time");
    assert_eq!(walk(&world, true), (vec![6003, 3002, 1], 3), "the same, four at a time");
}

/// All births from the newest, and how many requests that took.
fn walk(world: &World, filtered: bool) -> (Vec<u64>, u32) {
    let (mut found, mut before, mut requests) = (Vec::new(), None, 0);
    loop {
        let (rows, next) = born(world, &TimelineQuery { before, limit: 10, filtered, ..Default::default() });
        found.extend(rows);
        requests += 1;
        before = next;
        if next.is_none() {
            return (found, requests);
        }
    }
}

fn sums(world: &World) -> Sums {
    let periods = ["all".to_owned(), "never".to_owned()];
    let mut found = now(read_sums(&world.access(), "tallies", &periods)).unwrap();
    assert!(!found.contains_key("never"), "a period without rows is left out");
    found.remove("all").unwrap_or_default()
}

/// Each document counts once, where it is now, however often its page is folded; also over several table pages.
#[test]
fn sums_are_what_the_rows_add_up_to() {
    for backend in BACKENDS {
        let world = World::new(backend);
        assert_eq!(sums(&world), Sums::new());
        world.open("a", 3);
        world.open("b", 4);
        world.sequence();
        assert_eq!(sums(&world), Sums::from([("few".to_owned(), vec![2, 7])]), "{backend:?}");
        world.add("a", "more", 30);
        now(world.access().increment(keys::FEED_NEXT, 3_000)).unwrap();
        world.open("c", 5);
        world.sequence_all();
        let expected = Sums::from([("few".to_owned(), vec![2, 9]), ("many".to_owned(), vec![1, 33])]);
        assert_eq!(sums(&world), expected, "{backend:?}");
    }
}

/// A slow writer made its part of the page as it was; the newer part stays.
#[test]
fn an_older_part_does_not_come_back() {
    let world = World::new(Backend::Sqlite);
    world.open("a", 3);
    world.sequence();
    let old = now(read_table(&world.access(), "tallies", 0)).unwrap();
    world.add("a", "more", 1);
    world.sequence();
    now(sums::apply(&world.access(), "tallies", 0, &old, BTreeSet::from(["all"]))).unwrap();
    assert_eq!(sums(&world), Sums::from([("few".to_owned(), vec![1, 4])]));
}

#[test]
fn table_pages_hold_2048_slots() {
    assert_eq!((table_page(0), table_page(2047), table_page(2048)), (0, 0, 1));
}
