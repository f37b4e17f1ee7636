//! Why a step is not taken, and what would be possible instead.

use super::Status;
use super::code::StepName;

/// What kind of answer a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The same as if there were no such order.
    Hidden,
    /// This person may not do it.
    Forbidden,
    /// The state does not allow it now.
    Conflict,
    /// What was sent is incomplete or against a rule, in any state.
    Invalid,
}

/// The reasons with their codes and kinds.
macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $word:literal, $kind:ident;)*) => {
        /// Why a step is refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Why { $($(#[$doc])* $reason),* }

        impl Why {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$reason),*];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$reason => $word),* }
            }

            /// What kind of answer it is.
            #[must_use]
            pub const fn kind(self) -> RefusalKind {
                match self { $(Self::$reason => RefusalKind::$kind),* }
            }
        }
    };
}

reasons! {
    /// The member may not know of this order.
    Hidden = "hidden", Hidden;
    /// The role, or the relation to the order, does not allow it.
    NotPermitted = "notPermitted", Forbidden;
    /// The same person handled or reviewed it before.
    SamePerson = "samePerson", Forbidden;
    /// Yellow and red cards are the town leader's.
    TownLeaderOnly = "townLeaderOnly", Forbidden;
    /// The state does not allow it.
    StateConflict = "stateConflict", Conflict;
    /// Only for other appeal types.
    NotForThisType = "notForThisType", Conflict;
    /// An emergency is handed off, not dispatched.
    HandOffFirst = "handOffFirst", Conflict;
    /// The unit is complained about.
    AccusedUnit = "accusedUnit", Conflict;
    /// The centre itself is complained about: nobody of it could go on with the order. It is handed off to the superior, or
    /// dispatched to the discipline office without naming the centre (handbook §1.9, d).
    CentreAccused = "centreAccused", Invalid;
    /// A village helps; it does not lead.
    VillageCannotLead = "villageCannotLead", Invalid;
    /// The lead unit helps itself, or a unit twice.
    UnitTwice = "unitTwice", Invalid;
    /// No unit is named.
    UnitMissing = "unitMissing", Invalid;
    /// The text is missing.
    TextMissing = "textMissing", Invalid;
    /// The evidence is missing.
    EvidenceMissing = "evidenceMissing", Invalid;
    /// The other order is not open, or this one itself.
    ParentClosed = "parentClosed", Conflict;
    /// Other orders went into this one.
    HasChildren = "hasChildren", Conflict;
    /// That order is noted already.
    AlreadyNoted = "alreadyNoted", Conflict;
    /// The return window is over.
    ReturnWindowClosed = "returnWindowClosed", Conflict;
    /// The unit asked once already.
    ReturnUsed = "returnUsed", Conflict;
    /// Two units refused; the centre's ruling is final.
    ReturnFinal = "returnFinal", Conflict;
    /// That is never a reason to return an order.
    ReturnReasonRefused = "returnReasonRefused", Invalid;
    /// Another request waits for the centre.
    RequestPending = "requestPending", Conflict;
    /// No such request waits.
    NothingRequested = "nothingRequested", Conflict;
    /// An extension was asked for before.
    ExtensionUsed = "extensionUsed", Conflict;
    /// Less than a working day is left.
    ExtensionTooLate = "extensionTooLate", Conflict;
    /// Longer than the original limit, or of another unit.
    ExtensionTooLong = "extensionTooLong", Invalid;
    /// The outer deadline would move.
    PastOuterDeadline = "pastOuterDeadline", Conflict;
    /// Longer than a suspension may last.
    SuspensionTooLong = "suspensionTooLong", Invalid;
    /// The deadline would lie in the past, or where it lies now.
    DeadlineNotAhead = "deadlineNotAhead", Invalid;
    /// Nobody said that of this caller.
    NotMarked = "notMarked", Conflict;
    /// It is not time yet.
    TooEarly = "tooEarly", Conflict;
    /// It is too late.
    TooLate = "tooLate", Conflict;
    /// The caller was not contacted and nothing says why.
    ContactMissing = "contactMissing", Conflict;
    /// A co-unit has not replied.
    CoUnitsPending = "coUnitsPending", Conflict;
    /// The co-unit replied already.
    AlreadyReplied = "alreadyReplied", Conflict;
    /// The answers to the three questions are missing or out of range.
    AnswersMissing = "answersMissing", Invalid;
    /// The caller rated it already.
    AlreadyRated = "alreadyRated", Conflict;
    /// The centre has to rule.
    RulingNeeded = "rulingNeeded", Conflict;
    /// There is nothing to rule on.
    NoRulingNeeded = "noRulingNeeded", Conflict;
    /// There is no such card.
    NoSuchCard = "noSuchCard", Conflict;
    /// The card does not stand so.
    CardConflict = "cardConflict", Conflict;
    /// That reminder or card exists already.
    AlreadyDone = "alreadyDone", Conflict;
    /// Whoever is dissatisfied says why.
    ReasonMissing = "reasonMissing", Invalid;
    /// As many people have joined as are counted.
    JoinedFull = "meTooFull", Conflict;
    /// The order is open, so its caller's data is needed.
    OrderOpen = "orderOpen", Conflict;
    /// An answer is still owed that needs the caller's data.
    ReplyPending = "replyPending", Conflict;
    /// The caller's data is destroyed.
    Erased = "erased", Conflict;
}

/// A refused step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} in {status:?}", why.as_str())]
pub struct Refusal {
    /// Why.
    pub why: Why,
    /// Where the order stands; says nothing to whom [`Why::Hidden`] is told.
    pub status: Status,
    /// What this member could do now; empty for [`Why::Hidden`].
    pub allowed: Vec<StepName>,
}
