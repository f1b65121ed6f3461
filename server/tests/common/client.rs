//! A minimal HTTP client that keeps one connection open, so that a test knows exactly what was sent and received.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use user_handle_server::Application;

use super::PATIENCE;

/// Calls one server with the demo's server token.
pub struct Client {
    address: String,
    token: String,
    stream: Option<BufReader<TcpStream>>,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl Client {
    pub fn new(address: &str) -> Self {
        Client { address: address.into(), token: Application::demo().token(None).unwrap(), stream: None }
    }

    /// Sends a request to a path under `/api/v1.0/`. An error means that the server may have carried it out, or not.
    pub fn call(&mut self, method: &str, path: &str, body: &str) -> io::Result<Reply> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let target = format!("/api/v1.0/{path}{mark}api_key=demo-key");
        let reply = self.exchange(method, &target, body);
        if reply.is_err() {
            self.stream = None;
        }
        reply
    }

    /// Sends a `GET` to a path of any service.
    pub fn get(&mut self, path: &str) -> io::Result<Reply> {
        self.exchange("GET", path, "")
    }

    /// Sends a request to a path under `/klaim/`, with the key of the demo.
    pub fn klaim(&mut self, method: &str, path: &str) -> io::Result<Reply> {
        self.token = "Bearer demo-klaim-key".into();
        self.exchange(method, &format!("/klaim/{path}"), "")
    }

    /// Sends a request to a path under `/api/v1.0/`, and does not wait for the response.
    pub fn begin(&mut self, method: &str, path: &str, body: &str) -> io::Result<()> {
        self.send(method, &format!("/api/v1.0/{path}?api_key=demo-key"), body).map(drop)
    }

    fn exchange(&mut self, method: &str, target: &str, body: &str) -> io::Result<Reply> {
        let stream = self.send(method, target, body)?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        let mut reply = Reply { status, head, body: String::new() };
        let length = reply.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        reply.body = String::from_utf8(body).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(reply)
    }

    fn send(&mut self, method: &str, target: &str, body: &str) -> io::Result<&mut BufReader<TcpStream>> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(&self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                none.insert(BufReader::new(stream))
            }
        };
        let (address, token, length) = (&self.address, &self.token, body.len());
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.get_mut().write_all(request.as_bytes())?;
        Ok(stream)
    }
}
