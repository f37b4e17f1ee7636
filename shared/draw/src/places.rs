//! The places of a draw: two for each drawn subject, who fits where, and who holds what.

use crate::input::Inputs;
use crate::pair::{Pairing, Role};
use crate::select::Order;
use crate::ticket::Tickets;
use std::collections::BTreeSet;

/// A drawn subject.
pub(crate) struct Task<'a> {
    pub(crate) subject: &'a str,
    /// The stratum's position in the plan.
    stratum: usize,
    /// The recused inspectors' positions, sorted.
    recused: Vec<usize>,
}

/// Tasks and their places. Place 2t is the lead's of task t, place 2t + 1 the member's.
pub(crate) struct Places<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) tasks: Vec<Task<'a>>,
    /// For each stratum and role, which inspectors are qualified.
    qualified: Vec<Vec<bool>>,
    /// Who holds each place.
    pub(crate) holder: Vec<Option<usize>>,
    /// Which places each inspector holds.
    pub(crate) held: Vec<BTreeSet<usize>>,
    /// How many places anybody may hold, besides their own cap.
    pub(crate) level: usize,
}

/// The other place of the same task.
pub(crate) const fn sibling(place: usize) -> usize {
    place ^ 1
}

impl<'a> Places<'a> {
    /// Empty places for the drawn subjects, the tasks in the order of their tickets.
    pub(crate) fn new(inputs: &'a Inputs, orders: &'a [Order], tickets: &Tickets) -> Self {
        let mut tasks = tasks(inputs, orders, tickets);
        recuse(inputs, &mut tasks);
        let qualified = inputs.plan.strata.iter().flat_map(|stratum| [&stratum.lead, &stratum.member]);
        let qualified = qualified.map(|q| inputs.inspectors.iter().map(|i| i.qualifications.contains(q)).collect());
        let places = tasks.len().saturating_mul(2);
        Self {
            inputs,
            tasks,
            qualified: qualified.collect(),
            holder: vec![None; places],
            held: vec![BTreeSet::new(); inputs.inspectors.len()],
            level: 0,
        }
    }

    pub(crate) fn task(&self, place: usize) -> Option<&Task<'a>> {
        self.tasks.get(place >> 1)
    }

    pub(crate) fn holder(&self, place: usize) -> Option<usize> {
        self.holder.get(place).copied().flatten()
    }

    /// Whether the inspector is qualified for the place and not recused.
    pub(crate) fn fits(&self, place: usize, inspector: usize) -> bool {
        self.task(place).is_some_and(|task| {
            let list = self.qualified.get((task.stratum << 1) | (place & 1));
            let qualified = list.and_then(|list| list.get(inspector)).copied().unwrap_or_default();
            qualified && task.recused.binary_search(&inspector).is_err()
        })
    }

    /// Whether the inspector may take one place more.
    pub(crate) fn has_room(&self, inspector: usize) -> bool {
        let load = self.held.get(inspector).map_or(0, BTreeSet::len);
        load < self.cap(inspector).min(self.level)
    }

    pub(crate) fn cap(&self, inspector: usize) -> usize {
        let cap = self.inputs.inspectors.get(inspector).map_or(0, |i| i.cap);
        usize::try_from(cap).unwrap_or(usize::MAX)
    }

    /// Gives the place to the inspector, from whoever held it.
    pub(crate) fn give(&mut self, place: usize, inspector: usize) {
        if let Some(held) = self.holder(place).and_then(|before| self.held.get_mut(before)) {
            held.remove(&place);
        }
        if let (Some(holder), Some(held)) = (self.holder.get_mut(place), self.held.get_mut(inspector)) {
            *holder = Some(inspector);
            held.insert(place);
        }
    }

    pub(crate) fn code(&self, inspector: usize) -> &'a str {
        self.inputs.inspectors.get(inspector).map_or("", |i| i.code.as_str())
    }

    /// Who holds what, once every place is held.
    pub(crate) fn pairings(&self) -> Vec<Pairing> {
        let code = |place: usize| self.holder(place).map_or("", |inspector| self.code(inspector)).to_owned();
        let pairing = |(at, task): (usize, &Task<'_>)| {
            let lead = at << 1;
            Pairing { subject: task.subject.to_owned(), lead: code(lead), member: code(sibling(lead)) }
        };
        self.tasks.iter().enumerate().map(pairing).collect()
    }

    /// What a place is called: its subject and role.
    pub(crate) fn name(&self, place: usize) -> (String, Role) {
        let role = if place & 1 == 0 { Role::Lead } else { Role::Member };
        (self.task(place).map_or("", |task| task.subject).to_owned(), role)
    }
}

fn tasks<'a>(inputs: &Inputs, orders: &'a [Order], tickets: &Tickets) -> Vec<Task<'a>> {
    let mut keyed = Vec::new();
    for order in orders {
        let Some(stratum) = inputs.plan.position(&order.stratum) else { continue };
        for subject in &order.drawn {
            keyed.push((tickets.ticket("task", &[subject.as_bytes()]), subject.as_str(), stratum));
        }
    }
    keyed.sort_unstable();
    let task = |(_, subject, stratum)| Task { subject, stratum, recused: Vec::new() };
    keyed.into_iter().map(task).collect()
}

/// Notes the recusals that concern a task. They come sorted by inspector, so each task's list is sorted too.
fn recuse(inputs: &Inputs, tasks: &mut [Task<'_>]) {
    let mut by_subject: Vec<(&str, usize)> = tasks.iter().enumerate().map(|(at, task)| (task.subject, at)).collect();
    by_subject.sort_unstable();
    for recusal in &inputs.recusals {
        let inspector = inputs.inspectors.binary_search_by(|i| i.code.cmp(&recusal.inspector));
        let task = by_subject.binary_search_by(|(subject, _)| (*subject).cmp(recusal.subject.as_str()));
        let (Ok(inspector), Ok(task)) = (inspector, task) else { continue };
        if let Some(task) = by_subject.get(task).and_then(|(_, at)| tasks.get_mut(*at)) {
            task.recused.push(inspector);
        }
    }
}
