//! Where a draw's randomness will come from, fixed together with its lists.

use domain::inspection::{Library, Plan, PlannedDraw, Pledge, Policy, Refusal};
use domain::time::Moment;
use draw::policy::{self, Source, reveal_hash, round_for, round_time};
use inspections::seconds;
use service::Problem;
use store::{Access, Platform};

/// The sources, and what is kept of them beside the policy's text.
pub(crate) struct Sources {
    /// As the algorithm knows them.
    pub policy: policy::Policy,
    /// The round of drand, where there is one.
    pub round: Option<u64>,
    /// When all randomness is there.
    pub complete_at: Moment,
    /// The agency's secret, where there is one.
    pub secret: Option<[u8; 32]>,
    /// What contributors committed to.
    pub pledges: Vec<Pledge>,
}

impl Sources {
    /// Follows from the plan and the time: there is nothing to choose.
    pub(crate) async fn choose<P: Platform>(
        access: &Access<P>,
        library: &Library,
        plan: &Plan,
        planned: &PlannedDraw,
        now: Moment,
    ) -> Result<Self, Problem> {
        let mut chosen = match &planned.contributors {
            Some(contributors) => {
                let pledges = contributors.closed(&inspections::pledges(access, &planned.id).await?, now)?;
                let policy = policy::Policy {
                    sources: inspections::sources(contributors, &pledges),
                    until: Some(seconds(contributors.reveal_by)),
                    ..policy::Policy::default()
                };
                Self { policy, round: None, complete_at: contributors.complete_at(), secret: None, pledges }
            }
            None => {
                let secret = (planned.policy == Policy::Sealed).then(|| access.random::<32>());
                Self::of_round(round(library, plan, planned, now)?, planned, secret)
            }
        };
        chosen.policy.rehearsal = planned.rehearsal;
        chosen.policy.committed = Some(seconds(now));
        chosen.policy.items = planned.items.iter().map(ToString::to_string).collect();
        Ok(chosen)
    }

    fn of_round(round: u64, planned: &PlannedDraw, secret: Option<[u8; 32]>) -> Self {
        let (draw_id, who) = (planned.id.as_str(), planned.unit.as_str());
        let reveal =
            secret.map(|secret| Source::Reveal { who: who.to_owned(), hash: reveal_hash(draw_id, who, &secret) });
        let sources = [Source::Drand { round }].into_iter().chain(reveal).collect();
        let policy = policy::Policy { sources, ..policy::Policy::default() };
        let complete_at = i64::try_from(round_time(round)).unwrap_or(i64::MAX).saturating_mul(1_000);
        let complete_at = Moment::from_unix_ms(complete_at);
        Self { policy, round: Some(round), complete_at, secret, pledges: Vec::new() }
    }
}

/// The round follows from the time. A rehearsal takes the town's shipped rounds in turn.
fn round(library: &Library, plan: &Plan, planned: &PlannedDraw, now: Moment) -> Result<u64, Refusal> {
    if !planned.rehearsal {
        return Ok(round_for(seconds(now)));
    }
    let place = plan.draws.iter().position(|draw| draw.id == planned.id).unwrap_or(0);
    let at = place.checked_rem(library.rounds.len()).ok_or(Refusal::NoRehearsal)?;
    library.rounds.keys().nth(at).copied().ok_or(Refusal::NoRehearsal)
}
