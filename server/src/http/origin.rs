//! Where a request comes from: a page of this machine, a page of another origin, or a program that is no browser.
//!
//! A browser sends the requests of every website that its user visits, also to loopback addresses. `Origin` and
//! `Sec-Fetch-Site` tell from which page, and no page can change them. Where a website has its own host name resolve to a
//! loopback address, both say that the page is the server's own; then `Host` tells.

use axum::http::{HeaderMap, header};

/// Whether the request is from a page of this machine or from no page, and named the server by a loopback address.
pub(crate) fn is_this_machine(headers: &HeaderMap) -> bool {
    value(headers, header::HOST.as_str()).is_none_or(is_loopback) && is_own_page(headers)
}

/// Whether the request is from a page of this machine, from a page of this server, or from no page.
pub(crate) fn is_own_page(headers: &HeaderMap) -> bool {
    match value(headers, header::ORIGIN.as_str()) {
        Some(origin) => {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            is_loopback(host)
                || (!host.is_empty()
                    && value(headers, header::HOST.as_str()).is_some_and(|own| own.eq_ignore_ascii_case(host)))
        }
        // A page cannot read where its links lead.
        None => {
            value(headers, "sec-fetch-site") != Some("cross-site")
                || value(headers, "sec-fetch-mode") == Some("navigate")
        }
    }
}

/// The value of a header. One that is no text is like none that is known.
fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Whether `host`, with or without a port and in capitals or not, always means this machine, whatever the name resolution says.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost")
        || name == "[::1]"
        || name.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts() {
        for host in
            ["localhost", "LocalHost:9101", "localhost:8000", "127.0.0.1:8000", "127.1.2.3", "[::1]", "[::1]:8000"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "example.com", "localhost.example.com:8000", "127.0.0.1.example.com", "10.0.0.1", "[::2]:1", "null"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    fn headers(of: &[(&'static str, &str)]) -> HeaderMap {
        of.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn pages_of_this_machine_and_programs_are_told_from_other_pages() {
        let here = ("host", "127.0.0.1:8000");
        for own in [
            vec![],
            vec![here],
            vec![here, ("origin", "http://localhost:5173"), ("sec-fetch-site", "cross-site")],
            vec![here, ("origin", "https://[::1]:1")],
            vec![("host", "LocalHost:9101"), ("origin", "http://LOCALHOST:3000")],
            vec![here, ("sec-fetch-site", "same-origin")],
            vec![here, ("sec-fetch-site", "same-site")],
            vec![here, ("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")],
            vec![here, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
        ] {
            assert!(is_this_machine(&headers(&own)), "{own:?}");
        }
        for other in [
            vec![here, ("origin", "https://example.com")],
            vec![here, ("origin", "http://localhost.example.com")],
            vec![here, ("origin", "null")],
            vec![here, ("origin", "")],
            vec![here, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
        ] {
            assert!(!is_this_machine(&headers(&other)) && !is_own_page(&headers(&other)), "{other:?}");
        }
        for origin in ["http://example.com:8000", "http://Example.com:8000"] {
            let renamed = headers(&[("host", "example.com:8000"), ("origin", origin)]);
            assert!(!is_this_machine(&renamed) && is_own_page(&renamed), "a page of this server, under its name");
        }
    }
}
