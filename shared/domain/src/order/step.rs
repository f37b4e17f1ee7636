//! What staff and the system may ask of an order. A step carries whatever its rules need, so that deciding stays pure.

use canon::DocId;

use super::clocks::{CardTimers, Rules, Timer};
use super::code::{Explanation, HandOffTo, Level, NoContact, ReturnReason, StepName, SuspendReason, VisitMethod};
use super::event::{Attachment, Text};
use super::standing::Member;
use super::work::{Answer, Clocks};
use crate::catalogue::{SubjectCode, UnitCode};
use crate::limit::Limit;

/// A step and who takes it.
#[derive(Debug, Clone)]
pub struct StaffCommand {
    /// Who.
    pub member: Member,
    /// The town's numbers.
    pub rules: Rules,
    /// Why or what, in words.
    pub text: Option<Text>,
    /// Evidence.
    pub attachments: Vec<Attachment>,
    /// What.
    pub step: Step,
}

/// Who shall handle an order, and until when.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The one unit that leads.
    pub lead: UnitCode,
    /// Units that help.
    pub co_units: Vec<UnitCode>,
    /// The clocks, by [`super::Clocking::Dispatch`].
    pub clocks: Box<Clocks>,
    /// Whether the category has an emergency number: then it is handed off and never dispatched.
    pub emergency: bool,
}

/// A step.
#[derive(Debug, Clone)]
pub enum Step {
    /// The units that the order complains about, instead of those named before. If one of them holds the order, it
    /// goes back to the centre.
    NameRespondent {
        /// The units.
        units: Vec<UnitCode>,
    },
    /// Give it to a unit.
    Dispatch(Assignment),
    /// Give it to another unit.
    Transfer(Assignment),
    /// Answer a question at once.
    AnswerNow {
        /// The code of the entry of the knowledge base.
        knowledge: String,
    },
    /// It is not the town's; the text says what the caller was told.
    HandOff {
        /// Where it goes.
        to: HandOffTo,
    },
    /// It goes into another order.
    Merge {
        /// That one.
        parent: DocId,
        /// Whether that one is open.
        parent_open: bool,
    },
    /// The lead unit takes it.
    Sign,
    /// The lead unit gives it back.
    ReturnRequest {
        /// Why.
        reason: ReturnReason,
        /// Whose it would be.
        suggested: Option<UnitCode>,
        /// Until when the centre decides.
        ruling: Timer,
    },
    /// It comes back.
    ReturnApprove,
    /// It stays.
    ReturnReject,
    /// More units help.
    AddCo {
        /// Which.
        units: Vec<UnitCode>,
    },
    /// A co-unit says what it did.
    CoReply,
    /// The lead unit needs longer.
    ExtendRequest {
        /// By how much.
        limit: Limit,
    },
    /// It gets longer.
    ExtendApprove {
        /// The clocks, by [`super::Clocking::Extend`].
        clocks: Box<Clocks>,
        /// Whether the outer deadline may move: the level above agreed, or the centre for the town's own promise.
        past_outer: bool,
    },
    /// It does not.
    ExtendReject,
    /// The lead unit cannot go on for a while.
    SuspendRequest {
        /// Why.
        reason: SuspendReason,
        /// For how long, in natural days.
        limit: Limit,
    },
    /// The clock stands still from now on.
    SuspendApprove,
    /// It does not.
    SuspendReject,
    /// The clock runs again.
    Resume {
        /// The clocks, by [`super::Clocking::Resume`].
        clocks: Box<Clocks>,
    },
    /// The deadline is set by hand; the text says why.
    MoveDeadline {
        /// The clocks, by [`super::Clocking::Set`].
        clocks: Box<Clocks>,
    },
    /// The deadline is counted again under a calendar that is official now.
    Recount {
        /// The clocks, by [`super::Clocking::Recount`].
        clocks: Box<Clocks>,
    },
    /// The caller comes back without any reason; blocks nothing.
    MarkMalicious,
    /// Not so.
    ClearMalicious,
    /// The caller was contacted, or could not be.
    Contact {
        /// Why not, if so.
        missed: Option<NoContact>,
    },
    /// The unit says that it is done.
    SubmitResult {
        /// How it ended.
        class: Explanation,
        /// Why the caller was never contacted, if so.
        no_contact: Option<NoContact>,
        /// The subject of inspection that it turned out to be about.
        subject: Option<SubjectCode>,
    },
    /// The centre agrees.
    ReviewPass {
        /// Until when the caller is called back.
        visit: Timer,
        /// Close praise or a suggestion without a callback.
        close: bool,
    },
    /// It does not.
    ReviewFail,
    /// The caller is asked, or was not reached.
    Visit {
        /// How.
        method: VisitMethod,
        /// What they said; none when not reached.
        answer: Option<Answer>,
        /// The clocks if it becomes a redo, by [`super::Clocking::Redo`].
        clocks: Box<Clocks>,
    },
    /// The centre decides where redos end.
    Rule {
        /// Whether it is done once more; else it is closed.
        redo: bool,
        /// The clocks of that redo.
        clocks: Box<Clocks>,
    },
    /// The caller takes it back by phone; the text records it.
    WithdrawFor,
    /// The result was false.
    ReopenFalse {
        /// The clocks of the redo.
        clocks: Box<Clocks>,
    },
    /// Nothing can happen to it any more.
    Archive,
    /// Remind whoever holds it.
    Remind {
        /// Names the reminder; each is sent once.
        key: String,
    },
    /// Propose a notice or card.
    ProposeCard {
        /// Names the card; each is proposed once.
        key: String,
        /// How severe.
        level: Level,
        /// About whom: the lead unit, unless it is about a unit that refused a whistle.
        unit: Option<UnitCode>,
    },
    /// Issue it.
    IssueCard {
        /// Which.
        key: String,
        /// Its timers.
        timers: Box<CardTimers>,
    },
    /// Another decision on a card, or the unit's answer to it.
    Card {
        /// Dismiss, reply, object, uphold or revoke.
        name: CardStep,
        /// Which.
        key: String,
    },
    /// Another order went into this one.
    NoteChild {
        /// That one.
        order: DocId,
    },
    /// The parent was answered; the text is its answer, where this one's caller may read it.
    ReplyChild,
}

/// What happens to a card after it was proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardStep {
    /// It is dropped.
    Dismiss,
    /// The unit replies.
    Reply,
    /// The unit objects.
    Object,
    /// It stands.
    Uphold,
    /// It never was.
    Revoke,
}

impl Step {
    /// The step's name.
    #[must_use]
    pub const fn name(&self) -> StepName {
        match self {
            Self::NameRespondent { .. } => StepName::NameRespondent,
            Self::Dispatch(_) => StepName::Dispatch,
            Self::Transfer(_) => StepName::Transfer,
            Self::AnswerNow { .. } => StepName::AnswerNow,
            Self::HandOff { .. } => StepName::HandOff,
            Self::Merge { .. } => StepName::Merge,
            Self::Sign => StepName::Sign,
            Self::ReturnRequest { .. } => StepName::ReturnRequest,
            Self::ReturnApprove => StepName::ReturnApprove,
            Self::ReturnReject => StepName::ReturnReject,
            Self::AddCo { .. } => StepName::AddCo,
            Self::CoReply => StepName::CoReply,
            Self::ExtendRequest { .. } => StepName::ExtendRequest,
            Self::ExtendApprove { .. } => StepName::ExtendApprove,
            Self::ExtendReject => StepName::ExtendReject,
            Self::SuspendRequest { .. } => StepName::SuspendRequest,
            Self::SuspendApprove => StepName::SuspendApprove,
            Self::SuspendReject => StepName::SuspendReject,
            Self::Resume { .. } => StepName::Resume,
            Self::MoveDeadline { .. } => StepName::MoveDeadline,
            Self::Recount { .. } => StepName::Recount,
            Self::MarkMalicious => StepName::MarkMalicious,
            Self::ClearMalicious => StepName::ClearMalicious,
            Self::Contact { .. } => StepName::Contact,
            Self::SubmitResult { .. } => StepName::SubmitResult,
            Self::ReviewPass { .. } => StepName::ReviewPass,
            Self::ReviewFail => StepName::ReviewFail,
            Self::Visit { .. } => StepName::Visit,
            Self::Rule { .. } => StepName::Rule,
            Self::WithdrawFor => StepName::WithdrawFor,
            Self::ReopenFalse { .. } => StepName::ReopenFalse,
            Self::Archive => StepName::Archive,
            Self::Remind { .. } => StepName::Remind,
            Self::ProposeCard { .. } => StepName::ProposeCard,
            Self::IssueCard { .. } => StepName::IssueCard,
            Self::Card { name, .. } => name.name(),
            Self::NoteChild { .. } => StepName::NoteChild,
            Self::ReplyChild => StepName::ReplyChild,
        }
    }
}

impl CardStep {
    const fn name(self) -> StepName {
        match self {
            Self::Dismiss => StepName::DismissCard,
            Self::Reply => StepName::ReplyCard,
            Self::Object => StepName::ObjectCard,
            Self::Uphold => StepName::UpholdCard,
            Self::Revoke => StepName::RevokeCard,
        }
    }
}
