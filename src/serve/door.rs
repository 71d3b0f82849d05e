//! The door: who is let in, under which names the server answers, and what each answer forbids a
//! browser.

use std::net::{IpAddr, SocketAddr};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;

/// Pages load nothing but the style sheet, the script and photos of this server, and connect to
/// nothing else.
pub(super) const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What came from a paper stands in a frame of its own origin, which may reach nothing.
pub(super) const CAPTURE_POLICY: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/// Who may read, and how this server is called.
#[derive(Debug)]
pub(super) struct Door {
    address: SocketAddr,
    password: Option<Password>,
}

/// The password of all readers.
#[derive(Clone)]
pub(crate) struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// A password, without the end of its line; `None` for one that is shorter than 12 letters.
    pub(crate) fn of_file(text: &str) -> Option<Self> {
        // Some editors begin a file with a byte-order mark.
        let text = text.trim_start_matches('\u{feff}');
        let password = text.lines().next().unwrap_or_default().trim_end();
        (password.chars().count() >= 12).then(|| Self(password.to_owned()))
    }

    /// Compares in a time that does not tell how much of it is right.
    fn is(&self, given: &[u8]) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), given).is_ok()
    }
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It asks for another host: a page of another origin may have led a browser here (DNS
    /// rebinding).
    OtherHost,
    NoPassword,
}

impl Door {
    pub(super) fn at(address: SocketAddr, password: Option<Password>) -> Self {
        Self { address, password }
    }

    /// Tells whether it is the archive's own user who reads. A server with a password is read by
    /// others, also where a proxy of this machine stands before it.
    pub(super) fn is_private(&self) -> bool {
        self.password.is_none()
    }

    /// Looks whether a request is let in.
    pub(super) fn refusal(&self, headers: &HeaderMap) -> Option<Refusal> {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        if !host.is_some_and(|host| self.is_own(host)) {
            return Some(Refusal::OtherHost);
        }
        match &self.password {
            Some(password) if !has_password(headers, password) => Some(Refusal::NoPassword),
            Some(_) | None => None,
        }
    }

    /// Tells whether a `Host` names this server: by the address, or `localhost`. A server with a
    /// password may be called by any name: no page of another origin knows the password.
    fn is_own(&self, host: &str) -> bool {
        if !self.is_private() {
            return true;
        }
        let named = format!("localhost:{}", self.address.port());
        if host.eq_ignore_ascii_case(&named) {
            return true;
        }
        match host.parse::<SocketAddr>() {
            Ok(host) => host.port() == self.address.port() && host.ip().is_loopback(),
            // Browsers leave the usual port out.
            Err(_) => self.address.port() == 80 && is_loopback_name(host),
        }
    }
}

fn is_loopback_name(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Tells whether a request has the password (RFC 7617). Any user name will do.
fn has_password(headers: &HeaderMap, password: &Password) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .map(HeaderValue::as_bytes);
    let Some((scheme, encoded)) = given.and_then(|given| given.split_at_checked(6)) else {
        return false;
    };
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return false;
    }
    let Ok(pair) = BASE64.decode(encoded.trim_ascii()) else {
        return false;
    };
    let colon = pair.iter().position(|byte| *byte == b':');
    colon.is_some_and(|colon| password.is(&pair[colon + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, password: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(given) = password {
            headers.insert(header::AUTHORIZATION, given.parse().unwrap());
        }
        headers
    }

    #[test]
    fn loopback_answers_to_its_own_names_alone() {
        let door = Door::at("127.0.0.1:8780".parse().unwrap(), None);
        for host in [
            "127.0.0.1:8780",
            "localhost:8780",
            "LocalHost:8780",
            "[::1]:8780",
        ] {
            assert_eq!(door.refusal(&headers(host, None)), None, "{host}");
        }
        for host in [
            "evil.example:8780",
            "127.0.0.1",
            "127.0.0.1:8781",
            "localhost.evil.example:8780",
            "10.0.0.1:8780",
            "",
        ] {
            let refused = Some(Refusal::OtherHost);
            assert_eq!(door.refusal(&headers(host, None)), refused, "{host}");
        }
        assert_eq!(door.refusal(&HeaderMap::new()), Some(Refusal::OtherHost));
    }

    #[test]
    fn a_password_is_wanted_whole_and_by_its_scheme() {
        let password = Password::of_file("작은-책방의-열쇠-12\n").unwrap();
        let door = Door::at("0.0.0.0:8780".parse().unwrap(), Some(password));
        // printf 'reader:작은-책방의-열쇠-12' | base64
        let right = "Basic cmVhZGVyOuyekeydgC3ssYXrsKnsnZgt7Je07IegLTEy";
        assert_eq!(door.refusal(&headers("archive.example", Some(right))), None);
        for wrong in [
            "Basic cmVhZGVyOuyekeydgC3ssYXrsKnsnZgt7Je07IegLTE=",
            "Basic cmVhZGVyOg==",
            "Basic ????",
            "Basic",
            "Bearer cmVhZGVyOuyekeydgC3ssYXrsKnsnZgt7Je07IegLTEy",
        ] {
            let refused = Some(Refusal::NoPassword);
            let found = door.refusal(&headers("archive.example", Some(wrong)));
            assert_eq!(found, refused, "{wrong}");
        }
        assert!(Password::of_file("short\n").is_none());
        assert!(!format!("{door:?}").contains("책방"));
    }
}
