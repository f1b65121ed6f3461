//! One request as plain data: method, path, query and body.

use alloc::string::String;

#[cfg(feature = "serde")]
use crate::host;
use crate::host::{Text, Writer};
#[cfg(feature = "klaim")]
use crate::klaim;
use crate::validate::concat;
#[cfg(feature = "serde")]
use crate::validate::number;

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
    /// One of the second service.
    #[cfg(feature = "klaim")]
    Klaim(klaim::Verb) = 9,
}

/// Whether there are the operations that the service takes from servers alone. Browsers are given a build without them.
pub(crate) const FOR_SERVERS: bool = cfg!(any(feature = "serde", feature = "sign"));

impl Operation {
    /// The operation with this number, by which the npm package's JavaScript names it.
    #[cfg(all(feature = "npm", not(feature = "klaim")))]
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
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.verb() {
            return verb.as_str();
        }
        match self {
            Operation::Create => "create",
            Operation::GetOrCreate => "getOrCreate",
            Operation::Get => "get",
            Operation::Update => "update",
            Operation::Delete => "delete",
            Operation::AddUsers if FOR_SERVERS => "addUsers",
            Operation::GetUsers if FOR_SERVERS => "getUsers",
            Operation::DeleteUsers if FOR_SERVERS => "deleteUsers",
            _ => "flagUser",
        }
    }

    /// The HTTP method.
    pub const fn method(self) -> &'static str {
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.verb() {
            return verb.method();
        }
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
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.verb() {
            return verb.is_repeatable();
        }
        !matches!(self, Operation::Create | Operation::FlagUser)
    }

    /// Whether it changes what is stored.
    pub const fn writes(self) -> bool {
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.verb() {
            return verb.writes();
        }
        !matches!(self, Operation::Get | Operation::GetUsers)
    }

    /// Whether it concerns many users.
    pub const fn is_batch(self) -> bool {
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.verb() {
            return matches!(verb, klaim::Verb::List);
        }
        FOR_SERVERS && matches!(self, Operation::AddUsers | Operation::GetUsers | Operation::DeleteUsers)
    }

    /// Whether it deletes one user.
    pub(crate) fn deletes(self) -> bool {
        !self.is_klaim() && self == Operation::Delete
    }

    /// Whether it is one of the second service.
    pub(crate) const fn is_klaim(self) -> bool {
        #[cfg(feature = "klaim")]
        return self.verb().is_some();
        #[cfg(not(feature = "klaim"))]
        false
    }

    /// What is asked of the second service, if it is that one.
    #[cfg(feature = "klaim")]
    pub(crate) const fn verb(self) -> Option<klaim::Verb> {
        match self {
            Operation::Klaim(verb) => Some(verb),
            // The npm build for Klaim has no others. Saying so leaves out of the module all that is for them.
            _ if cfg!(not(feature = "serde")) => Some(klaim::Verb::Get),
            _ => None,
        }
    }

    /// What to do where its answer was lost, and sending it again may not do the same.
    pub(crate) const fn hint_when_lost(self) -> Option<&'static str> {
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.verb() {
            return verb.hint_when_lost();
        }
        match self {
            Operation::Create => Some("read the user to see whether it was created, or use getOrCreate"),
            _ => None,
        }
    }
}

/// What `get` says for follow counts.
pub(crate) const FOLLOW_COUNTS: &str = "&with_follow_counts=true";

/// A request before it is authorised and sent.
pub(crate) struct Request {
    pub operation: Operation,
    /// Whom it concerns; of a batch, the number of its members. Empty for the token's own user, until there is a token.
    pub subject: String,
    /// Behind the parameters of every request; each starts with `&`.
    pub query: String,
    /// The user's data; of the operations without data, the whole body. That of a batch may be bytes of UTF-8 in JavaScript: it
    /// is only passed on.
    pub text: Option<Text>,
    /// Of a create: where its answer was lost, or the user exists, read the user and see whether it is the one.
    pub reconcile: bool,
    /// Of a batch: nobody reads what the service says of each user, only whether it was done.
    pub terse: bool,
}

impl Request {
    pub fn new(operation: Operation, subject: &str) -> Request {
        Request { operation, subject: subject.into(), query: String::new(), text: None, reconcile: false, terse: false }
    }

    pub fn create(id: &str, data: Text, get_or_create: bool) -> Request {
        let operation = if get_or_create { Operation::GetOrCreate } else { Operation::Create };
        Request { text: Some(data), ..Request::new(operation, id) }
    }

    /// Behind the API root and version, without a slash before it.
    pub fn path(&self) -> String {
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.operation.verb() {
            return klaim::path(verb, &self.subject);
        }
        match self.operation {
            Operation::Create | Operation::GetOrCreate => "user/".into(),
            Operation::Get | Operation::Update | Operation::Delete => concat(["user/", &self.subject, "/"]),
            Operation::FlagUser if FOR_SERVERS => "moderation/flag".into(),
            _ => "users/".into(),
        }
    }

    /// Behind the parameters of every request.
    pub fn query(&self) -> &str {
        if !self.operation.is_klaim() && self.operation == Operation::GetOrCreate {
            "&get_or_create=true"
        } else {
            &self.query
        }
    }

    /// The JSON that is sent.
    pub fn body(&self) -> Option<Text> {
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.operation.verb() {
            return klaim::body(verb, self.text.as_ref());
        }
        let data = self.text.as_ref()?;
        let mut body = Writer::default();
        match self.operation {
            Operation::Create | Operation::GetOrCreate => {
                body.plain("{\"id\":\"");
                body.plain(&self.subject);
                body.plain("\",\"data\":");
            }
            Operation::Update => body.plain("{\"data\":"),
            // Of a create that reads back what it may have created.
            Operation::Get => return None,
            _ => return Some(data.clone()),
        }
        body.data(data);
        body.plain("}");
        Some(body.finish())
    }

    /// What it does and to whom, for error texts: `create of user ada`, `getUsers of 2 users`.
    pub fn title(&self) -> String {
        #[cfg(feature = "klaim")]
        if let Some(verb) = self.operation.verb() {
            return klaim::title(verb, &self.subject);
        }
        let (before, after) = match (self.operation.is_batch(), &*self.subject) {
            (true, "1") => ("", " user"),
            (true, _) => ("", " users"),
            (false, "") => ("the token's user", ""),
            (false, _) => ("user ", ""),
        };
        concat([self.operation.as_str(), " of ", before, &self.subject, after])
    }
}

// The Rust face; the package's JavaScript writes the bodies of batches and flags itself, of parts that Rust has checked.
#[cfg(feature = "serde")]
mod typed {
    use super::*;

    impl Request {
        pub fn get(id: &str, with_follow_counts: bool) -> Request {
            let mut request = Request::new(Operation::Get, id);
            if with_follow_counts {
                request.query.push_str(FOLLOW_COUNTS);
            }
            request
        }

        pub fn update(id: &str, data: Text) -> Request {
            Request { text: Some(data), ..Request::new(Operation::Update, id) }
        }

        pub fn delete(id: &str) -> Request {
            Request::new(Operation::Delete, id)
        }

        pub fn flag_user(id: &str, reporter: Option<&str>, reason: Option<&str>) -> Request {
            let mut body = Writer::default();
            body.plain("{\"entity_type\":\"stream:user\",\"entity_id\":\"");
            body.plain(id);
            body.plain("\"");
            for (name, value) in [(",\"user_id\":", reporter), (",\"reason\":", reason)] {
                if let Some(value) = value {
                    body.plain(name);
                    body.data(&host::quote(value));
                }
            }
            body.plain("}");
            Request { text: Some(body.finish()), ..Request::new(Operation::FlagUser, id) }
        }
    }

    /// `addUsers`, user by user.
    #[derive(Default)]
    pub struct UsersBody {
        body: Writer,
        users: usize,
    }

    impl UsersBody {
        /// The service stores `{}` where there is no data.
        pub fn push(&mut self, id: &str, data: Option<Text>) {
            self.body.plain(if self.users == 0 { "{\"users\":[{\"id\":\"" } else { ",{\"id\":\"" });
            self.body.plain(id);
            self.body.plain("\"");
            if let Some(data) = data {
                self.body.plain(",\"data\":");
                self.body.data(&data);
            }
            self.body.plain("}");
            self.users += 1;
        }

        pub fn finish(mut self, override_existing: bool) -> Request {
            if self.users == 0 {
                self.body.plain("{\"users\":[");
            }
            self.body.plain(if override_existing { "],\"override\":true}" } else { "],\"override\":false}" });
            Request { text: Some(self.body.finish()), ..Request::new(Operation::AddUsers, &number(self.users)) }
        }
    }

    /// `getUsers` and `deleteUsers`, id by id.
    #[derive(Default)]
    pub struct IdsQuery {
        query: String,
        ids: usize,
    }

    impl IdsQuery {
        pub fn push(&mut self, id: &str) {
            self.query.push_str(if self.ids == 0 { "&ids=" } else { "," });
            self.query.push_str(id);
            self.ids += 1;
        }

        pub fn finish(mut self, operation: Operation) -> Request {
            if self.ids == 0 {
                self.query.push_str("&ids=");
            }
            Request { query: self.query, ..Request::new(operation, &number(self.ids)) }
        }
    }
}

#[cfg(feature = "serde")]
pub(crate) use typed::{IdsQuery, UsersBody};

#[cfg(all(test, feature = "serde", not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn of_ids(operation: Operation, ids: &[&str]) -> Request {
        let mut query = IdsQuery::default();
        ids.iter().for_each(|id| query.push(id));
        query.finish(operation)
    }

    #[test]
    fn create_sends_what_getstream_sends() {
        let request = Request::create("u1", r#"{"a":1}"#.into(), false);
        assert_eq!((request.operation.method(), &*request.path(), request.query()), ("POST", "user/", ""));
        assert_eq!(request.body().unwrap(), r#"{"id":"u1","data":{"a":1}}"#);
        let request = Request::create("u1", "{}".into(), true);
        assert_eq!(request.query(), "&get_or_create=true");
    }

    #[test]
    fn get_update_and_delete_name_the_user_in_the_path() {
        let get = Request::get("u1", false);
        assert_eq!((get.operation.method(), &*get.path(), get.query()), ("GET", "user/u1/", ""));
        assert_eq!(Request::get("u1", true).query(), "&with_follow_counts=true");
        let update = Request::update("u1", r#"{"b":2}"#.into());
        assert_eq!((update.operation.method(), &*update.path()), ("PUT", "user/u1/"));
        assert_eq!(update.body().unwrap(), r#"{"data":{"b":2}}"#);
        let delete = Request::delete("u1");
        assert_eq!((delete.operation.method(), &*delete.path()), ("DELETE", "user/u1/"));
        assert!(delete.body().is_none());
    }

    #[test]
    fn a_batch_holds_its_users_in_order() {
        let mut body = UsersBody::default();
        body.push("a", Some(r#"{"x":1}"#.into()));
        body.push("b", None);
        let request = body.finish(false);
        assert_eq!(request.path(), "users/");
        assert_eq!(request.body().unwrap(), r#"{"users":[{"id":"a","data":{"x":1}},{"id":"b"}],"override":false}"#);
        assert_eq!(request.title(), "addUsers of 2 users");
        let empty = UsersBody::default().finish(true);
        assert_eq!(empty.body().unwrap(), r#"{"users":[],"override":true}"#);
        assert_eq!(of_ids(Operation::GetUsers, &["a", "b"]).query, "&ids=a,b");
        assert_eq!(of_ids(Operation::DeleteUsers, &["a"]).operation.method(), "DELETE");
    }

    #[test]
    fn a_flag_leaves_out_what_is_not_given() {
        let request = Request::flag_user("bad", None, None);
        assert_eq!(request.path(), "moderation/flag");
        assert_eq!(request.body().unwrap(), r#"{"entity_type":"stream:user","entity_id":"bad"}"#);
        let request = Request::flag_user("bad", Some("me"), Some("\"spam\"\n"));
        assert_eq!(
            request.body().unwrap(),
            r#"{"entity_type":"stream:user","entity_id":"bad","user_id":"me","reason":"\"spam\"\n"}"#
        );
    }
}
