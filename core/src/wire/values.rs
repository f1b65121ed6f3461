//! The values of a host: JSON, JSON text and headers, and what is done with them.
//!
//! In JavaScript a JSON value is a JavaScript value and stays one: `JSON.stringify` writes it and `JSON.parse` reads it.
//! Elsewhere it may be any type that holds JSON; with the feature `native` there is one on `serde_json`.

use alloc::string::String;

use super::operation::RecordShape;
use crate::rules::token::TokenProblem;

/// What JSON, JSON text and headers are to a host. The methods decide nothing: they read, write and compare.
pub trait HostValues: Sized + 'static {
    /// A JSON value, or whatever a failed attempt was rejected with.
    type Value: Clone;
    /// JSON text that is ready to be sent.
    type Text: Clone + PartialEq + for<'a> From<&'a str>;
    /// The headers of a response.
    type Headers: Clone;

    /// A copy that shares nothing with the value.
    fn copy(value: &Self::Value) -> Self::Value;

    /// Whether it is an object, and not an array.
    fn is_object(value: &Self::Value) -> bool;

    /// An object without members.
    fn empty_object() -> Self::Value;

    /// A member of an object.
    fn field(value: &Self::Value, name: &str) -> Option<Self::Value>;

    /// A member that is text.
    fn string_field(value: &Self::Value, name: &str) -> Option<String>;

    /// A member that is a number.
    fn number_field(value: &Self::Value, name: &str) -> Option<f64>;

    /// A member that is a time in RFC 3339, in milliseconds since the Unix epoch.
    fn time_field(value: &Self::Value, name: &str) -> Option<f64>;

    /// Whether it has the text `id`, and the object `data` unless that is null or missing.
    fn is_record(value: &Self::Value, id: &str, data: &str) -> bool;

    /// Whether a member is an array of records, as [`HostValues::is_record`] says. With `id` empty, of texts. Where `ids` has
    /// any, with commas between, the list must have no others.
    fn has_list(value: &Self::Value, name: &str, id: &str, data: &str, ids: &str) -> bool;

    /// A record as callers are given it.
    fn tidy(record: Self::Value, shape: &RecordShape) -> Self::Value;

    /// Whether a record has this data, which is JSON; the order of keys does not count.
    fn has_data(record: &Self::Value, data: &Self::Text) -> bool;

    /// `a string`, `an object`, `an array`: for error texts.
    fn describe(value: &Self::Value) -> String;

    /// A text as a JSON string.
    fn quote(text: &str) -> Self::Text;

    /// `written`, `plain` and `text` as one text.
    fn append(written: Option<&Self::Text>, plain: &str, text: Option<&Self::Text>) -> Self::Text;

    /// What JSON of ours holds.
    fn parse(text: &Self::Text) -> Self::Value;

    /// JSON of ours, an object, without the member of this name.
    fn without(text: &Self::Text, name: &str) -> Self::Text;

    /// What stands between the first and the last character.
    fn inner(text: &Self::Text) -> String;

    /// Percent-encodes a text for one place in a query or a path, as `encodeURIComponent` does.
    fn encode(text: &str) -> String;

    /// The claims of a token, not verified.
    ///
    /// # Errors
    /// What is wrong with the form of the token.
    fn claims(token: &Self::Text) -> Result<Self::Value, TokenProblem>;

    /// Whether a text is empty.
    fn is_empty(text: &Self::Text) -> bool;

    /// A header of a response; `name` is in lower case.
    fn header(headers: &Self::Headers, name: &str) -> Option<String>;

    /// A header that is a whole number.
    fn whole_header(headers: &Self::Headers, name: &str) -> Option<f64>;

    /// A header that is an HTTP date, in milliseconds since the Unix epoch.
    fn date_header(headers: &Self::Headers, name: &str) -> Option<f64>;
}
