//! A town's files by name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::error::{RowError, RowErrorCode};

/// Digits of a version: 16 × 4 = 64 bits, far more than a town ever has versions.
const VERSION_DIGITS: usize = 16;

/// The files that were handed in. Others than the catalogue's own are nobody's business here.
pub(crate) struct Files<'a>(pub(crate) &'a BTreeMap<String, Vec<u8>>);

impl Files<'_> {
    /// The bytes of `name`; empty, and reported, when there is no such file.
    pub(crate) fn bytes(&self, name: &str, errors: &RefCell<Vec<RowError>>) -> Option<&[u8]> {
        let bytes = self.0.get(name).map(Vec::as_slice);
        if bytes.is_none() {
            errors.borrow_mut().push(RowError::file(name, RowErrorCode::MissingFile, "the file is missing"));
        }
        bytes
    }

    /// A name for the content of `names`: the same files give the same version.
    pub(crate) fn version(&self, names: &[&str]) -> String {
        let mut content = Vec::new();
        for name in names {
            let bytes = self.0.get(*name).map(Vec::as_slice).unwrap_or_default();
            content.extend(canon::lp(name.as_bytes()));
            content.extend(canon::lp(bytes));
        }
        canon::sha256(&[&content]).to_string().chars().take(VERSION_DIGITS).collect()
    }
}
