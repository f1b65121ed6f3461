//! What can be asked of Stream. Source: Stream's documentation and clients.

use crate::wire::operation::{AnswerShape, Effect, Operation, Path, RecordShape, RequestBody, Subject, Then};

/// What a `get` that asks for follow counts has in its query.
pub const FOLLOW_COUNTS: &str = "&with_follow_counts=true";
/// Where batches are, behind the API root and version.
const BATCH_PATH: &str = "users/";

/// Declares operations, and the list of them, which has each.
macro_rules! operations {
    ($(#[$about:meta])* $list:ident: $($(#[$doc:meta])* pub static $name:ident: Operation = $operation:expr;)*) => {
        $($(#[$doc])* pub static $name: Operation = $operation;)*
        $(#[$about])* pub static $list: &[&Operation] = &[$(&$name),*];
    };
}

const SHAPE: RecordShape = RecordShape {
    id: "id",
    asked_by: &["id"],
    ignores_case: false,
    left_out: "duration",
    data: "data",
    is_data_filled_in: true,
};
const RECORD: AnswerShape = AnswerShape::Record(&SHAPE);

operations! {
    /// Those of one user, which any client may ask for.
    OF_ONE_USER:

    /// `POST user/`
    pub static CREATE: Operation = Operation {
        name: "create",
        method: "POST",
        path: Path::Fixed("user/"),
        query: "",
        body: RequestBody::IdAndData,
        subject: Subject::User,
        // Its second delivery answers that the user exists.
        effect: Effect::WriteOnce,
        answer: RECORD,
        hint_when_lost: Some("read the user to see whether it was created, or use getOrCreate"),
        then: Then::Reconcile(&GET),
    };

    /// `POST user/?get_or_create=true`
    pub static GET_OR_CREATE: Operation = Operation {
        name: "getOrCreate",
        method: "POST",
        path: Path::Fixed("user/"),
        query: "&get_or_create=true",
        body: RequestBody::IdAndData,
        subject: Subject::User,
        effect: Effect::Write,
        answer: RECORD,
        hint_when_lost: None,
        then: Then::Fail,
    };

    /// `GET user/{id}/`
    pub static GET: Operation = Operation {
        name: "get",
        method: "GET",
        path: Path::WithId("user/", "/"),
        query: "",
        body: RequestBody::None,
        subject: Subject::User,
        effect: Effect::Read,
        answer: RECORD,
        hint_when_lost: None,
        then: Then::Fail,
    };

    /// `PUT user/{id}/`
    pub static UPDATE: Operation = Operation {
        name: "update",
        method: "PUT",
        path: Path::WithId("user/", "/"),
        query: "",
        body: RequestBody::Data,
        subject: Subject::User,
        effect: Effect::Write,
        answer: RECORD,
        hint_when_lost: None,
        then: Then::Fail,
    };

    /// `DELETE user/{id}/`
    pub static DELETE: Operation = Operation {
        name: "delete",
        method: "DELETE",
        path: Path::WithId("user/", "/"),
        query: "",
        body: RequestBody::None,
        subject: Subject::User,
        effect: Effect::Delete,
        answer: AnswerShape::Object,
        hint_when_lost: None,
        then: Then::Fail,
    };
}

operations! {
    /// Those that the service takes from servers alone, with a token that the app secret signs.
    OF_SERVERS:

    /// `POST users/`
    pub static ADD_USERS: Operation = Operation {
        name: "addUsers",
        method: "POST",
        path: Path::Fixed(BATCH_PATH),
        query: "",
        body: RequestBody::Text,
        subject: Subject::Users,
        effect: Effect::Write,
        answer: AnswerShape::Records("created_users", &SHAPE),
        hint_when_lost: None,
        then: Then::Fail,
    };

    /// `GET users/`
    pub static GET_USERS: Operation = Operation {
        name: "getUsers",
        method: "GET",
        path: Path::Fixed(BATCH_PATH),
        query: "",
        body: RequestBody::None,
        subject: Subject::Users,
        effect: Effect::Read,
        answer: AnswerShape::Records("users", &SHAPE),
        hint_when_lost: None,
        then: Then::Fail,
    };

    /// `DELETE users/`
    pub static DELETE_USERS: Operation = Operation {
        name: "deleteUsers",
        method: "DELETE",
        path: Path::Fixed(BATCH_PATH),
        query: "",
        body: RequestBody::None,
        subject: Subject::Users,
        effect: Effect::Write,
        answer: AnswerShape::Ids("deleted_user_ids"),
        hint_when_lost: None,
        then: Then::Fail,
    };

    /// `POST moderation/flag`
    pub static FLAG_USER: Operation = Operation {
        name: "flagUser",
        method: "POST",
        path: Path::Fixed("moderation/flag"),
        query: "",
        body: RequestBody::Text,
        subject: Subject::User,
        // The service counts the reports.
        effect: Effect::WriteOnce,
        answer: AnswerShape::Object,
        hint_when_lost: None,
        then: Then::Fail,
    };
}
