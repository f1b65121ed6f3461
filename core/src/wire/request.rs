//! One request before it is authorised and sent.

use alloc::string::String;
use alloc::vec::Vec;

use super::host::Host;
use super::operation::{Operation, Subject};
use crate::rules::text::concat;

/// How a query begins that lists ids.
pub const LISTED_IDS: &str = "&ids=";

/// What is asked, of whom, and with what.
pub struct Request<H: Host> {
    /// What is asked.
    pub operation: &'static Operation,
    /// The id of the user whom it concerns; of a batch, the number of its members. Empty where there is none.
    pub subject: String,
    /// Behind the parameters of every request and the operation's own query.
    pub query: String,
    /// The user's data, or the whole body: what [`Operation::body`] makes of it. That of a batch may be bytes of UTF-8 in
    /// JavaScript: it is only passed on.
    pub text: Option<H::Text>,
    /// The hashes of the ids that it writes to: writes with one in common go one after the other.
    pub write_keys: Vec<u32>,
    /// See [`super::operation::Then::Reconcile`].
    pub reconcile: bool,
    /// Nobody reads what the service says of each user, only whether it was done.
    pub discards_list: bool,
    /// Equal reads in flight may share it.
    pub is_shared: bool,
}

impl<H: Host> Request<H> {
    /// Of a user, or of nobody in particular.
    pub fn new(operation: &'static Operation, subject: &str) -> Self {
        let is_ordered = operation.writes() && operation.subject == Subject::User && !subject.is_empty();
        Request {
            operation,
            subject: concat([subject]),
            query: String::new(),
            text: None,
            write_keys: if is_ordered { Vec::from([id_hash(subject)]) } else { Vec::new() },
            reconcile: false,
            discards_list: false,
            is_shared: false,
        }
    }

    /// With the user's data, or the whole body.
    #[must_use]
    pub fn with_text(mut self, text: H::Text) -> Self {
        self.text = Some(text);
        self
    }

    /// The ids that it lists in its query, with commas between; empty where it lists none.
    pub(crate) fn listed_ids(&self) -> &str {
        self.query.strip_prefix(LISTED_IDS).unwrap_or_default()
    }

    /// What it does and to whom, for error texts.
    pub(crate) fn title(&self) -> String {
        self.operation.title(&self.subject)
    }
}

/// A number of 30 bits for an id (FNV-1a). Where two ids share one, as one pair in a billion does, one write waits for the
/// other without need.
pub fn id_hash(id: &str) -> u32 {
    id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) >> 2
}
