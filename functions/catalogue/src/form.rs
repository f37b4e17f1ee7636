//! What an administrator asks for: files that replace others, or an earlier version back, from which day and why.

use std::collections::BTreeMap;

use domain::time::Date;
use serde::Deserialize;
use service::{FieldError, Problem};

/// 2 MiB: all files of the demo have 180 KB; a county of 5 000 grids has 1 MB of them and may send the rest apart.
pub(crate) const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Characters of a reason: a sentence or two. 500 loads of 800 bytes would fill a document of 256 KiB by more than half,
/// so a town that loads weekly has room for some five years; then it says `caseFull`.
const REASON_MAX: usize = 200;
/// Two years ahead: the next year's holidays are known in autumn, and 2072 is a slip of the finger.
const AHEAD_DAYS_MAX: i64 = 731;

/// The body of `PUT /api/admin/catalogue` and of its preview.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Form {
    /// Files by name, each as its text.
    pub files: Option<BTreeMap<String, String>>,
    /// The number of the load whose files shall come back.
    pub restore: Option<u64>,
    /// The first day on which it shall hold; empty: at once.
    valid_from: String,
    /// Why.
    reason: String,
    /// The number of loads that the sender knew of; without one, whatever there are when the request is read.
    pub if_number: Option<u64>,
}

/// What a form asks for, checked.
#[derive(Debug)]
pub(crate) struct Wish {
    /// Files by name; none where an earlier version comes back.
    pub files: BTreeMap<String, String>,
    /// See [`Form::restore`].
    pub restore: Option<u64>,
    /// A day in the future.
    pub from: Option<Date>,
    /// Trimmed.
    pub reason: String,
}

impl Form {
    /// # Errors
    /// 422 with every field that is not right.
    pub(crate) fn check(self, today: Date) -> Result<Wish, Problem> {
        let mut errors = Vec::new();
        let mut note = |pointer, code| errors.push(FieldError::new(pointer, code));
        match (&self.files, self.restore) {
            (None, None) => note("/files", "required"),
            (Some(_), Some(_)) => note("/restore", "eitherFilesOrRestore"),
            _ => {}
        }
        let reason = self.reason.trim();
        if reason.chars().count() > REASON_MAX {
            note("/reason", "tooLong");
        } else if reason.chars().any(char::is_control) {
            note("/reason", "controlCharacter");
        }
        let from = match self.valid_from.trim() {
            "" => None,
            text => match text.parse::<Date>() {
                Ok(day) if day < today => {
                    note("/validFrom", "inThePast");
                    None
                }
                Ok(day) if day > today.plus_days(AHEAD_DAYS_MAX) => {
                    note("/validFrom", "tooFarAhead");
                    None
                }
                Ok(day) => Some(day).filter(|day| *day > today),
                Err(_) => {
                    note("/validFrom", "invalid");
                    None
                }
            },
        };
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let files = self.files.unwrap_or_default();
        Ok(Wish { files, restore: self.restore, from, reason: reason.to_owned() })
    }
}
