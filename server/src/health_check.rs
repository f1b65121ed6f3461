//! `user-handle-server health`: whether the server on this machine is well, for images that hold no other program to ask.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long each step may take; the answer comes within a second.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that is read: what listens there may be another program.
const MAX_ANSWER_BYTES: u64 = 65_536;

/// Asks the server that listens there, and returns what it says of itself.
///
/// # Errors
/// It cannot be reached, or users cannot be read and written.
pub fn ask(listen: SocketAddr) -> Result<String, String> {
    let address = reachable(listen);
    let answer = get(address).map_err(|error| format!("cannot ask the server on {address}: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.starts_with("HTTP/1.1 200 ") { Ok(body.to_owned()) } else { Err(format!("the server is not well: {body}")) }
}

fn get(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(MAX_ANSWER_BYTES).read_to_string(&mut answer)?;
    Ok(answer)
}

/// A server that listens on all addresses is on the loopback address too.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen {
        SocketAddr::V4(address) if address.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(address) if address.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        _ => listen.ip(),
    };
    SocketAddr::new(ip, listen.port())
}
