//! What the app secret signs: the client's own requests, and the tokens of users.

use alloc::string::String;

use crate::error::Error;
use crate::host::{self, Value};
use crate::token;
use crate::validate::{self, concat};

/// The claims of the token that lets in a client which has the secret. Source: Stream's JavaScript client.
const SERVER_CLAIMS: &str = r#"{"resource":"*","action":"*","feed_id":"*"}"#;

/// The token of a client's own requests.
pub(crate) fn server_token(secret: &str) -> String {
    token::sign(SERVER_CLAIMS, secret)
}

/// The token of a user, with further claims, whose own `user_id` is left out; and with `iat`, the time `issued` in Unix
/// seconds, unless they hold one.
///
/// # Errors
/// `invalid_id`, and `invalid_data` for claims that are not an object.
pub(crate) fn user_token(
    secret: &str,
    user_id: &str,
    claims: Option<&Value>,
    issued: Option<f64>,
) -> Result<String, Error> {
    validate::id_at(user_id, "userId")?;
    let (members, has_iat) = match claims {
        Some(claims) => host::members_without(claims, "user_id", "claims")?,
        None => (String::new(), false),
    };
    let mut text = concat(["{\"user_id\":\"", user_id, "\"", &members]);
    if let Some(seconds) = issued.filter(|_| !has_iat) {
        text.push_str(",\"iat\":");
        text.push_str(&validate::number(seconds as usize));
    }
    text.push('}');
    Ok(token::sign(&text, secret))
}
