//! One request as plain data: method, path, query and body.

use alloc::string::String;
use alloc::vec::Vec;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::host::{self, Piece, Text};
use crate::validate::concat;

/// As `encodeURIComponent`, whose result every server decodes to the same text.
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

/// Percent-encodes a text for one place in a path or a query.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    utf8_percent_encode(text, COMPONENT).for_each(|part| encoded.push_str(part));
    encoded
}

/// What is asked of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Operation {
    /// `POST user/`
    Create = 0,
    /// `POST user/?get_or_create=true`
    GetOrCreate = 1,
    /// `GET user/{id}/`
    Get = 2,
    /// `PUT user/{id}/`
    Update = 3,
    /// `DELETE user/{id}/`
    Delete = 4,
    /// `POST users/`
    AddUsers = 5,
    /// `GET users/`
    GetUsers = 6,
    /// `DELETE users/`
    DeleteUsers = 7,
    /// `POST moderation/flag`
    FlagUser = 8,
}

impl Operation {
    /// The operation with this number, by which the npm package's JavaScript names it.
    #[cfg(feature = "npm")]
    pub(crate) const fn from_number(number: u32) -> Self {
        match number {
            0 => Operation::Create,
            1 => Operation::GetOrCreate,
            2 => Operation::Get,
            3 => Operation::Update,
            4 => Operation::Delete,
            5 => Operation::AddUsers,
            6 => Operation::GetUsers,
            7 => Operation::DeleteUsers,
            _ => Operation::FlagUser,
        }
    }

    /// The name of the method that does it, as in events and error texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::GetOrCreate => "getOrCreate",
            Operation::Get => "get",
            Operation::Update => "update",
            Operation::Delete => "delete",
            Operation::AddUsers => "addUsers",
            Operation::GetUsers => "getUsers",
            Operation::DeleteUsers => "deleteUsers",
            Operation::FlagUser => "flagUser",
        }
    }

    /// The HTTP method.
    pub const fn method(self) -> &'static str {
        match self {
            Operation::Get | Operation::GetUsers => "GET",
            Operation::Update => "PUT",
            Operation::Delete | Operation::DeleteUsers => "DELETE",
            _ => "POST",
        }
    }

    /// Whether sending it twice does what sending it once does.
    ///
    /// A create is not: its second delivery answers that the user exists. A flag counts the reports.
    pub const fn is_repeatable(self) -> bool {
        !matches!(self, Operation::Create | Operation::FlagUser)
    }

    /// Whether it changes what is stored.
    pub const fn writes(self) -> bool {
        !matches!(self, Operation::Get | Operation::GetUsers)
    }

    /// Whether it concerns many users.
    pub const fn is_batch(self) -> bool {
        matches!(self, Operation::AddUsers | Operation::GetUsers | Operation::DeleteUsers)
    }
}

/// A request before it is authorised and sent.
pub(crate) struct Request {
    pub operation: Operation,
    /// Behind the API root and version, without a slash before it.
    pub path: String,
    /// Behind the parameters of every request; each starts with `&`.
    pub query: String,
    pub body: Option<Text>,
    /// Whom or what it concerns, for error texts: `user ada`.
    pub subject: String,
}

impl Request {
    fn of_user(operation: Operation, id: &str) -> Request {
        Request {
            operation,
            path: concat(["user/", id, "/"]),
            query: String::new(),
            body: None,
            subject: concat(["user ", id]),
        }
    }

    /// Stands for the question who the user of a token is; never sent.
    pub fn of_token_user() -> Request {
        Request {
            operation: Operation::GetOrCreate,
            path: String::new(),
            query: String::new(),
            body: None,
            subject: "the token's user".into(),
        }
    }

    pub fn create(id: &str, data: Text, get_or_create: bool) -> Request {
        let body = host::join(
            [Piece::Plain(concat(["{\"id\":\"", id, "\",\"data\":"])), Piece::Data(data), Piece::Plain("}".into())]
                .into(),
        );
        Request {
            operation: if get_or_create { Operation::GetOrCreate } else { Operation::Create },
            path: "user/".into(),
            query: if get_or_create { "&get_or_create=true".into() } else { String::new() },
            body: Some(body),
            subject: concat(["user ", id]),
        }
    }

    pub fn get(id: &str, with_follow_counts: bool) -> Request {
        let mut request = Request::of_user(Operation::Get, id);
        if with_follow_counts {
            request.query.push_str("&with_follow_counts=true");
        }
        request
    }

    pub fn update(id: &str, data: Text) -> Request {
        let mut request = Request::of_user(Operation::Update, id);
        let pieces = [Piece::Plain("{\"data\":".into()), Piece::Data(data), Piece::Plain("}".into())];
        request.body = Some(host::join(pieces.into()));
        request
    }

    pub fn delete(id: &str) -> Request {
        Request::of_user(Operation::Delete, id)
    }

    /// `users`: an id and, where it is given, data.
    pub fn add_users(users: Vec<(String, Option<Text>)>, override_existing: bool) -> Request {
        let subject = count(users.len());
        let mut pieces = Vec::with_capacity(users.len() * 2 + 2);
        let mut plain = String::from("{\"users\":[");
        for (index, (id, data)) in users.into_iter().enumerate() {
            plain.push_str(if index == 0 { "{\"id\":\"" } else { ",{\"id\":\"" });
            plain.push_str(&id);
            plain.push('"');
            if let Some(data) = data {
                plain.push_str(",\"data\":");
                pieces.push(Piece::Plain(core::mem::take(&mut plain)));
                pieces.push(Piece::Data(data));
            }
            plain.push('}');
        }
        plain.push_str(if override_existing { "],\"override\":true}" } else { "],\"override\":false}" });
        pieces.push(Piece::Plain(plain));
        Request {
            operation: Operation::AddUsers,
            path: "users/".into(),
            query: String::new(),
            body: Some(host::join(pieces)),
            subject,
        }
    }

    pub fn get_users(ids: &[String]) -> Request {
        Request::of_ids(Operation::GetUsers, ids)
    }

    pub fn delete_users(ids: &[String]) -> Request {
        Request::of_ids(Operation::DeleteUsers, ids)
    }

    fn of_ids(operation: Operation, ids: &[String]) -> Request {
        Request {
            operation,
            path: "users/".into(),
            query: concat(["&ids=", &ids.join(",")]),
            body: None,
            subject: count(ids.len()),
        }
    }

    pub fn flag_user(id: &str, reporter: Option<&str>, reason: Option<&str>) -> Request {
        let mut pieces =
            Vec::from([Piece::Plain(concat(["{\"entity_type\":\"stream:user\",\"entity_id\":\"", id, "\""]))]);
        for (name, value) in [(",\"user_id\":", reporter), (",\"reason\":", reason)] {
            if let Some(value) = value {
                pieces.push(Piece::Plain(name.into()));
                pieces.push(Piece::Data(host::quote(value)));
            }
        }
        pieces.push(Piece::Plain("}".into()));
        Request {
            operation: Operation::FlagUser,
            path: "moderation/flag".into(),
            query: String::new(),
            body: Some(host::join(pieces)),
            subject: concat(["user ", id]),
        }
    }
}

fn count(users: usize) -> String {
    concat([&crate::validate::number(users), if users == 1 { " user" } else { " users" }])
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).into()).collect()
    }

    #[test]
    fn encodes_as_encode_uri_component_does() {
        assert_eq!(encode("a b/c?d&e=f#g%ü"), "a%20b%2Fc%3Fd%26e%3Df%23g%25%C3%BC");
        assert_eq!(encode("A-Z_0.!~*'()"), "A-Z_0.!~*'()");
    }

    #[test]
    fn create_sends_what_getstream_sends() {
        let request = Request::create("u1", r#"{"a":1}"#.into(), false);
        assert_eq!((request.operation.method(), &*request.path, &*request.query), ("POST", "user/", ""));
        assert_eq!(request.body.unwrap(), r#"{"id":"u1","data":{"a":1}}"#);
        let request = Request::create("u1", "{}".into(), true);
        assert_eq!(request.query, "&get_or_create=true");
    }

    #[test]
    fn get_update_and_delete_name_the_user_in_the_path() {
        let get = Request::get("u1", false);
        assert_eq!((get.operation.method(), &*get.path, &*get.query), ("GET", "user/u1/", ""));
        assert_eq!(Request::get("u1", true).query, "&with_follow_counts=true");
        let update = Request::update("u1", r#"{"b":2}"#.into());
        assert_eq!((update.operation.method(), &*update.path), ("PUT", "user/u1/"));
        assert_eq!(update.body.unwrap(), r#"{"data":{"b":2}}"#);
        let delete = Request::delete("u1");
        assert_eq!((delete.operation.method(), &*delete.path), ("DELETE", "user/u1/"));
        assert!(delete.body.is_none());
    }

    #[test]
    fn a_batch_holds_its_users_in_order() {
        let users = [("a".into(), Some(r#"{"x":1}"#.into())), ("b".into(), None)];
        let request = Request::add_users(users.into(), false);
        assert_eq!(request.path, "users/");
        assert_eq!(request.body.unwrap(), r#"{"users":[{"id":"a","data":{"x":1}},{"id":"b"}],"override":false}"#);
        assert_eq!(request.subject, "2 users");
        let empty = Request::add_users(Vec::new(), true);
        assert_eq!(empty.body.unwrap(), r#"{"users":[],"override":true}"#);
        assert_eq!(Request::get_users(&ids(&["a", "b"])).query, "&ids=a,b");
        assert_eq!(Request::delete_users(&ids(&["a"])).operation.method(), "DELETE");
    }

    #[test]
    fn a_flag_leaves_out_what_is_not_given() {
        let request = Request::flag_user("bad", None, None);
        assert_eq!(request.path, "moderation/flag");
        assert_eq!(request.body.unwrap(), r#"{"entity_type":"stream:user","entity_id":"bad"}"#);
        let request = Request::flag_user("bad", Some("me"), Some("\"spam\"\n"));
        assert_eq!(
            request.body.unwrap(),
            r#"{"entity_type":"stream:user","entity_id":"bad","user_id":"me","reason":"\"spam\"\n"}"#
        );
    }
}
