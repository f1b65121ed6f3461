//! The API key of the second service.

use std::fmt;

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

    /// Whether what a request carries is this key.
    pub(super) fn is(&self, given: &str) -> bool {
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
