//! Properties that must hold for every input. proptest searches for a counterexample in the tests below; libFuzzer searches
//! longer, in `fuzz/`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use crate::call::{Decision, Ending, FailedAttempt, Progress, decide, decode};
use crate::native::Headers;
use crate::native::testing::{NOW, TestHost};
use crate::rules::{token, validate};
use crate::stream::batch::UsersBody;
use crate::stream::{Stream, operations};
use crate::wire::headers::{RetryHints, rate_limit};
use crate::wire::{Answer, Body, Host, Operation, Request, body as sent_body};

/// The headers that are read here, and one that is not.
const HEADERS: [&str; 7] = [
    "retry-after",
    "date",
    "x-should-retry",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "content-type",
];

/// Every error text about the form of a token.
const TOKEN_REFUSALS: [&str; 5] = [
    "token is longer than 8192 bytes",
    "token does not have three parts",
    "token is malformed: its header is not base64url",
    "token is malformed: its claims are not base64url",
    "token is malformed: its signature is not base64url",
];

fn pick<T: Copy>(all: &[T], number: u8) -> Option<T> {
    all.get(usize::from(number) % all.len()).copied()
}

fn pick_operation(number: u8) -> Option<&'static Operation> {
    pick(&[operations::OF_ONE_USER, operations::OF_SERVERS].concat(), number)
}

/// An id is accepted if and only if it follows the rule; otherwise the error names the place.
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

/// Data is written as the same JSON, in no more bytes than are allowed; or it is refused, and the error names the place. A
/// `text` that is not JSON is skipped.
pub fn data(text: &str) {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    match TestHost::write_data(&value, "data") {
        Ok(written) => {
            assert!(value.is_object() && written.len() <= validate::MAX_DATA_BYTES, "{value} is taken");
            assert_eq!(*written, *value.to_string());
        }
        Err(error) => assert!(error.to_string().starts_with("data"), "{error}"),
    }
}

/// A signed token decodes to the claims that were signed, and its signature is valid for its own secret only.
pub fn signature(claims: &str, secret: &str, other: &str) {
    let signed = token::sign(claims, token::Secret(secret));
    match token::decode(&signed) {
        Ok(parts) => {
            assert_eq!(parts.claims.as_slice(), claims.as_bytes());
            assert!(parts.is_signed_with(token::Secret(secret)));
            // HMAC pads short keys with zeros, and hashes long ones.
            let is_same = other.trim_end_matches('\0') == secret.trim_end_matches('\0');
            assert!(other.len().max(secret.len()) > 64 || parts.is_signed_with(token::Secret(other)) == is_same);
        }
        Err(error) => assert!(signed.len() > token::MAX_TOKEN_BYTES, "{error}"),
    }
}

/// The error about a token is one of a few fixed texts, so that it cannot hold any part of the token.
pub fn token(text: &str) {
    if let Err(error) = token::decode(text) {
        assert!(TOKEN_REFUSALS.contains(&&*error.to_string()), "{error}");
    }
}

/// A response becomes a value, or an error whose text has the status.
pub fn answer(operation: u8, status: u16, headers: &[(u8, String)], body: Option<&str>) {
    let Some(operation) = pick_operation(operation) else { return };
    let named = |(name, value): &(u8, String)| Some((pick(&HEADERS, *name)?.to_string(), value.clone()));
    let headers: Headers = headers.iter().filter_map(named).collect();
    let body = match body {
        None => Body::TooLong,
        Some("") => Body::Empty,
        Some(text) => serde_json::from_str(text).map_or(Body::Other(text.into()), Body::Json),
    };
    let limits = rate_limit::<TestHost>(&headers);
    let answer = Answer::<TestHost> { status, headers, body };
    match decode::<TestHost, Stream>(&Request::new(operation, "ada"), answer, limits, NOW) {
        Ok(_) => assert!((200..300).contains(&status)),
        Err(FailedAttempt { ending, hints, error }) => {
            assert!(ending == Ending::Status(status) || ending == Ending::Unreadable);
            assert!(hints.retry_after_ms.is_none_or(|ms| ms >= 0.0 && ms.is_finite()), "{hints:?}");
            assert!(error.to_string().contains(&format!("HTTP {status}")), "{error}");
            assert!(operation.writes() || !error.may_have_been_applied());
        }
    }
}

/// The state of a call after an attempt, for [`decision`].
#[derive(Debug)]
pub struct Moment {
    /// Attempts made.
    pub attempts: u32,
    /// Attempts allowed after the first.
    pub retries: u32,
    /// Milliseconds left until the deadline.
    pub remaining_ms: f64,
    /// Tokens in the client's retry budget.
    pub budget: f64,
    /// A random number from 0, included, to 1, excluded.
    pub random: f64,
    /// The wait that the service asks for, in milliseconds.
    pub retry_after_ms: Option<f64>,
    /// Whether the service says to retry.
    pub should_retry: Option<bool>,
}

/// An operation that must not be repeated is not sent again after its answer was lost, and none is tried again beyond its
/// limits or where the service says not to. As `status`, 0 is a lost answer, 1 no connection, and 2 a success that cannot
/// be read.
pub fn decision(operation: u8, status: u16, moment: &Moment) {
    let Some(operation) = pick_operation(operation) else { return };
    let ending = match status {
        0 => Ending::Lost,
        1 => Ending::Unsent,
        2 => Ending::Unreadable,
        _ => Ending::Status(status),
    };
    let Moment { attempts, retries, remaining_ms, budget, random, retry_after_ms, should_retry } = *moment;
    let hints = RetryHints { retry_after_ms, should_retry };
    let progress = Progress { attempts, retries, remaining_ms, budget };
    if let Decision::After(ms) = decide(operation, ending, hints, &progress, random) {
        assert!((0.0..remaining_ms).contains(&ms), "{ms} of {remaining_ms}");
        assert!(attempts <= retries && budget > 5.0);
        assert!(operation.is_repeatable() || ending != Ending::Lost);
        assert!(should_retry != Some(false));
    }
}

/// The body of a batch is the JSON that was asked for, whatever its users' data hold.
pub fn batch(texts: &[Option<String>]) {
    let data = |text: &Option<String>| text.as_ref().map(|text| json!({ "text": text }));
    let mut users = UsersBody::<TestHost>::default();
    for text in texts {
        users.push("ada", data(text).map(|data| data.to_string()));
    }
    let sent = sent_body::of(&users.finish(true)).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let one = |text| data(text).map_or_else(|| json!({"id": "ada"}), |data| json!({"id": "ada", "data": data}));
    let expected: Vec<_> = texts.iter().map(one).collect();
    assert_eq!(sent, Some(json!({"users": expected, "override": true})));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Header values: such as are valid in one header or another, and arbitrary ones.
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
