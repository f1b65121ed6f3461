//! The URL of a PostgreSQL database, and what it says about TLS.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use deadpool_postgres::tokio_postgres::Config;
use deadpool_postgres::tokio_postgres::config::{Host, SslMode};

use super::failure::in_words;

/// How long the other side may be silent, before the connection counts as broken.
const SILENCE: Duration = Duration::from_secs(10);

/// Connections at most, of each server: PostgreSQL takes 100 in all, unless told otherwise.
const CONNECTIONS: usize = 16;

const UNESCAPED: &str = "--database: the URL has an @ that is not between password and host: write it %40, and ? %3F";

/// Which database to connect to, and how. Its text form has neither user nor password.
#[derive(Clone)]
pub struct Target {
    pub(super) config: Config,
    pub(super) certificates: Certificates,
    /// Connections at most.
    pub(super) connections: usize,
}

/// What the certificate of the database is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Certificates {
    /// Nothing: TLS is tried, and keeps out those who only listen.
    Unchecked,
    /// The authorities that this machine trusts.
    System,
    /// The authorities in this file.
    File(PathBuf),
}

impl Target {
    /// Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...`.
    ///
    /// # Errors
    /// What is wrong, without repeating any of it.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        // Part of a password, which must not get into any text.
        if query.contains('@') {
            return Err(UNESCAPED.into());
        }
        let (mut mode, mut file, mut connections) = (None, None, CONNECTIONS);
        let mut others = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => file = Some(PathBuf::from(&*value)),
                "pool_size" => {
                    let wrong =
                        || format!("--database: pool_size must be a whole number from 1 to 1000, but is {value:?}");
                    connections = value.parse().ok().filter(|size| (1..=1_000).contains(size)).ok_or_else(wrong)?;
                }
                _ => {
                    others.append_pair(&name, &value);
                }
            }
        }
        // `tokio_postgres` takes a plus sign for what it is.
        let others = others.finish().replace('+', "%20");
        let config = if others.is_empty() { address.parse() } else { format!("{address}?{others}").parse() };
        let mut config: Config = config.map_err(|error| format!("--database: {}", in_words(&error)))?;
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
        config.ssl_mode(mode).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        if config.get_application_name().is_none() {
            config.application_name("user-handle-server");
        }
        Ok(Target { config, certificates, connections })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        let ports = self.config.get_ports();
        for (number, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            // One port may stand for all hosts.
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

// By hand: the password must not get into a log.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("url", &self.to_string()).field("certificates", &self.certificates).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_tls_and_of_the_pool_are_ours() {
        let target = Target::parse("postgres://me:canary@db/users").unwrap();
        assert_eq!(
            (target.config.get_ssl_mode(), target.certificates, target.connections),
            (SslMode::Prefer, Certificates::Unchecked, 16)
        );
        let url = "postgres://me@db/users?sslmode=verify-full&sslrootcert=/ca.pem&pool_size=4&application_name=a%20b";
        let target = Target::parse(url).unwrap();
        assert_eq!(target.config.get_ssl_mode(), SslMode::Require);
        assert_eq!((target.certificates, target.connections), (Certificates::File("/ca.pem".into()), 4));
        assert_eq!(target.config.get_application_name(), Some("a b"));
        assert_eq!(Target::parse("postgres://db/?sslmode=require").unwrap().certificates, Certificates::System);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (url, text) in [
            (
                "postgres://me:canary@db/users?sslmode=maybe",
                "--database: sslmode must be disable, prefer, require or verify-full, but is \"maybe\"",
            ),
            (
                "postgres://me:canary@db/users?pool_size=0",
                "--database: pool_size must be a whole number from 1 to 1000, but is \"0\"",
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
            assert_eq!(Target::parse(url).unwrap_err(), text);
        }
        let shown = format!("{:?}", Target::parse("postgres://me:canary@a:1,b/users").unwrap());
        assert_eq!(shown, "Target { url: \"postgres://a:1,b:5432/users\", certificates: Unchecked }");
    }
}
