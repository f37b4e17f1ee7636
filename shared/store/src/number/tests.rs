use super::*;
use crate::testing::{BACKENDS, World, now};

#[test]
fn a_day_counts_from_the_last_slot_before_it_for_ever() {
    for backend in BACKENDS {
        let world = World::new(backend);
        let (today, tomorrow) = (world.access().now().date(), world.access().now().date().next());
        assert_eq!(now(day_base(&world.access(), today)).unwrap(), 0);
        world.open("a", 1);
        world.open("b", 1);
        assert_eq!(now(day_base(&world.access(), today)).unwrap(), 0, "{backend:?}");
        assert_eq!(now(day_base(&world.access(), tomorrow)).unwrap(), 2, "{backend:?}");
        world.open("c", 1);
        assert_eq!(now(day_base(&world.access(), tomorrow)).unwrap(), 2, "{backend:?}");
    }
}

#[test]
fn a_base_of_eight_digits_is_still_decimal() {
    let world = World::new(BACKENDS[0]);
    let today = world.access().now().date();
    now(world.access().increment(keys::FEED_NEXT, 12_345_678)).unwrap();
    assert_eq!(now(day_base(&world.access(), today)).unwrap(), 12_345_678);
    assert_eq!(now(day_base(&world.access(), today)).unwrap(), 12_345_678);
}
