//! The name of an enum's variant as it is stored, without writing what is in it.

use serde::Serialize;
use serde::ser::{Error, Impossible, SerializeStructVariant, Serializer};

/// The stored name of a variant; empty for what is no enum.
///
/// Serde's derive knows the names; here they are asked for and nothing else, so that whoever only needs a name does not
/// bring the writer of every variant along.
pub fn variant_name<T: Serialize>(value: &T) -> &'static str {
    value.serialize(NameOf).unwrap_or_default()
}

/// Answers a variant's name.
struct NameOf;

/// There is no name.
#[derive(Debug, thiserror::Error)]
#[error("not a variant")]
struct Nameless;

impl Error for Nameless {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

type None = Impossible<&'static str, Nameless>;

/// Methods for what has no name.
macro_rules! nameless {
    ($($method:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $method(self, $($argument: $kind),*) -> Result<$answer, Nameless> {
            $(let _ = $argument;)*
            Err(Nameless)
        })*
    };
}

impl Serializer for NameOf {
    type Ok = &'static str;
    type Error = Nameless;
    type SerializeSeq = None;
    type SerializeTuple = None;
    type SerializeTupleStruct = None;
    type SerializeTupleVariant = None;
    type SerializeMap = None;
    type SerializeStruct = None;
    type SerializeStructVariant = Named;

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Self::Ok, Nameless> {
        Ok(variant)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Nameless> {
        Ok(variant)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Named, Nameless> {
        Ok(Named(variant))
    }

    fn serialize_some<T: ?Sized + Serialize>(self, _: &T) -> Result<Self::Ok, Nameless> {
        Err(Nameless)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, _: &T) -> Result<Self::Ok, Nameless> {
        Err(Nameless)
    }

    nameless! {
        serialize_bool(v: bool) -> Self::Ok;
        serialize_i8(v: i8) -> Self::Ok;
        serialize_i16(v: i16) -> Self::Ok;
        serialize_i32(v: i32) -> Self::Ok;
        serialize_i64(v: i64) -> Self::Ok;
        serialize_u8(v: u8) -> Self::Ok;
        serialize_u16(v: u16) -> Self::Ok;
        serialize_u32(v: u32) -> Self::Ok;
        serialize_u64(v: u64) -> Self::Ok;
        serialize_f32(v: f32) -> Self::Ok;
        serialize_f64(v: f64) -> Self::Ok;
        serialize_char(v: char) -> Self::Ok;
        serialize_str(v: &str) -> Self::Ok;
        serialize_bytes(v: &[u8]) -> Self::Ok;
        serialize_none() -> Self::Ok;
        serialize_unit() -> Self::Ok;
        serialize_unit_struct(name: &'static str) -> Self::Ok;
        serialize_seq(len: Option<usize>) -> None;
        serialize_tuple(len: usize) -> None;
        serialize_tuple_struct(name: &'static str, len: usize) -> None;
        serialize_map(len: Option<usize>) -> None;
        serialize_struct(name: &'static str, len: usize) -> None;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> None;
    }
}

/// A variant with members, of which nobody asks.
struct Named(&'static str);

impl SerializeStructVariant for Named {
    type Ok = &'static str;
    type Error = Nameless;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, _: &'static str, _: &T) -> Result<(), Nameless> {
        Ok(())
    }

    fn end(self) -> Result<&'static str, Nameless> {
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::variant_name;
    use serde::Serialize;

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    enum Event {
        SetAside,
        GivenTo(String),
        MetBy { whom: String },
    }

    #[test]
    fn the_name_is_the_stored_one_and_nothing_else_has_one() {
        assert_eq!(variant_name(&Event::SetAside), "setAside");
        assert_eq!(variant_name(&Event::GivenTo("x".to_owned())), "givenTo");
        assert_eq!(variant_name(&Event::MetBy { whom: "x".to_owned() }), "metBy");
        assert_eq!(variant_name(&"text"), "");
        assert_eq!(variant_name(&vec![1]), "");
    }
}
