//! Checking forms: every mistake at once, each by its JSON pointer.

use service::{FieldError, Problem};

/// Collects what is wrong with a form while the rest is still read.
#[derive(Debug, Default)]
pub struct Check(Vec<FieldError>);

impl Check {
    /// Notes a mistake.
    pub fn note(&mut self, pointer: &'static str, code: &'static str) {
        self.0.push(FieldError::new(pointer, code));
    }

    /// How many mistakes there are so far.
    #[must_use]
    pub const fn mistakes(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.0.is_empty()
    }

    /// The mistakes.
    #[must_use]
    pub fn into_errors(self) -> Vec<FieldError> {
        self.0
    }

    /// Notes a mistake; there is no value then.
    pub fn fail<T>(&mut self, pointer: &'static str, code: &'static str) -> Option<T> {
        self.note(pointer, code);
        None
    }

    /// A trimmed text of at most `max` characters without control characters; empty is `None`.
    pub fn text(&mut self, pointer: &'static str, text: &str, max: usize) -> Option<String> {
        let text = text.trim();
        if text.chars().count() > max {
            return self.fail(pointer, "tooLong");
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return self.fail(pointer, "controlCharacter");
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The same where something must be there.
    pub fn required(&mut self, pointer: &'static str, text: &str, max: usize) -> String {
        let before = self.0.len();
        match self.text(pointer, text, max) {
            Some(text) => text,
            None if self.0.len() == before => self.fail(pointer, "required").unwrap_or_default(),
            None => String::new(),
        }
    }
}

/// A single text field outside the form; empty is `None`.
///
/// # Errors
/// 422 when it is too long or has control characters.
pub fn text_field(pointer: &'static str, text: &str, max: usize) -> Result<Option<String>, Problem> {
    let mut check = Check::default();
    let text = check.text(pointer, text, max);
    if check.0.is_empty() { Ok(text) } else { Err(Problem::invalid(check.0)) }
}
