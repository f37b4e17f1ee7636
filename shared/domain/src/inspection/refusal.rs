//! Why something about an inspection is not done, with stable codes.

use crate::catalogue::{InspectorCode, ItemCode};

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `notPermitted`: the role does not allow it, or the check is somebody else's.
    #[error("this person may not do that")]
    NotPermitted,
    /// `samePerson`: whoever plans or draws neither approves nor inspects, and nobody confirms their own work.
    #[error("somebody else has to do this")]
    SamePerson,
    /// `stateConflict`: it does not stand so.
    #[error("it does not stand so that this is possible")]
    StateConflict,
    /// `textMissing`: it must say why.
    #[error("the reason is missing")]
    TextMissing,
    /// `planFull`: the year's plan has no room.
    #[error("the plan of the year is full")]
    PlanFull,
    /// `itemMissing`: a draw is for at least one item.
    #[error("no item")]
    ItemMissing,
    /// `itemUnknown`: no such item.
    #[error("there is no item {0}")]
    ItemUnknown(ItemCode),
    /// `itemUnpublished`: what is not public is not inspected (国办发〔2024〕54号).
    #[error("the item {0} is not public")]
    ItemUnpublished(ItemCode),
    /// `itemsMixed`: items of one draw are about the same subjects, of one unit or one joint group.
    #[error("these items are not inspected together")]
    ItemsMixed,
    /// `windowInvalid`: the checks end before they begin, or in another year.
    #[error("the window is not one")]
    WindowInvalid,
    /// `notApproved`: the plan is not approved.
    #[error("the plan is not approved")]
    NotApproved,
    /// `notCommitted`: nothing is drawn before it was committed to.
    #[error("there is no commitment yet")]
    NotCommitted,
    /// `alreadyDrawn`: an id is drawn for once.
    #[error("this was drawn already")]
    AlreadyDrawn,
    /// `drawPending`: another draw for one of the items is not drawn yet, so the yearly caps cannot be told.
    #[error("another draw for one of these items is not drawn yet")]
    DrawPending,
    /// `noRehearsal`: the town ships no rounds to rehearse with, or the draw uses none.
    #[error("there is nothing to rehearse with")]
    NoRehearsal,
    /// `nobodyToDraw`: the population is empty.
    #[error("nobody is left in the population")]
    NobodyToDraw,
    /// `inspectorUnknown`: no such inspector.
    #[error("there is no inspector {0}")]
    InspectorUnknown(InspectorCode),
    /// `certificateExpired`: the certificate ends before the checks do.
    #[error("the certificate {0} is not valid long enough")]
    CertificateExpired(InspectorCode),
    /// `notAnOfficer`: grid workers, auxiliaries and temporary staff do not inspect.
    #[error("{0} is no enforcement officer")]
    NotAnOfficer(InspectorCode),
    /// `inspectorUnavailable`: not on duty, or of a unit that does not inspect this.
    #[error("{0} does not inspect this")]
    InspectorUnavailable(InspectorCode),
    /// `inspectorRecused`: a recusal stands against it.
    #[error("{0} is recused")]
    InspectorRecused(InspectorCode),
    /// `cannotLead`: of another unit than leads, or without the speciality.
    #[error("{0} cannot lead this check")]
    CannotLead(InspectorCode),
    /// `assignmentMissing`: who inspects is not said, or a second person has not signed it.
    #[error("it is not settled who inspects")]
    AssignmentMissing,
    /// `entropyTooEarly`: the round is not out yet.
    #[error("the round is not out yet")]
    TooEarly,
    /// `pledgesPending`: a contributor's hash has not come, and the time for it is not over.
    #[error("{0} has not committed yet")]
    PledgesPending(String),
    /// `revealWindowShort`: less than half of the time to reveal is left, so the contributors would be left out.
    #[error("there is too little time left to reveal")]
    RevealWindowShort,
    /// `alreadyPledged`: this contributor committed to a secret already; it never changes.
    #[error("this contributor has committed already")]
    AlreadyPledged,
    /// `pledgesOver`: the time to commit to a secret is over.
    #[error("the time to commit to a secret is over")]
    PledgesOver,
    /// `alreadyRevealed`: this contributor's secret is there already.
    #[error("this contributor has revealed already")]
    AlreadyRevealed,
    /// `revealsOver`: the time to reveal is over; who did not is left out.
    #[error("the time to reveal is over")]
    RevealsOver,
    /// `lotteryMissing`: the lotteries' numbers are not there, or only one person read them.
    #[error("two people have to read the lotteries' numbers")]
    LotteryMissing,
    /// `deadlinesInvalid`: the times of hashes, secrets and lotteries do not follow each other, or are not to come.
    #[error("the deadlines do not follow each other")]
    DeadlinesInvalid,
    /// `notFinished`: the secret stays closed while checks are open.
    #[error("checks are still open")]
    NotFinished,
    /// `nobodyLeft`: there is no reserve, or nobody who can take over.
    #[error("nobody is left to take the place")]
    NobodyLeft,
    /// `scanMismatch`: the code that was scanned is another subject's.
    #[error("this is not the subject of the check")]
    ScanMismatch,
    /// `pointsMissing`: each item has at least one point.
    #[error("an item was not looked at")]
    PointsMissing,
    /// `resultUnknown`: no such result.
    #[error("no such result")]
    ResultUnknown,
    /// `resultContradicts`: "no problem" stands alone, and not beside a point that does not comply.
    #[error("the results contradict each other")]
    ResultContradicts,
    /// `witnessMissing`: a refused signature needs a witness.
    #[error("the witness is missing")]
    WitnessMissing,
    /// `followUpMissing`: what was found needs an owner and a date.
    #[error("the follow-up is missing")]
    FollowUpMissing,
    /// `neverPublished`: such a result is not published.
    #[error("this result is never published")]
    NeverPublished,
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotPermitted => "notPermitted",
            Self::SamePerson => "samePerson",
            Self::StateConflict => "stateConflict",
            Self::TextMissing => "textMissing",
            Self::PlanFull => "planFull",
            Self::ItemMissing => "itemMissing",
            Self::ItemUnknown(_) => "itemUnknown",
            Self::ItemUnpublished(_) => "itemUnpublished",
            Self::ItemsMixed => "itemsMixed",
            Self::WindowInvalid => "windowInvalid",
            Self::NotApproved => "notApproved",
            Self::NotCommitted => "notCommitted",
            Self::AlreadyDrawn => "alreadyDrawn",
            Self::DrawPending => "drawPending",
            Self::NoRehearsal => "noRehearsal",
            Self::NobodyToDraw => "nobodyToDraw",
            Self::InspectorUnknown(_) => "inspectorUnknown",
            Self::CertificateExpired(_) => "certificateExpired",
            Self::NotAnOfficer(_) => "notAnOfficer",
            Self::InspectorUnavailable(_) => "inspectorUnavailable",
            Self::InspectorRecused(_) => "inspectorRecused",
            Self::CannotLead(_) => "cannotLead",
            Self::AssignmentMissing => "assignmentMissing",
            Self::TooEarly => "entropyTooEarly",
            Self::PledgesPending(_) => "pledgesPending",
            Self::RevealWindowShort => "revealWindowShort",
            Self::AlreadyPledged => "alreadyPledged",
            Self::PledgesOver => "pledgesOver",
            Self::AlreadyRevealed => "alreadyRevealed",
            Self::RevealsOver => "revealsOver",
            Self::LotteryMissing => "lotteryMissing",
            Self::DeadlinesInvalid => "deadlinesInvalid",
            Self::NotFinished => "notFinished",
            Self::NobodyLeft => "nobodyLeft",
            Self::ScanMismatch => "scanMismatch",
            Self::PointsMissing => "pointsMissing",
            Self::ResultUnknown => "resultUnknown",
            Self::ResultContradicts => "resultContradicts",
            Self::WitnessMissing => "witnessMissing",
            Self::FollowUpMissing => "followUpMissing",
            Self::NeverPublished => "neverPublished",
        }
    }

    /// The inspector, item or contributors that it is about.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::ItemUnknown(item) | Self::ItemUnpublished(item) => Some(item.as_str()),
            Self::InspectorUnknown(code)
            | Self::CertificateExpired(code)
            | Self::NotAnOfficer(code)
            | Self::InspectorUnavailable(code)
            | Self::CannotLead(code)
            | Self::InspectorRecused(code) => Some(code.as_str()),
            Self::PledgesPending(who) => Some(who),
            _ => None,
        }
    }
}
