//! A draw's bundle, made again from what is stored: the lists as they were frozen, and what was added since.
//!
//! Only the lists are stored; the result is computed from them, so what is published cannot differ from what was drawn.

use bundle::{Bundle, LifeError};
use domain::inspection::{Draw, Reason, Refusal, Substitution, Task};
use draw::policy::{Policy, Source, unhex_bytes};
use draw::substitute::Who;
use draw::{Blocked, Role};
use http::StatusCode;
use serde_json::{Value, json};
use service::Problem;
use store::StoreError;

/// The bundle as far as it goes: with the agency's secret all of it, without it what may be published.
///
/// # Errors
/// What is stored does not fit together.
pub fn whole(lists: &[u8], draw: &Draw, secret: Option<&str>) -> Result<Bundle, Problem> {
    let damaged = |what: &str| Problem::from(StoreError::Damaged(format!("the draw's {what} does not fit")));
    let mut bundle = Bundle::read(lists).map_err(|_| damaged("lists"))?;
    let policy = bundle.policy().map_err(|_| damaged("policy"))?;
    for (at, value) in values(&policy, draw, secret).into_iter().enumerate() {
        let Some(value) = value else { continue };
        let bytes = value.ok_or_else(|| damaged("entropy"))?;
        bundle.put(at, &bytes).map_err(|_| damaged("entropy"))?;
    }
    let Some(result) = &draw.result else { return Ok(bundle) };
    if policy.entropy(&bundle.values()).is_none() {
        bundle.sealed = result.salted;
        return Ok(bundle);
    }
    let blocked = bundle.run(&mut |_, _, _| {}).map_err(|_| damaged("result"))?;
    if blocked.is_some() {
        let tasks = draw.unpaired().iter().filter_map(|one| draw.task(&one.subject));
        bundle.assigned = tasks.map(pairing).collect();
        return Ok(bundle);
    }
    for substitution in draw.substitutions.iter().filter(|one| one.signed.is_some()) {
        replace(&mut bundle, substitution).map_err(|_| damaged("substitutions"))?;
    }
    Ok(bundle)
}

fn pairing(task: &Task) -> bundle::Pairing {
    let [subject, lead, member] = [task.subject.as_str(), task.lead.as_str(), task.member.as_str()].map(str::to_owned);
    bundle::Pairing { subject, lead, member }
}

/// Each source's value as far as it is known; inside, none where what is stored is no value.
fn values(policy: &Policy, draw: &Draw, secret: Option<&str>) -> Vec<Option<Option<Vec<u8>>>> {
    let entropy = draw.entropy.as_ref();
    let mut numbers = entropy.into_iter().flat_map(|entropy| &entropy.numbers);
    let value = |source: &Source| match source {
        Source::Drand { .. } => entropy?.signature.as_deref().map(unhex_bytes),
        Source::Reveal { who, .. } => {
            let share = draw.shares.iter().find(|share| share.who == *who);
            share.map(|share| share.secret.as_str()).or(secret).map(unhex_bytes)
        }
        Source::Lottery { .. } => numbers.next().map(|numbers| Some(numbers.as_bytes().to_vec())),
    };
    policy.sources.iter().map(value).collect()
}

/// The tasks' subjects and inspectors after one substitution more; none where nobody is left.
///
/// # Errors
/// What is stored does not fit together.
pub fn after(bundle: &mut Bundle, substitution: &Substitution) -> Result<Option<draw::Pairing>, Problem> {
    let before = bundle.current().map_err(refused)?;
    let at = before.iter().position(|pairing| pairing.subject == substitution.subject.as_str());
    if replace(bundle, substitution).is_err() {
        return Ok(None);
    }
    let now = bundle.current().map_err(refused)?;
    Ok(at.and_then(|at| now.into_iter().nth(at)))
}

fn replace(bundle: &mut Bundle, substitution: &Substitution) -> Result<String, LifeError> {
    let subject = substitution.subject.as_str();
    let leads = |code: &str| {
        let current = bundle.current().ok()?;
        current.into_iter().find(|pairing| pairing.subject == subject).map(|pairing| pairing.lead == code)
    };
    let who = match &substitution.inspector {
        None => Who::Subject,
        Some(code) if leads(code.as_str()) == Some(true) => Who::Inspector(Role::Lead),
        Some(_) => Who::Inspector(Role::Member),
    };
    bundle.substitute(subject, who, reason(substitution.reason))
}

/// The algorithm's own word for it: it is frozen with its version and knows nothing of documents.
const fn reason(reason: Reason) -> draw::substitute::Reason {
    use draw::substitute::Reason as Algorithms;
    match reason {
        Reason::Ceased => Algorithms::Ceased,
        Reason::MovedAway => Algorithms::MovedAway,
        Reason::WrongEntry => Algorithms::WrongEntry,
        Reason::CheckedElsewhere => Algorithms::CheckedElsewhere,
        Reason::Recused => Algorithms::Recused,
        Reason::Ill => Algorithms::Ill,
        Reason::LeftPost => Algorithms::LeftPost,
        Reason::CertificateLapsed => Algorithms::CertificateLapsed,
    }
}

/// Why the lists cannot be drawn from, as an answer.
#[must_use]
pub fn refused(error: LifeError) -> Problem {
    match error {
        LifeError::AlreadyDrawn => Refusal::AlreadyDrawn.into(),
        LifeError::TooEarly => Refusal::TooEarly.into(),
        other => {
            let detail = "The lists cannot be drawn from; the code says why. Correct the plan or the libraries.";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, other.code(), detail)
        }
    }
}

/// Places shown of a blocking set; the count says how many there are.
const PLACES_SHOWN: usize = 20;

/// There are too few inspectors: these places have only these, who together can take fewer.
#[must_use]
pub fn infeasible(blocked: &Blocked) -> Problem {
    let place = |(subject, role): &(String, Role)| json!({"subject": subject, "role": role.name()});
    let places: Vec<Value> = blocked.places.iter().take(PLACES_SHOWN).map(place).collect();
    let inspector = |(code, cap): &(String, u32)| json!({"code": code, "cap": cap});
    let inspectors: Vec<Value> = blocked.inspectors.iter().map(inspector).collect();
    let detail = "There are not enough inspectors: `places` can only be taken by `inspectors`, who together can take fewer. Name more of them, raise what each may take, or plan the draw so that inspectors may be assigned directly.";
    Problem::new(StatusCode::CONFLICT, "pairingInfeasible", detail)
        .with("placeCount", blocked.places.len())
        .with("places", places)
        .with("inspectors", inspectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The compiler sees to it that the algorithm knows every reason of ours; here, that we know every one of its, under
    /// the same name and about the same.
    #[test]
    fn the_reasons_for_a_replacement_are_the_algorithms() {
        for theirs in draw::substitute::Reason::ALL {
            let ours: Reason = serde_json::from_value(json!(theirs.code())).unwrap();
            assert_eq!(reason(ours), theirs);
            assert_eq!(ours.is_about_subject(), theirs.is_about_subject(), "{}", theirs.code());
        }
    }
}
