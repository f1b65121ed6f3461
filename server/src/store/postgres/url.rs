//! The URL of a PostgreSQL database, with its parameters for TLS and for the pool.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::error::describe;

/// How long a connection may be idle before the system asks whether the other end is there, and how long sent data may
/// stay unacknowledged before the connection counts as broken.
const SILENCE: Duration = Duration::from_secs(5);

/// The wait for an answer to such a question, and between two of them.
const PROBE_INTERVAL: Duration = Duration::from_secs(2);

/// How many such questions may stay without an answer.
const PROBES: u32 = 2;

/// The most connections of one server, unless the URL says otherwise. By default PostgreSQL accepts 100 from all clients.
const POOL_SIZE: usize = 16;

/// The error for a URL whose password is not percent-encoded.
const UNESCAPED: &str = "--database: the URL has an @ that is not between password and host: write it %40, and ? %3F";

/// Which database to connect to, and how. Its text form contains neither user nor password.
#[derive(Clone)]
pub struct DatabaseUrl {
    pub(super) config: Config,
    pub(super) certificates: Certificates,
    /// The most connections at once. At least two: one that reads and one that writes.
    pub(super) pool_size: usize,
}

/// How the certificate of the database is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Certificates {
    /// Not at all: the connection is encrypted if the database supports TLS, but its identity is not checked.
    Unchecked,
    /// With the certificate authorities that this machine trusts.
    System,
    /// With the certificate authorities in this file.
    File(PathBuf),
}

impl DatabaseUrl {
    /// Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...`.
    ///
    /// # Errors
    /// What is wrong, without repeating any part of the URL that may be secret.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        // The query then starts inside the password, which must not be repeated in any message.
        if query.contains('@') {
            return Err(UNESCAPED.into());
        }
        let (mut mode, mut file, mut pool_size) = (None, None, POOL_SIZE);
        let mut others = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => file = Some(PathBuf::from(&*value)),
                "pool_size" => {
                    let wrong =
                        || format!("--database: pool_size must be a whole number from 2 to 1000, but is {value:?}");
                    pool_size = value.parse().ok().filter(|size| (2..=1_000).contains(size)).ok_or_else(wrong)?;
                }
                _ => {
                    others.append_pair(&name, &value);
                }
            }
        }
        // `tokio_postgres` does not decode a plus sign to a space.
        let others = others.finish().replace('+', "%20");
        let config = if others.is_empty() { address.parse() } else { format!("{address}?{others}").parse() };
        let mut config: Config = config.map_err(|error| format!("--database: {}", describe(&error)))?;
        if config.get_hosts().is_empty() {
            return Err("--database: the URL names no host".into());
        }
        if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err(UNESCAPED.into());
        }
        let checked = file.map_or(Certificates::System, Certificates::File);
        let (mode, certificates) = match mode.as_deref() {
            Some("disable") => (SslMode::Disable, Certificates::Unchecked),
            None | Some("prefer") => (SslMode::Prefer, Certificates::Unchecked),
            Some("require" | "verify-full") => (SslMode::Require, checked),
            Some(other) => {
                let rule = "sslmode must be disable, prefer, require or verify-full";
                return Err(format!("--database: {rule}, but is {other:?}"));
            }
        };
        config.ssl_mode(mode).tcp_user_timeout(SILENCE);
        config.keepalives_idle(SILENCE).keepalives_interval(PROBE_INTERVAL).keepalives_retries(PROBES);
        if config.get_application_name().is_none() {
            config.application_name("user-handle-server");
        }
        Ok(DatabaseUrl { config, certificates, pool_size })
    }

    /// The configuration of a connection to each of the hosts, in the order of the URL.
    pub(super) fn hosts(&self) -> Vec<Config> {
        let whole = &self.config;
        let one = |(number, host): (usize, &Host)| {
            let mut config = Config::new();
            match host {
                Host::Tcp(name) => config.host(name),
                #[cfg(unix)]
                Host::Unix(path) => config.host_path(path),
            };
            whole.get_ports().get(number).map(|port| config.port(*port));
            whole.get_hostaddrs().get(number).map(|address| config.hostaddr(*address));
            whole.get_user().map(|user| config.user(user));
            whole.get_password().map(|password| config.password(password));
            whole.get_dbname().map(|name| config.dbname(name));
            whole.get_options().map(|options| config.options(options));
            whole.get_application_name().map(|name| config.application_name(name));
            whole.get_connect_timeout().map(|limit| config.connect_timeout(*limit));
            whole.get_tcp_user_timeout().map(|limit| config.tcp_user_timeout(*limit));
            whole.get_keepalives_interval().map(|interval| config.keepalives_interval(interval));
            whole.get_keepalives_retries().map(|probes| config.keepalives_retries(probes));
            config.keepalives(whole.get_keepalives()).keepalives_idle(whole.get_keepalives_idle());
            config.ssl_mode(whole.get_ssl_mode()).ssl_negotiation(whole.get_ssl_negotiation());
            config.target_session_attrs(whole.get_target_session_attrs());
            config.channel_binding(whole.get_channel_binding());
            config.load_balance_hosts(whole.get_load_balance_hosts());
            config
        };
        whole.get_hosts().iter().enumerate().map(one).collect()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        let ports = self.config.get_ports();
        for (number, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            // A single port applies to all hosts.
            let port = ports.get(number).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}:{port}", path.display())?,
            }
        }
        self.config.get_dbname().map_or(Ok(()), |name| write!(f, "/{name}"))
    }
}

// Written by hand, so that the password is not printed.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseUrl").field("url", &self.to_string()).field("certificates", &self.certificates).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_tls_and_of_the_pool_are_read_here() {
        let target = DatabaseUrl::parse("postgres://me:canary@db/users").unwrap();
        assert_eq!(
            (target.config.get_ssl_mode(), target.certificates, target.pool_size),
            (SslMode::Prefer, Certificates::Unchecked, 16)
        );
        let url = "postgres://me@db/users?sslmode=verify-full&sslrootcert=/ca.pem&pool_size=4&application_name=a%20b";
        let target = DatabaseUrl::parse(url).unwrap();
        assert_eq!(target.config.get_ssl_mode(), SslMode::Require);
        assert_eq!((target.certificates, target.pool_size), (Certificates::File("/ca.pem".into()), 4));
        assert_eq!(target.config.get_application_name(), Some("a b"));
        assert_eq!(DatabaseUrl::parse("postgres://db/?sslmode=require").unwrap().certificates, Certificates::System);
    }

    #[test]
    fn each_host_is_configured_like_the_whole() {
        let one = "target_session_attrs=read-write&options=-cgeqo%3Doff&connect_timeout=3&channel_binding=require";
        let whole = DatabaseUrl::parse(&format!("postgres://me:canary@a:1,b:2/users?{one}")).unwrap();
        let alone = |host| DatabaseUrl::parse(&format!("postgres://me:canary@{host}/users?{one}")).unwrap().config;
        assert_eq!(whole.hosts(), [alone("a:1"), alone("b:2")]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (url, text) in [
            (
                "postgres://me:canary@db/users?sslmode=maybe",
                "--database: sslmode must be disable, prefer, require or verify-full, but is \"maybe\"",
            ),
            (
                "postgres://me:canary@db/users?pool_size=1",
                "--database: pool_size must be a whole number from 2 to 1000, but is \"1\"",
            ),
            ("postgres://me:can?ary@db/users", UNESCAPED),
            ("postgres://me:can@ary@db/users", UNESCAPED),
            ("postgres://", "--database: the URL names no host"),
            (
                "postgres://me:canary@db:x/users",
                "--database: invalid connection string: invalid value for option `port`",
            ),
            ("postgres://me:canary@db/users?none=1", "--database: invalid connection string: unknown option `none`"),
        ] {
            assert_eq!(DatabaseUrl::parse(url).unwrap_err(), text);
        }
        let shown = format!("{:?}", DatabaseUrl::parse("postgres://me:canary@a:1,b/users").unwrap());
        assert_eq!(shown, "DatabaseUrl { url: \"postgres://a:1,b:5432/users\", certificates: Unchecked }");
    }
}
