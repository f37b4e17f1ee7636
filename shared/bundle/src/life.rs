//! How a bundle grows: committed, fed with randomness, drawn, corrected.

use crate::form::{Bundle, Commitment, Entropy, Outcome, Substitution, VERSION, all, each};
use canon::Hash;
use draw::policy::{Kind, Policy, PolicyFault, Source, hex, reveal_hash};
use draw::substitute::{Current, Reason, Refused, Who};
use draw::{Blocked, Excluded, Failure, Fault, Inputs, Plan, Progress, Role, Tickets};
use std::fmt;

/// What is frozen, as the rules call it. The policy's `excluded` is filled in.
pub struct Frozen {
    /// The draw's id.
    pub draw_id: String,
    /// The groups.
    pub strata: Vec<draw::Stratum>,
    /// Where the randomness will come from.
    pub policy: Policy,
    /// Who may be inspected.
    pub subjects: Vec<draw::Subject>,
    /// Who may inspect.
    pub inspectors: Vec<draw::Inspector>,
    /// Who must not inspect whom.
    pub recusals: Vec<draw::Recusal>,
    /// Who is left out.
    pub exclusions: Vec<Excluded>,
}

/// Why a step of a draw's life cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LifeError {
    /// The lists are not fit.
    Lists(Fault),
    /// The policy is not lawful.
    Policy(PolicyFault),
    /// There is no such source, or its value is known already.
    NoSuchSource,
    /// The secret is not the one that was committed to, or the numbers are no result of the lottery.
    WrongValue,
    /// Not all randomness is known, or there is no result yet.
    TooEarly,
    /// There is a result already.
    AlreadyDrawn,
    /// There is no substitute.
    Refused(Refused),
}

impl LifeError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Lists(fault) => fault.code(),
            Self::Policy(fault) => fault.code(),
            Self::NoSuchSource => "noSuchSource",
            Self::WrongValue => "wrongValue",
            Self::TooEarly => "tooEarly",
            Self::AlreadyDrawn => "alreadyDrawn",
            Self::Refused(refused) => refused.code(),
        }
    }
}

impl fmt::Display for LifeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for LifeError {}

impl Bundle {
    /// Freezes the lists.
    ///
    /// # Errors
    /// When the lists are not fit or the policy is not lawful.
    pub fn commit(frozen: Frozen) -> Result<Self, LifeError> {
        let Frozen { draw_id, strata, mut policy, subjects, inspectors, recusals, exclusions } = frozen;
        policy.excluded = Some(draw::excluded_head(&exclusions).map_err(LifeError::Lists)?);
        policy.kind().map_err(LifeError::Policy)?;
        let plan = Plan { draw_id, strata, policy: policy.to_string() };
        // What cannot be read back cannot be checked: an id with a space in it, or a text that is too long.
        Policy::parse(&plan.policy).map_err(LifeError::Policy)?;
        let inputs = Inputs { plan, subjects, inspectors, recusals };
        let commitment = draw::commit(&inputs).map_err(LifeError::Lists)?;
        let Inputs { plan, subjects, inspectors, recusals } = inputs;
        let unknown = |source: &Source| Entropy { kind: source.kind().to_owned(), value: None };
        Ok(Self {
            version: VERSION.to_owned(),
            algorithm: draw::VERSION.to_owned(),
            draw_id: plan.draw_id,
            strata: all(plan.strata),
            policy: plan.policy,
            subjects: all(subjects),
            inspectors: all(inspectors),
            recusals: all(recusals),
            exclusions: all(exclusions),
            commitment: Commitment {
                subjects: commitment.subjects.into(),
                inspectors: commitment.inspectors.into(),
                recusals: commitment.recusals.into(),
                commit: Hash::from_bytes(commitment.commit),
            },
            entropy: policy.sources.iter().map(unknown).collect(),
            sealed: None,
            result: None,
            substitutions: Vec::new(),
            assigned: Vec::new(),
        })
    }

    /// The policy.
    ///
    /// # Errors
    /// When the text is none.
    pub fn policy(&self) -> Result<Policy, LifeError> {
        Policy::parse(&self.policy).map_err(LifeError::Policy)
    }

    /// Adds the value of source number `at` of the policy. A drand signature is for the caller to check.
    ///
    /// # Errors
    /// When there is no such source, it has a value, the draw was made, or the value is not right.
    pub fn put(&mut self, at: usize, value: &[u8]) -> Result<(), LifeError> {
        if self.result.is_some() {
            return Err(LifeError::AlreadyDrawn);
        }
        let policy = self.policy()?;
        let source = policy.sources.get(at).ok_or(LifeError::NoSuchSource)?;
        if !fits(source, &self.draw_id, value) {
            return Err(LifeError::WrongValue);
        }
        let entropy = self.entropy.get_mut(at).filter(|e| e.value.is_none()).ok_or(LifeError::NoSuchSource)?;
        entropy.value = Some(hex(value));
        Ok(())
    }

    /// Draws, once. Where there are too few inspectors, the subjects alone: the result has no pairings then, and the
    /// answer says whose places are blocked.
    ///
    /// # Errors
    /// When not all randomness is known, there is a result, or the lists are not fit.
    pub fn run(&mut self, told: &mut Progress<'_>) -> Result<Option<Blocked>, LifeError> {
        if self.result.is_some() {
            return Err(LifeError::AlreadyDrawn);
        }
        let (policy, values) = (self.policy()?, self.values());
        let entropy = policy.entropy(&values).ok_or(LifeError::TooEarly)?;
        let seed = draw::seed(self.commitment.commit.as_bytes(), &entropy);
        let inputs = self.inputs();
        let (outcome, blocked) = match draw::run(&inputs, &seed, told) {
            Ok(outcome) => (outcome, None),
            Err(Failure::Fault(fault)) => return Err(LifeError::Lists(fault)),
            Err(Failure::Blocked(blocked)) => {
                let orders = draw::select(&inputs, &Tickets::new(&seed), told);
                (draw::Outcome { orders, pairings: Vec::new() }, Some(blocked))
            }
        };
        if let (Ok(Kind::Sealed), Some((_, secret))) = (policy.kind(), entropy.last()) {
            let root = draw::sealed_root(&self.draw_id, secret, &outcome.orders, &outcome.pairings);
            self.sealed = Some(Hash::from_bytes(root));
        }
        let (strata, pairings) = (all(outcome.orders), all(outcome.pairings));
        self.result = Some(Outcome { seed: Hash::from_bytes(seed), strata, pairings });
        Ok(blocked)
    }

    /// What may be shown of a P2 draw until its inspections are done: neither the secret nor the result. Other draws'
    /// results follow from what is public, so of those everything is shown.
    #[must_use]
    pub fn sealed_view(&self) -> Self {
        let mut shown = self.clone();
        if self.policy().is_ok_and(|policy| policy.kind() == Ok(Kind::Sealed)) {
            shown.entropy.iter_mut().filter(|e| e.kind == "reveal").for_each(|e| e.value = None);
            shown.result = None;
            shown.substitutions.clear();
            shown.assigned.clear();
        }
        shown
    }

    /// Replaces somebody, and answers who comes.
    ///
    /// # Errors
    /// When there is no result yet, or no substitute.
    pub fn substitute(&mut self, subject: &str, who: Who, reason: Reason) -> Result<String, LifeError> {
        let (inputs, outcome, seed) = self.drawn().ok_or(LifeError::TooEarly)?;
        let mut current = Current::new(&inputs, &outcome, Tickets::new(&seed));
        for logged in &self.substitutions {
            replay(&mut current, logged).map_err(LifeError::Refused)?;
        }
        let by = current.next(subject, who, reason).map_err(LifeError::Refused)?;
        let (replaces, reason) = (role_name(who).to_owned(), reason.code().to_owned());
        self.substitutions.push(Substitution { subject: subject.to_owned(), replaces, reason, by: by.clone() });
        Ok(by)
    }

    /// Who inspects whom after all substitutions.
    ///
    /// # Errors
    /// When there is no result yet, or the log cannot be replayed.
    pub fn current(&self) -> Result<Vec<draw::Pairing>, LifeError> {
        let (inputs, outcome, seed) = self.drawn().ok_or(LifeError::TooEarly)?;
        let mut current = Current::new(&inputs, &outcome, Tickets::new(&seed));
        for logged in &self.substitutions {
            replay(&mut current, logged).map_err(LifeError::Refused)?;
        }
        Ok(current.pairings().to_vec())
    }

    fn drawn(&self) -> Option<(Inputs, draw::Outcome, draw::Digest)> {
        let result = self.result.as_ref()?;
        let outcome = draw::Outcome { orders: each(&result.strata), pairings: each(&result.pairings) };
        Some((self.inputs(), outcome, *result.seed.as_bytes()))
    }
}

/// Whether the value can be the source's. A signature is only looked at for its length.
pub(crate) fn fits(source: &Source, draw_id: &str, value: &[u8]) -> bool {
    match source {
        Source::Drand { .. } => value.len() == 48,
        Source::Reveal { who, hash } => reveal_hash(draw_id, who, value) == *hash,
        Source::Lottery { game, .. } => game.is_result(value),
    }
}

const fn role_name(who: Who) -> &'static str {
    match who {
        Who::Subject => "subject",
        Who::Inspector(role) => role.name(),
    }
}

/// Makes a logged substitution again and answers who comes by the rules.
pub(crate) fn replay(current: &mut Current<'_>, logged: &Substitution) -> Result<String, Refused> {
    let known = [Who::Subject, Who::Inspector(Role::Lead), Who::Inspector(Role::Member)];
    let who = known.into_iter().find(|who| role_name(*who) == logged.replaces).ok_or(Refused::NotDrawn)?;
    let reason = Reason::ALL.into_iter().find(|reason| reason.code() == logged.reason).ok_or(Refused::WrongReason)?;
    current.next(&logged.subject, who, reason)
}
