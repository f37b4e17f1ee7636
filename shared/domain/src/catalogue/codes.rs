//! The codes and enumerations of a town's catalogue.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::serde_as_text;

/// Why a text is not a code of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {0}")]
pub struct CodeError(&'static str);

/// A code that keeps what its kind demands: built by parsing only.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $what:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, CodeError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.to_owned())) } else { Err(CodeError($what)) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        serde_as_text!($name);
    };
}

/// Division codes: GB/T 2260 and GB/T 10114 give a town 9 digits, a village 12; a grid adds 3.
fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

/// Short enough for a key of the store, safe in a URL.
fn short_code(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

code!(
    /// A town's division code: 9 digits.
    TownCode, "a town code of 9 digits", |text| digits(text, 9)
);
code!(
    /// A village's or community's division code: 12 digits, the town's code first.
    VillageCode, "a village code of 12 digits", |text| digits(text, 12)
);
code!(
    /// A level-3 grid's code: 15 digits, its village's code first.
    GridCode, "a grid code of 15 digits", |text| digits(text, 15)
);
code!(
    /// A matter category (事项分类), such as `T0101`.
    CategoryCode, "a category code of 1 to 20 letters, digits or hyphens", short_code
);
code!(
    /// A class of categories, such as `T01`.
    ClassCode, "a class code of 1 to 20 letters, digits or hyphens", short_code
);
code!(
    /// A department or other unit, such as `D04`; a village's code where it acts as a unit.
    UnitCode, "a unit code of 1 to 20 letters, digits or hyphens", short_code
);

code!(
    /// An inspection item (随机抽查事项), such as `YD-JC-001`.
    ItemCode, "an item code of 1 to 20 letters, digits or hyphens", short_code
);
code!(
    /// A subject of inspection (检查对象), such as `YD-DX-0001`.
    SubjectCode, "a subject code of 1 to 20 letters, digits or hyphens", short_code
);
code!(
    /// An inspector (执法检查人员), by the number of the certificate: ASCII, so that draws can sort by it.
    InspectorCode, "a certificate number of 1 to 20 letters, digits or hyphens", short_code
);
code!(
    /// What kind of subject an item is about, such as `food_service`.
    SubjectKind, "a kind of 1 to 40 lower-case letters and underscores", |text| {
        (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    }
);
code!(
    /// A draw, such as `2026-D06-001`: year, unit, number in the year's plan. Never given twice.
    DrawId, "a draw id of 1 to 20 letters, digits or hyphens", short_code
);

/// An enumeration written as one lower-case word, in the order given.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word for it in files and in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, CodeError> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or(CodeError($what))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(
    /// What a citizen wants (诉求类型).
    AppealType, "an appeal type" {
        /// 咨询
        Consult = "consult",
        /// 求助
        Help = "help",
        /// 建议
        Suggestion = "suggestion",
        /// 投诉
        Complaint = "complaint",
        /// 举报
        Report = "report",
        /// 表扬
        Praise = "praise",
        /// 其他
        Other = "other",
    }
);

words!(
    /// How urgent a matter is (紧急程度), the least first: `Emergency` is the greatest.
    Urgency, "an urgency" {
        /// 一般
        Normal = "normal",
        /// 加急
        Priority = "priority",
        /// 紧急
        Urgent = "urgent",
        /// 特急
        Emergency = "emergency",
    }
);

impl Urgency {
    /// One step more urgent; `Emergency` stays, and nothing is raised to it: that is for people.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Normal => Self::Priority,
            Self::Priority | Self::Urgent => Self::Urgent,
            Self::Emergency => Self::Emergency,
        }
    }
}

words!(
    /// What kind of place a village code names.
    VillageKind, "community or village" {
        /// 社区
        Community = "community",
        /// 村
        Village = "village",
    }
);

words!(
    /// The number to call at once instead of waiting for an order.
    EmergencyNumber, "one of 110, 119, 120, 122" {
        /// Police.
        #[serde(rename = "110")]
        Police = "110",
        /// Fire and rescue.
        #[serde(rename = "119")]
        Fire = "119",
        /// Ambulance.
        #[serde(rename = "120")]
        Ambulance = "120",
        /// Traffic accidents.
        #[serde(rename = "122")]
        Traffic = "122",
    }
);

words!(
    /// Whether a subject is there (登记状态).
    SubjectStatus, "a status" {
        /// 存续
        Active = "active",
        /// 列入经营异常名录: not to be reached at its address. It is drawn, and in the focus set.
        Unreachable = "unreachable",
        /// 注销
        Deregistered = "deregistered",
        /// 吊销
        Revoked = "revoked",
        /// 撤销登记
        Cancelled = "cancelled",
        /// 迁出
        MovedOut = "moved_out",
    }
);
words!(
    /// How strictly an item's ratio is limited.
    ItemClass, "key or general" {
        /// 重点检查事项
        Key = "key",
        /// 一般检查事项
        General = "general",
    }
);
words!(
    /// How an item is checked.
    CheckMethod, "onsite, document or online" {
        /// 实地核查
        Onsite = "onsite",
        /// 书面检查
        Document = "document",
        /// 网络监测
        Online = "online",
    }
);
words!(
    /// What somebody in the library of inspectors is (handbook §0.4, invariant 7): only officers are drawn.
    Employment, "officer, auxiliary, grid_worker or temporary" {
        /// 执法人员
        Officer = "officer",
        /// 辅助人员
        Auxiliary = "auxiliary",
        /// 网格员
        GridWorker = "grid_worker",
        /// 临时人员
        Temporary = "temporary",
    }
);
