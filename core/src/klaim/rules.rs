//! The rules for what Klaim stores. Each refusal names the field and the rule. The service's own rules are not documented,
//! but for `email` being required: these are chosen so that nothing is refused that a service could well take.

use alloc::string::String;

use crate::rules::text::number;
use crate::rules::{Code, Error, validate};
use crate::wire::Host;

/// The longest email address, in characters: what fits into the commands of mail servers. Source: RFC 5321, 4.5.3.1.3.
pub const MAX_EMAIL_LENGTH: usize = 254;

/// Checks an email address by the rule of `<input type=email>`. Source: the HTML standard, "valid email address".
///
/// # Errors
/// `invalid_data`, with the path `email`.
///
/// ```
/// use user_handle_core::klaim::rules;
///
/// assert!(rules::email("ada@example.com").is_ok());
/// let error = rules::email("ada").unwrap_err();
/// assert_eq!(error.to_string(), "email must be an address such as ada@example.com");
/// ```
pub fn email(email: &str) -> Result<(), Error> {
    if !is_email(email) {
        let message = ["email must be an address such as ada@example.com"];
        return Err(invalid("email", &message).with_hint("the rule is that of <input type=email>"));
    }
    // All of it is ASCII.
    if email.len() > MAX_EMAIL_LENGTH {
        let message = ["email has ", &number(email.len()), " characters, at most 254 are allowed"];
        let actual = u32::try_from(email.len()).unwrap_or(u32::MAX);
        return Err(invalid("email", &message).with_limit(MAX_EMAIL_LENGTH as u32, actual));
    }
    Ok(())
}

// On bytes: the search for characters costs the download half a kilobyte.
fn is_email(text: &str) -> bool {
    let is_atom = |b: &u8| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(b);
    let mut parts = text.as_bytes().splitn(2, |b| *b == b'@');
    let local = parts.next().unwrap_or_default();
    let domain = parts.next().unwrap_or_default();
    !local.is_empty() && local.iter().all(is_atom) && domain.split(|b| *b == b'.').all(is_label)
}

/// At most 63 letters, digits and hyphens, of which none is at an end.
fn is_label(label: &[u8]) -> bool {
    label.len() <= 63
        && label.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && [label.first(), label.last()].iter().all(|end| end.is_some_and(|b| *b != b'-'))
}

/// Checks a user id: any text but an empty one, and those that no URL path can hold. Source: Klaim's manual ("may be any
/// string such as an email or a UUID").
///
/// # Errors
/// `invalid_id`, with the path `user_id`.
///
/// ```
/// use user_handle_core::klaim::rules;
///
/// assert!(rules::user_id("../x").is_ok());
/// let error = rules::user_id("..").unwrap_err();
/// assert_eq!(error.to_string(), "user_id is \"..\", which no URL path can hold");
/// ```
pub fn user_id(id: &str) -> Result<(), Error> {
    user_id_at(id, "user_id")
}

/// [`user_id`] for an id that stands at `path`.
///
/// # Errors
/// `invalid_id`, with that path.
pub fn user_id_at(id: &str, path: &str) -> Result<(), Error> {
    if id.is_empty() {
        return Err(Error::validation(Code::InvalidId, path, &[path, " is empty"]));
    }
    if is_dots(id) {
        let message = [path, " is \"", id, "\", which no URL path can hold"];
        return Err(Error::validation(Code::InvalidId, path, &message));
    }
    Ok(())
}

/// One or two dots, each written as itself or as `%2e`: URLs take such a segment out of a path. Encoded once more, as ids
/// are, it would pass, but only as far as the first proxy that decodes. Source: the URL standard, "single-dot" and
/// "double-dot URL path segment".
fn is_dots(id: &str) -> bool {
    const DOTS: [&str; 6] = [".", "..", "%2e", ".%2e", "%2e.", "%2e%2e"];
    DOTS.iter().any(|dots| id.eq_ignore_ascii_case(dots))
}

/// Checks the fields of a user that is to be stored, as they will be sent: a new one has an `email`.
pub(super) fn fields<H: Host>(written: &H::Value, is_new: bool) -> Result<(), Error> {
    match text::<H>(written, "email")? {
        Some(given) => email(&given)?,
        None if is_new => return Err(invalid("email", &["email is missing"])),
        None => {}
    }
    text::<H>(written, "name")?;
    for path in ["userId", "user_id"] {
        if let Some(id) = text::<H>(written, path)? {
            user_id_at(&id, path)?;
        }
    }
    match H::field(written, "metadata") {
        Some(metadata) if !H::is_object(&metadata) => Err(validate::not_an_object(&H::describe(&metadata), "metadata")),
        _ => Ok(()),
    }
}

/// The text of a field that may be missing.
fn text<H: Host>(written: &H::Value, path: &str) -> Result<Option<String>, Error> {
    let Some(found) = H::field(written, path) else { return Ok(None) };
    match H::string_field(written, path) {
        Some(text) => Ok(Some(text)),
        None => Err(invalid(path, &[path, " must be a string, but is ", &H::describe(&found)])),
    }
}

fn invalid(path: &str, message: &[&str]) -> Error {
    Error::validation(Code::InvalidData, path, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_email_is_what_html_takes_for_one() {
        for good in [
            "a@b",
            "ada@example.com",
            "ada.lovelace+notes@sub.example.co.uk",
            ".a.@b-c.d",
            "!#$%&'*+/=?^_`{|}~-@x",
            &("a@".to_string() + &"b".repeat(63)),
        ] {
            assert!(email(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@b",
            "a@",
            "a@b@c",
            "a b@c",
            "a@b c",
            " a@b",
            "a@b\n",
            "a@.b",
            "a@b.",
            "a@b..c",
            "a@-b",
            "a@b-",
            "a@b_c",
            "é@b",
            "a@é",
            "\"a\"@b",
            "a@[127.0.0.1]",
            &("a@".to_string() + &"b".repeat(64)),
        ] {
            let error = email(bad).unwrap_err();
            assert_eq!(error.to_string(), "email must be an address such as ada@example.com", "{bad}");
            assert_eq!((error.code().as_str(), &*error.violation().unwrap().path), ("invalid_data", "email"));
        }
    }

    #[test]
    fn an_email_has_at_most_254_characters() {
        let address = |length: usize| "a".repeat(length - 2) + "@b";
        assert!(email(&address(254)).is_ok());
        let error = email(&address(255)).unwrap_err();
        assert_eq!(error.to_string(), "email has 255 characters, at most 254 are allowed");
        assert_eq!((error.violation().unwrap().limit, error.violation().unwrap().actual), (Some(254), Some(255)));
    }

    #[test]
    fn a_user_id_is_any_text_that_a_path_can_hold() {
        for good in ["a", "a/b", "../x", "...", "ü", "ada@example.com", " ", "a.", ".a", "%2e%2e%2e", "%2f", "é%", "?#"]
        {
            assert!(user_id(good).is_ok(), "{good}");
        }
        for bad in [".", "..", "%2e", "%2E", ".%2e", "%2e.", "%2E%2e"] {
            let error = user_id(bad).unwrap_err();
            assert_eq!(error.to_string(), ["user_id is \"", bad, "\", which no URL path can hold"].concat());
            assert_eq!((error.code().as_str(), &*error.violation().unwrap().path), ("invalid_id", "user_id"));
        }
        assert_eq!(user_id("").unwrap_err().to_string(), "user_id is empty");
    }
}
