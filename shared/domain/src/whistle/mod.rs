//! Whistle-and-report (吹哨报到, handbook §2): the town whistles, units come, and what they agree on is written down.
//!
//! What must stay true: each called unit answers for itself; a refusal says why; minutes name unit, action and deadline,
//! and the whistle is done when all of them are; a body of the county is asked, not ordered, and can refuse without that
//! counting against it.
//!
//! ```text
//!   Blown -> Accepted -> OnSite -> Minuted -> Done
//!     +---------> Refused, once every unit has refused
//! ```

mod decide;
mod projection;

use canon::DocId;
use serde::{Deserialize, Serialize};

pub use decide::{WhistleCommand, WhistleRejection, WhistleStep};
pub use projection::{WHISTLES_QUEUE, project, whistle_queue};

use crate::aggregate::{Actor, Aggregate, Context, Stamp};
use crate::catalogue::{Catalogue, UnitCode, VillageCode};
use crate::limit::{Limit, LimitUnit};
use crate::order::{Text, Timer, Work};
use crate::time::Moment;

/// Why it is blown, and with that how soon units must come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WhistleKind {
    /// 应急哨: on site within 30 minutes.
    Emergency,
    /// 执法哨: on site within 4 working hours.
    Enforcement,
    /// 攻坚哨: a meeting within a working day.
    Stubborn,
}

impl WhistleKind {
    /// How soon units must be on site (handbook §2).
    #[must_use]
    pub const fn limit(self) -> Limit {
        match self {
            Self::Emergency => Limit::new(30, LimitUnit::NaturalMinutes),
            Self::Enforcement => Limit::new(4, LimitUnit::WorkingHours),
            Self::Stubborn => Limit::new(1, LimitUnit::WorkingDays),
        }
    }
}

impl Catalogue {
    /// Until when units must be on site.
    #[must_use]
    pub fn whistle_timer(&self, kind: WhistleKind, now: Moment) -> Timer {
        self.timer(now, kind.limit())
    }
}

/// Where a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CalleeStatus {
    /// Was called.
    Called,
    /// Comes.
    Accepted,
    /// Does not come, and said why.
    Refused,
    /// Is there.
    OnSite,
}

/// A unit that was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Callee {
    /// Which one.
    pub unit: UnitCode,
    /// A body of the county in the town (派驻): this is a request, not an order.
    pub requested: bool,
    /// Where it stands.
    pub status: CalleeStatus,
    /// Since when.
    pub at: Moment,
}

/// What a unit has to do by the minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Who.
    pub unit: UnitCode,
    /// What.
    pub action: Text,
    /// Until when.
    pub due: Timer,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Moment>,
}

/// Where a whistle stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WhistleStatus {
    /// Nobody answered yet.
    Blown,
    /// Somebody comes.
    Accepted,
    /// Somebody is there.
    OnSite,
    /// It is written down who does what.
    Minuted,
    /// All of it was done.
    Done,
    /// Nobody comes.
    Refused,
}

/// What a whistle begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Blown {
    /// Why.
    pub kind: WhistleKind,
    /// The order that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<DocId>,
    /// What is the matter and where exactly.
    pub text: Text,
    /// The village where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub village: Option<VillageCode>,
    /// The units that are called, and whether each is asked only.
    pub callees: Vec<(UnitCode, bool)>,
    /// Until when they must be there.
    pub need_by: Timer,
    /// Who blew it.
    pub by: Actor,
}

/// A whistle after all of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Whistle {
    /// As it was blown.
    pub blown: Blown,
    /// When.
    pub blown_at: Moment,
    /// Where it stands.
    pub status: WhistleStatus,
    /// The units.
    pub callees: Vec<Callee>,
    /// The minutes.
    pub tasks: Vec<Task>,
}

/// What happened to a whistle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WhistleEvent {
    /// 吹哨
    Blown(Box<Blown>),
    /// The unit comes.
    Accepted(Box<Work>),
    /// The unit does not come.
    Refused(Box<Work>),
    /// 报到: the unit is there.
    Arrived(Box<Work>),
    /// The minutes, once.
    Minuted {
        /// Who wrote them down.
        work: Box<Work>,
        /// Who does what.
        tasks: Vec<Task>,
    },
    /// The unit did what it had to.
    TaskDone {
        /// Who says so.
        work: Box<Work>,
        /// Which task, from 0.
        task: usize,
    },
}

impl Aggregate for Whistle {
    const KIND: &'static str = "whistle";
    type Command = WhistleCommand;
    type Event = WhistleEvent;
    type Rejection = WhistleRejection;

    fn decide(
        state: Option<&Self>,
        command: &WhistleCommand,
        context: &Context,
    ) -> Result<WhistleEvent, WhistleRejection> {
        decide::decide(state, command, context)
    }

    fn evolve(state: Option<Self>, event: &WhistleEvent, stamp: Stamp) -> Option<Self> {
        match (state, event) {
            (_, WhistleEvent::Blown(blown)) => Some(Self::blown((**blown).clone(), stamp.at)),
            (Some(whistle), event) => Some(whistle.after(event, stamp.at)),
            (None, _) => None,
        }
    }
}

impl Whistle {
    fn blown(blown: Blown, at: Moment) -> Self {
        let called = |(unit, requested): &(UnitCode, bool)| Callee {
            unit: unit.clone(),
            requested: *requested,
            status: CalleeStatus::Called,
            at,
        };
        let callees = blown.callees.iter().map(called).collect();
        Self { blown, blown_at: at, status: WhistleStatus::Blown, callees, tasks: Vec::new() }
    }

    fn after(mut self, event: &WhistleEvent, at: Moment) -> Self {
        match event {
            WhistleEvent::Blown(_) => {}
            WhistleEvent::Accepted(work) => self.moved(work, CalleeStatus::Accepted, at),
            WhistleEvent::Refused(work) => self.moved(work, CalleeStatus::Refused, at),
            WhistleEvent::Arrived(work) => self.moved(work, CalleeStatus::OnSite, at),
            WhistleEvent::Minuted { tasks, .. } => self.tasks.clone_from(tasks),
            WhistleEvent::TaskDone { task, .. } => {
                if let Some(task) = self.tasks.get_mut(*task) {
                    task.done_at = Some(at);
                }
            }
        }
        self.status = self.stands();
        self
    }

    fn moved(&mut self, work: &Work, status: CalleeStatus, at: Moment) {
        for callee in self.callees.iter_mut().filter(|callee| work.unit.as_ref() == Some(&callee.unit)) {
            (callee.status, callee.at) = (status, at);
        }
    }

    /// Where it stands by what its units and tasks say.
    fn stands(&self) -> WhistleStatus {
        let any = |status| self.callees.iter().any(|callee| callee.status == status);
        if !self.tasks.is_empty() {
            let done = self.tasks.iter().all(|task| task.done_at.is_some());
            return if done { WhistleStatus::Done } else { WhistleStatus::Minuted };
        }
        if any(CalleeStatus::OnSite) {
            WhistleStatus::OnSite
        } else if any(CalleeStatus::Accepted) {
            WhistleStatus::Accepted
        } else if any(CalleeStatus::Called) {
            WhistleStatus::Blown
        } else {
            WhistleStatus::Refused
        }
    }

    /// The units that should be there at `now` and are not, or refused an order: what a yellow card is proposed for.
    /// Those that were only asked are never among them.
    #[must_use]
    pub fn failing(&self, now: Moment) -> Vec<&UnitCode> {
        let late = self.blown.need_by.due.is_past(now);
        let fails = |callee: &&Callee| match callee.status {
            CalleeStatus::Refused => true,
            CalleeStatus::Called | CalleeStatus::Accepted => late,
            CalleeStatus::OnSite => false,
        };
        self.callees.iter().filter(|callee| !callee.requested).filter(fails).map(|callee| &callee.unit).collect()
    }
}
