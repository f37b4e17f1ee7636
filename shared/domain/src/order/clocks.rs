//! The clocks of an order: what a command about time carries, computed from the town's limits and calendar.
//!
//! Two deadlines are nested (handbook §1.2): the outer one is what the caller was promised, the inner one leaves the
//! centre time to check. Both are counted from the receipt, or from a redo, with the same limit, the suspensions and
//! the extension; nothing is moved by hand, so each can be computed again. `decide` never sees the catalogue: whoever
//! gives the command computes here, inside the closure that reads the state.

use serde::{Deserialize, Serialize};

use super::code::Level;
use super::work::{Clocks, Handling};
use super::{Status, WorkOrder};
use crate::calendar::Calendar;
use crate::catalogue::{Catalogue, HandlingLimits, Urgency};
use crate::limit::{Deadline, Interval, Limit, LimitUnit, Rule, deadline};
use crate::time::{Date, Moment};

/// A limit and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timer {
    /// The limit.
    pub limit: Limit,
    /// When it ends.
    pub due: Deadline,
}

/// Why clocks are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clocking {
    /// A dispatch or transfer: the unit's own timers begin.
    Dispatch,
    /// The end of a suspension: deadlines move by the time that stood still.
    Resume,
    /// An extension: the limit continues by this much.
    Extend(Limit),
    /// A redo: the same limit again, from now.
    Redo,
    /// The deadline set by hand.
    Set(Moment),
    /// The same again, because the calendar knows more.
    Recount,
}

/// The town's numbers that `decide` compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Redos before the centre rules.
    pub redos_max: u32,
    /// How long after closing an order can be reopened, milliseconds; then it is archived.
    pub reopen_ms: i64,
    /// The longest suspension, milliseconds.
    pub suspension_max_ms: i64,
    /// Attempts at a callback before it counts as unanswered.
    pub visit_attempts: u32,
    /// Days on which they must lie.
    pub visit_days: u32,
    /// Callers in one matter that make it a group matter.
    pub group_callers: u32,
}

/// The timers of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardTimers {
    /// Until when the unit replies.
    pub reply: Timer,
    /// Until when it may object.
    pub object: Timer,
    /// From when the next level is proposed; the red card is the last.
    pub escalate: Option<Timer>,
}

/// From so many working days on, the buffer between the two deadlines is one of them; below it is a quarter of the time.
const BUFFER_FROM_DAYS: u32 = 5;
/// The share of the time that is the buffer of short limits, and below which the light is yellow: a quarter.
const QUARTER: i64 = 4;

impl Catalogue {
    /// What `decide` compares with.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let (limits, handling) = (&self.town.limits, &self.town.handling);
        Rules {
            redos_max: limits.redos_max,
            reopen_ms: limits.reopen_window.natural_ms().unwrap_or(0),
            suspension_max_ms: handling.suspension_max.natural_ms().unwrap_or(0),
            visit_attempts: handling.visit_attempts,
            visit_days: handling.visit_days,
            group_callers: limits.group_callers,
        }
    }

    /// `limit` as a task inside the administration from `now` on.
    #[must_use]
    pub fn timer(&self, now: Moment, limit: Limit) -> Timer {
        Timer { limit, due: deadline(now, limit, &self.calendar, &[], Rule::TASK) }
    }

    /// Until when the centre decides on a return.
    #[must_use]
    pub fn ruling_timer(&self, now: Moment) -> Timer {
        self.timer(now, self.town.handling.ruling)
    }

    /// Until when the caller is called back.
    #[must_use]
    pub fn visit_timer(&self, now: Moment) -> Timer {
        self.timer(now, self.town.handling.callback)
    }

    /// The clocks of `order` when `clocking` happens at `now`; none where the catalogue lacks its type or urgency,
    /// which [`Catalogue::parse`] does not let pass.
    #[must_use]
    pub fn clocks(&self, order: &WorkOrder, now: Moment, clocking: Clocking) -> Option<Clocks> {
        let none = Handling::default();
        let handling = order.handling.as_deref().unwrap_or(&none);
        let begun = handling.clocks.as_ref().map_or(order.received_at, |clocks| clocks.from);
        let (from, extension) = match clocking {
            Clocking::Redo => (now, None),
            Clocking::Extend(limit) => (begun, Some(limit)),
            Clocking::Dispatch | Clocking::Resume | Clocking::Recount => (begun, handling.extension),
            Clocking::Set(_) => (begun, None),
        };
        // However urgent it has become since: what was promised is not taken back. A redo promises anew.
        let limit = match (clocking, &handling.clocks) {
            (Clocking::Redo, _) => {
                self.effective_limit(from, order.registered.appeal_type, order.urgency, Rule::PROMISE)?.0
            }
            (_, Some(clocks)) => clocks.outer.limit,
            (_, None) => order.registered.limit,
        };
        let mut stopped = handling.suspensions.clone();
        if let (Status::Suspended, Some(last)) = (order.status, stopped.last_mut()) {
            last.to = last.to.min(now);
        }
        // Their deadline holds as long as it lies ahead.
        let above = order.outer_deadline().filter(|above| *above > from);
        let counter = Counter { calendar: &self.calendar, stopped: &stopped, from, limit, above: false };
        let fixed = match clocking {
            Clocking::Set(to) => Some(to),
            Clocking::Redo => None,
            // Time that stood still since it was set moves it; one that was extended before shows the extension.
            _ => handling.fixed.map(|fixed| fixed.to.plus_ms(counter.stopped_ms(fixed.at, now))),
        };
        let extension = match (clocking, fixed) {
            (Clocking::Extend(more), _) => Some(more),
            (_, Some(_)) => None,
            _ => extension,
        };
        let promise = order.standing_promise(clocking).filter(|_| above.is_none());
        let own = counter.own(extension, fixed, promise);
        let (counter, inner, outer) = counter.nested(own, above);
        let (warn_at, extend_by) = counter.warnings(&inner);
        let (sign, contact, give_back) = match (&handling.clocks, clocking) {
            (Some(_), Clocking::Dispatch) | (None, _) => self.unit_timers(order.urgency, now)?,
            (Some(clocks), _) => (clocks.sign.clone(), clocks.contact.clone(), clocks.give_back.clone()),
        };
        let timer = |due| Timer { limit, due };
        Some(Clocks { from, sign, contact, give_back, inner: timer(inner), outer: timer(outer), warn_at, extend_by })
    }

    /// The timers of the unit that gets an order at `now`: to sign, to contact the caller, to give it back.
    fn unit_timers(&self, urgency: Urgency, now: Moment) -> Option<(Timer, Timer, Timer)> {
        let HandlingLimits { sign, sign_urgent, return_window, return_window_urgent, .. } = self.town.handling;
        let (sign, window) =
            if urgency >= Urgency::Urgent { (sign_urgent, return_window_urgent) } else { (sign, return_window) };
        let contact = self.urgency_levels.get(&urgency)?.first_contact;
        Some((self.timer(now, sign), self.timer(now, contact), self.timer(now, window)))
    }

    /// The timers of a card of `level` issued at `now` for an order of `urgency` (handbook §2): replies after 2, 2 and
    /// 1 working days, objection within 2, yellow 1 after the notice, red 3 after the yellow card; the escalation of
    /// an emergency counts natural days.
    #[must_use]
    pub fn card_timers(&self, level: Level, urgency: Urgency, now: Moment) -> CardTimers {
        let (reply, escalate) = match level {
            Level::Notice => (2, Some(1)),
            Level::Yellow => (2, Some(3)),
            Level::Red => (1, None),
        };
        let days = |n| self.timer(now, Limit::new(n, LimitUnit::WorkingDays));
        let unit = if urgency == Urgency::Emergency { LimitUnit::NaturalDays } else { LimitUnit::WorkingDays };
        let escalate = escalate.map(|n| self.timer(now, Limit::new(n, unit)));
        CardTimers { reply: days(reply), object: days(2), escalate }
    }
}

impl WorkOrder {
    fn promise(&self) -> &Deadline {
        let clocks = self.handling.as_deref().and_then(|handling| handling.clocks.as_ref());
        clocks.map_or(&self.registered.promised, |clocks| &clocks.outer.due)
    }

    /// The promise as it stands: an extension, or a deadline set by hand, moves it, and the caller is told.
    #[must_use]
    pub fn promised_by(&self) -> Moment {
        self.promise().at
    }

    /// Whether that rests on a year without an official notice.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        self.promise().provisional
    }

    /// The promise that a new count may not make earlier: by a catalogue or a calendar that is another one since. A redo
    /// promises anew.
    fn standing_promise(&self, clocking: Clocking) -> Option<&Deadline> {
        let counted_again = !matches!(clocking, Clocking::Redo | Clocking::Set(_));
        counted_again.then(|| self.promise())
    }
}

/// Counting one order's deadlines.
#[derive(Clone, Copy)]
struct Counter<'a> {
    calendar: &'a Calendar,
    stopped: &'a [Interval],
    from: Moment,
    limit: Limit,
    /// Whether what is counted is the platform's deadline above, whatever the town's own limit.
    above: bool,
}

/// The last day before `at`: a deadline at 24:00 belongs to the day that it ends.
fn last_day(at: Moment) -> Date {
    at.plus_ms(-1).date()
}

impl Counter<'_> {
    /// The town's own deadline. `fixed` was set by hand; `promise` is what was promised before, and no count makes it
    /// earlier (handbook §8.2).
    fn own(&self, extension: Option<Limit>, fixed: Option<Moment>, promise: Option<&Deadline>) -> Deadline {
        let count = |from, limit| deadline(from, limit, self.calendar, self.stopped, Rule::PROMISE);
        let mut own = fixed.map_or_else(|| count(self.from, self.limit), |at| self.set(at));
        if let Some(more) = extension {
            // A deadline in days ends at 24:00, which is the next day; one in hours goes on from the moment itself.
            let in_days = self.in_days();
            let extended = count(if in_days { own.at.plus_ms(-1) } else { own.at }, more);
            own = Deadline { provisional: own.provisional || extended.provisional, ..extended };
        }
        match promise {
            Some(promise) if fixed.is_none() => promise.never_earlier(own),
            _ => own,
        }
    }

    /// The inner and the outer deadline, and what counts towards the inner one. The outer one is theirs where there is
    /// one; the unit works to the earlier of the two, less the buffer (handbook §1.2, §1.5). Theirs does not stand still
    /// with our suspensions.
    fn nested(self, own: Deadline, above: Option<Moment>) -> (Self, Deadline, Deadline) {
        let theirs = above.map(|at| self.set(at));
        let (counter, ends) = match &theirs {
            Some(theirs) if theirs.at <= own.at => (Self { stopped: &[], above: true, ..self }, theirs.clone()),
            _ => (self, own),
        };
        let inner = Deadline { at: counter.buffered(ends.at), ..ends.clone() };
        (counter, inner, theirs.unwrap_or(ends))
    }

    /// A moment that somebody said.
    fn set(&self, at: Moment) -> Deadline {
        Deadline { at, provisional: false, calendar_version: self.calendar.version.clone() }
    }

    fn in_days(&self) -> bool {
        self.above || matches!(self.limit.unit, LimitUnit::WorkingDays | LimitUnit::NaturalDays | LimitUnit::Months)
    }

    /// `outer` less the buffer.
    fn buffered(&self, outer: Moment) -> Moment {
        if self.in_days() && self.running_days(last_day(outer)) >= BUFFER_FROM_DAYS {
            let day = self.running_before(last_day(outer));
            return day.at_minute(self.calendar.office_hours.close());
        }
        let at = outer.plus_ms(self.running_ms(outer).div_euclid(QUARTER).saturating_neg());
        // Nothing is due while the clock stands still.
        self.stopped.iter().find(|stop| stop.contains(at)).map_or(at, |stop| stop.to.min(outer))
    }

    /// From when the light is yellow, and one working day before `inner`.
    fn warnings(&self, inner: &Deadline) -> (Moment, Moment) {
        let day = last_day(inner.at);
        let before = self.running_before(day).start_of_day().plus_ms(inner.at.ms_since(day.start_of_day()));
        let quarter = inner.at.plus_ms(self.running_ms(inner.at).div_euclid(QUARTER).saturating_neg());
        let warn_at = if self.in_days() { quarter.min(before) } else { quarter };
        (warn_at, before)
    }

    /// Milliseconds from the start until `end` in which the clock runs.
    fn running_ms(&self, end: Moment) -> i64 {
        end.ms_since(self.from).saturating_sub(self.stopped_ms(self.from, end)).max(0)
    }

    /// Milliseconds between the two in which it stands still: overlapping suspensions count twice, which one order never
    /// has.
    fn stopped_ms(&self, from: Moment, end: Moment) -> i64 {
        let stopped = |stop: &Interval| stop.to.min(end).ms_since(stop.from.max(from)).max(0);
        self.stopped.iter().map(stopped).fold(0i64, i64::saturating_add)
    }

    /// Whether `day` is a working day on which the clock runs when the office closes.
    fn is_running(&self, day: Date) -> bool {
        let close = day.at_minute(self.calendar.office_hours.close()).plus_ms(-1);
        self.calendar.is_workday(day) && !self.stopped.iter().any(|stop| stop.contains(close))
    }

    /// The last such day before `day`; the first day of the calendar where there is none.
    fn running_before(&self, day: Date) -> Date {
        let mut day = day.plus_days(-1);
        while !self.is_running(day) && day > Date::MIN {
            day = day.plus_days(-1);
        }
        day
    }

    /// Such days after the start until `last`, counted up to the buffer's threshold only.
    fn running_days(&self, last: Date) -> u32 {
        let (mut day, mut days) = (self.from.date(), 0u32);
        while day < last && days < BUFFER_FROM_DAYS {
            day = day.next();
            days = days.saturating_add(u32::from(self.is_running(day)));
        }
        days
    }
}
