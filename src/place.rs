//! Where the API is. The npm package has the same rules in `pkg/src/options.js`: JavaScript has URLs and regular
//! expressions, and there the rules cost the download less.

use alloc::string::String;

use crate::error::{Code, Error};
use crate::options::DEFAULT_BASE_URL;
use crate::validate::concat;

/// Where the API is: at a URL, or else at a location, or else at the service's own place.
#[derive(Default)]
pub(crate) struct Place {
    /// The URL, and what error texts call it.
    pub url: Option<(&'static str, String)>,
    pub location: Option<String>,
}

impl Place {
    /// The API root, with its final slash.
    ///
    /// # Errors
    /// `invalid_option` for what is not an absolute http or https URL, for plain http to anything but this machine, and
    /// for a location that is not a host label.
    pub fn base_url(&self) -> Result<String, Error> {
        if let Some((name, url)) = &self.url {
            return check_base_url(name, url);
        }
        let Some(location) = &self.location else {
            return Ok(DEFAULT_BASE_URL.into());
        };
        if location.is_empty() || !location.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(refused(&["option location must be a region label of letters, digits and -"]));
        }
        Ok(concat(["https://", location, "-api.stream-io-api.com/api/"]))
    }
}

fn refused(text: &[&str]) -> Error {
    Error::input(Code::InvalidOption, text)
}

/// Checks the API version.
///
/// # Errors
/// `invalid_option` for what is not one segment of a path: `..` would lead elsewhere.
pub(crate) fn check_version(version: &str) -> Result<(), Error> {
    let is_segment = version.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if is_segment && !["", ".", ".."].contains(&version) {
        return Ok(());
    }
    Err(refused(&["option version must be one path segment, such as v1.0"]))
}

/// "Bad port" of the Fetch standard: those of other protocols, which no `fetch` connects to.
#[rustfmt::skip]
const BLOCKED_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540,
    548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
    6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

fn check_base_url(name: &str, url: &str) -> Result<String, Error> {
    let secure = url.strip_prefix("https://");
    let Some(rest) = secure.or_else(|| url.strip_prefix("http://")) else {
        return Err(refused(&[name, " must be an absolute URL that starts with https:// or http://"]));
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let rule = if url.bytes().any(|b| b <= b' ' || matches!(b, b'?' | b'#' | b'@' | b'\\')) {
        " must be a URL without credentials, query, fragment or spaces"
    } else if authority.is_empty() {
        " must name a host"
    } else if secure.is_none() && !is_loopback(authority) {
        " must start with https:// unless its host is this machine"
    } else if let Some(port) = blocked_port(authority) {
        return Err(refused(&[name, " must not name port ", port, ", which fetch refuses"]));
    } else {
        return Ok(concat([url, if url.ends_with('/') { "" } else { "/" }]));
    };
    Err(refused(&[name, rule]))
}

fn blocked_port(authority: &str) -> Option<&str> {
    let (_, port) = authority.rsplit_once(':')?;
    port.parse().is_ok_and(|port| BLOCKED_PORTS.contains(&port)).then_some(port)
}

/// `127.1` is 127.0.0.1 too; what a URL takes for an address has a last part of digits.
fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    let is_address = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    host == "localhost" || host == "[::1]" || host.ends_with(".localhost") || (is_address && host.starts_with("127."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn place(base_url: &str) -> Result<String, String> {
        let place = Place { url: Some(("baseUrl", base_url.into())), ..Place::default() };
        place.base_url().map_err(|error| error.to_string())
    }

    #[test]
    fn a_url_goes_before_a_location() {
        let mut place = Place::default();
        assert_eq!(place.base_url().unwrap(), DEFAULT_BASE_URL);
        place.location = Some("dublin".into());
        assert_eq!(place.base_url().unwrap(), "https://dublin-api.stream-io-api.com/api/");
        place.url = Some(("baseUrl", "https://base.example/api/".into()));
        assert_eq!(place.base_url().unwrap(), "https://base.example/api/");
    }

    #[test]
    fn a_missing_final_slash_is_added() {
        assert_eq!(place("https://example.com/api").unwrap(), "https://example.com/api/");
        assert_eq!(place("https://example.com").unwrap(), "https://example.com/");
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
            assert!(place(loopback).is_ok(), "{loopback}");
        }
        for remote in [
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://[::2]/",
            "http://127.evil/",
            "http://notlocalhost/",
        ] {
            assert_eq!(place(remote).unwrap_err(), "baseUrl must start with https:// unless its host is this machine");
        }
    }

    #[test]
    fn a_port_that_fetch_connects_to() {
        assert!(place("http://localhost:8000/").is_ok());
        assert!(place("http://[::1]:8000/").is_ok());
        let refused = place("http://localhost:6000/api/").unwrap_err();
        assert_eq!(refused, "baseUrl must not name port 6000, which fetch refuses");
        assert!(place("https://[::1]:10080/").is_err());
    }

    #[test]
    fn what_is_not_a_plain_url_is_refused() {
        for (bad, text) in [
            ("example.com", "baseUrl must be an absolute URL that starts with https:// or http://"),
            ("ftp://example.com/", "baseUrl must be an absolute URL that starts with https:// or http://"),
            ("https://", "baseUrl must name a host"),
            ("https://u:p@example.com/", "baseUrl must be a URL without credentials, query, fragment or spaces"),
            ("https://example.com/?a=b", "baseUrl must be a URL without credentials, query, fragment or spaces"),
            ("https://exa mple.com/", "baseUrl must be a URL without credentials, query, fragment or spaces"),
        ] {
            assert_eq!(place(bad).unwrap_err(), text, "{bad}");
        }
    }

    #[test]
    fn a_location_is_a_host_label() {
        let place = Place { location: Some("evil.example/".into()), ..Place::default() };
        assert_eq!(
            place.base_url().unwrap_err().to_string(),
            "option location must be a region label of letters, digits and -"
        );
    }

    #[test]
    fn a_version_is_one_segment() {
        assert!(check_version("v1.0").is_ok());
        for bad in ["", ".", "..", "a/b", "v1?x", "é"] {
            assert_eq!(
                check_version(bad).unwrap_err().to_string(),
                "option version must be one path segment, such as v1.0"
            );
        }
    }
}
