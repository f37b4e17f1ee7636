//! Where a draw's randomness comes in: a round of drand, or the contributors' secrets and then the lotteries' numbers.
//!
//! What must stay true: a round and a secret prove themselves, so anybody may bring them; lottery numbers do not, so two
//! people read them alike; no secret is taken once a lottery could have been drawn.

use serde::{Deserialize, Serialize};

use super::{Draw, DrawEvent};
use crate::inspection::{Person, Refusal};
use crate::time::Moment;

/// The randomness, when it was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entropy {
    /// The round's signature, hexadecimal; verified before it came here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The lotteries' numbers, in the policy's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<String>,
    /// When it was taken.
    pub at: Moment,
}

/// A contributor's secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// Whose.
    pub who: String,
    /// Hexadecimal; it is what they committed to.
    pub secret: String,
    /// When it came.
    pub at: Moment,
}

/// The lotteries' numbers as somebody read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    /// In the policy's order.
    pub numbers: Vec<String>,
    /// Who.
    pub by: Person,
}

impl Draw {
    pub(super) fn take_round(&self, round: u64, signature: &str, now: Moment) -> Result<DrawEvent, Refusal> {
        let named = self.commitment.round.ok_or(Refusal::StateConflict)?;
        if round != named || now < self.commitment.round_at {
            return Err(Refusal::TooEarly);
        }
        Ok(DrawEvent::EntropyTaken(Entropy { signature: Some(signature.to_owned()), numbers: Vec::new(), at: now }))
    }

    pub(super) fn take_share(&self, who: &str, secret: &str, now: Moment) -> Result<DrawEvent, Refusal> {
        let contributors = self.commitment.plan.contributors.as_ref().ok_or(Refusal::StateConflict)?;
        if !self.commitment.pledges.iter().any(|pledge| pledge.who == who) {
            return Err(Refusal::NotPermitted);
        }
        if self.shares.iter().any(|share| share.who == who) {
            return Err(Refusal::AlreadyRevealed);
        }
        if now >= contributors.reveal_by {
            return Err(Refusal::RevealsOver);
        }
        Ok(DrawEvent::ShareTaken { who: who.to_owned(), secret: secret.to_owned() })
    }

    /// The second person who reads the same settles it. Who reads something else puts it in the place of what was read.
    pub(super) fn read_lottery(&self, numbers: &[String], by: Person, now: Moment) -> Result<DrawEvent, Refusal> {
        let contributors = self.commitment.plan.contributors.as_ref().ok_or(Refusal::StateConflict)?;
        if numbers.len() != contributors.lotteries.len() {
            return Err(Refusal::StateConflict);
        }
        if now < self.commitment.round_at {
            return Err(Refusal::TooEarly);
        }
        match self.reading.as_ref().filter(|reading| reading.numbers == numbers) {
            Some(reading) if reading.by.actor == by.actor => Err(Refusal::SamePerson),
            Some(_) => Ok(DrawEvent::EntropyTaken(Entropy { signature: None, numbers: numbers.to_vec(), at: now })),
            None => Ok(DrawEvent::LotteryRead(Reading { numbers: numbers.to_vec(), by })),
        }
    }
}
