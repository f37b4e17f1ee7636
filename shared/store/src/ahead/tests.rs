use super::catch_up;
use crate::memory::{Fate, Steady};
use crate::testing::{BACKENDS, World, now, project};
use crate::{read_queue, read_table};

fn totals(world: &World, queue: &str) -> Vec<i64> {
    let rows = now(read_queue(&world.access(), queue)).unwrap();
    rows.into_iter().map(|(_, row)| row.c.unwrap()["total"].as_i64().unwrap()).collect()
}

fn read(world: &World, after: Option<u64>) -> u64 {
    now(catch_up(&world.access(), project, after)).unwrap()
}

#[test]
fn a_list_that_names_a_slot_shows_its_change_at_once() {
    for backend in BACKENDS {
        let world = World::new(backend);
        let opened = world.open("a", 3);
        assert_eq!((read(&world, None), totals(&world, "few")), (1, vec![]), "{backend:?}: it is not 2 s old");
        assert_eq!((read(&world, Some(opened.slot)), totals(&world, "few")), (0, vec![3]), "{backend:?}");
        let added = world.add("a", "more", 30);
        assert_eq!((read(&world, Some(added.slot)), totals(&world, "many")), (0, vec![33]), "{backend:?}");
        // What is shown already costs three reads: how far the sequencer is, the last slot, and whether the batch is out.
        let access = world.access();
        now(catch_up(&access, project, Some(added.slot))).unwrap();
        assert!(access.operations() <= 4, "{backend:?}: {} operations", access.operations());
    }
}

#[test]
fn a_list_folds_what_is_older_than_two_seconds_though_nobody_ticks() {
    for backend in BACKENDS {
        let world = World::new(backend);
        world.open("a", 3);
        world.gate.advance(2_000);
        assert_eq!(read(&world, None), 1, "{backend:?}: exactly two seconds");
        world.gate.advance(1);
        assert_eq!((read(&world, None), totals(&world, "few")), (0, vec![3]), "{backend:?}");
        let access = world.access();
        now(catch_up(&access, project, None)).unwrap();
        assert!(access.operations() <= 3, "{backend:?}: one batch, or two reads where a first batch failed");
    }
}

#[test]
fn a_slot_that_nobody_took_is_waited_for_by_nobody() {
    let world = World::new(BACKENDS[0]);
    world.open("a", 3);
    world.sequence();
    assert_eq!(read(&world, Some(4_711)), 0);
}

#[test]
fn a_backlog_is_said() {
    let world = World::new(BACKENDS[0]);
    for n in 0..1_100 {
        world.open(&format!("n{n}"), 1);
    }
    world.gate.advance(10_000);
    assert_eq!(read(&world, None), 1_100 - 1_024);
    assert_eq!(read(&world, None), 0);
}

/// Whoever reads may die at any operation: what it began is finished by whoever comes next.
#[test]
fn a_reader_that_dies_while_it_folds_leaves_nothing_undone() {
    for backend in BACKENDS {
        for fate in [Fate::FailBefore, Fate::FailAfter] {
            for at in 0.. {
                let world = World::new(backend);
                world.open("z", 1);
                world.sequence();
                let slot = world.open("a", 3).slot;
                let struck = world.restarted(Steady::with_fate(1, at, fate));
                let _: Result<u64, _> = now(catch_up(&struck.access(), project, Some(slot)));
                let after = struck.restarted(Steady::new(2));
                assert_eq!(
                    (read(&after, Some(slot)), totals(&after, "few")),
                    (0, vec![1, 3]),
                    "{backend:?} {fate:?} {at}"
                );
                assert_eq!(now(read_table(&after.access(), "tallies", 0)).unwrap().len(), 2);
                if struck.gate.passed().len() <= at {
                    break;
                }
            }
        }
    }
}
