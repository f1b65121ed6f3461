//! What can be asked of a service, as data: one [`Operation`] each, in the service's folder. The machine of a call reads these
//! fields, and nothing but them tells one operation from another.

use alloc::string::String;

use crate::rules::text::concat;

/// One thing that can be asked of a service.
#[derive(Debug)]
pub struct Operation {
    /// The name of the method that does it, as in events and error texts.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// Where it is, behind the API root and version.
    pub path: Path,
    /// What the query always has, behind the parameters of every request.
    pub query: &'static str,
    /// What is sent.
    pub body: RequestBody,
    /// Whom it concerns.
    pub subject: Subject,
    /// What it does to what is stored.
    pub effect: Effect,
    /// What a success holds.
    pub answer: AnswerShape,
    /// What to do where its answer was lost; for those that may not be repeated.
    pub hint_when_lost: Option<&'static str>,
    /// What else is asked where it did not succeed.
    pub then: Then,
}

/// A path behind the API root and version, without a slash before it.
#[derive(Debug)]
pub enum Path {
    /// This one.
    Fixed(&'static str),
    /// With the subject's id between these two.
    WithId(&'static str, &'static str),
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBody {
    /// Nothing.
    None,
    /// `{}`: some servers refuse an empty body that is said to be JSON.
    EmptyObject,
    /// The text of the request.
    Text,
    /// `{"data": …}`, with the text of the request.
    Data,
    /// `{"id": …, "data": …}`, with the text of the request.
    IdAndData,
}

/// Whom an operation concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One user, by id; without an id, the token's own.
    User,
    /// A user who has no id yet.
    NewUser,
    /// As many users as the request's subject says.
    Users,
    /// All of them, page by page.
    AllUsers,
}

/// What an operation does to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Read,
    /// A change; sending it twice does what sending it once does.
    Write,
    /// A change that must not be repeated where it may have been made already.
    WriteOnce,
    /// The user is gone; that it was gone already, after an attempt whose answer was lost, is a success too.
    Delete,
}

/// What a success holds, as far as its readers rely on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerShape {
    /// The record of a user.
    Record(&'static RecordShape),
    /// A list of records with this name.
    Records(&'static str, &'static RecordShape),
    /// A list of ids with this name.
    Ids(&'static str),
    /// A number with this name.
    Number(&'static str),
    /// An object; proxies may drop the body of a deletion, and it has nothing to tell.
    Object,
}

/// The record of a user, as a service answers it and as callers are given it.
#[derive(Debug, PartialEq, Eq)]
pub struct RecordShape {
    /// The member that is the id: it is text.
    pub id: &'static str,
    /// The members that may be the id that was asked for: a service may find a user by other ids too. Empty where none was
    /// asked for, or another was.
    pub asked_by: &'static [&'static str],
    /// Whether ids that differ in the case of ASCII letters alone may be of one user.
    pub ignores_case: bool,
    /// A member that is about the answer and not about the user: callers are not given it.
    pub left_out: &'static str,
    /// The member that is the user's data: an object, null or missing.
    pub data: &'static str,
    /// Whether callers are given `{}` where there is no data.
    pub is_data_filled_in: bool,
}

/// What else is asked where an operation did not succeed.
#[derive(Clone, Copy, Debug)]
pub enum Then {
    /// Nothing.
    Fail,
    /// Where the caller asks for it and the user exists or may exist: read the user with this, and take it as created by this
    /// call if it has the same data and is not older than the call.
    Reconcile(&'static Operation),
    /// Where the service says that there is a conflict, read the user with this.
    ReadOnConflict(&'static Operation),
}

impl Operation {
    /// Whether it changes what is stored.
    pub fn writes(&self) -> bool {
        self.effect != Effect::Read
    }

    /// Whether sending it twice does what sending it once does.
    pub fn is_repeatable(&self) -> bool {
        self.effect != Effect::WriteOnce
    }

    /// Whether its answer may be long.
    pub fn has_many(&self) -> bool {
        matches!(self.subject, Subject::Users | Subject::AllUsers)
    }

    /// Behind the API root and version, without a slash before it. `id` is written as a path has it.
    pub(crate) fn path_of(&self, id: &str) -> String {
        match self.path {
            Path::Fixed(path) => concat([path]),
            Path::WithId(before, after) => concat([before, id, after]),
        }
    }

    /// What it does and to whom, for error texts: `create of user ada`, `getUsers of 2 users`.
    pub(crate) fn title(&self, subject: &str) -> String {
        let (before, after) = match (self.subject, subject) {
            (Subject::User, "") => ("the token's user", ""),
            (Subject::User, _) => ("user ", ""),
            (Subject::NewUser, _) => ("a new user", ""),
            (Subject::Users, "1") => ("", " user"),
            (Subject::Users, _) => ("", " users"),
            (Subject::AllUsers, _) => ("the users", ""),
        };
        concat([self.name, " of ", before, subject, after])
    }
}
