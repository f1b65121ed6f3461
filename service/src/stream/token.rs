//! Verifies a token, and reads what it allows. These are pure functions of the token, the secret and the time.
//!
//! They follow RFC 8725: the server accepts one algorithm, whatever the header of the token says.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};
use user_handle_core::rules::{token, validate};

/// How far the clocks of the signer and the server may differ, in seconds.
const LEEWAY_SECONDS: f64 = 60.0;

/// What the bearer of a valid token may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// A server token.
    Server {
        /// `*` for all, or names with commas between them.
        resource: String,
        /// The same.
        action: String,
        /// `*` for all, or the group and the id of a feed, joined without a separator.
        feed: String,
    },
    /// The token of the user with this id.
    User(String),
}

/// A valid token: what it allows, and the times at which it is valid, in Unix seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// What its bearer may do.
    pub rights: Rights,
    /// When.
    pub valid: RangeInclusive<f64>,
}

/// Verifies a token at `now`, in Unix seconds.
///
/// # Errors
/// Why it is refused, without repeating any part of it.
pub fn verify(token: &str, secret: &str, now: f64) -> Result<Verified, String> {
    read(token, now, |parts| parts.is_signed_with(token::Secret(secret)))
}

/// As [`verify`], but whatever the signature.
///
/// # Errors
/// Why it is refused, without repeating any part of it.
pub fn trust(token: &str, now: f64) -> Result<Rights, String> {
    read(token, now, |_| true).map(|verified| verified.rights)
}

fn read(token: &str, now: f64, is_signed: impl FnOnce(&token::Parts) -> bool) -> Result<Verified, String> {
    let parts = token::decode(token).map_err(|error| error.to_string())?;
    let Unique(header) = object(&parts.header, "header")?;
    if header.get("alg").and_then(Value::as_str) != Some("HS256") {
        return Err("token is not signed with HS256".into());
    }
    if header.contains_key("crit") {
        return Err("token has critical header extensions, none is supported".into());
    }
    if !is_signed(&parts) {
        return Err("signature is invalid".into());
    }
    let Unique(claims) = object(&parts.claims, "claims")?;
    let valid = check_times(&claims, now)?;
    Ok(Verified { rights: rights(&claims)?, valid })
}

/// The times at which a token with these claims is valid, of which `now` is one.
fn check_times(claims: &Map<String, Value>, now: f64) -> Result<RangeInclusive<f64>, String> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| format!("token claim {name} must be a number")),
    };
    let end = time("exp")?.map_or(f64::INFINITY, |expiry| expiry + LEEWAY_SECONDS);
    if now > end {
        return Err("token is expired".into());
    }
    let start = time("nbf")?.map_or(f64::NEG_INFINITY, |start| start - LEEWAY_SECONDS);
    if now < start {
        return Err("token is not valid yet".into());
    }
    let issued = time("iat")?.map_or(f64::NEG_INFINITY, |issued| issued - LEEWAY_SECONDS);
    if now < issued {
        return Err("token used before issued".into());
    }
    Ok(start.max(issued)..=end)
}

/// A token with `resource` and `action` is a server token, whatever its `user_id`: the clients for Ruby and PHP send `*`
/// there.
fn rights(claims: &Map<String, Value>) -> Result<Rights, String> {
    let text = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("token claim {name} must be a string")),
    };
    let feed = text("feed_id")?.unwrap_or_else(|| "*".into());
    match (text("resource")?, text("action")?, text("user_id")?) {
        (Some(resource), Some(action), _) => Ok(Rights::Server { resource, action, feed }),
        (None, None, Some(user)) => match validate::id_at(&user, "token claim user_id") {
            Ok(()) => Ok(Rights::User(user)),
            Err(error) => Err(error.to_string()),
        },
        (None, None, None) => Err("token has neither user_id nor resource and action".into()),
        _ => Err("token has one of resource and action without the other".into()),
    }
}

fn object(json: &[u8], part: &str) -> Result<Unique, String> {
    serde_json::from_slice(json).map_err(|_| format!("token {part} must be a JSON object with each key once"))
}

/// A JSON object in which no key occurs twice: parsers differ in which of the two values they use.
struct Unique(Map<String, Value>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueVisitor)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with each key once")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unique, A::Error> {
        let mut object = Map::new();
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(Unique(object))
    }
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
