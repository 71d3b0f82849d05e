//! RSL 1.0 licence files (rslstandard.org/rsl): which uses they allow or reserve, and where a
//! licence server demands a token.

mod file;
mod terms;

use crate::opt_out::rsl::terms::LicenceTerms;
use crate::page_url::PageUrl;
use crate::rights::{RSL, Statement};
use crate::robots::matches_pattern;

/// The most parts of a file that are read. Each costs a match for every page.
const MOST_CONTENTS: usize = 1000;

/// A licence file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LicenceFile {
    contents: Vec<LicensedContent>,
}

/// One `<content>`: pages, and the terms for them.
#[derive(Clone, Debug, Default, PartialEq)]
struct LicensedContent {
    /// The pages, as the file names them.
    url: String,
    /// The licence server that gives tokens. Without a token nothing may be requested.
    server: Option<String>,
    licences: Vec<LicenceTerms>,
}

/// A licence server whose token a page demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceServer {
    pub address: String,
    /// The pages that need its token, as the file names them.
    pub pages: String,
}

impl LicenceFile {
    /// Reads a file, whatever media type it was sent with; `None` where it is no licence file. A
    /// torn file is read up to its tear.
    pub(super) fn read(file: &[u8]) -> Option<Self> {
        let contents = file::contents(file)?;
        Some(Self { contents })
    }

    /// Returns what the file says about uses of a page. All parts that match it count, so that the
    /// strictest wins.
    pub(super) fn rights(&self, url: &PageUrl) -> Vec<Statement> {
        let contents = self.contents.iter().filter(|content| content.covers(url));
        contents.flat_map(LicensedContent::statements).collect()
    }

    /// Returns the licence server whose token a page demands.
    pub(super) fn server(&self, url: &PageUrl) -> Option<LicenceServer> {
        let mut contents = self.contents.iter();
        contents.find_map(|content| {
            let address = content.server.clone()?;
            content.covers(url).then(|| LicenceServer {
                address,
                pages: content.url.clone(),
            })
        })
    }

    /// Tells whether pages of the file demand a token.
    pub(super) fn has_servers(&self) -> bool {
        self.contents.iter().any(|content| content.server.is_some())
    }
}

impl LicensedContent {
    /// Tells whether a page is one of the content. Its `url` is an address or a path, each with `*`
    /// and `$` as in robots.txt (RSL 1.0 §3.3). The query of a path may have an address in it.
    fn covers(&self, page: &PageUrl) -> bool {
        let address = self.url.split_once("://");
        let address = address.filter(|(scheme, _)| !scheme.contains(['/', '?']));
        let Some((_, behind)) = address else {
            return matches_pattern(self.path(&self.url), page);
        };
        let (host, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
        let is_here = host == "*" || host.eq_ignore_ascii_case(page.host().as_str());
        is_here && matches_pattern(self.path(path), page)
    }

    /// Returns a path as it is compared. A part without one is about all pages.
    fn path<'a>(&self, path: &'a str) -> &'a str {
        if path.is_empty() { "/" } else { path }
    }

    fn statements(&self) -> Vec<Statement> {
        let claims = terms::claims(&self.licences).into_iter();
        claims
            .map(|(claim, words)| {
                let words = format!("<content url=\"{}\"> {words}", self.url);
                Statement::new(RSL, claim, &words)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rights::DeclaredRights;

    fn page(path: &str) -> PageUrl {
        PageUrl::parse(&format!("https://paper.example{path}")).unwrap()
    }

    fn file(contents: &str) -> LicenceFile {
        let text = format!("<rsl xmlns=\"https://rslstandard.org/rsl\">{contents}</rsl>");
        LicenceFile::read(text.as_bytes()).unwrap()
    }

    /// What a file with this licence for all pages says.
    fn said(licence: &str) -> String {
        let contents = format!("<content url=\"/\">{licence}</content>");
        DeclaredRights::of(file(&contents).rights(&page("/news/1"))).to_string()
    }

    const ALL_AI: &str = "ai_input=reserved ai_train=reserved";

    #[test]
    fn each_licence_says_what_rsl_means_by_it() {
        let nobody = "search=reserved ai_input=reserved ai_train=reserved tdm=reserved";
        for (licence, expected) in [
            (
                "<license><prohibits type='usage'>ai-all</prohibits></license>",
                ALL_AI,
            ),
            (
                "<license><prohibits type='usage'>all</prohibits></license>",
                nobody,
            ),
            (
                "<license><permits type='usage'>search</permits></license>",
                "search=allowed ai_input=reserved ai_train=reserved tdm=reserved",
            ),
            (
                "<license><permits type='usage'>search ai-input\n ai-train</permits></license>",
                "search=allowed ai_input=allowed ai_train=allowed",
            ),
            (
                "<license><permits type='usage'>all</permits>\
                 <prohibits type='usage'>ai-train</prohibits></license>",
                "search=allowed ai_input=allowed ai_train=reserved tdm=allowed",
            ),
            (
                "<license><prohibits type='usage'>ai-index</prohibits></license>",
                "ai_input=reserved",
            ),
            ("<license><payment type='free'/></license>", ""),
            ("<license/>", ""),
            ("<license><payment type='crawl'/></license>", nobody),
            (
                "<license><permits>ai-all</permits></license>",
                "search=reserved ai_input=allowed \
                ai_train=allowed",
            ),
            ("", ""),
        ] {
            assert_eq!(said(licence), expected, "{licence}");
        }
    }

    #[test]
    fn what_is_offered_for_payment_or_to_some_is_reserved() {
        for offer in [
            "<payment type='training'><amount currency='USD'>5</amount></payment>",
            "<payment type='attribution'/>",
            "<payment type='new'/>",
            "<permits type='user'>non-commercial education</permits>",
            "<permits type='geo'>KR</permits>",
            "<prohibits type='user'>commercial</prohibits>",
        ] {
            let licence =
                format!("<license><permits type='usage'>ai-all</permits>{offer}</license>");
            assert_eq!(
                said(&licence),
                format!("search=reserved {ALL_AI}"),
                "{offer}"
            );
        }
        let everyone = "<license><permits type='usage'>all</permits><permits type='user'>\
            commercial non-commercial education government personal</permits></license>";
        assert!(said(everyone).contains("ai_train=allowed"));
    }

    #[test]
    fn of_several_licences_one_may_be_chosen_but_a_prohibition_counts() {
        let free = "<license><permits type='usage'>search ai-input</permits></license>";
        let paid = "<license><permits type='usage'>ai-train</permits><payment type='purchase'/>\
            </license>";
        assert_eq!(
            said(&format!("{free}{paid}")),
            "search=allowed ai_input=allowed ai_train=reserved"
        );
        let strict = "<license><prohibits type='usage'>ai-input</prohibits></license>";
        assert!(said(&format!("{free}{strict}")).contains("ai_input=reserved"));
    }

    #[test]
    fn tokens_of_the_drafts_and_commas_are_understood_and_unknown_ones_are_kept() {
        let draft = "<license><prohibits type='usage'>train-ai,ai-use, bind</prohibits></license>";
        assert_eq!(said(draft), ALL_AI);
        let told = file(&format!("<content url='/'>{draft}</content>")).rights(&page("/"));
        let unknown = crate::rights::Claim::Unknown("bind".into());
        assert!(told.iter().any(|one| one.claim == unknown));
        assert!(
            told[0]
                .words
                .contains("<content url=\"/\"> <prohibits type=\"usage\">train-ai")
        );
    }

    #[test]
    fn a_content_is_about_the_pages_that_its_address_matches() {
        let licence = "<license><prohibits type='usage'>ai-all</prohibits></license>";
        for (url, path, is_covered) in [
            ("/", "/news/1", true),
            ("", "/news/1", true),
            ("/news/*", "/news/1", true),
            ("/news/", "/about", false),
            ("*.pdf$", "/a.pdf", true),
            ("https://paper.example", "/news/1", true),
            ("https://PAPER.example/news/*", "/news/1", true),
            ("http://paper.example/news/", "/news/1", true),
            ("https://other.example/", "/news/1", false),
            ("https://*/news", "/news/1", true),
            (
                "/go?u=https://x.example/*",
                "/go?u=https://x.example/1",
                true,
            ),
            ("*?u=https://x.example/", "/go?u=https://x.example/1", true),
            ("/go?u=https://x.example/*", "/news/1", false),
        ] {
            let file = file(&format!("<content url='{url}'>{licence}</content>"));
            assert_eq!(
                !file.rights(&page(path)).is_empty(),
                is_covered,
                "{url} {path}"
            );
        }
        let two = "<content url='/'><license><permits type='usage'>all</permits></license>\
            </content><content url='/news/'><license><prohibits type='usage'>ai-train</prohibits>\
            </license></content>";
        let told = DeclaredRights::of(file(two).rights(&page("/news/1"))).to_string();
        assert!(told.contains("ai_train=reserved"), "{told}");
    }

    #[test]
    fn a_server_demands_a_token_for_its_own_pages_only() {
        let file =
            file("<content url='/open/'/><content url='/news/*' server='https://s.example/x'/>");
        assert_eq!(
            file.server(&page("/news/1")),
            Some(LicenceServer {
                address: "https://s.example/x".into(),
                pages: "/news/*".into(),
            })
        );
        assert_eq!(file.server(&page("/open/1")), None);
        assert!(
            !LicenceFile::read(b"<rsl><content url='/' server=' '/></rsl>")
                .unwrap()
                .has_servers()
        );
    }

    #[test]
    fn no_token_and_no_server_hides_behind_a_length() {
        for padding in [" ".repeat(3000), "\n,".repeat(3000)] {
            let licence = format!("<license><prohibits>{padding}ai-all</prohibits></license>");
            assert_eq!(said(&licence), ALL_AI);
        }
        let long = "x".repeat(3000);
        let licence = format!("<license><prohibits>ai-all {long}</prohibits></license>");
        assert_eq!(said(&licence), ALL_AI);

        let server = format!("<content url='/' server='https://s.example/{long}'/>");
        let server = file(&server).server(&page("/news/1")).unwrap();
        assert!(server.address.starts_with("https://s.example/x"));
        assert!(server.address.len() < 3000);
    }

    #[test]
    fn a_torn_or_hostile_file_is_read_as_far_as_it_goes_and_another_is_none() {
        let torn = b"<?xml version='1.0'?><rsl><content url='/'><license><prohibits type='usage'>\
            ai-all</prohibits></license></content><content url='/x'><lic";
        let told = DeclaredRights::of(LicenceFile::read(torn).unwrap().rights(&page("/1")));
        assert_eq!(told.to_string(), ALL_AI);

        let bomb =
            b"<!DOCTYPE rsl [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rsl><content url='/'>\
            <license><prohibits type='usage'>&a; ai-all</prohibits></license></content></rsl>";
        let told = LicenceFile::read(bomb).unwrap().rights(&page("/1"));
        assert!(told.iter().all(|one| !one.words.contains("root:")));
        assert_eq!(DeclaredRights::of(told).to_string(), ALL_AI);

        let prefixed = b"\xef\xbb\xbf<r:rsl xmlns:r='https://rslstandard.org/rsl'>\
            <r:content url='/'><r:license><r:prohibits type='usage'>ai-all</r:prohibits>\
            </r:license></r:content></r:rsl>";
        let told = LicenceFile::read(prefixed).unwrap().rights(&page("/1"));
        assert_eq!(DeclaredRights::of(told).to_string(), ALL_AI);

        let deep = format!("<rsl>{}", "<content url='/'>".repeat(100_000));
        assert!(LicenceFile::read(deep.as_bytes()).unwrap().contents.len() <= MOST_CONTENTS);
        for other in [
            "",
            "<html><body>404</body></html>",
            "rsl",
            "<rss><rsl/></rss>",
        ] {
            assert_eq!(LicenceFile::read(other.as_bytes()), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_file_is_read_and_bounded(
            middle in "(<content url='/'>|<license>|<permits type='usage'>|</permits>|</license>|\
                ai-all| |&amp;|&x;|<!--|-->|<prohibits>|\\PC){0,60}"
        ) {
            if let Some(file) = LicenceFile::read(format!("<rsl>{middle}").as_bytes()) {
                prop_assert!(DeclaredRights::of(file.rights(&page("/"))).statements().len() <= 100);
            }
        }
    }
}
