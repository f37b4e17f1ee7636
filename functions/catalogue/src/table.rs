//! A CSV file as rows of text, for what needs no types: comparing two versions, and looking at the form of a file.

use csv::ReaderBuilder;

/// A table: its columns and its rows. Rows may have more or fewer cells than there are columns.
#[derive(Default)]
pub(crate) struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// A row with the line on which it begins.
pub(crate) struct Row {
    pub line: u64,
    pub cells: Vec<String>,
}

impl Table {
    /// Reads a text. The first row that is not empty has the columns' names; cells are trimmed.
    pub(crate) fn read(text: &str) -> Self {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let (mut table, mut record) = (Self::default(), csv::StringRecord::new());
        // A text is UTF-8 and rows may be of any length, so reading cannot fail.
        while reader.read_record(&mut record).unwrap_or(false) {
            let cells: Vec<String> = record.iter().map(str::to_owned).collect();
            if table.columns.is_empty() {
                table.columns = cells;
            } else {
                table.rows.push(Row { line: record.position().map_or(0, csv::Position::line), cells });
            }
        }
        table
    }

    /// The cell of `row` in `column`, perhaps empty.
    pub(crate) fn cell<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| row.cells.get(at)).map(String::as_str).unwrap_or_default()
    }

    /// Whether every row has a cell of its own in `column`.
    pub(crate) fn is_key(&self, column: &str) -> bool {
        let rows = self.sorted_by(Some(column));
        let differs = |pair: &[(String, &Row)]| matches!(pair, [(a, _), (b, _)] if a != b);
        rows.windows(2).all(differs) && rows.first().is_none_or(|(cell, _)| !cell.is_empty())
    }

    /// Rows by their cell in `key`, or by everything that is in them.
    pub(crate) fn sorted_by(&self, key: Option<&str>) -> Vec<(String, &Row)> {
        let name = |row: &Row| key.map_or_else(|| row.cells.join(","), |key| self.cell(row, key).to_owned());
        let mut rows: Vec<(String, &Row)> = self.rows.iter().map(|row| (name(row), row)).collect();
        rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        rows
    }
}
