//! What Klaim stores and answers, as types.

use alloc::string::String;

use serde::{Deserialize, Serialize};

/// A user as Klaim returns it. `Metadata` is the type of what the application keeps with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KlaimRecord<Metadata> {
    /// The id: the caller's own, or where none was given, the service's.
    pub user_id: String,
    /// The id that the service made. It always exists; its form tells nothing.
    pub klaim_id: String,
    /// The email address, which no other user of the app has.
    pub email: String,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Custom key-value pairs.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Credits.
    #[serde(default)]
    pub credit_balance: f64,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_at: f64,
    /// `api`, `promotion` or `member_manual`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquisition_source: Option<String>,
}

/// A user who is to be stored. What is `None` is not sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewKlaimUser<Metadata> {
    /// The email address, by the rule of `<input type=email>`, at most 254 characters.
    pub email: String,
    /// The id; without one the service makes it. A handle's calls send the handle's.
    #[serde(rename = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Custom key-value pairs: a JSON object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

impl<Metadata> NewKlaimUser<Metadata> {
    /// A user with this email address and nothing else.
    pub fn new(email: &str) -> Self {
        NewKlaimUser { email: email.into(), user_id: None, name: None, metadata: None }
    }
}

/// What is to be changed about a user. What is `None` is left as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KlaimChanges<Metadata> {
    /// The new email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The new id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The new metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

impl<Metadata> Default for KlaimChanges<Metadata> {
    fn default() -> Self {
        KlaimChanges { email: None, user_id: None, name: None, metadata: None }
    }
}

/// One page of the users.
#[derive(Deserialize)]
pub(super) struct Page<Metadata> {
    pub data: alloc::vec::Vec<KlaimRecord<Metadata>>,
}

/// What `creditBalance` answers.
#[derive(Deserialize)]
pub(super) struct Balance {
    pub credit_balance: f64,
}
