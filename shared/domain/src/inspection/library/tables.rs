//! The tables of the libraries, each with every mistake by its row.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::super::uscc::is_uscc;
use super::{
    CreditClass, GROUPS, INSPECTORS, ITEMS, Inspector, Item, JointGroup, POLICY, RESULTS, ROUNDS, ResultInfo, SUBJECTS,
    Subject,
};
use crate::catalogue::error::{RowError, RowErrorCode};
use crate::catalogue::files::Files;
use crate::catalogue::table::{Row, Table};
use crate::catalogue::{InspectorCode, ItemCode, Places, SubjectCode, UnitCode, VillageCode, insert_new};
use crate::time::Date;

pub(super) type Errors = RefCell<Vec<RowError>>;

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

fn unit(row: &Row<'_>, column: &str, places: &Places<'_>) -> Option<UnitCode> {
    let code = row.parse::<UnitCode>(column)?;
    if !places.units.contains_key(&code) {
        row.fail(column, RowErrorCode::UnknownReference, code.as_str());
    }
    Some(code)
}

pub(super) fn policy(files: &Files<'_>, errors: &Errors) -> BTreeMap<CreditClass, u32> {
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

pub(super) fn rounds(files: &Files<'_>, errors: &Errors) -> BTreeMap<u64, String> {
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

pub(super) fn results(files: &Files<'_>, errors: &Errors) -> BTreeMap<String, ResultInfo> {
    let columns = [
        "result_code",
        "name_zh",
        "name_en",
        "identifier",
        "requires_followup",
        "list_abnormal_candidate",
        "publish",
        "serious",
        "note",
    ];
    let table = Table::read(RESULTS, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        let (name_zh, name_en) = (row.text("name_zh"), row.text("name_en"));
        let (follow_up, publish) = (row.flag("requires_followup"), row.flag("publish"));
        let serious = row.flag("serious");
        let value = || {
            let (follow_up, publish, serious) = (follow_up?, publish?, serious?);
            Some(ResultInfo { name_zh: name_zh?, name_en: name_en?, follow_up, publish, serious })
        };
        insert_new(&mut found, &row, "result_code", value());
    }
    found
}

pub(super) fn groups(files: &Files<'_>, places: &Places<'_>, errors: &Errors) -> BTreeMap<String, JointGroup> {
    let columns = ["joint_group", "name_zh", "lead_dept", "participant_depts", "note"];
    let table = Table::read(GROUPS, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        let (name_zh, lead) = (row.text("name_zh"), unit(&row, "lead_dept", places));
        let mut participants = Vec::new();
        for code in row.raw("participant_depts").split(';').map(str::trim).filter(|code| !code.is_empty()) {
            match code.parse::<UnitCode>().ok().filter(|unit| places.units.contains_key(unit)) {
                Some(unit) => participants.push(unit),
                None => row.fail("participant_depts", RowErrorCode::UnknownReference, code),
            }
        }
        let value = || Some(JointGroup { name_zh: name_zh?, lead: lead?, participants });
        insert_new(&mut found, &row, "joint_group", value());
    }
    found
}

pub(super) fn items(
    files: &Files<'_>,
    places: &Places<'_>,
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
        insert_new(&mut found, &row, "item_code", item(&row, places, groups));
    }
    found
}

fn item(row: &Row<'_>, places: &Places<'_>, groups: &BTreeMap<String, JointGroup>) -> Option<Item> {
    let (name_zh, basis_zh, unit) = (row.text("name_zh"), row.text("legal_basis_zh"), unit(row, "dept_code", places));
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

pub(super) fn subjects(files: &Files<'_>, places: &Places<'_>, errors: &Errors) -> BTreeMap<SubjectCode, Subject> {
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
        let subject = subject(&row, places);
        let uscc = subject.as_ref().map(|subject| subject.uscc.clone()).filter(|uscc| !uscc.is_empty());
        if let Some(earlier) = uscc.and_then(|uscc| codes.insert(uscc, row.number)) {
            row.fail("uscc", RowErrorCode::Duplicate, format!("also in row {earlier}"));
        }
        insert_new(&mut found, &row, "subject_code", subject);
    }
    found
}

fn subject(row: &Row<'_>, places: &Places<'_>) -> Option<Subject> {
    let (name_zh, kind, uscc) = (row.text("name_zh"), row.parse("subject_kind"), row.raw("uscc").to_owned());
    if !uscc.is_empty() && !is_uscc(&uscc) {
        row.fail("uscc", RowErrorCode::Format, "is no unified social credit code (18 characters with a check digit)");
    }
    let village = row.parse::<VillageCode>("village_code");
    if village.as_ref().is_some_and(|village| !places.villages.contains_key(village)) {
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

pub(super) fn inspectors(
    files: &Files<'_>,
    places: &Places<'_>,
    errors: &Errors,
) -> BTreeMap<InspectorCode, Inspector> {
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
        let inspector = inspector(&row, places);
        let account = row.raw("account");
        if !account.is_empty() && accounts.insert(account.to_owned(), row.number).is_some() {
            row.fail("account", RowErrorCode::Duplicate, account);
        }
        insert_new(&mut found, &row, "certificate_no", inspector);
    }
    found
}

fn inspector(row: &Row<'_>, places: &Places<'_>) -> Option<Inspector> {
    let (name_zh, name_en, unit) = (row.text("inspector_code"), row.text("name_en"), unit(row, "dept_code", places));
    let (valid_until, employment) = (row.parse("certificate_valid_until"), row.parse("employment"));
    let mut recusal_villages = Vec::new();
    for short in list(row.raw("standing_recusal_villages")) {
        match village_of(&short, places) {
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
fn village_of(text: &str, places: &Places<'_>) -> Option<VillageCode> {
    let code = match text.strip_prefix('V') {
        Some(number) => format!("{}{:03}", places.town.code, number.parse::<u16>().ok()?),
        None => text.to_owned(),
    };
    code.parse::<VillageCode>().ok().filter(|village| places.villages.contains_key(village))
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
