//! The API key of Klaim's API.

use std::fmt;

use crate::error::ApiError;

const DEMO_KEY: &str = "demo-klaim-key";

/// The API key of Klaim's API.
#[derive(Clone, PartialEq, Eq)]
pub struct KlaimKey(String);

impl KlaimKey {
    /// The key of the demo. It is in the documentation, so it protects nothing.
    pub fn demo() -> Self {
        KlaimKey(DEMO_KEY.into())
    }

    /// Reads a key.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("the key is empty");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the key may only hold visible ASCII characters: it travels in a header");
        }
        Ok(KlaimKey(text.into()))
    }

    /// Whether it is the key of the demo.
    pub fn is_published(&self) -> bool {
        self.0 == DEMO_KEY
    }

    /// Checks that a request has this key whose `Authorization` headers have these values. `None` is a value that is no text.
    ///
    /// # Errors
    /// Why it does not.
    pub fn verify<'a>(&self, mut values: impl Iterator<Item = Option<&'a str>>) -> Result<(), ApiError> {
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(ApiError::api_key("the header Authorization must be there once, with Bearer and the API key"));
        };
        match value.and_then(|text| text.split_at_checked(7)) {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer ") => match self.is(key.trim_start()) {
                true => Ok(()),
                false => Err(ApiError::api_key("the API key is unknown")),
            },
            _ => Err(ApiError::api_key("the header Authorization must be Bearer and the API key")),
        }
    }

    /// Whether `given` is this key.
    fn is(&self, given: &str) -> bool {
        // In constant time, so that the time does not reveal how much of the key is right.
        let pairs = self.0.bytes().zip(given.bytes());
        let differences = pairs.fold(0, |found, (one, other)| found | (one ^ other));
        self.0.len() == given.len() && differences == 0
    }
}

// Written by hand, so that the key is not printed.
impl fmt::Debug for KlaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KlaimKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_that_a_header_can_hold_and_is_not_printed() {
        assert!(KlaimKey::parse("a.b-c_1").unwrap().is("a.b-c_1"));
        for (text, refusal) in [
            ("", "the key is empty"),
            ("a b", "the key may only hold visible ASCII characters: it travels in a header"),
            ("a\n", "the key may only hold visible ASCII characters: it travels in a header"),
        ] {
            assert_eq!(KlaimKey::parse(text), Err(refusal));
        }
        assert_eq!(format!("{:?}", KlaimKey::demo()), "KlaimKey(..)");
        assert!(KlaimKey::demo().is_published() && !KlaimKey::parse("own").unwrap().is_published());
    }

    #[test]
    fn only_the_whole_key_is_the_key() {
        let key = KlaimKey::parse("abc").unwrap();
        for wrong in ["", "ab", "abd", "abcd", "ABC"] {
            assert!(!key.is(wrong), "{wrong}");
        }
    }
}
