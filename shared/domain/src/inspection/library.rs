//! One list, two libraries (一单两库): the items that may be inspected, their subjects, and who inspects.
//!
//! They are files of the town beside the catalogue's, because administrators import them as tables, with preview,
//! mistakes by row and a way back; what changes by events (draws, checks) is in documents and never written back here.
//! They are not in the compiled catalogue: only this part of the system reads them, and every function would carry them.

mod tables;

use std::cell::RefCell;
use std::collections::{BTreeMap, BinaryHeap};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalogue::error::RowError;
use crate::catalogue::files::Files;
use crate::catalogue::{
    CheckMethod, Employment, InspectorCode, ItemClass, ItemCode, Places, SubjectCode, SubjectKind, SubjectStatus,
    UnitCode, VillageCode,
};
use crate::time::Date;

const ITEMS: &str = "inspection_items.csv";
const GROUPS: &str = "inspection_joint_groups.csv";
const SUBJECTS: &str = "inspection_subjects.csv";
const INSPECTORS: &str = "inspectors.csv";
const RESULTS: &str = "inspection_result_codes.csv";
const POLICY: &str = "credit_risk_policy.csv";

/// Rounds of drand that are out already, to rehearse with; a town may be without them.
const ROUNDS: &str = "drand_rounds.csv";

/// The files of the libraries; a town may be without them, but not without some of them.
pub const FILES: &[&str] = &[ITEMS, GROUPS, SUBJECTS, INSPECTORS, RESULTS, POLICY, ROUNDS];

/// How long a complaint counts (handbook §3.3).
const COMPLAINT_MONTHS: u32 = 12;

/// Credit risk class (信用风险分类).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CreditClass {
    /// Low.
    A,
    /// Ordinary.
    B,
    /// Higher.
    C,
    /// High.
    D,
}

impl CreditClass {
    /// All classes.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// The letter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }
}

/// The text is no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a credit class A to D")]
pub struct NotAClass;

impl FromStr for CreditClass {
    type Err = NotAClass;

    fn from_str(text: &str) -> Result<Self, NotAClass> {
        Self::ALL.into_iter().find(|class| class.as_str() == text).ok_or(NotAClass)
    }
}

/// An inspection item (抽查事项).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub name_zh: String,
    /// Whose it is.
    pub unit: UnitCode,
    /// What it is about.
    pub kind: SubjectKind,
    /// How strictly its ratio is limited.
    pub class: ItemClass,
    /// How it is checked.
    pub method: CheckMethod,
    /// Share of the subjects that is drawn, per mille.
    pub ratio: u32,
    /// How often a subject may be drawn for it in a year.
    pub cap: u32,
    /// What is inspected together with it.
    pub joint_group: Option<String>,
    /// The law that lets it be inspected.
    pub basis_zh: String,
    /// Whether it is public; only then it may be used.
    pub published: bool,
    /// What one of the two inspectors has to know; nothing in particular where it is empty.
    pub speciality_zh: String,
}

/// Items that are inspected together (联合抽查, 综合查一次).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JointGroup {
    /// Its name.
    pub name_zh: String,
    /// Who leads.
    pub lead: UnitCode,
    /// Who takes part.
    pub participants: Vec<UnitCode>,
}

/// A subject of inspection (检查对象).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub name_zh: String,
    /// What it is.
    pub kind: SubjectKind,
    /// Unified social credit code; empty for somebody who has none, a person who builds a house or keeps a stall, and whose
    /// name is never published then.
    pub uscc: String,
    /// Where it is.
    pub village: VillageCode,
    /// Its credit class.
    pub class: CreditClass,
    /// Whether it is there.
    pub status: SubjectStatus,
    /// Complaints of the last twelve months: what the file says of elsewhere, and with [`Library::complained`] our own.
    pub complaints: u32,
    /// Whether a serious violation is on record: in the file, or with [`Library::offended`] from a check of ours.
    pub serious: bool,
    /// When it was inspected last, as far as the library knows.
    pub last_inspected: Option<Date>,
}

/// A person in the library of inspectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspector {
    /// How colleagues know them.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// Where they work.
    pub unit: UnitCode,
    /// What they are.
    pub employment: Employment,
    /// The last day of the certificate.
    pub valid_until: Date,
    /// What they know.
    pub specialities_zh: Vec<String>,
    /// Whether they are on duty here (在岗), and not lent out.
    pub on_duty: bool,
    /// Villages in which they never inspect: home, kin, interests.
    pub recusal_villages: Vec<VillageCode>,
    /// The account they sign in with, if any.
    pub account: String,
}

/// What a check can find (抽查结果).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultInfo {
    /// Its name.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// Whether something has to follow.
    pub follow_up: bool,
    /// Whether it is published.
    pub publish: bool,
    /// Whether it is a serious violation, which puts its subject into the focus set.
    pub serious: bool,
}

/// The list and the libraries of one town.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Library {
    /// 随机抽查事项清单
    pub items: BTreeMap<ItemCode, Item>,
    /// 联合抽查
    pub groups: BTreeMap<String, JointGroup>,
    /// 检查对象名录库
    pub subjects: BTreeMap<SubjectCode, Subject>,
    /// 执法检查人员名录库
    pub inspectors: BTreeMap<InspectorCode, Inspector>,
    /// 抽查结果
    pub results: BTreeMap<String, ResultInfo>,
    /// Tenths by which a class changes the ratio.
    pub multipliers: BTreeMap<CreditClass, u32>,
    /// Rounds to rehearse with, and their signatures.
    pub rounds: BTreeMap<u64, String>,
}

impl Library {
    /// Reads the libraries from their files; other files are ignored. Without any of them they are empty.
    ///
    /// # Errors
    /// All mistakes in all files, ordered by file and row.
    pub fn parse(places: &Places<'_>, files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<RowError>> {
        if !FILES.iter().any(|name| files.contains_key(*name)) {
            return Ok(Self::default());
        }
        let rehearses = files.contains_key(ROUNDS);
        let (files, errors) = (Files(files), RefCell::default());
        let rounds = if rehearses { tables::rounds(&files, &errors) } else { BTreeMap::new() };
        let multipliers = tables::policy(&files, &errors);
        let results = tables::results(&files, &errors);
        let groups = tables::groups(&files, places, &errors);
        let items = tables::items(&files, places, &groups, &errors);
        let subjects = tables::subjects(&files, places, &errors);
        let inspectors = tables::inspectors(&files, places, &errors);
        let errors = errors.into_inner();
        if errors.is_empty() {
            Ok(Self { items, groups, subjects, inspectors, results, multipliers, rounds })
        } else {
            // A heap is a fifth of what a sort weighs in a component.
            Err(BinaryHeap::from(errors).into_sorted_vec())
        }
    }

    /// Counts a complaint that was closed on `closed` as true, for twelve months; `code` is the subject's own or its credit
    /// code. One against nobody in the library counts for nobody.
    pub fn complained(&mut self, code: &SubjectCode, closed: Date, today: Date) {
        if today < closed.plus_months(COMPLAINT_MONTHS)
            && let Some(subject) = self.subject_mut(code)
        {
            subject.complaints = subject.complaints.saturating_add(1);
        }
    }

    /// A check of ours found a serious violation.
    pub fn offended(&mut self, code: &SubjectCode) {
        if let Some(subject) = self.subject_mut(code) {
            subject.serious = true;
        }
    }

    fn subject_mut(&mut self, code: &SubjectCode) -> Option<&mut Subject> {
        if self.subjects.contains_key(code) {
            return self.subjects.get_mut(code);
        }
        self.subjects.values_mut().find(|subject| subject.uscc == code.as_str())
    }

    /// The inspector who signs in with `account`.
    #[must_use]
    pub fn inspector_of(&self, account: &str) -> Option<&InspectorCode> {
        self.inspectors.iter().find(|(_, inspector)| inspector.account == account).map(|(code, _)| code)
    }
}
