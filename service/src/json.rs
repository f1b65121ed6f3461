//! Checks on JSON text that is known to be well-formed, without turning it into values: what was sent can be stored as it is.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use user_handle_core::rules::validate::{self, MAX_DEPTH, ValueKind};

use super::error::ApiError;

/// The type of a JSON value, which its first byte tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `{}`
    Object,
    /// `[]`
    Array,
    /// `""`
    String,
    /// `0`
    Number,
    /// `true` and `false`
    Boolean,
    /// `null`
    Null,
}

impl Kind {
    /// The type of a value.
    pub fn of(value: &RawValue) -> Self {
        match value.get().as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// What error texts call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Object => "an object",
            Kind::Array => "an array",
            Kind::String => "a string",
            Kind::Number => "a number",
            Kind::Boolean => "a boolean",
            Kind::Null => "null",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a value is an array without members.
pub fn is_empty_array(value: &RawValue) -> bool {
    let inside = value.get().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inside.is_some_and(|inside| inside.trim_ascii().is_empty())
}

/// Checks that a value is an object.
///
/// # Errors
/// It is something else.
pub fn must_be_object(value: &RawValue, path: &str) -> Result<(), ApiError> {
    match Kind::of(value) {
        Kind::Object => Ok(()),
        other => Err(validate::not_an_object(other.as_str(), path).into()),
    }
}

/// Checks what well-formed JSON may still contain: too much nesting, halves of surrogate pairs in strings, and numbers over
/// the range of a double. The JSON parsers of most languages fail on the latter two, and so on every response with them.
pub fn check_content(value: &RawValue, path: &str) -> Result<(), ApiError> {
    let text = value.get();
    let mut depth = 0;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(validate::refusal(ValueKind::Object, path).into());
                }
            }
            b'}' | b']' => depth -= 1,
            b'"' if !has_whole_pairs(&mut bytes) => {
                let rule = format!("{path} has a string with half of a surrogate pair, which text cannot hold");
                return Err(ApiError::input(path, rule));
            }
            b'-' | b'0'..=b'9' => {
                let from = text.len() - bytes.len() - 1;
                while bytes
                    .clone()
                    .next()
                    .is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
                {
                    bytes.next();
                }
                let number = text.get(from..text.len() - bytes.len()).unwrap_or_default();
                if !number.parse().is_ok_and(f64::is_finite) {
                    let rule = format!("{path} has the number {number}, which is too large for a double");
                    return Err(ApiError::input(path, rule));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Reads a string to its closing quote. Returns whether every escaped surrogate in it is part of a pair.
fn has_whole_pairs(bytes: &mut impl Iterator<Item = u8>) -> bool {
    let mut high_before = false;
    let mut whole = true;
    while let Some(byte) = bytes.next() {
        let unit = match byte {
            b'"' => break,
            b'\\' if bytes.next() == Some(b'u') => hex(bytes),
            _ => 0,
        };
        let is_low = (0xDC00..=0xDFFF).contains(&unit);
        whole &= is_low == high_before;
        high_before = (0xD800..=0xDBFF).contains(&unit);
    }
    whole && !high_before
}

fn hex(bytes: &mut impl Iterator<Item = u8>) -> u32 {
    let digits = bytes.take(4).filter_map(|digit| char::from(digit).to_digit(16));
    digits.fold(0, |unit, digit| unit * 16 + digit)
}

/// Reads an object into a struct. An array is refused, because serde would take it for the fields in their order.
pub fn object<'a, T: Deserialize<'a>>(value: &'a RawValue, path: &str) -> Result<T, ApiError> {
    must_be_object(value, path)?;
    parse(value, path)
}

/// The members of an array that is a batch. They are counted before any memory is taken for them: there may be millions.
pub fn members<'a>(value: &'a RawValue, path: &str) -> Result<Vec<&'a RawValue>, ApiError> {
    if Kind::of(value) != Kind::Array {
        return Err(ApiError::input(path, format!("{path} must be an array, but is {}", Kind::of(value))));
    }
    let Count(members) = parse(value, path)?;
    validate::batch_size(members, path)?;
    parse(value, path)
}

/// The number of members of an array.
struct Count(usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Count, A::Error> {
                let mut count = 0;
                while members.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Count(count))
            }
        }

        deserializer.deserialize_seq(Visit)
    }
}

/// Reads a value into a type whose form it has.
///
/// # Errors
/// It has another form.
pub fn parse<'a, T: Deserialize<'a>>(value: &'a RawValue, path: &str) -> Result<T, ApiError> {
    read(value.get(), path)
}

/// Reads the text of a value into a type whose form it has.
///
/// # Errors
/// It has another form.
pub fn read<'a, T: Deserialize<'a>>(text: &'a str, path: &str) -> Result<T, ApiError> {
    // As bytes, as bodies are: `serde_json` has a parser for each, and both would be in the module for tests.
    serde_json::from_slice(text.as_bytes()).map_err(|error| ApiError::input(path, format!("{path} is wrong: {error}")))
}

/// A string that must be there.
pub fn string(value: Option<&RawValue>, path: &str) -> Result<String, ApiError> {
    let value = value.ok_or_else(|| ApiError::input(path, format!("{path} is missing")))?;
    match Kind::of(value) {
        Kind::String => parse(value, path),
        other => Err(ApiError::input(path, format!("{path} must be a string, but is {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.into()).unwrap()
    }

    #[test]
    fn a_value_is_known_by_its_first_byte() {
        for (text, kind) in [
            ("{}", Kind::Object),
            ("[1]", Kind::Array),
            ("\"\"", Kind::String),
            ("-1", Kind::Number),
            ("0", Kind::Number),
            ("false", Kind::Boolean),
            ("null", Kind::Null),
        ] {
            assert_eq!(Kind::of(&raw(text)), kind);
        }
    }

    #[test]
    fn only_an_array_without_members_is_empty() {
        assert!(is_empty_array(&raw("[]")) && is_empty_array(&raw("[ \n]")));
        assert!(!is_empty_array(&raw("[0]")) && !is_empty_array(&raw("{}")) && !is_empty_array(&raw("\"[]\"")));
    }

    #[test]
    fn sixty_four_levels_pass_and_no_more() {
        let nested = |levels: usize| raw(&format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1)));
        assert_eq!(check_content(&nested(64), "data"), Ok(()));
        let refusal = ApiError::input("data", "data is nested deeper than 64 levels");
        assert_eq!(check_content(&nested(65), "data"), Err(refusal));
        let beside = format!("[{}]", vec!["[[]]"; 100].join(","));
        assert_eq!(check_content(&raw(&beside), "data"), Ok(()));
        assert_eq!(check_content(&raw(&format!("{{\"a\":\"{}\\\"[\"}}", "[".repeat(100))), "data"), Ok(()));
    }

    #[test]
    fn numbers_over_the_range_of_a_double_are_found() {
        let digits = "9".repeat(400);
        for text in [r#"{"a":[-1.5e308,1E+2,0,-0.0,1e-999,12345678901234567890123]}"#, r#"{"1e999":"1e999"}"#] {
            assert_eq!(check_content(&raw(text), "data"), Ok(()), "{text}");
        }
        for number in ["1e309", "-1E400", "1.8e+308", digits.as_str()] {
            for text in [format!("[{number}]"), format!(r#"{{"a":{number}}}"#), format!("[1, {number} ,2]")] {
                let rule = format!("data has the number {number}, which is too large for a double");
                assert_eq!(check_content(&raw(&text), "data"), Err(ApiError::input("data", rule)));
            }
        }
    }

    #[test]
    fn halves_of_surrogate_pairs_are_found() {
        for whole in [r#"{"a":"\ud83d\ude00"}"#, r#"{"\uD83D\uDE00":"é\u0000\\ud83d"}"#, r#"["\"\ud83d\ude00"]"#] {
            assert_eq!(check_content(&raw(whole), "data"), Ok(()), "{whole}");
        }
        let rule = "data has a string with half of a surrogate pair, which text cannot hold";
        for half in [
            r#"{"a":"\ud83d"}"#,
            r#"{"a":"\ude00"}"#,
            r#"{"\ud83d":1}"#,
            r#"{"a":"\ud83dx\ude00"}"#,
            r#"{"a":"\ud83d\ud83d\ude00"}"#,
            r#"{"a":"\ud83d\n\ude00"}"#,
            r#"["\ud83d","\ude00"]"#,
        ] {
            assert_eq!(check_content(&raw(half), "data"), Err(ApiError::input("data", rule)), "{half}");
        }
    }
}
