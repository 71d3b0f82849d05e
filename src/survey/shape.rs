//! The shapes of addresses, and those that are numbered like articles. Pure.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::page_url::PageUrl;
use crate::survey::surveyed_page::{PageLink, trap};

/// Fewest characters of a title: the texts of menus and pagers are shorter.
const TITLE: usize = 8;
/// Fewest titled links of a shape that may be that of articles: one alone may be an advertisement.
const LEAST: usize = 2;

/// A shape of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Shape {
    /// A path, and the parameter that numbers its pages.
    Numbered { path: String, number: String },
    /// A path that itself holds a number or a title: digits are `#`, titles `*`.
    Path(String),
}

/// A shape that may be that of articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub shape: Shape,
    /// Distinct pages of it with a text like a title.
    pub titled: usize,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbered { path, number } => write!(f, "{path}?{number}=#"),
            Self::Path(path) => f.write_str(path),
        }
    }
}

impl Shape {
    pub(super) fn matches(&self, url: &PageUrl) -> bool {
        self.key(url).is_some()
    }

    /// Returns the part of an address that identifies a page of the shape.
    pub(super) fn key(&self, url: &PageUrl) -> Option<String> {
        let path = url.as_url().path();
        match self {
            Self::Numbered { path: own, number } if own == path => {
                url.parameter(number).filter(|value| is_number(value))
            }
            Self::Path(own) if *own == pattern(path) => Some(path.to_owned()),
            Self::Numbered { .. } | Self::Path(_) => None,
        }
    }

    fn of(url: &PageUrl) -> Vec<Self> {
        let path = url.as_url().path();

        let numbered = url
            .as_url()
            .query_pairs()
            .filter(|(_, value)| is_number(value));
        let mut shapes: Vec<Self> = numbered
            .map(|(name, _)| Self::Numbered {
                path: path.to_owned(),
                number: name.into_owned(),
            })
            .collect();

        let pattern = pattern(path);
        if pattern != path {
            shapes.push(Self::Path(pattern));
        }
        shapes
    }
}

/// Returns the shapes that may be those of articles, the likeliest first: those with most titled
/// pages.
pub(super) fn candidates<'a>(links: impl Iterator<Item = &'a PageLink>) -> Vec<Candidate> {
    let mut pages: BTreeMap<Shape, HashMap<String, usize>> = BTreeMap::new();
    for link in links.filter(|link| trap(&link.url).is_none()) {
        for shape in Shape::of(&link.url) {
            let Some(key) = shape.key(&link.url) else {
                continue;
            };
            let longest = pages.entry(shape).or_default().entry(key).or_default();
            *longest = link.text.chars().count().max(*longest);
        }
    }

    let counted = pages.into_iter().map(|(shape, lengths)| Candidate {
        shape,
        titled: titled(&lengths),
    });
    let mut found: Vec<Candidate> = counted
        .filter(|candidate| candidate.titled >= LEAST)
        .collect();
    found.sort_by_key(|candidate| std::cmp::Reverse(candidate.titled));

    // Sections may have long names, too, but they are few beside articles.
    let most = found.first().map_or(0, |best| best.titled);
    found.retain(|candidate| candidate.titled * 4 >= most);
    found
}

/// Returns how many pages have a text that is long enough for a title, by the lengths of their
/// longest texts.
fn titled(lengths: &HashMap<String, usize>) -> usize {
    lengths.values().filter(|length| **length >= TITLE).count()
}

/// Tells whether a text is a number as CMSs assign them.
pub(super) fn is_number(text: &str) -> bool {
    (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns a path with its digits as `#`, and its titles in words as `*`.
fn pattern(path: &str) -> String {
    let parts = path.split('/').map(|part| {
        let is_title = part.matches('-').count() >= 2 || part.matches('%').count() >= 6;
        if is_title {
            "*".to_owned()
        } else {
            numbers(part)
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Returns a name with every run of digits as `#`. A single digit is part of the name, as in
/// `index2.html`.
fn numbers(part: &str) -> String {
    let mut shape = String::new();
    let mut digits = String::new();

    for c in part.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }

        match digits.len() {
            0 => {}
            1 if part.len() > 1 => shape.push_str(&digits),
            _ => shape.push('#'),
        }
        digits.clear();
        if c != '\0' {
            shape.push(c);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(path: &str, text: &str) -> PageLink {
        let url = PageUrl::parse(&format!("https://a.example{path}")).unwrap();
        PageLink {
            url,
            text: text.to_owned(),
            in_menu: false,
        }
    }

    fn best(links: &[PageLink]) -> Option<Shape> {
        candidates(links.iter())
            .into_iter()
            .next()
            .map(|candidate| candidate.shape)
    }

    #[test]
    fn the_parameter_that_numbers_titles_is_found_among_others() {
        let links = [
            link("/news/view.html?page=1&no=11", "책방에 봄이 왔다고 한다"),
            link("/news/view.html?page=1&no=12", "헌책을 나누는 저녁 모임"),
            link("/news/list.html?page=2", "2"),
            link("/news/list.html?page=3", "3"),
            link("/news/viewPrint.html?no=11", "인쇄하기 위한 화면입니다"),
            link("/news/viewPrint.html?no=12", "인쇄하기 위한 화면입니다"),
            link("/news/viewPrint.html?no=13", "인쇄하기 위한 화면입니다"),
        ];
        assert_eq!(
            best(&links),
            Some(Shape::Numbered {
                path: "/news/view.html".into(),
                number: "no".into()
            })
        );
    }

    #[test]
    fn numbers_and_titles_in_paths_have_a_shape() {
        let numbered = [
            link("/news/10423", "A title of a story"),
            link("/news/10424", "Another title here"),
        ];
        assert_eq!(best(&numbered), Some(Shape::Path("/news/#".into())));
        let titled = [
            link("/2026/11/20/a-shop-of-books", "A title of a story"),
            link("/2026/11/21/two-old-men-read", "Another title here"),
        ];
        assert_eq!(best(&titled), Some(Shape::Path("/#/#/#/*".into())));
    }

    #[test]
    fn a_few_sections_with_long_names_are_no_articles() {
        let story = |k: u32| link(&format!("/view?no={k}"), "A title of a story");
        let sections = [
            link("/list?cat=1", "Entertainment"),
            link("/list?cat=2", "International"),
        ];
        let links: Vec<PageLink> = (0..9).map(story).chain(sections).collect();
        assert_eq!(candidates(links.iter()).len(), 1);
    }

    #[test]
    fn a_menu_has_no_titles() {
        assert_eq!(
            best(&[link("/list?sec=1", "정치"), link("/list?sec=2", "문화")]),
            None
        );
    }
}
