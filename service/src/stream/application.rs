//! The applications of Stream's API. Each has a key, which is public, and a secret.

use std::fmt;

use user_handle_core::rules::token::{Secret, sign};
use user_handle_core::rules::validate;

use super::token::{self, Verified};
use crate::error::ApiError;
use crate::query::Query;

const DEMO_KEY: &str = "demo-key";
/// As long as the hash that it is the key of: Stream's SDKs for PHP and Python refuse shorter ones, or warn of them.
const DEMO_SECRET: &str = "demo-secret-that-everybody-may-know";
/// What it was before. Its tokens are taken where those of the other are.
const SHORT_DEMO_SECRET: &str = "demo-secret";

/// An application. Applications do not see each other's users.
#[derive(Clone, PartialEq, Eq)]
pub struct Application {
    /// The API key, sent with every request.
    pub key: String,
    /// The secret that signs its tokens.
    pub secret: String,
}

impl Application {
    /// The application of the demo. Its secret is in the documentation, so it protects nothing.
    pub fn demo() -> Self {
        Application { key: DEMO_KEY.into(), secret: DEMO_SECRET.into() }
    }

    /// Reads `KEY:SECRET`.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (key, secret) = text.split_once(':').ok_or("an app is written KEY:SECRET")?;
        if key.is_empty() {
            return Err("the key of the app is empty");
        }
        if secret.is_empty() {
            return Err("the secret of the app is empty");
        }
        if secret.contains('.') {
            return Err("the secret of the app has a dot, so Stream's JavaScript and .NET clients take it for a token");
        }
        Ok(Application { key: key.into(), secret: secret.into() })
    }

    /// Whether the secret is that of the demo.
    pub fn has_published_secret(&self) -> bool {
        [DEMO_SECRET, SHORT_DEMO_SECRET].contains(&self.secret.as_str())
    }

    /// Verifies a token of this application, at `now` in Unix seconds.
    ///
    /// # Errors
    /// Why it is refused, without repeating any part of it.
    pub fn verify(&self, token: &str, now: f64) -> Result<Verified, String> {
        let verified = token::verify(token, &self.secret, now);
        if verified.is_err() && self.has_published_secret() {
            return token::verify(token, SHORT_DEMO_SECRET, now).or(verified);
        }
        verified
    }

    /// Whether the secret is shorter than the hash that it is the key of (RFC 8725, section 3.5). The demo's secret does not
    /// count: it is public anyway.
    pub fn has_short_secret(&self) -> bool {
        self.secret.len() < 32 && !self.has_published_secret()
    }

    /// Signs a token for the user with this id; without an id, a server token, which may do everything.
    ///
    /// # Errors
    /// Why the id is not valid.
    pub fn token(&self, user: Option<&str>) -> Result<String, String> {
        let Some(user) = user else {
            return Ok(sign(r#"{"resource":"*","action":"*","feed_id":"*"}"#, Secret(&self.secret)));
        };
        validate::id_at(user, "user").map_err(|error| error.to_string())?;
        Ok(sign(&format!(r#"{{"user_id":"{user}"}}"#), Secret(&self.secret)))
    }
}

/// The API key of a request.
///
/// # Errors
/// There is none.
pub fn api_key<'a>(query: &'a Query<'_>) -> Result<&'a str, ApiError> {
    let key = query.get("api_key").filter(|key| !key.is_empty());
    key.ok_or_else(|| ApiError::api_key("api_key is missing"))
}

/// The error for an API key that nobody has.
pub fn unknown_api_key() -> ApiError {
    ApiError::api_key("api_key is unknown")
}

// Written by hand, so that the secret is not printed.
impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::token::Rights;

    #[test]
    fn an_app_is_a_key_and_a_secret() {
        let app = Application::parse("key:sec:ret").unwrap();
        assert_eq!((app.key.as_str(), app.secret.as_str()), ("key", "sec:ret"));
        for (text, refusal) in [
            ("key", "an app is written KEY:SECRET"),
            (":secret", "the key of the app is empty"),
            ("key:", "the secret of the app is empty"),
        ] {
            assert_eq!(Application::parse(text), Err(refusal));
        }
        assert!(Application::parse("key:a.b").unwrap_err().contains("has a dot"));
    }

    #[test]
    fn a_secret_under_32_bytes_is_short() {
        let short = |secret: &str| Application::parse(&format!("key:{secret}")).unwrap().has_short_secret();
        assert!(short(&"a".repeat(31)) && !short(&"a".repeat(32)) && !Application::demo().has_short_secret());
    }

    #[test]
    fn the_secrets_of_the_demo_are_published_both() {
        for secret in [DEMO_SECRET, SHORT_DEMO_SECRET] {
            let token = sign(r#"{"user_id":"ada"}"#, Secret(secret));
            assert_eq!(Application::demo().verify(&token, 0.0).unwrap().rights, Rights::User("ada".into()));
            let other = Application::parse("key:a-secret-that-nobody-else-may-know-at-all").unwrap();
            assert_eq!(other.verify(&token, 0.0), Err("signature is invalid".into()));
        }
        assert!(DEMO_SECRET.len() >= 32);
    }

    #[test]
    fn the_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Application::demo()), "Application { key: \"demo-key\", .. }");
    }

    #[test]
    fn tokens_are_those_of_the_published_vectors() {
        let app = Application::parse("key:abcdefghijklmnop").unwrap();
        let vector =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIifQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE";
        assert_eq!(app.token(Some("42")).unwrap(), vector);
        assert!(app.token(Some("a b")).is_err());
    }
}
