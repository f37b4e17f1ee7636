//! Double-random, one public (双随机、一公开, handbook §3): who is inspected and who inspects follows from a draw that
//! anybody can check, and what was found is published.
//!
//! Four things with a history. The **plan** of a year names every draw beforehand, and somebody else approves it. The
//! **pledges** of a draw are what its contributors commit to, where it has any. A **draw** begins with its commitment and
//! is named by its id, so there is never a second one for an id. A **check** is one subject of one draw, from the entry
//! to the publication. What must stay true: nothing is drawn before it was
//! committed to, or for an item that is not public; whoever plans or draws neither approves nor inspects; nothing is
//! taken back silently.

mod check;
mod contributors;
mod draw;
mod library;
mod plan;
mod population;
mod projection;
mod refusal;
#[cfg(test)]
mod tests;
mod uscc;

use serde::{Deserialize, Serialize};

pub use check::{
    Check, CheckCommand, CheckEvent, CheckStatus, CheckStep, Finding, FollowUp, FollowUpKind, Opened, Outcome, Point,
    Signature,
};
pub use contributors::{
    CONTRIBUTORS_MAX, Contributor, Contributors, Game, LOTTERIES_MAX, Lottery, Pledge, Pledges, PledgesCommand,
    PledgesEvent,
};
pub use draw::{
    Commitment, DirectAssign, Draw, DrawCommand, DrawEvent, DrawStatus, DrawStep, Drawing, Entropy, Frozen, Reading,
    Reason, Share, Substitution, Task, Unpaired,
};
pub use library::{CreditClass, FILES, Inspector, Item, JointGroup, Library, ResultInfo, Subject};
pub use plan::{Approved, PLANS_MAX, Plan, PlanCommand, PlanEvent, PlannedDraw, Policy, Recusal};
pub use population::{
    Candidate, Exclusion, FOCUS, LEAD, MEMBER, Past, Population, Stratum, assignable, freeze, is_focus, is_recused,
    usable,
};
pub use projection::{DRAWS, RESULTS, SERIOUS_QUEUE, project_check, project_draw, public_status};
pub use refusal::Refusal;
pub use uscc::is_uscc;

use crate::aggregate::Actor;

/// Who did something: the document, and the account by which the library of inspectors knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Their document.
    pub actor: Actor,
    /// The name they sign in with.
    pub account: String,
}
