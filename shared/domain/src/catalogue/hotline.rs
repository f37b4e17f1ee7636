//! `hotline.toml`: the platforms above the town. A town without one has no such file.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use super::appeals::Category;
use super::codes::CategoryCode;
use super::error::{RowError, RowErrorCode};
use super::files::Files;
use crate::hotline::Upstreams;

/// The file's name.
pub(crate) const HOTLINE: &str = "hotline.toml";
/// The file's size: 128 KiB, 16 platforms with 200 categories of 40 bytes each.
const BYTES_MAX: usize = 131_072;

/// Reads `hotline.toml` into the text that is kept; mistakes go to `errors`.
pub(crate) fn read(
    files: &Files<'_>,
    categories: &BTreeMap<CategoryCode, Category>,
    errors: &RefCell<Vec<RowError>>,
) -> String {
    let Some(bytes) = files.0.get(HOTLINE) else { return String::new() };
    match parse(bytes, categories) {
        Ok(kept) => kept,
        Err((row, code, detail)) => {
            errors.borrow_mut().push(RowError { row, ..RowError::file(HOTLINE, code, detail) });
            String::new()
        }
    }
}

fn parse(bytes: &[u8], categories: &BTreeMap<CategoryCode, Category>) -> Result<String, (u32, RowErrorCode, String)> {
    if bytes.len() > BYTES_MAX {
        return Err((0, RowErrorCode::TooLarge, format!("{} bytes, at most {BYTES_MAX}", bytes.len())));
    }
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|_| (0, RowErrorCode::NotUtf8, "the file is not UTF-8".to_owned()))?;
    let malformed = |row, detail| (row, RowErrorCode::Malformed, detail);
    let value: Value = basic_toml::from_str(text).map_err(|error| {
        let row = error.line_col().map_or(0, |(line, _)| u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1));
        malformed(row, error.to_string())
    })?;
    let upstreams: Upstreams = canon::read_value(value).map_err(|error| malformed(0, error.to_string()))?;
    upstreams.check(&|code| categories.contains_key(code)).map_err(|error| malformed(0, error.0))?;
    serde_json::to_string(&upstreams).map_err(|error| malformed(0, error.to_string()))
}
