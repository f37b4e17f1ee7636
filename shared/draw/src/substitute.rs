//! Substitution: what happens when somebody drawn cannot be. Never a new draw: the next in an order that is fixed
//! already, for one of a closed list of reasons, logged with its number; what was drawn stays visible.

use crate::input::{Inputs, Inspector};
use crate::pair::{Pairing, Role};
use crate::run::Outcome;
use crate::ticket::Tickets;
use std::collections::BTreeMap;

/// Why. A closed list: "does not suit" is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The subject was struck off, had its licence revoked, or closed for good.
    Ceased,
    /// The subject moved out of the town.
    MovedAway,
    /// The subject's entry in the library was wrong: twice, or of another kind.
    WrongEntry,
    /// Another authority has checked the same matter since the lists were frozen.
    CheckedElsewhere,
    /// The inspector asked to be recused, or the subject's application was granted.
    Recused,
    /// The inspector is ill.
    Ill,
    /// The inspector left the post, or was sent elsewhere.
    LeftPost,
    /// The inspector's certificate ran out or was withdrawn.
    CertificateLapsed,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Ceased,
        Self::MovedAway,
        Self::WrongEntry,
        Self::CheckedElsewhere,
        Self::Recused,
        Self::Ill,
        Self::LeftPost,
        Self::CertificateLapsed,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ceased => "ceased",
            Self::MovedAway => "movedAway",
            Self::WrongEntry => "wrongEntry",
            Self::CheckedElsewhere => "checkedElsewhere",
            Self::Recused => "recused",
            Self::Ill => "ill",
            Self::LeftPost => "leftPost",
            Self::CertificateLapsed => "certificateLapsed",
        }
    }

    /// Whether the inspector can take no place of this draw any more.
    const fn is_gone(self) -> bool {
        matches!(self, Self::Ill | Self::LeftPost | Self::CertificateLapsed)
    }

    /// Whether it is a reason to replace the subject; the others are reasons to replace an inspector.
    #[must_use]
    pub const fn is_about_subject(self) -> bool {
        matches!(self, Self::Ceased | Self::MovedAway | Self::WrongEntry | Self::CheckedElsewhere)
    }
}

/// Who is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The subject, by its stratum's next reserve.
    Subject,
    /// One of its inspectors.
    Inspector(Role),
}

/// Why there is no substitute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No such subject is drawn now.
    NotDrawn,
    /// A reason of the other kind.
    WrongReason,
    /// The stratum has no reserve left.
    NoReserve,
    /// No inspector fits.
    NoInspector,
}

impl Refused {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotDrawn => "notDrawn",
            Self::WrongReason => "wrongReason",
            Self::NoReserve => "noReserve",
            Self::NoInspector => "noInspector",
        }
    }
}

/// A draw's state as substitutions go on. Replaying the logged ones over the outcome gives it again.
pub struct Current<'a> {
    inputs: &'a Inputs,
    tickets: Tickets,
    pairings: Vec<Pairing>,
    /// For each stratum, the reserves not used yet, the next one last.
    reserves: BTreeMap<&'a str, Vec<&'a str>>,
    /// For each drawn subject and reserve, its stratum.
    strata: BTreeMap<&'a str, &'a str>,
    /// Who was replaced, and for which subject; for none in particular where they are gone.
    replaced: Vec<(Option<String>, String)>,
    /// How many substitutions were logged: the next one's `attempt`.
    logged: u32,
}

impl<'a> Current<'a> {
    /// The state just after the draw.
    #[must_use]
    pub fn new(inputs: &'a Inputs, outcome: &'a Outcome, tickets: Tickets) -> Self {
        let mut reserves = BTreeMap::new();
        let mut strata = BTreeMap::new();
        for order in &outcome.orders {
            reserves.insert(order.stratum.as_str(), order.reserves.iter().rev().map(String::as_str).collect());
            for subject in order.drawn.iter().chain(&order.reserves) {
                strata.insert(subject.as_str(), order.stratum.as_str());
            }
        }
        let pairings = outcome.pairings.clone();
        Self { inputs, tickets, pairings, reserves, strata, replaced: Vec::new(), logged: 0 }
    }

    /// Who inspects whom now.
    #[must_use]
    pub fn pairings(&self) -> &[Pairing] {
        &self.pairings
    }

    /// Makes the next substitution and answers who comes: a subject's id or an inspector's code. A subject's substitute
    /// keeps the inspectors; one who is recused from it is replaced by the same rule and under the same number.
    ///
    /// # Errors
    /// When there is nobody, or nothing to replace; nothing is changed then.
    pub fn next(&mut self, subject: &str, who: Who, reason: Reason) -> Result<String, Refused> {
        if reason.is_about_subject() != (who == Who::Subject) {
            return Err(Refused::WrongReason);
        }
        let at = self.pairings.iter().position(|pairing| pairing.subject == subject).ok_or(Refused::NotDrawn)?;
        let came = match who {
            Who::Subject => self.next_subject(at)?,
            Who::Inspector(role) => {
                let pairing = self.pairings.get(at).ok_or(Refused::NotDrawn)?;
                let leaving = holder(pairing, role).to_owned();
                let came = self.next_inspector(pairing, role).ok_or(Refused::NoInspector)?;
                self.replaced.push(((!reason.is_gone()).then(|| subject.to_owned()), leaving));
                if let Some(pairing) = self.pairings.get_mut(at) {
                    *holder_mut(pairing, role) = came.clone();
                }
                came
            }
        };
        self.logged = self.logged.saturating_add(1);
        Ok(came)
    }

    fn next_subject(&mut self, at: usize) -> Result<String, Refused> {
        let before = self.pairings.get(at).ok_or(Refused::NotDrawn)?;
        let stratum = *self.strata.get(before.subject.as_str()).ok_or(Refused::NotDrawn)?;
        let next = *self.reserves.get(stratum).and_then(|left| left.last()).ok_or(Refused::NoReserve)?;
        let mut pairing = Pairing { subject: next.to_owned(), ..before.clone() };
        for role in [Role::Lead, Role::Member] {
            if self.recused(holder(&pairing, role), next) {
                *holder_mut(&mut pairing, role) = self.next_inspector(&pairing, role).ok_or(Refused::NoInspector)?;
            }
        }
        if let (Some(left), Some(current)) = (self.reserves.get_mut(stratum), self.pairings.get_mut(at)) {
            left.pop();
            *current = pairing;
        }
        Ok(next.to_owned())
    }

    /// The inspector with the least ticket among those who fit and have room.
    fn next_inspector(&self, pairing: &Pairing, role: Role) -> Option<String> {
        let attempt = self.logged.to_be_bytes();
        let ticket = |code: &str| {
            let parts = [pairing.subject.as_bytes(), role.name().as_bytes(), code.as_bytes(), &attempt];
            self.tickets.ticket("resub", &parts)
        };
        let fitting = self.inputs.inspectors.iter().filter(|inspector| self.fits(inspector, pairing, role));
        fitting.map(|i| (ticket(&i.code), &i.code)).min().map(|(_, code)| code.clone())
    }

    fn fits(&self, inspector: &Inspector, pairing: &Pairing, role: Role) -> bool {
        let code = &inspector.code;
        let stratum = self.strata.get(pairing.subject.as_str()).and_then(|name| self.inputs.plan.position(name));
        let stratum = stratum.and_then(|at| self.inputs.plan.strata.get(at));
        let wanted = stratum.map(|stratum| if role == Role::Lead { &stratum.lead } else { &stratum.member });
        let load = self.pairings.iter().filter(|p| p.lead == *code || p.member == *code).count();
        wanted.is_some_and(|wanted| inspector.qualifications.contains(wanted))
            && pairing.lead != *code
            && pairing.member != *code
            && u32::try_from(load).is_ok_and(|load| load < inspector.cap)
            && !self.recused(code, &pairing.subject)
            && !self.replaced.iter().any(|(subject, replaced)| {
                replaced == code && subject.as_ref().is_none_or(|subject| *subject == pairing.subject)
            })
    }

    fn recused(&self, code: &str, subject: &str) -> bool {
        let wanted = (code, subject);
        let found = self.inputs.recusals.binary_search_by(|r| (r.inspector.as_str(), r.subject.as_str()).cmp(&wanted));
        found.is_ok()
    }
}

fn holder(pairing: &Pairing, role: Role) -> &str {
    if role == Role::Lead { &pairing.lead } else { &pairing.member }
}

const fn holder_mut(pairing: &mut Pairing, role: Role) -> &mut String {
    if matches!(role, Role::Lead) { &mut pairing.lead } else { &mut pairing.member }
}
