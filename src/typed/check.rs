//! What data of Rust may hold, checked on every target before it becomes the host's: `serde_json` writes NaN as `null`, and
//! `serde-wasm-bindgen` loses a key `__proto__`. A refusal names the place.

use alloc::string::{String, ToString};
use core::fmt::{Debug, Display, Formatter};

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use user_handle_core::rules::text::member;
use user_handle_core::rules::validate::{ValueKind, refusal};
use user_handle_core::rules::{Code, Error};

/// `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Checks data that stands at `root`; members of an object without a place of its own are named by their keys.
///
/// # Errors
/// `unrepresentable_value`, and `invalid_data` for keys and for what a `Serialize` of the program's own refuses.
pub(super) fn check<T: Serialize>(data: &T, root: &str) -> Result<(), Error> {
    let mut place = Place { path: root.into(), is_key: false, key: String::new() };
    data.serialize(&mut place).map_err(|problem| problem.at(&place.path))
}

/// The error for data that a `Serialize` or the host refused.
pub(super) fn cannot_be_written(path: &str, problem: &str) -> Error {
    Error::validation(Code::InvalidData, path, &[path, " cannot be written: ", problem])
}

/// Where the data is being read. After a problem it stays where that was found.
struct Place {
    path: String,
    /// Whether what comes is a key, which has to be a string.
    is_key: bool,
    /// The last key.
    key: String,
}

#[derive(Debug)]
enum Problem {
    Value(ValueKind),
    Integer(String),
    Key,
    Prototype,
    /// Of a `Serialize` of the program's own.
    Custom(String),
}

impl Problem {
    fn at(self, path: &str) -> Error {
        match self {
            Problem::Value(kind) => refusal(kind, path),
            Problem::Integer(digits) => {
                let most = MAX_SAFE_INTEGER.to_string();
                let message = [path, " is ", &digits, ", and JavaScript holds whole numbers exactly up to ", &most];
                Error::validation(Code::UnrepresentableValue, path, &message).with_hint("pass a string")
            }
            Problem::Key => {
                let error = cannot_be_written(path, "a key of it is not a string");
                error.with_hint("make a string of each key")
            }
            Problem::Prototype => cannot_be_written(path, "JavaScript has another use for a key of this name"),
            Problem::Custom(text) => cannot_be_written(path, &text),
        }
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut Formatter<'_>) -> core::fmt::Result {
        Debug::fmt(self, f)
    }
}

impl core::error::Error for Problem {}

impl serde::ser::Error for Problem {
    fn custom<T: Display>(text: T) -> Self {
        Problem::Custom(text.to_string())
    }
}

impl Place {
    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Problem> {
        let before = self.path.len();
        self.enter(key);
        if key == "__proto__" {
            return Err(Problem::Prototype);
        }
        value.serialize(&mut *self)?;
        self.path.truncate(before);
        Ok(())
    }

    fn item<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) -> Result<(), Problem> {
        let before = self.path.len();
        self.path.push_str(&member("", index, ""));
        value.serialize(&mut *self)?;
        self.path.truncate(before);
        Ok(())
    }

    /// What is no string, and so no key.
    fn other(&self) -> Result<(), Problem> {
        if self.is_key { Err(Problem::Key) } else { Ok(()) }
    }

    fn text(&mut self, text: &str) -> Result<(), Problem> {
        if self.is_key {
            self.key = text.into();
        }
        Ok(())
    }

    fn whole(&self, size: u64, value: &dyn Display) -> Result<(), Problem> {
        self.other()?;
        if size <= MAX_SAFE_INTEGER { Ok(()) } else { Err(Problem::Integer(value.to_string())) }
    }

    fn parts(&mut self) -> Result<Parts<'_>, Problem> {
        self.other()?;
        let before = self.path.len();
        Ok(Parts { place: self, before, index: 0 })
    }

    /// What stands in an object with the name of a variant as its only key.
    fn variant(&mut self, name: &str) -> Result<Parts<'_>, Problem> {
        self.other()?;
        let before = self.path.len();
        self.enter(name);
        Ok(Parts { place: self, before, index: 0 })
    }

    fn enter(&mut self, key: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(key);
    }
}

/// The members of an object, or the items of an array.
struct Parts<'a> {
    place: &'a mut Place,
    /// The length of the path once they have been read.
    before: usize,
    index: usize,
}

impl Parts<'_> {
    fn next<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
        self.index += 1;
        self.place.item(self.index - 1, value)
    }

    fn finish(self) -> Result<(), Problem> {
        self.place.path.truncate(self.before);
        Ok(())
    }
}

macro_rules! scalars {
    ($($method:ident: $scalar:ty,)+) => {
        $(fn $method(self, _: $scalar) -> Result<(), Problem> {
            self.other()
        })+
    };
}

impl<'a> Serializer for &'a mut Place {
    type Ok = ();
    type Error = Problem;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    scalars! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_bytes: &[u8],
    }

    fn serialize_char(self, value: char) -> Result<(), Problem> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Problem> {
        self.text(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Problem> {
        self.whole(value.unsigned_abs(), &value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Problem> {
        self.whole(value, &value)
    }

    fn serialize_i128(self, _: i128) -> Result<(), Problem> {
        self.other()?;
        Err(Problem::Value(ValueKind::BigInt))
    }

    fn serialize_u128(self, _: u128) -> Result<(), Problem> {
        self.other()?;
        Err(Problem::Value(ValueKind::BigInt))
    }

    fn serialize_f32(self, value: f32) -> Result<(), Problem> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Problem> {
        self.other()?;
        match value {
            _ if value.is_nan() => Err(Problem::Value(ValueKind::NotANumber)),
            _ if value.is_infinite() => Err(Problem::Value(ValueKind::Infinity)),
            _ => Ok(()),
        }
    }

    fn serialize_none(self) -> Result<(), Problem> {
        self.other()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Problem> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Problem> {
        self.other()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Problem> {
        self.other()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Problem> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Problem> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Problem> {
        self.other()?;
        self.member(variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, Problem> {
        self.parts()
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Problem> {
        self.parts()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Problem> {
        self.parts()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Problem> {
        self.variant(variant)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, Problem> {
        self.parts()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Problem> {
        self.parts()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Problem> {
        self.variant(variant)
    }
}

macro_rules! items {
    ($($kind:ident::$method:ident,)+) => {
        $(impl $kind for Parts<'_> {
            type Ok = ();
            type Error = Problem;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
                self.next(value)
            }

            fn end(self) -> Result<(), Problem> {
                self.finish()
            }
        })+
    };
}

items! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

macro_rules! fields {
    ($($kind:ident,)+) => {
        $(impl $kind for Parts<'_> {
            type Ok = ();
            type Error = Problem;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Problem> {
                self.place.member(key, value)
            }

            fn end(self) -> Result<(), Problem> {
                self.finish()
            }
        })+
    };
}

fields! { SerializeStruct, SerializeStructVariant, }

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Problem;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Problem> {
        self.place.is_key = true;
        key.serialize(&mut *self.place)?;
        self.place.is_key = false;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
        let key = core::mem::take(&mut self.place.key);
        self.place.member(&key, value)
    }

    fn end(self) -> Result<(), Problem> {
        self.finish()
    }
}
