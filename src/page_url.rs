//! The addresses of pages: one canonical form, and the host that is asked.

use std::fmt;
use std::net::IpAddr;

use url::Url;

/// No page of a newspaper needs a longer address; a longer one is a trap.
const LONGEST: usize = 2048;

/// `/2011/11/11/11.html` is no trap yet.
const MOST_REPETITIONS: usize = 3;

/// Parameters that say where a reader came from, and nothing about the page.
const TRACKING: [&str; 8] = ["fbclid", "gclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga"];

/// An absolute http or https address in canonical form: no credentials, fragment, default port or tracking
/// parameters; `%XX` in upper case, unreserved characters bare (RFC 3986 §6.2.2).
///
/// Whoever holds one has been through [`PageUrl::parse`], and parsing its text again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageUrl(Url);

/// Why an address is not one that a crawler asks for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UrlError {
    #[error("{address:?} is not an absolute address: {why}")]
    Malformed { address: String, why: url::ParseError },
    #[error("{0:?} is neither http nor https")]
    Scheme(String),
    #[error("the address carries a user name or password")]
    Credentials,
    #[error("the address is longer than 2,048 characters")]
    TooLong,
    #[error("the address has no host")]
    NoHost,
}

impl PageUrl {
    /// Reads an absolute address.
    pub fn parse(address: &str) -> Result<Self, UrlError> {
        Self::from_url(Url::parse(address.trim()).map_err(|why| malformed(address, why))?)
    }

    /// Reads a link as it stands in a page at `self`: relative, with raw `&`, spaces or Korean letters.
    pub fn join(&self, link: &str) -> Result<Self, UrlError> {
        Self::from_url(self.0.join(link.trim()).map_err(|why| malformed(link, why))?)
    }

    fn from_url(mut url: Url) -> Result<Self, UrlError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::Credentials);
        }
        if url.as_str().len() > LONGEST {
            return Err(UrlError::TooLong);
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(UrlError::NoHost);
        }
        url.set_fragment(None);
        drop_root_dot(&mut url);
        drop_tracking(&mut url);
        normalise_escapes(&mut url);
        Ok(Self(url))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// Returns the host to be polite to.
    pub fn host(&self) -> Host {
        let name = self.0.host_str().expect("from_url demands a host");
        Host(match self.0.port() {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        })
    }

    /// Returns the last label of the host's name, `kr`.
    pub fn last_label(&self) -> &str {
        self.0.host_str().and_then(|name| name.rsplit('.').next()).unwrap_or_default()
    }

    /// Returns scheme, host and port: what one robots.txt speaks for (RFC 9309 §2.3).
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Returns path and query as they are sent, `/news/articleView.html?idxno=1`.
    pub fn path_and_query(&self) -> &str {
        &self.0[url::Position::BeforePath..url::Position::AfterQuery]
    }

    /// Returns whether one part stands again and again in the path, `/a/b/a/b/a/b/a/b`: links that are resolved against
    /// themselves make such addresses without end.
    pub fn repeats_itself(&self) -> bool {
        let parts: Vec<&str> = self.0.path().split('/').filter(|part| !part.is_empty()).collect();
        parts.iter().any(|part| parts.iter().filter(|other| *other == part).count() > MOST_REPETITIONS)
    }

    /// Returns the decoded value of the first query parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.0.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Returns the address that the host is, where it is an address and not a name.
    pub fn literal_address(&self) -> Option<IpAddr> {
        match self.0.host()? {
            url::Host::Domain(_) => None,
            url::Host::Ipv4(address) => Some(address.into()),
            url::Host::Ipv6(address) => Some(address.into()),
        }
    }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// The host that a gap is kept to: its lower-case name, with the port where that is not the scheme's own.
///
/// `http://a.kr/` and `https://a.kr/` are one host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(String);

impl Host {
    /// Takes back a host that [`Host::as_str`] gave, as the archive keeps it.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn malformed(address: &str, why: url::ParseError) -> UrlError {
    UrlError::Malformed { address: address.chars().take(200).collect(), why }
}

/// `example.kr.` and `example.kr` are one host, and so, to be safe, is `example.kr..`.
fn drop_root_dot(url: &mut Url) {
    let Some(name) = url.domain().map(|name| name.trim_end_matches('.').to_owned()) else { return };
    if !name.is_empty() && url.domain() != Some(name.as_str()) {
        // A name that parsed with its root dot parses without it; were it refused, the dot would merely stay.
        let _ = url.set_host(Some(&name));
    }
}

fn drop_tracking(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let is_tracking = |part: &&str| {
        let key = part.split('=').next().unwrap_or_default();
        part.is_empty() || key.starts_with("utm_") || TRACKING.contains(&key)
    };
    if !query.split('&').any(|part| is_tracking(&part)) {
        return;
    }
    let kept: Vec<&str> = query.split('&').filter(|part| !is_tracking(part)).collect();
    let kept = kept.join("&");
    url.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
}

fn normalise_escapes(url: &mut Url) {
    let path = canonical_escapes(url.path());
    if path != url.path() {
        url.set_path(&path);
    }
    if let Some(query) = url.query() {
        let canonical = canonical_escapes(query);
        if canonical != query {
            url.set_query(Some(&canonical));
        }
    }
}

/// Returns `text` with `%XX` in upper case, unreserved characters bare, and everything beyond ASCII escaped
/// (RFC 3986 §2.3, §6.2.2.1 and §6.2.2.2). A `%` that begins no escape stays, and what stands behind it stays escaped where
/// it would make it begin one: `%e%31` is not `%E1`.
pub fn canonical_escapes(text: impl AsRef<[u8]>) -> String {
    let bytes = text.as_ref();
    let mut canonical = String::with_capacity(bytes.len());
    let (mut at, mut stray) = (0, None);
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| hex_pair(bytes, at + 1)).flatten();
        let byte = escaped.unwrap_or(bytes[at]);
        let makes_escape = byte.is_ascii_hexdigit() && stray.is_some_and(|stray: usize| canonical.len() - stray <= 2);
        let is_unreserved = (byte.is_ascii_alphanumeric() && !makes_escape) || b"-._~".contains(&byte);
        if byte == b'%' && escaped.is_none() {
            stray = Some(canonical.len());
        }
        if (escaped.is_some() && !is_unreserved) || !byte.is_ascii() {
            canonical.push_str(&format!("%{byte:02X}"));
        } else {
            canonical.push(char::from(byte));
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    canonical
}

/// Returns the byte that two hexadecimal digits at `at` make, as they stand behind a `%`.
pub(crate) fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |k: usize| bytes.get(k).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(address: &str) -> String {
        PageUrl::parse(address).unwrap().to_string()
    }

    #[test]
    fn one_page_has_one_address() {
        let plain = "https://www.example.kr/news/articleView.html?idxno=7";
        for twin in [
            "HTTPS://WWW.Example.KR:443/news/articleView.html?idxno=7",
            "https://www.example.kr./news/articleView.html?idxno=7#comment",
            "https://www.example.kr/news/./x/../articleView.html?idxno=7&utm_source=a&fbclid=b",
            "https://www.example.kr/news/%61rticleView.html?&idxno=%37",
            " https://www.example.kr/news/articleView.html?idxno=7\n",
        ] {
            assert_eq!(canonical(twin), plain, "{twin}");
        }
    }

    #[test]
    fn korean_letters_are_escaped_in_upper_case() {
        assert_eq!(canonical("https://example.kr/책?w=%ec%b1%85"), "https://example.kr/%EC%B1%85?w=%EC%B1%85");
    }

    #[test]
    fn a_stray_percent_sign_does_not_become_an_escape() {
        assert_eq!(canonical("https://a.kr/%e%31E%zz%41%"), "https://a.kr/%e%31E%zzA%");
        assert_eq!(canonical("https://a.kr/%%34%31"), "https://a.kr/%%341");
        assert_eq!(canonical("https://www.example.kr../"), "https://www.example.kr/");
    }

    #[test]
    fn what_is_no_page_is_refused() {
        assert_eq!(PageUrl::parse("mailto:a@b.kr"), Err(UrlError::Scheme("mailto".into())));
        assert_eq!(PageUrl::parse("https://u:p@b.kr/"), Err(UrlError::Credentials));
        assert_eq!(PageUrl::parse(&format!("https://b.kr/{}", "a".repeat(2048))), Err(UrlError::TooLong));
        assert!(PageUrl::parse("/news").is_err());
    }

    #[test]
    fn a_path_that_repeats_itself_is_seen() {
        let repeats = |address: &str| PageUrl::parse(address).unwrap().repeats_itself();
        assert!(repeats("https://a.kr/a/b/a/b/a/b/a/b"));
        assert!(!repeats("https://a.kr/2011/11/11/11") && !repeats("https://a.kr/a/b/c/d/e/f"));
    }

    #[test]
    fn the_scheme_does_not_make_another_host() {
        let host = |address| PageUrl::parse(address).unwrap().host();
        assert_eq!(host("http://a.kr/"), host("https://a.kr/"));
        assert_ne!(host("http://a.kr:8080/"), host("http://a.kr/"));
    }

    #[test]
    fn every_spelling_of_an_address_is_seen_as_an_address() {
        for spelling in ["http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/"] {
            assert!(PageUrl::parse(spelling).unwrap().literal_address().is_some(), "{spelling}");
        }
    }

    proptest! {
        #[test]
        fn canonical_addresses_stay_as_they_are(tail in "[/?&=%.#a-zA-Z0-9책 ]{0,40}") {
            if let Ok(url) = PageUrl::parse(&format!("https://a.kr/{tail}")) {
                prop_assert_eq!(PageUrl::parse(url.as_str()).unwrap(), url);
            }
        }
    }
}
