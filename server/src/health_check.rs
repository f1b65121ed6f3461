//! `user-handle-server health`: whether the server on this machine is well, for images that hold no other program to ask.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long each step may take; the answer comes within a second.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that is read: what listens there may be another program.
const MAX_ANSWER_BYTES: u64 = 65_536;

/// Asks the server that listens there, and returns what it says of itself.
///
/// # Errors
/// It cannot be reached, users cannot be read and written, or another program listens there.
pub fn ask(listen: SocketAddr) -> Result<String, String> {
    ask_within(PATIENCE, listen)
}

fn ask_within(patience: Duration, listen: SocketAddr) -> Result<String, String> {
    let address = reachable(listen);
    let reason = |error: std::io::Error| match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => format!("no answer within {} s", patience.as_secs_f64()),
        _ => error.to_string(),
    };
    let answer = get(patience, address);
    let answer = answer.map_err(|error| format!("cannot ask the server on {address}: {}", reason(error)))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match (is_health(body), head.starts_with("HTTP/1.1 200 ")) {
        (false, _) => Err(format!("what listens on {address} is no user-handle-server")),
        (true, true) => Ok(body.to_owned()),
        (true, false) => Err(format!("the server is not well: {body}")),
    }
}

/// Whether this is what a server says at `/health`.
fn is_health(body: &str) -> bool {
    let health: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    ["status", "reads", "writes", "version"]
        .iter()
        .all(|field| health.get(field).is_some_and(|value| value.is_string()))
}

fn get(patience: Duration, address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_page_of_another_program_is_no_health() {
        for answer in [
            "HTTP/1.1 200 OK\r\n\r\n<h1>Welcome to nginx!</h1>",
            "HTTP/1.1 503 No\r\n\r\n{\"status\":\"ok\"}",
            "\u{fffd}",
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let other = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let (mut request, mut byte) = (Vec::new(), [0]);
                while !request.ends_with(b"\r\n\r\n") {
                    stream.read_exact(&mut byte).unwrap();
                    request.extend(byte);
                }
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(ask(address), Err(format!("what listens on {address} is no user-handle-server")), "{answer}");
            other.join().unwrap();
        }
    }

    #[test]
    fn a_program_that_stays_silent_is_said_to_give_no_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let said = ask_within(Duration::from_millis(100), address);
        assert_eq!(said, Err(format!("cannot ask the server on {address}: no answer within 0.1 s")));
        assert_eq!(PATIENCE.as_secs_f64().to_string(), "5");
    }
}
