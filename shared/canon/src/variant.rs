//! The name of an enum's variant as it is stored, and what is in it, each without the other.

use serde::Serialize;
use serde::ser::{Error, Impossible, SerializeStruct, SerializeStructVariant, Serializer};

/// The stored name of a variant; empty for what is no enum.
///
/// Serde's derive knows the names; here they are asked for and nothing else, so that whoever only needs a name does not
/// bring the writer of every variant along.
pub fn variant_name<T: Serialize>(value: &T) -> &'static str {
    value.serialize(NameOf).unwrap_or_default()
}

/// Writes what is in a variant, without its name: null where there is nothing.
pub struct VariantContent<'a, T>(pub &'a T);

impl<T: Serialize> Serialize for VariantContent<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(ContentOf(serializer))
    }
}

/// Answers a variant's name.
struct NameOf;

/// Writes a variant's content.
struct ContentOf<S>(S);

/// There is no name.
#[derive(Debug, thiserror::Error)]
#[error("not a variant")]
struct Nameless;

impl Error for Nameless {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Whatever is no variant is refused.
macro_rules! only_variants {
    () => {
        type SerializeSeq = Impossible<Self::Ok, Self::Error>;
        type SerializeTuple = Impossible<Self::Ok, Self::Error>;
        type SerializeTupleStruct = Impossible<Self::Ok, Self::Error>;
        type SerializeTupleVariant = Impossible<Self::Ok, Self::Error>;
        type SerializeMap = Impossible<Self::Ok, Self::Error>;
        type SerializeStruct = Impossible<Self::Ok, Self::Error>;

        fn serialize_some<T: ?Sized + Serialize>(self, _: &T) -> Result<Self::Ok, Self::Error> {
            Err(Error::custom(Nameless))
        }

        fn serialize_newtype_struct<T: ?Sized + Serialize>(
            self,
            _: &'static str,
            _: &T,
        ) -> Result<Self::Ok, Self::Error> {
            Err(Error::custom(Nameless))
        }

        only_variants! {
            serialize_bool(bool) -> Self::Ok;
            serialize_i8(i8) -> Self::Ok;
            serialize_i16(i16) -> Self::Ok;
            serialize_i32(i32) -> Self::Ok;
            serialize_i64(i64) -> Self::Ok;
            serialize_u8(u8) -> Self::Ok;
            serialize_u16(u16) -> Self::Ok;
            serialize_u32(u32) -> Self::Ok;
            serialize_u64(u64) -> Self::Ok;
            serialize_f32(f32) -> Self::Ok;
            serialize_f64(f64) -> Self::Ok;
            serialize_char(char) -> Self::Ok;
            serialize_str(&str) -> Self::Ok;
            serialize_bytes(&[u8]) -> Self::Ok;
            serialize_none() -> Self::Ok;
            serialize_unit() -> Self::Ok;
            serialize_unit_struct(&'static str) -> Self::Ok;
            serialize_seq(Option<usize>) -> Self::SerializeSeq;
            serialize_tuple(usize) -> Self::SerializeTuple;
            serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
            serialize_map(Option<usize>) -> Self::SerializeMap;
            serialize_struct(&'static str, usize) -> Self::SerializeStruct;
            serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        }
    };
    ($($method:ident($($kind:ty),*) -> $answer:ty;)*) => {
        $(fn $method(self, $(_: $kind),*) -> Result<$answer, Self::Error> {
            Err(Error::custom(Nameless))
        })*
    };
}

impl Serializer for NameOf {
    type Ok = &'static str;
    type Error = Nameless;
    type SerializeStructVariant = Named;

    only_variants!();

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

impl<S: Serializer> Serializer for ContentOf<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeStructVariant = Members<S::SerializeStruct>;

    only_variants!();

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit()
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        content: &T,
    ) -> Result<S::Ok, S::Error> {
        content.serialize(self.0)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        members: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.0.serialize_struct(name, members).map(Members)
    }
}

/// A variant's members, written as those of a structure.
struct Members<S>(S);

impl<S: SerializeStruct> SerializeStructVariant for Members<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_field(name, value)
    }

    fn skip_field(&mut self, name: &'static str) -> Result<(), S::Error> {
        self.0.skip_field(name)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use super::{VariantContent, variant_name};
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

    #[test]
    fn the_content_is_written_without_the_name() {
        let content = |event: &Event| serde_json::to_string(&VariantContent(event)).unwrap();
        assert_eq!(content(&Event::SetAside), "null");
        assert_eq!(content(&Event::GivenTo("x".to_owned())), r#""x""#);
        assert_eq!(content(&Event::MetBy { whom: "x".to_owned() }), r#"{"whom":"x"}"#);
        assert!(serde_json::to_string(&VariantContent(&"text")).is_err());
    }
}
