//! A host whose JSON values are those of `serde_json`: for programs outside JavaScript, and for tests.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use core::cell::RefCell;
use core::task::{Context, Poll, Waker};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::rules::token::{TokenProblem, take_apart};
use crate::rules::validate::{self, ValueKind};
use crate::wire::operation::RecordShape;
use crate::wire::{CallError, Event, Host, HostValues};

/// What [`Native`] needs of its environment: two clocks and a source of random numbers.
pub trait Environment: 'static {
    /// Milliseconds since some fixed point; never jumps.
    fn now(&self) -> f64;

    /// Milliseconds since the Unix epoch, by the local clock.
    fn unix_ms(&self) -> f64;

    /// A random number from 0, included, to 1, excluded.
    fn random(&self) -> f64;
}

/// The host: its values are `serde_json`'s, its times and random numbers those of `E`.
pub struct Native<E>(pub E);

/// The headers of a response; names in lower case.
pub type Headers = BTreeMap<String, String>;

/// A function that is called with each event.
pub type Listener<E> = Rc<dyn Fn(&Event<'_, Native<E>>)>;

/// A flag that a waiting call polls and another call sets. Clones share one flag, which wakes the task that polled last.
#[derive(Clone, Default)]
pub struct WakeFlag(Rc<RefCell<WakeState>>);

#[derive(Default)]
struct WakeState {
    is_woken: bool,
    waker: Option<Waker>,
}

impl WakeFlag {
    /// Ready once the flag has been set.
    pub fn poll(&self, context: &Context<'_>) -> Poll<()> {
        let mut state = self.0.borrow_mut();
        if state.is_woken {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<E: Environment> HostValues for Native<E> {
    type Value = Value;
    type Text = String;
    type Headers = Headers;

    fn copy(value: &Value) -> Value {
        value.clone()
    }

    fn is_object(value: &Value) -> bool {
        value.is_object()
    }

    fn empty_object() -> Value {
        Value::Object(serde_json::Map::new())
    }

    fn field(value: &Value, name: &str) -> Option<Value> {
        value.get(name).cloned()
    }

    fn string_field(value: &Value, name: &str) -> Option<String> {
        value.get(name)?.as_str().map(ToString::to_string)
    }

    fn number_field(value: &Value, name: &str) -> Option<f64> {
        value.get(name)?.as_f64()
    }

    fn time_field(value: &Value, name: &str) -> Option<f64> {
        let time = humantime::parse_rfc3339(value.get(name)?.as_str()?).ok()?;
        Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis() as f64)
    }

    fn parse(text: &String) -> Value {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn without(text: &String, name: &str) -> String {
        without(&Self::parse(text), name).to_string()
    }

    fn is_record(value: &Value, id: &str, data: &str) -> bool {
        let is_data = |member: &Value| member.is_object() || member.is_null();
        value.get(id).is_some_and(Value::is_string) && value.get(data).is_none_or(is_data)
    }

    fn has_list(value: &Value, name: &str, id: &str, data: &str, ids: &str) -> bool {
        let is_asked =
            |id: Option<&str>| ids.is_empty() || id.is_some_and(|id| ids.split(',').any(|asked| asked == id));
        let is_item = |item: &Value| {
            if id.is_empty() {
                item.is_string() && is_asked(item.as_str())
            } else {
                Self::is_record(item, id, data) && is_asked(item[id].as_str())
            }
        };
        value.get(name).and_then(Value::as_array).is_some_and(|list| list.iter().all(is_item))
    }

    fn tidy(mut record: Value, shape: &RecordShape) -> Value {
        if let Some(object) = record.as_object_mut() {
            object.shift_remove(shape.left_out);
            if shape.is_data_filled_in && object.get(shape.data).is_none_or(Value::is_null) {
                object.insert(shape.data.to_string(), Value::Object(serde_json::Map::new()));
            }
        }
        record
    }

    fn has_data(record: &Value, data: &String) -> bool {
        serde_json::from_str::<Value>(data).is_ok_and(|data| record.get("data") == Some(&data))
    }

    fn describe(value: &Value) -> String {
        describe(value).to_string()
    }

    fn quote(text: &str) -> String {
        Value::from(text).to_string()
    }

    fn append(written: Option<&String>, plain: &str, text: Option<&String>) -> String {
        [written.map_or("", |text| text), plain, text.map_or("", |text| text)].concat()
    }

    fn inner(text: &String) -> String {
        text.get(1..text.len().saturating_sub(1)).unwrap_or_default().to_string()
    }

    fn encode(text: &str) -> String {
        utf8_percent_encode(text, COMPONENT).to_string()
    }

    fn claims(token: &String) -> Result<Value, TokenProblem> {
        let claims = serde_json::from_slice(&take_apart(token)?.claims).ok();
        claims.filter(Value::is_object).ok_or(TokenProblem::NotAnObject)
    }

    fn is_empty(text: &String) -> bool {
        text.is_empty()
    }

    fn header(headers: &Headers, name: &str) -> Option<String> {
        headers.get(name).cloned()
    }

    fn whole_header(headers: &Headers, name: &str) -> Option<f64> {
        let text = headers.get(name).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
        text.parse::<u32>().ok().map(f64::from)
    }

    fn date_header(headers: &Headers, name: &str) -> Option<f64> {
        let date = httpdate::parse_http_date(headers.get(name)?).ok()?;
        Some(date.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis() as f64)
    }
}

impl<E: Environment> Host for Native<E> {
    type Waker = WakeFlag;
    type Listener = Listener<E>;

    fn now(&self) -> f64 {
        self.0.now()
    }

    fn unix_ms(&self) -> f64 {
        self.0.unix_ms()
    }

    fn random(&self) -> f64 {
        self.0.random()
    }

    fn wake(waker: WakeFlag) {
        let mut state = waker.0.borrow_mut();
        state.is_woken = true;
        if let Some(waker) = state.waker.take() {
            drop(state);
            waker.wake();
        }
    }

    fn tell(listener: &Listener<E>, event: &Event<'_, Self>) {
        listener(event);
    }

    fn write_data(value: &Value, path: &str) -> Result<String, CallError<Self>> {
        Ok(write(value, path)?)
    }

    fn write_data_without(value: &Value, name: &str, path: &str) -> Result<String, CallError<Self>> {
        Ok(write(&without(value, name), path)?)
    }

    fn write_members(object: &Value, _: &str) -> Result<(String, Value), CallError<Self>> {
        for (name, member) in object.as_object().into_iter().flatten() {
            check(member, name, 1)?;
        }
        Ok((object.to_string(), object.clone()))
    }
}

fn without(object: &Value, name: &str) -> Value {
    let mut kept = object.clone();
    if let Some(map) = kept.as_object_mut() {
        map.shift_remove(name);
    }
    kept
}

/// The ASCII characters that are percent-encoded: those that `encodeURIComponent` encodes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Validates data and writes it as JSON text.
fn write(data: &Value, path: &str) -> Result<String, crate::rules::Error> {
    if !data.is_object() {
        return Err(validate::not_an_object(describe(data), path));
    }
    check(data, path, 1)?;
    let text = data.to_string();
    validate::data_size(text.len(), path)?;
    Ok(text)
}

fn check(value: &Value, path: &str, depth: u32) -> Result<(), crate::rules::Error> {
    let kind = match value {
        Value::Array(_) => ValueKind::Array,
        Value::Object(_) => ValueKind::Object,
        _ => ValueKind::Scalar,
    };
    if !validate::allows(kind, depth, false) {
        return Err(validate::refusal(kind, path));
    }
    match value {
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(i, item)| check(item, &format!("{path}[{i}]"), depth + 1))
        }
        Value::Object(map) => map.iter().try_for_each(|(key, item)| check(item, &format!("{path}.{key}"), depth + 1)),
        _ => Ok(()),
    }
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// For tests in other files, and for fuzzing.
#[cfg(any(test, fuzzing))]
pub(crate) mod testing {
    use super::{Environment, Native};

    /// A host whose clocks stand still.
    pub type TestHost = Native<TestEnvironment>;

    /// 2026-11-21T07:00:00Z
    pub const NOW: f64 = 1_795_244_400_000.0;

    pub struct TestEnvironment;

    impl Environment for TestEnvironment {
        fn now(&self) -> f64 {
            0.0
        }

        fn unix_ms(&self) -> f64 {
            NOW
        }

        fn random(&self) -> f64 {
            0.5
        }
    }
}
