//! What can be asked of Klaim. Source: Klaim's public manual.

use crate::wire::operation::{AnswerShape, Effect, Operation, Path, RecordShape, RequestBody, Subject, Then};

const fn record(asked_by: &'static [&'static str]) -> RecordShape {
    // Whether the service tells `Ada` and `ada` apart is not documented.
    let ignores_case = true;
    RecordShape {
        id: "user_id",
        asked_by,
        ignores_case,
        left_out: "message",
        data: "metadata",
        is_data_filled_in: false,
    }
}

/// The record of the user that was asked for, by either of its ids.
const RECORD: AnswerShape = AnswerShape::Record(&record(&["user_id", "klaim_id"]));
/// A record whose id was not asked for.
const ANY: RecordShape = record(&[]);

/// `POST users`; the service makes the id.
pub static ADD: Operation = Operation {
    name: "add",
    method: "POST",
    path: Path::Fixed("users"),
    query: "",
    body: RequestBody::Text,
    subject: Subject::NewUser,
    effect: Effect::WriteOnce,
    answer: AnswerShape::Record(&ANY),
    hint_when_lost: Some("list the users to see whether it was added, or give it a userId and use getOrCreate"),
    then: Then::Fail,
};

/// `POST users`, with an id.
pub static CREATE: Operation = Operation {
    name: "create",
    method: "POST",
    path: Path::Fixed("users"),
    query: "",
    body: RequestBody::Text,
    subject: Subject::User,
    effect: Effect::WriteOnce,
    answer: RECORD,
    hint_when_lost: Some("read the user to see whether it was created, or use getOrCreate"),
    then: Then::Fail,
};

/// [`CREATE`]; where that is a conflict, [`GET`].
pub static GET_OR_CREATE: Operation = Operation {
    name: "getOrCreate",
    method: "POST",
    path: Path::Fixed("users"),
    query: "",
    body: RequestBody::Text,
    subject: Subject::User,
    effect: Effect::Write,
    answer: RECORD,
    hint_when_lost: None,
    then: Then::ReadOnConflict(&GET),
};

/// `POST users/{user_id}`: it reads all the same.
pub static GET: Operation = Operation {
    name: "get",
    method: "POST",
    path: Path::WithId("users/", ""),
    query: "",
    body: RequestBody::EmptyObject,
    subject: Subject::User,
    effect: Effect::Read,
    answer: RECORD,
    hint_when_lost: None,
    then: Then::Fail,
};

/// `PUT users/{user_id}`
pub static UPDATE: Operation = Operation {
    name: "update",
    method: "PUT",
    path: Path::WithId("users/", ""),
    query: "",
    body: RequestBody::Text,
    subject: Subject::User,
    effect: Effect::Write,
    answer: RECORD,
    hint_when_lost: None,
    then: Then::Fail,
};

/// [`UPDATE`] that changes the `user_id`: sent again, it would find nobody.
pub static RENAME: Operation = Operation {
    name: "update",
    method: "PUT",
    path: Path::WithId("users/", ""),
    query: "",
    body: RequestBody::Text,
    subject: Subject::User,
    effect: Effect::WriteOnce,
    answer: AnswerShape::Record(&ANY),
    hint_when_lost: Some("read the user under both ids to see which it has"),
    then: Then::Fail,
};

/// `GET users`, one page.
pub static LIST: Operation = Operation {
    name: "list",
    method: "GET",
    path: Path::Fixed("users"),
    query: "",
    body: RequestBody::None,
    subject: Subject::AllUsers,
    effect: Effect::Read,
    answer: AnswerShape::Records("data", &ANY),
    hint_when_lost: None,
    then: Then::Fail,
};

/// `POST users/{user_id}/credits`: it reads all the same.
pub static CREDIT_BALANCE: Operation = Operation {
    name: "creditBalance",
    method: "POST",
    path: Path::WithId("users/", "/credits"),
    query: "",
    body: RequestBody::EmptyObject,
    subject: Subject::User,
    effect: Effect::Read,
    answer: AnswerShape::Number("credit_balance"),
    hint_when_lost: None,
    then: Then::Fail,
};
