//! The applications that the server serves: each has a key, which is public, and a secret.

use std::fmt;

const DEMO_KEY: &str = "demo-key";
const DEMO_SECRET: &str = "demo-secret";

/// An application: its users are apart from those of every other.
#[derive(Clone, PartialEq, Eq)]
pub struct Application {
    /// The API key, sent with every request.
    pub key: String,
    /// The secret that its tokens are signed with.
    pub secret: String,
}

impl Application {
    /// The application of the demo. Its secret is published, so it protects nothing.
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

    /// Whether the secret is the published one.
    pub fn has_published_secret(&self) -> bool {
        self.secret == DEMO_SECRET
    }

    /// Whether the secret is shorter than the hash that it keys (RFC 8725, 3.5). That of the demo is published anyway.
    pub fn has_short_secret(&self) -> bool {
        self.secret.len() < 32 && !self.has_published_secret()
    }

    /// Signs a token: of the user with this id, or without one a server token, which may do everything.
    ///
    /// # Errors
    /// Why the id is not a valid one.
    pub fn token(&self, user: Option<&str>) -> Result<String, String> {
        let Some(user) = user else {
            return Ok(user_handle::token::sign(r#"{"resource":"*","action":"*","feed_id":"*"}"#, &self.secret));
        };
        user_handle::validate::id_at(user, "user").map_err(|error| error.to_string())?;
        Ok(user_handle::token::sign(&format!(r#"{{"user_id":"{user}"}}"#), &self.secret))
    }
}

// By hand: the secret must not get into a log.
impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
