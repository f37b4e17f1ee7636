//! What a member of staff is there for.

use std::fmt;
use std::str::FromStr;

use crate::text::serde_as_text;

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such role")]
pub struct RoleError;

/// The roles and their words in documents and in the API.
macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $word:literal,)*) => {
        /// A role; one person may have several.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $($(#[$doc])* $role),* }

        impl Role {
            /// All roles.
            pub const ALL: &[Self] = &[$(Self::$role),*];

            /// The role's word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$role => $word),* }
            }
        }
    };
}

roles! {
    /// 窗口人员: takes permit applications in.
    WindowClerk = "window_clerk",
    /// 勘验人员: looks at the place.
    Surveyor = "surveyor",
    /// 审批人员: decides permits.
    Approver = "approver",
    /// 派单员: dispatches orders.
    Dispatcher = "dispatcher",
    /// 部门负责人: answers for a unit.
    UnitHead = "unit_head",
    /// 承办人: handles orders.
    Handler = "handler",
    /// 回访员: calls back.
    CallbackAgent = "callback_agent",
    /// 网格长: leads a grid.
    GridHead = "grid_head",
    /// 网格员: works in a grid.
    GridWorker = "grid_worker",
    /// 巡查员: patrols.
    Patroller = "patroller",
    /// 执法检查人员: inspects.
    Inspector = "inspector",
    /// 办案人员: leads enforcement cases.
    CaseOfficer = "case_officer",
    /// 法制审核人员: reviews them.
    LegalReviewer = "legal_reviewer",
    /// 督办人员: supervises orders.
    Supervisor = "supervisor",
    /// 镇领导: leads the town.
    TownLeader = "town_leader",
    /// 审计人员: reads everything, changes nothing.
    Auditor = "auditor",
    /// 系统管理员: sets the town up and enrols staff.
    Administrator = "administrator",
}

impl Role {
    /// Whether who has this role signs in with a code besides the password: whoever decides about somebody else's
    /// matter or work, and whoever decides who may. The others report, handle and read.
    #[must_use]
    pub const fn needs_second_factor(self) -> bool {
        matches!(
            self,
            Self::Approver
                | Self::Dispatcher
                | Self::UnitHead
                | Self::CaseOfficer
                | Self::LegalReviewer
                | Self::Supervisor
                | Self::TownLeader
                | Self::Administrator
        )
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text).ok_or(RoleError)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(Role);
