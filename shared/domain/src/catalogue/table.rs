//! CSV files as tables with named columns and row numbers.
//!
//! Every file is bounded, is UTF-8 with or without a byte order mark, has
//! exactly the columns that its reader names (in any order), and reports all of
//! its mistakes, not the first one only.

use std::cell::RefCell;
use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord};

use super::error::{RowError, RowErrorCode};
use super::files::Files;

/// A file of a town: 1 MiB. The largest one of the demo (211 grids) has 41 KB, a county of 5 000
/// grids would have 1 MB.
const MAX_FILE_BYTES: usize = 1_048_576;
/// Rows of a file: 1 MiB ÷ at least 50 bytes a row.
const MAX_ROWS: usize = 20_000;
/// One field: the longest text, a duty list, has about 100 characters of 3 bytes.
const MAX_FIELD_BYTES: usize = 2_000;

/// One file's data rows.
pub(crate) struct Table<'a> {
    file: &'a str,
    header: StringRecord,
    rows: Vec<(u32, StringRecord)>,
    errors: &'a RefCell<Vec<RowError>>,
}

impl<'a> Table<'a> {
    /// Reads the file of that name; mistakes go to `errors`. Without the right header there are no rows.
    pub(crate) fn read(
        file: &'a str,
        files: &Files<'_>,
        columns: &[&str],
        errors: &'a RefCell<Vec<RowError>>,
    ) -> Table<'a> {
        let mut table = Table { file, header: StringRecord::new(), rows: Vec::new(), errors };
        if let Some(text) = files.bytes(file, errors).and_then(|bytes| table.text(bytes)) {
            table.read_rows(&text, columns);
        }
        table
    }

    fn fail(&self, row: u32, column: &str, code: RowErrorCode, detail: impl Into<String>) {
        let (file, column) = (self.file.to_owned(), column.to_owned());
        self.errors.borrow_mut().push(RowError { file, row, column, code, detail: detail.into() });
    }

    fn text(&self, bytes: &[u8]) -> Option<String> {
        if bytes.len() > MAX_FILE_BYTES {
            let detail = format!("{} bytes, at most {MAX_FILE_BYTES}", bytes.len());
            self.fail(0, "", RowErrorCode::TooLarge, detail);
            return None;
        }
        match std::str::from_utf8(bytes) {
            // One kind of line end, so that blank lines can be counted below. The reader itself
            // skips a byte order mark.
            Ok(text) => Some(text.replace("\r\n", "\n")),
            Err(error) => {
                let detail = format!("byte {} is not UTF-8", error.valid_up_to());
                self.fail(0, "", RowErrorCode::NotUtf8, detail);
                None
            }
        }
    }

    fn read_rows(&mut self, text: &str, columns: &[&str]) {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let (mut row, mut record) = (0u32, StringRecord::new());
        loop {
            let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return self.fail(row, "", RowErrorCode::Malformed, error.to_string()),
            }
            row = row.saturating_add(1).saturating_add(blank_lines_at(text, start));
            if self.header.is_empty() {
                if !self.accept_header(row, &record, columns) {
                    return;
                }
            } else if self.rows.len() >= MAX_ROWS {
                return self.fail(row, "", RowErrorCode::TooLarge, format!("more than {MAX_ROWS} rows"));
            } else {
                self.accept_row(row, &record);
            }
        }
        if self.header.is_empty() {
            self.fail(0, "", RowErrorCode::Header, "the file is empty");
        }
    }

    fn accept_header(&mut self, row: u32, record: &StringRecord, columns: &[&str]) -> bool {
        let mut good = true;
        let mut wrong = |column: &str, detail: &str| {
            self.fail(row, column, RowErrorCode::Header, detail);
            good = false;
        };
        for column in columns {
            match record.iter().filter(|name| name == column).count() {
                0 => wrong(column, "the column is missing"),
                1 => {}
                _ => wrong(column, "the column appears twice"),
            }
        }
        for name in record.iter().filter(|name| !columns.contains(name)) {
            wrong(name, "no such column");
        }
        self.header = record.clone();
        good
    }

    fn accept_row(&mut self, row: u32, record: &StringRecord) {
        let too_long = |(_, field): &(usize, &str)| field.len() > MAX_FIELD_BYTES;
        if record.len() != self.header.len() {
            let detail = format!("{} fields, the header has {}", record.len(), self.header.len());
            self.fail(row, "", RowErrorCode::Malformed, detail);
        } else if let Some((at, field)) = record.iter().enumerate().find(too_long) {
            let detail = format!("{} bytes, at most {MAX_FIELD_BYTES}", field.len());
            self.fail(row, self.header.get(at).unwrap_or_default(), RowErrorCode::TooLarge, detail);
        } else {
            self.rows.push((row, record.clone()));
        }
    }

    /// The rows that have as many fields as the header.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(number, record)| Row { table: self, number: *number, record })
    }
}

/// Blank lines that the CSV reader skips before the record that it reads from byte `start` on.
fn blank_lines_at(text: &str, start: usize) -> u32 {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| **byte == b'\n').count();
    u32::try_from(blank).unwrap_or(u32::MAX)
}

/// One data row. Its readers report what is wrong and answer `None` then.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table<'a>,
    /// As a spreadsheet numbers it.
    pub(crate) number: u32,
    record: &'a StringRecord,
}

impl Row<'_> {
    /// Reports a mistake in this row.
    pub(crate) fn fail(&self, column: &str, code: RowErrorCode, detail: impl Into<String>) {
        self.table.fail(self.number, column, code, detail);
    }

    /// The field as it is, perhaps empty.
    pub(crate) fn raw(&self, column: &str) -> &str {
        let at = self.table.header.iter().position(|name| name == column);
        at.and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    /// A text that must not be empty.
    pub(crate) fn text(&self, column: &str) -> Option<String> {
        let field = self.raw(column);
        if field.is_empty() {
            self.fail(column, RowErrorCode::Required, "must not be empty");
            return None;
        }
        Some(field.to_owned())
    }

    /// Anything with a text form.
    pub(crate) fn parse<T: FromStr<Err: std::fmt::Display>>(&self, column: &str) -> Option<T> {
        let text = self.text(column)?;
        let parsed = text.parse::<T>();
        parsed.map_err(|error| self.fail(column, RowErrorCode::Format, format!("\"{text}\": {error}"))).ok()
    }

    /// `Y` or `N`.
    pub(crate) fn flag(&self, column: &str) -> Option<bool> {
        match self.raw(column) {
            "Y" => Some(true),
            "N" => Some(false),
            other => {
                self.fail(column, RowErrorCode::Format, format!("\"{other}\" is neither Y nor N"));
                None
            }
        }
    }
}
