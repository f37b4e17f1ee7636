//! Who inspects: two different inspectors for each drawn subject, nobody with more places than need be.
//!
//! A matching with capacities. A place that nobody free can take makes a chain: it takes somebody's place-holder, whose
//! other place takes another's, and so on until one is free (an augmenting path, found breadth first). Where there is
//! no such chain, no assignment fills the places seen on the way: they and their inspectors are the blocking set.

use crate::Digest;
use crate::input::Inputs;
use crate::mix::mix;
use crate::places::{Places, sibling};
use crate::run::{Part, Progress};
use crate::select::Order;
use crate::ticket::Tickets;
use std::collections::{BTreeSet, VecDeque};
use std::fmt;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Leads the inspection.
    Lead,
    /// The other one.
    Member,
}

impl Role {
    /// As it is hashed and published.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Member => "member",
        }
    }
}

/// Who inspects a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// The subject's id.
    pub subject: String,
    /// The lead's code.
    pub lead: String,
    /// The member's code.
    pub member: String,
}

/// Why not every place can be filled: these places have only these inspectors, who together can take fewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Subjects and roles, sorted.
    pub places: Vec<(String, Role)>,
    /// All who are qualified for one of the places and not recused: code and cap, by code.
    pub inspectors: Vec<(String, u32)>,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} places cannot all be filled by the {} inspectors who fit",
            self.places.len(),
            self.inspectors.len()
        )
    }
}

impl std::error::Error for Blocked {}

/// Fills every place, then mixes.
///
/// # Errors
/// The places that cannot be filled and who would fit them.
pub fn pair(
    inputs: &Inputs,
    orders: &[Order],
    tickets: &Tickets,
    told: &mut Progress<'_>,
) -> Result<Vec<Pairing>, Blocked> {
    let mut matching = Matching::new(Places::new(inputs, orders, tickets), tickets);
    matching.fill(told)?;
    let mut places = matching.places;
    mix(&mut places, tickets, told);
    Ok(places.pairings())
}

struct Matching<'a> {
    places: Places<'a>,
    tickets: &'a Tickets,
    /// Each place's inspectors in order of preference, made when it is first looked at.
    preferences: Vec<Option<Vec<u32>>>,
}

/// What a search has seen.
struct Search {
    /// The place that wants what this one holds.
    wanted_by: Vec<Option<usize>>,
    seen_place: Vec<bool>,
    seen_inspector: Vec<bool>,
    queue: VecDeque<usize>,
}

impl<'a> Matching<'a> {
    fn new(places: Places<'a>, tickets: &'a Tickets) -> Self {
        let preferences = vec![None; places.holder.len()];
        Self { places, tickets, preferences }
    }

    /// Fills the places in order, at the least level that lets all be filled.
    fn fill(&mut self, told: &mut Progress<'_>) -> Result<(), Blocked> {
        let count = self.places.holder.len();
        let highest = (0..self.places.held.len()).map(|i| self.places.cap(i)).max().unwrap_or_default().min(count);
        // Fewer each than this cannot be enough, so no level below is tried.
        self.places.level = count.div_ceil(self.places.held.len().max(1)).min(highest);
        for place in 0..count {
            told(Part::Pairing, place, count);
            while let Err(seen) = self.augment(place) {
                if self.places.level >= highest {
                    return Err(self.blocked(&seen));
                }
                self.places.level = self.places.level.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Fills one place more, or says what was seen in trying.
    fn augment(&mut self, start: usize) -> Result<(), Search> {
        if let Some(inspector) = self.first_with_room(start) {
            self.places.give(start, inspector);
            return Ok(());
        }
        let mut search = Search::new(&self.places);
        search.see(start, None);
        while let Some(place) = search.queue.pop_front() {
            for inspector in self.preference(place) {
                // What the place leaves, it cannot take again.
                if self.places.holder(place) == Some(inspector) {
                    continue;
                }
                if self.places.holder(sibling(place)) == Some(inspector) {
                    search.see(sibling(place), Some(place));
                } else if self.places.has_room(inspector) {
                    self.shift(place, inspector, &search);
                    return Ok(());
                } else if search.is_new(inspector) {
                    for held in self.places.held.get(inspector).into_iter().flatten() {
                        search.see(*held, Some(place));
                    }
                }
            }
        }
        Err(search)
    }

    /// Of those who have room, the one whom an empty place prefers: what the search would find first, without the tickets
    /// of everybody else and without sorting them: a fifth of a large draw's time.
    fn first_with_room(&self, place: usize) -> Option<usize> {
        let other = self.places.holder(sibling(place));
        let free = (0..self.places.held.len()).filter(|inspector| {
            other != Some(*inspector) && self.places.has_room(*inspector) && self.places.fits(place, *inspector)
        });
        free.map(self.preferred(place)).min().map(|(_, inspector)| inspector)
    }

    /// Says where an inspector stands in the preference of the place.
    fn preferred(&self, place: usize) -> impl FnMut(usize) -> (Digest, usize) {
        let (subject, role) = self.places.name(place);
        let mut tickets = self.tickets.alike("slot", &[subject.as_bytes(), role.name().as_bytes()]);
        move |inspector| (tickets.ticket(self.places.code(inspector).as_bytes()), inspector)
    }

    /// Gives `place` the inspector, and what it held to whoever wanted it, back to the start.
    fn shift(&mut self, mut place: usize, mut inspector: usize, search: &Search) {
        loop {
            let before = self.places.holder(place);
            self.places.give(place, inspector);
            match (before, search.wanted_by.get(place).copied().flatten()) {
                (Some(before), Some(wanting)) => (place, inspector) = (wanting, before),
                _ => return,
            }
        }
    }

    fn preference(&mut self, place: usize) -> impl Iterator<Item = usize> + use<> {
        if self.preferences.get(place).is_some_and(Option::is_none) {
            let made = self.make_preference(place);
            if let Some(kept) = self.preferences.get_mut(place) {
                *kept = Some(made);
            }
        }
        let made = self.preferences.get(place).cloned().flatten().unwrap_or_default();
        made.into_iter().filter_map(|inspector| usize::try_from(inspector).ok())
    }

    fn make_preference(&self, place: usize) -> Vec<u32> {
        let fitting = (0..self.places.held.len()).filter(|inspector| self.places.fits(place, *inspector));
        let mut keyed: Vec<_> = fitting.map(self.preferred(place)).collect();
        keyed.sort_unstable();
        keyed.into_iter().filter_map(|(_, inspector)| u32::try_from(inspector).ok()).collect()
    }

    /// All places that were seen, and everybody who would fit one.
    fn blocked(&self, search: &Search) -> Blocked {
        let seen = |place: &usize| search.seen_place.get(*place).copied().unwrap_or_default();
        let places: Vec<usize> = (0..search.seen_place.len()).filter(seen).collect();
        let all = 0..self.places.held.len();
        let fitting = all.filter(|inspector| places.iter().any(|place| self.places.fits(*place, *inspector)));
        let inspector = |i: usize| self.places.inputs.inspectors.get(i).map(|i| (i.code.clone(), i.cap));
        let named: BTreeSet<_> = places.iter().map(|place| self.places.name(*place)).collect();
        Blocked { places: named.into_iter().collect(), inspectors: fitting.filter_map(inspector).collect() }
    }
}

impl Search {
    fn new(places: &Places<'_>) -> Self {
        Self {
            wanted_by: vec![None; places.holder.len()],
            seen_place: vec![false; places.holder.len()],
            seen_inspector: vec![false; places.held.len()],
            queue: VecDeque::new(),
        }
    }

    /// Looks at a place later, once.
    fn see(&mut self, place: usize, wanted_by: Option<usize>) {
        let (Some(seen), Some(wants)) = (self.seen_place.get_mut(place), self.wanted_by.get_mut(place)) else { return };
        if !*seen {
            (*seen, *wants) = (true, wanted_by);
            self.queue.push_back(place);
        }
    }

    fn is_new(&mut self, inspector: usize) -> bool {
        self.seen_inspector.get_mut(inspector).is_some_and(|seen| !std::mem::replace(seen, true))
    }
}
