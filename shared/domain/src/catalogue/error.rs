//! What is wrong with a town's files, told so that a person can find it in a spreadsheet.

use serde::Serialize;

/// What kind of mistake it is; stable, translated by the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowErrorCode {
    /// A file that the catalogue needs is not there.
    MissingFile,
    /// The file, its number of rows or a field is larger than allowed.
    TooLarge,
    /// The file is not UTF-8.
    NotUtf8,
    /// A column is missing, unknown or named twice.
    Header,
    /// A row has more or fewer fields than the header, or a file is not well-formed.
    Malformed,
    /// A field that must be filled in is empty.
    Required,
    /// The field has not the form it must have.
    Format,
    /// A number is too small or too large.
    OutOfRange,
    /// The code is already used in an earlier row.
    Duplicate,
    /// The code names nothing.
    UnknownReference,
    /// The value disagrees with another one.
    Mismatch,
}

/// One mistake in one of a town's files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RowError {
    /// The file's name, as given.
    pub file: String,
    /// The row as a spreadsheet numbers it: the header is 1. 0 when it is about the whole file.
    pub row: u32,
    /// The column's name in the header; empty when it is about the whole row.
    pub column: String,
    /// What kind of mistake.
    pub code: RowErrorCode,
    /// The values concerned, in English.
    pub detail: String,
}

impl RowError {
    /// A mistake that concerns a whole file.
    pub(crate) fn file(file: &str, code: RowErrorCode, detail: impl Into<String>) -> Self {
        Self { file: file.to_owned(), row: 0, column: String::new(), code, detail: detail.into() }
    }
}
