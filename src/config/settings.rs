//! `saseo.toml`: the identity of the crawler, its ceilings, and the limits of one answer.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::config::units::{Bytes, Rate, Span};
use crate::page_url::PageUrl;

/// All of `saseo.toml`. Missing keys have the shipped values.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub identity: Identity,
    pub pace: Ceilings,
    pub limits: Limits,
    pub archive: ArchiveSettings,
    pub ledger: LedgerSettings,
}

/// The sender of the requests.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// The product token that robots.txt names.
    pub agent: String,
    /// A mail address or a URL of the crawler's owner; empty if none is given.
    pub contact: String,
    /// The file of the key that signs the requests; none if they are not signed.
    #[serde(deserialize_with = "some_file_or_none")]
    pub key: Option<PathBuf>,
    /// The origin of the site that shows the key.
    #[serde(deserialize_with = "some_or_nothing")]
    pub directory: Option<String>,
}

/// The ceilings that apply besides the gaps of hosts.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ceilings {
    /// Requests to one server address, whatever its hosts.
    pub server_rate: Rate,
    /// Requests to all servers together.
    pub total_rate: Rate,
}

/// The limits of one answer, and of the disk.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest decoded body.
    pub body: Bytes,
    /// Time limit for a connection.
    pub connect: Span,
    /// Time limit for a whole answer.
    pub answer: Span,
    /// The most redirects from one page.
    pub redirects: u32,
    /// Crawls stop, and schedules pause, if the archive's disk has less free space.
    pub free_disk: Bytes,
    /// Ports of public hosts that are allowed, besides 80, 443 and the ports of the sites' homes.
    pub ports: Vec<u16>,
}

/// How the archive is kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArchiveSettings {
    pub durability: Durability,
    /// Where it is, where that is not the folder of `--data`: a folder, or the address of a
    /// database.
    #[serde(deserialize_with = "some_or_nothing")]
    pub store: Option<String>,
    /// Where pages are kept that leave the archive: a folder, or a bucket of S3.
    #[serde(deserialize_with = "some_or_nothing")]
    pub blobs: Option<String>,
}

/// How the ledger is proved.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerSettings {
    /// The authority that `audit --timestamp` asks (RFC 3161).
    #[serde(deserialize_with = "some_or_no_address")]
    pub timestamp_authority: Option<PageUrl>,
}

/// The loss that a power cut may cause. A killed process loses nothing in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// The last commits may be lost, each as a whole.
    #[default]
    Normal,
    /// Every commit is on the disk before the next request.
    Full,
}

/// Reads a text; an empty one is none.
fn some_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Reads the path of a file; an empty one is none.
fn some_file_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PathBuf>, D::Error> {
    Ok(some_or_nothing(deserializer)?.map(PathBuf::from))
}

/// Reads the origin of the site that shows the crawler's keys.
///
/// # Errors
///
/// Says in words what such an origin is.
pub fn key_directory(text: &str) -> Result<String, &'static str> {
    let read = PageUrl::parse(text.trim()).ok();
    read.filter(|url| url.as_url().scheme() == "https" && url.path_and_query() == "/")
        .map(|url| url.origin())
        .ok_or(
            "a directory of keys is an https address without a path, as https://crawler.example: \
             the path is always /.well-known/http-message-signatures-directory",
        )
}

/// Reads a contact: a mail address, a URL or nothing. It goes into a header, so it must be ASCII.
///
/// # Errors
///
/// Says in words what a contact is.
pub fn contact(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let is_plain = text
        .chars()
        .all(|c| c.is_ascii_graphic() && !"()<>".contains(c));

    if text.is_empty() || is_plain && (is_mail(text) || is_address(text)) {
        Ok(text.to_owned())
    } else {
        Err(
            "a contact is a mail address (name@domain), or an http or https URL, in ASCII and \
             without brackets",
        )
    }
}

/// Reads an address; none where the text is empty.
fn some_or_no_address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PageUrl>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() {
        return Ok(None);
    }
    PageUrl::parse(&text).map(Some).map_err(de::Error::custom)
}

fn is_mail(text: &str) -> bool {
    let Some((person, domain)) = text.split_once('@') else {
        return false;
    };

    !person.is_empty()
        && !person.contains([':', ',', '/'])
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

/// Tells whether a text can be a label of a domain name.
fn is_label(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// Top-level names that lead to nobody. They are reserved for examples, tests and private machines
/// (RFC 2606, RFC 6761, RFC 6762), and `internal` by ICANN since 2024.
const RESERVED: [&str; 6] = [
    "example",
    "internal",
    "invalid",
    "local",
    "localhost",
    "test",
];

/// Tells whether somebody can be reached at a contact. Reserved names and private addresses lead to
/// nobody.
pub fn can_be_answered(contact: &str) -> bool {
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

/// Tells whether an address is not one of this machine, of a private network, or for documentation.
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
            key: None,
            directory: None,
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
    fn reserved_names_lead_to_nobody() {
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
    fn a_directory_of_keys_is_an_origin_over_https() {
        for (text, origin) in [
            ("https://crawler.example", "https://crawler.example"),
            (" https://Crawler.Example:443/ ", "https://crawler.example"),
            (
                "https://crawler.example:8443",
                "https://crawler.example:8443",
            ),
            ("https://신문.kr", "https://xn--z92b13l.kr"),
        ] {
            assert_eq!(key_directory(text), Ok(origin.to_owned()));
        }

        for bad in [
            "",
            "crawler.example",
            "http://crawler.example",
            "https://crawler.example/keys",
            "https://crawler.example/?a",
            "https://me:secret@crawler.example",
            "https://crawler.example/.well-known/http-message-signatures-directory",
        ] {
            assert!(key_directory(bad).is_err(), "{bad}");
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
