//! The JSON that is sent.

use alloc::string::String;

use super::host::Host;
use super::operation::RequestBody;
use super::request::Request;

/// JSON that is put together of our own text and of data.
pub struct BodyWriter<H: Host> {
    written: Option<H::Text>,
    plain: String,
}

impl<H: Host> Default for BodyWriter<H> {
    fn default() -> Self {
        BodyWriter { written: None, plain: String::new() }
    }
}

impl<H: Host> BodyWriter<H> {
    /// Adds text of our own.
    pub fn plain(&mut self, text: &str) {
        self.plain.push_str(text);
    }

    /// Adds data.
    pub fn data(&mut self, text: &H::Text) {
        self.written = Some(H::append(self.written.as_ref(), &self.plain, Some(text)));
        self.plain.clear();
    }

    /// What was added.
    pub fn finish(self) -> H::Text {
        H::append(self.written.as_ref(), &self.plain, None)
    }
}

/// The body of a request.
pub(crate) fn of<H: Host>(request: &Request<H>) -> Option<H::Text> {
    let mut body = BodyWriter::<H>::default();
    match request.operation.body {
        RequestBody::None => return None,
        RequestBody::EmptyObject => return Some("{}".into()),
        RequestBody::Text => return request.text.clone(),
        RequestBody::Data => body.plain("{\"data\":"),
        RequestBody::IdAndData => {
            body.plain("{\"id\":\"");
            body.plain(&request.subject);
            body.plain("\",\"data\":");
        }
    }
    body.data(request.text.as_ref()?);
    body.plain("}");
    Some(body.finish())
}
