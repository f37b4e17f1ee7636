//! The human number of an order (工单编号): `YD12345-20261123-00042`.

use std::fmt;
use std::str::FromStr;

use crate::text::serde_as_text;
use crate::time::Date;

/// An order's number: the town's prefix, the day, and the day's serial with at least five digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNo(String);

/// Why a text is not an order number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order number looks like YD12345-20261123-00042")]
pub struct OrderNoError;

/// Letters and digits of a town's prefix.
const PREFIX_LETTERS: std::ops::RangeInclusive<usize> = 2..=12;
/// Digits of a serial: 5 at least; 12 cover every slot that a counter will reach.
const SERIAL_DIGITS: std::ops::RangeInclusive<usize> = 5..=12;

impl OrderNo {
    /// The number of the `serial`-th slot of `day` in the town whose numbers begin with `prefix`.
    #[must_use]
    pub fn new(prefix: &str, day: Date, serial: u64) -> Self {
        Self(format!("{prefix}-{:04}{:02}{:02}-{serial:05}", day.year(), day.month(), day.day()))
    }

    /// Whether numbers may begin with `prefix`: capital letters and digits, so that it is read over the phone.
    #[must_use]
    pub fn is_prefix(prefix: &str) -> bool {
        let letters = prefix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        letters && PREFIX_LETTERS.contains(&prefix.len())
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrderNo {
    type Err = OrderNoError;

    /// Reads a number as people type it: white space around it and lower-case letters are forgiven.
    fn from_str(text: &str) -> Result<Self, OrderNoError> {
        let text = text.trim().to_ascii_uppercase();
        let mut parts = text.split('-');
        let (prefix, day, serial) = (parts.next(), parts.next(), parts.next());
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = prefix.is_some_and(Self::is_prefix)
            && day.is_some_and(|day| day.len() == 8 && digits(day))
            && serial.is_some_and(|serial| SERIAL_DIGITS.contains(&serial.len()) && digits(serial))
            && parts.next().is_none();
        if well_formed { Ok(Self(text)) } else { Err(OrderNoError) }
    }
}

impl fmt::Display for OrderNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(OrderNo);
