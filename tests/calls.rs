//! The call loop on a host of its own: scripted answers, a virtual clock, no waiting.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod scripted;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_util::future::{join, join3, join4};
use scripted::{Ending, Script, run};
use serde_json::{Value, json};
use user_handle::host::{AttemptRequest, Pending, Signal, StepResult, Transport};
use user_handle::stream::NewUser;
use user_handle::{CallOptions, Client, ClientBuilder, Error, Event, Phase, Record, TokenReason};

impl Script {
    fn client(&self) -> Client {
        self.built(Client::builder("key").secret("secret"))
    }

    fn built(&self, builder: ClientBuilder) -> Client {
        builder.build_on(Rc::new(self.clone()), false).unwrap()
    }

    fn sent(&self) -> usize {
        self.sent.borrow().len()
    }
}

/// A script whose answers come a turn after their requests, so that calls overlap. A wait never ends.
struct Overlapping {
    script: Script,
    in_flight: Cell<usize>,
    /// The most requests that were in flight at once.
    peak: Cell<usize>,
}

impl Overlapping {
    /// A client, and what its requests are seen by.
    fn client(endings: impl IntoIterator<Item = Ending>) -> (Client, Rc<Self>) {
        let transport = Overlapping { script: Script::of(endings), in_flight: Cell::new(0), peak: Cell::new(0) };
        let transport = Rc::new(transport);
        let client = Client::builder("key").secret("secret").build_on(transport.clone(), false).unwrap();
        (client, transport)
    }

    /// Method and path of each request.
    fn sent(&self) -> Vec<String> {
        let sent = self.script.sent.borrow();
        sent.iter()
            .map(|line| line.split("?").next().unwrap().replace("https://api.stream-io-api.com/api/v1.0/", ""))
            .collect()
    }
}

impl Transport for Overlapping {
    fn now(&self) -> f64 {
        self.script.now()
    }

    fn unix_ms(&self) -> f64 {
        self.script.unix_ms()
    }

    fn random(&self) -> f64 {
        self.script.random()
    }

    fn send(&self, request: AttemptRequest, signal: Option<&Signal>) -> Pending<'_, StepResult> {
        let answer = self.script.send(request, signal);
        self.in_flight.set(self.in_flight.get() + 1);
        self.peak.set(self.peak.get().max(self.in_flight.get()));
        Box::pin(async move {
            let mut is_next_turn = false;
            poll_fn(|_| if std::mem::replace(&mut is_next_turn, true) { Poll::Ready(()) } else { Poll::Pending }).await;
            self.in_flight.set(self.in_flight.get() - 1);
            answer.await
        })
    }

    fn wait(&self, _: f64, _: Option<&Signal>) -> Pending<'static, Option<Value>> {
        Box::pin(pending())
    }
}

/// Runs a future to its end, turn by turn.
#[track_caller]
fn run_in_turns<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..100 {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return result;
        }
    }
    panic!("the calls hang");
}

fn user(data: Value) -> Value {
    json!({"id": "ada", "data": data, "created_at": "2026-11-21T07:00:00.000000Z",
        "updated_at": "2026-11-21T07:00:00.000000Z", "duration": "1.00ms"})
}

fn get(client: &Client) -> Result<Record<Value>, Error> {
    run(client.user("ada").unwrap().get())
}

fn create(client: &Client) -> Result<Record<Value>, Error> {
    run(client.user("ada").unwrap().create(&json!({"name": "Ada"})))
}

#[test]
fn one_good_answer_is_one_request() {
    let script = Script::of([Ending::Answer(201, user(json!({"name": "Ada"})))]);
    let record = create(&script.client()).unwrap();
    assert_eq!((&*record.id, &record.data), ("ada", &json!({"name": "Ada"})));
    let sent = script.sent.borrow();
    let expected = "POST https://api.stream-io-api.com/api/v1.0/user/?api_key=key&location=unspecified \
        eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyZXNvdXJjZSI6IioiLCJhY3Rpb24iOiIqIiwiZmVlZF9pZCI6IioifQ.\
        b34TfUKtZLJHawUlOH7xb8F2HHAsSTlZUFF80Awtdh0 {\"id\":\"ada\",\"data\":{\"name\":\"Ada\"}}";
    assert_eq!(*sent, [expected]);
}

#[test]
fn missing_data_is_read_as_an_empty_object() {
    let script = Script::of([Ending::Answer(200, user(Value::Null))]);
    assert_eq!(get(&script.client()).unwrap().data, json!({}));
}

#[test]
fn a_read_is_tried_three_times_with_growing_waits() {
    let script = Script::of([Ending::Lost, Ending::Answer(503, json!({})), Ending::Answer(200, user(json!({})))]);
    assert!(get(&script.client()).is_ok());
    assert_eq!(script.sent(), 3);
    assert_eq!(script.clock.get(), 250.0 + 500.0);
}

#[test]
fn the_last_failure_is_reported_with_its_attempts() {
    let script = Script::of([Ending::Lost, Ending::Lost, Ending::Lost]);
    let error = get(&script.client()).unwrap_err();
    assert_eq!((error.code().as_str(), error.attempts(), error.is_retryable()), ("network", 3, true));
    assert_eq!(error.to_string(), "get of user ada failed: no response arrived");
    assert_eq!(error.cause(), Some(&json!("reset")));
}

#[test]
fn a_create_whose_answer_was_lost_is_not_sent_again() {
    let script = Script::of([Ending::Lost]);
    let error = create(&script.client()).unwrap_err();
    assert_eq!((error.code().as_str(), error.attempts()), ("outcome_unknown", 1));
    assert!(error.may_have_been_applied());
}

#[test]
fn a_create_that_was_never_sent_is_sent_again() {
    let script = Script::of([Ending::Unsent, Ending::Answer(201, user(json!({})))]);
    assert!(create(&script.client()).is_ok());
    assert_eq!(script.sent(), 2);
}

#[test]
fn what_would_fail_in_the_same_way_is_not_tried_again() {
    let script = Script::of([Ending::Final]);
    let error = get(&script.client()).unwrap_err();
    assert_eq!((error.code().as_str(), error.attempts(), error.is_retryable()), ("network", 1, false));
    assert_eq!(error.to_string(), "get of user ada failed: the service could not be reached");
    assert_eq!(error.hint(), Some("the cause says why; baseUrl must be where the API is, not a redirect to it"));
}

#[test]
fn a_connection_that_breaks_when_used_again_is_replaced_at_once_the_first_time() {
    let answer = || Ending::Answer(200, user(json!({})));
    let script = Script::of([answer(), Ending::Broken, answer(), Ending::Broken, Ending::Broken, answer()]);
    let client = script.client();
    for (waited, what) in [(0.0, "answered"), (0.0, "broken once"), (500.0, "broken twice")] {
        assert!(get(&client).is_ok(), "{what}");
        assert_eq!(script.clock.get(), waited, "{what}");
    }
    // The first connection of a client has served nobody before.
    let script = Script::of([Ending::Broken, answer()]);
    assert!(get(&script.client()).is_ok());
    assert_eq!(script.clock.get(), 250.0);
}

#[test]
fn a_create_is_recognised_where_its_caller_asks_for_it() {
    let reconciled = |script: &Script| {
        let options = CallOptions { reconcile: true, ..CallOptions::default() };
        run(script.client().user("ada").unwrap().with(options).create(&json!({"name": "Ada"})))
    };
    let own = || Ending::With(200, &[("date", "Sat, 21 Nov 2026 07:00:00 GMT")], user(json!({"name": "Ada"})));
    for first in [Ending::Lost, Ending::Answer(409, json!({"detail": "exists", "code": 4}))] {
        let script = Script::of([first, own()]);
        assert_eq!(reconciled(&script).unwrap().data, json!({"name": "Ada"}));
        assert!(script.sent.borrow()[1].starts_with("GET "));
    }
    let script = Script::of([Ending::Lost, Ending::Answer(200, user(json!({"name": "Eve"})))]);
    assert_eq!(reconciled(&script).unwrap_err().code().as_str(), "outcome_unknown");
}

#[test]
fn a_deletion_that_was_done_by_a_lost_attempt_is_a_success() {
    let gone = || Ending::Answer(404, json!({"detail": "", "code": 16}));
    let script = Script::of([Ending::Lost, gone()]);
    assert!(run(script.client().user("ada").unwrap().delete()).unwrap().already_gone);
    let script = Script::of([gone()]);
    let error = run(script.client().user("ada").unwrap().delete()).unwrap_err();
    assert_eq!(error.code().as_str(), "not_found");
}

#[test]
fn silence_ends_with_the_timeout_and_says_how_far_it_came() {
    let script = Script::of([Ending::Silence(Phase::Body)]);
    let options = CallOptions { retries: Some(0), timeout_ms: Some(700.0), ..CallOptions::default() };
    let error = run(script.client().user("ada").unwrap().with(options).get::<Value>()).unwrap_err();
    assert_eq!(error.to_string(), "get of user ada failed: no answer within 700 ms");
    assert_eq!(error.phase(), Some(Phase::Body));
    assert_eq!(script.clock.get(), 700.0);
}

#[test]
fn the_deadline_ends_a_call_that_would_go_on() {
    let silence = || Ending::Silence(Phase::Headers);
    let script = Script::of([silence(), silence(), silence()]);
    let options = CallOptions { deadline_ms: Some(12_000.0), ..CallOptions::default() };
    let error = run(script.client().user("ada").unwrap().with(options).get::<Value>()).unwrap_err();
    assert_eq!(error.to_string(), "get of user ada failed: no answer within 12000 ms in all");
    assert_eq!((error.attempts(), script.clock.get()), (2, 12_000.0));
}

#[test]
fn a_wait_past_the_deadline_is_not_begun() {
    let script = Script::of([Ending::With(429, &[("retry-after", "60")], json!({}))]);
    let error = get(&script.client()).unwrap_err();
    assert_eq!((error.code().as_str(), error.attempts()), ("rate_limited", 1));
    assert_eq!(error.api().unwrap().retry_after_ms, Some(60_000.0));
    assert_eq!(script.clock.get(), 0.0);
}

#[test]
fn a_call_that_is_aborted_before_it_starts_sends_nothing() {
    let script = Script::default();
    let options = CallOptions { signal: Some(Rc::new(Cell::new(true))), ..CallOptions::default() };
    let error = run(script.client().user("ada").unwrap().with(options).get::<Value>()).unwrap_err();
    assert_eq!(error.kind(), user_handle::Kind::Aborted);
    assert_eq!(script.sent(), 0);
}

#[test]
fn retries_stop_once_a_client_has_used_up_its_budget() {
    let script = Script::of((0..20).map(|_| Ending::Lost));
    let client = script.client();
    let attempts: Vec<u32> = (0..5).map(|_| get(&client).unwrap_err().attempts()).collect();
    // Ten tokens, one a failure, and a little more for the time that the waits take; above five, it is tried again.
    assert_eq!(attempts, [3, 3, 1, 1, 1]);
}

#[test]
fn the_rate_limit_of_the_last_response_is_kept() {
    let headers = &[("x-ratelimit-limit", "1000"), ("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1795244460")];
    let script = Script::of([Ending::With(200, headers, user(json!({}))), Ending::Answer(200, user(json!({})))]);
    let client = script.client();
    assert_eq!(client.rate_limit(), None);
    get(&client).unwrap();
    get(&client).unwrap();
    assert_eq!(client.rate_limit().unwrap().remaining, 7.0);
}

/// `{"user_id":"ada"}` and, where it is given, `exp`.
fn token(exp: Option<u64>) -> String {
    let claims = match exp {
        Some(exp) => format!(r#"{{"user_id":"ada","exp":{exp}}}"#),
        None => r#"{"user_id":"ada"}"#.into(),
    };
    user_handle::token::sign(&claims, user_handle::token::Secret("secret"))
}

/// A client whose provider gives these tokens in turn, and the reasons it was asked for.
fn provided(script: &Script, tokens: Vec<String>) -> (Client, Rc<RefCell<Vec<TokenReason>>>) {
    let reasons = Rc::new(RefCell::new(Vec::new()));
    let tokens = RefCell::new(VecDeque::from(tokens));
    let asked = reasons.clone();
    let builder = Client::builder("key").token_provider(move |reason| {
        asked.borrow_mut().push(reason);
        let next = tokens.borrow_mut().pop_front().ok_or_else(|| json!("no token left"));
        async move { next }
    });
    (script.built(builder), reasons)
}

#[test]
fn a_provider_is_asked_once_and_again_when_its_token_expires() {
    let answers = (0..3).map(|_| Ending::Answer(200, user(json!({}))));
    let script = Script::of(answers);
    let (client, reasons) = provided(&script, vec![token(Some(1_795_244_460)), token(None)]);
    get(&client).unwrap();
    get(&client).unwrap();
    assert_eq!(*reasons.borrow(), [TokenReason::Initial]);
    script.clock.set(60_000.0);
    get(&client).unwrap();
    assert_eq!(*reasons.borrow(), [TokenReason::Initial, TokenReason::Expired]);
    assert_eq!(client.user_id().as_deref(), Some("ada"));
}

#[test]
fn no_id_is_in_the_line_for_tokens() {
    // Their hashes (FNV-1a) are 0, 0x5bd1e995 and 0x7c0502ba, with which a write and reads of them were once in that line.
    for id in ["qzs0UD", "aqMaS-", "aMxtWf"] {
        let script = Script::of((0..3).map(|_| Ending::Answer(200, user_of(id))));
        let (client, reasons) = provided(&script, vec![token(None)]);
        let handle = client.user(id).unwrap();
        assert!(run(handle.update(&json!({}))).is_ok(), "{id}");
        let (client, _) = provided(&script, vec![token(None)]);
        assert!(run(client.user(id).unwrap().get::<Value>()).is_ok(), "{id}");
        let (client, _) = provided(&script, vec![token(None)]);
        assert!(run(client.user(id).unwrap().profile::<Value>()).is_ok(), "{id}");
        assert_eq!(*reasons.borrow(), [TokenReason::Initial]);
    }
}

#[test]
fn a_token_expires_by_the_clock_of_the_service() {
    // Ten minutes behind the local one: what locally has expired has not.
    let behind = &[("date", "Sat, 21 Nov 2026 06:50:00 GMT")];
    let answers = (0..3).map(|_| Ending::With(200, behind, user(json!({}))));
    let script = Script::of(answers);
    let (client, reasons) = provided(&script, vec![token(Some(1_795_244_460)), token(None)]);
    get(&client).unwrap();
    script.clock.set(300_000.0);
    get(&client).unwrap();
    assert_eq!(*reasons.borrow(), [TokenReason::Initial]);
}

#[test]
fn a_refused_token_is_renewed_once_and_no_more() {
    let refused = || Ending::Answer(403, json!({"detail": "token is expired", "code": 17}));
    let script = Script::of([refused(), Ending::Answer(200, user(json!({})))]);
    let (client, reasons) = provided(&script, vec![token(None), token(Some(1_895_244_460))]);
    get(&client).unwrap();
    assert_eq!(*reasons.borrow(), [TokenReason::Initial, TokenReason::Refused]);
    let script = Script::of([refused(), refused()]);
    let (client, reasons) = provided(&script, vec![token(None), token(Some(1_895_244_460))]);
    assert_eq!(get(&client).unwrap_err().code().as_str(), "not_allowed");
    assert_eq!(reasons.borrow().len(), 2);
    // A provider that gives the same token again is not believed twice.
    let script = Script::of([refused()]);
    let (client, _) = provided(&script, vec![token(None), token(None)]);
    assert_eq!(get(&client).unwrap_err().attempts(), 1);
}

#[test]
fn a_write_whose_answer_was_lost_stays_in_doubt_when_the_next_token_fails() {
    let script = Script::of([Ending::Lost]);
    let (client, _) = provided(&script, vec![token(Some(1_795_244_406))]);
    script.clock.set(900.0);
    // Expires by the leeway while the call waits to try again.
    let error = run(client.user("ada").unwrap().update(&json!({}))).unwrap_err();
    assert_eq!(error.code().as_str(), "token_provider");
    assert!(error.may_have_been_applied());
}

#[test]
fn a_failing_provider_is_an_error_with_its_cause() {
    let script = Script::default();
    let (client, _) = provided(&script, Vec::new());
    let error = get(&client).unwrap_err();
    assert_eq!((error.code().as_str(), error.attempts()), ("token_provider", 0));
    assert_eq!(error.cause(), Some(&json!("no token left")));
    let (client, _) = provided(&script, vec!["nonsense".into()]);
    let text = "the token provider gave a bad token: token does not have three parts";
    assert_eq!(get(&client).unwrap_err().to_string(), text);
}

#[test]
fn what_a_client_shows_of_itself_holds_no_secret() {
    let script = Script::of([Ending::Lost]);
    let client = script.built(Client::builder("canary-key").secret("canary-secret"));
    let error = create(&client).unwrap_err();
    for shown in [format!("{client:?}"), format!("{:?}", client.user("ada").unwrap()), format!("{error:?} {error}")] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[test]
fn credentials_are_checked_before_anything_is_sent() {
    let refused = |builder: ClientBuilder, in_browser| {
        let error = builder.build_on(Rc::new(Script::default()), in_browser).unwrap_err();
        (error.code().as_str(), error.to_string())
    };
    let key = || Client::builder("key");
    assert_eq!(refused(Client::builder(""), false), ("invalid_option", "the API key is missing".into()));
    assert_eq!(refused(key().secret(""), true), ("invalid_token", "the token is empty".into()));
    assert_eq!(
        refused(key().secret("secret"), true),
        ("secret_in_browser", "the app secret was given to a browser, where everybody can read it".into())
    );
    assert!(key().secret("secret").browser(false).build_on(Rc::new(Script::default()), true).is_ok());
    let text = "user_id is missing in user token, or is not a string";
    assert_eq!(refused(key().token("e30.e30."), false), ("invalid_token", text.into()));
}

#[test]
fn hints_are_for_rust_where_a_key_is_missing_or_secret_and_token_were_swapped() {
    let build = |builder: ClientBuilder| builder.build_on(Rc::new(Script::default()), true).unwrap_err();
    let error = build(Client::builder("key").secret(&token(None)));
    assert_eq!((error.code().as_str(), error.hint()), ("invalid_token", Some("pass it to `token`")));
    let error = build(Client::builder("key").token("secret"));
    assert_eq!(build(Client::builder(" ")).hint(), Some("give it to `Client::builder`"));
    let hint = "make a user token on your server; there, the app secret goes to `secret`";
    assert_eq!((error.code().as_str(), error.hint()), ("invalid_token", Some(hint)));
}

#[test]
fn user_tokens_are_signed_with_the_secret_alone() {
    let client = Script::default().client();
    assert_eq!(client.create_user_token("ada").unwrap(), token(None));
    let claims = json!({"user_id": "eve", "exp": 4_102_444_800_u64});
    assert_eq!(client.create_user_token_with("ada", &claims).unwrap(), token(Some(4_102_444_800)));
    let error =
        Script::default().built(Client::builder("key").token(&token(None))).create_user_token("ada").unwrap_err();
    assert_eq!(error.to_string(), "createUserToken needs the app secret, but this client has none");
    assert_eq!(error.code().as_str(), "wrong_credentials");
}

#[test]
fn set_user_stores_the_user_of_the_token() {
    let script = Script::of([Ending::Answer(201, user(json!({"name": "Ada"})))]);
    let client = script.built(Client::builder("key").token(&token(None)));
    run(client.set_user(&json!({"name": "Ada"}))).unwrap();
    assert!(script.sent.borrow()[0].ends_with(r#"{"id":"ada","data":{"name":"Ada"}}"#));
    let error = run(Script::default().client().set_user(&json!({}))).unwrap_err();
    assert_eq!(error.to_string(), "setUser needs a user token, but this client has the app secret");
}

#[test]
fn equal_reads_in_flight_are_one_request() {
    let (client, transport) = Overlapping::client([Ending::Answer(200, user(json!({"name": "Ada"})))]);
    let ada = client.user("ada").unwrap();
    let (first, second) = run_in_turns(join(ada.get::<Value>(), ada.get::<Value>()));
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(transport.sent(), ["GET user/ada/"]);

    let (client, transport) = Overlapping::client([Ending::Answer(404, json!({"detail": "", "code": 16}))]);
    let ada = client.user("ada").unwrap();
    let (first, second) = run_in_turns(join(ada.get::<Value>(), ada.get::<Value>()));
    assert_eq!([first, second].map(|result| result.unwrap_err().code().as_str()), ["not_found"; 2]);
    assert_eq!(transport.sent(), ["GET user/ada/"]);
}

/// The record of a user without data.
fn user_of(id: &str) -> Value {
    let mut record = user(json!({}));
    record["id"] = json!(id);
    record
}

#[test]
fn reads_that_differ_are_requests_of_their_own() {
    let answers = ["ada", "ada", "eve", "ada"].map(|id| Ending::Answer(200, user_of(id)));
    let (client, transport) = Overlapping::client(answers);
    let [ada, eve] = ["ada", "eve"].map(|id| client.user(id).unwrap());
    // Its caller's limits are not those of the others.
    let hasty = ada.clone().with(CallOptions { timeout_ms: Some(50.0), ..CallOptions::default() });
    let reads = join4(ada.get::<Value>(), ada.profile::<Value>(), eve.get::<Value>(), hasty.get::<Value>());
    let (plain, profile, other, own) = run_in_turns(reads);
    assert!([plain, profile, other, own].iter().all(Result::is_ok));
    assert_eq!((transport.sent().len(), transport.peak.get()), (4, 4));
}

#[test]
fn a_read_after_a_write_is_not_given_what_was_read_before_it() {
    let [before, after] = ["Ada", "Ada L"].map(|name| json!({ "name": name }));
    let answers = [before.clone(), after.clone(), after.clone()].map(|data| Ending::Answer(200, user(data)));
    let (client, transport) = Overlapping::client(answers);
    let ada = client.user("ada").unwrap();
    let (first, _, second) = run_in_turns(join3(ada.get::<Value>(), ada.update(&after), ada.get::<Value>()));
    assert_eq!((first.unwrap().data, second.unwrap().data), (before, after));
    assert_eq!(transport.sent(), ["GET user/ada/", "PUT user/ada/", "GET user/ada/"]);
}

#[test]
fn a_call_that_is_dropped_gives_its_turn_and_what_it_reads_to_the_next() {
    let polled = |call: &mut (dyn Future<Output = Result<Record<Value>, Error>> + Unpin)| {
        assert!(std::pin::Pin::new(call).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    };
    let (client, transport) = Overlapping::client((0..4).map(|_| Ending::Answer(200, user(json!({})))));
    let (ada, data) = (client.user("ada").unwrap(), json!({}));
    let (mut first, mut second) = (Box::pin(ada.update(&data)), Box::pin(ada.update(&data)));
    polled(&mut first);
    polled(&mut second);
    assert_eq!(transport.sent(), ["PUT user/ada/"]);
    drop(first);
    run_in_turns(second).unwrap();
    let (mut first, mut second) = (Box::pin(ada.get::<Value>()), Box::pin(ada.get::<Value>()));
    polled(&mut first);
    polled(&mut second);
    drop(first);
    run_in_turns(second).unwrap();
    assert_eq!(transport.sent(), ["PUT user/ada/", "PUT user/ada/", "GET user/ada/", "GET user/ada/"]);
}

#[test]
fn writes_and_batches_with_an_id_in_common_go_in_order() {
    let answers = [
        Ending::Answer(200, user_of("ada")),
        Ending::Answer(200, user_of("bob")),
        Ending::Answer(201, json!({"created_users": []})),
        Ending::Answer(200, user_of("eve")),
    ];
    let (client, transport) = Overlapping::client(answers);
    let [ada, eve, bob] = ["ada", "eve", "bob"].map(|id| client.user(id).unwrap());
    let batch = ["ada", "eve"].map(|id| NewUser { id: id.into(), data: Some(json!({})) });
    let (users, data) = (client.users(), json!({}));
    // The batch waits for ada, and eve for the batch; nobody waits for bob.
    let writes = join4(ada.update(&data), users.add_many(&batch, true), eve.update(&data), bob.update(&data));
    let (first, second, third, other) = run_in_turns(writes);
    assert!(first.is_ok() && second.is_ok() && third.is_ok() && other.is_ok());
    assert_eq!(transport.sent(), ["PUT user/ada/", "PUT user/bob/", "POST users/", "PUT user/eve/"]);
    assert_eq!(transport.peak.get(), 2);
}

#[test]
fn a_budget_that_is_used_up_comes_back_with_time() {
    let script = Script::of((0..20).map(|_| Ending::Lost));
    let client = script.client();
    while get(&client).unwrap_err().attempts() > 1 {}
    // About three tokens are left. One comes back every ten seconds.
    script.clock.set(script.clock.get() + 20_000.0);
    assert_eq!(get(&client).unwrap_err().attempts(), 1);
    script.clock.set(script.clock.get() + 30_000.0);
    assert_eq!(get(&client).unwrap_err().attempts(), 3);
}

#[test]
fn headers_of_a_client_and_of_a_call_go_out() {
    let script = Script::of([Ending::Answer(200, user(json!({}))), Ending::Answer(200, user(json!({})))]);
    let client =
        script.built(Client::builder("key").secret("secret").header("X-Trace", "client").header("baggage", "a"));
    let ada = client.user("ada").unwrap();
    let options = CallOptions { headers: vec![("x-trace".into(), "call".into())], ..CallOptions::default() };
    run(ada.clone().with(options).get::<Value>()).unwrap();
    run(ada.get::<Value>()).unwrap();
    let told = script.headers.borrow().clone();
    assert_eq!(told, [json!({ "baggage": "a", "x-trace": "call" }), json!({ "baggage": "a", "x-trace": "client" })]);
}

#[test]
fn a_header_that_is_not_for_callers_is_refused() {
    let text = "option headers.Authorization must be a header that callers may set";
    let builder = Client::builder("key").secret("secret").header("Authorization", "mine");
    assert_eq!(builder.build_on(Rc::new(Script::default()), false).unwrap_err().to_string(), text);
    let options = CallOptions { headers: vec![("Authorization".into(), "mine".into())], ..CallOptions::default() };
    let ada = Script::default().client().user("ada").unwrap().with(options);
    assert_eq!(run(ada.get::<Value>()).unwrap_err().to_string(), text);
}

#[test]
fn the_end_of_a_call_is_told_with_its_number() {
    let script = Script::of([Ending::Unsent, Ending::Answer(200, user(json!({}))), Ending::Answer(404, json!({}))]);
    let client = script.client();
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hears = heard.clone();
    client.set_listener(Some(Rc::new(move |event| {
        if let Event::End { call, attempts, error, .. } = event {
            hears.borrow_mut().push((*call, *attempts, error.map(|error| error.code().as_str())));
        }
    })));
    let ada = client.user("ada").unwrap();
    run(ada.get::<Value>()).unwrap();
    run(ada.get::<Value>()).unwrap_err();
    run(ada.update(&json!([]))).unwrap_err();
    assert_eq!(*heard.borrow(), [(1, 2, None), (2, 1, Some("not_found"))]);
}

#[test]
fn events_and_codes_can_be_logged_and_show_no_data() {
    let told = Rc::new(RefCell::new(Vec::new()));
    let hears = told.clone();
    let script = Script::of([Ending::Answer(503, json!({})), Ending::Answer(200, user(json!({"name": "Ada"})))]);
    let client = script.client();
    client.set_listener(Some(Rc::new(move |event: &Event<'_>| hears.borrow_mut().push(format!("{event:?}")))));
    run(client.user("ada").unwrap().get::<Value>()).unwrap();
    let first = r#"Request { call: 1, operation: "get", path: "user/ada/", attempt: 1, .. }"#;
    assert_eq!(told.borrow()[0], first);
    let names: Vec<_> = told.borrow().iter().map(|text| text.split(' ').next().unwrap().to_string()).collect();
    assert_eq!(names, ["Request", "Response", "Retry", "Request", "Response", "End"]);
    assert!(!told.borrow().concat().contains("Ada"));
    assert_eq!(client.user("").unwrap_err().code().to_string(), "invalid_id");
}

#[test]
fn an_update_of_a_typed_record_replaces_the_whole() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Profile {
        name: String,
    }
    let script = Script::of([Ending::Answer(200, user(json!({})))]);
    let _ = run(script.client().user("ada").unwrap().update(&Profile { name: "Ada".into() }));
    assert!(script.sent.borrow()[0].ends_with(r#" {"data":{"name":"Ada"}}"#), "{:?}", script.sent.borrow());
}

/// What an update with this data is refused with, or the body that was sent.
fn update_with<Data: serde::Serialize + serde::de::DeserializeOwned>(data: Data) -> Result<String, (String, String)> {
    let script = Script::of([Ending::Answer(200, user(json!({})))]);
    match run(script.client().user("ada").unwrap().update(&data)) {
        Err(error) if error.attempts() == 0 => {
            Err((error.to_string(), error.violation().map(|place| place.path.clone()).unwrap_or_default()))
        }
        _ => Ok(script.sent.borrow()[0].clone()),
    }
}

#[test]
fn data_that_a_page_could_not_send_is_refused_with_its_place() {
    #[derive(serde::Serialize, serde::Deserialize)]
    enum Shape {
        One(f64),
        Two(f64, f64),
        Named { size: f64 },
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
    enum Key {
        A,
    }
    let refused = |text: &str, path: &str| Err((text.into(), path.into()));
    fn under<T>(key: &str, value: T) -> HashMap<String, T> {
        HashMap::from([(key.into(), value)])
    }
    let nan = |path: &str| refused(&format!("{path} is NaN, which JSON cannot hold"), path);
    assert_eq!(update_with(under("a", vec![0.0, f64::NAN])), nan("data.a[1]"));
    assert_eq!(update_with(under("a", Some(f32::NAN))), nan("data.a"));
    assert_eq!(update_with(under("a", Shape::One(f64::NAN))), nan("data.a.One"));
    assert_eq!(update_with(under("a", Shape::Two(0.0, f64::NAN))), nan("data.a.Two[1]"));
    assert_eq!(update_with(under("a", Shape::Named { size: f64::NAN })), nan("data.a.Named.size"));
    let infinite = refused("data.a is an infinite number, which JSON cannot hold", "data.a");
    assert_eq!(update_with(under("a", f64::NEG_INFINITY)), infinite);

    let large = "data.a is 9007199254740992, and JavaScript holds whole numbers exactly up to 9007199254740991";
    assert_eq!(update_with(under("a", 1_u64 << 53)), refused(large, "data.a"));
    assert!(update_with(under("a", i64::MIN)).is_err());
    assert_eq!(update_with(under("a", 1_u128)), refused("data.a is a BigInt, which JSON cannot hold", "data.a"));

    let key = refused("data.a cannot be written: a key of it is not a string", "data.a");
    assert_eq!(update_with(under("a", HashMap::from([(1, 1)]))), key);
    assert_eq!(update_with(under("a", HashMap::from([(true, 1)]))), key);
    let prototype = "data.__proto__ cannot be written: JavaScript has another use for a key of this name";
    assert_eq!(update_with(under("__proto__", 1)), refused(prototype, "data.__proto__"));

    for (sent, body) in [
        (update_with(under("a", -((1_i64 << 53) - 1))), r#"{"data":{"a":-9007199254740991}}"#),
        (update_with(HashMap::from([(Key::A, ('x', (), None::<u8>))])), r#"{"data":{"A":["x",null,null]}}"#),
        (update_with(under("a", HashMap::from([('b', 1.5)]))), r#"{"data":{"a":{"b":1.5}}}"#),
    ] {
        assert!(sent.as_ref().is_ok_and(|sent| sent.ends_with(body)), "{sent:?}");
    }
}

#[test]
fn what_does_not_fit_a_type_is_named_with_its_place() {
    let script = Script::of([Ending::Answer(200, user(json!({ "tags": ["a", 5] })))]);
    let read = run(script.client().user("ada").unwrap().get::<HashMap<String, Vec<String>>>());
    let text = "get of user ada succeeded, but its answer is not of the type asked for: data.tags[1]: invalid type";
    let error = read.unwrap_err().to_string();
    assert!(error.starts_with(text), "{error}");
}
