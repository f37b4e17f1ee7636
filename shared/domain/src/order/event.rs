//! What can happen to an order, as it is stored for ever. Fields are only ever added, never renamed.

use canon::{DocId, Hash};
use serde::{Deserialize, Serialize};

use super::code::Relationship;
use super::number::OrderNo;
use super::repeat::Repeat;
use super::work::{Carded, Clocked, Outcome, Ruled, Visited, Work};
use crate::catalogue::{AppealType, CategoryCode, GridCode, Point, Urgency, VillageCode};
use crate::limit::{Deadline, Limit};
use crate::time::Moment;

/// A text that only the service can open: base64 of nonce and ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub String);

/// Free text: open, or sealed where the matter is confidential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Text {
    /// Readable by whoever may read the order.
    Open(String),
    /// Readable after an unmasking only.
    Sealed(Sealed),
}

impl Text {
    /// Whether there is nothing in it. What is sealed was not empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Open(text) if text.trim().is_empty())
    }
}

/// How the order came in (渠道).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Channel {
    /// The citizen portal.
    Web,
    /// The hotline platform above us (12345).
    Hotline,
}

/// Where it happened (事发地址).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The address line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Sealed>,
    /// The village or community.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub village: Option<VillageCode>,
    /// The grid: chosen, or found from the position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridCode>,
    /// The position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Point>,
    /// The position lies outside of the town's outline, so the grid is only the nearest one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approx: bool,
}

/// Who asked (诉求人).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallerFields {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Sealed>,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Sealed>,
    /// Keyed hash of the phone number, by which repeats are found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Hash>,
}

/// A photo, video or voice note of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its document.
    pub id: DocId,
    /// SHA-256 of the bytes as uploaded.
    pub sha256: Hash,
    /// Bytes as uploaded.
    pub size: u32,
    /// Media type found in the content, such as `image/jpeg`.
    pub mime: String,
}

/// Where an order comes from that the level above gave us (上级工单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FromAbove {
    /// The platform.
    pub system: String,
    /// Its number of the ticket.
    pub number: String,
    /// Its deadline, which is authoritative: ours is earlier by the buffer (handbook §1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outer: Option<Moment>,
}

/// Everything that was known when the order was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// The order's number.
    pub number: OrderNo,
    /// How it came in.
    pub channel: Channel,
    /// From which platform, if from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<FromAbove>,
    /// What kind of request it is.
    pub appeal_type: AppealType,
    /// What it is about.
    pub category: CategoryCode,
    /// How urgent it is by its category.
    pub urgency: Urgency,
    /// One line.
    pub title: Text,
    /// What, when, where, who, and what is asked for.
    pub content: Text,
    /// Where.
    pub place: Place,
    /// Against whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respondent: Option<Sealed>,
    /// Who asks.
    pub caller: CallerFields,
    /// For whom they ask, if not for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<Relationship>,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_at: Option<Moment>,
    /// The caller does not want to be known, so nobody calls back.
    pub anonymous: bool,
    /// The caller must stay unknown to whom it concerns (handbook §1.9).
    pub confidential: bool,
    /// The caller wants an answer.
    pub reply_wanted: bool,
    /// Whether the public list shows it: not for confidential matters or sensitive categories.
    pub listed: bool,
    /// Photos and recordings.
    pub attachments: Vec<Attachment>,
    /// The limit that was promised.
    pub limit: Limit,
    /// What that limit came to under the calendar of the day.
    pub promised: Deadline,
    /// Link to an earlier order of the same caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Keyed hash of the secret that proves ownership.
    pub secret: Hash,
}

/// Something the caller added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Supplemented {
    /// What was added.
    pub text: Text,
    /// Further photos and recordings.
    pub attachments: Vec<Attachment>,
}

/// The caller asked for speed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Urged {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// The caller took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Withdrawn {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// Somebody else has the same matter (多人同诉).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// Keyed hash of what their browser keeps: the same device joins once.
    pub device: Hash,
    /// Keyed hash of their phone number: the same person counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Hash>,
    /// The number, for the reply that every caller gets (handbook §1.8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Sealed>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderEvent {
    /// 登记
    Registered(Box<Registered>),
    /// 补充
    Supplemented(Supplemented),
    /// 催办 by the caller
    Urged(Urged),
    /// 撤回
    Withdrawn(Withdrawn),
    /// A later order of the same caller on the same matter was linked to this one (handbook §1.8).
    RepeatNoted {
        /// The later order.
        order: DocId,
        /// Urgency from now on.
        urgency: Urgency,
    },
    /// The units that the order complains about: `units`, instead of those named before.
    RespondentNamed(Box<Work>),
    /// 派单: to `unit`, with the help of `units`
    Dispatched(Box<Clocked>),
    /// 即时答复: `reason` is the entry of the knowledge base
    AnsweredNow(Box<Work>),
    /// 转出: to `reason`; the text was told to the caller
    HandedOff(Box<Work>),
    /// 并案: into `order`
    Merged(Box<Work>),
    /// 签收
    Signed(Box<Work>),
    /// 退单申请: `units` has the suggested one, `timer` is the centre's
    ReturnRequested(Box<Work>),
    /// 同意退单
    ReturnApproved(Box<Work>),
    /// 驳回退单
    ReturnRejected(Box<Work>),
    /// 增加协办: `units`
    CoUnitsAdded(Box<Work>),
    /// 协办答复: of `unit`
    CoReplied(Box<Work>),
    /// 转办: to `unit`
    Transferred(Box<Clocked>),
    /// 延期申请: by `limit`
    ExtensionRequested(Box<Work>),
    /// 同意延期: by `limit`
    ExtensionApproved(Box<Clocked>),
    /// 驳回延期
    ExtensionRejected(Box<Work>),
    /// 挂起申请: for `limit`
    SuspensionRequested(Box<Work>),
    /// 同意挂起: for `limit`
    SuspensionApproved(Box<Work>),
    /// 驳回挂起
    SuspensionRejected(Box<Work>),
    /// 恢复
    Resumed(Box<Clocked>),
    /// 调整时限: set by hand
    DeadlineMoved(Box<Clocked>),
    /// Counted again under an official calendar
    Recounted(Box<Clocked>),
    /// 首次联系: `reason` says why the caller was not reached, if so
    Contacted(Box<Work>),
    /// 办结申请
    ResultSubmitted(Box<Outcome>),
    /// 审核通过: `timer` is the callback's; closed without one
    ReviewPassed(Box<Work>),
    /// 审核退回
    ReviewFailed(Box<Work>),
    /// 回访 by the centre
    Visited(Box<Visited>),
    /// 评价 by the caller
    Rated(Box<Visited>),
    /// 中心裁定
    Ruled(Box<Visited>),
    /// Reopened: by the caller, because the result was false, or because `order`, which this one went into, will never
    /// be answered
    Reopened(Box<Visited>),
    /// 无理重复: the caller comes back without any reason
    MaliciousMarked(Box<Work>),
    /// That was taken back
    MaliciousCleared(Box<Work>),
    /// 归档
    Archived(Box<Work>),
    /// 催办 of the lead unit: `reason` names the reminder
    Reminded(Box<Work>),
    /// A notice or card was proposed.
    CardProposed(Box<Carded>),
    /// It was issued.
    CardIssued(Box<Carded>),
    /// It was dropped.
    CardDismissed(Box<Carded>),
    /// The unit replied to it.
    CardReplied(Box<Carded>),
    /// The unit objected to it.
    CardObjected(Box<Carded>),
    /// It stands.
    CardUpheld(Box<Carded>),
    /// It was taken back.
    CardRevoked(Box<Carded>),
    /// `order` went into this one; `reason` is `group` where that makes it a group matter.
    ChildNoted(Box<Work>),
    /// The parent's answer reached this one's caller; without a text, only that there is one.
    ChildReplied(Box<Work>),
    /// 申请上级延期: the centre asks the platform above, by `limit`
    ExtensionForwarded(Box<Work>),
    /// 上级督办
    SupervisedFromAbove(Box<Work>),
    /// 上级批复: `reason` says on what
    RuledAbove(Box<Ruled>),
    /// The platform above said something that changes nothing any more: `reason` says what.
    NotedFromAbove(Box<Work>),
    /// 多人同诉: somebody else has the same matter
    Joined(Joined),
    /// 删除个人信息: the document's key was destroyed with this event
    Erased,
}

impl OrderEvent {
    /// Whether it leaves alone everything that a step decides on: links, reminders, proposals.
    #[must_use]
    pub const fn is_aside(&self) -> bool {
        matches!(
            self,
            Self::RepeatNoted { .. }
                | Self::Joined(_)
                | Self::Reminded(_)
                | Self::CardProposed(_)
                | Self::ChildNoted(_)
                | Self::ChildReplied(_)
        )
    }

    /// Who did what for which unit, and why; none for what callers do and for the registration.
    #[must_use]
    pub fn work(&self) -> Option<&Work> {
        match self {
            Self::Registered(_)
            | Self::Supplemented(_)
            | Self::Urged(_)
            | Self::Withdrawn(_)
            | Self::RepeatNoted { .. }
            | Self::Joined(_)
            | Self::Erased => None,
            Self::Dispatched(step)
            | Self::Transferred(step)
            | Self::ExtensionApproved(step)
            | Self::Resumed(step)
            | Self::DeadlineMoved(step)
            | Self::Recounted(step) => Some(&step.work),
            Self::ResultSubmitted(outcome) => Some(&outcome.work),
            Self::RuledAbove(ruled) => Some(&ruled.work),
            Self::Visited(visit) | Self::Rated(visit) | Self::Ruled(visit) | Self::Reopened(visit) => Some(&visit.work),
            Self::CardProposed(card)
            | Self::CardIssued(card)
            | Self::CardDismissed(card)
            | Self::CardReplied(card)
            | Self::CardObjected(card)
            | Self::CardUpheld(card)
            | Self::CardRevoked(card) => Some(&card.work),
            Self::RespondentNamed(work)
            | Self::AnsweredNow(work)
            | Self::HandedOff(work)
            | Self::Merged(work)
            | Self::Signed(work)
            | Self::ReturnRequested(work)
            | Self::ReturnApproved(work)
            | Self::ReturnRejected(work)
            | Self::CoUnitsAdded(work)
            | Self::CoReplied(work)
            | Self::ExtensionRequested(work)
            | Self::ExtensionRejected(work)
            | Self::SuspensionRequested(work)
            | Self::SuspensionApproved(work)
            | Self::SuspensionRejected(work)
            | Self::Contacted(work)
            | Self::ReviewPassed(work)
            | Self::ReviewFailed(work)
            | Self::MaliciousMarked(work)
            | Self::MaliciousCleared(work)
            | Self::Archived(work)
            | Self::Reminded(work)
            | Self::ChildNoted(work)
            | Self::ChildReplied(work)
            | Self::ExtensionForwarded(work)
            | Self::SupervisedFromAbove(work)
            | Self::NotedFromAbove(work) => Some(work),
        }
    }
}
