//! The requests that need more than a user's id.

use alloc::string::String;

use super::operations::{ADD, CREATE, LIST, RENAME, UPDATE};
use super::rules;
use crate::rules::text::concat;
use crate::rules::{Code, Error};
use crate::wire::request::id_hash;
use crate::wire::{CallError, Host, Operation, Request};

/// A request that stores a new user. The names in `fields` are those of the API. `user_id` is empty where the service is to
/// choose the id.
///
/// # Errors
/// Whatever the [`rules`] refuse, with the path of the field.
pub fn create<H: Host>(
    operation: &'static Operation,
    user_id: &str,
    fields: &H::Value,
) -> Result<Request<H>, CallError<H>> {
    let (text, written) = H::write_members(fields, "user")?;
    rules::fields::<H>(&written, true)?;
    Ok(Request::new(operation, user_id).with_text(text))
}

/// [`create`] with the operation that fits: without an id, the service chooses one, which is not known before.
///
/// # Errors
/// As [`create`].
pub fn add<H: Host>(user_id: Option<&str>, fields: &H::Value) -> Result<Request<H>, CallError<H>> {
    match user_id {
        Some(user_id) => create(&CREATE, user_id, fields),
        None => create(&ADD, "", fields),
    }
}

/// A request that changes the given fields. One that changes the `user_id` too is kept in order with the writes to both ids.
///
/// # Errors
/// Whatever the [`rules`] refuse, with the path of the field.
pub fn update<H: Host>(user_id: &str, fields: &H::Value) -> Result<Request<H>, CallError<H>> {
    let (text, written) = H::write_members(fields, "user")?;
    rules::fields::<H>(&written, false)?;
    let new_id = H::string_field(&written, "user_id").filter(|new_id| *new_id != user_id);
    let operation = if new_id.is_some() { &RENAME } else { &UPDATE };
    let mut request = Request::new(operation, user_id).with_text(text);
    request.write_keys.extend(new_id.map(|id| id_hash(&id)));
    Ok(request)
}

/// A page of the users, from the cursor on that the previous page ended with; without one, the first page.
///
/// Klaim does not document how a cursor is put into the query. Here it is sent back as it came, as JSON text.
pub fn list<H: Host>(cursor: Option<&str>) -> Request<H> {
    let mut request = Request::new(&LIST, "");
    if let Some(cursor) = cursor {
        request.query = concat(["?starting_after=", &H::encode(cursor)]);
    }
    request
}

/// The cursor of the next page. `behind` is the cursor that this page was asked for with, `last` the one that it ends with.
///
/// # Errors
/// `invalid_response` where the two are the same: the same page would be asked for again and again.
pub fn next_cursor(behind: Option<&str>, last: Option<String>) -> Result<Option<String>, Error> {
    if last.is_some() && last.as_deref() == behind {
        let text = "list of the users failed: the service gave the same page again";
        return Err(Error::site(Code::InvalidResponse, &[text]));
    }
    Ok(last)
}
