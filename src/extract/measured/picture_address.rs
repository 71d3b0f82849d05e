//! The address of a picture: the largest of those that its element has, and what addresses of one
//! file have in common.

use std::sync::LazyLock;

use regex::Regex;

use crate::config::profile::ArticleRules;
use crate::markup::{Node, attribute};

/// The endings of pictures' files.
const PICTURES: [&str; 6] = ["jpg", "jpeg", "png", "webp", "gif", "avif"];

/// Attributes with several addresses and their widths.
const SETS: [&str; 4] = ["srcset", "data-srcset", "data-lazy-srcset", "data-bgset"];

/// The width that an address tells: `ferry-300x200.jpg`, `ferry.jpg?w=640`, `?resize=640%2C400`.
static TOLD_WIDTH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)[-_](\d{2,4})x\d{2,4}\.[a-z]{3,4}$|[?&](?:w|width|resize)=(\d{2,4})(?:&|,|%2C|$)",
    )
    .expect("a test compiles it")
});

/// Parameters that tell the size, the quality and the kind of a picture, and not which it is.
static SIZE_PARAMETERS: LazyLock<Regex> = LazyLock::new(|| {
    let names =
        "w|h|q|width|height|quality|fit|crop|resize|size|auto|format|fm|dpr|rect|strip|ssl|type";
    Regex::new(&format!(r"(?i)([?&])(?:(?:{names})=[^&]*(?:&|$))+")).expect("a test compiles it")
});

/// Folders that tell the size of a picture: `/800x600/`, `/w_800,h_600/`, `/width-640/`.
static SIZE_FOLDERS: LazyLock<Regex> = LazyLock::new(|| {
    let letters = r"(?:w|h|c|q|f|g|ar|dpr|fl)_[\w.:\-]+";
    Regex::new(&format!(
        r"(?i)/(?:\d{{2,4}}x\d{{2,4}}|{letters}(?:,{letters})*|(?:w|h|width|height)[-=]?\d{{2,4}})/"
    ))
    .expect("a test compiles it")
});

/// The end of a file's name that tells its size, as WordPress and others write it: `-300x200`,
/// `-scaled`, `@2x`.
static SIZE_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:[-_]\d{2,4}x\d{2,4}|-scaled|@[1-4](?:\.\d)?x)$")
        .expect("a test compiles it")
});

/// Returns the address of a picture: the largest of its `srcset`, else its own, unless that is a
/// placeholder. Pages show a small file at first, and a script or the browser takes a larger one.
pub(super) fn address(node: &Node<'_>, rules: &ArticleRules) -> Option<String> {
    let lazy = rules.lazy.iter().filter_map(|name| attribute(node, name));
    let own = lazy
        .chain(attribute(node, "src"))
        .find(|link| !is_placeholder(link));
    let set = largest_of(node);
    let Some(own) = own else {
        return set.map(|set| set.link).or_else(|| of_sources(node));
    };

    let larger = set.filter(|set| set.is_larger_than(&own));
    Some(larger.map_or(own, |set| set.link))
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
    let found = TOLD_WIDTH.captures(link)?;
    found.get(1).or(found.get(2))?.as_str().parse().ok()
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
    let candidates = set.split(", ").flat_map(|part| {
        part.split(",http").enumerate().map(|(at, rest)| {
            if at == 0 {
                rest.to_owned()
            } else {
                format!("http{rest}")
            }
        })
    });
    let sized = candidates.filter_map(|candidate| {
        let mut words = candidate.split_whitespace();
        let link = words.next()?.trim_end_matches(',').to_owned();
        let size = words
            .next()
            .and_then(|size| size.trim_end_matches(['w', 'x', ',']).parse::<f64>().ok());
        let size = size.unwrap_or_default();
        (!is_placeholder(&link)).then_some(SizedAddress { size, link })
    });
    sized.max_by(|a, b| a.size.total_cmp(&b.size))
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

/// Returns what the addresses of one file have in common. Sizes stand in the query, in a folder and
/// at the end of the name; the ending tells the kind in which it is sent.
pub(super) fn file_of(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let path = SIZE_FOLDERS.replace_all(path, "/");
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));

    let is_picture = PICTURES.contains(&ending.to_ascii_lowercase().as_str()) && stem != "image";
    if is_picture {
        return format!("{folder}/{}", SIZE_END.replace(stem, ""));
    }

    // Services that resize name the picture in the query.
    let query = format!("?{query}");
    let query = SIZE_PARAMETERS.replace_all(&query, "$1");
    format!("{folder}/{name}{}", query.trim_end_matches(['?', '&']))
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
        address(&image.unwrap(), &Profile::generic().article)
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
            ("<img src=/1.jpg srcset='/blank.gif 900w'>", "/1.jpg"),
            (
                "<picture><source srcset='/cut.webp 900w'><img src=/1.jpg></picture>",
                "/1.jpg",
            ),
        ] {
            assert_eq!(address_of(picture).as_deref(), Some(expected), "{picture}");
        }
    }

    #[test]
    fn addresses_of_one_file_differ_in_size_and_kind_alone() {
        for (one, other) in [
            ("/p/ferry-300x200.jpg", "/p/ferry-1024x700.jpg"),
            ("/p/ferry.jpg", "/p/ferry-scaled.jpg"),
            ("/p/ferry.jpg", "/p/ferry@2x.jpg"),
            ("/p/ferry.jpg?w=300", "/p/ferry.jpg"),
            ("/p/ferry.jpg", "/p/ferry.webp"),
            ("/p/300x200/ferry.jpg", "/p/800x600/ferry.jpg"),
            ("/up/w_300,h_200/ferry.jpg", "/up/w_800/ferry.jpg"),
            (
                "/_next/image?url=%2Fferry.jpg&w=640&q=75",
                "/_next/image?url=%2Fferry.jpg&w=1920&q=75",
            ),
            ("/resize?w=640&url=a", "/resize?w=1920&url=a"),
        ] {
            assert_eq!(file_of(one), file_of(other), "{one}");
        }
    }

    #[test]
    fn pictures_of_a_series_are_files_of_their_own() {
        for (one, other) in [
            ("/p/ferry-1.jpg", "/p/ferry-2.jpg"),
            ("/p/ferry_640.jpg", "/p/ferry_641.jpg"),
            ("/p/2026/03/1.jpg", "/p/2026/04/1.jpg"),
            (
                "/_next/image?url=%2F1.jpg&w=640",
                "/_next/image?url=%2F2.jpg&w=640",
            ),
            ("/photo?id=1", "/photo?id=2"),
            ("/p/w/1.jpg", "/p/h/1.jpg"),
        ] {
            assert_ne!(file_of(one), file_of(other), "{one}");
        }
    }
}
