use super::*;
use crate::memory::Backend;
use crate::testing::{World, now};

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("k{n}")).collect()
}

#[test]
fn a_batch_read_finds_the_keys_that_exist_on_every_backend() {
    for backend in crate::testing::BACKENDS {
        let world = World::new(backend);
        let access = world.access();
        now(access.set_many(vec![("k0".into(), b"a".to_vec()), ("k2".into(), b"c".to_vec())])).unwrap();
        let found = now(access.get_many(&keys(3))).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found["k0"].as_slice(), found["k2"].as_slice()), (&b"a"[..], &b"c"[..]));
    }
}

#[test]
fn an_instance_asks_a_backend_without_batch_reads_only_once() {
    let world = World::new(Backend::Redis);
    let memory = Arc::new(AtomicBool::new(false));
    for batches in [1, 0] {
        let access = Access::new(world.kv.clone(), Arc::clone(&memory));
        let before = world.gate.passed().len();
        now(access.get_many(&keys(3))).unwrap();
        assert_eq!(access.operations(), batches + 3);
        let passed = world.gate.passed();
        let kinds: Vec<&str> = passed[before..].iter().map(|op| op.kind).filter(|kind| *kind == "get_many").collect();
        assert_eq!(kinds.len(), usize::try_from(batches).unwrap());
    }
}

#[test]
fn one_key_is_read_plainly_and_none_not_at_all() {
    let world = World::new(Backend::Sqlite);
    let access = world.access();
    assert!(now(access.get_many(&[])).unwrap().is_empty());
    assert!(now(access.get_many(&keys(1))).unwrap().is_empty());
    assert_eq!(world.gate.passed().iter().map(|op| op.kind).collect::<Vec<_>>(), ["get"]);
}

#[test]
fn after_25_seconds_a_request_may_read_but_no_longer_write() {
    let world = World::new(Backend::Sqlite);
    let access = world.access();
    now(access.set("k", b"1".to_vec())).unwrap();
    world.gate.advance(Access::<crate::memory::MemoryKv>::WRITE_UNTIL_MS);
    now(access.set("k", b"2".to_vec())).unwrap();
    world.gate.advance(1);
    let (handle, seen) = now(access.compare("k")).unwrap();
    assert_eq!(seen.as_deref(), Some(&b"2"[..]));
    assert_eq!(now(access.set("k", b"3".to_vec())), Err(KvError::TooLate));
    assert_eq!(now(access.set_many(vec![("k".into(), b"3".to_vec())])), Err(KvError::TooLate));
    assert_eq!(now(access.delete_many(&["k".into()])), Err(KvError::TooLate));
    assert_eq!(now(access.increment("n", 1)), Err(KvError::TooLate));
    assert_eq!(now(access.swap(handle, b"3".to_vec())), Err(KvError::TooLate));
    assert_eq!(now(access.get("k")).unwrap().as_deref(), Some(&b"2"[..]));
    // A new request may.
    now(world.access().set("k", b"3".to_vec())).unwrap();
}

#[test]
fn eight_rounds_of_waiting_stay_under_1_3_seconds() {
    let world = World::new(Backend::Sqlite);
    let access = world.access();
    let start = access.now();
    for round in 0..8 {
        now(access.back_off(round));
    }
    assert!((1..1_300).contains(&access.now().ms_since(start)));
}
