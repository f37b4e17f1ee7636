//! Canonical JSON: RFC 8785 (JCS), restricted to integers.
//!
//! RFC 8785 §3.2.3 sorts member names by UTF-16 code units and §3.2.2 fixes the escapes; its number rules exist for
//! floating point, which no OneTown record contains, so a non-integer is an error here instead of a guess.

use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Why a value has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A number with a fraction or an exponent, or beyond ±(2^53 − 1), which JavaScript could not hold.
    #[error("only integers between -(2^53 - 1) and 2^53 - 1 have a canonical form")]
    Number,
    /// Nesting beyond [`DEPTH_MAX`].
    #[error("nested deeper than 64 levels")]
    Depth,
}

/// 64 levels: the deepest OneTown record has 9; `serde_json` itself stops at 128, so this is always reached first.
const DEPTH_MAX: usize = 64;
/// 2^53 − 1, the largest integer that every JSON reader keeps exactly (RFC 7493 §2.2).
const SAFE_INTEGER_MAX: u64 = 9_007_199_254_740_991;

/// The canonical bytes of `value` (UTF-8, no insignificant white space).
///
/// # Errors
/// [`NotCanonical`] for numbers that are not safe integers and for absurd nesting.
pub fn canonical(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out, DEPTH_MAX)?;
    Ok(out)
}

/// The canonical bytes of the object `members` without the member `left_out`.
pub(crate) fn canonical_without(members: &Map<String, Value>, left_out: &str) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::with_capacity(1024);
    let rest = members.iter().filter(|(name, _)| *name != left_out);
    write_members(rest.map(|(name, member)| Name(name, member)).collect(), &mut out, DEPTH_MAX - 1)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>, depth: usize) -> Result<(), NotCanonical> {
    let depth = depth.checked_sub(1).ok_or(NotCanonical::Depth)?;
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let safe = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
            if safe.is_none_or(|magnitude| magnitude > SAFE_INTEGER_MAX) {
                return Err(NotCanonical::Number);
            }
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out, depth)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            write_members(members.iter().map(|(name, member)| Name(name, member)).collect(), out, depth)?;
        }
    }
    Ok(())
}

/// A name, ordered as RFC 8785 wants it.
#[derive(PartialEq, Eq)]
struct Name<'a>(&'a str, &'a Value);

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.encode_utf16().cmp(other.0.encode_utf16())
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn write_members(mut members: Vec<Name<'_>>, out: &mut Vec<u8>, depth: usize) -> Result<(), NotCanonical> {
    // A map iterates in the order of UTF-8, which for ASCII, nearly every name, is that of UTF-16 too. A heap sorts the
    // others, because it is a fifth of what a sort weighs in a component.
    if !members.iter().all(|Name(name, _)| name.is_ascii()) {
        members = BinaryHeap::from(members).into_sorted_vec();
    }
    out.push(b'{');
    for (index, Name(name, member)) in members.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(name, out);
        out.push(b':');
        write(member, out, depth)?;
    }
    out.push(b'}');
    Ok(())
}

/// `serde_json` escapes exactly what RFC 8785 §3.2.2.2 asks: `"`, `\`, and control characters, short forms first.
fn write_string(text: &str, out: &mut Vec<u8>) {
    // Writing into memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn text(value: &Value) -> String {
        String::from_utf8(canonical(value).unwrap()).unwrap()
    }

    #[test]
    fn members_are_sorted_by_utf16_units_as_rfc_8785_3_2_3_shows() {
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let expected = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(text(&value), expected);
    }

    #[test]
    fn strings_are_escaped_as_rfc_8785_3_2_2_shows() {
        let value = json!({"string": "\u{20ac}$\u{000f}\nA'B\"\\\\\"/"});
        assert_eq!(text(&value), "{\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    #[test]
    fn literals_and_nesting() {
        assert_eq!(text(&json!({"b": [null, true, false, -7], "a": {}})), r#"{"a":{},"b":[null,true,false,-7]}"#);
    }

    #[test]
    fn fractions_and_unsafe_integers_are_refused() {
        for bad in [json!(0.5), json!(1e3), json!(9_007_199_254_740_992_u64), json!(-9_007_199_254_740_992_i64)] {
            assert_eq!(canonical(&bad), Err(NotCanonical::Number));
        }
        assert!(canonical(&json!(9_007_199_254_740_991_u64)).is_ok());
    }

    #[test]
    fn absurd_nesting_is_refused() {
        let deep = (0..80).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(canonical(&deep), Err(NotCanonical::Depth));
    }

    proptest! {
        #[test]
        fn canonical_bytes_parse_back_to_the_same_value(map in proptest::collection::btree_map(".*", any::<i32>(), 0..12)) {
            let value = json!(map);
            let bytes = canonical(&value).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value);
        }
    }
}
