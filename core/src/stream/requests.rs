//! The requests of single users. Ids and data were checked.

use alloc::string::String;
use alloc::vec::Vec;

use super::operations::{CREATE, FLAG_USER, FOLLOW_COUNTS, GET, GET_OR_CREATE, UPDATE};
use crate::call::ClientState;
use crate::rules::text::concat;
use crate::wire::body::BodyWriter;
use crate::wire::request::id_hash;
use crate::wire::{Host, Operation, Request};

/// Creates a user. With `reconcile`, one that exists, or may exist after a lost answer, is read.
pub fn create<H: Host>(id: &str, data: H::Text, reconcile: bool) -> Request<H> {
    Request { reconcile, ..Request::new(&CREATE, id).with_text(data) }
}

/// Creates a user, or reads the one that is there.
pub fn get_or_create<H: Host>(id: &str, data: H::Text) -> Request<H> {
    Request::new(&GET_OR_CREATE, id).with_text(data)
}

/// [`get_or_create`] of the token's own user.
pub fn get_or_create_own<H: Host, S>(client: &ClientState<H, S>, data: H::Text) -> Request<H> {
    of_own_user(&GET_OR_CREATE, client).with_text(data)
}

/// A write to the token's own user: the call learns the id from the token.
pub fn of_own_user<H: Host, S>(operation: &'static Operation, client: &ClientState<H, S>) -> Request<H> {
    let keys = client.credentials.user_id().map(|id| Vec::from([id_hash(&id)])).unwrap_or_default();
    Request { write_keys: keys, ..Request::new(operation, "") }
}

/// Reads a user. One that is shared is answered together with equal ones in flight.
pub fn get<H: Host>(id: &str, with_follow_counts: bool, is_shared: bool) -> Request<H> {
    let query = if with_follow_counts { concat([FOLLOW_COUNTS]) } else { String::new() };
    Request { query, is_shared, ..Request::new(&GET, id) }
}

/// Replaces a user's data.
pub fn update<H: Host>(id: &str, data: H::Text) -> Request<H> {
    Request::new(&UPDATE, id).with_text(data)
}

/// Reports a user to the moderators.
pub fn flag_user<H: Host>(id: &str, reporter: Option<&str>, reason: Option<&str>) -> Request<H> {
    let mut body = BodyWriter::<H>::default();
    body.plain("{\"entity_type\":\"stream:user\",\"entity_id\":\"");
    body.plain(id);
    body.plain("\"");
    for (name, value) in [(",\"user_id\":", reporter), (",\"reason\":", reason)] {
        if let Some(value) = value {
            body.plain(name);
            body.data(&H::quote(value));
        }
    }
    body.plain("}");
    // A report writes nothing that another write could overtake.
    Request { write_keys: Vec::new(), ..Request::new(&FLAG_USER, id).with_text(body.finish()) }
}

#[cfg(test)]
#[cfg(feature = "native")]
mod tests {
    use super::super::operations::DELETE;
    use super::*;
    use crate::native::testing::TestHost;
    use crate::wire::body;

    /// Method, path, query and body.
    fn sent(request: &Request<TestHost>) -> (&'static str, String, String, Option<String>) {
        let operation = request.operation;
        let query = concat([operation.query, &request.query]);
        (operation.method, operation.path_of(&request.subject), query, body::of(request))
    }

    #[test]
    fn each_request_is_what_getstream_sends() {
        let text = |body: &str| Some(body.into());
        for (request, expected) in [
            (create("u1", r#"{"a":1}"#.into(), false), ("POST", "user/", "", text(r#"{"id":"u1","data":{"a":1}}"#))),
            (
                get_or_create("u1", "{}".into()),
                ("POST", "user/", "&get_or_create=true", text(r#"{"id":"u1","data":{}}"#)),
            ),
            (get("u1", false, false), ("GET", "user/u1/", "", None)),
            (get("u1", true, false), ("GET", "user/u1/", "&with_follow_counts=true", None)),
            (update("u1", r#"{"b":2}"#.into()), ("PUT", "user/u1/", "", text(r#"{"data":{"b":2}}"#))),
            (Request::new(&DELETE, "u1"), ("DELETE", "user/u1/", "", None)),
            (
                flag_user("bad", None, None),
                ("POST", "moderation/flag", "", text(r#"{"entity_type":"stream:user","entity_id":"bad"}"#)),
            ),
            (
                flag_user("bad", Some("me"), Some("\"spam\"\n")),
                (
                    "POST",
                    "moderation/flag",
                    "",
                    text(r#"{"entity_type":"stream:user","entity_id":"bad","user_id":"me","reason":"\"spam\"\n"}"#),
                ),
            ),
        ] {
            let (method, path, query, body) = sent(&request);
            assert_eq!((method, &*path, &*query, body), expected);
        }
    }
}
