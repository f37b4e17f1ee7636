//! Reading JSON into types, small.
//!
//! `serde_json`'s own deserialiser is made again, parser and all, for every type that is read: 37 types were 200 KB of
//! every component. Here one parser gives a [`Tree`] and a thin deserialiser walks it, so that a type costs its own
//! fields and nothing more. What must stay true: what `serde_json::from_slice` reads, this reads to the same value.
//! The difference is on purpose: a structure is an object, never an array.

use std::borrow::Cow;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

mod tree;

pub use tree::Tree;

/// Why bytes are not the JSON of a type. One pointer wide: it is in every result on the way.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadError(Box<Reason>);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Syntax(serde_json::Error),
    /// Says what was expected and never what was found, which may be personal.
    #[error("{0}")]
    Shape(String),
}

impl ReadError {
    /// Line and column, both from 1, where the bytes stop being JSON; none where they are JSON of another shape.
    #[must_use]
    pub fn syntax(&self) -> Option<(usize, usize)> {
        match &*self.0 {
            Reason::Syntax(error) => Some((error.line(), error.column())),
            Reason::Shape(_) => None,
        }
    }

    #[cold]
    #[inline(never)]
    fn shape(message: String) -> Self {
        Self(Box::new(Reason::Shape(message)))
    }

    #[cold]
    #[inline(never)]
    fn expected(what: &dyn Expected) -> Self {
        Self::shape(format!("expected {what}"))
    }
}

impl serde::de::Error for ReadError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::shape(message.to_string())
    }

    // The provided ones quote what was found, floating point included, whose formatting is 12 KB.
    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::shape(format!("expected one of {}", expected.join(", ")))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::shape(format!("expected no other members than {}", expected.join(", ")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::shape(format!("expected a member {field}"))
    }
}

/// Reads a `T` from JSON text.
///
/// # Errors
/// When the bytes are not JSON (with line and column) or not the JSON of a `T` (with what was expected).
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ReadError> {
    T::deserialize(parse(bytes)?)
}

/// Reads a `T` from JSON that is parsed already.
///
/// # Errors
/// When it is not the JSON of a `T`.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, ReadError> {
    T::deserialize(Tree::from(value))
}

/// Reads an enum `T` from its variant's name and content; null where the variant has none.
///
/// # Errors
/// When `T` has no such variant, or other content in it.
pub fn read_variant<T: DeserializeOwned>(name: &str, content: Tree<'_>) -> Result<T, ReadError> {
    T::deserialize(Variant { name: Cow::Borrowed(name), content })
}

#[inline(never)]
fn parse(bytes: &[u8]) -> Result<Tree<'_>, ReadError> {
    serde_json::from_slice(bytes).map_err(|error| ReadError(Box::new(Reason::Syntax(error))))
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            match self {
                Tree::Natural(n) => visitor.visit_u64(n),
                Tree::Negative(n) => visitor.visit_i64(n),
                Tree::Fraction(n) => visitor.visit_f64(n),
                _ => Err(ReadError::expected(&visitor)),
            }
        }
    )*};
}

macro_rules! same_as {
    ($($method:ident($($name:ident: $kind:ty),*) => $other:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $kind,)* visitor: V) -> Result<V::Value, ReadError> {
            self.$other(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(flag) => visitor.visit_bool(flag),
            Tree::Natural(n) => visitor.visit_u64(n),
            Tree::Negative(n) => visitor.visit_i64(n),
            Tree::Fraction(n) => visitor.visit_f64(n),
            Tree::Text(text) => visit_text(text, visitor),
            Tree::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Tree::Object(members) => visitor.visit_map(Members::of(members)),
        }
    }

    numbers!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_i8 deserialize_i16
        deserialize_i32 deserialize_i64 deserialize_f32 deserialize_f64);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Bool(flag) => visitor.visit_bool(flag),
            _ => Err(ReadError::expected(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Text(text) => visit_text(text, visitor),
            _ => Err(ReadError::expected(&visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(ReadError::expected(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            // A tuple's visitor stops where it has enough, so one that is too long has to be refused here.
            Tree::Array(items) if items.len() == len => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(ReadError::expected(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Object(members) => visitor.visit_map(Members::of(members)),
            _ => Err(ReadError::expected(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if matches!(self, Tree::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match variant(self) {
            Ok(variant) => visitor.visit_enum(variant),
            Err(()) => Err(ReadError::expected(&visitor)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    same_as! {
        deserialize_str() => deserialize_string
        deserialize_char() => deserialize_string
        deserialize_identifier() => deserialize_string
        deserialize_struct(_name: &'static str, _fields: &'static [&'static str]) => deserialize_map
    }

    forward_to_deserialize_any! { i128 u128 bytes byte_buf unit unit_struct tuple_struct }
}

/// Text is lent where it is a part of what was read, which nearly all is; whoever keeps it makes a copy.
fn visit_text<'de, V: Visitor<'de>>(text: Cow<'de, str>, visitor: V) -> Result<V::Value, ReadError> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

/// A variant without content is its name; one with content is an object of one member.
fn variant(tree: Tree<'_>) -> Result<Variant<'_>, ()> {
    match tree {
        Tree::Text(name) => Ok(Variant { name, content: Tree::Null }),
        Tree::Object(members) if members.len() == 1 => match members.into_iter().next() {
            Some((name, content)) => Ok(Variant { name, content }),
            None => Err(()),
        },
        _ => Err(()),
    }
}

struct Items<'a>(std::vec::IntoIter<Tree<'a>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Members<'a> {
    rest: std::vec::IntoIter<(Cow<'a, str>, Tree<'a>)>,
    value: Tree<'a>,
}

impl<'a> Members<'a> {
    fn of(members: Vec<(Cow<'a, str>, Tree<'a>)>) -> Self {
        Self { rest: members.into_iter(), value: Tree::Null }
    }

    #[inline(never)]
    fn next(&mut self) -> Option<Cow<'a, str>> {
        let (name, value) = self.rest.next()?;
        self.value = value;
        Some(name)
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        self.next().map(|name| seed.deserialize(Name(name))).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(std::mem::replace(&mut self.value, Tree::Null))
    }
}

/// A member's name: text, also where the key of a map is a number.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visit_text(self.0, visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0.parse() {
            Ok(whole) => visitor.visit_i32(whole),
            Err(_) => Err(ReadError::expected(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_enum(Variant { name: self.0, content: Tree::Null })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

struct Variant<'a> {
    name: Cow<'a, str>,
    content: Tree<'a>,
}

impl<'de> Deserializer<'de> for Variant<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any newtype_struct
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ReadError;
    type Variant = Content<'de>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Content<'de>), ReadError> {
        Ok((seed.deserialize(Name(self.name))?, Content(self.content)))
    }
}

struct Content<'a>(Tree<'a>);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        if matches!(self.0, Tree::Null) { Ok(()) } else { Err(ReadError::expected(&"a variant without content")) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.0.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, ReadError> {
        self.0.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests;
