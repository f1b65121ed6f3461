//! Faults switched while the server runs, so that who looks at the console sees calls being tried again: `/_faults`.
//!
//! There is no token for it, so it is only there where everything is published anyway: in the demo, which listens on loopback
//! addresses alone. And only for programs and pages of this machine: any site could otherwise have its visitors' browsers ask.
//! It is not in the description of the server: a test that calls all that is described would switch them on.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::routing::get;

use crate::answer::Answer;
use crate::error::ApiError;
use crate::faults::{Described, Faults, Injector};
use crate::query::Query;

pub(crate) fn routes(injector: Injector) -> Router {
    Router::new().route("/_faults", get(read).put(switch)).with_state(injector)
}

/// What happens to requests now.
async fn read(State(injector): State<Injector>, headers: HeaderMap) -> Result<Answer<Described>, ApiError> {
    refuse_others(&headers)?;
    Ok(Answer(StatusCode::OK, injector.faults().described()))
}

/// `PUT /_faults?spec=rate=0.2,kinds=503,reset`: what `--faults` takes.
async fn switch(State(injector): State<Injector>, headers: HeaderMap, uri: Uri) -> Result<Answer<Described>, ApiError> {
    refuse_others(&headers)?;
    let query = Query::of(&uri);
    let spec = query.get("spec").unwrap_or_default();
    let faults = Faults::parse(spec).map_err(|problem| ApiError::input("spec", problem))?;
    injector.switch(&faults);
    tracing::info!(%faults, "switched");
    Ok(Answer(StatusCode::OK, faults.described()))
}

/// A name that leads here may be anybody's, and a page may be from anywhere: both have to be of this machine.
fn refuse_others(headers: &HeaderMap) -> Result<(), ApiError> {
    let of = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let origin = of(header::ORIGIN).map(|origin| origin.split_once("://").map_or("", |(_, host)| host));
    match [of(header::HOST), origin].into_iter().flatten().all(is_loopback) {
        true => Ok(()),
        false => Err(ApiError::not_allowed("faults are switched from this machine only")),
    }
}

/// Whether `host`, with or without a port, is of this machine whoever resolves it.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost" || name == "[::1]" || name.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts() {
        for host in ["localhost", "localhost:8000", "127.0.0.1:8000", "127.1.2.3", "[::1]", "[::1]:8000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "example.com", "localhost.example.com:8000", "127.0.0.1.example.com", "10.0.0.1", "[::2]:1", "null"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
