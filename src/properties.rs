//! What must hold for any input whatever: proptest looks for one for which it does not.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;
use serde_json::json;

use crate::host::{Body, Headers, Incoming};
use crate::request::{Operation, Request};
use crate::response;
use crate::retry::{self, Decision, Hints, Outcome, Progress};
use crate::{token, validate};

const NOW: f64 = 1_795_244_400_000.0;

fn operation() -> impl Strategy<Value = Operation> {
    prop::sample::select(
        &[
            Operation::Create,
            Operation::GetOrCreate,
            Operation::Get,
            Operation::Update,
            Operation::Delete,
            Operation::AddUsers,
            Operation::GetUsers,
            Operation::DeleteUsers,
            Operation::FlagUser,
        ][..],
    )
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Unsent),
        Just(Outcome::Lost),
        Just(Outcome::Unreadable),
        any::<u16>().prop_map(Outcome::Status)
    ]
}

/// Headers that mean something here, with values that may.
fn headers() -> impl Strategy<Value = Headers> {
    let name = prop::sample::select(
        &[
            "retry-after",
            "date",
            "x-should-retry",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "content-type",
        ][..],
    );
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
    prop::collection::btree_map(name.prop_map(String::from), value, 0..7)
}

fn body() -> impl Strategy<Value = Body> {
    let text = any::<String>();
    prop_oneof![
        Just(Body::Empty),
        Just(Body::TooLong),
        text.prop_map(|text| Body::Other(text.into())),
        text.prop_map(|text| Body::Json(text.into())),
        (text, text, any::<f64>()).prop_map(|(detail, exception, code)| Body::Json(
            json!({"detail": detail, "exception": exception, "code": code})
        )),
        text.prop_map(|id| Body::Json(json!({"id": id, "data": {}, "users": [], "created_users": 5}))),
    ]
}

proptest! {
    #[test]
    fn an_id_passes_if_and_only_if_it_keeps_the_rule(id in "[A-Za-z0-9_é/. -]{0,300}") {
        let keeps = !id.is_empty() && id.len() <= 255
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        prop_assert_eq!(validate::id(&id).is_ok(), keeps);
    }

    #[test]
    fn a_refused_id_is_refused_in_words_that_name_the_place(id in any::<String>(), path in "[a-z.\\[\\]0-9]{1,20}") {
        if let Err(error) = validate::id_at(&id, &path) {
            prop_assert!(error.to_string().starts_with(&format!("{path} ")), "{error}");
            prop_assert_eq!(&error.violation().unwrap().path, &path);
        }
    }

    #[test]
    fn what_is_signed_is_read_back_and_holds(claims in any::<String>(), secret in any::<String>(), other in any::<String>()) {
        let signed = token::sign(&claims, &secret);
        if signed.len() <= token::MAX_TOKEN_BYTES {
            let parts = token::decode(&signed).unwrap();
            prop_assert_eq!(parts.claims.as_slice(), claims.as_bytes());
            prop_assert!(parts.is_signed_with(&secret));
            // HMAC pads short keys with zeros.
            prop_assert_eq!(parts.is_signed_with(&other), other.trim_end_matches('\0') == secret.trim_end_matches('\0'));
        }
    }

    #[test]
    fn no_token_is_repeated_in_its_error(parts in prop::collection::vec("[A-Za-z0-9_=%é-]{8,30}", 0..5)) {
        let text = parts.join(".");
        if let Err(error) = token::decode(&text) {
            prop_assert!(!parts.iter().any(|part| error.to_string().contains(part.as_str())), "{error}");
        }
    }

    #[test]
    fn an_answer_is_a_value_or_an_error_that_says_how(
        operation in operation(), status in 100_u16..600, headers in headers(), body in body(),
    ) {
        let request = Request::new(operation, "ada");
        let limits = response::rate_limit(&headers);
        match response::decode(&request, Incoming { status, headers, body }, limits, NOW) {
            Ok(_) => prop_assert!((200..300).contains(&status)),
            Err((outcome, hints, error)) => {
                prop_assert!(outcome == Outcome::Status(status) || outcome == Outcome::Unreadable);
                prop_assert!(hints.retry_after_ms.is_none_or(|ms| ms >= 0.0 && ms.is_finite()));
                prop_assert!(error.to_string().contains(&format!("HTTP {status}")), "{error}");
                prop_assert!(operation.writes() || !error.may_have_been_applied());
            }
        }
    }

    #[test]
    fn nothing_is_repeated_that_may_repeat_its_effect(
        operation in operation(), outcome in outcome(), attempts in 1_u32..200, retries in 0_u32..101,
        remaining_ms in 0.0..60_000.0, budget in 0.0..10.0, random in 0.0..1.0,
        retry_after_ms in prop::option::of(0.0..100_000.0), should_retry in any::<Option<bool>>(),
    ) {
        let hints = Hints { retry_after_ms, should_retry };
        let progress = Progress { attempts, retries, remaining_ms, budget };
        if let Decision::After(ms) = retry::decide(operation, outcome, hints, &progress, random) {
            prop_assert!((0.0..remaining_ms).contains(&ms), "{ms} of {remaining_ms}");
            prop_assert!(attempts <= retries && budget > 5.0);
            prop_assert!(operation.is_repeatable() || outcome != Outcome::Lost);
            prop_assert!(should_retry != Some(false) || !matches!(outcome, Outcome::Status(_)));
        }
    }

    #[test]
    fn a_batch_is_json_whatever_its_users_hold(data in prop::collection::vec(prop::option::of(any::<String>()), 0..9)) {
        let mut body = crate::request::UsersBody::default();
        for text in &data {
            body.push("ada", text.as_ref().map(|text| json!({ "text": text }).to_string()));
        }
        let sent: serde_json::Value = serde_json::from_str(&body.finish(true).body().unwrap()).unwrap();
        let expected: Vec<_> = data.iter().map(|text| match text {
            Some(text) => json!({"id": "ada", "data": {"text": text}}),
            None => json!({"id": "ada"}),
        }).collect();
        prop_assert_eq!(sent, json!({"users": expected, "override": true}));
    }
}
