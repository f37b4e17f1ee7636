//! Mixing: a matching alone favours some pairings, so it is only where a random walk starts.
//!
//! Each step proposes to give a place to an inspector, or to exchange the holders of two places, and is taken if it
//! leads to a lawful assignment. Every step is as likely as its reverse, so all assignments that the walk can reach
//! become equally likely.

use crate::places::{Places, sibling};
use crate::run::{Part, Progress};
use crate::ticket::Tickets;

/// 64 steps for each place.
const STEPS_EACH: usize = 64;
/// How often progress is told.
const TOLD_EVERY: usize = 4_096;

pub(crate) fn mix(places: &mut Places<'_>, tickets: &Tickets, told: &mut Progress<'_>) {
    let (count, inspectors) = (places.holder.len(), places.held.len());
    let steps = count.saturating_mul(STEPS_EACH);
    let mut numbers = tickets.drbg("mix");
    for step in 0..steps {
        if step.is_multiple_of(TOLD_EVERY) {
            told(Part::Mix, step, steps);
        }
        if numbers.below(2) == 0 {
            let (place, inspector) = (numbers.position(count), numbers.position(inspectors));
            give(places, place, inspector);
        } else {
            let (one, other) = (numbers.position(count), numbers.position(count));
            exchange(places, one, other);
        }
    }
}

fn give(places: &mut Places<'_>, place: usize, inspector: usize) {
    let free = places.holder(sibling(place)) != Some(inspector) && places.has_room(inspector);
    if free && places.holder(place) != Some(inspector) && places.fits(place, inspector) {
        places.give(place, inspector);
    }
}

fn exchange(places: &mut Places<'_>, one: usize, other: usize) {
    let (Some(held), Some(offered)) = (places.holder(one), places.holder(other)) else { return };
    let fit = places.fits(one, offered) && places.fits(other, held);
    // The two places of one task exchange freely; else neither newcomer may be there already.
    let apart = sibling(one) == other
        || (places.holder(sibling(one)) != Some(offered) && places.holder(sibling(other)) != Some(held));
    if held != offered && fit && apart {
        places.give(one, offered);
        places.give(other, held);
    }
}
