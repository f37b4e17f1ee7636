//! The year's plan (年度抽查计划): every draw is named and approved before anything is drawn.
//!
//! What must stay true: ratios and caps come from the list of items and are nobody's choice; whoever proposes a draw
//! does not approve it; a draw's place in the plan never changes hands.

use canon::{DocId, OpId};
use serde::{Deserialize, Serialize};

use super::{Contributors, Person, Refusal};
use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::{DrawId, InspectorCode, ItemCode, SubjectCode, SubjectKind, UnitCode};
use crate::time::{Date, Moment};

/// Draws of a year: 120 × (600 bytes of state and 1 200 of events) are 220 KB of a document's 256, and three events each
/// are 360 of its 500. A town plans some forty.
pub const PLANS_MAX: usize = 120;
/// Places that a draw with contributors takes: seven of them with 200 bytes and six lotteries with 65 are 1 850 bytes, in
/// the state and in the event that proposed it: 3 700 more than a draw's own 1 800, which is two draws.
const CONTRIBUTED_PLACES: usize = 3;

/// Where the randomness comes from. The plan names one; there is no "or".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Policy {
    /// P1: a round of drand that does not exist yet.
    Drand,
    /// P2: the same, and a secret of the agency that was committed to before, so that the drawn are not tipped off.
    Sealed,
    /// P3, without internet: secrets of independent people, then lottery numbers; [`PlannedDraw::contributors`] has who.
    Contributors,
}

/// Somebody does not inspect somebody (回避), beyond what the library says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recusal {
    /// Who.
    pub inspector: InspectorCode,
    /// Whom.
    pub subject: SubjectCode,
    /// `true` if somebody applied for it, `false` if the inspector declared it.
    pub applied: bool,
    /// Why.
    pub reason: String,
    /// Who wrote it down.
    pub by: Person,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approved {
    /// By whom.
    pub by: Person,
    /// When.
    pub at: Moment,
    /// Why, or on what basis.
    pub reason: String,
}

/// One draw of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedDraw {
    /// Its id, for ever.
    pub id: DrawId,
    /// What people call it.
    pub name: String,
    /// For what: published items about one kind of subjects; more than one is 综合查一次.
    pub items: Vec<ItemCode>,
    /// About whom.
    pub kind: SubjectKind,
    /// Who leads.
    pub unit: UnitCode,
    /// Where the randomness comes from.
    pub policy: Policy,
    /// Who contributes to it; with [`Policy::Contributors`] and no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributors: Option<Box<Contributors>>,
    /// The first day of the checks.
    pub from: Date,
    /// The last one.
    pub until: Date,
    /// Who takes part; everybody who can, where nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roster: Vec<InspectorCode>,
    /// Checks that one inspector takes at most.
    pub cap: u32,
    /// A rehearsal with a round that is out already: it shows the arithmetic and proves nothing. Only a town that ships
    /// such rounds, as the demo does, has them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rehearsal: bool,
    /// Whether too few inspectors do not stop it: then people assign them (handbook §3.4, point 6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub direct_assign: bool,
    /// Recusals beyond the library's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recusals: Vec<Recusal>,
    /// Who proposed it.
    pub planned_by: Person,
    /// Why.
    pub reason: String,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approved>,
}

/// The plan of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Which year.
    pub year: i32,
    /// Its draws, in the order in which they were proposed.
    pub draws: Vec<PlannedDraw>,
}

/// What happened to a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PlanEvent {
    /// The year began.
    Opened {
        /// Which.
        year: i32,
    },
    /// A draw was proposed.
    Proposed(Box<PlannedDraw>),
    /// It was approved.
    Approved {
        /// Which.
        draw: DrawId,
        /// By whom and why.
        approved: Approved,
    },
    /// Somebody does not inspect somebody.
    Recused {
        /// In which draw.
        draw: DrawId,
        /// Who, whom and why.
        recusal: Recusal,
    },
}

/// What may be asked of a plan. Permissions by role are the caller's to check; persons are compared here.
#[derive(Debug, Clone)]
pub enum PlanCommand {
    /// Begin the year.
    Open(i32),
    /// Propose a draw; its id is the plan's to give.
    Propose(Box<PlannedDraw>),
    /// Approve one.
    Approve {
        /// Which.
        draw: DrawId,
        /// Who.
        by: Person,
        /// Why.
        reason: String,
    },
    /// Write a recusal down.
    Recuse {
        /// In which draw.
        draw: DrawId,
        /// Who, whom and why.
        recusal: Recusal,
    },
}

impl Plan {
    /// The operation that begins the plan of `year`; the document is named by it.
    #[must_use]
    pub fn opening(year: i32) -> OpId {
        OpId::new(Self::KIND, &year.to_string())
    }

    /// The document of that plan.
    #[must_use]
    pub fn id(year: i32) -> DocId {
        DocId::of(&Self::opening(year))
    }

    /// The draw of that id.
    #[must_use]
    pub fn draw(&self, id: &DrawId) -> Option<&PlannedDraw> {
        self.draws.iter().find(|draw| draw.id == *id)
    }

    /// The id of the next draw of `unit`.
    ///
    /// # Errors
    /// [`Refusal::PlanFull`].
    pub fn next_id(&self, unit: &UnitCode) -> Result<DrawId, Refusal> {
        let number = self.draws.len().saturating_add(1);
        format!("{}-{unit}-{number:03}", self.year).parse().map_err(|_| Refusal::PlanFull)
    }

    fn has_room(&self, draw: &PlannedDraw) -> bool {
        let places = |draw: &PlannedDraw| if draw.contributors.is_some() { CONTRIBUTED_PLACES } else { 1 };
        self.draws.iter().map(places).fold(places(draw), usize::saturating_add) <= PLANS_MAX
    }

    fn propose(&self, draw: &PlannedDraw, now: Moment) -> Result<PlanEvent, Refusal> {
        if !self.has_room(draw) {
            return Err(Refusal::PlanFull);
        }
        if draw.name.is_empty() || draw.reason.is_empty() {
            return Err(Refusal::TextMissing);
        }
        if draw.items.is_empty() {
            return Err(Refusal::ItemMissing);
        }
        if draw.until < draw.from || draw.until.year() != self.year || draw.from.year() != self.year {
            return Err(Refusal::WindowInvalid);
        }
        let contributed = draw.policy == Policy::Contributors;
        if contributed && draw.rehearsal {
            return Err(Refusal::NoRehearsal);
        }
        let in_order = |contributors: &Contributors| contributed && contributors.is_in_order(now);
        if !draw.contributors.as_deref().map_or(!contributed, in_order) {
            return Err(Refusal::DeadlinesInvalid);
        }
        let id = self.next_id(&draw.unit)?;
        let clean = PlannedDraw { id, recusals: Vec::new(), approved: None, ..draw.clone() };
        Ok(PlanEvent::Proposed(Box::new(clean)))
    }

    fn approve(&self, id: &DrawId, by: &Person, reason: &str, context: &Context) -> Result<PlanEvent, Refusal> {
        let draw = self.draw(id).ok_or(Refusal::StateConflict)?;
        if draw.approved.is_some() {
            return Err(Refusal::StateConflict);
        }
        if draw.planned_by.actor == by.actor {
            return Err(Refusal::SamePerson);
        }
        if reason.is_empty() {
            return Err(Refusal::TextMissing);
        }
        let approved = Approved { by: by.clone(), at: context.now, reason: reason.to_owned() };
        Ok(PlanEvent::Approved { draw: id.clone(), approved })
    }
}

impl Aggregate for Plan {
    const KIND: &'static str = "inspectionplan";
    type Command = PlanCommand;
    type Event = PlanEvent;
    type Rejection = Refusal;

    fn decide(state: Option<&Self>, command: &PlanCommand, context: &Context) -> Result<PlanEvent, Refusal> {
        match (state, command) {
            (None, PlanCommand::Open(year)) => Ok(PlanEvent::Opened { year: *year }),
            (Some(plan), PlanCommand::Propose(draw)) => plan.propose(draw, context.now),
            (Some(plan), PlanCommand::Approve { draw, by, reason }) => plan.approve(draw, by, reason, context),
            (Some(plan), PlanCommand::Recuse { draw, recusal }) => {
                if recusal.reason.is_empty() {
                    return Err(Refusal::TextMissing);
                }
                plan.draw(draw).ok_or(Refusal::StateConflict)?;
                Ok(PlanEvent::Recused { draw: draw.clone(), recusal: recusal.clone() })
            }
            _ => Err(Refusal::StateConflict),
        }
    }

    fn evolve(state: Option<Self>, event: &PlanEvent, _: Stamp) -> Option<Self> {
        if let PlanEvent::Opened { year } = event {
            return Some(Self { year: *year, draws: Vec::new() });
        }
        let mut plan = state?;
        let find = |plan: &mut Self, id: &DrawId| plan.draws.iter().position(|draw| draw.id == *id);
        match event {
            PlanEvent::Opened { .. } => {}
            PlanEvent::Proposed(draw) => plan.draws.push(draw.as_ref().clone()),
            PlanEvent::Approved { draw, approved } => {
                if let Some(draw) = find(&mut plan, draw).and_then(|at| plan.draws.get_mut(at)) {
                    draw.approved = Some(approved.clone());
                }
            }
            PlanEvent::Recused { draw, recusal } => {
                if let Some(draw) = find(&mut plan, draw).and_then(|at| plan.draws.get_mut(at)) {
                    draw.recusals.push(recusal.clone());
                }
            }
        }
        Some(plan)
    }
}
