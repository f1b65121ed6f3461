//! Where an API may be. The rules are those of the URL standard as far as they matter here, on bytes: a parser of URLs would
//! cost the download several kilobytes.

use alloc::string::String;

use super::error::{Code, Error};
use super::text::{concat, number};

/// "Bad port" of the Fetch standard: those of other protocols, which no `fetch` connects to.
#[rustfmt::skip]
const BLOCKED_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540,
    548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
    6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// The API root, with its final slash, at a URL that error texts call `name`. With `allow_http`, plain http may go to any
/// machine: within a network of one's own.
///
/// # Errors
/// `invalid_option` for what is not an absolute http or https URL, for plain http to anything but this machine, and for a
/// port that no `fetch` connects to.
pub fn check(name: &str, url: &str, allow_http: bool) -> Result<String, Error> {
    match broken_rule(url, allow_http) {
        Some(Broken::Rule(rule)) => Err(refused(&[name, " must ", rule])),
        Some(Broken::Http) => {
            let error = refused(&[name, " must start with https:// unless its host is this machine"]);
            Err(error.with_hint("allowHttp: true lets plain http out, to a server in a network of your own"))
        }
        Some(Broken::Port(port)) => {
            Err(refused(&[name, " must not name port ", &number(port), ", which fetch refuses"]))
        }
        None => Ok(concat([url, if url.as_bytes().last() == Some(&b'/') { "" } else { "/" }])),
    }
}

enum Broken {
    Rule(&'static str),
    Port(usize),
    Http,
}

fn refused(text: &[&str]) -> Error {
    Error::input(Code::InvalidOption, text)
}

fn broken_rule(url: &str, allow_http: bool) -> Option<Broken> {
    let secure = url.strip_prefix("https://");
    let Some(rest) = secure.or_else(|| url.strip_prefix("http://")) else {
        return Some(Broken::Rule("be an absolute URL that starts with https:// or http://"));
    };
    let end = rest.bytes().position(|byte| byte == b'/').unwrap_or(rest.len());
    let (host, port) = host_and_port(rest.as_bytes().get(..end).unwrap_or_default());
    if url.bytes().any(|b| b <= b' ' || matches!(b, b'?' | b'#' | b'@' | b'\\')) {
        Some(Broken::Rule("be a URL without credentials, query, fragment or spaces"))
    } else if !is_host(host) || port > 65_535 {
        Some(Broken::Rule("be an absolute URL"))
    } else if secure.is_none() && !allow_http && !is_loopback(host) {
        Some(Broken::Http)
    } else if BLOCKED_PORTS.iter().any(|blocked| usize::from(*blocked) == port) {
        Some(Broken::Port(port))
    } else {
        None
    }
}

/// A host, and the port behind it; without a port, one that is not blocked.
fn host_and_port(authority: &[u8]) -> (&[u8], usize) {
    let (mut port, mut scale) = (0_usize, 1_usize);
    for (at, byte) in authority.iter().enumerate().rev() {
        match byte {
            b'0'..=b'9' => {
                port = port.saturating_add(usize::from(byte - b'0').saturating_mul(scale));
                scale = scale.saturating_mul(10);
            }
            b':' => return (authority.get(..at).unwrap_or_default(), if scale == 1 { 443 } else { port }),
            _ => break,
        }
    }
    (authority, 443)
}

/// A name, also one that is not ASCII, or an address in brackets.
fn is_host(host: &[u8]) -> bool {
    match host.strip_prefix(b"[") {
        Some(rest) => rest.strip_suffix(b"]").is_some_and(|address| {
            address.contains(&b':') && address.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
        }),
        None => {
            let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_') || !b.is_ascii();
            !host.is_empty() && host.iter().all(is_part)
        }
    }
}

/// `127.1` is 127.0.0.1 too; what a URL takes for an address has a last part of digits.
fn is_loopback(host: &[u8]) -> bool {
    let is_address = host.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    host == b"localhost"
        || host == b"[::1]"
        || host.ends_with(b".localhost")
        || (is_address && host.starts_with(b"127."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn checked(url: &str) -> Result<String, String> {
        check("baseUrl", url, false).map_err(|error| error.to_string())
    }

    #[test]
    fn a_missing_final_slash_is_added() {
        assert_eq!(checked("https://example.com/api").unwrap(), "https://example.com/api/");
        assert_eq!(checked("https://example.com").unwrap(), "https://example.com/");
        assert_eq!(checked("https://bücher.example/").unwrap(), "https://bücher.example/");
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for loopback in [
            "http://localhost/",
            "http://localhost:8000/api/",
            "http://127.0.0.1:8001/",
            "http://127.9.9.9/",
            "http://[::1]:8000/",
            "http://api.localhost/",
        ] {
            assert!(checked(loopback).is_ok(), "{loopback}");
        }
        for remote in [
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://[::2]/",
            "http://127.evil/",
            "http://notlocalhost/",
        ] {
            assert_eq!(
                checked(remote).unwrap_err(),
                "baseUrl must start with https:// unless its host is this machine"
            );
        }
    }

    #[test]
    fn a_port_that_fetch_connects_to() {
        assert!(checked("http://localhost:8000/").is_ok());
        assert!(checked("http://localhost:/").is_ok());
        assert!(checked("http://[::1]:8000/").is_ok());
        let refused = checked("http://localhost:6000/api/").unwrap_err();
        assert_eq!(refused, "baseUrl must not name port 6000, which fetch refuses");
        assert!(checked("https://[::1]:10080/").is_err());
    }

    #[test]
    fn what_is_not_a_plain_url_is_refused() {
        for (bad, text) in [
            ("example.com", "baseUrl must be an absolute URL that starts with https:// or http://"),
            ("ftp://example.com/", "baseUrl must be an absolute URL that starts with https:// or http://"),
            ("https://", "baseUrl must be an absolute URL"),
            ("https:///api/", "baseUrl must be an absolute URL"),
            ("https://[key]/", "baseUrl must be an absolute URL"),
            ("https://[::1/", "baseUrl must be an absolute URL"),
            ("https://a|b/", "baseUrl must be an absolute URL"),
            ("https://example.com:65536/", "baseUrl must be an absolute URL"),
            ("https://example.com:99999999999999999999999/", "baseUrl must be an absolute URL"),
            ("https://u:p@example.com/", "baseUrl must be a URL without credentials, query, fragment or spaces"),
            ("https://example.com/?a=b", "baseUrl must be a URL without credentials, query, fragment or spaces"),
            ("https://exa mple.com/", "baseUrl must be a URL without credentials, query, fragment or spaces"),
        ] {
            assert_eq!(checked(bad).unwrap_err(), text, "{bad}");
        }
    }
}
