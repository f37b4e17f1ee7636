//! Parts of a file, so that a voice note can be played from the middle.

use core::ops::Range;

/// What a Range header asks of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nothing that can be understood, or several parts at once: the whole file is the right answer.
    Whole,
    /// These bytes.
    Part(Range<usize>),
    /// Bytes that the file does not have.
    Beyond,
}

/// Reads a Range header for a file of `length` bytes.
pub(crate) fn asked(header: &str, length: usize) -> Asked {
    let Some(spec) = header.trim().strip_prefix("bytes=") else { return Asked::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    if first.is_empty() {
        return match number(last) {
            None => Asked::Whole,
            Some(0) => Asked::Beyond,
            Some(_) if length == 0 => Asked::Beyond,
            Some(count) => Asked::Part(length.saturating_sub(count)..length),
        };
    }
    let Some(start) = number(first) else { return Asked::Whole };
    let end = if last.is_empty() { Some(length) } else { number(last).map(|last| last.saturating_add(1)) };
    match end {
        None => Asked::Whole,
        Some(end) if !last.is_empty() && end <= start => Asked::Whole,
        Some(_) if start >= length => Asked::Beyond,
        Some(end) => Asked::Part(start..end.min(length)),
    }
}

/// Digits only; a number too large for a file is as good as the largest.
fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}
