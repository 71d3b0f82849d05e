//! The addresses of pages, in one canonical form, and their hosts.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use encoding_rs::{Encoding, UTF_8};
use url::Url;

mod escapes;
mod host;
mod reader_parameters;

pub use escapes::canonical_escapes;
#[cfg(feature = "archive")]
pub(crate) use escapes::hex_pair;
pub(crate) use escapes::unescaped_letters;
use escapes::{encoded, normalise_escapes};
pub use host::Host;
use reader_parameters::{drop_parameters, drop_session_in_path, is_session, is_tracking};

/// The longest address, in bytes. No page of a newspaper needs a longer one; a longer one is a
/// trap.
const MAX_LENGTH: usize = 2048;

/// How often one part may stand in a path: `/2011/11/11/11.html` is no trap yet.
const MAX_REPETITIONS: usize = 3;

/// An absolute http or https address in canonical form.
///
/// It has no credentials, fragment, default port or tracking parameters. `%XX` is in upper case,
/// and unreserved characters are bare (RFC 3986 §6.2.2). Parsing its text again gives the same
/// address. The exception is a server that insists on its own escapes: [`PageUrl::join_as_written`]
/// keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageUrl(Url);

/// The reason why an address is none of a page.
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
    ///
    /// # Errors
    ///
    /// If it is malformed, or no address of a page.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::PageUrl;
    ///
    /// let url = PageUrl::parse("HTTPS://Paper.Example:443/뉴스?no=7#comments")?;
    /// assert_eq!(url.as_str(), "https://paper.example/%EB%89%B4%EC%8A%A4?no=7");
    /// assert!(PageUrl::parse("mailto:desk@paper.example").is_err());
    /// # Ok::<(), saseo::UrlError>(())
    /// ```
    pub fn parse(address: &str) -> Result<Self, UrlError> {
        Self::from_url(Url::parse(address.trim()).map_err(|why| malformed(address, why))?)
    }

    /// Reads a link in a page at `self`. It may be relative, and have raw `&`, spaces or Korean
    /// letters.
    ///
    /// # Errors
    ///
    /// If the link leads to no page.
    pub fn join(&self, link: &str) -> Result<Self, UrlError> {
        Self::from_url(
            self.0
                .join(link.trim())
                .map_err(|why| malformed(link, why))?,
        )
    }

    /// Reads a link of a document in a legacy encoding. Its query is encoded in it (URL Standard,
    /// query state); existing escapes stay as they are.
    ///
    /// # Errors
    ///
    /// If the link leads to no page.
    #[doc(hidden)]
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

    /// Reads a redirect from `self`, and keeps the escapes as they are written. A server that
    /// distinguishes `%ea` from `%EA` needs its own form.
    ///
    /// # Errors
    ///
    /// If the redirect leads to no page.
    #[doc(hidden)]
    pub fn join_as_written(&self, link: &str) -> Result<Self, UrlError> {
        let url = self
            .0
            .join(link.trim())
            .map_err(|why| malformed(link, why))?;
        Self::checked(url)
    }

    /// Reads an address that the archive stored from [`PageUrl::as_str`].
    ///
    /// # Errors
    ///
    /// If the text is no address of a page.
    #[doc(hidden)]
    pub fn from_stored(address: &str) -> Result<Self, UrlError> {
        Self::checked(Url::parse(address).map_err(|why| malformed(address, why))?)
    }

    /// Returns the address without session ids.
    #[doc(hidden)]
    pub fn without_session(&self) -> Self {
        let mut url = self.0.clone();
        drop_session_in_path(&mut url);
        drop_parameters(&mut url, is_session);
        Self(url)
    }

    /// Returns the address at another page's host; `None` if that host is impossible in its scheme.
    #[doc(hidden)]
    pub fn at_host_of(&self, other: &Self) -> Option<Self> {
        let mut url = self.0.clone();
        url.set_host(other.0.host_str()).ok()?;
        Some(Self(url))
    }

    /// Returns the address over https; `None` if the address cannot change its scheme.
    #[doc(hidden)]
    pub fn over_https(&self) -> Option<Self> {
        let mut url = self.0.clone();
        url.set_scheme("https").ok()?;
        Some(Self(url))
    }

    /// Returns the root of the address's host.
    #[doc(hidden)]
    pub fn at_root(&self) -> Self {
        self.join("/").expect("a root path joins to an address")
    }

    /// Checks an address, and brings it into canonical form.
    fn from_url(url: Url) -> Result<Self, UrlError> {
        let Self(mut url) = Self::checked(url)?;
        drop_parameters(&mut url, is_tracking);
        normalise_escapes(&mut url);
        Ok(Self(url))
    }

    /// Checks an address, and drops its fragment and the root dot of its host. Escapes stay.
    fn checked(mut url: Url) -> Result<Self, UrlError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::Credentials);
        }
        if url.as_str().len() > MAX_LENGTH {
            return Err(UrlError::TooLong);
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(UrlError::NoHost);
        }

        url.set_fragment(None);
        drop_root_dot(&mut url);
        Ok(Self(url))
    }

    /// Returns the address as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the address as the `url` crate's type.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// Returns the host, to which gaps and limits apply.
    #[doc(hidden)]
    pub fn host(&self) -> Host {
        let name = self.0.host_str().expect("checked() demands a host");
        Host(match self.0.port() {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        })
    }

    /// Returns the last label of the host's name, as `kr`.
    #[doc(hidden)]
    pub fn last_label(&self) -> &str {
        self.0
            .host_str()
            .and_then(|name| name.rsplit('.').next())
            .unwrap_or_default()
    }

    /// Returns scheme, host and port. One robots.txt applies to one origin (RFC 9309 §2.3).
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Returns path and query as they are sent, as `/news/articleView.html?idxno=1`.
    pub fn path_and_query(&self) -> &str {
        &self.0[url::Position::BeforePath..url::Position::AfterQuery]
    }

    /// Tells whether the path repeats one part, as in `/a/b/a/b/a/b/a/b`. Relative links that are
    /// resolved against themselves make such addresses without end.
    #[doc(hidden)]
    pub fn repeats_itself(&self) -> bool {
        let parts: Vec<&str> = self
            .0
            .path()
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();

        parts
            .iter()
            .any(|part| parts.iter().filter(|other| *other == part).count() > MAX_REPETITIONS)
    }

    /// Returns the decoded value of the first query parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.0
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Returns the IP address, if the host is an address and no name.
    #[doc(hidden)]
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

fn malformed(address: &str, why: url::ParseError) -> UrlError {
    UrlError::Malformed {
        address: address.chars().take(200).collect(),
        why,
    }
}

/// Drops the root dot of a host: `example.kr.` and `example.kr` are one host. So is, to be safe,
/// `example.kr..`.
fn drop_root_dot(url: &mut Url) {
    let Some(name) = url
        .domain()
        .map(|name| name.trim_end_matches('.').to_owned())
    else {
        return;
    };
    if !name.is_empty() && url.domain() != Some(name.as_str()) {
        // A name that parsed with its root dot parses without it. If not, the dot merely stays.
        let _ = url.set_host(Some(&name));
    }
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
    fn addresses_of_no_page_are_refused() {
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
    fn session_ids_are_dropped_and_names_of_pages_stay() {
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
    fn a_redirect_keeps_the_escapes_of_its_server() {
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
        fn an_address_without_its_session_is_canonical(
            tail in concat!(
                "[/?&=%;.#a-z0-9책]{0,20}(;jsessionid=|[?&]sid=|PHPSESSID=)",
                "[/?&=%;a-z0-9책]{0,20}",
            ),
        ) {
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
