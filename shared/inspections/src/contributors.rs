//! A draw's contributors: what the algorithm makes of them, and what everybody may see of them.

use domain::catalogue::DrawId;
use domain::inspection::{Contributors, Draw, Game, Plan, PlannedDraw, Pledge, Pledges};
use domain::time::Moment;
use draw::policy::{self, Policy, Source};
use serde_json::{Value, json};
use service::Problem;
use store::{Access, Platform};

use crate::{refused, state, year_of};

/// The draw as it is planned; none where it is not.
///
/// # Errors
/// The store's problems.
pub async fn planned<P: Platform>(access: &Access<P>, id: &DrawId) -> Result<Option<PlannedDraw>, Problem> {
    let Some(year) = year_of(id) else { return Ok(None) };
    let plan = state::<Plan, P>(access, &Plan::id(year)).await?;
    Ok(plan.and_then(|plan| plan.draw(id).cloned()))
}

/// What contributors committed to so far.
///
/// # Errors
/// The store's problems.
pub async fn pledges<P: Platform>(access: &Access<P>, id: &DrawId) -> Result<Vec<Pledge>, Problem> {
    Ok(state::<Pledges, P>(access, &Pledges::id(id)).await?.map_or_else(Vec::new, |found| found.pledges))
}

/// The sources of randomness in the order of the seed: the secrets that were committed to, then the lotteries.
pub fn sources(contributors: &Contributors, pledges: &[Pledge]) -> Vec<Source> {
    let reveal = |pledge: &Pledge| Source::Reveal { who: pledge.who.clone(), hash: *pledge.hash.as_bytes() };
    let lottery = |one: &domain::inspection::Lottery| Source::Lottery {
        game: game(one.game),
        issue: one.issue,
        at: seconds(one.at),
    };
    pledges.iter().map(reveal).chain(contributors.lotteries.iter().map(lottery)).collect()
}

/// Whether the algorithm will take these contributors and lotteries, if all of them commit.
///
/// # Errors
/// 422 with the policy's code: too few people, too little randomness, a lottery too early.
pub fn lawful(contributors: &Contributors) -> Result<(), Problem> {
    let pledge = |one: &domain::inspection::Contributor| Pledge {
        who: one.who.clone(),
        hash: canon::Hash::from_bytes([0; 32]),
        at: contributors.pledge_by,
    };
    let pledges: Vec<Pledge> = contributors.people.iter().map(pledge).collect();
    let policy = Policy {
        sources: sources(contributors, &pledges),
        until: Some(seconds(contributors.reveal_by)),
        committed: Some(seconds(contributors.pledge_by)),
        ..Policy::default()
    };
    policy.kind().map(|_| ()).map_err(|fault| refused(bundle::LifeError::Policy(fault)))
}

/// What everybody may see: who takes part, what they committed to and revealed, and which lotteries follow. A draw has its
/// own pledges, those that its lists were frozen with.
#[must_use]
pub fn contributors(of: &Contributors, pledges: &[Pledge], draw: Option<&Draw>) -> Value {
    let pledges = draw.map_or(pledges, |draw| draw.commitment.pledges.as_slice());
    let shares = draw.map(|draw| draw.shares.as_slice()).unwrap_or_default();
    let people = of.people.iter().map(|one| {
        let pledge = pledges.iter().find(|pledge| pledge.who == one.who);
        let share = shares.iter().find(|share| share.who == one.who);
        json!({
            "who": one.who, "name": one.name, "standing": one.standing,
            "hash": pledge.map(|pledge| pledge.hash), "pledgedAt": pledge.map(|pledge| pledge.at),
            "secret": share.map(|share| &share.secret), "revealedAt": share.map(|share| share.at),
        })
    });
    let numbers = draw.and_then(|draw| draw.entropy.as_ref()).map(|entropy| entropy.numbers.as_slice());
    let lotteries = of.lotteries.iter().enumerate().map(|(at, one)| {
        let numbers = numbers.and_then(|numbers| numbers.get(at));
        json!({"game": one.game, "issue": one.issue, "at": one.at, "numbers": numbers})
    });
    json!({
        "people": people.collect::<Vec<_>>(), "lotteries": lotteries.collect::<Vec<_>>(),
        "pledgeBy": of.pledge_by, "revealBy": of.reveal_by, "committedAt": draw.map(|draw| draw.committed_at),
    })
}

/// The algorithm's name for a lottery.
const fn game(game: Game) -> policy::Game {
    match game {
        Game::Ssq => policy::Game::Ssq,
        Game::Dlt => policy::Game::Dlt,
        Game::Pl5 => policy::Game::Pl5,
    }
}

/// Seconds since 1970, as policies have them.
#[must_use]
pub fn seconds(moment: Moment) -> u64 {
    u64::try_from(moment.unix_ms().div_euclid(1_000)).unwrap_or(0)
}
