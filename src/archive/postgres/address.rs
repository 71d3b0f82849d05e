//! The address of a database, and the password that is for it.

use std::fmt;
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::archive::error::ArchiveError;
use crate::archive::postgres::password_file::{USUAL_PORT, password_for};
use crate::archive::store_error::StoreError;

/// Where Debian and its like have the server's socket.
const SOCKETS: &str = "/var/run/postgresql";

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

    /// Returns how to connect, with the password of the environment or of the user's file.
    ///
    /// # Errors
    ///
    /// Fails where the file of passwords cannot be read.
    pub(super) fn config(&self) -> Result<Config, ArchiveError> {
        let mut config = Config::clone(&self.config);
        config
            .application_name("saseo")
            .ssl_mode(if self.is_encrypted() {
                SslMode::Require
            } else {
                SslMode::Disable
            });

        if let Some(password) = std::env::var_os("PGPASSWORD") {
            config.password(password.into_encoded_bytes());
        } else if let Some(password) = password_for(&self.config)? {
            config.password(password);
        }
        Ok(config)
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
        let parsed = text.parse::<Config>();
        let mut config = parsed.map_err(|error| {
            use std::error::Error;
            StoreError::BadAddress {
                text: without_user(text),
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

/// Returns an address without what stands before its host: what cannot be parsed may have a
/// password there.
fn without_user(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (_, Some((_, host))) => format!("…@{host}"),
        (_, None) => text.to_owned(),
    }
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
    fn an_address_that_cannot_be_parsed_is_told_without_what_may_be_a_password() {
        let text = "postgres://desk:secret@db.example:none/papers";
        let refused = text.parse::<PostgresAddress>().unwrap_err().to_string();
        assert!(refused.contains("db.example"), "{refused}");
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
