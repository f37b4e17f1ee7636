//! The town's organisation: the departments that lead matters, and the other units.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codes::UnitCode;
use super::error::{RowError, RowErrorCode};
use super::files::Files;
use super::insert_new;
use super::table::Table;
use super::town::{TOWN, Town};

/// The functional departments.
pub(crate) const DEPARTMENTS: &str = "departments.csv";
/// The centre, party units and sub-centres.
pub(crate) const OTHER_UNITS: &str = "org_units_other.csv";

/// Whether a unit is one of the town's functional departments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// A functional department (职能部门).
    Department,
    /// The centre, a party unit or a sub-centre.
    Other,
}

/// A unit of the town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// What it is.
    pub kind: UnitKind,
    /// What it does, in Chinese.
    pub duties_zh: String,
    /// Whether it can lead the handling of an order (主办).
    pub can_be_lead: bool,
    /// Whether it has officers with an enforcement certificate.
    pub has_certified_inspectors: bool,
}

/// Reads both files; a code is unique over the two, and the units that `town` names are among them.
pub(crate) fn read(files: &Files<'_>, town: &Town, errors: &RefCell<Vec<RowError>>) -> BTreeMap<UnitCode, Unit> {
    let mut units = BTreeMap::new();
    departments(files, &mut units, errors);
    others(files, &mut units, errors);
    for (column, code) in [("centre_unit", &town.centre_unit), ("discipline_unit", &town.discipline_unit)] {
        if !units.contains_key(code) {
            let error = RowError::file(TOWN, RowErrorCode::UnknownReference, code.to_string());
            errors.borrow_mut().push(RowError { column: column.to_owned(), ..error });
        }
    }
    units
}

fn departments(files: &Files<'_>, units: &mut BTreeMap<UnitCode, Unit>, errors: &RefCell<Vec<RowError>>) {
    let columns = [
        "dept_code",
        "name_zh",
        "name_en",
        "short_id",
        "line_zh",
        "rust_variant",
        "duties_zh",
        "can_be_lead",
        "has_certified_inspectors",
    ];
    let table = Table::read(DEPARTMENTS, files, &columns, errors);
    for row in table.rows() {
        let (name_zh, name_en, duties_zh) = (row.text("name_zh"), row.text("name_en"), row.text("duties_zh"));
        let (lead, certified) = (row.flag("can_be_lead"), row.flag("has_certified_inspectors"));
        let unit = || {
            Some(Unit {
                name_zh: name_zh?,
                name_en: name_en?,
                kind: UnitKind::Department,
                duties_zh: duties_zh?,
                can_be_lead: lead?,
                has_certified_inspectors: certified?,
            })
        };
        insert_new(units, &row, "dept_code", unit());
    }
}

fn others(files: &Files<'_>, units: &mut BTreeMap<UnitCode, Unit>, errors: &RefCell<Vec<RowError>>) {
    let columns = ["unit_code", "name_zh", "name_en", "role_zh", "counts_in_13_depts"];
    let table = Table::read(OTHER_UNITS, files, &columns, errors);
    for row in table.rows() {
        let (name_zh, name_en, duties_zh) = (row.text("name_zh"), row.text("name_en"), row.text("role_zh"));
        if row.flag("counts_in_13_depts") == Some(true) {
            row.fail("counts_in_13_depts", RowErrorCode::Mismatch, format!("then it belongs in {DEPARTMENTS}"));
        }
        let unit = || {
            Some(Unit {
                name_zh: name_zh?,
                name_en: name_en?,
                kind: UnitKind::Other,
                duties_zh: duties_zh?,
                can_be_lead: true,
                has_certified_inspectors: false,
            })
        };
        insert_new(units, &row, "unit_code", unit());
    }
}
