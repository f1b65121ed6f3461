//! What a token allows. Pure: a token, a secret and the time go in; rights or a refusal come out.
//!
//! The rules are those of RFC 8725: the one algorithm is fixed here, a token chooses nothing about its verification.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

/// How far the clocks of signer and server may be apart, in seconds.
const LEEWAY_SECONDS: f64 = 60.0;

/// What the bearer of a valid token may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rights {
    /// A server token: the resources and actions it is limited to, `*` for all, or several with commas; and the feed, `*`
    /// for all, or group and id without anything between.
    Server { resource: String, action: String, feed: String },
    /// A user token: the session of this user.
    User(String),
}

/// Verifies a token at `now`, in Unix seconds.
///
/// # Errors
/// Why it is refused, without repeating any of it.
pub(crate) fn verify(token: &str, secret: &str, now: f64) -> Result<Rights, String> {
    let parts = user_handle::token::decode(token).map_err(|error| error.to_string())?;
    let Unique(header) = object(&parts.header, "header")?;
    if header.get("alg").and_then(Value::as_str) != Some("HS256") {
        return Err("token is not signed with HS256".into());
    }
    if header.contains_key("crit") {
        return Err("token has critical header extensions, none is supported".into());
    }
    if !parts.is_signed_with(secret) {
        return Err("signature is invalid".into());
    }
    let Unique(claims) = object(&parts.claims, "claims")?;
    check_times(&claims, now)?;
    rights(&claims)
}

fn check_times(claims: &Map<String, Value>, now: f64) -> Result<(), String> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| format!("token claim {name} must be a number")),
    };
    if time("exp")?.is_some_and(|expiry| now > expiry + LEEWAY_SECONDS) {
        return Err("token is expired".into());
    }
    if time("nbf")?.is_some_and(|start| now < start - LEEWAY_SECONDS) {
        return Err("token is not valid yet".into());
    }
    if time("iat")?.is_some_and(|issued| now < issued - LEEWAY_SECONDS) {
        return Err("token used before issued".into());
    }
    Ok(())
}

/// A token with `resource` and `action` is a server's, whatever its `user_id`: Ruby and PHP write `*` there.
fn rights(claims: &Map<String, Value>) -> Result<Rights, String> {
    let text = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("token claim {name} must be a string")),
    };
    let feed = text("feed_id")?.unwrap_or_else(|| "*".into());
    match (text("resource")?, text("action")?, text("user_id")?) {
        (Some(resource), Some(action), _) => Ok(Rights::Server { resource, action, feed }),
        (None, None, Some(user)) => match user_handle::validate::id_at(&user, "token claim user_id") {
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

/// A JSON object in which no key stands twice: readers differ in which of the two they would take.
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
#[path = "claims_tests.rs"]
mod tests;
