//! What the town tells everybody: `notices.csv`, each with its first and last day.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Catalogue;
use super::error::{RowError, RowErrorCode};
use super::files::Files;
use super::table::{Row, Table};
use crate::time::Date;

/// Notices (公告). The only file that a town may do without.
pub(crate) const NOTICES: &str = "notices.csv";
/// Letters and digits of a notice's code.
const CODE_MAX: usize = 20;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Names it within the town.
    pub code: String,
    /// Its heading in Chinese.
    pub title_zh: String,
    /// Its heading in English.
    pub title_en: String,
    /// Its text in Chinese.
    pub text_zh: String,
    /// Its text in English.
    pub text_en: String,
    /// The first day on which it is shown.
    pub from: Date,
    /// The last day on which it is shown.
    pub until: Date,
}

/// Reads the notices, if there are any.
pub(crate) fn read(files: &Files<'_>, errors: &RefCell<Vec<RowError>>) -> Vec<Notice> {
    if !files.0.contains_key(NOTICES) {
        return Vec::new();
    }
    let columns = ["notice_code", "title_zh", "title_en", "text_zh", "text_en", "valid_from", "valid_until"];
    let table = Table::read(NOTICES, files, &columns, errors);
    let mut codes = BTreeSet::new();
    let mut notices = Vec::new();
    for row in table.rows() {
        let Some(notice) = notice(&row) else { continue };
        if codes.insert(notice.code.clone()) {
            notices.push(notice);
        } else {
            row.fail("notice_code", RowErrorCode::Duplicate, notice.code);
        }
    }
    notices
}

fn notice(row: &Row<'_>) -> Option<Notice> {
    let code = row.text("notice_code").filter(|code| {
        let good = code.len() <= CODE_MAX && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !good {
            row.fail(
                "notice_code",
                RowErrorCode::Format,
                format!("\"{code}\" is not 1 to {CODE_MAX} letters or digits"),
            );
        }
        good
    });
    let (title_zh, title_en) = (row.text("title_zh"), row.text("title_en"));
    let (text_zh, text_en) = (row.text("text_zh"), row.text("text_en"));
    let (from, until) = (row.parse::<Date>("valid_from"), row.parse::<Date>("valid_until"));
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        row.fail("valid_until", RowErrorCode::Mismatch, format!("{until} is before {from}"));
    }
    Some(Notice {
        code: code?,
        title_zh: title_zh?,
        title_en: title_en?,
        text_zh: text_zh?,
        text_en: text_en?,
        from: from?,
        until: until?,
    })
}

impl Catalogue {
    /// The notices of `day`, the newest first.
    #[must_use]
    pub fn notices_on(&self, day: Date) -> Vec<&Notice> {
        let mut notices: Vec<&Notice> =
            self.notices.iter().filter(|notice| (notice.from..=notice.until).contains(&day)).collect();
        notices.sort_unstable_by(|a, b| b.from.cmp(&a.from).then_with(|| a.code.cmp(&b.code)));
        notices
    }
}
