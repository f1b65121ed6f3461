//! The headers that callers add to requests.

use super::error::Error;
use super::options::refused;

/// Checks a header that a caller adds; `own` are the names that are not for callers, with a comma and a space between them.
///
/// # Errors
/// `invalid_option` for one of those, and for what HTTP cannot carry. The value is in no text: it may be a secret.
pub fn check(name: &str, value: &str, own: &str) -> Result<(), Error> {
    let is_text = value.chars().all(|c| matches!(c, '\t' | ' '..='~' | '\u{80}'..='\u{ff}'));
    if is_text && is_token(name) && !own.split(", ").any(|own| own.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(refused(&["option headers.", name, " must be a header that callers may set"]))
}

/// As RFC 9110 has it.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::options::own_headers;
    use alloc::string::ToString;

    #[test]
    fn a_header_is_what_http_carries() {
        let own = own_headers!("x-own");
        for (name, value) in [("x-trace", "a b\t~"), ("X_1", ""), ("baggage", "n=\u{e9}")] {
            assert!(check(name, value, own).is_ok(), "{name}");
        }
        for (name, value) in [
            ("Authorization", "a"),
            ("x-own", "a"),
            ("Content-Length", "1"),
            ("host", "a"),
            ("x", "\u{7f}"),
            ("a b", "a"),
            ("", "a"),
            ("x", "a\nb"),
            ("x", "\r"),
            ("x", "\u{100}"),
        ] {
            let text = " must be a header that callers may set";
            assert_eq!(check(name, value, own).unwrap_err().to_string(), ["option headers.", name, text].concat());
        }
    }
}
