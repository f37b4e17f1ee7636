//! The words of handling: steps, reasons, levels. Each is one word in documents and in the API.

/// The text is none of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such word")]
pub struct WordError;

/// An enumeration that is one word each, read and written as text by one small routine.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::order::WordError;

            fn from_str(text: &str) -> Result<Self, $crate::order::WordError> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or($crate::order::WordError)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::text::serde_as_text!($name);
    };
}
pub(crate) use words;

words!(
    /// A step of staff or of the system, as routes and menus name it (handbook §1.4).
    StepName {
        /// Say which units the order complains about.
        NameRespondent = "nameRespondent",
        /// 派单
        Dispatch = "dispatch",
        /// 即时答复
        AnswerNow = "answerNow",
        /// 转出
        HandOff = "handOff",
        /// 并案
        Merge = "merge",
        /// 签收
        Sign = "sign",
        /// 退单申请
        ReturnRequest = "returnRequest",
        /// 同意退单
        ReturnApprove = "returnApprove",
        /// 驳回退单
        ReturnReject = "returnReject",
        /// 增加协办
        AddCo = "addCo",
        /// 协办答复
        CoReply = "coReply",
        /// 转办
        Transfer = "transfer",
        /// 延期申请
        ExtendRequest = "extendRequest",
        /// 同意延期
        ExtendApprove = "extendApprove",
        /// 驳回延期
        ExtendReject = "extendReject",
        /// 挂起申请
        SuspendRequest = "suspendRequest",
        /// 同意挂起
        SuspendApprove = "suspendApprove",
        /// 驳回挂起
        SuspendReject = "suspendReject",
        /// 恢复
        Resume = "resume",
        /// 调整时限: set the deadline by hand, with the reason (handbook §1.3)
        MoveDeadline = "moveDeadline",
        /// Count a deadline again whose year is official now (handbook §8.2).
        Recount = "recount",
        /// 首次联系
        Contact = "contact",
        /// 办结申请
        SubmitResult = "submitResult",
        /// 审核通过
        ReviewPass = "reviewPass",
        /// 审核退回
        ReviewFail = "reviewFail",
        /// 回访
        Visit = "visit",
        /// 中心裁定
        Rule = "rule",
        /// 撤回, for a caller who asked by phone
        WithdrawFor = "withdrawFor",
        /// Say that the caller comes back without any reason (无理重复).
        MarkMalicious = "markMalicious",
        /// Take that back.
        ClearMalicious = "clearMalicious",
        /// Reopen after a false closing (虚假办结).
        ReopenFalse = "reopenFalse",
        /// 归档
        Archive = "archive",
        /// 催办 by the system or the centre
        Remind = "remind",
        /// Propose a notice or card.
        ProposeCard = "proposeCard",
        /// Issue what was proposed.
        IssueCard = "issueCard",
        /// Drop what was proposed.
        DismissCard = "dismissCard",
        /// Answer a notice or card.
        ReplyCard = "replyCard",
        /// 异议
        ObjectCard = "objectCard",
        /// Decide that the objected card stands.
        UpholdCard = "upholdCard",
        /// 撤销
        RevokeCard = "revokeCard",
        /// Note an order that went into this one.
        NoteChild = "noteChild",
        /// Pass the parent's answer to the caller of this one.
        ReplyChild = "replyChild",
    }
);

words!(
    /// Why a unit gives an order back; `return_reasons.csv` has their texts.
    ReturnReason {
        /// 不属于本单位职责
        NotOurDuty = "RT01",
        /// 不属于本辖区
        NotOurArea = "RT02",
        /// 诉求要素不全
        FactsMissing = "RT03",
        /// 重复工单已并案
        Repeated = "RT04",
        /// 应通过法定途径
        StatutoryChannel = "RT05",
        /// 已进入信访渠道
        InPetition = "RT06",
        /// 属紧急警情
        Emergency = "RT07",
        /// 诉求人撤回
        Withdrawn = "RT08",
        /// 办理难度大: never a reason
        Difficult = "RT99",
        /// 超过退单时限: never a reason
        TooLate = "RT98",
    }
);

impl ReturnReason {
    /// Whether an order may go back for it at all.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        !matches!(self, Self::Difficult | Self::TooLate)
    }

    /// Whether it needs evidence.
    #[must_use]
    pub const fn needs_evidence(self) -> bool {
        !matches!(self, Self::Repeated | Self::Emergency | Self::Difficult | Self::TooLate)
    }
}

words!(
    /// Why the clock of an order may stand still (handbook §1.6).
    SuspendReason {
        /// Waiting for material of the caller.
        CallerMaterial = "callerMaterial",
        /// A statutory appraisal or a lawsuit.
        AppraisalOrLawsuit = "appraisalOrLawsuit",
        /// Season or weather forbids the works.
        SeasonOrWeather = "seasonOrWeather",
        /// A policy from above is pending.
        PolicyPending = "policyPending",
    }
);

words!(
    /// How a result ended (explanation class, handbook §1.3).
    Explanation {
        /// 已解决
        Resolved = "resolved",
        /// 部分解决
        Partly = "partly",
        /// 列入计划
        Planned = "planned",
        /// 受政策限制
        PolicyLimit = "policyLimit",
        /// 不属实
        Untrue = "untrue",
        /// 联系不上
        NotContactable = "notContactable",
        /// 诉求人撤回
        Withdrawn = "withdrawn",
    }
);

impl Explanation {
    /// Whether a dissatisfied caller causes a redo; for the others a second person decides.
    #[must_use]
    pub const fn can_be_redone(self) -> bool {
        !matches!(self, Self::PolicyLimit | Self::Untrue)
    }

    /// Whether what was reported turned out to be so (属实).
    #[must_use]
    pub const fn is_substantiated(self) -> bool {
        matches!(self, Self::Resolved | Self::Partly | Self::Planned)
    }
}

words!(
    /// Why a caller was not contacted.
    NoContact {
        /// Did not answer.
        Unreachable = "unreachable",
        /// Gave no number.
        NoNumber = "noNumber",
        /// Wants none.
        Declined = "declined",
    }
);

words!(
    /// Where an order goes that is not the town's (handbook §1.1, §1.4).
    HandOffTo {
        /// Police
        Police = "110",
        /// Fire and rescue
        Fire = "119",
        /// Ambulance
        Ambulance = "120",
        /// Traffic accidents
        Traffic = "122",
        /// 信访
        Petition = "petition",
        /// Litigation, arbitration, reconsideration, discipline inspection, information disclosure
        StatutoryChannel = "statutoryChannel",
        /// Another authority
        OtherAuthority = "otherAuthority",
    }
);

words!(
    /// How a caller was asked.
    VisitMethod {
        /// By phone.
        Phone = "phone",
        /// By text message.
        Sms = "sms",
        /// By the caller, in the portal.
        Web = "web",
        /// At the door.
        Door = "door",
    }
);

words!(
    /// How satisfied a caller is (满意度), in five levels.
    Satisfaction {
        /// 非常满意
        VerySatisfied = "verySatisfied",
        /// 满意
        Satisfied = "satisfied",
        /// 基本满意
        BasicallySatisfied = "basicallySatisfied",
        /// 不满意
        Dissatisfied = "dissatisfied",
        /// 非常不满意
        VeryDissatisfied = "veryDissatisfied",
    }
);

impl Satisfaction {
    /// As answers store it: 5 to 1.
    #[must_use]
    pub const fn stars(self) -> u8 {
        match self {
            Self::VerySatisfied => 5,
            Self::Satisfied => 4,
            Self::BasicallySatisfied => 3,
            Self::Dissatisfied => 2,
            Self::VeryDissatisfied => 1,
        }
    }
}

words!(
    /// What a caller finds wrong with a result (评价原因).
    RatingReason {
        /// 问题没有解决
        NotSolved = "notSolved",
        /// 办理太慢
        TooSlow = "tooSlow",
        /// 没有联系我
        NotContacted = "notContacted",
        /// 服务态度
        Attitude = "attitude",
        /// 答复与事实不符
        Untrue = "untrue",
        /// 其他, in words
        Other = "other",
    }
);

words!(
    /// Who a caller is to the person for whom they ask (代办人关系).
    Relationship {
        /// 子女, who ask for a parent
        Child = "child",
        /// 父母
        Parent = "parent",
        /// 配偶
        Spouse = "spouse",
        /// 其他亲属
        Relative = "relative",
        /// 邻居
        Neighbour = "neighbour",
        /// 朋友
        Friend = "friend",
        /// 同事
        Colleague = "colleague",
        /// 其他
        Other = "other",
    }
);

words!(
    /// What a unit can ask the centre for.
    RequestKind {
        /// 退单
        Return = "return",
        /// 延期
        Extension = "extension",
        /// 挂起
        Suspension = "suspension",
    }
);

words!(
    /// The ladder of supervision that a person decides on; a reminder (催办) needs no decision. It is internal
    /// management of the town (督办), not the statutory supervision of governments.
    Level {
        /// 督办单
        Notice = "notice",
        /// 黄牌
        Yellow = "yellow",
        /// 红牌
        Red = "red",
    }
);

words!(
    /// What somebody looks at a caller for (handbook §9.5). Words of a fixed list: free text would itself tell about people.
    Purpose {
        /// To reach the caller about the matter.
        Contact = "contact",
        /// To ask the caller how it went (回访).
        Visit = "visit",
        /// To go there.
        Site = "site",
        /// To find out whether several orders are one caller's.
        Verify = "verify",
        /// To hand the matter off to whoever is competent.
        HandOff = "handOff",
        /// To supervise or audit the handling.
        Supervision = "supervision",
    }
);
