//! JSON that is parsed and not yet of a type, borrowing its text from what was read.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A parsed JSON text. An object's members stay as they come, because whoever reads them looks at each once.
#[derive(Debug, Clone)]
pub enum Tree<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number from 0.
    Natural(u64),
    /// A whole number below 0.
    Negative(i64),
    /// Any other number.
    Fraction(f64),
    /// Text; a copy only where it was written with escapes.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Tree<'a>>),
    /// An object.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Tree<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grow)
    }
}

impl From<Value> for Tree<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Tree::Null,
            Value::Bool(flag) => Tree::Bool(flag),
            Value::Number(n) => match (n.as_u64(), n.as_i64()) {
                (Some(natural), _) => Tree::Natural(natural),
                (None, Some(negative)) => Tree::Negative(negative),
                (None, None) => Tree::Fraction(n.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Tree::Text(Cow::Owned(text)),
            Value::Array(items) => Tree::Array(items.into_iter().map(Tree::from).collect()),
            Value::Object(members) => {
                Tree::Object(members.into_iter().map(|(name, value)| (Cow::Owned(name), Tree::from(value))).collect())
            }
        }
    }
}

/// Makes a tree of whatever comes.
struct Grow;

impl<'de> Visitor<'de> for Grow {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(flag))
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Natural(n))
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Tree<'de>, E> {
        // A reader may hand over any whole number as a signed one.
        Ok(u64::try_from(n).map_or(Tree::Negative(n), Tree::Natural))
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<Tree<'de>, E> {
        Ok(Tree::Fraction(n))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((Label(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Tree::Object(members))
    }
}

/// A member's name, borrowed where it can be.
#[derive(Deserialize)]
struct Label<'a>(#[serde(borrow)] Cow<'a, str>);
