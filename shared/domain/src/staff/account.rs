//! The name to sign in with.

use std::fmt;
use std::str::FromStr;

use crate::text::serde_as_text;

/// An account name: 3 to 32 of `a`–`z`, `0`–`9`, `.`, `_`, `-`, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(String);

/// The text is not an account name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account is 3 to 32 of a-z, 0-9, dot, hyphen and underscore, a letter first")]
pub struct AccountError;

impl Account {
    /// The account as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Account {
    type Err = AccountError;

    /// Capitals and spaces around are forgiven, so that nobody has two accounts that look alike.
    fn from_str(text: &str) -> Result<Self, AccountError> {
        let text = text.trim().to_ascii_lowercase();
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
        let valid = (3..=32).contains(&text.len())
            && text.bytes().all(known)
            && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        valid.then_some(Self(text)).ok_or(AccountError)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Account);
