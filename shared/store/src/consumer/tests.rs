use std::sync::Mutex;

use super::*;
use crate::testing::{BACKENDS, World, now};

fn run(world: &World, fail_at: Option<u64>) -> (Result<usize, StoreError>, Vec<u64>) {
    let seen = Mutex::new(Vec::new());
    let result = now(consume(&world.access(), "test", |entry| {
        let fails = fail_at == Some(entry.slot);
        if !fails {
            seen.lock().unwrap().push(entry.slot);
        }
        std::future::ready(if fails { Err(StoreError::Busy) } else { Ok(()) })
    }));
    (result, seen.into_inner().unwrap())
}

#[test]
fn every_event_is_seen_once_in_order() {
    for backend in BACKENDS {
        let world = World::new(backend);
        assert!(run(&world, None).1.is_empty());
        world.open("a", 1);
        world.open("b", 1);
        world.sequence();
        assert_eq!(run(&world, None).1, [1, 2]);
        world.open("c", 1);
        world.sequence();
        assert_eq!(run(&world, None).1, [3]);
        assert!(run(&world, None).1.is_empty(), "{backend:?}");
    }
}

#[test]
fn work_that_failed_comes_again_and_work_that_was_done_does_not() {
    for backend in BACKENDS {
        let world = World::new(backend);
        ["a", "b", "c"].iter().for_each(|op| drop(world.open(op, 1)));
        world.sequence();
        let (result, seen) = run(&world, Some(2));
        assert!(matches!(result, Err(StoreError::Busy)));
        assert_eq!(seen, [1]);
        assert_eq!(run(&world, None).1, [2, 3], "{backend:?}");
    }
}

#[test]
fn a_worker_goes_on_across_log_pages() {
    let world = World::new(BACKENDS[0]);
    world.open("a", 0);
    for event in 1..260 {
        world.add("a", &event.to_string(), 1);
    }
    world.sequence_all();
    assert_eq!(run(&world, None).1.len(), 256);
    assert_eq!(run(&world, None).1, [257, 258, 259, 260]);
}
