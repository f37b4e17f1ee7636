//! Reading the fields of a form, every mistake noted.

use std::str::FromStr;

use service::FieldError;

/// Reads a field; what cannot be read is noted.
pub fn check<T: FromStr>(
    errors: &mut Vec<FieldError>,
    pointer: &'static str,
    code: &'static str,
    text: &str,
) -> Option<T> {
    let value = text.parse().ok();
    if value.is_none() {
        errors.push(FieldError::new(pointer, code));
    }
    value
}

/// A line of text of at most `max` characters, without spaces around it.
pub fn line(errors: &mut Vec<FieldError>, pointer: &'static str, text: &str, max: usize) -> String {
    let name = text.trim();
    if name.is_empty() {
        errors.push(FieldError::new(pointer, "required"));
    } else if name.chars().count() > max {
        errors.push(FieldError::new(pointer, "tooLong"));
    } else if name.chars().any(char::is_control) {
        errors.push(FieldError::new(pointer, "controlCharacter"));
    }
    name.to_owned()
}
