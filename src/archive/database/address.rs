//! The address of a database, and the password that is for it.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::archive::database::password_file::{USUAL_PORT, password_for};
use crate::archive::store_error::StoreError;

/// Where Debian and its like have the server's socket.
const SOCKETS: &str = "/var/run/postgresql";

/// A statement takes as long as it takes, whatever the role is limited to. Said when the connection
/// is asked for: a statement that says so could itself be over the limit.
const NO_LIMITS: &str = "-c statement_timeout=0 -c lock_timeout=0 \
     -c idle_in_transaction_session_timeout=0";

/// How long a server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection may be silent before the system looks whether the server still lives.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// A database: `postgres://USER@HOST:PORT/NAME`. It has no password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresAddress {
    config: Box<Config>,
}

#[doc(hidden)]
impl PostgresAddress {
    /// Tells whether a text is meant as an address of this kind.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// Returns how to connect to each server that the address names, in its order, with the
    /// password of the environment or of the user's file for that server.
    ///
    /// # Errors
    ///
    /// Fails where the file of passwords cannot be read, or others may read it.
    pub(super) fn configs(&self) -> Result<Vec<Config>, StoreError> {
        let (hosts, numbers) = (self.config.get_hosts(), self.config.get_hostaddrs());
        let of_environment = std::env::var_os("PGPASSWORD").filter(|password| !password.is_empty());
        let servers = (0..hosts.len().max(numbers.len())).map(|n| {
            let (host, number) = (hosts.get(n), numbers.get(n));
            let ports = self.config.get_ports();
            let port = *ports.get(n).or(ports.first()).unwrap_or(&USUAL_PORT);
            let mut config = self.without_servers();
            config.port(port);
            if let Some(number) = number {
                config.hostaddr(*number);
            }
            let name = match host {
                Some(Host::Tcp(name)) => {
                    config.host(name);
                    name.clone()
                }
                Some(Host::Unix(path)) => {
                    config.host_path(path);
                    let is_usual = path == Path::new(SOCKETS);
                    if is_usual {
                        "localhost".into()
                    } else {
                        path.display().to_string()
                    }
                }
                None => number.map(ToString::to_string).unwrap_or_default(),
            };

            if let Some(password) = &of_environment {
                config.password(password.as_encoded_bytes());
            } else if let Some(password) = password_for(&name, port, &config)? {
                config.password(password);
            }
            Ok(config)
        });
        servers.collect()
    }

    /// Returns what the address says of all servers.
    fn without_servers(&self) -> Config {
        let mut config = Config::new();
        let user = self
            .config
            .get_user()
            .map(str::to_owned)
            .or_else(user_of_environment);
        if let Some(user) = &user {
            config.user(user);
        }
        if let Some(database) = self.config.get_dbname().or(user.as_deref()) {
            config.dbname(database);
        }
        let options = self.config.get_options().unwrap_or_default();
        config.options(format!("{options} {NO_LIMITS}"));
        let timeout = self.config.get_connect_timeout().copied();
        config
            .application_name("saseo")
            .connect_timeout(timeout.unwrap_or(CONNECT_TIMEOUT))
            .keepalives_idle(KEEPALIVE)
            .target_session_attrs(self.config.get_target_session_attrs())
            .channel_binding(self.config.get_channel_binding())
            .ssl_mode(if self.is_encrypted() {
                SslMode::Require
            } else {
                SslMode::Disable
            });
        config
    }

    /// Tells whether the server is asked over TLS: on another machine always, unless the address
    /// says `sslmode=disable`, and on this one where it says `sslmode=require`.
    pub(super) fn is_encrypted(&self) -> bool {
        match self.config.get_ssl_mode() {
            SslMode::Disable => false,
            SslMode::Require => true,
            SslMode::Prefer | _ => !self.is_local(),
        }
    }

    /// Tells whether each server that the address names is on this machine.
    fn is_local(&self) -> bool {
        let hosts = self.config.get_hosts().iter().all(|host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => {
                let ip = name.parse::<std::net::IpAddr>();
                name == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
            }
        });
        hosts
            && self
                .config
                .get_hostaddrs()
                .iter()
                .all(std::net::IpAddr::is_loopback)
    }
}

impl FromStr for PostgresAddress {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if has_password(text) {
            return Err(StoreError::PasswordInAddress);
        }
        let parsed = text.parse::<Config>();
        let mut config = parsed.map_err(|error| {
            use std::error::Error;
            StoreError::BadAddress {
                // What cannot be read may have secrets behind a question mark.
                text: text.split('?').next().unwrap_or_default().to_owned(),
                why: error
                    .source()
                    .map_or_else(|| error.to_string(), ToString::to_string),
            }
        })?;

        if config.get_password().is_some() {
            return Err(StoreError::PasswordInAddress);
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host_path(SOCKETS);
        }
        let config = Box::new(config);
        Ok(Self { config })
    }
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(out, "{user}@")?;
        }
        for (n, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) => write!(out, "{comma}{name}")?,
                Host::Unix(path) => write!(out, "{comma}{}", path.display())?,
            }
            if let Some(port) = self
                .config
                .get_ports()
                .get(n)
                .filter(|port| **port != USUAL_PORT)
            {
                write!(out, ":{port}")?;
            }
        }
        write!(out, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PostgresAddress({self})")
    }
}

/// Tells whether an address has a password, whatever else may be wrong in it.
fn has_password(text: &str) -> bool {
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    let user = address
        .split_once("://")
        .and_then(|(_, rest)| rest.rsplit_once('@'));
    let is_password = |pair: &str| {
        let key = pair.split('=').next().unwrap_or_default();
        key.to_lowercase().contains("pass")
    };
    user.is_some_and(|(user, _)| user.contains(':')) || query.split('&').any(is_password)
}

/// Returns the user of the environment, as libpq and its clients find it.
fn user_of_environment() -> Option<String> {
    let names = ["PGUSER", "USER", "LOGNAME"];
    let mut values = names.iter().filter_map(|name| std::env::var(name).ok());
    values.find(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> PostgresAddress {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_with_a_password_is_refused_and_never_repeated() {
        for text in [
            "postgres://desk:secret@db.example/papers",
            "postgres://desk@db.example/papers?password=secret",
            "postgres://db.example:none/papers?user=desk&password=secret",
            "postgres://db.example/papers?password=secret&sslmode=verify-full",
            "postgres://db.example/papers?passwd=secret",
            "postgres://desk:secret@db.example:none/papers",
        ] {
            let refused = text.parse::<PostgresAddress>().unwrap_err();
            assert!(
                matches!(refused, StoreError::PasswordInAddress),
                "{refused}"
            );
            assert!(!refused.to_string().contains("secret"));
        }
    }

    #[test]
    fn an_address_that_cannot_be_parsed_is_told_without_its_options() {
        let text = "postgres://desk@db.example/papers?sslmode=verify-full&token=secret";
        let refused = text.parse::<PostgresAddress>().unwrap_err().to_string();
        assert!(refused.contains("db.example/papers\""), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }

    #[test]
    fn an_address_is_told_as_it_was_written() {
        for text in [
            "postgres://desk@127.0.0.1:5433/papers",
            "postgres://db.example/papers",
        ] {
            assert_eq!(address(text).to_string(), text);
        }
        let local = address("postgres:///papers").to_string();
        assert_eq!(local, "postgres:///var/run/postgresql/papers");
    }

    #[test]
    fn another_machine_is_asked_in_the_clear_only_where_the_address_says_so() {
        for (text, is_encrypted) in [
            ("postgres://127.0.0.1/papers", false),
            ("postgres://localhost/papers", false),
            ("postgres:///papers", false),
            ("postgres://localhost/papers?sslmode=require", true),
            ("postgres://db.example/papers", true),
            ("postgres://db.example/papers?sslmode=prefer", true),
            ("postgres://127.0.0.1,db.example/papers", true),
            ("postgres:///papers?hostaddr=203.0.113.5", true),
            ("postgres://db.example/papers?sslmode=disable", false),
        ] {
            assert_eq!(address(text).is_encrypted(), is_encrypted, "{text}");
        }
    }
}
