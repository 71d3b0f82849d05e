//! Links of pages without a profile, by spider's extractor: no fetching, no waiting, only bytes.

use std::collections::HashSet;

use futures_util::FutureExt;
use spider::page::{build, get_page_selectors};
use spider::utils::PageResponse;

use crate::discover::document::Document;
use crate::markup;
use crate::page_url::PageUrl;

/// The beginning of the text that spider gets. spider obeys the first charset that a page declares,
/// and the text is UTF-8 by now, whatever the page declares.
const CHARSET: &str = "<meta charset=\"utf-8\">";

/// Returns the addresses that a page links, on any host, sorted and each once.
///
/// A page that is built to exhaust its parser has no links. spider compares links without regard to
/// case: of `/A` and `/a` it finds one.
pub fn links(document: &Document, html: &str) -> Vec<PageUrl> {
    if markup::check(html).is_err() {
        return Vec::new();
    }

    let joined: HashSet<PageUrl> = raw_links(document, html)
        .iter()
        .map(|link| html_escape::decode_html_entities(link))
        .filter_map(|link| document.join(&link).ok())
        .collect();
    let mut links: Vec<PageUrl> = joined.into_iter().collect();
    links.sort();
    links
}

/// Returns the links of a page as they are written.
fn raw_links(document: &Document, html: &str) -> Vec<String> {
    let content = Some(format!("{CHARSET}{html}").into_bytes());
    let response = PageResponse {
        content,
        status_code: spider::reqwest::StatusCode::OK,
        ..PageResponse::default()
    };
    let mut page = build(document.url().as_str(), response);
    // The raw links are needed: spider neither decodes `&amp;` nor keeps links to the paper's other
    // host names.
    page.page_links = Some(Box::default());
    let selectors = get_page_selectors(document.url().as_str(), false, false);

    // The future is for pages on disk. A page in memory is ready at once; if it were not, it would
    // have no links.
    let _resolved = page.links(&selectors, &None).now_or_never();
    let links = page.page_links.map(|links| *links).unwrap_or_default();
    links
        .iter()
        .map(|link| link.inner().as_str().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    fn found(html: &str) -> Vec<String> {
        let url = PageUrl::parse("https://www.saseo.example/news/list.html").unwrap();
        links(&Document::new(&url, &Tree::parse(html).unwrap()), html)
            .iter()
            .map(PageUrl::to_string)
            .collect()
    }

    #[test]
    fn links_are_unescaped_and_joined() {
        let html = r#"<meta charset="euc-kr"><body><a href="view.html?a=1&amp;b=2">하나</a>
            <a href='/책방'>둘</a><a href="https://m.saseo.example/x">셋</a>
            <a href="https://other.example/">넷</a><a href="view.html?a=1&b=2">하나</a>
            <a href="javascript:x()">다섯</a><a href="mailto:a@b.kr">여섯</a></body>"#;
        assert_eq!(
            found(html),
            [
                "https://m.saseo.example/x",
                "https://other.example/",
                "https://www.saseo.example/%EC%B1%85%EB%B0%A9",
                "https://www.saseo.example/news/view.html?a=1&b=2",
            ]
        );
    }

    #[test]
    fn a_relative_base_is_obeyed() {
        assert_eq!(
            found("<base href='/archive/'><a href=x>x</a>"),
            ["https://www.saseo.example/archive/x"]
        );
    }

    #[test]
    fn a_page_without_links_has_none() {
        assert!(found("").is_empty() && found("글").is_empty());
    }
}
