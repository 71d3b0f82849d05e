//! The address of a picture: the largest of those that its element has.

use std::sync::LazyLock;

use regex::Regex;

use crate::config::profile::ArticleRules;
use crate::extract::measured::picture_file::{PICTURES, file_of};
use crate::markup::{Node, attribute};
use crate::page_url::PageUrl;

/// Attributes with several addresses and their widths.
const SETS: [&str; 4] = ["srcset", "data-srcset", "data-lazy-srcset", "data-bgset"];

/// The width that an address tells: `ferry-300x200.jpg`, `ferry_640.jpg`, `ferry.jpg?w=640`,
/// `?resize=640%2C400`, `/w_640,h_360/`, `/640x360/`.
static TOLD_WIDTH: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"[-_](\d{2,4})x\d{2,4}\.[a-z]{3,4}$|[-_]w?([1-9]\d{2,3})(?:w|px)?\.[a-z]{3,4}$";
    let query = r"[?&](?:w|width|resize)=(\d{2,4})(?:&|,|%2C|$)";
    let folder = r"/(?:w|width)[-_=]?(\d{2,4})[/,]|/(\d{2,4})x\d{2,4}/";
    Regex::new(&format!("(?i){name}|{query}|{folder}")).expect("a test compiles it")
});

/// Names of sizes that are smaller than the whole picture, at the end of a file's name.
static SMALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[-_](?:xs|small|medium|thumb(?:nail)?|preview|mobile)\.[a-z]{3,4}$")
        .expect("a test compiles it")
});

/// Returns the address of a picture: the largest of its `srcset`, else its own, unless that is a
/// placeholder. Pages show a small file at first, and a script or the browser takes a larger one.
pub(super) fn address(node: &Node<'_>, rules: &ArticleRules, page: &PageUrl) -> Option<String> {
    let lazy = rules.lazy.iter().filter_map(|name| attribute(node, name));
    let (of_pages, lazy): (Vec<_>, Vec<_>) = lazy
        .filter(|value| is_address(value))
        .partition(|value| is_of_a_page(value, page));
    let own = lazy
        .into_iter()
        .chain(attribute(node, "src"))
        .find(|link| !is_placeholder(link));
    let set = largest_of(node);
    let Some(own) = own else {
        let sets = set.map(|set| set.link).or_else(|| of_sources(node));
        return sets.or_else(|| of_pages.into_iter().next());
    };

    let larger = set.filter(|set| set.is_larger_than(&own));
    Some(larger.map_or(own, |set| set.link))
}

/// Tells whether the value of a lazy attribute may be an address: scripts keep switches, numbers
/// and JSON in attributes of the same names.
fn is_address(value: &str) -> bool {
    let is_plain = !value.contains(|c: char| c.is_whitespace() || "{}<>\"".contains(c));
    is_plain && (value.contains('/') || has_ending(value))
}

/// Tells whether an address is that of a page of the paper, and not of a picture: `/news/7`. The
/// addresses of services that resize have a picture's ending in them, or a word for pictures.
fn is_of_a_page(link: &str, page: &PageUrl) -> bool {
    const OF_PICTURES: [&str; 7] = ["image", "img", "photo", "media", "file", "upload", "asset"];
    let Ok(target) = page.join(link) else {
        return false;
    };
    let path = target.path_and_query().to_lowercase();
    target.host() == page.host()
        && !has_ending(&path)
        && !OF_PICTURES.iter().any(|word| path.contains(word))
}

/// Tells whether a text has the ending of a picture's file in it.
fn has_ending(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    PICTURES
        .iter()
        .any(|ending| lower.contains(&format!(".{ending}")))
}

/// Returns the largest address of the sources around a picture. They may show other cuts of the
/// photo, so the picture's own addresses come first.
fn of_sources(node: &Node<'_>) -> Option<String> {
    let picture = node.parent().filter(|parent| parent.has_name("picture"))?;
    let mut sources = picture
        .children_it(false)
        .filter(|node| node.has_name("source"));
    sources.find_map(|source| Some(largest_of(&source)?.link))
}

fn told_width(link: &str) -> Option<f64> {
    let path = link.split('?').next().unwrap_or_default();
    if SMALL.is_match(path) {
        return Some(0.0);
    }
    let found = TOLD_WIDTH.captures(link)?;
    let mut groups = found.iter().skip(1).flatten();
    groups.next()?.as_str().parse().ok()
}

/// An address of a set with its size: a width in pixels, or a density.
struct SizedAddress {
    size: f64,
    link: String,
}

impl SizedAddress {
    /// Tells whether the address is of a larger file than the picture's own. An own address that
    /// tells no width, of the same file, is the whole one.
    fn is_larger_than(&self, own: &str) -> bool {
        /// Densities are smaller numbers, and widths larger ones.
        const MOST_DENSE: f64 = 10.0;
        match told_width(own) {
            _ if self.size <= MOST_DENSE => self.size > 1.0,
            Some(width) => self.size > width,
            None => file_of(own) != file_of(&self.link),
        }
    }
}

fn largest_of(node: &Node<'_>) -> Option<SizedAddress> {
    let mut sets = SETS.iter().filter_map(|name| attribute(node, name));
    sets.find_map(|set| largest(&set))
}

/// Returns the largest address in a `srcset`.
fn largest(set: &str) -> Option<SizedAddress> {
    let sized = candidates(set)
        .into_iter()
        .filter(|(link, _)| !is_placeholder(link));
    let sized = sized.map(|(link, size)| SizedAddress {
        size: size
            .trim_end_matches(['w', 'x'])
            .parse()
            .unwrap_or_default(),
        link: link.to_owned(),
    });
    sized.max_by(|a, b| a.size.total_cmp(&b.size))
}

/// Returns the addresses in a `srcset` with their sizes. An address ends with white space and may
/// have commas in it; its size ends with a comma (HTML Standard §4.8.4.3.10).
fn candidates(set: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = set;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }

        let (link, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if link.ends_with(',') {
            found.push((link.trim_end_matches(','), ""));
            rest = behind;
        } else {
            let (size, behind) = behind.split_once(',').unwrap_or((behind, ""));
            found.push((link, size.trim()));
            rest = behind;
        }
    }
}

/// Tells whether an address is one of a picture that stands in until the photo is loaded.
pub(super) fn is_placeholder(link: &str) -> bool {
    const NAMES: [&str; 9] = [
        "placeholder",
        "blank.",
        "spacer",
        "transparent",
        "loading.",
        "lazy.",
        "1x1",
        "pixel.",
        "empty.",
    ];
    let lower = link.to_ascii_lowercase();
    let file = lower.split(['?', '#']).next().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or_default();
    lower.starts_with("data:")
        || lower.starts_with("about:")
        || lower.starts_with("blob:")
        || file.ends_with(".svg")
        || NAMES.iter().any(|name| file.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use crate::markup::Tree;

    fn address_of(picture: &str) -> Option<String> {
        let tree = Tree::parse(picture).unwrap();
        let root = tree.root();
        let image = root.descendants_it().find(|node| node.has_name("img"));
        let page = PageUrl::parse("https://paper.example/news/7").unwrap();
        address(&image.unwrap(), &Profile::generic().article, &page)
    }

    #[test]
    fn a_lazy_attribute_without_an_address_of_a_picture_gives_way() {
        for (told, expected) in [
            ("data-lazy=true", "/1.jpg"),
            ("data-lazyload=1", "/1.jpg"),
            ("data-image='{\"id\": \"/2.jpg\"}'", "/1.jpg"),
            ("data-url=/news/8", "/1.jpg"),
            ("data-url=https://paper.example/news/8", "/1.jpg"),
            ("data-lazy=true data-image=/2.jpg", "/2.jpg"),
            ("data-lazy=2.webp", "2.webp"),
            ("data-src=/resize/2.jpg/640", "/resize/2.jpg/640"),
            ("data-src=/image/2", "/image/2"),
            ("data-src=//cdn.example/2", "//cdn.example/2"),
        ] {
            let picture = format!("<img {told} src=/1.jpg>");
            assert_eq!(address_of(&picture).as_deref(), Some(expected), "{told}");
        }
        let alone = "<img data-src=/p/2 src=/blank.gif>";
        assert_eq!(address_of(alone).as_deref(), Some("/p/2"));
    }

    #[test]
    fn the_largest_of_a_set_is_better_than_the_pictures_own_address() {
        for (picture, expected) in [
            (
                "<img src=/1-300x200.jpg srcset='/1-300x200.jpg 300w, /1-1024x700.jpg 1024w'>",
                "/1-1024x700.jpg",
            ),
            ("<img src=/1.jpg srcset='/1@2x.jpg 2x'>", "/1@2x.jpg"),
            ("<img src=/1.jpg srcset='/1.jpg 1x'>", "/1.jpg"),
            (
                "<img src='/1.jpg?w=3840' srcset='/1.jpg?w=640 640w, /1.jpg?w=1920 1920w'>",
                "/1.jpg?w=3840",
            ),
            ("<img src=/1.jpg srcset='/1.jpg?w=900 900w'>", "/1.jpg"),
            (
                "<img src='/1.jpg?resize=900%2C600' srcset='/1.jpg?w=900 900w'>",
                "/1.jpg?resize=900%2C600",
            ),
            (
                "<img src=/1-small.jpg srcset='/1-large.jpg 900w'>",
                "/1-large.jpg",
            ),
            ("<img src=/1.jpg srcset='/2.jpg, /3.jpg'>", "/1.jpg"),
            ("<img src=/1.jpg srcset='/1.jpg 1x,/2.jpg 2x'>", "/2.jpg"),
            (
                "<img src=/1-640.jpg srcset='/1-640.jpg 640w,/1-1920.jpg 1920w'>",
                "/1-1920.jpg",
            ),
            (
                "<img srcset='/w_640,h_360/1.jpg 640w,/w_1280,h_720/1.jpg 1280w'>",
                "/w_1280,h_720/1.jpg",
            ),
            (
                "<img data-srcset='/1_small.jpg 300w,/1_large.jpg 900w,/1_medium.jpg 600w'>",
                "/1_large.jpg",
            ),
            ("<img src=/1.jpg srcset='/blank.gif 900w'>", "/1.jpg"),
            (
                "<picture><source srcset='/cut.webp 900w'><img src=/1.jpg></picture>",
                "/1.jpg",
            ),
        ] {
            assert_eq!(address_of(picture).as_deref(), Some(expected), "{picture}");
        }
    }
}
