//! The grammar of one paper's addresses: which are articles, which are lists, which are never asked for.

use std::fmt::Write;

use crate::config::Profile;
use crate::config::profile::UrlRules;
use crate::page_url::{PageUrl, canonical_escapes};

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An article, by its number; `url` is canonical.
    Article { number: u64, url: PageUrl },
    /// A list; `url` is canonical and without a page, `page` counts from 1.
    List { url: PageUrl, page: u32 },
    /// An address that must not be asked for.
    Trap { why: &'static str },
    /// Another paper's.
    Elsewhere,
    /// Any other page of the paper.
    Other,
}

/// The addresses of one paper.
#[derive(Clone, Debug)]
pub struct Grammar {
    rules: UrlRules,
    home: PageUrl,
}

impl Grammar {
    /// `home` gives canonical addresses their scheme, host and port. Without a CMS (`None`) every page of the paper is
    /// [`Address::Other`].
    pub fn new(profile: Option<&Profile>, home: PageUrl) -> Self {
        Self { rules: profile.map(|profile| profile.url.clone()).unwrap_or_default(), home }
    }

    pub fn home(&self) -> &PageUrl {
        &self.home
    }

    /// Tells what an address stands for. Every form of an article's address gives the same canonical one.
    pub fn address(&self, url: &PageUrl) -> Address {
        if !is_same_paper(&self.home, url) {
            return Address::Elsewhere;
        }
        let path = url.as_url().path();
        if url.repeats_itself() {
            return Address::Trap { why: "its path goes round in circles" };
        }
        if self.rules.traps.iter().any(|trap| starts_with(path, trap)) {
            return Address::Trap { why: "the CMS keeps no page for readers there" };
        }
        if let Some(number) = self.rules.article_number(url)
            && let Some(url) = self.rules.article_url(&self.home.origin(), number)
        {
            return Address::Article { number, url };
        }
        if !self.rules.list.iter().any(|list| list.eq_ignore_ascii_case(path)) {
            return Address::Other;
        }
        if self.rules.trap_parameters.iter().any(|name| self.filled(url, name).is_some()) {
            return Address::Trap { why: "a search, of which there is no end" };
        }
        let page = url.parameter(&self.rules.page).and_then(|page| page.trim().parse().ok()).unwrap_or(1).max(1);
        self.list(url, "").map_or(Address::Other, |url| Address::List { url, page })
    }

    /// Returns the number of the article that an address shows, on whatever host.
    pub fn number(&self, url: &PageUrl) -> Option<u64> {
        self.rules.article_number(url)
    }

    /// Returns the address of a page of the list that `url` shows; `None` where `url` is no list.
    pub fn list_page(&self, url: &PageUrl, page: u32) -> Option<PageUrl> {
        match self.address(url) {
            Address::List { url, .. } if page == 1 => Some(url),
            Address::List { url, .. } => self.list(&url, &format!("{}={page}&", self.rules.page)),
            Address::Article { .. } | Address::Trap { .. } | Address::Elsewhere | Address::Other => None,
        }
    }

    /// The canonical address of a list: what decides its rows, in the profile's order.
    fn list(&self, url: &PageUrl, page: &str) -> Option<PageUrl> {
        let mut address = format!("{}{}?{page}", self.home.origin(), self.rules.list.first()?);
        for name in &self.rules.keep {
            if let Some(value) = self.filled(url, name) {
                write!(address, "{name}={}&", escaped(&value)).expect("a String takes everything");
            }
        }
        for (name, value) in &self.rules.always {
            write!(address, "{name}={}&", escaped(value)).expect("a String takes everything");
        }
        let bare = address.trim_end_matches(['&', '?']);
        // A list whose parameters make it longer than an address may be is none.
        PageUrl::parse(bare).ok()
    }

    fn filled(&self, url: &PageUrl, name: &str) -> Option<String> {
        let values =
            url.as_url().query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned());
        values.into_iter().find(|value| !value.is_empty())
    }
}

/// `www.`, `m.` and the bare name are one paper, over http and https, at any port. A host that is an address, as in
/// tests and trials, is told apart by its port.
fn is_same_paper(home: &PageUrl, url: &PageUrl) -> bool {
    let host = |url: &PageUrl| url.as_url().host_str().unwrap_or_default().to_owned();
    let (ours, theirs) = (host(home), host(url));
    if home.literal_address().is_some() || ours == "localhost" {
        let port = |url: &PageUrl| url.as_url().port_or_known_default();
        return ours == theirs && port(home) == port(url);
    }
    bare(&ours) == bare(&theirs)
}

fn bare(host: &str) -> &str {
    let rest = host.strip_prefix("www.").or_else(|| host.strip_prefix("m.")).unwrap_or(host);
    // m.kr is a name of its own.
    if rest.contains('.') { rest } else { host }
}

fn starts_with(path: &str, beginning: &str) -> bool {
    path.get(..beginning.len()).is_some_and(|head| head.eq_ignore_ascii_case(beginning))
}

/// Escapes what would end a value or become another character.
fn escaped(value: &str) -> String {
    let escaped: String = value.chars().fold(String::new(), |mut escaped, c| {
        if "%&+#= ".contains(c) {
            write!(escaped, "%{:02X}", u32::from(c)).expect("a String takes everything");
        } else {
            escaped.push(c);
        }
        escaped
    });
    canonical_escapes(&escaped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::shipped::shipped_profile;

    fn grammar(home: &str) -> Grammar {
        Grammar::new(Some(&shipped_profile("ndsoft")), PageUrl::parse(home).unwrap())
    }

    fn url(address: &str) -> PageUrl {
        PageUrl::parse(address).unwrap()
    }

    fn list(grammar: &Grammar, address: &str) -> (String, u32) {
        match grammar.address(&url(address)) {
            Address::List { url, page } => (url.to_string(), page),
            other => panic!("{address} is {other:?}"),
        }
    }

    #[test]
    fn every_form_of_an_articles_address_is_one_article() {
        let paper = grammar("https://www.saseo.example/");
        let plain = url("https://www.saseo.example/news/articleView.html?idxno=90000015817");
        for twin in [
            "https://www.saseo.example/news/articleView.html?idxno=90000015817",
            "http://saseo.example/news/articleView.html?idxno=90000015817",
            "http://m.saseo.example/news/articleView.html?idxno=90000015817",
            "https://www.saseo.example:455/news/articleView.html?idxno=90000015817",
            "https://www.saseo.example/news/articleViewAmp.html?idxno=90000015817",
            "https://www.saseo.example/news/ArticleViewAmp.html?idxno=90000015817",
            "https://www.saseo.example/NEWS/ARTICLEVIEW.HTML?idxno=90000015817",
            "https://www.saseo.example/news/articlePrint.html?idxno=90000015817",
            "https://www.saseo.example/news/articleMail.html?idxno=90000015817",
            "https://www.saseo.example/news/articleErr.html?idxno=90000015817",
            "https://www.saseo.example/news/articleSingo.html?idxno=90000015817",
            "https://www.saseo.example/news/articleView.html?idxno=90000015817&replyAll=&reply_sc_order_by=I",
            "https://www.saseo.example/news/articleView.html?page=3&total=99&sc_section_code=S1N1&idxno=90000015817",
            "https://www.saseo.example/news/articleView.html?idxno=90000015817&sc_word=x&fbclid=1&utm_source=b#reply",
            "https://www.saseo.example/news/articleView.html?idxno=0090000015817",
        ] {
            let address = paper.address(&url(twin));
            assert_eq!(address, Address::Article { number: 90_000_015_817, url: plain.clone() }, "{twin}");
        }
    }

    #[test]
    fn what_has_no_number_is_no_article() {
        let paper = grammar("https://www.saseo.example/");
        for address in ["?idxno=", "?idxno=abc", "?idxno=-5", "?idxno=99999999999999999999", ""] {
            let address = format!("https://www.saseo.example/news/articleView.html{address}");
            assert_eq!(paper.address(&url(&address)), Address::Other, "{address}");
        }
    }

    #[test]
    fn other_hosts_are_elsewhere() {
        let paper = grammar("https://www.saseo.example/");
        for address in ["https://cdn.saseo.example/rss/x.xml", "https://saseo.other/", "https://notsaseo.example/"] {
            assert_eq!(paper.address(&url(address)), Address::Elsewhere, "{address}");
        }
    }

    #[test]
    fn an_address_as_host_is_told_apart_by_its_port() {
        let paper = grammar("http://127.0.0.1:8401/");
        let article = |port| paper.address(&url(&format!("http://127.0.0.1:{port}/news/articleView.html?idxno=1")));
        assert!(matches!(article(8401), Address::Article { .. }));
        assert_eq!(article(8402), Address::Elsewhere);
    }

    #[test]
    fn lists_that_show_the_same_have_one_address() {
        let paper = grammar("https://www.saseo.example/");
        let everything = "https://www.saseo.example/news/articleList.html?view_type=sm";
        for twin in [
            "?view_type=sm",
            "?&view_type=sm",
            "",
            "?view_type=tm",
            "?sc_section_code=&sc_sub_section_code=&sc_serial_code=",
            "?page=1&total=73&sc_section_code=&sc_area=&sc_level=&sc_word=&sc_order_by=E&view_type=sm",
        ] {
            let twin = format!("http://m.saseo.example/news/articleList.html{twin}");
            assert_eq!(list(&paper, &twin), (everything.to_owned(), 1), "{twin}");
        }
    }

    #[test]
    fn a_list_keeps_its_filters_in_one_order() {
        let paper = grammar("https://www.saseo.example/");
        let page =
            "https://www.saseo.example/news/articleList.html?sc_sdate=2020-01-01&page=7&sc_section_code=S1N2&total=9";
        let plain =
            "https://www.saseo.example/news/articleList.html?sc_section_code=S1N2&sc_sdate=2020-01-01&view_type=sm";
        assert_eq!(list(&paper, page), (plain.to_owned(), 7));
        let eighth = paper.list_page(&url(page), 8).unwrap();
        assert_eq!(list(&paper, eighth.as_str()), (plain.to_owned(), 8));
        assert_eq!(paper.list_page(&url(page), 1).unwrap().as_str(), plain);
    }

    #[test]
    fn traps_are_never_lists_or_articles() {
        let paper = grammar("https://www.saseo.example/");
        for trap in [
            "/admin/adminLoginForm.html",
            "/Admin/x",
            "/member/login.html",
            "/news/articleScrap.ajax.php?idxno=1",
            "/news/download.php?f=1",
            "/bbs/list.html",
            "/com/jb.html",
            "/news/articleList.html?sc_area=I&sc_word=hong&view_type=sm",
            "/news/articleList.html?sc_section_code=S1N1&sc_word=%EC%B1%85",
        ] {
            let address = paper.address(&url(&format!("https://saseo.example{trap}")));
            assert!(matches!(address, Address::Trap { .. }), "{trap} is {address:?}");
        }
    }

    #[test]
    fn a_paper_without_a_profile_has_only_other_pages() {
        let paper = Grammar::new(None, url("https://saseo.example/"));
        assert_eq!(paper.address(&url("https://www.saseo.example/news/articleView.html?idxno=1")), Address::Other);
    }

    proptest! {
        #[test]
        fn canonical_addresses_are_their_own(
            host in "(www\\.|m\\.|)saseo\\.example(:81|)",
            path in "/(news|NEWS)/article(View|List|Print|viewamp)\\.html",
            query in "(&?(idxno|page|sc_section_code|sc_word|view_type|sc_sdate)=[S0-9N%a+ 책]{0,6}){0,4}",
        ) {
            let paper = grammar("https://www.saseo.example/");
            let Ok(given) = PageUrl::parse(&format!("http://{host}{path}?{query}")) else { return Ok(()) };
            match paper.address(&given) {
                Address::Article { number, url } => {
                    prop_assert_eq!(paper.address(&url), Address::Article { number, url });
                }
                Address::List { url, .. } => {
                    prop_assert_eq!(paper.address(&url), Address::List { url: url.clone(), page: 1 });
                }
                Address::Trap { .. } | Address::Elsewhere | Address::Other => {}
            }
        }
    }
}
