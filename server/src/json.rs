//! Looks at JSON text without turning it into values. The text is known to be well-formed.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use user_handle::validate::{self, MAX_DEPTH, ValueKind};

use crate::error::ApiError;

/// What a JSON value is, by its first byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

impl Kind {
    pub(crate) fn of(value: &RawValue) -> Self {
        match value.get().as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
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

pub(crate) fn is_empty_array(value: &RawValue) -> bool {
    let inside = value.get().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inside.is_some_and(|inside| inside.trim_ascii().is_empty())
}

pub(crate) fn must_be_object(value: &RawValue, path: &str) -> Result<(), ApiError> {
    match Kind::of(value) {
        Kind::Object => Ok(()),
        other => Err(validate::not_an_object(other.as_str(), path).into()),
    }
}

/// Checks the rules that well-formed JSON can still break: the depth, halves of surrogate pairs in strings, and numbers
/// over the range of a double. Readers of most languages fail on the latter two, and then on every answer that has them.
pub(crate) fn check(value: &RawValue, path: &str) -> Result<(), ApiError> {
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
            b'"' if !is_text(&mut bytes) => {
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

/// Reads a string to its closing quote; whether every escaped surrogate in it is one of a pair.
fn is_text(bytes: &mut impl Iterator<Item = u8>) -> bool {
    let mut high_before = false;
    let mut sound = true;
    while let Some(byte) = bytes.next() {
        let unit = match byte {
            b'"' => break,
            b'\\' if bytes.next() == Some(b'u') => hex(bytes),
            _ => 0,
        };
        let is_low = (0xDC00..=0xDFFF).contains(&unit);
        sound &= is_low == high_before;
        high_before = (0xD800..=0xDBFF).contains(&unit);
    }
    sound && !high_before
}

fn hex(bytes: &mut impl Iterator<Item = u8>) -> u32 {
    let digits = bytes.take(4).filter_map(|digit| char::from(digit).to_digit(16));
    digits.fold(0, |unit, digit| unit * 16 + digit)
}

/// The fields of an object in their order, each value as it was sent.
#[derive(Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, Box<RawValue>)>);

impl Fields {
    /// Reads an object. One that has a key twice is refused: what was checked would be one, and what counts the other.
    pub(crate) fn read(value: &RawValue, path: &str) -> Result<Self, ApiError> {
        must_be_object(value, path)?;
        let fields: Fields = serde_json::from_str(value.get())
            .map_err(|error| ApiError::input(path, format!("{path} is wrong: {error}")))?;
        let mut seen = HashSet::new();
        match fields.0.iter().find(|(name, _)| !seen.insert(name.as_str())) {
            Some((name, _)) => Err(ApiError::input(name, format!("{path} has the key {name:?} twice"))),
            None => Ok(fields),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// The text of a field that is one.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = entries.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Visit)
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
        assert_eq!(check(&nested(64), "data"), Ok(()));
        let refusal = ApiError::input("data", "data is nested deeper than 64 levels");
        assert_eq!(check(&nested(65), "data"), Err(refusal));
        let beside = format!("[{}]", vec!["[[]]"; 100].join(","));
        assert_eq!(check(&raw(&beside), "data"), Ok(()));
        assert_eq!(check(&raw(&format!("{{\"a\":\"{}\\\"[\"}}", "[".repeat(100))), "data"), Ok(()));
    }

    #[test]
    fn numbers_over_the_range_of_a_double_are_found() {
        let digits = "9".repeat(400);
        for text in [r#"{"a":[-1.5e308,1E+2,0,-0.0,1e-999,12345678901234567890123]}"#, r#"{"1e999":"1e999"}"#] {
            assert_eq!(check(&raw(text), "data"), Ok(()), "{text}");
        }
        for number in ["1e309", "-1E400", "1.8e+308", digits.as_str()] {
            for text in [format!("[{number}]"), format!(r#"{{"a":{number}}}"#), format!("[1, {number} ,2]")] {
                let rule = format!("data has the number {number}, which is too large for a double");
                assert_eq!(check(&raw(&text), "data"), Err(ApiError::input("data", rule)));
            }
        }
    }

    #[test]
    fn halves_of_surrogate_pairs_are_found() {
        for whole in [r#"{"a":"\ud83d\ude00"}"#, r#"{"\uD83D\uDE00":"é\u0000\\ud83d"}"#, r#"["\"\ud83d\ude00"]"#] {
            assert_eq!(check(&raw(whole), "data"), Ok(()), "{whole}");
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
            assert_eq!(check(&raw(half), "data"), Err(ApiError::input("data", rule)), "{half}");
        }
    }
}
