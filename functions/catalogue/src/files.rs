//! Which files a town may have, and what is asked of those that the catalogue does not read yet.

use domain::catalogue::{FILES, RowError};
use serde::Serialize;
use serde_json::{Value, json};

use crate::table::Table;

/// Files of a town beyond [`FILES`]. They are kept as they are; whoever needs one reads it with its types, as inspections
/// do with their libraries (`shared/inspections`), because all that in one component would be over its size.
pub const OTHERS: &[&str] = &[
    "assessment_indicators.csv",
    "credit_risk_policy.csv",
    "drand_rounds.csv",
    "enforcement_causes.csv",
    "grid_duties.csv",
    "grid_duty_lines.csv",
    "grid_event_categories.csv",
    "infrastructure_totals.csv",
    "inspection_items.csv",
    "inspection_joint_groups.csv",
    "inspection_result_codes.csv",
    "inspection_subjects.csv",
    "inspectors.csv",
    "permit_items.csv",
    "projects.csv",
    "return_reasons.csv",
    "town.csv",
];
/// One file, as in the catalogue's own: 1 MiB; the demo's largest (578 subjects) has 60 KB.
const FILE_BYTES_MAX: usize = 1_048_576;
/// Characters of an unknown name that an answer repeats.
const NAME_SHOWN_MAX: usize = 80;

/// A mistake in a file, as the answer shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Mistake(Value);

impl From<RowError> for Mistake {
    fn from(error: RowError) -> Self {
        Self(json!(error))
    }
}

impl Mistake {
    fn new(file: &str, row: u64, code: &str, detail: &str) -> Self {
        Self(json!({"file": file, "row": row, "column": "", "code": code, "detail": detail}))
    }
}

/// Whether a town can have a file of this name.
pub fn is_known(name: &str) -> bool {
    FILES.contains(&name) || OTHERS.contains(&name)
}

/// What is wrong with the name of a file, or with the form of one that is only kept.
pub fn check(name: &str, text: &str) -> Option<Mistake> {
    if FILES.contains(&name) {
        return None;
    }
    if !OTHERS.contains(&name) {
        let shown: String = name.chars().take(NAME_SHOWN_MAX).collect();
        return Some(Mistake::new(&shown, 0, "unknown_file", "a town has no file of this name"));
    }
    if text.len() > FILE_BYTES_MAX {
        return Some(Mistake::new(name, 0, "too_large", "more than 1048576 bytes"));
    }
    check_table(name, text)
}

/// A table has a header in which every column has a name of its own, and rows as long as the header.
fn check_table(name: &str, text: &str) -> Option<Mistake> {
    let table = Table::read(text);
    let twice = |name: &String| table.columns.iter().filter(|other| *other == name).count() > 1;
    if table.columns.is_empty() || table.columns.iter().any(|name| name.is_empty() || twice(name)) {
        return Some(Mistake::new(name, 1, "header", "every column needs a name of its own"));
    }
    let odd = table.rows.iter().find(|row| row.cells.len() != table.columns.len())?;
    Some(Mistake::new(name, odd.line, "malformed", "the row has more or fewer fields than the header"))
}

#[cfg(test)]
mod tests {
    use super::{FILES, Mistake, OTHERS, check};

    #[test]
    fn every_file_of_the_demo_is_known_and_well_formed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "csv" || kind == "toml") {
                let name = path.file_name().unwrap().to_str().unwrap();
                assert_eq!(check(name, &std::fs::read_to_string(&path).unwrap()), None, "{name}");
                seen += 1;
            }
        }
        assert_eq!(seen, FILES.len() + OTHERS.len());
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_row() {
        let code =
            |text: &str| check("projects.csv", text).map(|Mistake(m)| (m["row"].as_u64().unwrap(), m["code"].clone()));
        assert_eq!(code("a,b\n1,2\n"), None);
        assert_eq!(code("a,b\n1,2\n1\n"), Some((3, "malformed".into())));
        assert_eq!(code("a,a\n"), Some((1, "header".into())));
        assert_eq!(code("a,\n"), Some((1, "header".into())));
        assert_eq!(code(""), Some((1, "header".into())));
        assert!(check("../../etc/passwd", "a\n").is_some());
    }
}
