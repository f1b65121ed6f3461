//! Requests and answers as JavaScript has them, in JSON.

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::answer::HEADERS;

/// A request.
#[derive(Deserialize)]
pub struct Request {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// The path of its URL.
    pub pathname: String,
    /// What of the path is behind the API root and the version, such as `user/ada/`. `None`: it has no version.
    pub route: Option<String>,
    /// The query string, without the question mark.
    pub query: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// By which tokens are judged, in milliseconds since 1970.
    pub time: f64,
    /// The time of what it writes, in milliseconds since 1970. `None`: a second after the write before.
    #[serde(rename = "writeTime")]
    pub write_time: Option<f64>,
}

/// An answer.
#[derive(Serialize)]
pub struct Response {
    /// Its status.
    pub status: u16,
    #[serde(serialize_with = "as_object")]
    headers: Vec<(&'static str, String)>,
    /// The text of its body.
    pub body: String,
}

impl Response {
    pub(super) fn new(status: u16, body: String) -> Self {
        Response { status, headers: HEADERS.map(|(name, value)| (name, value.to_owned())).into(), body }
    }

    pub(super) fn with_header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

fn as_object<S: Serializer>(headers: &[(&'static str, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_map(Some(headers.len()))?;
    for (name, value) in headers {
        object.serialize_entry(name, value)?;
    }
    object.end()
}

/// The JSON text of what always has one.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
