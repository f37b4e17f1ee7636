//! One list, two libraries (一单两库): the items that may be inspected, their subjects, and who inspects.
//!
//! They are files of the town beside the catalogue's, because administrators import them as tables, with preview,
//! mistakes by row and a way back; what changes by events (draws, checks) is in documents and never written back here.
//! They are not in the compiled catalogue: only this part of the system reads them, and every function would carry them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::uscc::is_uscc;
use crate::catalogue::error::{RowError, RowErrorCode};
use crate::catalogue::files::Files;
use crate::catalogue::table::{Row, Table};
use crate::catalogue::{
    Catalogue, CheckMethod, Employment, InspectorCode, ItemClass, ItemCode, SubjectCode, SubjectKind, SubjectStatus,
    UnitCode, VillageCode, insert_new,
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
    /// Complaints of the last twelve months.
    pub complaints: u32,
    /// Whether a serious violation is on record.
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
    pub fn parse(catalogue: &Catalogue, files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<RowError>> {
        if !FILES.iter().any(|name| files.contains_key(*name)) {
            return Ok(Self::default());
        }
        let rehearses = files.contains_key(ROUNDS);
        let (files, errors) = (Files(files), RefCell::default());
        let rounds = if rehearses { rounds(&files, &errors) } else { BTreeMap::new() };
        let multipliers = policy(&files, &errors);
        let results = results(&files, &errors);
        let groups = groups(&files, catalogue, &errors);
        let items = items(&files, catalogue, &groups, &errors);
        let subjects = subjects(&files, catalogue, &errors);
        let inspectors = inspectors(&files, catalogue, &errors);
        let mut errors = errors.into_inner();
        errors.sort_unstable();
        if errors.is_empty() {
            Ok(Self { items, groups, subjects, inspectors, results, multipliers, rounds })
        } else {
            Err(errors)
        }
    }

    /// The inspector who signs in with `account`.
    #[must_use]
    pub fn inspector_of(&self, account: &str) -> Option<&InspectorCode> {
        self.inspectors.iter().find(|(_, inspector)| inspector.account == account).map(|(code, _)| code)
    }
}

type Errors = RefCell<Vec<RowError>>;

/// A share such as `0.15` in `scale`ths; exactly, or not at all.
fn share(row: &Row<'_>, column: &str, scale: u32, max: u32) -> Option<u32> {
    let text = row.text(column)?;
    let parsed = parse_share(&text, scale).filter(|share| (1..=max).contains(share));
    if parsed.is_none() {
        row.fail(column, RowErrorCode::OutOfRange, format!("\"{text}\" is not a share with at most {scale}ths"));
    }
    parsed
}

fn parse_share(text: &str, scale: u32) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut value = whole.parse::<u32>().ok()?.checked_mul(scale)?;
    let (mut unit, digits) = (scale, part.bytes());
    for digit in digits {
        let digit = u32::from(digit.checked_sub(b'0')?);
        if unit.checked_rem(10) != Some(0) && digit != 0 {
            return None;
        }
        unit = unit.checked_div(10)?;
        value = value.checked_add(digit.checked_mul(unit)?)?;
    }
    Some(value)
}

fn unit(row: &Row<'_>, column: &str, catalogue: &Catalogue) -> Option<UnitCode> {
    let code = row.parse::<UnitCode>(column)?;
    if !catalogue.units.contains_key(&code) {
        row.fail(column, RowErrorCode::UnknownReference, code.as_str());
    }
    Some(code)
}

fn policy(files: &Files<'_>, errors: &Errors) -> BTreeMap<CreditClass, u32> {
    let columns = ["risk_class", "name_zh", "ratio_multiplier", "frequency_rule_zh", "basis"];
    let table = Table::read(POLICY, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        // Tenths, at most tenfold.
        let value = share(&row, "ratio_multiplier", 10, 100);
        let Some(class) = row.parse::<CreditClass>("risk_class") else { continue };
        if value.is_some_and(|value| found.insert(class, value).is_some()) {
            row.fail("risk_class", RowErrorCode::Duplicate, class.as_str());
        }
    }
    for class in CreditClass::ALL.into_iter().filter(|class| !found.contains_key(class)) {
        errors.borrow_mut().push(RowError::file(POLICY, RowErrorCode::Required, class.as_str()));
    }
    found
}

fn rounds(files: &Files<'_>, errors: &Errors) -> BTreeMap<u64, String> {
    let table = Table::read(ROUNDS, files, &["round", "signature"], errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        // 48 bytes; whether it is the round's is seen when it is used.
        let signature = row.text("signature").filter(|text| {
            let formed = text.len() == 96 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if !formed {
                row.fail("signature", RowErrorCode::Format, "is not 96 hexadecimal digits");
            }
            formed
        });
        insert_new(&mut found, &row, "round", signature);
    }
    found
}

fn results(files: &Files<'_>, errors: &Errors) -> BTreeMap<String, ResultInfo> {
    let columns = [
        "result_code",
        "name_zh",
        "name_en",
        "identifier",
        "requires_followup",
        "list_abnormal_candidate",
        "publish",
        "note",
    ];
    let table = Table::read(RESULTS, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        let (name_zh, name_en) = (row.text("name_zh"), row.text("name_en"));
        let (follow_up, publish) = (row.flag("requires_followup"), row.flag("publish"));
        let value =
            || Some(ResultInfo { name_zh: name_zh?, name_en: name_en?, follow_up: follow_up?, publish: publish? });
        insert_new(&mut found, &row, "result_code", value());
    }
    found
}

fn groups(files: &Files<'_>, catalogue: &Catalogue, errors: &Errors) -> BTreeMap<String, JointGroup> {
    let columns = ["joint_group", "name_zh", "lead_dept", "participant_depts", "note"];
    let table = Table::read(GROUPS, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        let (name_zh, lead) = (row.text("name_zh"), unit(&row, "lead_dept", catalogue));
        let mut participants = Vec::new();
        for code in row.raw("participant_depts").split(';').map(str::trim).filter(|code| !code.is_empty()) {
            match code.parse::<UnitCode>().ok().filter(|unit| catalogue.units.contains_key(unit)) {
                Some(unit) => participants.push(unit),
                None => row.fail("participant_depts", RowErrorCode::UnknownReference, code),
            }
        }
        let value = || Some(JointGroup { name_zh: name_zh?, lead: lead?, participants });
        insert_new(&mut found, &row, "joint_group", value());
    }
    found
}

fn items(
    files: &Files<'_>,
    catalogue: &Catalogue,
    groups: &BTreeMap<String, JointGroup>,
    errors: &Errors,
) -> BTreeMap<ItemCode, Item> {
    let columns = [
        "item_code",
        "name_zh",
        "dept_code",
        "subject_kind",
        "check_class",
        "check_class_zh",
        "method",
        "method_zh",
        "base_ratio",
        "annual_cap_per_subject",
        "joint_group",
        "legal_basis_zh",
        "basis_confidence",
        "published",
        "speciality_zh",
    ];
    let table = Table::read(ITEMS, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        insert_new(&mut found, &row, "item_code", item(&row, catalogue, groups));
    }
    found
}

fn item(row: &Row<'_>, catalogue: &Catalogue, groups: &BTreeMap<String, JointGroup>) -> Option<Item> {
    let (name_zh, basis_zh, unit) =
        (row.text("name_zh"), row.text("legal_basis_zh"), unit(row, "dept_code", catalogue));
    let (kind, class, method) = (row.parse("subject_kind"), row.parse("check_class"), row.parse("method"));
    let (ratio, published) = (share(row, "base_ratio", 1_000, 1_000), row.flag("published"));
    let cap = row.parse::<u32>("annual_cap_per_subject");
    // A check a month is more than any list of a county allows.
    if cap.is_some_and(|cap| !(1..=12).contains(&cap)) {
        row.fail("annual_cap_per_subject", RowErrorCode::OutOfRange, "must be 1 to 12");
    }
    let joint = row.raw("joint_group");
    if !joint.is_empty() && !groups.contains_key(joint) {
        row.fail("joint_group", RowErrorCode::UnknownReference, joint);
    }
    Some(Item {
        name_zh: name_zh?,
        unit: unit?,
        kind: kind?,
        class: class?,
        method: method?,
        ratio: ratio?,
        cap: cap?,
        joint_group: (!joint.is_empty()).then(|| joint.to_owned()),
        basis_zh: basis_zh?,
        published: published?,
        speciality_zh: row.raw("speciality_zh").to_owned(),
    })
}

fn subjects(files: &Files<'_>, catalogue: &Catalogue, errors: &Errors) -> BTreeMap<SubjectCode, Subject> {
    let columns = [
        "subject_code",
        "name_zh",
        "subject_kind",
        "uscc",
        "village_code",
        "village_zh",
        "credit_risk_class",
        "status",
        "complaints_12m",
        "serious_violation_record",
        "last_inspected_on",
    ];
    let table = Table::read(SUBJECTS, files, &columns, errors);
    let (mut found, mut codes) = (BTreeMap::new(), BTreeMap::new());
    for row in table.rows() {
        let subject = subject(&row, catalogue);
        let uscc = subject.as_ref().map(|subject| subject.uscc.clone()).filter(|uscc| !uscc.is_empty());
        if let Some(earlier) = uscc.and_then(|uscc| codes.insert(uscc, row.number)) {
            row.fail("uscc", RowErrorCode::Duplicate, format!("also in row {earlier}"));
        }
        insert_new(&mut found, &row, "subject_code", subject);
    }
    found
}

fn subject(row: &Row<'_>, catalogue: &Catalogue) -> Option<Subject> {
    let (name_zh, kind, uscc) = (row.text("name_zh"), row.parse("subject_kind"), row.raw("uscc").to_owned());
    if !uscc.is_empty() && !is_uscc(&uscc) {
        row.fail("uscc", RowErrorCode::Format, "is no unified social credit code (18 characters with a check digit)");
    }
    let village = row.parse::<VillageCode>("village_code");
    if village.as_ref().is_some_and(|village| !catalogue.villages.contains_key(village)) {
        row.fail("village_code", RowErrorCode::UnknownReference, row.raw("village_code"));
    }
    let (class, status) = (row.parse("credit_risk_class"), row.parse("status"));
    let (complaints, serious) = (row.parse("complaints_12m"), row.flag("serious_violation_record"));
    let last = row.raw("last_inspected_on");
    let last_inspected = if last.is_empty() { None } else { Some(row.parse::<Date>("last_inspected_on")?) };
    Some(Subject {
        name_zh: name_zh?,
        kind: kind?,
        uscc,
        village: village?,
        class: class?,
        status: status?,
        complaints: complaints?,
        serious: serious?,
        last_inspected,
    })
}

fn inspectors(files: &Files<'_>, catalogue: &Catalogue, errors: &Errors) -> BTreeMap<InspectorCode, Inspector> {
    let columns = [
        "inspector_code",
        "name_en",
        "dept_code",
        "certificate_no",
        "certificate_valid_until",
        "specialities_zh",
        "legal_reviewer_eligible",
        "status_zh",
        "standing_recusal_villages",
        "employment",
        "account",
    ];
    let table = Table::read(INSPECTORS, files, &columns, errors);
    let (mut found, mut accounts) = (BTreeMap::new(), BTreeMap::new());
    for row in table.rows() {
        let inspector = inspector(&row, catalogue);
        let account = row.raw("account");
        if !account.is_empty() && accounts.insert(account.to_owned(), row.number).is_some() {
            row.fail("account", RowErrorCode::Duplicate, account);
        }
        insert_new(&mut found, &row, "certificate_no", inspector);
    }
    found
}

fn inspector(row: &Row<'_>, catalogue: &Catalogue) -> Option<Inspector> {
    let (name_zh, name_en, unit) = (row.text("inspector_code"), row.text("name_en"), unit(row, "dept_code", catalogue));
    let (valid_until, employment) = (row.parse("certificate_valid_until"), row.parse("employment"));
    let mut recusal_villages = Vec::new();
    for short in list(row.raw("standing_recusal_villages")) {
        match village_of(&short, catalogue) {
            Some(village) => recusal_villages.push(village),
            None => row.fail("standing_recusal_villages", RowErrorCode::UnknownReference, short),
        }
    }
    Some(Inspector {
        name_zh: name_zh?,
        name_en: name_en?,
        unit: unit?,
        employment: employment?,
        valid_until: valid_until?,
        specialities_zh: list(row.raw("specialities_zh")),
        on_duty: row.raw("status_zh") == "在岗",
        recusal_villages,
        account: row.raw("account").to_owned(),
    })
}

fn list(text: &str) -> Vec<String> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A village by its code, or by the short one that a town's tables use: `V33` is the village whose code ends with 033.
fn village_of(text: &str, catalogue: &Catalogue) -> Option<VillageCode> {
    let code = match text.strip_prefix('V') {
        Some(number) => format!("{}{:03}", catalogue.town.code, number.parse::<u16>().ok()?),
        None => text.to_owned(),
    };
    code.parse::<VillageCode>().ok().filter(|village| catalogue.villages.contains_key(village))
}

#[cfg(test)]
mod tests {
    use super::parse_share;

    #[test]
    fn shares_are_exact_or_refused() {
        assert_eq!(parse_share("0.15", 1_000), Some(150));
        assert_eq!(parse_share("1.0", 1_000), Some(1_000));
        assert_eq!(parse_share("1", 1_000), Some(1_000));
        assert_eq!(parse_share("0.005", 1_000), Some(5));
        assert_eq!(parse_share("0.0005", 1_000), None);
        assert_eq!(parse_share("1.5", 10), Some(15));
        assert_eq!(parse_share("1.55", 10), None);
        for text in ["", ".5", "-0.1", "0,1", "0.1x", "1e3"] {
            assert_eq!(parse_share(text, 1_000), None, "{text}");
        }
    }
}
