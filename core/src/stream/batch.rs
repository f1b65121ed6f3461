//! Requests that concern many users, and how a list of any size is cut into them.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::Stream;
use super::operations::{ADD_USERS, GET};
use crate::call::{FailedAttempt, decode, timeout, unexpected_type};
use crate::rules::Phase;
use crate::rules::text::number;
use crate::rules::validate::MAX_BATCH;
use crate::wire::body::BodyWriter;
use crate::wire::request::{LISTED_IDS, id_hash};
use crate::wire::{Answer, Body, CallError, Host, Operation, Request};

/// Characters of ids in one URL: servers refuse longer ones than some 64 000.
pub const MAX_ID_CHARACTERS: usize = 48_000;
/// The longest line of NDJSON that is held, in UTF-16 units: a user with data of the largest size, each character escaped, has
/// a tenth of it.
pub const MAX_LINE: usize = 1 << 20;
/// Requests that read at a time. Those that write go one after the other.
pub const READS_AT_A_TIME: usize = 4;

/// The parts of a list of ids that go in one request each. An empty list is one request.
pub fn parts_of_ids<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut end, mut characters) = (0, 0, 0);
    for id in ids {
        let more = id.len() + 1;
        if end - start == MAX_BATCH || characters + more > MAX_ID_CHARACTERS {
            parts.push(start..end);
            (start, characters) = (end, 0);
        }
        characters += more;
        end += 1;
    }
    parts.push(start..end);
    parts
}

/// `getUsers` or `deleteUsers` of ids that were checked.
pub fn of_ids<'a, H: Host>(operation: &'static Operation, ids: impl Iterator<Item = &'a str>) -> Request<H> {
    let (mut query, mut keys, mut count) = (String::from(LISTED_IDS), Vec::new(), 0);
    for id in ids {
        if count > 0 {
            query.push(',');
        }
        query.push_str(id);
        if operation.writes() {
            keys.push(id_hash(id));
        }
        count += 1;
    }
    Request { query, write_keys: keys, ..Request::new(operation, &number(count)) }
}

/// The body of an answer about a user who does not exist.
pub const NOT_FOUND: &str =
    r#"{"detail":"","status_code":404,"code":16,"exception":"DoesNotExistException","duration":"0.00ms"}"#;

/// What a `get` of a user comes to whom `getUsers` left out, as one that was sent would: `body` is [`NOT_FOUND`].
pub fn not_found<H: Host>(id: &str, headers: H::Headers, body: H::Value) -> CallError<H> {
    let request = Request::<H>::new(&GET, id);
    let answer = Answer { status: 404, headers, body: Body::Json(body) };
    match decode::<H, Stream>(&request, answer, None, 0.0) {
        Err(FailedAttempt { mut error, .. }) => {
            error.set(|parts| parts.attempts = 1);
            error
        }
        Ok(_) => unexpected_type(&request, "a user").into(),
    }
}

/// What a `get` of a user comes to whose batch was dropped: it had until the deadline of a call, in milliseconds.
pub fn unanswered<H: Host>(id: &str, deadline_ms: f64) -> CallError<H> {
    timeout(&Request::<H>::new(&GET, id), deadline_ms, true, Phase::Headers).into()
}

/// `addUsers` of a body that was put together elsewhere, of users whose ids have these hashes.
pub fn of_body<H: Host>(body: H::Text, hashes: Vec<u32>, discards_list: bool) -> Request<H> {
    let count = number(hashes.len());
    Request { write_keys: hashes, discards_list, ..Request::new(&ADD_USERS, &count) }.with_text(body)
}

/// `addUsers`, user by user.
pub struct UsersBody<H: Host> {
    body: BodyWriter<H>,
    keys: Vec<u32>,
}

impl<H: Host> Default for UsersBody<H> {
    fn default() -> Self {
        UsersBody { body: BodyWriter::default(), keys: Vec::new() }
    }
}

impl<H: Host> UsersBody<H> {
    /// Adds a user, whose id was checked. The service stores `{}` where there is no data.
    pub fn push(&mut self, id: &str, data: Option<H::Text>) {
        self.body.plain(if self.keys.is_empty() { "{\"users\":[{\"id\":\"" } else { ",{\"id\":\"" });
        self.body.plain(id);
        self.body.plain("\"");
        if let Some(data) = data {
            self.body.plain(",\"data\":");
            self.body.data(&data);
        }
        self.body.plain("}");
        self.keys.push(id_hash(id));
    }

    /// The request. With `override_existing`, users that exist are replaced.
    pub fn finish(mut self, override_existing: bool) -> Request<H> {
        if self.keys.is_empty() {
            self.body.plain("{\"users\":[");
        }
        self.body.plain(if override_existing { "],\"override\":true}" } else { "],\"override\":false}" });
        of_body(self.body.finish(), self.keys, false)
    }
}

#[cfg(test)]
#[cfg(feature = "native")]
mod tests {
    use super::super::operations::{DELETE_USERS, GET_USERS};
    use super::*;
    use crate::native::testing::TestHost;
    use crate::wire::body;

    #[test]
    fn a_batch_holds_its_users_in_order() {
        let mut users = UsersBody::<TestHost>::default();
        users.push("a", Some(r#"{"x":1}"#.into()));
        users.push("b", None);
        let request = users.finish(false);
        let text = r#"{"users":[{"id":"a","data":{"x":1}},{"id":"b"}],"override":false}"#;
        assert_eq!(body::of(&request).unwrap(), text);
        assert_eq!(request.title(), "addUsers of 2 users");
        assert_eq!(request.write_keys.len(), 2);
        let empty = UsersBody::<TestHost>::default().finish(true);
        assert_eq!(body::of(&empty).unwrap(), r#"{"users":[],"override":true}"#);
        let ids = ["a", "b"];
        let request = of_ids::<TestHost>(&GET_USERS, ids.into_iter());
        assert_eq!((&*request.query, request.write_keys.len()), ("&ids=a,b", 0));
        assert_eq!(of_ids::<TestHost>(&DELETE_USERS, ids.into_iter()).write_keys.len(), 2);
    }

    #[test]
    fn a_list_is_cut_where_a_request_would_be_too_long() {
        assert_eq!(parts_of_ids([].into_iter()), std::slice::from_ref(&(0..0)));
        let short = vec!["ada"; 2_001];
        assert_eq!(parts_of_ids(short.into_iter()), [0..1_000, 1_000..2_000, 2_000..2_001]);
        let id = "x".repeat(255);
        let long = vec![&*id; 400];
        assert_eq!(parts_of_ids(long.into_iter()), [0..187, 187..374, 374..400]);
    }
}
