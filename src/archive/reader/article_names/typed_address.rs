//! An article's address as people type or copy it, and the spellings under which it may be kept.
//! Pure.

use crate::page_url::PageUrl;

/// The most parts of an address that are looked at: no paper's address has more that name its
/// article, and each costs a look-up.
const MOST_PIECES: usize = 16;

/// The first labels of a paper's host that say nothing about the paper.
const LABELS: [&str; 3] = ["www.", "m.", "mobile."];

/// An address that a person typed.
pub(super) struct TypedAddress(PageUrl);

/// A part of an address that may name an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AddressPiece {
    /// The parameter's name; `None` for a part of the path.
    parameter: Option<String>,
    /// The place in the path, counted from its end; 0 for a parameter.
    place: usize,
    pub value: String,
}

impl TypedAddress {
    /// Reads an address with or without its scheme, or one behind the name of a site, as in the ids
    /// of articles without a number. `None` where it is none.
    pub(super) fn read(typed: &str) -> Option<Self> {
        let is_whole = |text: &str| {
            let (scheme, _) = text.split_once("://").unwrap_or_default();
            ["http", "https"]
                .iter()
                .any(|one| scheme.eq_ignore_ascii_case(one))
        };
        if is_whole(typed) {
            return PageUrl::parse(typed).ok().map(Self);
        }

        let (first, rest) = typed.split_once('/')?;
        if is_whole(rest) {
            return PageUrl::parse(rest).ok().map(Self);
        }
        // A host has a dot, and may have a port. A site's name may have neither.
        let is_host = first.contains('.') || first.contains(':');
        let address = is_host.then(|| format!("https://{typed}"))?;
        PageUrl::parse(&address).ok().map(Self)
    }

    pub(super) fn address(&self) -> &PageUrl {
        &self.0
    }

    /// Returns the addresses under which the page may be kept, as typed first: with the other
    /// scheme, with and without `www.` and `m.`.
    pub(super) fn spellings(&self) -> Vec<PageUrl> {
        let bare = bare_host(&self.0);
        let hosts: Vec<String> = std::iter::once(self.0.host().as_str().to_owned())
            .chain([bare.to_owned()])
            .chain(LABELS.iter().map(|label| format!("{label}{bare}")))
            .collect();

        let schemes = match self.0.as_url().scheme() {
            "http" => ["http", "https"],
            _ => ["https", "http"],
        };
        let rest = self.0.path_and_query();

        let mut spellings = Vec::new();
        for host in &hosts {
            for scheme in schemes {
                let spelling = PageUrl::parse(&format!("{scheme}://{host}{rest}"));
                spellings.extend(spelling.ok().filter(|one| !spellings.contains(one)));
            }
        }
        spellings
    }

    /// Returns the parts that may name an article: parameters, and parts of the path from its end.
    pub(super) fn pieces(&self) -> Vec<AddressPiece> {
        let url = self.0.as_url();
        let parameters = url.query_pairs().map(|(name, value)| AddressPiece {
            parameter: Some(name.into_owned()),
            place: 0,
            value: value.into_owned(),
        });
        let parts = url.path().rsplit('/').filter(|part| !part.is_empty());
        let parts = parts.enumerate().map(|(place, part)| AddressPiece {
            parameter: None,
            place,
            value: part.to_owned(),
        });
        parameters
            .chain(parts)
            .filter(|piece| !piece.value.is_empty())
            .take(MOST_PIECES)
            .collect()
    }
}

/// Returns an address's host without the labels that say nothing about the paper.
pub(super) fn bare_host(address: &PageUrl) -> &str {
    let url = address.as_url();
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    LABELS
        .iter()
        .find_map(|label| host.strip_prefix(label).filter(|rest| rest.contains('.')))
        .unwrap_or(host)
}

/// Escapes the letters beyond ASCII, as addresses are kept.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii() {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spellings(typed: &str) -> Vec<String> {
        TypedAddress::read(typed)
            .map(|typed| typed.spellings().iter().map(ToString::to_string).collect())
            .unwrap_or_default()
    }

    #[test]
    fn an_address_is_read_with_and_without_its_scheme_and_behind_a_site() {
        for typed in [
            "https://m.paper.example/a?x=1",
            "m.paper.example/a?x=1&utm_source=y",
            "paper/https://www.paper.example/a?x=1",
            "http://paper.example/a?x=1#top",
        ] {
            let spellings = spellings(typed);
            for kept in [
                "https://paper.example/a?x=1",
                "http://www.paper.example/a?x=1",
                "https://m.paper.example/a?x=1",
            ] {
                assert!(spellings.iter().any(|one| one == kept), "{typed}: {kept}");
            }
        }
        for none in ["81193", "paper/81193", "책방", "news/articleView.html", ""] {
            assert_eq!(spellings(none), Vec::<String>::new(), "{none}");
        }
    }

    #[test]
    fn an_address_with_a_port_keeps_it() {
        assert_eq!(
            spellings("127.0.0.1:8080/a")[..2],
            ["https://127.0.0.1:8080/a", "http://127.0.0.1:8080/a"]
        );
    }

    #[test]
    fn letters_beyond_ascii_are_escaped_as_they_are_kept() {
        let kept = PageUrl::parse("https://paper.example/책방").unwrap();
        assert!(kept.as_str().ends_with(&escaped("책방")));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_without_a_panic(typed in "\\PC{0,60}") {
            for spelling in spellings(&typed) {
                prop_assert!(PageUrl::parse(&spelling).is_ok());
            }
        }
    }
}
