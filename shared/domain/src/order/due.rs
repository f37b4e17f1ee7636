//! What is due on an order: reminders, proposals, the end of a suspension, the archive.
//!
//! Pure: whoever asks gives the time. Each item has a key that is made of what causes it and of nothing else, so it is
//! done once however often it is asked for: the key is the operation's name, and the state remembers reminders and
//! cards. Nothing here needs a calendar; every moment was computed when its cause happened. Cards are only proposed.

use serde::Serialize;

use super::clocks::Rules;
use super::code::Level;
use super::work::{Card, Clocks, Handling};
use super::{Status, WorkOrder};
use crate::time::Moment;

/// How much time is left (handbook §2): a light, not a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Light {
    /// Enough.
    Green,
    /// A quarter of the time or a working day, whichever is more.
    Yellow,
    /// None.
    Red,
}

/// What the system does about something that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueStep {
    /// Remind whoever holds the order.
    Remind,
    /// Propose a notice or card.
    Propose(Level),
    /// Let the clock run again.
    Resume,
    /// Archive it.
    Archive,
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What to do.
    pub step: DueStep,
    /// Names it within the order.
    pub key: String,
}

/// The share of the promised time after which an order should be with a unit: a quarter.
const DISPATCH_SHARE: i64 = 4;
/// Improper returns of one order that bring a yellow card.
const IMPROPER_RETURNS: usize = 2;
/// Redos that bring a yellow card.
const REDOS: u32 = 2;

impl WorkOrder {
    /// All that is due at `now` and was not done yet.
    #[must_use]
    pub fn due(&self, now: Moment, rules: Rules) -> Vec<Due> {
        if matches!(self.status, Status::Closed | Status::Withdrawn) {
            let over = !self.is_reopenable(now, rules);
            let archive = || Due { step: DueStep::Archive, key: "archive".to_owned() };
            return over.then(archive).into_iter().collect();
        }
        self.undone().into_iter().filter(|(_, at)| *at <= now).map(|(item, _)| item).collect()
    }

    /// The light at `now`; none where nobody's clock runs.
    #[must_use]
    pub fn light(&self, now: Moment) -> Option<Light> {
        let clocks = self.running()?;
        Some(if clocks.inner.due.is_past(now) {
            Light::Red
        } else if now >= clocks.warn_at {
            Light::Yellow
        } else {
            Light::Green
        })
    }

    /// The next moment at which [`WorkOrder::due`] has something, as long as nothing else happens, and never before the
    /// last event: whoever has looked at a day need not look at it again. For closed orders the moment of closing, because
    /// how long they can be reopened is the town's to say.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Moment> {
        match self.status {
            Status::Closed | Status::Withdrawn => self.closed_at,
            _ => self.undone().into_iter().map(|(_, at)| at.max(self.touched_at())).min(),
        }
    }

    fn touched_at(&self) -> Moment {
        self.handled().and_then(|handling| handling.touched_at).unwrap_or(self.received_at)
    }

    /// Everything that is or becomes due on an open order, with its moment, less what was done.
    fn undone(&self) -> Vec<(Due, Moment)> {
        if !self.status.is_open() {
            return Vec::new();
        }
        let none = Handling::default();
        let handling = self.handled().unwrap_or(&none);
        let mut items = self.timed(handling);
        let mut at_once = Vec::new();
        self.wishes(handling, &mut at_once);
        self.proposals(handling, &mut at_once);
        items.extend(at_once.into_iter().map(|item| (item, self.touched_at())));
        items.retain(|(item, _)| !handling.knows(item));
        items
    }

    /// The clocks, where the lead unit's time runs.
    fn running(&self) -> Option<&Clocks> {
        let runs = matches!(self.status, Status::PendingSign | Status::InProgress | Status::ReturnPending);
        self.handled().filter(|_| runs).and_then(|handling| handling.clocks.as_ref())
    }

    /// Everything that becomes due at a known moment.
    fn timed(&self, handling: &Handling) -> Vec<(Due, Moment)> {
        let mut timed = Vec::new();
        let mut push = |step, key: String, at| timed.push((Due { step, key }, at));
        let round = handling.round();
        if let Some(clocks) = self.running() {
            if self.status == Status::PendingSign {
                push(DueStep::Remind, format!("sign/{round}"), clocks.sign.due.at);
            }
            if handling.contacted_at.is_none() {
                push(DueStep::Remind, format!("contact/{round}"), clocks.contact.due.at);
            }
            push(DueStep::Remind, format!("yellow/{round}"), clocks.warn_at);
            push(DueStep::Propose(Level::Notice), format!("notice/overdue/{round}"), clocks.inner.due.at);
            if let Some(at) = handling.escalation(Level::Notice, &round) {
                push(DueStep::Propose(Level::Yellow), format!("yellow/overdue/{round}"), at);
            }
            if let Some(at) = handling.escalation(Level::Yellow, &round) {
                push(DueStep::Propose(Level::Red), format!("red/overdue/{round}"), at);
            }
        }
        // Longer than it should be with the centre: dispatched after a quarter of the promised time, checked while the
        // buffer lasts.
        if self.status == Status::Registered {
            let promised_ms = self.registered.promised.at.ms_since(self.received_at);
            let at = self.received_at.plus_ms(promised_ms.div_euclid(DISPATCH_SHARE));
            push(DueStep::Remind, format!("dispatch/{round}"), at);
        }
        let inner = handling.clocks.as_ref().map(|clocks| clocks.inner.due.at);
        if let (Status::PendingReview, Some(at)) = (self.status, inner) {
            push(DueStep::Remind, format!("review/{round}.{}", handling.reworks), at);
        }
        let ruling = handling.request.as_ref().and_then(|request| request.timer.as_ref()).map(|timer| timer.due.at);
        if let (Status::ReturnPending, Some(at)) = (self.status, ruling) {
            push(DueStep::Remind, format!("ruling/{}", handling.returns.len()), at);
        }
        if let (Status::PendingVisit, Some(at)) = (self.status, handling.visit_by) {
            push(DueStep::Remind, format!("visit/{}", handling.redos), at);
        }
        if let (Status::Suspended, Some(stop)) = (self.status, handling.suspensions.last()) {
            push(DueStep::Resume, format!("resume/{}", handling.suspensions.len()), stop.to);
        }
        timed
    }

    /// What the caller added or wished since the lead unit got the order.
    fn wishes(&self, handling: &Handling, due: &mut Vec<Due>) {
        if self.running().is_none() {
            return;
        }
        if self.supplements > handling.supplements_seen {
            due.push(Due { step: DueStep::Remind, key: format!("supplement/{}", self.supplements) });
        }
        let since = |urged_at: &Moment| handling.dispatched_at.is_some_and(|at| at <= *urged_at);
        if let Some(urged_at) = self.urged_at.filter(since) {
            due.push(Due { step: DueStep::Remind, key: format!("urge/{}", urged_at.unix_ms()) });
        }
    }

    /// What brings a notice or card by itself, without a clock.
    fn proposals(&self, handling: &Handling, due: &mut Vec<Due>) {
        if handling.lead.is_none() {
            return;
        }
        let mut propose = |level, key: String| due.push(Due { step: DueStep::Propose(level), key });
        if handling.redos == 1 {
            propose(Level::Notice, "notice/redo".to_owned());
        }
        if handling.redos >= REDOS {
            propose(Level::Yellow, "yellow/redo".to_owned());
        }
        if handling.returns.iter().filter(|earlier| earlier.granted == Some(false)).count() >= IMPROPER_RETURNS {
            propose(Level::Yellow, "yellow/returns".to_owned());
        }
        if handling.false_closings > 0 {
            propose(Level::Red, format!("red/false/{}", handling.false_closings));
        }
    }
}

impl Handling {
    /// Names one stretch of handling: a transfer or a redo begins another, and so does whatever moves the deadline.
    fn round(&self) -> String {
        let moves = usize::try_from(self.moves).unwrap_or(usize::MAX);
        let moved = self.suspensions.len().saturating_add(usize::from(self.extension.is_some())).saturating_add(moves);
        format!("{}.{}.{moved}", self.dispatches, self.redos)
    }

    /// From when the level above `level` is due in this round: its card was issued, holds, and time has passed.
    fn escalation(&self, level: Level, round: &str) -> Option<Moment> {
        let key = format!("{}/overdue/{round}", level.as_str());
        let holding = self.cards.iter().filter(|card| card.holds() && card.key == key);
        holding.filter_map(|card: &Card| card.escalate_at).min()
    }

    fn knows(&self, item: &Due) -> bool {
        match item.step {
            DueStep::Remind => self.reminders.contains(&item.key),
            DueStep::Propose(_) => self.cards.iter().any(|card| card.key == item.key),
            DueStep::Resume | DueStep::Archive => false,
        }
    }
}
