use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::KvError;
use crate::testing::{BACKENDS, World, now};

const KEY: &str = "board/x/1";

async fn write(world: &World, value: &str) -> Result<Vec<u8>, StoreError> {
    ensure(&world.access(), KEY, || async { Ok(value.as_bytes().to_vec()) }).await
}

/// Somebody has claimed the key and nothing more was heard.
fn silent_claim(world: &World) {
    now(world.access().increment(&format!("{KEY}#claim"), 1)).unwrap();
}

#[test]
fn the_first_writes_and_everybody_gets_its_value() {
    for backend in BACKENDS {
        let world = World::new(backend);
        assert_eq!(now(write(&world, "one")).unwrap(), b"one");
        assert_eq!(now(write(&world, "two")).unwrap(), b"one");
    }
}

#[test]
fn while_a_silent_claim_may_be_alive_nobody_else_writes() {
    for backend in BACKENDS {
        let world = World::new(backend);
        silent_claim(&world);
        for _ in 0..2 {
            assert!(matches!(now(write(&world, "two")), Err(StoreError::Busy)), "{backend:?}");
        }
        assert!(!world.kv.dump().contains_key(KEY));
    }
}

#[test]
fn thirty_seconds_after_the_lease_began_another_takes_over() {
    for backend in BACKENDS {
        let world = World::new(backend);
        silent_claim(&world);
        assert!(now(write(&world, "two")).is_err());
        world.gate.advance(LEASE_MS);
        assert_eq!(now(write(&world, "three")).unwrap(), b"three", "{backend:?}");
    }
}

#[test]
fn a_lease_that_was_taken_over_protects_its_new_owner() {
    for backend in BACKENDS {
        let world = World::new(backend);
        silent_claim(&world);
        assert!(now(write(&world, "two")).is_err());
        world.gate.advance(LEASE_MS + 1);
        // This one takes the lease and is heard of no more.
        assert!(now(take_lease(&world.access(), KEY)).unwrap());
        assert!(matches!(now(write(&world, "four")), Err(StoreError::Busy)), "{backend:?}");
        world.gate.advance(LEASE_MS);
        assert_eq!(now(write(&world, "five")).unwrap(), b"five");
    }
}

#[test]
fn whoever_takes_over_looks_once_more_before_it_writes() {
    let world = World::new(crate::memory::Backend::Sqlite);
    silent_claim(&world);
    assert!(now(write(&world, "two")).is_err());
    world.gate.advance(LEASE_MS + 1);
    now(world.access().set(KEY, b"one after all".to_vec())).unwrap();
    assert_eq!(now(write(&world, "three")).unwrap(), b"one after all");
}

#[test]
fn nothing_is_written_by_a_request_of_more_than_25_seconds() {
    let world = World::new(crate::memory::Backend::Sqlite);
    let access = world.access();
    let wrote = AtomicBool::new(false);
    let late = ensure(&access, KEY, || {
        wrote.store(true, Ordering::Relaxed);
        world.gate.advance(25_001);
        async { Ok(b"late".to_vec()) }
    });
    assert!(matches!(now(late), Err(StoreError::Kv(KvError::TooLate))));
    assert!(wrote.load(Ordering::Relaxed));
    assert!(!world.kv.dump().contains_key(KEY));
}
