//! The rules for ids and data. Each refusal names the field and the rule.
//!
//! Everything here is pure: how a value is walked is the business of whoever holds it, what is allowed is decided here.

use super::error::{Code, Error};
use super::numbered::numbered;
use super::text::number;

/// The longest id, in characters. Source: Stream's clients and documentation.
pub const MAX_ID_LENGTH: usize = 255;
/// The largest user data, in bytes of UTF-8 JSON. Source: Stream's documentation ("10 kB").
pub const MAX_DATA_BYTES: usize = 10_240;
/// The deepest nesting of data; the data itself is level 1. Ours: deep data overflows the stacks of readers.
pub const MAX_DEPTH: u32 = 64;
/// The most members of one batch request. Source: Stream's documentation.
pub const MAX_BATCH: usize = 1_000;
/// What a user of a batch may have beside an id and data: what the service says of users, and what handles have. It is not
/// sent. Any other key is likely data in the wrong place.
pub const MEMBER_KEYS: &str = "id,data,created_at,updated_at,followers_count,following_count,duration,full";
/// So long may the JSON of a batch be: as many users as there may be, with the largest data, and at least 1 kB each for what
/// is around it.
pub const MAX_BATCH_BYTES: usize = (MAX_BATCH * (MAX_DATA_BYTES + 1_024)).next_power_of_two();
/// The most members of a list, which goes in several requests. Ours: an iterable may have no end.
pub const MAX_LIST: usize = 1_000_000;

numbered! {
    /// What a value is, as far as the rules care.
    pub enum ValueKind else Opaque {
        /// `null`, a boolean, a string or a finite number.
        Scalar = 0,
        /// An array.
        Array = 1,
        /// A plain object, or an instance of a class: JSON holds its own enumerable properties.
        Object = 2,
        /// `undefined`.
        Undefined = 3,
        /// `NaN`.
        NotANumber = 4,
        /// An infinity.
        Infinity = 5,
        /// A BigInt.
        BigInt = 6,
        /// A function.
        Function = 7,
        /// A symbol.
        Symbol = 8,
        /// A `Map` or `WeakMap`.
        Map = 9,
        /// A `Set` or `WeakSet`.
        Set = 10,
        /// A typed array, `DataView` or `ArrayBuffer`.
        Binary = 11,
        /// An object that is its own ancestor.
        Cycle = 12,
        /// A string with half of a surrogate pair.
        LoneSurrogate = 13,
        /// A key with half of a surrogate pair.
        LoneSurrogateKey = 14,
        /// A boxed value, an error, a promise, or another object whose content JSON would lose.
        Opaque = 15,
        /// A `Date` without a time.
        InvalidDate = 16,
    }
}

/// Whether data may hold a value of this kind at this depth: the data itself has depth 1.
///
/// `undefined` is allowed as a property, where it is left out as in `JSON.stringify`, and refused in an array, where it
/// would turn into `null`.
pub const fn allows(kind: ValueKind, depth: u32, in_array: bool) -> bool {
    match kind {
        ValueKind::Scalar => true,
        ValueKind::Array | ValueKind::Object => depth <= MAX_DEPTH,
        ValueKind::Undefined => !in_array,
        _ => false,
    }
}

/// The kinds that [`allows`] allows, a bit for each by its number: for those who walk data where asking is dear.
pub const fn allowed_kinds(in_array: bool) -> u32 {
    let mut bits = 0;
    let mut number = 0;
    while number < ValueKind::COUNT {
        bits |= (allows(ValueKind::from_number(number), 1, in_array) as u32) << number;
        number += 1;
    }
    bits
}

/// The error for a key at `path` that is none of [`MEMBER_KEYS`].
pub fn unknown_key(path: &str) -> Error {
    let text = [path, " is not known: a user of a batch has an id and data"];
    Error::validation(Code::InvalidData, path, &text).with_hint("put it into data")
}

/// The error for a value at `path` that [`allows`] refused.
pub fn refusal(kind: ValueKind, path: &str) -> Error {
    let rule = match kind {
        ValueKind::Array | ValueKind::Object => {
            return Error::validation(Code::UnrepresentableValue, path, &[path, " is nested deeper than 64 levels"])
                .with_limit(MAX_DEPTH, MAX_DEPTH + 1);
        }
        ValueKind::Undefined => "undefined inside an array",
        ValueKind::NotANumber => "NaN",
        ValueKind::Infinity => "an infinite number",
        ValueKind::BigInt => "a BigInt",
        ValueKind::Function => "a function",
        ValueKind::Symbol => "a symbol",
        ValueKind::Map => "a Map",
        ValueKind::Set => "a Set",
        ValueKind::Binary => "binary data",
        ValueKind::Cycle => "a reference to an object around it",
        ValueKind::LoneSurrogate => "a string with half of a surrogate pair",
        ValueKind::LoneSurrogateKey => "a key with half of a surrogate pair",
        ValueKind::InvalidDate => "an invalid Date",
        ValueKind::Scalar | ValueKind::Opaque => "an object of a special kind",
    };
    let error = Error::validation(Code::UnrepresentableValue, path, &[path, " is ", rule, ", which JSON cannot hold"]);
    match kind {
        ValueKind::Map => error.with_hint("pass Object.fromEntries(map)"),
        ValueKind::Set => error.with_hint("pass [...set]"),
        ValueKind::BigInt => error.with_hint("pass a string, or a number up to 2 ** 53"),
        ValueKind::Binary => error.with_hint("pass a base64 string"),
        _ => error,
    }
}

/// Checks an id: one or more of `A-Z a-z 0-9 - _`, at most 255.
///
/// # Errors
/// `invalid_id`, with the path `id`.
///
/// ```
/// use user_handle_core::rules::validate;
///
/// assert!(validate::id("john-doe_42").is_ok());
/// let error = validate::id("../feed").unwrap_err();
/// assert_eq!(error.to_string(), "id may only hold letters, digits, - and _, but has \".\" at position 0");
/// ```
pub fn id(id: &str) -> Result<(), Error> {
    id_at(id, "id")
}

/// [`id`] for an id that stands at `path`, such as `users[3].id`.
///
/// # Errors
/// `invalid_id`, with that path.
pub fn id_at(id: &str, path: &str) -> Result<(), Error> {
    if id.is_empty() {
        return Err(Error::validation(Code::InvalidId, path, &[path, " is empty"]));
    }
    if let Some(position) = id.bytes().position(|b| !is_id_byte(b)) {
        // Up to there all is ASCII, so the position is that of a character.
        let (_, rest) = id.split_at_checked(position).unwrap_or_default();
        let end = (1..).find(|end| rest.is_char_boundary(*end)).unwrap_or_default();
        let (character, _) = rest.split_at_checked(end).unwrap_or_default();
        let (rule, at) = (" may only hold letters, digits, - and _, but has \"", "\" at position ");
        return Err(Error::validation(Code::InvalidId, path, &[path, rule, character, at, &number(position)]));
    }
    if id.len() > MAX_ID_LENGTH {
        let message =
            [path, " has ", &number(id.len()), " characters, at most ", &number(MAX_ID_LENGTH), " are allowed"];
        return Err(
            Error::validation(Code::InvalidId, path, &message).with_limit(MAX_ID_LENGTH as u32, id.len() as u32)
        );
    }
    Ok(())
}

/// A letter, digit, `-` or `_`: those of base64url too.
pub const fn is_id_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}

/// Checks the size of data: `bytes` of UTF-8 JSON, as sent.
///
/// # Errors
/// `data_too_large` over [`MAX_DATA_BYTES`].
pub fn data_size(bytes: usize, path: &str) -> Result<(), Error> {
    if bytes <= MAX_DATA_BYTES {
        return Ok(());
    }
    let message = [path, " is ", &number(bytes), " bytes of JSON, at most ", &number(MAX_DATA_BYTES), " are allowed"];
    let error = Error::validation(Code::DataTooLarge, path, &message);
    Err(error.with_limit(MAX_DATA_BYTES as u32, u32::try_from(bytes).unwrap_or(u32::MAX)))
}

/// Checks the number of members of one batch request.
///
/// # Errors
/// `batch_too_large` over [`MAX_BATCH`].
pub fn batch_size(members: usize, path: &str) -> Result<(), Error> {
    if members <= MAX_BATCH {
        return Ok(());
    }
    let message =
        [path, " has ", &number(members), " members, at most ", &number(MAX_BATCH), " are allowed in one batch"];
    let error = Error::validation(Code::BatchTooLarge, path, &message);
    Err(error.with_limit(MAX_BATCH as u32, u32::try_from(members).unwrap_or(u32::MAX)))
}

/// Checks the number of members of a list.
///
/// # Errors
/// `batch_too_large` over [`MAX_LIST`].
pub fn list_size(members: usize, path: &str) -> Result<(), Error> {
    if members <= MAX_LIST {
        return Ok(());
    }
    let message =
        [path, " has ", &number(members), " members, at most ", &number(MAX_LIST), " are allowed in one list"];
    let error = Error::validation(Code::BatchTooLarge, path, &message);
    Err(error.with_limit(MAX_LIST as u32, u32::try_from(members).unwrap_or(u32::MAX)))
}

/// The error for data that is `found` (such as "a string") and not an object.
pub fn not_an_object(found: &str, path: &str) -> Error {
    Error::validation(Code::InvalidData, path, &[path, " must be a JSON object, but is ", found])
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[track_caller]
    fn refused(result: Result<(), Error>) -> (&'static str, String) {
        let error = result.unwrap_err();
        (error.code().as_str(), error.to_string())
    }

    #[test]
    fn ids_of_letters_digits_dash_and_underscore_pass() {
        for good in ["a", "john-doe", "J_0", "-", "_", &"x".repeat(255)] {
            assert!(id(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn an_id_is_refused_with_the_place_and_the_rule() {
        let rule = "id may only hold letters, digits, - and _, but has ";
        for (bad, text) in [
            ("", "id is empty".to_string()),
            ("a b", rule.to_string() + "\" \" at position 1"),
            ("../x", rule.to_string() + "\".\" at position 0"),
            ("a/b", rule.to_string() + "\"/\" at position 1"),
            ("a?b", rule.to_string() + "\"?\" at position 1"),
            ("é", rule.to_string() + "\"é\" at position 0"),
            ("aé/", rule.to_string() + "\"é\" at position 1"),
            (&"x".repeat(256), "id has 256 characters, at most 255 are allowed".to_string()),
        ] {
            assert_eq!(refused(id(bad)), ("invalid_id", text));
        }
    }

    #[test]
    fn a_refused_member_of_a_batch_is_named() {
        let error = id_at("", "users[17].id").unwrap_err();
        assert_eq!(error.violation().unwrap().path, "users[17].id");
        assert_eq!(error.to_string(), "users[17].id is empty");
    }

    #[test]
    fn data_may_have_10_240_bytes_and_no_more() {
        assert!(data_size(10_240, "data").is_ok());
        let error = data_size(10_241, "data").unwrap_err();
        assert_eq!(error.code(), Code::DataTooLarge);
        assert_eq!(error.to_string(), "data is 10241 bytes of JSON, at most 10240 are allowed");
        assert_eq!(error.violation().unwrap().limit, Some(10_240));
        assert_eq!(error.violation().unwrap().actual, Some(10_241));
    }

    #[test]
    fn a_batch_may_have_1_000_members_and_no_more() {
        assert!(batch_size(1_000, "users").is_ok());
        assert_eq!(
            refused(batch_size(1_001, "users")),
            ("batch_too_large", "users has 1001 members, at most 1000 are allowed in one batch".to_string())
        );
    }

    #[test]
    fn values_that_json_holds_are_allowed() {
        assert!(allows(ValueKind::Scalar, 65, true));
        assert!(allows(ValueKind::Object, 64, false));
        assert!(!allows(ValueKind::Object, 65, false));
        assert!(!allows(ValueKind::Array, 65, true));
        assert!(allows(ValueKind::Undefined, 2, false));
        assert!(!allows(ValueKind::Undefined, 2, true));
        for lost in 4..=15 {
            assert!(!allows(ValueKind::from_number(lost), 2, false), "{lost}");
        }
    }

    #[test]
    fn a_refused_value_is_named_with_its_place() {
        let error = refusal(ValueKind::NotANumber, "data.tags[2]");
        assert_eq!(error.to_string(), "data.tags[2] is NaN, which JSON cannot hold");
        assert_eq!(error.code().as_str(), "unrepresentable_value");
        assert_eq!(error.violation().unwrap().path, "data.tags[2]");
        let error = refusal(ValueKind::Map, "data.m");
        assert_eq!(error.to_string(), "data.m is a Map, which JSON cannot hold");
        assert_eq!(error.hint(), Some("pass Object.fromEntries(map)"));
        let error = refusal(ValueKind::Object, "data.a");
        assert_eq!(error.to_string(), "data.a is nested deeper than 64 levels");
        let error = not_an_object("an array", "data");
        assert_eq!(error.to_string(), "data must be a JSON object, but is an array");
        assert_eq!(error.code().as_str(), "invalid_data");
    }

    #[test]
    fn every_kind_has_a_number_that_leads_back_to_it() {
        for number in 0..ValueKind::COUNT {
            assert_eq!(ValueKind::from_number(number) as u32, number);
        }
        assert_eq!(ValueKind::from_number(999), ValueKind::Opaque);
    }
}
