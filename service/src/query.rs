//! The query string. If a parameter is given twice, the first counts. Unknown ones are ignored, but where a feed or a list is read.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::error::ApiError;

/// The decoded parameters of a request.
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Reads a query string, without the question mark.
    pub fn parse(query: &'a str) -> Self {
        Query(form_urlencoded::parse(query.as_bytes()).collect())
    }

    /// The same without what it was read from.
    pub fn into_owned(self) -> Query<'static> {
        let owned = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        Query(self.0.into_iter().map(|(name, value)| (owned(name), owned(value))).collect())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    }

    /// All of them, in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// A boolean, in any spelling that a client of Stream's API uses. Without the parameter it is false.
    pub fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None | Some("false" | "False" | "0") => Ok(false),
            Some("true" | "True" | "1") => Ok(true),
            Some(other) => Err(ApiError::input(name, format!("{name} must be true or false, but is {other:?}"))),
        }
    }

    /// A whole number in this range. Without the parameter it is `default`.
    pub fn number(&self, name: &str, default: u32, range: RangeInclusive<u32>) -> Result<u32, ApiError> {
        match self.get(name) {
            None => Ok(default),
            Some(text) => text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
                let (start, end) = range.into_inner();
                ApiError::input(name, format!("{name} must be a whole number from {start} to {end}, but is {text:?}"))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_are_read_in_every_spelling() {
        for (text, value) in [("f=true", true), ("f=True", true), ("f=1", true), ("", false), ("f=false", false)] {
            assert_eq!(Query::parse(text).flag("f"), Ok(value), "{text}");
        }
        assert_eq!(Query::parse("f=False").flag("f"), Ok(false));
        assert_eq!(Query::parse("f=0&f=1").flag("f"), Ok(false));
        let refusal = ApiError::input("f", "f must be true or false, but is \"yes\"");
        assert_eq!(Query::parse("f=yes").flag("f"), Err(refusal));
    }
}
