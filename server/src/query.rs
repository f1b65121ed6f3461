//! The query string: unknown parameters are ignored, of one given twice the first counts.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;

use crate::error::ApiError;

/// The decoded parameters of a request.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(uri: &Uri) -> Self {
        Query(form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A boolean in any spelling that a client of the API uses; without the parameter it is false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None | Some("false" | "False" | "0") => Ok(false),
            Some("true" | "True" | "1") => Ok(true),
            Some(other) => Err(ApiError::input(name, format!("{name} must be true or false, but is {other:?}"))),
        }
    }

    /// The ids of a batch, each once, in the order given.
    pub(crate) fn ids(&self) -> Result<Vec<String>, ApiError> {
        let list = self.get("ids").ok_or_else(|| ApiError::input("ids", "ids is missing"))?;
        let given = || list.split(',').filter(|id| !id.is_empty());
        user_handle::validate::batch_size(given().count(), "ids")?;
        let mut seen = std::collections::HashSet::new();
        let mut ids = Vec::new();
        for (position, id) in given().enumerate() {
            user_handle::validate::id_at(id, &format!("ids[{position}]"))?;
            if seen.insert(id) {
                ids.push(id.to_owned());
            }
        }
        Ok(ids)
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Query::of(&parts.uri))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::of(&format!("/?{text}").parse().unwrap())
    }

    #[test]
    fn booleans_are_read_in_every_spelling() {
        for (text, value) in [("f=true", true), ("f=True", true), ("f=1", true), ("", false), ("f=false", false)] {
            assert_eq!(query(text).flag("f"), Ok(value), "{text}");
        }
        assert_eq!(query("f=False").flag("f"), Ok(false));
        assert_eq!(query("f=0&f=1").flag("f"), Ok(false));
        let refusal = ApiError::input("f", "f must be true or false, but is \"yes\"");
        assert_eq!(query("f=yes").flag("f"), Err(refusal));
    }

    #[test]
    fn ids_are_decoded_and_each_taken_once() {
        let ids = ["a", "b", "c"].map(String::from).to_vec();
        assert_eq!(query("ids=a,b,c").ids(), Ok(ids.clone()));
        assert_eq!(query("ids=a%2Cb%2cc").ids(), Ok(ids.clone()));
        assert_eq!(query("x=1&ids=a,,b,a,c,").ids(), Ok(ids));
        assert_eq!(query("ids=").ids(), Ok(vec![]));
    }

    #[test]
    fn bad_ids_are_refused_with_their_place() {
        assert_eq!(query("").ids(), Err(ApiError::input("ids", "ids is missing")));
        let rule = "ids[1] may only hold letters, digits, - and _, but has \" \" at position 1";
        assert_eq!(query("ids=a,b+c").ids(), Err(ApiError::input("ids[1]", rule)));
        assert!(query(&format!("ids={}", vec!["a"; 1_000].join(","))).ids().is_ok());
        let rule = "ids has 1001 members, at most 1000 are allowed in one batch";
        assert_eq!(query(&format!("ids={}", vec!["a"; 1_001].join(","))).ids(), Err(ApiError::input("ids", rule)));
    }
}
