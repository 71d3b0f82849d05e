//! `saseo.toml`: who asks, how fast in all, and the limits of one answer.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::config::units::{Bytes, Rate, Span};
use crate::page_url::PageUrl;

/// Everything in `saseo.toml`; what is left out has the shipped value.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub identity: Identity,
    pub pace: Ceilings,
    pub limits: Limits,
    pub archive: Keeping,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// The product token that robots.txt names.
    pub agent: String,
    /// A mail address or a URL where the crawler's owner is reached; empty means nobody said.
    pub contact: String,
}

/// The ceilings above the hosts' own gaps.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ceilings {
    pub server_rate: Rate,
    pub total_rate: Rate,
}

/// What one answer may cost.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a decoded body; the rest is not read.
    pub body: Bytes,
    pub connect: Span,
    pub answer: Span,
    pub redirects: u32,
    /// Crawls stop, and schedules pause, where the archive's disk has less room.
    pub free_disk: Bytes,
    /// Where public hosts may be asked besides 80 and 443, and the ports of the sites' own homes.
    pub ports: Vec<u16>,
}

/// How the archive is kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keeping {
    pub durability: Durability,
}

/// What a power cut may cost; a killed process costs nothing either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// The last moments may go, whole.
    #[default]
    Normal,
    /// Every commit is on disk before the next request.
    Full,
}

/// Reads a contact: a mail address or a URL, or nothing where nobody said. It goes into a header, so it is ASCII.
pub fn contact(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let is_plain = text
        .chars()
        .all(|c| c.is_ascii_graphic() && !"()<>".contains(c));
    if text.is_empty() || is_plain && (is_mail(text) || is_address(text)) {
        Ok(text.to_owned())
    } else {
        Err(
            "a contact is a mail address (name@domain), or an http or https URL, in ASCII and without brackets",
        )
    }
}

fn is_mail(text: &str) -> bool {
    let is_name = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let Some((person, domain)) = text.split_once('@') else {
        return false;
    };
    !person.is_empty()
        && !person.contains([':', ',', '/'])
        && domain.contains('.')
        && domain.split('.').all(is_name)
}

/// Tells whether somebody may answer at a contact. Names that are reserved for examples, tests and machines of one's own lead
/// to nobody (RFC 2606, RFC 6761, RFC 6762, and `internal`, which ICANN reserved in 2024).
pub fn can_be_answered(contact: &str) -> bool {
    const RESERVED: [&str; 6] = [
        "example",
        "internal",
        "invalid",
        "local",
        "localhost",
        "test",
    ];

    let address = PageUrl::parse(contact).ok();
    if let Some(literal) = address.as_ref().and_then(PageUrl::literal_address) {
        return is_reachable(literal);
    }
    let host = match &address {
        Some(address) => address.host().as_str().to_owned(),
        None => contact
            .rsplit('@')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase(),
    };
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let is_reserved = labels.last().is_some_and(|last| RESERVED.contains(last));

    labels.len() > 1 && !is_reserved && !labels.contains(&"example")
}

/// Whether an address is not one of this machine, its network or of documents.
fn is_reachable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_documentation())
        }
        IpAddr::V6(v6) => {
            !(v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unique_local()
                || v6.is_unicast_link_local())
        }
    }
}

fn is_address(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && PageUrl::parse(text).is_ok()
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            agent: "saseo".to_owned(),
            contact: String::new(),
        }
    }
}

impl Default for Ceilings {
    fn default() -> Self {
        Self {
            server_rate: Rate(Duration::from_millis(500)),
            total_rate: Rate(Duration::from_millis(20)),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: Bytes(8 << 20),
            connect: Span(Duration::from_secs(10)),
            answer: Span(Duration::from_secs(60)),
            redirects: 5,
            free_disk: Bytes(256 << 20),
            ports: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_reserved_lead_to_nobody() {
        for nobody in [
            "",
            "you@example.org",
            "You@Example.COM",
            "you@mail.example.net",
            "you@example.co.kr",
            "you@paper.example",
            "you@paper.invalid",
            "you@paper.test",
            "you@box.localhost",
            "you@box.local",
            "https://example.org/bot",
            "https://www.example.com./bot",
            "http://localhost/",
            "http://localhost:8000/",
            "http://intranet/bot",
            "http://127.0.0.1/",
            "http://192.168.1.7/bot",
            "http://192.0.2.1/",
            "http://[::1]/",
        ] {
            assert!(!can_be_answered(nobody), "{nobody}");
        }
        for somebody in [
            "me@examples.org",
            "me@library.go.kr",
            "https://test.library.go.kr/bot",
            "http://8.8.8.8/",
        ] {
            assert!(can_be_answered(somebody), "{somebody}");
        }
    }

    #[test]
    fn a_contact_is_a_mail_address_or_a_url() {
        for good in [
            "",
            "you@example.org",
            " a.b+c@sub.example.co.kr ",
            "https://example.org/bot?x=1",
            "http://example.org",
        ] {
            assert_eq!(contact(good), Ok(good.trim().to_owned()));
        }
        for bad in [
            "me",
            "me@",
            "@example.org",
            "me@localhost",
            "a@b@c.d",
            "a b@c.d",
            "나@example.org",
            "mailto:me@example.org",
            "ftp://example.org",
            "https://",
            "example.org",
            "me@example..org",
            "a@b.c\r\nX: y",
            "https://example.org/한글",
        ] {
            assert!(contact(bad).is_err(), "{bad}");
        }
    }
}
