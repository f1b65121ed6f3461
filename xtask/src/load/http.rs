//! A plain HTTP client on one connection: enough to call a server that is known.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result};

const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
pub struct Client {
    address: String,
    token: String,
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects.
    pub fn connect(address: &str, token: &str) -> Result<Client> {
        let stream = TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Client { address: address.into(), token: token.into(), stream: BufReader::with_capacity(1_024, stream) })
    }

    /// Calls a path, which ends with `?` or `&`, and gives the status of the answer.
    pub fn call(&mut self, method: &str, path: &str, body: &str) -> Result<u16> {
        let Client { address, token, stream } = self;
        let length = body.len();
        let request = format!(
            "{method} /api/v1.0/{path}api_key=demo-key HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.get_mut().write_all(request.as_bytes()).context("cannot send a request")?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).context("cannot read an answer")? == 0 {
                anyhow::bail!("the server closed the connection");
            }
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status in an answer")?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
        stream.read_exact(&mut body).context("cannot read an answer")?;
        Ok(status)
    }
}
