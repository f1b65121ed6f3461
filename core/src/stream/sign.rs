//! What the app secret signs: the client's own requests, and the tokens of users.

use alloc::string::String;

use crate::rules::text::{concat, whole};
use crate::rules::{Code, Error, token};
use crate::wire::{CallError, Host};

/// The claims of the token that lets in a client which has the secret. Source: Stream's JavaScript client.
const SERVER_CLAIMS: &str = r#"{"resource":"*","action":"*","feed_id":"*"}"#;

/// The token of a client's own requests.
pub fn server_token(secret: &str) -> String {
    token::sign(SERVER_CLAIMS, token::Secret(secret))
}

/// The token of a user, with further claims, whose own `user_id` is left out. `expiresIn` among them, seconds or a text such as
/// `1h`, becomes `exp`. `unix_s` is the time; with `is_issued`, it is `iat`, unless the claims have one.
///
/// # Errors
/// `invalid_id` for an empty id; `invalid_data` for claims that are not an object, or whose times are not whole seconds.
pub fn user_token<H: Host>(
    secret: &str,
    user_id: &str,
    claims: Option<&H::Value>,
    unix_s: f64,
    is_issued: bool,
) -> Result<String, CallError<H>> {
    if user_id.is_empty() {
        return Err(Error::validation(Code::InvalidId, "userId", &["userId is empty"]).into());
    }
    let mut members = String::new();
    let mut has_iat = false;
    let mut exp = None;
    if let Some(claims) = claims {
        let text = H::write_data_without(claims, "user_id", "claims")?;
        let written = H::parse(&text);
        for (path, name) in TIMES {
            check_time::<H>(&written, path, name)?;
        }
        for (given, meant) in MEANT {
            if H::field(&written, given).is_some() {
                let path = concat(["claims.", given]);
                let message = [&path, " does not limit a token: did you mean ", meant, "?"];
                return Err(Error::validation(Code::InvalidData, &path, &message).into());
            }
        }
        has_iat = H::field(&written, "iat").is_some();
        exp = expiry::<H>(&written, unix_s)?;
        members = H::inner(&H::without(&text, EXPIRES_IN));
    }
    // Any text: tokens of other systems have ids that no path could hold.
    let user_id = H::inner(&H::quote(user_id));
    let comma = if members.is_empty() { "" } else { "," };
    let mut text = concat(["{\"user_id\":\"", &user_id, "\"", comma, &members]);
    for (name, seconds) in [(",\"exp\":", exp), (",\"iat\":", (is_issued && !has_iat).then_some(unix_s))] {
        if let Some(seconds) = seconds {
            text.push_str(name);
            text.push_str(&whole(seconds as u64));
        }
    }
    text.push('}');
    Ok(token::sign(&text, token::Secret(secret)))
}

/// The claims that are times, with what error texts call them.
const TIMES: [(&str, &str); 3] = [("claims.exp", "exp"), ("claims.nbf", "nbf"), ("claims.iat", "iat")];

/// What people call them elsewhere, with the name of each here: as any other claim they would be signed, and mean nothing.
const MEANT: [(&str, &str); 16] = [
    ("expires_in", EXPIRES_IN),
    ("expires", EXPIRES_IN),
    ("ttl", EXPIRES_IN),
    ("maxAge", EXPIRES_IN),
    ("max_age", EXPIRES_IN),
    ("lifetime", EXPIRES_IN),
    ("validity_in_seconds", EXPIRES_IN),
    ("expiry", "exp"),
    ("expiresAt", "exp"),
    ("expires_at", "exp"),
    ("expiration", "exp"),
    ("expirationTime", "exp"),
    ("Exp", "exp"),
    ("EXP", "exp"),
    ("notBefore", "nbf"),
    ("issuedAt", "iat"),
];

/// What becomes `exp`.
const EXPIRES_IN: &str = "expiresIn";

/// Seconds since 1970 that no token has: milliseconds are over it, from 1973 on.
const MAX_SECONDS: f64 = 1e11;
/// No token has ended before 1973: such an `exp` was meant as a length of time, and the token would be over at once.
const MIN_EXPIRY: f64 = 1e8;

fn check_time<H: Host>(claims: &H::Value, path: &str, name: &str) -> Result<(), Error> {
    let Some(value) = H::field(claims, name) else { return Ok(()) };
    let found = match H::number_field(claims, name) {
        Some(seconds) if seconds >= MAX_SECONDS => "milliseconds".into(),
        Some(seconds) if seconds < 0.0 => "negative".into(),
        Some(seconds) if seconds as u64 as f64 != seconds => "no whole number".into(),
        Some(seconds) if name == "exp" && seconds < MIN_EXPIRY => "a length of time".into(),
        Some(_) => return Ok(()),
        None => H::describe(&value),
    };
    let message = [path, " must be whole seconds since 1970, but is ", &found];
    let error = Error::validation(Code::InvalidData, path, &message);
    Err(if name == "exp" { error.with_hint("expiresIn: \"1h\" needs no arithmetic") } else { error })
}

/// What `expiresIn` makes of `exp`.
fn expiry<H: Host>(claims: &H::Value, unix_s: f64) -> Result<Option<f64>, Error> {
    let path = "claims.expiresIn";
    if H::field(claims, EXPIRES_IN).is_none() {
        return Ok(None);
    }
    if H::field(claims, "exp").is_some() {
        return Err(Error::validation(Code::InvalidData, path, &["claims has exp and expiresIn: one of them will do"]));
    }
    let text = H::string_field(claims, EXPIRES_IN);
    let seconds = text.as_deref().map_or(H::number_field(claims, EXPIRES_IN), seconds_of);
    match seconds.filter(|seconds| (1.0..MAX_SECONDS).contains(seconds) && *seconds as u64 as f64 == *seconds) {
        Some(seconds) => Ok(Some((unix_s + seconds) as u64 as f64)),
        None => {
            let message = [path, " must be whole seconds, or a text such as 30m, 1h or 7d"];
            Err(Error::validation(Code::InvalidData, path, &message))
        }
    }
}

/// `90s`, `30m`, `1h`, `7d` or `2w`, in seconds.
fn seconds_of(text: &str) -> Option<f64> {
    let (unit, seconds) = [('s', 1.0), ('m', 60.0), ('h', 3_600.0), ('d', 86_400.0), ('w', 604_800.0)]
        .into_iter()
        .find(|(unit, _)| text.ends_with(*unit))?;
    let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
    Some(f64::from(count) * seconds)
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::native::testing::TestHost;
    use alloc::string::ToString;
    use serde_json::{Value, json};

    fn signed(claims: Value) -> Result<Value, String> {
        let token = user_token::<TestHost>("secret", "ada", Some(&claims), 1_000.0, false)
            .map_err(|error| error.to_string())?;
        let claims = token::decode(&token).map_err(|error| error.to_string())?.claims;
        serde_json::from_slice(&claims).map_err(|error| error.to_string())
    }

    #[test]
    fn expires_in_is_a_time_from_now() {
        for (given, exp) in [
            (json!(60), 1_060),
            (json!("90s"), 1_090),
            (json!("1h"), 4_600),
            (json!("7d"), 605_800),
            (json!("1w"), 605_800),
        ] {
            assert_eq!(
                signed(json!({ "a": 1, "expiresIn": given })).unwrap(),
                json!({ "user_id": "ada", "a": 1, "exp": exp })
            );
        }
        for given in [json!("1 h"), json!("h"), json!(""), json!("1y"), json!(0), json!(1.5), json!(-60), json!(null)] {
            let refused = signed(json!({ "expiresIn": given })).unwrap_err();
            assert_eq!(refused, "claims.expiresIn must be whole seconds, or a text such as 30m, 1h or 7d", "{given}");
        }
        let both = signed(json!({ "exp": 4_102_444_800_u64, "expiresIn": "1h" })).unwrap_err();
        assert_eq!(both, "claims has exp and expiresIn: one of them will do");
    }

    #[test]
    fn times_are_whole_seconds() {
        let times = json!({ "exp": 100_000_000, "nbf": 0, "iat": 4_102_444_800_u64 });
        assert_eq!(signed(times).unwrap()["exp"], 100_000_000);
        for (name, given, found) in [
            ("exp", json!("1h"), "a string"),
            ("nbf", json!(1_795_244_400_000_u64), "milliseconds"),
            ("iat", json!(1.5), "no whole number"),
            ("exp", json!(3_600), "a length of time"),
            ("exp", json!(0), "a length of time"),
            ("nbf", json!(-1), "negative"),
            ("exp", json!(null), "null"),
        ] {
            let refused = signed(json!({ name: given })).unwrap_err();
            assert_eq!(refused, format!("claims.{name} must be whole seconds since 1970, but is {found}"));
        }
    }

    #[test]
    fn what_elsewhere_limits_a_token_is_told_its_name() {
        for (given, meant) in [("ttl", "expiresIn"), ("expires_in", "expiresIn"), ("expiresAt", "exp"), ("Exp", "exp")]
        {
            let refused = signed(json!({ given: 60 })).unwrap_err();
            assert_eq!(refused, format!("claims.{given} does not limit a token: did you mean {meant}?"));
        }
    }
}
