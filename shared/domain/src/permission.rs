//! Who may do what: one table, from which extractors, menus and tests are derived.
//!
//! The default is no. An action stands here from the day on which a route asks for it. The table knows roles and
//! relations; that a respondent's people are shut out and that nobody checks their own work is decided by person, in
//! [`crate::order`].

use std::fmt;
use std::str::FromStr;

use crate::order::{Relation, StepName};
use crate::staff::Role;
use crate::text::serde_as_text;

/// Something that a route lets staff do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read and replace the files that the town is made of.
    ManageCatalogue,
    /// Enrol members of staff, change what they may do, shut them out and let them in again; make and revoke keys.
    ManageStaff,
    /// See who is a member of staff, what happened to them, and which keys there are.
    SeeStaff,
    /// See an order without its caller.
    SeeOrder,
    /// See an order's caller, with a purpose that is recorded.
    SeeCaller,
    /// Read who looked at callers.
    SeeLooks,
    /// Blow a whistle and write its minutes.
    BlowWhistle,
    /// Answer a whistle for a unit that was called.
    AnswerWhistle,
    /// See what platforms above send and are told, without people's names and words.
    SeeHotline,
    /// Work on it: try out messages, send again, compare lists, repair differences. Only the centre talks upstream.
    WorkHotline,
    /// Export orders, without their callers.
    ExportOrders,
    /// Ask for an export that shows callers.
    ExportCallers,
    /// Decide on an export that another person asked for.
    DecideExport,
    /// Read who exported what.
    SeeExports,
    /// See plans, draws and checks, also what is not public.
    SeeInspection,
    /// Plan draws, commit to them, draw, ask for replacements, publish secrets.
    PlanDraw,
    /// Approve planned draws and sign replacements.
    ApproveDraw,
    /// Inspect what one was drawn for.
    Inspect,
    /// Publish results of checks, say what followed, take results back.
    PublishCheck,
    /// Take a step of an order.
    Step(StepName),
}

impl Action {
    /// All actions.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [
            Self::ManageCatalogue,
            Self::ManageStaff,
            Self::SeeStaff,
            Self::SeeOrder,
            Self::SeeCaller,
            Self::SeeLooks,
            Self::BlowWhistle,
            Self::AnswerWhistle,
            Self::SeeHotline,
            Self::WorkHotline,
            Self::ExportOrders,
            Self::ExportCallers,
            Self::DecideExport,
            Self::SeeExports,
            Self::SeeInspection,
            Self::PlanDraw,
            Self::ApproveDraw,
            Self::Inspect,
            Self::PublishCheck,
        ];
        others.into_iter().chain(StepName::ALL.iter().copied().map(Self::Step))
    }
}

/// Whether `role` may do `action` wherever it works: what has nothing to do with one order.
#[must_use]
pub const fn permission(role: Role, action: Action) -> bool {
    permitted(role, action, Relation::Outside)
}

/// Whether `role` may do `action` on an order to which it stands in `relation`.
#[must_use]
pub const fn permitted(role: Role, action: Action, relation: Relation) -> bool {
    match action {
        Action::ManageCatalogue | Action::ManageStaff => matches!(role, Role::Administrator),
        Action::SeeStaff => matches!(role, Role::Administrator | Role::Auditor),
        Action::SeeOrder => sees(role, relation),
        Action::SeeCaller => matches!(
            (role, relation),
            (Role::Dispatcher | Role::CallbackAgent | Role::Supervisor, Relation::Centre)
                | (Role::Handler | Role::UnitHead, Relation::Leading)
        ),
        Action::SeeLooks => matches!(role, Role::Auditor | Role::TownLeader),
        Action::BlowWhistle => {
            matches!((role, relation), (Role::Dispatcher | Role::Supervisor, Relation::Centre) | (Role::TownLeader, _))
        }
        Action::AnswerWhistle => matches!(role, Role::Handler | Role::UnitHead | Role::Inspector),
        Action::SeeHotline => {
            matches!((role, relation), (Role::Dispatcher | Role::Supervisor, Relation::Centre))
                || matches!(role, Role::TownLeader | Role::Auditor | Role::Administrator)
        }
        Action::WorkHotline => matches!((role, relation), (Role::Dispatcher | Role::Supervisor, Relation::Centre)),
        // Whoever sees orders exports what they see; whoever calls callers may ask for them.
        Action::ExportOrders => sees(role, relation),
        Action::ExportCallers => matches!((role, relation), (Role::Dispatcher | Role::Supervisor, Relation::Centre)),
        Action::DecideExport => {
            matches!((role, relation), (Role::Supervisor, Relation::Centre) | (Role::TownLeader, _))
        }
        Action::SeeExports => {
            matches!((role, relation), (Role::Supervisor, Relation::Centre) | (Role::Auditor | Role::TownLeader, _))
        }
        Action::SeeInspection => matches!(
            role,
            Role::Inspector
                | Role::UnitHead
                | Role::LegalReviewer
                | Role::Supervisor
                | Role::TownLeader
                | Role::Auditor
        ),
        Action::PlanDraw | Action::PublishCheck => matches!(role, Role::UnitHead | Role::Supervisor),
        Action::ApproveDraw => matches!(role, Role::TownLeader),
        Action::Inspect => matches!(role, Role::Inspector),
        Action::Step(step) => steps(role, step, relation),
    }
}

const fn sees(role: Role, relation: Relation) -> bool {
    use Role::{
        Auditor, CallbackAgent, Dispatcher, GridHead, GridWorker, Handler, Patroller, Supervisor, TownLeader, UnitHead,
    };
    match relation {
        Relation::Centre => matches!(role, Dispatcher | CallbackAgent | Supervisor | TownLeader | Auditor),
        Relation::Leading | Relation::Assisting => {
            matches!(role, Handler | UnitHead | GridHead | GridWorker | TownLeader | Auditor)
        }
        Relation::Carded => matches!(role, UnitHead | TownLeader | Auditor),
        Relation::Local => matches!(role, UnitHead | GridHead | GridWorker | Patroller | TownLeader | Auditor),
        Relation::Outside => matches!(role, TownLeader | Auditor),
    }
}

const fn steps(role: Role, step: StepName, relation: Relation) -> bool {
    use Relation::{Assisting, Carded, Centre, Leading};
    use Role::{CallbackAgent, Dispatcher, GridHead, GridWorker, Handler, Supervisor, TownLeader, UnitHead};
    use StepName as S;
    match step {
        S::NameRespondent
        | S::Dispatch
        | S::AnswerNow
        | S::HandOff
        | S::Merge
        | S::ReturnApprove
        | S::ReturnReject
        | S::AddCo
        | S::Transfer
        | S::ExtendApprove
        | S::ExtendReject
        | S::SuspendApprove
        | S::SuspendReject
        | S::WithdrawFor => matches!((role, relation), (Dispatcher, Centre)),
        S::Sign | S::ReturnRequest | S::ExtendRequest | S::SuspendRequest | S::SubmitResult => {
            matches!((role, relation), (Handler | UnitHead, Leading))
        }
        S::Resume => matches!((role, relation), (Handler | UnitHead, Leading) | (Dispatcher, Centre)),
        S::Contact => {
            matches!((role, relation), (Handler | UnitHead, Leading) | (Dispatcher | CallbackAgent, Centre))
        }
        S::CoReply => matches!((role, relation), (Handler | UnitHead | GridHead | GridWorker, Assisting)),
        S::ReviewPass | S::ReviewFail => matches!((role, relation), (Dispatcher | Supervisor, Centre)),
        S::Visit => matches!((role, relation), (CallbackAgent, Centre)),
        S::Rule => matches!((role, relation), (Supervisor, Centre) | (TownLeader, _)),
        S::MoveDeadline => matches!((role, relation), (Supervisor, Centre) | (TownLeader, _)),
        S::ReopenFalse | S::Remind | S::ProposeCard | S::MarkMalicious | S::ClearMalicious => {
            matches!((role, relation), (Supervisor, Centre))
        }
        S::IssueCard | S::DismissCard | S::UpholdCard | S::RevokeCard => {
            matches!((role, relation), (Supervisor, Centre) | (TownLeader, _))
        }
        S::ReplyCard | S::ObjectCard => matches!((role, relation), (UnitHead, Carded)),
        S::Archive | S::NoteChild | S::ReplyChild | S::Recount => false,
    }
}

/// Whether a part of the system may take `step` by itself: what needs no judgement, and proposals.
#[must_use]
pub const fn system_permitted(step: StepName) -> bool {
    use StepName as S;
    matches!(step, S::Resume | S::Archive | S::Remind | S::ProposeCard | S::NoteChild | S::ReplyChild | S::Recount)
}

/// The scopes and their words.
macro_rules! scopes {
    ($($(#[$doc:meta])* $scope:ident = $word:literal as $role:ident,)*) => {
        /// What another system's key may ask: with each scope what one role sees, on the routes that take that scope,
        /// and nothing else. No scope changes anything.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope { $($(#[$doc])* $scope),* }

        impl Scope {
            /// All scopes.
            pub const ALL: &[Self] = &[$(Self::$scope),*];

            /// The scope's word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$scope => $word),* }
            }

            /// The role with whose eyes the key sees.
            #[must_use]
            pub const fn role(self) -> Role {
                match self { $(Self::$scope => Role::$role),* }
            }
        }
    };
}

scopes! {
    /// List and export orders, without their callers.
    OrdersRead = "orders:read" as Auditor,
    /// Read the dashboard's counts.
    CountsRead = "counts:read" as Auditor,
}

/// The text names no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such scope")]
pub struct ScopeError;

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text).ok_or(ScopeError)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(Scope);

#[cfg(test)]
mod tests {
    use super::{Action, Scope, permission, permitted};
    use crate::order::Relation;
    use crate::staff::Role;

    /// Whatever does not ask for an order asks for the administrator; the rest is tested with orders.
    #[test]
    fn only_the_administrator_sets_the_town_up() {
        for role in Role::ALL {
            for action in [Action::ManageCatalogue, Action::ManageStaff] {
                assert_eq!(permission(*role, action), *role == Role::Administrator, "{role} {action:?}");
            }
        }
        assert_eq!(Action::all().count(), 19 + crate::order::StepName::ALL.len());
    }

    #[test]
    fn who_is_on_the_staff_is_seen_by_administrators_and_auditors() {
        let who = Role::ALL.iter().filter(|role| permission(**role, Action::SeeStaff));
        assert_eq!(who.collect::<Vec<_>>(), [&Role::Auditor, &Role::Administrator]);
    }

    /// Whatever a scope lets a key see, it is no step, no caller and nothing that changes the town.
    #[test]
    fn a_key_reads_orders_and_nothing_more() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(*scope));
            let may = |action| permitted(scope.role(), action, Relation::Centre);
            let allowed: Vec<Action> = Action::all().filter(|action| may(*action)).collect();
            assert!(
                allowed.iter().all(|action| matches!(
                    action,
                    Action::SeeOrder
                        | Action::SeeStaff
                        | Action::SeeLooks
                        | Action::ExportOrders
                        | Action::SeeExports
                        | Action::SeeHotline
                        | Action::SeeInspection
                )),
                "{scope}: {allowed:?}"
            );
        }
    }
}
