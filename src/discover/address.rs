//! The grammar of a paper's addresses: articles, lists, and addresses that are never requested.

use std::fmt::Write;
use std::sync::Arc;

use jiff::civil::Date;

use crate::article_key::ArticleKey;
use crate::config::Profile;
use crate::config::profile::{ArticleName, UrlRules};
use crate::page_url::{PageUrl, canonical_escapes};

/// The kind of page at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An article. `key` is `None` where its number does not fit into 64 bits; `url` is canonical.
    Article {
        key: Option<ArticleKey>,
        url: PageUrl,
    },
    /// A list. `url` is canonical and without a page; `page` counts from 1.
    List { url: PageUrl, page: u32 },
    /// An address that must not be requested.
    Trap { why: &'static str },
    /// A page of another paper.
    Elsewhere,
    /// Any other page of the paper.
    Other,
}

/// The addresses of one paper.
#[derive(Clone, Debug)]
pub struct Grammar {
    rules: Arc<UrlRules>,
    home: PageUrl,
}

impl Grammar {
    /// Takes the address rules of a profile. `home` gives canonical addresses their scheme, host
    /// and port. Without a profile, every page of the paper is [`Address::Other`].
    pub fn new(profile: Option<&Profile>, home: PageUrl) -> Self {
        Self {
            rules: profile
                .map(|profile| profile.url.clone())
                .unwrap_or_default(),
            home,
        }
    }

    /// Returns the same grammar for a paper that moved.
    pub fn at_home(&self, home: PageUrl) -> Self {
        Self {
            rules: self.rules.clone(),
            home,
        }
    }

    /// Returns the paper's home page.
    pub fn home(&self) -> &PageUrl {
        &self.home
    }

    /// Returns whether the paper's CMS is known, so that its articles can be told by their
    /// addresses.
    pub fn knows_articles(&self) -> bool {
        self.rules.names_articles()
    }

    /// Returns whether an address is the paper's, or on another host of its domain:
    /// `cdn.paper.example` beside `www.paper.example`.
    pub fn is_of_house(&self, url: &PageUrl) -> bool {
        let is_below = bare_domain(&self.home)
            .zip(bare_domain(url))
            .is_some_and(|(ours, theirs)| theirs.ends_with(&format!(".{ours}")));
        is_same_paper(&self.home, url) || is_below
    }

    /// Returns the kind of page at an address. Every form of an article's address gives the same
    /// canonical one.
    pub fn address(&self, url: &PageUrl) -> Address {
        let is_ours = is_same_paper(&self.home, url);
        if !is_ours && !self.is_twin(url) {
            return Address::Elsewhere;
        }
        let path = url.as_url().path();
        if let Some(why) = self.trap(url, path) {
            return Address::Trap { why };
        }

        if let Some(name) = self.rules.article_name(url)
            && let Some(url) = self.article(path, &name)
        {
            return Address::Article {
                key: name.key(),
                url,
            };
        }
        if !is_ours {
            return Address::Elsewhere;
        }
        if self.rules.list_path(path).is_none() {
            return Address::Other;
        }
        if self.is_search(url) {
            return Address::Trap {
                why: "a search, of which there is no end",
            };
        }

        let page = url
            .parameter(&self.rules.page)
            .and_then(|page| page.trim().parse().ok())
            .unwrap_or(1)
            .max(1);
        self.list(url, "")
            .map_or(Address::Other, |url| Address::List { url, page })
    }

    /// Tells whether an address is on a host that shows the articles of the home page's host.
    fn is_twin(&self, url: &PageUrl) -> bool {
        let is_named = |url: &PageUrl| {
            let ours = bare_domain(url);
            ours.is_some_and(|ours| self.rules.twin_hosts.iter().any(|host| bare(host) == ours))
        };
        is_named(&self.home) && is_named(url)
    }

    /// Returns why a page of the paper must not be requested, whatever it is; `None` where it may.
    fn trap(&self, url: &PageUrl, path: &str) -> Option<&'static str> {
        if url.repeats_itself() {
            return Some("its path goes round in circles");
        }

        let is_trap = self.rules.traps.iter().any(|trap| starts_with(path, trap));
        is_trap.then_some("the CMS keeps no page for readers there")
    }

    /// Returns whether a list is the result of a search.
    fn is_search(&self, url: &PageUrl) -> bool {
        self.rules
            .trap_parameters
            .iter()
            .any(|name| self.filled(url, name).is_some())
    }

    /// Returns the key of the article at an address, on any host.
    pub fn key(&self, url: &PageUrl) -> Option<ArticleKey> {
        self.rules.article_key(url)
    }

    /// Returns the canonical address of the list that has every article of the paper.
    pub fn everything(&self) -> Option<PageUrl> {
        self.list(&self.home.join(self.rules.everything.as_ref()?).ok()?, "")
    }

    /// Returns the address of a page of the list that `url` shows; `None` where `url` is no list.
    pub fn list_page(&self, url: &PageUrl, page: u32) -> Option<PageUrl> {
        match self.address(url) {
            Address::List { url, .. } if page == 1 => Some(url),
            Address::List { url, .. } => self.list(&url, &format!("{}={page}&", self.rules.page)),
            Address::Article { .. }
            | Address::Trap { .. }
            | Address::Elsewhere
            | Address::Other => None,
        }
    }

    /// Returns the address of the list at `url`, limited to the days from `first` to `last`; `None`
    /// where `url` is no list, or where the CMS cannot limit lists.
    pub fn list_window(&self, url: &PageUrl, first: Date, last: Date) -> Option<PageUrl> {
        let window = self.rules.date_window.as_ref()?;
        let mut limited = self.list_page(url, 1)?.as_url().clone();

        let mut query: Vec<String> = limited
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|part| !part.is_empty())
            .filter(|part| ![&window.from, &window.until].contains(&&name_of(part)))
            .map(str::to_owned)
            .collect();
        for (name, day) in [(&window.from, first), (&window.until, last)] {
            query.push(format!("{name}={}", escaped(&window.print(day)?)));
        }

        limited.set_query(Some(&query.join("&")));
        self.list(&PageUrl::parse(limited.as_str()).ok()?, "")
    }

    /// Returns the canonical address of an article: by its name or, where the name alone makes no
    /// address, its own without parameters.
    fn article(&self, path: &str, name: &ArticleName) -> Option<PageUrl> {
        let origin = self.home.origin();
        self.rules
            .article_url(&origin, name)
            .or_else(|| PageUrl::parse(&format!("{origin}{path}")).ok())
    }

    /// Returns the canonical address of a list: its path, `page`, and the parameters that decide
    /// its rows, in the profile's order.
    fn list(&self, url: &PageUrl, page: &str) -> Option<PageUrl> {
        let path = self.rules.list_path(url.as_url().path())?;
        let window = self
            .rules
            .date_window
            .iter()
            .flat_map(|window| [&window.from, &window.until])
            .filter(|name| !self.rules.keep.contains(name));

        let mut address = format!("{}{path}?{page}", self.home.origin());
        for name in self.rules.keep.iter().chain(window) {
            if let Some(value) = self.filled(url, name) {
                write!(address, "{name}={value}&").expect("a String takes everything");
            }
        }
        for (name, value) in &self.rules.always {
            write!(address, "{name}={}&", escaped(value)).expect("a String takes everything");
        }

        let bare = address.trim_end_matches(['&', '?']);
        // An address that its parameters make longer than the limit is no list.
        PageUrl::parse(bare).ok()
    }

    /// Returns the value of a parameter that is not empty. It stays escaped: only the server knows
    /// in which encoding.
    fn filled(&self, url: &PageUrl, name: &str) -> Option<String> {
        url.as_url()
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|part| name_of(part) == name)
            .filter_map(|part| part.split_once('='))
            .map(|(_, value)| trimmed(value))
            .find(|value| !value.is_empty())
    }
}

/// Returns the decoded name of a parameter, `sc_word` of `sc%5Fword=x`.
fn name_of(part: &str) -> String {
    url::form_urlencoded::parse(part.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

/// Removes spaces around an escaped value, and writes those within it as `%20`.
fn trimmed(value: &str) -> String {
    let value = value.replace('+', "%20");
    let mut bare = value.as_str();
    while let Some(rest) = bare
        .strip_prefix("%20")
        .or_else(|| bare.strip_suffix("%20"))
    {
        bare = rest;
    }
    bare.to_owned()
}

/// Returns whether an address belongs to the paper with this home page.
///
/// The host names with `www.`, with `m.` and without both are one paper, over http and https, at
/// any port. Hosts that are IP addresses, as in tests and trials, are one paper at the same port
/// only.
pub fn is_same_paper(home: &PageUrl, url: &PageUrl) -> bool {
    let ours = home.as_url().host_str().unwrap_or_default();
    let theirs = url.as_url().host_str().unwrap_or_default();

    if home.literal_address().is_some() || ours == "localhost" {
        let our_port = home.as_url().port_or_known_default();
        return ours == theirs && our_port == url.as_url().port_or_known_default();
    }
    bare(ours) == bare(theirs)
}

/// Returns the domain of an address without `www.` or `m.`; `None` of an IP address.
fn bare_domain(url: &PageUrl) -> Option<&str> {
    url.as_url().domain().map(bare)
}

/// Returns a host name without `www.` or `m.`.
fn bare(host: &str) -> &str {
    let rest = host
        .strip_prefix("www.")
        .or_else(|| host.strip_prefix("m."))
        .unwrap_or(host);
    // The name m.kr is a domain of its own.
    if rest.contains('.') { rest } else { host }
}

fn starts_with(path: &str, beginning: &str) -> bool {
    path.get(..beginning.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(beginning))
}

/// Escapes characters that would end a value or become another character.
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
    use crate::config::Profile;

    fn grammar(home: &str) -> Grammar {
        Grammar::new(
            Some(&Profile::shipped("ndsoft").unwrap()),
            PageUrl::parse(home).unwrap(),
        )
    }

    fn url(address: &str) -> PageUrl {
        PageUrl::parse(address).unwrap()
    }

    fn list(grammar: &Grammar, address: &str) -> (String, u32) {
        let found = grammar.address(&url(address));
        let Address::List { url, page } = found else {
            panic!("{address} is {found:?}");
        };
        (url.to_string(), page)
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
            "https://www.saseo.example/news/articleView.html?idxno=90000015817&replyAll=\
             &reply_sc_order_by=I",
            "https://www.saseo.example/news/articleView.html?page=3&total=99&sc_section_code=S1N1\
             &idxno=90000015817",
            "https://www.saseo.example/news/articleView.html?idxno=90000015817&sc_word=x&fbclid=1\
             &utm_source=b#reply",
            "https://www.saseo.example/news/articleView.html?idxno=0090000015817",
        ] {
            let address = paper.address(&url(twin));
            assert_eq!(
                address,
                Address::Article {
                    key: Some(90_000_015_817.into()),
                    url: plain.clone()
                },
                "{twin}"
            );
        }
    }

    #[test]
    fn the_list_of_everything_is_canonical() {
        let all = grammar("https://www.saseo.example/").everything();
        assert_eq!(
            all,
            Some(url(
                "https://www.saseo.example/news/articleList.html?view_type=sm"
            ))
        );
        assert_eq!(
            Grammar::new(None, url("https://www.saseo.example/")).everything(),
            None
        );
    }

    #[test]
    fn what_has_no_number_is_no_article() {
        let paper = grammar("https://www.saseo.example/");
        for address in ["?idxno=", "?idxno=abc", "?idxno=-5", ""] {
            let address = format!("https://www.saseo.example/news/articleView.html{address}");
            assert_eq!(paper.address(&url(&address)), Address::Other, "{address}");
        }
    }

    #[test]
    fn a_number_that_is_too_long_to_count_with_names_an_article_all_the_same() {
        let paper = grammar("https://www.saseo.example/");
        let plain =
            url("https://www.saseo.example/news/articleView.html?idxno=20261120180000123456");
        for twin in [
            "articleView.html?idxno=20261120180000123456",
            "articlePrint.html?idxno=0020261120180000123456",
        ] {
            let address = paper.address(&url(&format!("https://saseo.example/news/{twin}")));
            assert_eq!(
                address,
                Address::Article {
                    key: None,
                    url: plain.clone()
                },
                "{twin}"
            );
        }
        let zero = paper.address(&url(
            "https://saseo.example/news/articleView.html?idxno=000",
        ));
        assert!(matches!(
            zero,
            Address::Article {
                key: Some(ArticleKey::Number(0)),
                ..
            }
        ));
    }

    #[test]
    fn an_escaped_value_of_a_list_stays_in_its_encoding() {
        let paper = other_cms(
            "list = [\"/l\"]\npage = \"p\"\nkeep = [\"w\"]\n\
             date_window = { from = \"a\", until = \"b\", format = \"%Y%m%d\" }",
        );
        let address = "https://www.saseo.example/l?w=%C3%A5+%B9%E6%26&p=2&x=1";
        let plain = "https://www.saseo.example/l?w=%C3%A5%20%B9%E6%26";
        assert_eq!(list(&paper, address), (plain.to_owned(), 2));
        let day = jiff::civil::date(1999, 1, 1);
        let limited = paper.list_window(&url(address), day, day).unwrap();
        assert_eq!(limited.as_str(), format!("{plain}&a=19990101&b=19990101"));
    }

    #[test]
    fn other_hosts_are_elsewhere() {
        let paper = grammar("https://www.saseo.example/");
        for address in [
            "https://cdn.saseo.example/rss/x.xml",
            "https://saseo.other/",
            "https://notsaseo.example/",
        ] {
            assert_eq!(
                paper.address(&url(address)),
                Address::Elsewhere,
                "{address}"
            );
        }
    }

    #[test]
    fn an_address_as_host_is_told_apart_by_its_port() {
        let paper = grammar("http://127.0.0.1:8401/");
        let article = |port| {
            paper.address(&url(&format!(
                "http://127.0.0.1:{port}/news/articleView.html?idxno=1"
            )))
        };
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
        let page = "https://www.saseo.example/news/articleList.html?sc_sdate=2020-01-01&page=7\
            &sc_section_code=S1N2&total=9";
        let plain = "https://www.saseo.example/news/articleList.html?sc_section_code=S1N2\
            &sc_sdate=2020-01-01&view_type=sm";
        assert_eq!(list(&paper, page), (plain.to_owned(), 7));
        let eighth = paper.list_page(&url(page), 8).unwrap();
        assert_eq!(list(&paper, eighth.as_str()), (plain.to_owned(), 8));
        assert_eq!(paper.list_page(&url(page), 1).unwrap().as_str(), plain);
    }

    #[test]
    fn a_list_is_limited_to_days_in_the_cmss_own_words() {
        let paper = grammar("https://www.saseo.example/");
        let (first, last) = (
            jiff::civil::date(1999, 12, 1),
            jiff::civil::date(2000, 1, 31),
        );
        let list = "https://www.saseo.example/news/articleList.html?page=3&sc_section_code=S1N2\
            &sc_sdate=2020-01-01";
        let limited = paper.list_window(&url(list), first, last).unwrap();
        assert_eq!(
            limited.as_str(),
            "https://www.saseo.example/news/articleList.html?sc_section_code=S1N2\
             &sc_sdate=1999-12-01&sc_edate=2000-01-31&view_type=sm"
        );
        assert_eq!(
            paper.address(&limited),
            Address::List {
                url: limited.clone(),
                page: 1
            }
        );
        assert_eq!(
            paper.list_window(&url("https://www.saseo.example/"), first, last),
            None
        );
        let without = other_cms("list = [\"/l\"]\npage = \"p\"");
        assert_eq!(
            without.list_window(&url("https://www.saseo.example/l"), first, last),
            None
        );
        let with = "list = [\"/l\"]\npage = \"p\"\n\
            date_window = { from = \"a\", until = \"b\", format = \"%Y%m%d\" }";
        let limited = other_cms(with)
            .list_window(&url("https://www.saseo.example/l?p=2&x=1"), first, last)
            .unwrap();
        assert_eq!(
            limited.as_str(),
            "https://www.saseo.example/l?a=19991201&b=20000131"
        );
    }

    /// The grammar of a CMS with these rules.
    fn other_cms(rules: &str) -> Grammar {
        let profile = Profile::parse("x.toml", &format!("name = \"x\"\n[url]\n{rules}")).unwrap();
        Grammar::new(Some(&profile), url("https://www.saseo.example/"))
    }

    #[test]
    fn an_articles_number_may_stand_in_its_path() {
        let rules = "article_patterns = ['^/news/articles/(\\d+)/?$', '^/m/(\\d+)$']\n\
            canonical = \"/news/articles/{number}\"";
        let paper = other_cms(rules);
        let plain = url("https://www.saseo.example/news/articles/12345");
        for twin in [
            "/news/articles/12345",
            "/news/articles/12345/?utm_source=a&from=b",
            "/m/12345",
            "/m/0012345#c",
        ] {
            let address = paper.address(&url(&format!("http://m.saseo.example{twin}")));
            assert_eq!(
                address,
                Address::Article {
                    key: Some(12345.into()),
                    url: plain.clone()
                },
                "{twin}"
            );
        }
        for other in [
            "/news/articles/",
            "/news/articles/x",
            "/news/articles/1/photos",
        ] {
            assert_eq!(
                paper.address(&url(&format!("https://saseo.example{other}"))),
                Address::Other,
                "{other}"
            );
        }
    }

    #[test]
    fn a_path_that_no_number_makes_is_canonical_as_it_stands() {
        let paper = other_cms("article_patterns = ['^/\\d{4}/\\d\\d/\\d\\d/(\\d+)$']");
        let plain = url("https://www.saseo.example/2026/03/07/812");
        let address = paper.address(&url("http://saseo.example/2026/03/07/812?ref=main"));
        assert_eq!(
            address,
            Address::Article {
                key: Some(812.into()),
                url: plain
            }
        );
    }

    /// The key of the article at an address, and its canonical address.
    fn text_key(paper: &Grammar, path: &str) -> Option<(String, String)> {
        let address = paper.address(&url(&format!("http://m.saseo.example{path}")));
        let Address::Article { key, url } = address else {
            return None;
        };
        let key = key.unwrap();
        assert!(key.as_number().is_none(), "{path}");
        Some((key.to_string(), url.to_string()))
    }

    #[test]
    fn an_article_may_be_named_by_a_text_in_its_path() {
        let paper = other_cms(
            "article_id = ['^/(?:mnews/)?article/(?:comment/)?(\\d{3}/\\d{10})/?$']\n\
             canonical = \"/article/{article_id}\"",
        );
        assert!(paper.knows_articles());
        let plain = "https://www.saseo.example/article/001/0012345678";
        for twin in [
            "/article/001/0012345678?sid=102&utm_source=a#c",
            "/mnews/article/001/0012345678",
            "/article/comment/001/0012345678/",
        ] {
            let named = text_key(&paper, twin).unwrap();
            assert_eq!(named, ("001/0012345678".into(), plain.into()), "{twin}");
        }

        // The outlet is part of the name, and so are the zeros.
        for other in ["/article/002/0012345678", "/article/001/0112345678"] {
            assert_ne!(text_key(&paper, other).unwrap().0, "001/0012345678");
        }
        assert_eq!(text_key(&paper, "/article/001/12345678"), None);
    }

    #[test]
    fn parameters_may_name_an_article_together() {
        let paper = other_cms("article = [\"/read\"]\narticle_id_parameters = [\"oid\", \"aid\"]");
        let plain = "https://www.saseo.example/read?oid=001&aid=0001234";
        for twin in [
            "/read?oid=001&aid=0001234",
            "/READ?aid=0001234&sid=102&oid=001#top",
        ] {
            let named = text_key(&paper, twin).unwrap();
            assert_eq!(named, ("001/0001234".into(), plain.into()), "{twin}");
        }
        assert_ne!(
            text_key(&paper, "/read?oid=1&aid=0001234").unwrap().0,
            "001/0001234"
        );

        // One of two names no article, and no value makes the parts of another.
        for other in [
            "/read?oid=001",
            "/read?aid=0001234",
            "/read?oid=001&aid=",
            "/read?oid=001&aid=%20",
            "/read?oid=001%2F0001234&aid=1",
            "/list?oid=001&aid=0001234",
        ] {
            assert_eq!(text_key(&paper, other), None, "{other}");
        }

        let slugs = other_cms("article = [\"/read\"]\narticle_id_parameters = [\"id\"]");
        assert_eq!(text_key(&slugs, "/read?id=%EC%B1%85+a"), None);
        let named = text_key(&slugs, "/read?id=%EC%B1%85%26a");
        let plain = "https://www.saseo.example/read?id=%EC%B1%85%26a";
        assert_eq!(named, Some(("책&a".into(), plain.into())));
    }

    #[test]
    fn old_and_new_addresses_of_naver_are_one_article() {
        let naver = Profile::shipped("naver-news").unwrap();
        let paper = Grammar::new(Some(&naver), url("https://n.news.naver.com/"));
        let plain = Address::Article {
            key: ArticleKey::text("001/0012345678"),
            url: url("https://n.news.naver.com/article/001/0012345678"),
        };
        for form in [
            "https://n.news.naver.com/mnews/article/001/0012345678?sid=102",
            "https://n.news.naver.com/read.naver?oid=001&aid=0012345678",
            "https://news.naver.com/main/read.naver?mode=LSD&mid=shm&oid=001&aid=0012345678",
            "https://news.naver.com/main/read.nhn?mode=LS2D&oid=001&sid1=102&aid=0012345678",
            "https://m.news.naver.com/read.nhn?aid=0012345678&oid=001",
        ] {
            assert_eq!(paper.address(&url(form)), plain, "{form}");
        }

        // Other pages of that host are not the paper's, and values that no story has name none.
        for other in [
            "https://news.naver.com/main/list.naver?mode=LSD",
            "https://news.naver.com/main/read.naver?oid=001",
            "https://news.naver.com/main/read.naver?oid=001&aid=x",
            "https://sports.news.naver.com/article/001/0012345678",
        ] {
            assert_eq!(paper.address(&url(other)), Address::Elsewhere, "{other}");
        }
        let elsewhere = Grammar::new(Some(&naver), url("https://www.saseo.example/"));
        let article = url("https://news.naver.com/article/001/0012345678");
        assert_eq!(elsewhere.address(&article), Address::Elsewhere);
    }

    #[test]
    fn a_slug_is_read_as_its_letters_and_keeps_their_case() {
        let paper = other_cms(
            "article_id = ['^/article/(\\d{4}/[^/]+)$']\ncanonical = \"/article/{article_id}\"",
        );
        let key = |path: &str| text_key(&paper, path).map(|named| named.0);

        let korean = text_key(&paper, "/article/2026/%ec%b1%85방").unwrap();
        let plain = "https://www.saseo.example/article/2026/%EC%B1%85%EB%B0%A9";
        assert_eq!(korean, ("2026/책방".into(), plain.into()));
        assert_eq!(text_key(&paper, "/article/2026/책방"), Some(korean));

        assert_ne!(key("/article/2026/Slug"), key("/article/2026/slug"));
        assert_eq!(key("/article/2026/a%2Fb").as_deref(), Some("2026/a%2Fb"));
        // A text that is too long names nothing.
        let long = |letters: usize| key(&format!("/article/2026/{}", "x".repeat(letters)));
        assert!(long(507).is_some() && long(508).is_none());
    }

    #[test]
    fn a_number_names_an_article_before_a_text_does() {
        let paper = other_cms(
            "article_patterns = ['^/a/(\\d+)$']\narticle_id = ['^/a/([\\w-]+)$']\n\
             canonical = \"/a/{number}\"",
        );
        let numbered = paper.address(&url("https://saseo.example/a/007"));
        let expected = Address::Article {
            key: Some(7.into()),
            url: url("https://www.saseo.example/a/7"),
        };
        assert_eq!(numbered, expected);

        // The canonical form is that of numbers: the path of a text stands as it is.
        let named = text_key(&paper, "/a/spring-2026?x=1").unwrap();
        let plain = "https://www.saseo.example/a/spring-2026";
        assert_eq!(named, ("spring-2026".into(), plain.into()));
    }

    #[test]
    fn another_cms_has_its_own_addresses() {
        let paper = Grammar::new(
            Some(&Profile::shipped("mediaon").unwrap()),
            url("https://www.saseo.example/"),
        );
        let address = |path: &str| paper.address(&url(&format!("http://m.saseo.example{path}")));
        let plain = url("https://www.saseo.example/news/article.html?no=812");
        for twin in [
            "/news/article.html?no=812",
            "/mobile/article.html?no=812",
            "/news/article_print.html?no=812&x=1",
        ] {
            assert_eq!(
                address(twin),
                Address::Article {
                    key: Some(812.into()),
                    url: plain.clone()
                },
                "{twin}"
            );
        }
        let section = url("https://www.saseo.example/news/section.html?sec_no=11");
        for (twin, page) in [
            ("/news/section.html?sec_no=11", 1),
            ("/mobile/section.html?page=3&x=1&sec_no=11", 3),
        ] {
            assert_eq!(
                address(twin),
                Address::List {
                    url: section.clone(),
                    page
                },
                "{twin}"
            );
        }
        for trap in [
            "/news/search.html?search=a",
            "/member/login.html",
            "/news/section.html?skey=a",
            "/admin/",
        ] {
            assert!(matches!(address(trap), Address::Trap { .. }), "{trap}");
        }
        let (first, last) = (
            jiff::civil::date(1999, 12, 1),
            jiff::civil::date(2000, 1, 31),
        );
        let limited = paper.list_window(&section, first, last).unwrap();
        assert_eq!(
            limited.as_str(),
            "https://www.saseo.example/news/section.html?sec_no=11&s_day=19991201&e_day=20000131"
        );
        assert_eq!(address("/news/articleView.html?idxno=1"), Address::Other);
    }

    #[test]
    fn a_lists_name_may_stand_in_its_path() {
        let paper =
            other_cms("list_patterns = ['^/section/[a-z]+$']\npage = \"page\"\nkeep = [\"sub\"]");
        let plain = "https://www.saseo.example/section/culture?sub=2";
        let (given, page) = ("https://saseo.example/section/culture?page=4&x=1&sub=2", 4);
        assert_eq!(list(&paper, given), (plain.to_owned(), page));
        let fifth = paper.list_page(&url(given), 5).unwrap();
        assert_eq!(
            fifth.as_str(),
            "https://www.saseo.example/section/culture?page=5&sub=2"
        );
        assert_eq!(
            paper.address(&url("https://saseo.example/section/")),
            Address::Other
        );
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
            assert!(
                matches!(address, Address::Trap { .. }),
                "{trap} is {address:?}"
            );
        }
    }

    #[test]
    fn a_paper_without_a_profile_has_only_other_pages() {
        let paper = Grammar::new(None, url("https://saseo.example/"));
        assert_eq!(
            paper.address(&url(
                "https://www.saseo.example/news/articleView.html?idxno=1"
            )),
            Address::Other
        );
    }

    proptest! {
        #[test]
        fn canonical_addresses_are_their_own(
            host in "(www\\.|m\\.|)saseo\\.example(:81|)",
            path in "/(news|NEWS)/article(View|List|Print|viewamp)\\.html",
            query in "(&?(idxno|page|sc_section_code|sc_word|view_type|sc_sdate)=[S0-9N%a+ 책]{0,6}){0,4}",
        ) {
            let paper = grammar("https://www.saseo.example/");
            let Ok(given) = PageUrl::parse(&format!("http://{host}{path}?{query}")) else {
                return Ok(());
            };
            match paper.address(&given) {
                Address::Article { key, url } => {
                    prop_assert_eq!(paper.address(&url), Address::Article { key, url });
                }
                Address::List { url, .. } => {
                    let first = Address::List { url: url.clone(), page: 1 };
                    prop_assert_eq!(paper.address(&url), first);
                }
                Address::Trap { .. } | Address::Elsewhere | Address::Other => {}
            }
        }
    }
}
