//! Phone numbers as people type them.

use crate::Check;

/// A Chinese mobile or landline number (handbook §12.1) in E.164 form; `None` where nothing was typed, and with a mistake in `check` where it is none.
pub fn phone_number(check: &mut Check, pointer: &'static str, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    e164(text).or_else(|| check.fail(pointer, "invalid"))
}

/// A Chinese mobile or landline number (handbook §12.1) in E.164 form; none where it is neither.
#[must_use]
pub fn e164(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let national = digits.strip_prefix("+86").or_else(|| digits.strip_prefix("0086")).unwrap_or(&digits);
    let numeric = national.bytes().all(|byte| byte.is_ascii_digit());
    let mobile = national.len() == 11
        && national.starts_with('1')
        && !national.starts_with("10")
        && !national.starts_with("11")
        && !national.starts_with("12");
    // 0 and an area code of 2 or 3 digits, then 7 or 8 digits.
    let landline = national.starts_with('0') && (10..=12).contains(&national.len());
    match (numeric, mobile, landline) {
        (true, true, _) => Some(format!("+86{national}")),
        (true, _, true) => Some(format!("+86{}", national.trim_start_matches('0'))),
        _ => None,
    }
}
