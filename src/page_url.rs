//! The addresses of pages: one canonical form, and the host that is asked.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use encoding_rs::{EncoderResult, Encoding, UTF_8};
use url::Url;

/// No page of a newspaper needs a longer address; a longer one is a trap.
const LONGEST: usize = 2048;

/// `/2011/11/11/11.html` is no trap yet.
const MOST_REPETITIONS: usize = 3;

/// Parameters that say who reads, and nothing about the page: the session ids of PHP, Java, ASP and
/// ColdFusion, and those of shops and forums in PHP.
const SESSIONS: [&str; 9] = [
    "phpsessid",
    "jsessionid",
    "sessionid",
    "session_id",
    "sessid",
    "cfid",
    "cftoken",
    "oscsid",
    "zenid",
];

/// The prefix of the parameters in which classic ASP keeps its session id.
const ASP_SESSION: &str = "aspsessionid";

/// `sid` may be a session, a section or a story. A session id of letters and digits is at least so long,
const SHORTEST_MIXED_SESSION: usize = 6;

/// and one of letters or of digits alone is at least so long: PHP's shortest has 22, and no
/// section's name is as long.
const SHORTEST_PLAIN_SESSION: usize = 16;

/// Java's session id stands behind the path (Servlet 4.0, 7.1.3).
const PATH_SESSION: &str = ";jsessionid=";

/// Parameters that say where a reader came from, and nothing about the page.
const TRACKING: [&str; 8] = [
    "fbclid", "gclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga",
];

/// An absolute http or https address in canonical form: no credentials, fragment, default port or tracking
/// parameters; `%XX` in upper case, unreserved characters bare (RFC 3986 §6.2.2).
///
/// Whoever holds one has been through [`PageUrl::parse`], and parsing its text again changes
/// nothing. Only where a server insists on its own escapes ([`PageUrl::join_as_written`]) they stay
/// as it writes them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageUrl(Url);

/// Why an address is not one that a crawler asks for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UrlError {
    #[error("{address:?} is not an absolute address: {why}")]
    Malformed {
        address: String,
        why: url::ParseError,
    },
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
        Self::from_url(
            self.0
                .join(link.trim())
                .map_err(|why| malformed(link, why))?,
        )
    }

    /// Reads a link of a document in such an encoding: its query is encoded in it (URL Standard,
    /// query state), and what is escaped already stays as it is.
    ///
    /// # Errors
    ///
    /// Fails where the link leads to no page.
    pub fn join_in(&self, link: &str, encoding: &'static Encoding) -> Result<Self, UrlError> {
        if encoding == UTF_8 {
            return self.join(link);
        }
        let encode: &dyn Fn(&str) -> Cow<'_, [u8]> = &|query| Cow::Owned(encoded(query, encoding));
        let options = Url::options()
            .base_url(Some(&self.0))
            .encoding_override(Some(encode));
        Self::from_url(
            options
                .parse(link.trim())
                .map_err(|why| malformed(link, why))?,
        )
    }

    /// Reads where a server sends those who ask for `self`, with the escapes as they were written.
    /// A server that tells `%ea` from
    /// `%EA` must be asked in its own words.
    ///
    /// # Errors
    ///
    /// Fails where the link leads to no page.
    pub fn join_as_written(&self, link: &str) -> Result<Self, UrlError> {
        let url = self
            .0
            .join(link.trim())
            .map_err(|why| malformed(link, why))?;
        Self::checked(url)
    }

    /// Takes back an address that [`PageUrl::as_str`] gave, as the archive keeps it.
    ///
    /// # Errors
    ///
    /// Fails where it is none.
    pub fn from_stored(address: &str) -> Result<Self, UrlError> {
        Self::checked(Url::parse(address).map_err(|why| malformed(address, why))?)
    }

    /// Returns the address without the ids by which a server knows its reader from others.
    pub fn without_session(&self) -> Self {
        let mut url = self.0.clone();
        drop_session_in_path(&mut url);
        drop_parameters(&mut url, is_session);
        Self(url)
    }

    /// Returns the address at another page's host; `None` where that is none for its scheme.
    pub fn at_host_of(&self, other: &Self) -> Option<Self> {
        let mut url = self.0.clone();
        url.set_host(other.0.host_str()).ok()?;
        Some(Self(url))
    }

    /// Returns the address over https; `None` where its port speaks for http.
    pub fn over_https(&self) -> Option<Self> {
        let mut url = self.0.clone();
        url.set_scheme("https").ok()?;
        Some(Self(url))
    }

    /// Returns the root of the address's host.
    pub fn at_root(&self) -> Self {
        self.join("/").expect("a root path joins to an address")
    }

    fn from_url(url: Url) -> Result<Self, UrlError> {
        let Self(mut url) = Self::checked(url)?;
        drop_parameters(&mut url, is_tracking);
        normalise_escapes(&mut url);
        Ok(Self(url))
    }

    fn checked(mut url: Url) -> Result<Self, UrlError> {
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
        self.0
            .host_str()
            .and_then(|name| name.rsplit('.').next())
            .unwrap_or_default()
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
        let parts: Vec<&str> = self
            .0
            .path()
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        parts
            .iter()
            .any(|part| parts.iter().filter(|other| *other == part).count() > MOST_REPETITIONS)
    }

    /// Returns the decoded value of the first query parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.0
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
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
    UrlError::Malformed {
        address: address.chars().take(200).collect(),
        why,
    }
}

/// `example.kr.` and `example.kr` are one host, and so, to be safe, is `example.kr..`.
fn drop_root_dot(url: &mut Url) {
    let Some(name) = url
        .domain()
        .map(|name| name.trim_end_matches('.').to_owned())
    else {
        return;
    };
    if !name.is_empty() && url.domain() != Some(name.as_str()) {
        // A name that parsed with its root dot parses without it; were it refused, the dot would merely stay.
        let _ = url.set_host(Some(&name));
    }
}

fn is_tracking(part: &str) -> bool {
    let key = part.split('=').next().unwrap_or_default();
    part.is_empty() || key.starts_with("utm_") || TRACKING.contains(&key)
}

fn is_session(part: &str) -> bool {
    let (key, value) = part.split_once('=').unwrap_or((part, ""));
    let key = key.to_ascii_lowercase();
    SESSIONS.contains(&key.as_str())
        || key.starts_with(ASP_SESSION)
        || key == "sid" && is_session_id(value)
}

/// Whether a value is an id by its look: no number or name that a reader would type.
fn is_session_id(value: &str) -> bool {
    let is_plain = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let has = |kind: fn(&u8) -> bool| value.bytes().any(|byte| kind(&byte));
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let least = if is_mixed {
        SHORTEST_MIXED_SESSION
    } else {
        SHORTEST_PLAIN_SESSION
    };
    is_plain && value.len() >= least
}

/// Drops the parameter from `;` on, as far as the next part of the path or the next parameter.
fn drop_session_in_path(url: &mut Url) {
    let path = url.path();
    let Some(begin) = path.to_ascii_lowercase().find(PATH_SESSION) else {
        return;
    };
    let behind = &path[begin + 1..];
    let end = behind
        .find(['/', ';'])
        .map_or(path.len(), |length| begin + 1 + length);
    let bare = format!("{}{}", &path[..begin], &path[end..]);
    url.set_path(&bare);
}

fn drop_parameters(url: &mut Url, is_dropped: fn(&str) -> bool) {
    let Some(query) = url.query() else { return };
    if !query.split('&').any(is_dropped) {
        return;
    }
    let kept: Vec<&str> = query.split('&').filter(|part| !is_dropped(part)).collect();
    let kept = kept.join("&");
    url.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
}

/// Encodes a query. A character that the encoding lacks becomes a character reference, escaped (URL
/// Standard, "percent-encode after encoding").
fn encoded(query: &str, encoding: &'static Encoding) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let (mut bytes, mut rest) = (Vec::new(), query);
    loop {
        // Room for all of it: the encoder stops only at the end, and where it lacks a character.
        let room = encoder
            .max_buffer_length_from_utf8_without_replacement(rest.len())
            .unwrap_or(rest.len() * 4);
        bytes.reserve(room);
        let (result, read) =
            encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
        rest = &rest[read..];
        match result {
            EncoderResult::Unmappable(lacking) => {
                bytes.extend(format!("%26%23{}%3B", u32::from(lacking)).bytes());
            }
            EncoderResult::InputEmpty | EncoderResult::OutputFull => return bytes,
        }
    }
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
        let escaped = (bytes[at] == b'%')
            .then(|| hex_pair(bytes, at + 1))
            .flatten();
        let byte = escaped.unwrap_or(bytes[at]);
        let makes_escape = byte.is_ascii_hexdigit()
            && stray.is_some_and(|stray: usize| canonical.len() - stray <= 2);
        let is_unreserved =
            (byte.is_ascii_alphanumeric() && !makes_escape) || b"-._~".contains(&byte);
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
        assert_eq!(
            canonical("https://example.kr/책?w=%ec%b1%85"),
            "https://example.kr/%EC%B1%85?w=%EC%B1%85"
        );
    }

    #[test]
    fn a_stray_percent_sign_does_not_become_an_escape() {
        assert_eq!(
            canonical("https://a.kr/%e%31E%zz%41%"),
            "https://a.kr/%e%31E%zzA%"
        );
        assert_eq!(canonical("https://a.kr/%%34%31"), "https://a.kr/%%341");
        assert_eq!(
            canonical("https://www.example.kr../"),
            "https://www.example.kr/"
        );
    }

    #[test]
    fn what_is_no_page_is_refused() {
        assert_eq!(
            PageUrl::parse("mailto:a@b.kr"),
            Err(UrlError::Scheme("mailto".into()))
        );
        assert_eq!(
            PageUrl::parse("https://u:p@b.kr/"),
            Err(UrlError::Credentials)
        );
        assert_eq!(
            PageUrl::parse(&format!("https://b.kr/{}", "a".repeat(2048))),
            Err(UrlError::TooLong)
        );
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
        for spelling in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(
                PageUrl::parse(spelling)
                    .unwrap()
                    .literal_address()
                    .is_some(),
                "{spelling}"
            );
        }
    }

    #[test]
    fn ids_of_sessions_are_cut_and_what_names_pages_stays() {
        let cut = |address: &str| {
            PageUrl::parse(&format!("https://a.kr{address}"))
                .unwrap()
                .without_session()
        };
        for (address, bare) in [
            ("/a;jsessionid=0A1B2C.node1?no=1", "/a?no=1"),
            ("/a;JSESSIONID=0A1B/b;v=1", "/a/b;v=1"),
            ("/a?PHPSESSID=8f14e45fceea167a&no=1", "/a?no=1"),
            ("/a?no=1&phpsessid=x", "/a?no=1"),
            ("/a?sid=8f14e45fceea167a5a36dedd4bea2543", "/a"),
            ("/a?no=1&ASPSESSIONIDQABC=XYZ&CFID=1&CFTOKEN=2", "/a?no=1"),
            ("/a?sid=4711", "/a?sid=4711"),
            ("/a?sid=S1N2", "/a?sid=S1N2"),
            ("/a?sid=politics&no=1", "/a?sid=politics&no=1"),
            ("/a;v=1?inside=2", "/a;v=1?inside=2"),
            ("/a?w=%EC%B1%85&sid=8f14e45fceea167a", "/a?w=%EC%B1%85"),
        ] {
            assert_eq!(cut(address).path_and_query(), bare, "{address}");
        }
    }

    #[test]
    fn a_server_is_asked_in_its_own_escapes_where_it_insists() {
        let page = PageUrl::parse("https://a.kr/%EC%B1%85?w=%ea").unwrap();
        assert_eq!(page.join("/%ec%b1%85?w=%ea").unwrap(), page);
        let written = page.join_as_written("/%ec%b1%85?w=%ea").unwrap();
        assert_eq!(written.as_str(), "https://a.kr/%ec%b1%85?w=%ea");
        assert_eq!(PageUrl::from_stored(written.as_str()), Ok(written.clone()));
        assert_ne!(written, page);
        assert_eq!(
            page.join_as_written("mailto:a@b.kr"),
            Err(UrlError::Scheme("mailto".into()))
        );
    }

    proptest! {
        #[test]
        fn cutting_sessions_makes_addresses(tail in "[/?&=%;.#a-z0-9책]{0,20}(;jsessionid=|[?&]sid=|PHPSESSID=)[/?&=%;a-z0-9책]{0,20}") {
            if let Ok(url) = PageUrl::parse(&format!("https://a.kr/{tail}")) {
                let cut = url.without_session();
                prop_assert_eq!(PageUrl::parse(cut.as_str()).unwrap(), cut);
            }
        }

        #[test]
        fn canonical_addresses_stay_as_they_are(tail in "[/?&=%.#a-zA-Z0-9책 ]{0,40}") {
            if let Ok(url) = PageUrl::parse(&format!("https://a.kr/{tail}")) {
                prop_assert_eq!(PageUrl::parse(url.as_str()).unwrap(), url);
            }
        }
    }
}
