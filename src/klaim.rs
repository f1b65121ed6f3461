//! The second service, Klaim: its requests and answers, onto the same `call`.
//!
//! A [`KlaimClient`] makes [`KlaimUser`] handles; calls, errors, retries and limits are those of the first service. What is
//! different is what is stored: a user has an `email` and perhaps a `name` and `metadata`, its `user_id` may be any text, and
//! nothing deletes it.
//!
//! Source: Klaim's public manual. What that leaves open, and what is done here, is in `docs/klaim.md`.

use alloc::string::String;

use crate::error::Code;
use crate::host::{self, Text, Value};
use crate::request::{Operation, Request};
use crate::validate::concat;

pub mod rules;

#[cfg(feature = "serde")]
mod client;
#[cfg(feature = "serde")]
mod record;
#[cfg(feature = "serde")]
mod user;

#[cfg(feature = "serde")]
pub use client::{KlaimClient, KlaimClientBuilder};
#[cfg(feature = "serde")]
pub use record::{KlaimChanges, KlaimRecord, NewKlaimUser};
#[cfg(feature = "serde")]
pub use user::{KlaimListing, KlaimUser, KlaimUsers};

/// What is asked of Klaim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `POST users`; the service makes the id.
    Add,
    /// `POST users`, with an id.
    Create,
    /// [`Verb::Create`]; where that is a conflict, [`Verb::Get`].
    GetOrCreate,
    /// `POST users/{user_id}`: it reads all the same.
    Get,
    /// `PUT users/{user_id}`
    Update,
    /// [`Verb::Update`] that changes the `user_id`: sent again, it would find nobody.
    Rename,
    /// `GET users`, one page.
    List,
    /// `POST users/{user_id}/credits`: it reads all the same.
    CreditBalance,
}

impl Verb {
    /// The verb with this number, by which the npm package's JavaScript names it.
    #[cfg(feature = "npm")]
    pub(crate) const fn from_number(number: u32) -> Self {
        match number {
            0 => Verb::Add,
            1 => Verb::Create,
            2 => Verb::GetOrCreate,
            3 => Verb::Get,
            4 => Verb::Update,
            5 => Verb::Rename,
            6 => Verb::List,
            _ => Verb::CreditBalance,
        }
    }

    /// The name of the method that does it, as in events and error texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verb::Add => "add",
            Verb::Create => "create",
            Verb::GetOrCreate => "getOrCreate",
            Verb::Get => "get",
            Verb::Update | Verb::Rename => "update",
            Verb::List => "list",
            Verb::CreditBalance => "creditBalance",
        }
    }

    /// The HTTP method.
    pub const fn method(self) -> &'static str {
        match self {
            Verb::List => "GET",
            Verb::Update | Verb::Rename => "PUT",
            _ => "POST",
        }
    }

    /// Whether sending it twice does what sending it once does.
    pub const fn is_repeatable(self) -> bool {
        !matches!(self, Verb::Add | Verb::Create | Verb::Rename)
    }

    /// Whether it changes what is stored.
    pub const fn writes(self) -> bool {
        !matches!(self, Verb::Get | Verb::List | Verb::CreditBalance)
    }

    /// What to do where its answer was lost, and sending it again may not do the same.
    pub(crate) const fn hint_when_lost(self) -> Option<&'static str> {
        match self {
            Verb::Add => Some("list the users to see whether it was added, or give it a userId and use getOrCreate"),
            Verb::Create => Some("read the user to see whether it was created, or use getOrCreate"),
            Verb::Rename => Some("read the user under both ids to see which it has"),
            _ => None,
        }
    }

    const fn creates(self) -> bool {
        matches!(self, Verb::Add | Verb::Create | Verb::GetOrCreate)
    }
}

/// A request to Klaim. `user_id` is empty for those verbs that name no user, and was validated.
pub(crate) fn request(verb: Verb, user_id: &str) -> Request {
    Request::new(Operation::Klaim(verb), user_id)
}

/// A request that stores what `fields` hold: the names are those of the wire, `userId` for a new user and `user_id` for one
/// that changes.
///
/// # Errors
/// Whatever the [`rules`] refuse, with the path of the field.
pub(crate) fn storing(verb: Verb, user_id: &str, fields: &Value) -> Result<Request, crate::error::Error> {
    let (text, written) = host::write_members(fields)?;
    rules::fields(&written, verb.creates())?;
    Ok(Request { text: Some(text), ..request(verb, user_id) })
}

/// A page of the users, behind the cursor that the page before ended with.
///
/// How a cursor is put into the query is not documented. Here it is sent back as it came: as JSON.
pub(crate) fn page(cursor: Option<&str>) -> Request {
    let mut request = request(Verb::List, "");
    if let Some(cursor) = cursor {
        request.query = concat(["?starting_after=", &host::encode(cursor)]);
    }
    request
}

/// Behind the API root, without a slash before it.
pub(crate) fn path(verb: Verb, user_id: &str) -> String {
    let tail = match verb {
        Verb::Add | Verb::Create | Verb::GetOrCreate | Verb::List => return "users".into(),
        Verb::CreditBalance => "/credits",
        _ => "",
    };
    concat(["users/", &host::encode(user_id), tail])
}

/// The JSON that is sent. Every request is said to be JSON, so those that read have an empty object: some servers refuse
/// an empty body that is said to be JSON.
pub(crate) fn body(verb: Verb, text: Option<&Text>) -> Option<Text> {
    match verb {
        Verb::List => None,
        Verb::Get | Verb::CreditBalance => Some("{}".into()),
        _ => text.cloned(),
    }
}

/// What it does and to whom, for error texts.
pub(crate) fn title(verb: Verb, user_id: &str) -> String {
    let whom = match verb {
        Verb::Add => " of a new user",
        Verb::List => " of the users",
        _ => " of user ",
    };
    concat([verb.as_str(), whom, user_id])
}

/// Whether a success holds what its readers rely on.
pub(crate) fn has_shape(verb: Verb, value: &Value) -> bool {
    match verb {
        Verb::List => host::has_list(value, "data"),
        Verb::CreditBalance => host::number_field(value, "credit_balance").is_some(),
        _ => host::string_field(value, "user_id").is_some(),
    }
}

/// What an answer means, by its status and, where the status has several meanings, its message.
pub(crate) fn code_of(status: u16, message: &str) -> Code {
    let says = |beginning: &str| {
        message.split_at_checked(beginning.len()).is_some_and(|(start, _)| start.eq_ignore_ascii_case(beginning))
    };
    match status {
        400 if says("missing required fields") => Code::MissingFields,
        // The status for a bad key is not documented: these are those that services have for it.
        401 | 403 => Code::Unauthorized,
        404 => Code::NotFound,
        409 if says("email already exists") => Code::EmailExists,
        409 if says("user id already exists") => Code::UserIdExists,
        429 => Code::RateLimited,
        500..=599 => Code::ServerError,
        _ => Code::ApiError,
    }
}
