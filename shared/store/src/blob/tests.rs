use canon::sha256;

use super::*;
use crate::testing::{BACKENDS, World, now};

fn bytes(size: usize) -> Vec<u8> {
    (0..size).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

#[test]
fn bytes_come_back_as_they_were_whatever_their_number_of_parts() {
    for backend in BACKENDS {
        let world = World::new(backend);
        for size in [0, 1, PART_BYTES, PART_BYTES + 1, 10 * 1024 * 1024] {
            let bytes = bytes(size);
            let address = sha256(&[&bytes]);
            now(put(&world.access(), &address, &bytes)).unwrap();
            assert!(now(get(&world.access(), &address, size)).unwrap() == Some(bytes), "{backend:?} {size}");
        }
    }
}

#[test]
fn a_missing_or_short_part_is_no_blob() {
    let world = World::new(BACKENDS[0]);
    let bytes = bytes(3 * PART_BYTES);
    let address = sha256(&[&bytes]);
    now(put(&world.access(), &address, &bytes)).unwrap();
    assert_eq!(now(get(&world.access(), &address, bytes.len() + 1)).unwrap(), None);
    assert_eq!(now(get(&world.access(), &address, bytes.len() - 1)).unwrap(), None);
    now(world.access().delete_many(&[keys::blob(&address, 1)])).unwrap();
    assert_eq!(now(get(&world.access(), &address, bytes.len())).unwrap(), None);
}

#[test]
fn what_is_removed_is_gone_to_the_last_part_and_nothing_else_with_it() {
    for backend in BACKENDS {
        let world = World::new(backend);
        for size in [1, PART_BYTES, 9 * PART_BYTES + 1] {
            let bytes = bytes(size);
            let (address, other) = (sha256(&[&bytes]), sha256(&[&bytes, b"other"]));
            now(put(&world.access(), &address, &bytes)).unwrap();
            now(put(&world.access(), &other, &bytes)).unwrap();
            // The second finds nothing and is fine.
            for _ in 0..2 {
                now(remove(&world.access(), &address, size)).unwrap();
            }
            let left = world.keys().iter().filter(|key| key.starts_with(&format!("blob/{address}"))).count();
            assert_eq!(left, 0, "{backend:?} {size}");
            assert!(now(get(&world.access(), &other, size)).unwrap() == Some(bytes), "{backend:?} {size}");
        }
    }
}
