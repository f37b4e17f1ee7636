//! What handling adds to an order, as it is stored: who holds it, until when, what was asked, answered and decided.
//!
//! One record of work, [`Work`], serves nearly every event, because each type that is read costs every component its
//! reader. Codes are words here and enumerations where commands are made, see [`super::code`].

use canon::DocId;
use serde::{Deserialize, Serialize};

use super::code::{Level, RatingReason};
use super::event::{Attachment, Text};
use super::standing::{Member, is_within};
use super::{Status, Timer};
use crate::aggregate::Actor;
use crate::catalogue::{SubjectCode, UnitCode};
use crate::limit::{Interval, Limit};
use crate::time::{Date, Moment};

/// Something that was done to an order: by whom, about what, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Work {
    /// Who did it: rules compare persons, so the state must know them.
    pub by: Actor,
    /// The unit for which they did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    /// The units that it concerns: co-units, a suggested unit, the respondents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitCode>,
    /// Why, as a code of the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why or what, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// How long was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Until when somebody must answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<Timer>,
    /// Another order that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<DocId>,
}

/// The clocks of an order that a unit has to handle (handbook §1.2, §1.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clocks {
    /// From when `inner` and `outer` are counted: the receipt, or the redo.
    pub from: Moment,
    /// Until when the lead unit signs.
    pub sign: Timer,
    /// Until when the caller is contacted.
    pub contact: Timer,
    /// Until when the lead unit may give the order back.
    pub give_back: Timer,
    /// Until when the lead unit handles it: `outer` less the centre's buffer.
    pub inner: Timer,
    /// Until when the town answers.
    pub outer: Timer,
    /// From here on little time is left: the light turns yellow.
    pub warn_at: Moment,
    /// One working day before `inner`: the last moment to ask for an extension.
    pub extend_by: Moment,
}

impl Clocks {
    /// Whether a deadline rests on a year without an official notice.
    #[must_use]
    pub const fn are_provisional(&self) -> bool {
        self.inner.due.provisional || self.outer.due.provisional
    }
}

/// A deadline that somebody set by hand: it is no longer counted from the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fixed {
    /// The outer deadline.
    pub to: Moment,
    /// From when a suspension moves it.
    pub at: Moment,
}

/// Work that sets clocks: a dispatch, a transfer, an extension, the end of a suspension, a redo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clocked {
    /// What was done; `unit` is the lead unit from now on.
    pub work: Work,
    /// The clocks from now on.
    pub clocks: Clocks,
}

/// What a unit says it achieved (办理结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// What was done, for whom, with which evidence; `reason` says why the caller was not contacted, if so.
    pub work: Work,
    /// How it ended.
    pub class: super::code::Explanation,
    /// The subject of inspection that it turned out to be about, by its code in the library or its credit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectCode>,
}

/// One attempt at a callback, or the caller's own rating (回访).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visited {
    /// Who called; `reason` is the method.
    pub work: Work,
    /// What the caller said; none when nobody answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Where the order stands after it.
    pub to: Status,
    /// Whether the centre has to rule now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ruling: bool,
    /// The clocks of the redo, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clocks: Option<Box<Clocks>>,
    /// What the caller found wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<RatingReason>,
}

/// The three questions, each on its own (handbook §1.7); none: no answer to that one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Did the unit contact you?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacted: Option<bool>,
    /// Is it resolved?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
    /// How satisfied are you: 5 very, 4, 3 basically, 2 not, 1 not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<u8>,
}

/// What the platform above decided about something that the centre asked it for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ruled {
    /// What it said; `reason` is `extension` or `return`.
    pub work: Work,
    /// Whether it agreed.
    pub granted: bool,
    /// Its deadline from now on, where it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outer: Option<Moment>,
    /// The clocks under that deadline, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clocks: Option<Box<Clocks>>,
}

/// A step of supervision (督办): proposed, decided, objected to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Carded {
    /// Names the card within the order, such as `yellow/overdue/1`.
    pub key: String,
    /// How severe it is.
    pub level: Level,
    /// Who did what, why; `unit` is the unit it is about, `timer` the reply's.
    pub work: Work,
    /// Until when the unit may object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Timer>,
    /// From when the next level is proposed if nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate: Option<Timer>,
}

/// A unit that helps (协办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoUnit {
    /// Which one.
    pub unit: UnitCode,
    /// When it said what it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied_at: Option<Moment>,
}

impl CoUnit {
    /// Whether `member` works for it.
    #[must_use]
    pub fn serves(&self, member: &Member) -> bool {
        member.unit.as_ref().is_some_and(|unit| is_within(unit.as_str(), self.unit.as_str()))
    }
}

/// What a unit asked the centre for and the centre has not decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Whether it is a return, an extension or a suspension.
    pub kind: super::code::RequestKind,
    /// The state to which a refused return goes back.
    pub from: Status,
    /// How long it asked for; none for a return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// The moment until which the decision is due, or the suspension would last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<Timer>,
    /// Who asked.
    pub by: Actor,
}

/// A return that was decided, or still is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Return {
    /// Who refused the order.
    pub unit: UnitCode,
    /// Whether the centre agreed; none while it has not decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
}

/// Where a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CardStatus {
    /// Waits for a named person to decide.
    Proposed,
    /// Nobody wanted it.
    Dismissed,
    /// It holds.
    Issued,
    /// The unit objects; it holds until that is decided.
    Objected,
    /// It holds for good.
    Upheld,
    /// It never was.
    Revoked,
}

/// A notice or card (督办单、黄牌、红牌).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// Names it within the order.
    pub key: String,
    /// How severe.
    pub level: Level,
    /// The unit it is about.
    pub unit: UnitCode,
    /// Where it stands.
    pub status: CardStatus,
    /// When it was proposed; when it was issued once it is.
    pub at: Moment,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<Actor>,
    /// Until when the unit may object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_by: Option<Moment>,
    /// Until when the unit replies; none once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_by: Option<Moment>,
    /// From when the next level is proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_at: Option<Moment>,
}

impl Card {
    /// Whether it is in force: issued and not revoked.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self.status, CardStatus::Issued | CardStatus::Objected | CardStatus::Upheld)
    }

    /// Whether its unit knows of it: not while it is a mere proposal.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self.status, CardStatus::Proposed | CardStatus::Dismissed)
    }

    /// Whether it counts in a score on `day`: in force and issued less than twelve months ago.
    #[must_use]
    pub fn counts_on(&self, day: Date) -> bool {
        self.holds() && day < self.at.date().plus_months(12)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// All that handling has made of an order so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Handling {
    /// When anything happened to the order last.
    pub touched_at: Option<Moment>,
    /// Units that the order complains about; they never handle or see it (handbook §1.9).
    pub respondents: Vec<UnitCode>,
    /// The unit that leads (主办).
    pub lead: Option<UnitCode>,
    /// The units that help.
    pub co_units: Vec<CoUnit>,
    /// Everybody who handled it for a unit; they neither review nor call back.
    pub handlers: Vec<Actor>,
    /// Who passed its last review.
    pub reviewer: Option<Actor>,
    /// The clocks.
    pub clocks: Option<Clocks>,
    /// How often it was dispatched or transferred.
    pub dispatches: u32,
    /// When it was, the last time.
    pub dispatched_at: Option<Moment>,
    /// How many supplements the lead unit found then.
    pub supplements_seen: u32,
    /// When the lead unit signed, the last time.
    pub signed_at: Option<Moment>,
    /// When the caller was first contacted; of earlier releases, also when they were not reached.
    pub contacted_at: Option<Moment>,
    /// There was an attempt that did not reach them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub contact_tried: bool,
    /// Whether that was in time.
    pub contact_in_time: bool,
    /// What waits for the centre's decision.
    pub request: Option<Request>,
    /// All returns, in order.
    pub returns: Vec<Return>,
    /// Two units refused and the centre ruled: no further return.
    pub returns_final: bool,
    /// The extension that was granted.
    pub extension: Option<Limit>,
    /// Whether an extension was asked for.
    pub extension_asked: bool,
    /// The intervals in which the clock stood still; the open one ends when it must at the latest.
    pub suspensions: Vec<Interval>,
    /// The outer deadline that was set by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Fixed>,
    /// How often the deadline was set by hand or counted again.
    #[serde(skip_serializing_if = "is_zero")]
    pub moves: u32,
    /// How the last result ended.
    pub class: Option<super::code::Explanation>,
    /// Which subject of inspection the last result is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectCode>,
    /// Results that a review refused.
    pub reworks: u32,
    /// Redos that dissatisfied callers caused.
    pub redos: u32,
    /// Until when the caller is called back.
    pub visit_by: Option<Moment>,
    /// Attempts that nobody answered since the last result.
    pub attempts: Vec<Moment>,
    /// What the caller said of the last result.
    pub answer: Option<Answer>,
    /// It was closed because nobody answered as often as is tried.
    pub no_answer: bool,
    /// The centre has to rule.
    pub ruling: bool,
    /// Two persons agreed that it cannot be resolved.
    pub unsolvable: bool,
    /// A result turned out to be false (虚假办结).
    pub false_closings: u32,
    /// Notices and cards.
    pub cards: Vec<Card>,
    /// Keys of the reminders that were sent.
    pub reminders: Vec<String>,
    /// The order that this one went into.
    pub parent: Option<DocId>,
    /// The orders that went into this one.
    pub children: Vec<DocId>,
    /// As many callers as make a group matter (handbook §1.8).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub group: bool,
    /// A supervisor said that its caller comes back without any reason.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub malicious: bool,
    /// When the parent's reply reached this one's caller.
    pub replied_at: Option<Moment>,
    /// The deadline of the platform above, where it moved it.
    pub outer: Option<Moment>,
    /// The centre asked the platform above for an extension and has no answer yet.
    pub forwarded: bool,
    /// How often the platform above supervised it (督办).
    pub supervisions: u32,
}
