//! The API key of the second service, and who has it.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::app::App;
use crate::error::ApiError;

const DEMO_KEY: &str = "demo-klaim-key";

/// The API key of the second service.
#[derive(Clone, PartialEq, Eq)]
pub struct KlaimKey(String);

impl KlaimKey {
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

    /// Whether it is the published one, which protects nothing.
    pub fn is_published(&self) -> bool {
        self.0 == DEMO_KEY
    }

    /// Whether a request with these headers carries this key, or why it does not.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(ApiError::api_key("the header Authorization must be there once, with Bearer and the API key"));
        };
        match value.to_str().ok().and_then(|text| text.split_at_checked(7)) {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer ") => match self.is(key.trim_start()) {
                true => Ok(()),
                false => Err(ApiError::api_key("the API key is unknown")),
            },
            _ => Err(ApiError::api_key("the header Authorization must be Bearer and the API key")),
        }
    }

    /// Whether it is this key.
    fn is(&self, given: &str) -> bool {
        // Not in a time that tells how much of it is right.
        let pairs = self.0.bytes().zip(given.bytes());
        let differences = pairs.fold(0, |found, (one, other)| found | (one ^ other));
        self.0.len() == given.len() && differences == 0
    }
}

/// The demo's.
impl Default for KlaimKey {
    fn default() -> Self {
        KlaimKey(DEMO_KEY.into())
    }
}

// By hand: the key must not get into a log.
impl fmt::Debug for KlaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KlaimKey(..)")
    }
}

/// Whoever has the key. There is no other right.
pub(super) struct Caller;

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        app.klaim_key.admits(&parts.headers).map(|()| Caller)
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
        assert_eq!(format!("{:?}", KlaimKey::default()), "KlaimKey(..)");
        assert!(KlaimKey::default().is_published() && !KlaimKey::parse("own").unwrap().is_published());
    }

    #[test]
    fn only_the_whole_key_is_the_key() {
        let key = KlaimKey::parse("abc").unwrap();
        for wrong in ["", "ab", "abd", "abcd", "ABC"] {
            assert!(!key.is(wrong), "{wrong}");
        }
    }
}
