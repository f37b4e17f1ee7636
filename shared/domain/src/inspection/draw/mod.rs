//! One draw (抽取), from its commitment on. What is drawn is computed by `shared/draw`; here is who may when.
//!
//! What must stay true: the document is named by the draw's id and begins with the commitment, so there is nothing
//! before it and never a second one; the entropy is what was named; a substitution has a reason from a closed
//! list and a second signature, and the original stays visible; so has an assignment by hand.

mod direct;
mod randomness;
mod result;
mod substitution;

use canon::{DocId, Hash, OpId};
use serde::{Deserialize, Serialize};

pub use self::direct::DirectAssign;
pub use self::randomness::{Entropy, Reading, Share};
pub use self::result::{Drawing, Task, Unpaired};
pub use self::substitution::{Reason, Substitution};
use super::{Person, PlannedDraw, Pledge, Refusal};
use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::{DrawId, SubjectCode};
use crate::order::Sealed;
use crate::time::Moment;

/// Bytes that lie under their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// Where.
    pub sha256: Hash,
    /// How many.
    pub size: u32,
}

/// What a draw begins with: everything that decides it, before the randomness exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commitment {
    /// The plan, as it was approved.
    pub plan: PlannedDraw,
    /// The lists, as they are published.
    pub inputs: Frozen,
    /// The hash over them.
    pub hash: Hash,
    /// The policy as the algorithm knows it, with its sources.
    pub policy: String,
    /// The round of drand; none with [`super::Policy::Contributors`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u64>,
    /// When the randomness is out: the round, or the last lottery.
    pub round_at: Moment,
    /// What the contributors committed to; with [`super::Policy::Contributors`] only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pledges: Vec<Pledge>,
    /// The agency's secret, sealed as the field [`Draw::SECRET_FIELD`]; with [`super::Policy::Sealed`] only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Sealed>,
    /// Subjects in the population, left out, and to be drawn.
    pub counts: [u32; 3],
    /// Who committed.
    pub by: Person,
}

/// Where a draw stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DrawStatus {
    /// Waits for its randomness.
    Committed,
    /// Has it.
    EntropyTaken,
    /// Is drawn.
    Drawn,
    /// The inspectors know.
    Assigned,
    /// The secret is published.
    Revealed,
}

/// A draw after all of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draw {
    /// What it began with.
    pub commitment: Commitment,
    /// When.
    pub committed_at: Moment,
    /// Where it stands.
    pub status: DrawStatus,
    /// The contributors' secrets, as they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// The lotteries' numbers as one person read them, until a second one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// The randomness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entropy: Option<Entropy>,
    /// The result as it was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Drawing>,
    /// When it was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn_at: Option<Moment>,
    /// The tasks as they are now.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// What was replaced.
    #[serde(default)]
    pub substitutions: Vec<Substitution>,
    /// The assignment by hand that waits for its second signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<Box<DirectAssign>>,
    /// The agency's secret, once it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revealed: Option<String>,
}

/// What happened to a draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DrawEvent {
    /// It was committed to.
    Committed(Box<Commitment>),
    /// A contributor revealed their secret.
    ShareTaken {
        /// Whose.
        who: String,
        /// Hexadecimal.
        secret: String,
    },
    /// One person read the lotteries' numbers.
    LotteryRead(Reading),
    /// The randomness is there: the round that somebody brought, or the numbers that a second person read as well.
    EntropyTaken(Entropy),
    /// It was drawn.
    Drawn(Box<Drawing>),
    /// The inspectors were told.
    Assigned {
        /// By whom.
        by: Person,
    },
    /// A replacement was asked for.
    SubstitutionAsked(Box<Substitution>),
    /// A second person signed it.
    SubstitutionSigned {
        /// Which, from 0.
        index: usize,
        /// Who.
        by: Person,
        /// The task from now on.
        task: Task,
    },
    /// Somebody said who inspects whom.
    DirectAsked(Box<DirectAssign>),
    /// A second person signed it.
    DirectSigned {
        /// Who.
        by: Person,
    },
    /// The secret was published.
    Revealed {
        /// Hexadecimal.
        secret: String,
        /// By whom.
        by: Person,
    },
}

/// What may be asked of a draw, with what the caller computed or verified.
#[derive(Debug, Clone)]
pub enum DrawStep {
    /// Commit.
    Commit(Box<Commitment>),
    /// Bring the round; the signature is verified.
    TakeEntropy {
        /// Of which round.
        round: u64,
        /// Hexadecimal.
        signature: String,
    },
    /// Bring a contributor's secret; it is the one that was committed to.
    TakeShare {
        /// Whose.
        who: String,
        /// Hexadecimal.
        secret: String,
    },
    /// Read the lotteries' numbers; they are results, in the policy's order.
    ReadLottery {
        /// As the algorithm writes them.
        numbers: Vec<String>,
    },
    /// Draw.
    Draw(Box<Drawing>),
    /// Tell the inspectors.
    Assign,
    /// Ask for a replacement.
    AskSubstitution(Box<Substitution>),
    /// Sign it; the task was computed for that attempt.
    SignSubstitution {
        /// Which, from 0.
        index: usize,
        /// The task from now on; none where nobody is left.
        task: Option<Task>,
    },
    /// Say who inspects whom; each of them may.
    AskDirect(Box<DirectAssign>),
    /// Sign it.
    SignDirect,
    /// Publish the secret.
    Reveal {
        /// Hexadecimal.
        secret: String,
        /// Whether all checks are over.
        finished: bool,
    },
}

/// A step and who takes it.
#[derive(Debug, Clone)]
pub struct DrawCommand {
    /// Who.
    pub by: Person,
    /// What.
    pub step: DrawStep,
}

impl Draw {
    /// The name under which the agency's secret is sealed.
    pub const SECRET_FIELD: &'static str = "secret";

    /// The operation that commits to the draw `id`: always the same, so there is one commitment.
    #[must_use]
    pub fn committing(id: &DrawId) -> OpId {
        OpId::new(Self::KIND, id.as_str())
    }

    /// The document of that draw.
    #[must_use]
    pub fn id(id: &DrawId) -> DocId {
        DocId::of(&Self::committing(id))
    }

    /// The task of that subject, as it is now.
    #[must_use]
    pub fn task(&self, subject: &SubjectCode) -> Option<&Task> {
        self.tasks.iter().find(|task| task.subject == *subject)
    }

    /// What a draw begins with. Whoever only commits calls this alone and carries no other step's rules.
    ///
    /// # Errors
    /// Not approved, approved by who commits, or nobody to draw.
    pub fn begin(commitment: Commitment) -> Result<DrawEvent, Refusal> {
        let approved = commitment.plan.approved.as_ref().ok_or(Refusal::NotApproved)?;
        if approved.by.actor == commitment.by.actor {
            return Err(Refusal::SamePerson);
        }
        if commitment.counts.get(2).is_none_or(|drawn| *drawn == 0) {
            return Err(Refusal::NobodyToDraw);
        }
        Ok(DrawEvent::Committed(Box::new(commitment)))
    }

    fn step(&self, command: &DrawCommand, context: &Context) -> Result<DrawEvent, Refusal> {
        use DrawStatus as S;
        let by = command.by.clone();
        match (&command.step, self.status) {
            (DrawStep::Commit(_), _) => Err(Refusal::AlreadyDrawn),
            (DrawStep::TakeEntropy { round, signature }, S::Committed) => {
                self.take_round(*round, signature, context.now)
            }
            (DrawStep::TakeShare { who, secret }, S::Committed) => self.take_share(who, secret, context.now),
            (DrawStep::TakeShare { .. }, _) => Err(Refusal::RevealsOver),
            (DrawStep::ReadLottery { numbers }, S::Committed) => self.read_lottery(numbers, by, context.now),
            (DrawStep::Draw(result), S::EntropyTaken) => {
                self.drawer(&by)?;
                Ok(DrawEvent::Drawn(Box::new(Drawing { by, ..result.as_ref().clone() })))
            }
            (DrawStep::ReadLottery { .. }, _) => Err(Refusal::AlreadyDrawn),
            (DrawStep::Draw(_) | DrawStep::TakeEntropy { .. }, S::Drawn | S::Assigned | S::Revealed) => {
                Err(Refusal::AlreadyDrawn)
            }
            (DrawStep::Assign, S::Drawn) if self.tasks.is_empty() => Err(Refusal::AssignmentMissing),
            (DrawStep::Assign, S::Drawn) => Ok(DrawEvent::Assigned { by }),
            (DrawStep::AskDirect(asked), S::Drawn | S::Assigned) => self.ask_direct(asked, by),
            (DrawStep::SignDirect, S::Drawn | S::Assigned) => self.sign_direct(by),
            (DrawStep::AskSubstitution(asked), S::Drawn | S::Assigned) => self.ask(asked, by),
            (DrawStep::SignSubstitution { index, task }, S::Drawn | S::Assigned) => {
                self.sign(*index, task.as_ref(), by)
            }
            (DrawStep::Reveal { secret, finished }, S::Drawn | S::Assigned) if self.commitment.secret.is_some() => {
                let over = context.now >= self.commitment.plan.until.end_of_day();
                if !over && (!finished || self.tasks.is_empty()) {
                    return Err(Refusal::NotFinished);
                }
                Ok(DrawEvent::Revealed { secret: secret.clone(), by })
            }
            _ => Err(Refusal::StateConflict),
        }
    }

    /// Whoever approved does not draw.
    fn drawer(&self, by: &Person) -> Result<(), Refusal> {
        let approved = self.commitment.plan.approved.as_ref();
        if approved.is_some_and(|approved| approved.by.actor == by.actor) { Err(Refusal::SamePerson) } else { Ok(()) }
    }
}

impl Aggregate for Draw {
    const KIND: &'static str = "draw";
    type Command = DrawCommand;
    type Event = DrawEvent;
    type Rejection = Refusal;

    fn decide(state: Option<&Self>, command: &DrawCommand, context: &Context) -> Result<DrawEvent, Refusal> {
        match (state, &command.step) {
            (None, DrawStep::Commit(commitment)) => {
                Self::begin(Commitment { by: command.by.clone(), ..commitment.as_ref().clone() })
            }
            (None, _) => Err(Refusal::NotCommitted),
            (Some(draw), _) => draw.step(command, context),
        }
    }

    fn evolve(state: Option<Self>, event: &DrawEvent, stamp: Stamp) -> Option<Self> {
        if let DrawEvent::Committed(commitment) = event {
            return Some(Self {
                commitment: commitment.as_ref().clone(),
                committed_at: stamp.at,
                status: DrawStatus::Committed,
                shares: Vec::new(),
                reading: None,
                entropy: None,
                result: None,
                drawn_at: None,
                tasks: Vec::new(),
                substitutions: Vec::new(),
                direct: None,
                revealed: None,
            });
        }
        let mut draw = state?;
        draw.after(event, stamp.at);
        Some(draw)
    }
}

impl Draw {
    fn after(&mut self, event: &DrawEvent, at: Moment) {
        match event {
            DrawEvent::Committed(_) => {}
            DrawEvent::ShareTaken { who, secret } => {
                self.shares.push(Share { who: who.clone(), secret: secret.clone(), at });
            }
            DrawEvent::LotteryRead(reading) => self.reading = Some(reading.clone()),
            DrawEvent::EntropyTaken(entropy) => {
                (self.entropy, self.status) = (Some(entropy.clone()), DrawStatus::EntropyTaken);
            }
            DrawEvent::Drawn(result) => {
                self.tasks.clone_from(&result.tasks);
                (self.result, self.drawn_at) = (Some(result.as_ref().clone()), Some(at));
                self.status = DrawStatus::Drawn;
            }
            DrawEvent::Assigned { .. } => self.status = DrawStatus::Assigned,
            DrawEvent::SubstitutionAsked(asked) => self.substitutions.push(asked.as_ref().clone()),
            DrawEvent::SubstitutionSigned { index, by, task } => {
                let Some(asked) = self.substitutions.get_mut(*index) else { return };
                asked.signed = Some((by.clone(), task.clone()));
                if let Some(place) = self.tasks.iter_mut().find(|place| place.subject == asked.subject) {
                    *place = task.clone();
                }
            }
            DrawEvent::DirectAsked(asked) => self.direct = Some(asked.clone()),
            DrawEvent::DirectSigned { .. } => self.assign_directly(),
            DrawEvent::Revealed { secret, .. } => {
                (self.revealed, self.status) = (Some(secret.clone()), DrawStatus::Revealed);
            }
        }
    }
}
