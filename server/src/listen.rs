//! Listens, and serves until it is told to stop, without losing requests that were accepted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;
use user_handle_server::{Application, KlaimKey};

use crate::connections::{self, ConnectionLimits};

/// The connections that the system queues until they are accepted. The system may have a lower limit of its own.
const BACKLOG: u32 = 4_096;

/// How long requests that are in flight when the server stops may still take.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// The listening sockets, and their URL.
pub struct Listening {
    listeners: Vec<TcpListener>,
    pub url: String,
}

/// Binds `ADDRESS:PORT`. `localhost` means both loopback addresses.
///
/// A server with a published secret or key only listens on loopback addresses, because everyone who can reach it can do
/// everything.
///
/// # Errors
/// One line for the person who started the server.
pub async fn bind(listen: &str, apps: &[Application], klaim_key: Option<&KlaimKey>) -> Result<Listening, String> {
    let (host, addresses) = addresses(listen)?;
    if let Some(open) = addresses.iter().find(|address| !address.ip().is_loopback()) {
        if let Some(app) = apps.iter().find(|app| app.has_published_secret()) {
            return Err(format!(
                "{open} is open to the network, and the secret of the app {} is published: pass --app KEY:SECRET",
                app.key
            ));
        }
        if klaim_key.is_some_and(KlaimKey::is_published) {
            return Err(format!(
                "{open} is open to the network, and the key for Klaim is published: pass --klaim-key KEY"
            ));
        }
    }
    let mut listeners: Vec<TcpListener> = Vec::new();
    for mut address in addresses {
        // Port 0 means any free port. The second address uses the port that the first one got.
        if let Some(Ok(first)) = listeners.first().map(TcpListener::local_addr) {
            address.set_port(first.port());
        }
        match listener_on(address) {
            Ok(listener) => listeners.push(listener),
            // A machine without IPv6 has only the first loopback address.
            Err(error) if !listeners.is_empty() && error.kind() == std::io::ErrorKind::AddrNotAvailable => {}
            Err(error) => return Err(format!("cannot listen on {address}: {error}; choose another with --listen")),
        }
    }
    let first = listeners.first().and_then(|listener| listener.local_addr().ok()).ok_or("cannot listen")?;
    let url = match host {
        Some(name) => format!("http://{name}:{}", first.port()),
        None => format!("http://{first}"),
    };
    Ok(Listening { listeners, url })
}

/// A listening socket with a long backlog, for bursts of connections.
fn listener_on(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // So that a port can be used again while its last connections are still closing. On Windows this option would let the
    // server take the port from another program.
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The name in the URL, if it is a name, and the addresses to listen on.
pub fn addresses(listen: &str) -> Result<(Option<&'static str>, Vec<SocketAddr>), String> {
    let wrong = || format!("--listen must be ADDRESS:PORT or localhost:PORT, but is {listen:?}");
    if let Some(port) = listen.strip_prefix("localhost:") {
        let port = port.parse().map_err(|_| wrong())?;
        let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return Ok((Some("localhost"), both.map(|address| SocketAddr::new(address, port)).to_vec()));
    }
    Ok((None, vec![listen.parse().map_err(|_| wrong())?]))
}

impl Listening {
    /// Serves until `stop` completes. Then accepts no more connections, and finishes the requests that are in flight.
    pub async fn serve(self, app: Router, stop: impl Future<Output = ()>) {
        let (stopping, stopped) = watch::channel(false);
        let limits = ConnectionLimits::of_this_process();
        let mut servers = JoinSet::new();
        for listener in self.listeners {
            servers.spawn(connections::serve(listener, app.clone(), limits.clone(), stopped.clone()));
        }
        stop.await;
        stopping.send_replace(true);
        let drained = async { while servers.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN_TIMEOUT, drained).await.is_err() {
            tracing::warn!("some requests were still under way after {DRAIN_TIMEOUT:?} and were cut off");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_both_loopback_addresses() {
        let (name, both) = addresses("localhost:8000").unwrap();
        assert_eq!(name, Some("localhost"));
        assert_eq!(both, ["127.0.0.1:8000".parse().unwrap(), "[::1]:8000".parse().unwrap()]);
        assert_eq!(addresses("[::1]:80").unwrap().1.len(), 1);
        for wrong in ["", "8000", "localhost", "localhost:x", "example.com:80", "127.0.0.1:70000"] {
            let text = format!("--listen must be ADDRESS:PORT or localhost:PORT, but is {wrong:?}");
            assert_eq!(addresses(wrong).unwrap_err(), text);
        }
    }

    #[tokio::test]
    async fn a_published_secret_stays_on_this_machine() {
        let demo = [Application::demo()];
        let own_key = KlaimKey::parse("own-key").unwrap();
        let refusal = bind("0.0.0.0:0", &demo, Some(&own_key)).await.err().unwrap();
        assert_eq!(
            refusal,
            "0.0.0.0:0 is open to the network, and the secret of the app demo-key is published: pass --app KEY:SECRET"
        );
        assert!(bind("[::]:0", &demo, Some(&own_key)).await.is_err());
        let own = [Application::parse("key:own-secret").unwrap()];
        for key in [None, Some(&own_key)] {
            assert!(bind("0.0.0.0:0", &own, key).await.is_ok());
        }
        let refusal = bind("0.0.0.0:0", &own, Some(&KlaimKey::demo())).await.err().unwrap();
        assert_eq!(
            refusal,
            "0.0.0.0:0 is open to the network, and the key for Klaim is published: pass --klaim-key KEY"
        );
        let both = [own[0].clone(), demo[0].clone()];
        assert!(bind("0.0.0.0:0", &both, Some(&own_key)).await.is_err());
        assert!(bind("localhost:0", &demo, Some(&own_key)).await.unwrap().url.starts_with("http://localhost:"));
    }
}
