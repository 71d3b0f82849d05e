//! The opt-out signals of one page: its headers, meta tags and words, and its host's files.

use std::sync::LazyLock;

use crate::markup::{Selector, Tree, attribute};
use crate::opt_out::tdm::TdmPlace;
use crate::opt_out::{OptOut, Reservations, Signal, directives, evidence, tdm};
use crate::page_url::PageUrl;
use crate::robots::Robots;

/// Selects the meta tags that have a name; compiled once, because every page needs it.
static META: LazyLock<Selector> =
    LazyLock::new(|| Selector::compile("meta[name]").expect("a test reads it"));

/// Selects the links of a head; their relation decides.
static LICENCE: LazyLock<Selector> =
    LazyLock::new(|| Selector::compile("link[rel]").expect("a test reads it"));

/// The media type of RSL licences (RSL 1.0).
const RSL_TYPE: &str = "application/rsl+xml";

/// The most licences that are read from one page. An honest page names one.
pub(super) const MOST_LICENCES: usize = 10;

/// The meta tags of a page that may be about its uses: name in lower case, and content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metas {
    tags: Vec<(String, String)>,
    pub(super) licences: Vec<LicenceLink>,
}

/// A `<link rel="license">`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LicenceLink {
    /// The address as it stands.
    pub href: String,
    /// Its media type is that of RSL. Other licences are texts for people.
    pub is_rsl: bool,
}

/// Everything that may declare something about a page.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    pub url: &'a PageUrl,
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    pub metas: &'a Metas,
    /// Found in the page by its profile: the word, and the line that it stands in.
    pub words: &'a [(String, String)],
    pub files: &'a Reservations,
    /// The robots.txt in force.
    pub robots: &'a Robots,
}

impl Metas {
    pub fn read(tree: &Tree, agent: &str) -> Self {
        let ours = |name: &str| {
            name == "robots" || name.starts_with("tdm-") || name.eq_ignore_ascii_case(agent)
        };

        let told = tree.all(&META).filter_map(|meta| {
            let name = attribute(&meta, "name")?.trim().to_ascii_lowercase();
            Some((name, attribute(&meta, "content")?))
        });
        let links = tree.all(&LICENCE).filter(|link| {
            let rel = attribute(link, "rel").unwrap_or_default();
            rel.split_ascii_whitespace()
                .any(|one| one.eq_ignore_ascii_case("license"))
        });
        Self {
            tags: told.filter(|(name, _)| ours(name)).collect(),
            licences: links
                .filter_map(|link| {
                    let kind = attribute(&link, "type").unwrap_or_default();
                    Some(LicenceLink {
                        href: attribute(&link, "href")?,
                        is_rsl: is_rsl_type(&kind),
                    })
                })
                .take(MOST_LICENCES)
                .collect(),
        }
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.tags
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, content)| content.as_str())
    }
}

impl Declared<'_> {
    /// Returns every opt-out, best evidence first.
    pub fn opt_outs(&self, agent: &str) -> Vec<OptOut> {
        let headers = self
            .headers
            .iter()
            .filter(|(name, _)| name == "x-robots-tag");

        let mut found: Vec<OptOut> = headers
            .flat_map(|(_, value)| directives::of_header(value, agent))
            .collect();

        for (name, content) in self
            .metas
            .tags
            .iter()
            .filter(|(name, _)| !name.starts_with("tdm-"))
        {
            found.extend(directives::of_meta(content, &format!("meta {name}")));
        }

        found.extend(self.tdm());
        found.extend(self.files.ai(self.url));

        found.extend(self.words.iter().map(|(word, line)| OptOut {
            signal: Signal::Words,
            source: word.clone(),
            evidence: evidence(line),
            from: None,
        }));

        found
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the TDM opt-out. The page's own tag precedes the header, and the header precedes the
    /// file (TDMRep §6).
    fn tdm(&self) -> Option<OptOut> {
        let [meta, header] = self.tdm_places();
        let (says, policy) = match (meta.is_reserved(), header.is_reserved()) {
            (Some(says), _) => ((meta.place, says), self.metas.first("tdm-policy")),
            (None, Some(says)) => ((header.place, says), self.header("tdm-policy")),
            (None, None) => return self.files.tdm(self.url),
        };
        match says {
            (place, true) => Some(tdm::reservation(place, place, policy)),
            (_, false) => None,
        }
    }

    /// Returns the places in which the page itself speaks of text and data mining, the first one
    /// first.
    pub(super) fn tdm_places(&self) -> [TdmPlace<'_>; 2] {
        [
            TdmPlace::of(tdm::META, &self.metas.tags),
            TdmPlace::of(tdm::HEADER, self.headers),
        ]
    }
}

/// Tells whether a media type is that of RSL, whatever its parameters are.
pub(super) fn is_rsl_type(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case(RSL_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opt_out::TDMREP;

    /// What a page with these tags and headers, on a host that reserves everything, is told to
    /// wish.
    fn wishes(html: &str, headers: &[(&str, &str)]) -> Vec<String> {
        let url = |path: &str| PageUrl::parse(&format!("https://paper.example{path}")).unwrap();
        let mut files = Reservations::default();
        files.read(
            &url(TDMREP),
            br#"[{"location": "/", "tdm-reservation": 1}]"#,
            "saseo",
        );
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let metas = Metas::read(&Tree::parse(html).unwrap(), "saseo");
        let words = [("AI학습".to_owned(), "무단전재, AI학습 금지".to_owned())];
        let (url, metas, words) = (&url("/news/1"), &metas, &words);
        let declared = Declared {
            url,
            headers: &headers,
            metas,
            words,
            files: &files,
            robots: &Robots::allow_all(),
        };
        declared
            .opt_outs("saseo")
            .iter()
            .map(OptOut::to_string)
            .collect()
    }

    #[test]
    fn headers_tags_files_and_words_are_all_heard() {
        let html = "<meta name='Robots' content='noindex'><meta name=saseo content=noarchive><meta name=googlebot content=none>";
        assert_eq!(
            wishes(
                html,
                &[
                    ("x-robots-tag", "nofollow"),
                    ("x-robots-tag", "otherbot: noarchive")
                ]
            ),
            [
                "nofollow:x-robots-tag",
                "noindex:meta robots",
                "noarchive:meta saseo",
                "tdm-reservation:tdmrep.json",
                "words:AI학습"
            ]
        );
    }

    #[test]
    fn the_pages_own_word_on_mining_goes_before_its_hosts() {
        let says = |html, headers: &[(&str, &str)]| {
            wishes(html, headers)
                .into_iter()
                .filter(|wish| wish.starts_with("tdm"))
                .collect::<Vec<_>>()
        };
        assert_eq!(says("", &[("tdm-reservation", "0")]), Vec::<String>::new());
        assert_eq!(
            says("", &[("tdm-reservation", "1")]),
            ["tdm-reservation:header"]
        );
        assert_eq!(
            says(
                "<meta name=tdm-reservation content=1>",
                &[("tdm-reservation", "0")]
            ),
            ["tdm-reservation:meta"]
        );
        assert_eq!(
            says("<meta name=tdm-reservation content=maybe>", &[]),
            ["tdm-reservation:tdmrep.json"]
        );
    }

    #[test]
    fn tags_in_comments_and_scripts_say_nothing() {
        let html = "<!-- <meta name=robots content=none> --><script>'<meta name=robots content=none>'</script>";
        assert_eq!(wishes(html, &[("tdm-reservation", "0")]), ["words:AI학습"]);
    }
}
