//! What must hold for any input whatever. proptest looks for one for which it does not, in the tests; libFuzzer does, for
//! longer, in `fuzz/`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use crate::host::{self, Body, Headers, Incoming};
use crate::request::{Operation, Request, UsersBody};
use crate::response;
use crate::retry::{self, Decision, Hints, Outcome, Progress};
use crate::{token, validate};

const NOW: f64 = 1_795_244_400_000.0;

const OPERATIONS: [Operation; 9] = [
    Operation::Create,
    Operation::GetOrCreate,
    Operation::Get,
    Operation::Update,
    Operation::Delete,
    Operation::AddUsers,
    Operation::GetUsers,
    Operation::DeleteUsers,
    Operation::FlagUser,
];

/// Headers that mean something here.
const HEADERS: [&str; 7] = [
    "retry-after",
    "date",
    "x-should-retry",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "content-type",
];

/// All that is ever said of the form of a token.
const TOKEN_REFUSALS: [&str; 5] = [
    "token is longer than 8192 bytes",
    "token does not have three parts",
    "token is malformed: its header is not base64url",
    "token is malformed: its claims are not base64url",
    "token is malformed: its signature is not base64url",
];

fn pick<T: Copy, const N: usize>(all: [T; N], number: u8) -> Option<T> {
    all.get(usize::from(number) % N).copied()
}

/// An id passes if and only if it keeps the rule, and is else refused in words that name the place.
pub fn id(id: &str, path: &str) {
    let keeps = (1..=255).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match validate::id_at(id, path) {
        Ok(()) => assert!(keeps, "{id:?} is taken"),
        Err(error) => {
            assert!(!keeps, "{id:?} is refused");
            assert!(error.to_string().starts_with(&format!("{path} ")), "{error}");
            assert_eq!(error.violation().map(|violation| &*violation.path), Some(path));
        }
    }
}

/// Data is written as JSON has it, in no more bytes than are allowed; or it is refused in words that name the place. `text`
/// is JSON.
pub fn data(text: &str) {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    match host::to_text(&value, "data") {
        Ok(written) => {
            assert!(value.is_object() && written.len() <= validate::MAX_DATA_BYTES, "{value} is taken");
            assert_eq!(*written, *value.to_string());
        }
        Err(error) => assert!(error.to_string().starts_with("data"), "{error}"),
    }
}

/// What is signed is read back, and holds under its own secret alone.
pub fn signature(claims: &str, secret: &str, other: &str) {
    let signed = token::sign(claims, secret);
    match token::decode(&signed) {
        Ok(parts) => {
            assert_eq!(parts.claims.as_slice(), claims.as_bytes());
            assert!(parts.is_signed_with(secret));
            // HMAC pads short keys with zeros, and hashes long ones.
            let is_same = other.trim_end_matches('\0') == secret.trim_end_matches('\0');
            assert!(other.len().max(secret.len()) > 64 || parts.is_signed_with(other) == is_same);
        }
        Err(error) => assert!(signed.len() > token::MAX_TOKEN_BYTES, "{error}"),
    }
}

/// What is said of a token has one of a few texts, so that nothing of the token can be in it.
pub fn token(text: &str) {
    if let Err(error) = token::decode(text) {
        assert!(TOKEN_REFUSALS.contains(&&*error.to_string()), "{error}");
    }
}

/// A response is a value, or an error that says how it came.
pub fn answer(operation: u8, status: u16, headers: &[(u8, String)], body: Option<&str>) {
    let Some(operation) = pick(OPERATIONS, operation) else { return };
    let named = |(name, value): &(u8, String)| Some((pick(HEADERS, *name)?.to_string(), value.clone()));
    let headers: Headers = headers.iter().filter_map(named).collect();
    let body = match body {
        None => Body::TooLong,
        Some("") => Body::Empty,
        Some(text) => serde_json::from_str(text).map_or(Body::Other(text.into()), Body::Json),
    };
    let limits = response::rate_limit(&headers);
    match response::decode(&Request::new(operation, "ada"), Incoming { status, headers, body }, limits, NOW) {
        Ok(_) => assert!((200..300).contains(&status)),
        Err((outcome, hints, error)) => {
            assert!(outcome == Outcome::Status(status) || outcome == Outcome::Unreadable);
            assert!(hints.retry_after_ms.is_none_or(|ms| ms >= 0.0 && ms.is_finite()), "{hints:?}");
            assert!(error.to_string().contains(&format!("HTTP {status}")), "{error}");
            assert!(operation.writes() || !error.may_have_been_applied());
        }
    }
}

/// What a call has come to, for [`decision`].
#[derive(Debug)]
pub struct Moment {
    /// Attempts made.
    pub attempts: u32,
    /// Attempts allowed after the first.
    pub retries: u32,
    /// Milliseconds that are left.
    pub remaining_ms: f64,
    /// The client's budget.
    pub budget: f64,
    /// From 0 up to 1.
    pub random: f64,
    /// What the service asks for, in milliseconds.
    pub retry_after_ms: Option<f64>,
    /// What the service says.
    pub should_retry: Option<bool>,
}

/// Nothing is repeated that may repeat its effect, nor past its limits. `status` 0 is no response at all, 1 no connection,
/// and 2 a response that cannot be read.
pub fn decision(operation: u8, status: u16, moment: &Moment) {
    let Some(operation) = pick(OPERATIONS, operation) else { return };
    let outcome = match status {
        0 => Outcome::Lost,
        1 => Outcome::Unsent,
        2 => Outcome::Unreadable,
        _ => Outcome::Status(status),
    };
    let Moment { attempts, retries, remaining_ms, budget, random, retry_after_ms, should_retry } = *moment;
    let hints = Hints { retry_after_ms, should_retry };
    let progress = Progress { attempts, retries, remaining_ms, budget };
    if let Decision::After(ms) = retry::decide(operation, outcome, hints, &progress, random) {
        assert!((0.0..remaining_ms).contains(&ms), "{ms} of {remaining_ms}");
        assert!(attempts <= retries && budget > 5.0);
        assert!(operation.is_repeatable() || outcome != Outcome::Lost);
        assert!(should_retry != Some(false));
    }
}

/// The body of a batch is JSON, whatever its users hold.
pub fn batch(texts: &[Option<String>]) {
    let data = |text: &Option<String>| text.as_ref().map(|text| json!({ "text": text }));
    let mut body = UsersBody::default();
    for text in texts {
        body.push("ada", data(text).map(|data| data.to_string()));
    }
    let sent = body.finish(true).body().and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let one = |text| data(text).map_or_else(|| json!({"id": "ada"}), |data| json!({"id": "ada", "data": data}));
    let users: Vec<_> = texts.iter().map(one).collect();
    assert_eq!(sent, Some(json!({"users": users, "override": true})));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values that mean something in one header or another, and others.
    fn headers() -> impl Strategy<Value = Vec<(u8, String)>> {
        let value = prop_oneof![
            any::<u64>().prop_map(|number| number.to_string()),
            any::<i32>().prop_map(|number| number.to_string()),
            any::<f64>().prop_map(|number| number.to_string()),
            Just("Sat, 21 Nov 2026 07:00:09 GMT".to_string()),
            Just("Saturday, 21-Nov-26 07:00:09 GMT".to_string()),
            Just("Sat Nov 21 07:00:09 2026".to_string()),
            Just("true".to_string()),
            any::<String>(),
        ];
        prop::collection::vec((any::<u8>(), value), 0..7)
    }

    fn body() -> impl Strategy<Value = Option<String>> {
        let text = any::<String>();
        prop_oneof![
            Just(None),
            text.prop_map(Some),
            text.prop_map(|text| Some(json!(text).to_string())),
            (text, text, any::<f64>()).prop_map(|(detail, exception, code)| Some(
                json!({"detail": detail, "exception": exception, "code": code}).to_string()
            )),
            text.prop_map(|id| Some(json!({"id": id, "data": {}, "users": [], "created_users": 5}).to_string())),
        ]
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(8, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn ids(text in prop_oneof!["[A-Za-z0-9_é/. -]{0,300}", any::<String>()], path in "[a-z.\\[\\]0-9]{1,20}") {
            id(&text, &path);
        }

        #[test]
        fn user_data(value in json_value()) {
            data(&value.to_string());
        }

        #[test]
        fn signatures(claims in any::<String>(), secret in any::<String>(), other in any::<String>()) {
            signature(&claims, &secret, &other);
        }

        #[test]
        fn tokens(parts in prop::collection::vec("[A-Za-z0-9_=%é-]{8,30}", 0..5)) {
            token(&parts.join("."));
        }

        #[test]
        fn answers(operation in any::<u8>(), status in 100_u16..600, headers in headers(), body in body()) {
            answer(operation, status, &headers, body.as_deref());
        }

        #[test]
        fn decisions(
            operation in any::<u8>(), status in prop_oneof![0_u16..3, any::<u16>()], attempts in 1_u32..200,
            retries in 0_u32..101, remaining_ms in 0.0..60_000.0, budget in 0.0..10.0, random in 0.0..1.0,
            retry_after_ms in prop::option::of(0.0..100_000.0), should_retry in any::<Option<bool>>(),
        ) {
            let moment = Moment { attempts, retries, remaining_ms, budget, random, retry_after_ms, should_retry };
            decision(operation, status, &moment);
        }

        #[test]
        fn batches(texts in prop::collection::vec(prop::option::of(any::<String>()), 0..9)) {
            batch(&texts);
        }
    }
}
