//! Documents: the base of a page's links, the encoding of their queries, the page's refresh, and
//! its next page.

use std::sync::LazyLock;

use encoding_rs::{Encoding, UTF_8};

use crate::markup::{Node, Selector, Tree, attribute};
use crate::page_url::{PageUrl, UrlError};

/// The base of links. The first one counts, whatever its value is (HTML 4.2.3).
static BASE: LazyLock<Selector> = LazyLock::new(|| selector("base[href]"));

/// A redirect by a meta tag (HTML 4.2.5.3).
static REFRESH: LazyLock<Selector> =
    LazyLock::new(|| selector(r#"meta[http-equiv="refresh" i][content]"#));

/// A link to the next page (HTML 4.6.7.13).
static NEXT: LazyLock<Selector> =
    LazyLock::new(|| selector(r#"link[rel~="next" i][href], a[rel~="next" i][href]"#));

/// A refresh within so many seconds is a redirect: no reader reads the page in that time. A later
/// refresh replaces a page that was read, as tickers and advertisements do.
const AT_ONCE: f64 = 10.0;

fn selector(text: &str) -> Selector {
    Selector::compile(text).expect("a test reads a document with it")
}

/// A document's address, with what its links depend on.
#[derive(Clone, Debug)]
pub struct Document {
    url: PageUrl,
    base: PageUrl,
    encoding: &'static Encoding,
}

/// A redirect by a meta tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Refresh {
    pub to: PageUrl,
    /// No reader sees the document.
    pub is_at_once: bool,
}

impl Document {
    /// Takes the base that the page names. Queries are encoded in UTF-8.
    pub fn new(url: &PageUrl, tree: &Tree) -> Self {
        let href = tree.first(&BASE).and_then(|base| base.attr("href"));
        let base = href
            .and_then(|href| url.join(&href).ok())
            .unwrap_or_else(|| url.clone());
        Self {
            url: url.clone(),
            base,
            encoding: UTF_8,
        }
    }

    /// Sets the encoding of the page, by its WHATWG name.
    pub fn encoded_in(self, name: &str) -> Self {
        // URL Standard, query state: UTF-16 is no encoding for queries.
        let encoding =
            Encoding::for_label(name.as_bytes()).map_or(UTF_8, Encoding::output_encoding);
        Self { encoding, ..self }
    }

    /// Returns where the document stood.
    pub fn url(&self) -> &PageUrl {
        &self.url
    }

    /// Resolves a link of the document.
    ///
    /// # Errors
    ///
    /// Fails where the link leads to no page.
    pub fn join(&self, link: &str) -> Result<PageUrl, UrlError> {
        self.base.join_in(link, self.encoding)
    }

    /// Returns the refresh of the document. A refresh to the document itself only reloads it, and
    /// is none.
    pub fn refresh(&self, tree: &Tree) -> Option<Refresh> {
        tree.all(&REFRESH)
            .filter(|meta| !is_for_the_scriptless(meta))
            .filter_map(|meta| self.read_refresh(&attribute(&meta, "content")?))
            .find(|refresh| refresh.to != self.url)
    }

    /// Reads `5; url='/main'` as browsers do (HTML 4.2.5.3, shared declarative refresh steps).
    fn read_refresh(&self, content: &str) -> Option<Refresh> {
        let content = content.trim_start();
        let end = content
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(content.len());
        let (seconds, rest) = content.split_at(end);
        let seconds: f64 = if seconds.starts_with('.') {
            0.0
        } else {
            seconds.split('.').next()?.parse().ok()?
        };

        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == ',');
        let is_named = rest
            .get(..3)
            .is_some_and(|name| name.eq_ignore_ascii_case("url"));
        let value = if is_named {
            rest[3..].trim_start().strip_prefix('=').unwrap_or(rest)
        } else {
            rest
        };
        let value = value.trim();
        let quote = value.chars().next().filter(|c| "\"'".contains(*c));
        let target = quote.map_or(value, |quote| {
            value[1..].split(quote).next().unwrap_or_default()
        });

        let to = if target.is_empty() {
            None
        } else {
            self.join(target).ok()
        };
        to.map(|to| Refresh {
            to,
            is_at_once: seconds <= AT_ONCE,
        })
    }

    /// Returns the page that the document names as its next one (HTML 4.6.7.13).
    pub fn next(&self, tree: &Tree) -> Option<PageUrl> {
        tree.all(&NEXT)
            .find_map(|link| self.join(&attribute(&link, "href")?).ok())
            .filter(|next| *next != self.url)
    }
}

/// What stands for readers without scripts often sends them to a page that asks them to switch
/// scripts on.
fn is_for_the_scriptless(node: &Node<'_>) -> bool {
    node.ancestors(None).iter().any(|above| {
        above
            .qual_name_ref()
            .is_some_and(|name| &*name.local == "noscript")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> PageUrl {
        PageUrl::parse("https://www.saseo.example/news/list.html").unwrap()
    }

    fn joined(html: &str, link: &str) -> String {
        Document::new(&page(), &Tree::parse(html).unwrap())
            .join(link)
            .unwrap()
            .to_string()
    }

    #[test]
    fn the_first_base_that_has_an_address_counts() {
        assert_eq!(joined("<p>책", "a"), "https://www.saseo.example/news/a");
        let two = "<base target=_top><base href='/archive/'><base href='/other/'>";
        assert_eq!(joined(two, "a"), "https://www.saseo.example/archive/a");
        assert_eq!(
            joined("<base href=''><base href='/other/'>", "a"),
            "https://www.saseo.example/news/a"
        );
        assert_eq!(
            joined("<base href='data:,x'><base href='/other/'>", "a"),
            "https://www.saseo.example/news/a"
        );
        assert_eq!(
            joined("<!-- <base href='/no/'> --><base href=/b/>", "a"),
            "https://www.saseo.example/b/a"
        );
        assert_eq!(
            joined("<script>'<base href=/no/>'</script><base href=/b/>", "a"),
            "https://www.saseo.example/b/a"
        );
    }

    #[test]
    fn a_query_is_in_its_documents_encoding_and_what_is_escaped_stays() {
        let document = Document::new(&page(), &Tree::parse("").unwrap()).encoded_in("EUC-KR");
        let joined = |link: &str| document.join(link).unwrap().path_and_query().to_owned();
        assert_eq!(joined("/책?w=책&v=1"), "/%EC%B1%85?w=%C3%A5&v=1");
        assert_eq!(joined("/a?w=%c3%a5&x=%EC%B1%85"), "/a?w=%C3%A5&x=%EC%B1%85");
        // What the encoding lacks is written as a character reference, escaped.
        assert_eq!(joined("/a?w=𝒳"), "/a?w=%26%23119987%3B");
    }

    #[test]
    fn a_document_sends_its_readers_as_browsers_read_it() {
        let refresh = |content: &str| {
            let html = format!("<meta http-equiv=Refresh content=\"{content}\">");
            let told = Document::new(&page(), &Tree::parse(&html).unwrap())
                .refresh(&Tree::parse(&html).unwrap());
            told.map(|told| (told.to.path_and_query().to_owned(), told.is_at_once))
        };
        for content in [
            "0;url=/main",
            "0; URL='/main'",
            " 0.5 , url = /main",
            "0 /main",
            "1;url='/main' x",
        ] {
            assert_eq!(
                refresh(content),
                Some(("/main".to_owned(), true)),
                "{content}"
            );
        }
        assert_eq!(refresh("600;url=/main"), Some(("/main".to_owned(), false)));
        for content in [
            "300",
            "0;url=",
            "0;url=/news/list.html",
            "x;url=/main",
            "0;url=javascript:x()",
            "",
        ] {
            assert_eq!(refresh(content), None, "{content}");
        }
    }

    #[test]
    fn a_refresh_for_readers_without_scripts_is_none() {
        let html = "<noscript><meta http-equiv=refresh content='0;url=/no-script'></noscript>";
        let tree = Tree::parse(html).unwrap();
        assert_eq!(Document::new(&page(), &tree).refresh(&tree), None);
    }

    #[test]
    fn the_next_page_is_named_in_the_head_or_in_a_link() {
        let next = |html: &str| {
            let tree = Tree::parse(html).unwrap();
            Document::new(&page(), &tree)
                .next(&tree)
                .map(|url| url.path_and_query().to_owned())
        };
        assert_eq!(
            next("<link rel=next href='?page=2'>").as_deref(),
            Some("/news/list.html?page=2")
        );
        assert_eq!(
            next("<a rel='nofollow NEXT' href='2'>다음</a>").as_deref(),
            Some("/news/2")
        );
        assert_eq!(
            next("<a rel=prev href=1>이전</a><a rel=next href='list.html'>"),
            None
        );
    }
}
