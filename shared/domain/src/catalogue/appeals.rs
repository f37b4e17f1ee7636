//! What citizens can raise: appeal types, urgency levels and the matter taxonomy.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codes::{AppealType, CategoryCode, ClassCode, EmergencyNumber, UnitCode, Urgency};
use super::error::{RowError, RowErrorCode};
use super::files::Files;
use super::insert_new;
use super::table::{Row, Table};
use super::units::Unit;
use crate::limit::{Limit, LimitUnit};

/// Appeal types and their limits.
pub(crate) const APPEAL_TYPES: &str = "appeal_types.csv";
/// Urgency levels and their limits.
pub(crate) const URGENCY_LEVELS: &str = "urgency_levels.csv";
/// Classes and categories.
pub(crate) const TAXONOMY: &str = "complaint_taxonomy.csv";

/// An appeal type (诉求类型) as the town handles it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealTypeInfo {
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// How long handling may take.
    pub limit: Limit,
    /// Whether the caller stays hidden from the handling unit unless they say otherwise.
    pub confidential_by_default: bool,
    /// Whether the caller gets a reply unless they want none.
    pub needs_reply: bool,
}

/// An urgency level (紧急程度) as the town handles it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrgencyLevel {
    /// Its name in Chinese.
    pub name_zh: String,
    /// How soon the caller is contacted.
    pub first_contact: Limit,
    /// How long handling may take; none where the appeal type alone decides.
    pub handling: Option<Limit>,
}

/// A class of categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryClass {
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
}

/// A matter category (事项分类).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// The class it belongs to.
    pub class: ClassCode,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The unit that leads unless the centre decides otherwise.
    pub default_unit: UnitCode,
    /// How urgent such a matter is to begin with.
    pub urgency: Urgency,
    /// Whether it is handled discreetly.
    pub sensitive: bool,
    /// Whether it goes past the unit it is about (利益冲突).
    pub conflict_route: bool,
    /// The number to call at once; only emergencies have one.
    pub emergency_number: Option<EmergencyNumber>,
}

/// Reads the appeal types; all of them must be there.
pub(crate) fn appeal_types(files: &Files<'_>, errors: &RefCell<Vec<RowError>>) -> BTreeMap<AppealType, AppealTypeInfo> {
    let columns = [
        "appeal_type",
        "name_zh",
        "name_en",
        "default_limit",
        "limit_unit",
        "confidential_default",
        "needs_reply_to_caller",
        "basis",
    ];
    let table = Table::read(APPEAL_TYPES, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        insert_new(&mut found, &row, "appeal_type", appeal_type(&row));
    }
    require_all(APPEAL_TYPES, "appeal_type", AppealType::ALL, &found, errors);
    found
}

fn appeal_type(row: &Row<'_>) -> Option<AppealTypeInfo> {
    let (name_zh, name_en) = (row.text("name_zh"), row.text("name_en"));
    let limit = limit(row, "default_limit", "limit_unit");
    let (confidential, reply) = (row.flag("confidential_default"), row.flag("needs_reply_to_caller"));
    Some(AppealTypeInfo {
        name_zh: name_zh?,
        name_en: name_en?,
        limit: limit?,
        confidential_by_default: confidential?,
        needs_reply: reply?,
    })
}

/// Reads the urgency levels; all of them must be there.
pub(crate) fn urgency_levels(files: &Files<'_>, errors: &RefCell<Vec<RowError>>) -> BTreeMap<Urgency, UrgencyLevel> {
    let columns =
        ["urgency", "name_zh", "first_contact_limit", "first_contact_unit", "handling_limit", "handling_unit", "note"];
    let table = Table::read(URGENCY_LEVELS, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        insert_new(&mut found, &row, "urgency", urgency_level(&row));
    }
    require_all(URGENCY_LEVELS, "urgency", Urgency::ALL, &found, errors);
    found
}

fn urgency_level(row: &Row<'_>) -> Option<UrgencyLevel> {
    let (name_zh, first_contact) = (row.text("name_zh"), limit(row, "first_contact_limit", "first_contact_unit"));
    let by_type = row.raw("handling_unit") == "by_type" && row.raw("handling_limit") == "0";
    let handling = if by_type { Some(None) } else { limit(row, "handling_limit", "handling_unit").map(Some) };
    Some(UrgencyLevel { name_zh: name_zh?, first_contact: first_contact?, handling: handling? })
}

/// A number in one column and its unit in another.
fn limit(row: &Row<'_>, number: &str, unit: &str) -> Option<Limit> {
    let n = row.parse::<u32>(number);
    let unit = match row.raw(unit) {
        "working_day" => Some(LimitUnit::WorkingDays),
        "natural_day" => Some(LimitUnit::NaturalDays),
        "working_hour" => Some(LimitUnit::WorkingHours),
        "natural_hour" => Some(LimitUnit::NaturalHours),
        "natural_minute" => Some(LimitUnit::NaturalMinutes),
        "month" => Some(LimitUnit::Months),
        other => {
            row.fail(unit, RowErrorCode::Format, format!("\"{other}\" is not a unit of time"));
            None
        }
    };
    // 3 660: ten years of days; anything longer is a slip of the keyboard.
    if n.is_some_and(|n| !(1..=3_660).contains(&n)) {
        row.fail(number, RowErrorCode::OutOfRange, format!("{}, must be 1 to 3660", row.raw(number)));
    }
    Some(Limit::new(n?, unit?))
}

fn require_all<K: Ord + std::fmt::Display, V>(
    file: &str,
    column: &str,
    all: &[K],
    found: &BTreeMap<K, V>,
    errors: &RefCell<Vec<RowError>>,
) {
    for missing in all.iter().filter(|one| !found.contains_key(one)) {
        let error = RowError::file(file, RowErrorCode::Required, format!("no good row for {missing}"));
        errors.borrow_mut().push(RowError { column: column.to_owned(), ..error });
    }
}

/// The two levels of the taxonomy.
pub(crate) type Taxonomy = (BTreeMap<ClassCode, CategoryClass>, BTreeMap<CategoryCode, Category>);

/// Reads classes and categories.
pub(crate) fn taxonomy(
    files: &Files<'_>,
    units: &BTreeMap<UnitCode, Unit>,
    errors: &RefCell<Vec<RowError>>,
) -> Taxonomy {
    let columns = [
        "class_code",
        "class_zh",
        "class_en",
        "category_code",
        "category_zh",
        "category_en",
        "default_dept",
        "default_urgency",
        "sensitive",
        "conflict_of_interest_route",
        "emergency_number",
    ];
    let table = Table::read(TAXONOMY, files, &columns, errors);
    let (mut classes, mut categories) = (BTreeMap::new(), BTreeMap::new());
    for row in table.rows() {
        let class = class(&row, &mut classes);
        insert_new(&mut categories, &row, "category_code", category(&row, class, units));
    }
    (classes, categories)
}

/// The row's class, which every row of it must name alike.
fn class(row: &Row<'_>, classes: &mut BTreeMap<ClassCode, CategoryClass>) -> Option<ClassCode> {
    let (code, name_zh, name_en) = (row.parse::<ClassCode>("class_code"), row.text("class_zh"), row.text("class_en"));
    let (code, class) = (code?, CategoryClass { name_zh: name_zh?, name_en: name_en? });
    let known = classes.entry(code.clone()).or_insert_with(|| class.clone());
    if *known != class {
        let detail = format!("{code} was {} ({}) before", known.name_zh, known.name_en);
        row.fail("class_zh", RowErrorCode::Mismatch, detail);
    }
    Some(code)
}

fn category(row: &Row<'_>, class: Option<ClassCode>, units: &BTreeMap<UnitCode, Unit>) -> Option<Category> {
    let (name_zh, name_en) = (row.text("category_zh"), row.text("category_en"));
    let (default_unit, urgency) = (row.parse::<UnitCode>("default_dept"), row.parse::<Urgency>("default_urgency"));
    let (sensitive, conflict_route) = (row.flag("sensitive"), row.flag("conflict_of_interest_route"));
    let has_number = !row.raw("emergency_number").is_empty();
    let number = has_number.then(|| row.parse::<EmergencyNumber>("emergency_number"));
    match default_unit.as_ref().map(|code| (code, units.get(code))) {
        Some((code, None)) => row.fail("default_dept", RowErrorCode::UnknownReference, code.as_str()),
        Some((code, Some(unit))) if !unit.can_be_lead => {
            row.fail("default_dept", RowErrorCode::Mismatch, format!("{code} cannot lead"));
        }
        _ => {}
    }
    if has_number && urgency.is_some_and(|urgency| urgency != Urgency::Emergency) {
        row.fail("emergency_number", RowErrorCode::Mismatch, "only an emergency has a number to call");
    }
    Some(Category {
        class: class?,
        name_zh: name_zh?,
        name_en: name_en?,
        default_unit: default_unit?,
        urgency: urgency?,
        sensitive: sensitive?,
        conflict_route: conflict_route?,
        emergency_number: number.map_or(Some(None), |number| number.map(Some))?,
    })
}
