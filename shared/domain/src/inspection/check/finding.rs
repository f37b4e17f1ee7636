//! What was found in a check, as the two who made it write it down, and the rules of results (handbook §3.5).
//!
//! What must stay true: every item is looked at; "no problem" stands alone; what has to follow has an owner and a date.

use serde::{Deserialize, Serialize};

use super::super::{Library, Person, Refusal};
use crate::catalogue::{ItemCode, UnitCode};
use crate::order::{Attachment, Text};
use crate::time::{Date, Moment};

/// "No problem found" stands alone.
const NO_PROBLEM: &str = "R01";

/// What was seen at one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// 符合
    Compliant,
    /// 不符合
    NotCompliant,
    /// 不适用
    NotApplicable,
}

/// One point of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// Of which item.
    pub item: ItemCode,
    /// What was seen.
    pub outcome: Outcome,
    /// In words, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// Whether the subject signed. The name is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// Whether the signature was refused.
    pub refused: bool,
    /// Who signed, or who witnessed the refusal.
    pub name: Text,
}

/// What follows (后续处理).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FollowUpKind {
    /// 责令改正
    Correction,
    /// 复查
    Recheck,
    /// 立案
    CaseFiling,
    /// 移送
    Transfer,
}

/// What follows, with owner and date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FollowUp {
    /// What.
    pub kind: FollowUpKind,
    /// Whose it is.
    pub owner: UnitCode,
    /// Until when.
    pub due: Date,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Moment>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The checklist.
    pub points: Vec<Point>,
    /// The result codes.
    pub results: Vec<String>,
    /// Whether they are published.
    pub publish: bool,
    /// Whether one of them is a serious violation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub serious: bool,
    /// The signature.
    pub signature: Signature,
    /// Photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Attachment>,
    /// What follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUp>,
    /// Who wrote it.
    pub by: Person,
}

impl Library {
    /// What is wrong with a finding about `items`.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_finding(&self, items: &[ItemCode], finding: &Finding) -> Result<(), Refusal> {
        let looked = |item: &ItemCode| finding.points.iter().any(|point| point.item == *item);
        if !items.iter().all(looked) || !finding.points.iter().all(|point| items.contains(&point.item)) {
            return Err(Refusal::PointsMissing);
        }
        let infos: Option<Vec<_>> = finding.results.iter().map(|code| self.results.get(code)).collect();
        let infos = infos.filter(|infos| !infos.is_empty()).ok_or(Refusal::ResultUnknown)?;
        let clean = finding.results.iter().any(|code| code == NO_PROBLEM);
        let bad = finding.points.iter().any(|point| point.outcome == Outcome::NotCompliant);
        if clean && (finding.results.len() > 1 || bad) {
            return Err(Refusal::ResultContradicts);
        }
        if finding.signature.refused && finding.signature.name.is_empty() {
            return Err(Refusal::WitnessMissing);
        }
        if infos.iter().any(|info| info.follow_up) && finding.follow_ups.is_empty() {
            return Err(Refusal::FollowUpMissing);
        }
        Ok(())
    }

    /// Whether one of these results is a serious violation.
    #[must_use]
    pub fn is_serious(&self, results: &[String]) -> bool {
        results.iter().any(|code| self.results.get(code).is_some_and(|info| info.serious))
    }

    /// Whether all of these results may be published.
    #[must_use]
    pub fn publishes(&self, results: &[String]) -> bool {
        results.iter().all(|code| self.results.get(code).is_some_and(|info| info.publish))
    }
}
