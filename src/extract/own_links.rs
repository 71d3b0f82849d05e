//! Tells where the links of an unknown page lead.

use url::Url;

use crate::extract::vocabulary::PAGES_OF_WRITERS;
use crate::markup::Node;
use crate::page_url::PageUrl;

/// Labels of a domain below a country's own second level: `paper.co.kr`.
const LABELS_IN_COUNTRY: usize = 3;

/// Longest label of such a second level: `co`, `com`, `or`.
const LONGEST_SECOND_LEVEL: usize = 3;

/// Returns the page that a link leads to, where it is one of the same paper. A place on a page, as
/// `#top`, is none, and neither is a script.
pub(super) fn own_target(link: &Node<'_>, url: &PageUrl) -> Option<Url> {
    let target = url.as_url().join(&link.attr("href")?).ok()?;
    let is_own = target.fragment().is_none() && is_of_paper(&target, url.as_url());
    is_own.then_some(target)
}

/// Whole parts of the addresses of pages that list stories or photos.
#[rustfmt::skip]
const LISTS: [&str; 28] = [
    "tag", "tags", "topic", "topics", "thema", "themen", "hashtag", "hashtags", "gallery",
    "galleries", "photo", "photos", "photogallery", "photolist", "series", "serie", "serien",
    "section", "category", "categories", "categoria", "categorias", "categorie", "search",
    "autoren", "autores", "profil", "profiles",
];

/// Tells whether an address is that of a list rather than of a story: of the home page, a section,
/// a writer, a tag, a gallery or a series. The address of a story has a number, or a last part of
/// several words.
pub(super) fn is_to_a_list(target: &Url) -> bool {
    /// Fewest words in the address of a story without a number.
    const WORDS: usize = 3;
    let path = target.path().to_lowercase();
    let writers = PAGES_OF_WRITERS.map(|part| part.trim_matches('/'));
    let is_named = path.split('/').any(|part| {
        let part = part.split('.').next().unwrap_or_default();
        let one = part.strip_suffix('s').unwrap_or(part);
        LISTS.contains(&part) || writers.contains(&part) || writers.contains(&one)
    });

    let last = path.trim_end_matches('/').rsplit('/').next();
    let last = last.unwrap_or_default();
    let has_number = path.contains(|c: char| c.is_ascii_digit()) || target.query().is_some();
    let is_file = last.contains('.');
    is_named || !has_number && !is_file && last.split(['-', '_']).count() < WORDS
}

/// Tells whether a path is below another one.
pub(super) fn is_below(path: &str, upper: &str) -> bool {
    let rest = path.strip_prefix(upper.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
}

/// Tells whether two addresses have one host, or hosts of one domain.
fn is_of_paper(target: &Url, own: &Url) -> bool {
    match (target.domain(), own.domain()) {
        (Some(target), Some(own)) => {
            let bare = own.strip_prefix("www.").unwrap_or(own);
            let below = target.strip_suffix(bare);
            below.is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
                || domain(target) == domain(own)
        }
        (None, None) => target.host().is_some() && target.host() == own.host(),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Returns the part of a host's name that one owner registers, by the lengths of its labels.
fn domain(host: &str) -> Vec<&str> {
    let labels: Vec<&str> = host.split('.').collect();
    let is_in_country = match labels.as_slice() {
        [.., second, top] => top.len() == 2 && second.len() <= LONGEST_SECOND_LEVEL,
        _ => false,
    };
    let count = if is_in_country { LABELS_IN_COUNTRY } else { 2 };
    labels[labels.len().saturating_sub(count)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    fn is_own(href: &str, page: &str) -> bool {
        let tree = Tree::parse(&format!("<a href=\"{href}\">골목</a>")).unwrap();
        let link = tree.root().descendants_it().find(|node| node.has_name("a"));
        own_target(&link.unwrap(), &PageUrl::parse(page).unwrap()).is_some()
    }

    #[test]
    fn links_to_the_hosts_of_a_paper_are_its_own() {
        let page = "https://www.paper.example/news/7";
        for href in [
            "/a",
            "b?c=1",
            "https://paper.example/",
            "//sport.paper.example/x",
        ] {
            assert!(is_own(href, page), "{href}");
        }
        assert!(is_own(
            "https://www.hanbit.co.kr/a",
            "https://m.hanbit.co.kr/7"
        ));
        assert!(is_own("/a", "http://127.0.0.1/7"));
    }

    #[test]
    fn the_address_of_a_story_has_a_number_or_several_words() {
        let is_list = |path: &str| {
            let whole = format!("https://www.paper.example{path}");
            is_to_a_list(&Url::parse(&whole).unwrap())
        };
        for path in [
            "/",
            "/sport",
            "/author/7",
            "/tag/ice",
            "/gallery/2026/7",
            "/culture/on-stage/",
            "/search.html?q=7",
            "/photo/8",
            "/authors/moe-reed-7",
        ] {
            assert!(is_list(path), "{path}");
        }
        for path in [
            "/news/8",
            "/ice-on-the-canal",
            "/a?id=x",
            "/ice.html",
            "/inns/1",
            "/news/search-for-the-lost-barge-8",
            "/photographer-on-ice-7",
            "/2026/serial-skater-2",
            "/authority-shuts-the-lock-3",
        ] {
            assert!(!is_list(path), "{path}");
        }
    }

    #[test]
    fn links_to_others_and_to_places_on_a_page_are_not() {
        let page = "https://www.paper.example/news/7";
        for href in [
            "#top",
            "/a#b",
            "https://other.example/a",
            "https://notpaper.example/a",
            "http://127.0.0.1/a",
            "javascript:go()",
            "mailto:a@paper.example",
        ] {
            assert!(!is_own(href, page), "{href}");
        }
        assert!(!is_own(
            "https://www.other.co.kr/a",
            "https://www.hanbit.co.kr/7"
        ));
        assert!(!is_own("http://127.0.0.2/a", "http://127.0.0.1/7"));
    }
}
