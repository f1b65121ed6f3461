//! What the npm package's JavaScript refuses by itself, in words.

use user_handle_core::rules::text::concat;
#[cfg(feature = "server")]
use user_handle_core::rules::text::number;
#[cfg(feature = "server")]
use user_handle_core::rules::validate;
use user_handle_core::rules::{Code, Error};
use user_handle_core::wire::CallError;
use wasm_bindgen::prelude::*;

use super::errors::{bad_event, bad_listener, disposed, input_to_js, not_connected};
use crate::fetch::Fetch;
#[cfg(feature = "server")]
use crate::host::values::describe;
use crate::host::values::given;

/// The error for `what` at `path`. `found` is what was found there; `cause` is an array of what was thrown, or empty.
#[wasm_bindgen(skip_typescript)]
pub fn refusal(what: &str, path: &JsValue, found: &JsValue, cause: &JsValue) -> JsValue {
    let error = CallError::<Fetch>::from(error(what, &path.as_string().unwrap_or_default(), found));
    input_to_js(match given(cause, "0") {
        Some(thrown) => error.with_cause(thrown),
        None => error,
    })
}

fn error(what: &str, path: &str, found: &JsValue) -> Error {
    let invalid = |rest: &[&str]| {
        let text = user_handle_core::rules::text::join(rest);
        Error::validation(Code::InvalidData, path, &[path, &text])
    };
    match what {
        "not connected" => not_connected(),
        "disposed" => disposed(),
        #[cfg(all(feature = "stream", not(feature = "server")))]
        "secret" => user_handle_core::call::needs_secret(path),
        "listener" => bad_listener(),
        "event" => bad_event(),
        "unreadable" => {
            let property = found.as_string().unwrap_or_default();
            let place = if property.is_empty() { property } else { concat([".", &property]) };
            invalid(&[&place, " could not be read: a getter or proxy of it threw"])
        }
        "cycle" => invalid(&[" is a reference to an object around it"]),
        "depth" => invalid(&[" is nested deeper than 1000 levels"]),
        #[cfg(feature = "server")]
        "object" => validate::not_an_object(&describe(found), path),
        #[cfg(feature = "server")]
        "key" => {
            let key = found.as_string().unwrap_or_default();
            validate::unknown_key(&concat([path, ".", &key]))
        }
        #[cfg(feature = "server")]
        "number" => {
            let rule = " is a number that JavaScript does not hold exactly";
            Error::validation(Code::UnrepresentableValue, path, &[path, rule]).with_hint("write it as a text")
        }
        #[cfg(feature = "server")]
        "repeated key" => invalid(&[" is given twice"]).with_hint("JSON keeps the last of equal keys alone"),
        #[cfg(feature = "server")]
        "array" => invalid(&[" is a JSON array, and NDJSON has a user on each line"])
            .with_hint("pass JSON.parse(text), or write a line for each"),
        #[cfg(feature = "server")]
        "line" => invalid(&[" is a line that is longer than any user's"]),
        #[cfg(feature = "server")]
        "list" => invalid(&[" must be an array or another iterable, but is ", &describe(found)]),
        #[cfg(feature = "server")]
        "source" => {
            invalid(&[" must be text, bytes, an iterable, an async iterable or a stream, but is ", &describe(found)])
        }
        #[cfg(feature = "server")]
        "encoding" => invalid(&[" is not UTF-8"]).with_hint("decode it, and pass its text"),
        #[cfg(feature = "server")]
        "override" => user_handle_core::rules::options::wrong_type(path, "true or false", &describe(found)),
        #[cfg(feature = "server")]
        "resume" => {
            let users = number(found.as_f64().unwrap_or_default() as usize);
            user_handle_core::rules::options::refused(&[
                path,
                " must be at most ",
                &users,
                ", the number of users in the source",
            ])
        }
        #[cfg(feature = "server")]
        "source failed" => invalid(&[" could not be read: it threw, or rejected"]),
        #[cfg(feature = "server")]
        "not JSON" => invalid(&[" is not JSON"]),
        #[cfg(feature = "server")]
        "body" => user_handle_core::rules::options::refused(&[
            "option fetch must neither change nor transfer the bodies that it is given",
        ]),
        _ => Error::site(Code::Internal, &["a defect of user-handle stopped the call"]),
    }
}
