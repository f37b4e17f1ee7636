//! P3, without internet: independent people each commit to a secret, the lists are frozen with their hashes, they
//! reveal, and lottery numbers that are drawn after the last reveal are appended.
//!
//! What must stay true: who takes part, until when and with which lotteries is part of the plan that somebody else
//! approves; a hash that was brought never changes; no hash comes in once a draw's lists are frozen with the others.

use canon::{DocId, Hash, OpId};
use serde::{Deserialize, Serialize};

use super::{PlannedDraw, Refusal};
use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::DrawId;
use crate::time::Moment;

/// People of one draw: a notary, a deputy, a chamber, an auditor, and as many again less one.
pub const CONTRIBUTORS_MAX: usize = 7;
/// Results of one draw: three give the 64 bits, six let each lottery have a second one.
pub const LOTTERIES_MAX: usize = 6;
/// A request that began before the deadline has ended 25 s later (storage.md §2), so after 30 s no hash is under way.
const UNDER_WAY_MS: i64 = 30_000;

/// Somebody who brings a secret. Shown in public: they stand for an institution there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contributor {
    /// The id that the policy names: `c1`, `c2` and so on.
    pub who: String,
    /// Their name.
    pub name: String,
    /// For whom they stand.
    pub standing: String,
}

/// A public lottery, as the algorithm names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Game {
    /// 双色球.
    Ssq,
    /// 大乐透.
    Dlt,
    /// 排列5.
    Pl5,
}

/// One result of a lottery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lottery {
    /// Which lottery.
    pub game: Game,
    /// Its issue's number.
    pub issue: u64,
    /// When it is drawn.
    pub at: Moment,
}

/// Who contributes to a draw, until when, and what comes after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contributors {
    /// The people, in the policy's order.
    pub people: Vec<Contributor>,
    /// Hashes are taken before this.
    pub pledge_by: Moment,
    /// Secrets are taken before this.
    pub reveal_by: Moment,
    /// The lotteries, in the policy's order.
    pub lotteries: Vec<Lottery>,
}

/// What somebody committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pledge {
    /// Whose.
    pub who: String,
    /// The algorithm's hash over the draw's id, theirs and the secret.
    pub hash: Hash,
    /// When it came.
    pub at: Moment,
}

impl Contributors {
    /// Whether the times follow each other: hashes, secrets, lotteries, all to come. Whole seconds, as the policy has
    /// them, so a lottery is at least one after the last secret.
    pub(super) fn is_in_order(&self, now: Moment) -> bool {
        let whole = |at: Moment| at.unix_ms().rem_euclid(1_000) == 0;
        let later = |lottery: &Lottery| whole(lottery.at) && self.reveal_by < lottery.at;
        let deadlines = whole(self.pledge_by) && whole(self.reveal_by);
        deadlines && now < self.pledge_by && self.pledge_by < self.reveal_by && self.lotteries.iter().all(later)
    }

    /// When the last lottery is drawn: from then on all randomness is there.
    #[must_use]
    pub fn complete_at(&self) -> Moment {
        self.lotteries.iter().map(|lottery| lottery.at).max().unwrap_or(self.reveal_by)
    }

    /// The pledges to freeze the lists with, in the policy's order: all of them, or after the deadline those that came.
    ///
    /// # Errors
    /// [`Refusal::PledgesPending`] with who is missing; [`Refusal::RevealWindowShort`] where less than half of the time
    /// to reveal would be left, because whoever freezes late would leave all contributors out.
    pub fn closed(&self, pledges: &[Pledge], now: Moment) -> Result<Vec<Pledge>, Refusal> {
        let of = |one: &Contributor| pledges.iter().find(|pledge| pledge.who == one.who).cloned();
        let missing: Vec<&str> =
            self.people.iter().filter(|one| of(one).is_none()).map(|one| one.who.as_str()).collect();
        if !missing.is_empty() && now < self.pledge_by.plus_ms(UNDER_WAY_MS) {
            return Err(Refusal::PledgesPending(missing.join(" ")));
        }
        let half = self.reveal_by.ms_since(self.pledge_by).div_euclid(2);
        if now.plus_ms(half) > self.reveal_by {
            return Err(Refusal::RevealWindowShort);
        }
        Ok(self.people.iter().filter_map(of).collect())
    }
}

/// The hashes that came for one draw, before its lists are frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pledges {
    /// Which draw.
    pub draw: DrawId,
    /// In the order in which they came.
    pub pledges: Vec<Pledge>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PledgesEvent {
    /// The first of them is about to come.
    Opened {
        /// For which draw.
        draw: DrawId,
    },
    /// Somebody committed to a secret.
    Pledged {
        /// Who.
        who: String,
        /// To what.
        hash: Hash,
    },
}

/// What may be asked; that it is this contributor is the caller's to check.
#[derive(Debug, Clone)]
pub enum PledgesCommand {
    /// Begin.
    Open(DrawId),
    /// Commit to a secret.
    Pledge {
        /// The draw as it is planned.
        planned: Box<PlannedDraw>,
        /// Who.
        who: String,
        /// To what.
        hash: Hash,
    },
}

impl Pledges {
    /// The operation that begins the pledges of that draw; the document is named by it.
    #[must_use]
    pub fn opening(draw: &DrawId) -> OpId {
        OpId::new(Self::KIND, draw.as_str())
    }

    /// The document.
    #[must_use]
    pub fn id(draw: &DrawId) -> DocId {
        DocId::of(&Self::opening(draw))
    }

    fn pledge(&self, planned: &PlannedDraw, who: &str, hash: Hash, now: Moment) -> Result<PledgesEvent, Refusal> {
        let contributors = planned.contributors.as_ref().ok_or(Refusal::StateConflict)?;
        if planned.approved.is_none() {
            return Err(Refusal::NotApproved);
        }
        if !contributors.people.iter().any(|one| one.who == who) {
            return Err(Refusal::NotPermitted);
        }
        if self.pledges.iter().any(|pledge| pledge.who == who) {
            return Err(Refusal::AlreadyPledged);
        }
        if now >= contributors.pledge_by {
            return Err(Refusal::PledgesOver);
        }
        Ok(PledgesEvent::Pledged { who: who.to_owned(), hash })
    }
}

impl Aggregate for Pledges {
    const KIND: &'static str = "pledges";
    type Command = PledgesCommand;
    type Event = PledgesEvent;
    type Rejection = Refusal;

    fn decide(state: Option<&Self>, command: &PledgesCommand, context: &Context) -> Result<PledgesEvent, Refusal> {
        match (state, command) {
            (None, PledgesCommand::Open(draw)) => Ok(PledgesEvent::Opened { draw: draw.clone() }),
            (Some(pledges), PledgesCommand::Pledge { planned, who, hash }) => {
                pledges.pledge(planned, who, *hash, context.now)
            }
            _ => Err(Refusal::StateConflict),
        }
    }

    fn evolve(state: Option<Self>, event: &PledgesEvent, stamp: Stamp) -> Option<Self> {
        match event {
            PledgesEvent::Opened { draw } => Some(Self { draw: draw.clone(), pledges: Vec::new() }),
            PledgesEvent::Pledged { who, hash } => {
                let mut pledges = state?;
                pledges.pledges.push(Pledge { who: who.clone(), hash: *hash, at: stamp.at });
                Some(pledges)
            }
        }
    }
}
