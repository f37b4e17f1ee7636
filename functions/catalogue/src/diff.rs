//! What differs between two versions of a file, row by row, for a person who has to say yes to it.
//!
//! Rows are told apart by the first column that is unique in both versions, which in a town's tables is the code; where
//! none is, rows are whole and only come and go. What must stay true: the counts are complete, however few rows are shown.

use serde_json::{Value, json};

use crate::table::{Row, Table};

/// Rows shown of one file: more than anybody reads in one go; 26 files × 100 rows of 300 bytes are 780 KB at the very
/// most. The counts say how many there are.
const ROWS_SHOWN_MAX: usize = 100;

/// What a new version of a file does to the rows of the old one.
#[derive(Debug, Default)]
pub(crate) struct Diff {
    /// Rows added, removed and changed.
    pub rows: [u32; 3],
    /// The first of them, as the answer shows them.
    pub shown: Vec<Value>,
    /// Keys of the rows that are gone: the codes that nothing explains any more.
    pub gone: Vec<String>,
}

/// Compares two texts of the file `name`; what is not a row like the others is left to the checks.
pub(crate) fn diff(name: &str, before: &str, after: &str) -> Diff {
    let read = if name.ends_with(".toml") { settings } else { Table::read };
    let (before, after) = (read(before), read(after));
    let is_key = |column: &&String| before.is_key(column) && after.is_key(column);
    let key = after.columns.iter().find(is_key).map(String::as_str);
    let (old, new) = (before.sorted_by(key), after.sorted_by(key));
    let find = |rows: &[(String, &Row)], key: &String| rows.binary_search_by(|(other, _)| other.cmp(key)).ok();
    let mut diff = Diff::default();
    for (key, row) in &new {
        let earlier = find(&old, key).and_then(|at| old.get(at));
        let cells = match earlier {
            None => cells(&after, row, "after"),
            Some((_, earlier)) => changed_cells(&before, earlier, &after, row),
        };
        if !cells.is_empty() {
            diff.add(if earlier.is_some() { 2 } else { 0 }, row.line, key, &cells);
        }
    }
    for (key, row) in &old {
        if find(&new, key).is_none() {
            diff.add(1, row.line, key, &cells(&before, row, "before"));
            diff.gone.push(key.clone());
        }
    }
    diff
}

const KINDS: [&str; 3] = ["added", "removed", "changed"];

impl Diff {
    fn add(&mut self, kind: usize, line: u64, key: &str, cells: &[Value]) {
        if let Some(count) = self.rows.get_mut(kind) {
            *count = count.saturating_add(1);
        }
        if self.shown.len() < ROWS_SHOWN_MAX {
            let kind = KINDS.get(kind).copied().unwrap_or_default();
            self.shown.push(json!({"kind": kind, "line": line, "key": key, "cells": cells}));
        }
    }
}

fn cells(table: &Table, row: &Row, member: &str) -> Vec<Value> {
    let filled = table.columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty());
    filled.map(|(column, cell)| json!({"column": column, member: cell})).collect()
}

/// The columns of either version whose cells differ.
fn changed_cells(before: &Table, old: &Row, after: &Table, new: &Row) -> Vec<Value> {
    let dropped = before.columns.iter().filter(|column| !after.columns.contains(column));
    let columns = after.columns.iter().chain(dropped);
    let pairs = columns.map(|column| (column, before.cell(old, column), after.cell(new, column)));
    let differ = pairs.filter(|(_, was, is)| was != is);
    differ.map(|(column, was, is)| json!({"column": column, "before": was, "after": is})).collect()
}

/// `town.toml` as a table of two columns: what is set, with the heading above it, and to what. Remarks are not settings.
fn settings(text: &str) -> Table {
    let mut heading = String::new();
    let mut table = Table { columns: vec!["setting".to_owned(), "value".to_owned()], rows: Vec::new() };
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.split(" #").next().unwrap_or_default().trim();
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            heading = format!("{name}.");
        } else if let Some((name, value)) = text.split_once('=').filter(|_| !text.starts_with('#')) {
            let cells = vec![format!("{heading}{}", name.trim()), value.trim().to_owned()];
            table.rows.push(Row { line, cells });
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{Diff, diff};
    use serde_json::json;

    const OLD: &str = "code,name\nA,one\nB,two\nC,three\n";

    fn rows(diff: &Diff) -> ([u32; 3], Vec<String>) {
        let told = |row: &serde_json::Value| format!("{} {} {}", row["kind"], row["line"], row["key"]).replace('"', "");
        (diff.rows, diff.shown.iter().map(told).collect())
    }

    #[test]
    fn rows_come_go_and_change() {
        let found = diff("x.csv", OLD, "code,name\nA,one\nC,drei\nD,four\n");
        let told = ["changed 3 C", "added 4 D", "removed 3 B"].map(str::to_owned).to_vec();
        assert_eq!(rows(&found), ([1, 1, 1], told));
        assert_eq!(found.shown[0]["cells"], json!([{"column": "name", "before": "three", "after": "drei"}]));
        assert_eq!(found.shown[2]["cells"][1], json!({"column": "name", "before": "two"}));
        assert_eq!(found.gone, ["B"]);
    }

    #[test]
    fn order_spaces_and_line_ends_are_no_difference() {
        assert_eq!(diff("x.csv", OLD, "code, name\r\nC,three\r\nB , two\r\nA,one\r\n").rows, [0, 0, 0]);
    }

    #[test]
    fn a_new_column_changes_the_rows_that_fill_it() {
        let found = diff("x.csv", OLD, "code,name,note\nA,one,x\nB,two,\nC,three,\n");
        assert_eq!(rows(&found), ([0, 0, 1], vec!["changed 2 A".to_owned()]));
    }

    #[test]
    fn the_code_need_not_come_first() {
        let (old, new) = ("class,code,v\nA,1,x\nA,2,y\n", "class,code,v\nA,1,x\nA,2,z\n");
        let found = diff("x.csv", old, new);
        assert_eq!(rows(&found), ([0, 0, 1], vec!["changed 3 2".to_owned()]));
    }

    #[test]
    fn without_a_code_whole_rows_come_and_go() {
        assert_eq!(diff("x.csv", "a,b\n1,1\n1,2\n2,1\n", "a,b\n1,1\n1,2\n2,2\n").rows, [1, 1, 0]);
    }

    #[test]
    fn counts_go_on_where_showing_stops() {
        let many: String = (0..250).map(|n| format!("{n},x\n")).collect();
        let found = diff("x.csv", "code,name\n", &format!("code,name\n{many}"));
        assert_eq!((found.rows, found.shown.len()), ([250, 0, 0], 100));
    }

    #[test]
    fn settings_are_told_with_their_heading() {
        let old = "a = 1\n[limits]\nphotos_max = 9 # each\n";
        let found = diff("town.toml", old, "# said\na = 1\n[limits]\nphotos_max = 6   # each\n");
        assert_eq!(rows(&found), ([0, 0, 1], vec!["changed 4 limits.photos_max".to_owned()]));
        assert_eq!(found.shown[0]["cells"][0], json!({"column": "value", "before": "9", "after": "6"}));
    }
}
