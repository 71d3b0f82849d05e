//! Finds the photos of an unknown page's story, with the words printed below them.

use std::collections::HashSet;

use crate::config::profile::ArticleRules;
use crate::extract::article::Image;
use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::measured::captions::{BOXES, caption};
use crate::extract::measured::picture_address::{address, is_placeholder};
use crate::extract::measured::picture_file::file_of;
use crate::extract::own_links::own_target;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::photos::image;
use crate::extract::scan::PageScan;
use crate::markup::{Node, NodeId, text};
use crate::page_url::PageUrl;
use crate::text::weight;

/// Most photos of a story: a gallery has some hundred.
const MOST: usize = 200;

/// Fewest pixels of a photo's side, where its size is told: smaller pictures are icons, and faces
/// beside names.
const LEAST_SIDE: f64 = 100.0;

/// What the photos of a page are read with.
#[derive(Clone, Copy)]
pub(super) struct PhotoHints<'h> {
    pub rules: &'h ArticleRules,
    pub url: &'h PageUrl,
    /// Title and subtitle: a picture's own words that repeat them are no caption.
    pub headlines: [Option<&'h str>; 2],
}

/// Returns the photos of a story, in the page's order: those in the element around its headline and
/// its text, and above it those that the page's head names.
pub(super) fn images(
    page: &PageScan<'_>,
    parts: &PageParts<'_>,
    hints: PhotoHints<'_>,
) -> Vec<Image> {
    let around = parts.common().id;
    let unwanted = unwanted(page, parts, hints.rules);
    let told = told_files(page, hints.url);
    let mut removed: HashSet<NodeId> = HashSet::new();
    let mut found = FoundPhotos::default();

    for node in parts.elements() {
        let is_inside = node
            .parent()
            .is_some_and(|parent| removed.contains(&parent.id));
        if is_inside || unwanted.contains(&node.id) || is_no_photo_box(&node, parts) {
            removed.insert(node.id);
            continue;
        }
        // The pictures in a `noscript` are elements of the page as any other.
        let is_picture = node.has_name("img") || node.has_name("amp-img");
        if !is_picture || found.photos.len() == MOST {
            continue;
        }

        let Some(url) = photo(&node, parts, hints) else {
            continue;
        };
        let file = file_of(&url);
        let is_told = told.contains(&file);
        let is_near = chain(node).any(|node| node.id == around);
        if is_told || is_near && !is_in_card(&node, parts, hints.url) {
            let caption = caption(&node, parts, hints.headlines);
            let image = image(url, caption, hints.rules);
            found.add(FoundPhoto {
                file,
                is_near,
                image,
            });
        }
    }
    found.photos.into_iter().map(|photo| photo.image).collect()
}

/// A photo, and whether it stands in the element around headline and text.
struct FoundPhoto {
    file: String,
    is_near: bool,
    image: Image,
}

/// The photos of a story, each file once.
#[derive(Default)]
struct FoundPhotos {
    photos: Vec<FoundPhoto>,
}

impl FoundPhotos {
    /// Adds a photo. Of one file, the first counts, and one near the story before one that is not:
    /// that one is a small picture of it. Files with captions of their own are two.
    fn add(&mut self, photo: FoundPhoto) {
        let is_other = |known: &FoundPhoto| {
            let captions = (&known.image.caption, &photo.image.caption);
            matches!(captions, (Some(one), Some(other)) if one != other)
        };
        let mut same = self.photos.iter_mut().filter(|it| it.file == photo.file);
        match same.find(|known| !is_other(known)) {
            None => self.photos.push(photo),
            Some(known) if photo.is_near && !known.is_near => *known = photo,
            Some(_) => {}
        }
    }
}

/// Returns the elements that are no story wherever they stand.
fn unwanted(page: &PageScan<'_>, parts: &PageParts<'_>, rules: &ArticleRules) -> HashSet<NodeId> {
    rules
        .remove
        .iter()
        .flat_map(|remove| page.tree.all(remove))
        .filter(|node| !parts.is_around(node) && !is_enlarger(node))
        .map(|node| node.id)
        .collect()
}

/// Returns the files of the photos that the page's head names. Many CMSs print the lead photo above
/// the element of the article.
fn told_files(page: &PageScan<'_>, url: &PageUrl) -> HashSet<String> {
    let metas = ["og:image", "twitter:image"];
    let mut told: Vec<String> = metas
        .iter()
        .flat_map(|name| page.metas(name).to_vec())
        .collect();
    told.extend(page.json_ld("image"));
    told.extend(page.json_ld("image.url"));

    let whole = told.iter().filter_map(|link| url.join(link).ok());
    whole.map(|link| file_of(&link.to_string())).collect()
}

/// Tells whether an element holds pictures that are no photos, by its name. The story stands in
/// none.
fn is_no_photo_box(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let is_named = parts.kinds(node).has(ClassKind::NoPhoto) || node.has_name("button");
    is_named && !parts.is_around(node) && !is_enlarger(node)
}

/// Tells whether an element is the button around a photo that shows it larger.
fn is_enlarger(node: &Node<'_>) -> bool {
    node.has_name("button") && chain(*node).any(|around| around.has_name("figure"))
}

/// Returns the address of a photo; `None` where the picture is none of the story.
fn photo(
    node: &Node<'_>,
    parts: &PageParts<'_>,
    PhotoHints {
        rules, url: page, ..
    }: PhotoHints<'_>,
) -> Option<String> {
    let is_other = parts.place(node.id) == PagePlace::BelowStory && !is_in_container(node, parts)
        || is_small(node)
        || is_in_link_to_a_page(node, page);
    if is_other {
        return None;
    }

    let url = page.join(&address(node, rules)?).ok()?.to_string();
    let is_no_photo = rules
        .no_photo
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(&url) && !is_told_in_figure(node));
    (!is_no_photo && !is_placeholder(&url)).then_some(url)
}

/// Tells whether a picture stands in a figure whose caption is a sentence: it is a photo, whatever
/// its file is called, as `icon-of-the-sea.jpg`. A logo or a face has no caption, or a name.
fn is_told_in_figure(node: &Node<'_>) -> bool {
    /// Least weight of a caption that tells what is seen: a name and a role have less.
    const SENTENCE: usize = 24;
    let mut around = chain(*node).take(BOXES + 1);
    let figure = around.find(|around| around.has_name("figure"));
    let caption = figure.and_then(|figure| {
        let mut inside = figure.descendants_it();
        inside.find(|node| node.has_name("figcaption"))
    });
    caption.is_some_and(|caption| weight(&text(&caption)) >= SENTENCE)
}

fn is_in_container(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let container = parts.container().id;
    chain(*node).any(|around| around.id == container)
}

/// Tells whether a picture is smaller than photos by its told size.
fn is_small(node: &Node<'_>) -> bool {
    ["width", "height"].iter().any(|name| {
        let told = node.attr(name);
        let side = told.and_then(|side| side.trim().trim_end_matches("px").parse::<f64>().ok());
        side.is_some_and(|side| side < LEAST_SIDE)
    })
}

/// Tells whether a picture is a link to another page of the paper, as those of other stories are. A
/// photo may link its own file.
fn is_in_link_to_a_page(node: &Node<'_>, page: &PageUrl) -> bool {
    const FILES: [&str; 7] = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", "image"];
    let link = chain(*node)
        .take(BOXES + 1)
        .find(|around| around.has_name("a"));
    let Some(target) = link.and_then(|link| page.join(&link.attr("href")?).ok()) else {
        return false;
    };
    let path = target.as_str().to_lowercase();
    let is_own =
        target.path_and_query().split(['#', '?']).next() == page.path_and_query().split('?').next();
    !is_own
        && !FILES.iter().any(|end| path.contains(end))
        && target.host() == page.host()
        && !path.contains("photo")
        && !path.contains("gallery")
}

/// Tells whether a picture stands in the card of another story: a box with a heading that is a link
/// to another page of the paper. A figure is none.
fn is_in_card(node: &Node<'_>, parts: &PageParts<'_>, page: &PageUrl) -> bool {
    const HEADINGS: [&str; 5] = ["h2", "h3", "h4", "h5", "h6"];
    let boxes = chain(*node)
        .skip(1)
        .take(BOXES)
        .take_while(|around| !parts.is_around(around));
    let mut boxes = boxes.take_while(|around| !around.has_name("figure"));

    boxes.any(|around| {
        let inner = around.descendants_it();
        let mut headings = inner.filter(|node| HEADINGS.iter().any(|name| node.has_name(name)));
        headings.next().is_some_and(|heading| {
            let mut links = heading.descendants_it().filter(|node| node.has_name("a"));
            let is_around = chain(heading).take(2).find(|node| node.has_name("a"));
            let link = links.next().or(is_around);
            let target = link.and_then(|link| own_target(&link, page));
            target.is_some_and(|target| target.path() != page.as_url().path())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use crate::markup::Tree;

    const STORY: &str =
        "한빛시 작은 책방에서 일하는 사서는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.";

    /// The paths of the photos in a page with something above its article and in its story.
    fn photos(above: &str, inside: &str) -> Vec<String> {
        let html = format!(
            "<head><meta property=og:image content='https://cdn.example/1200x800/lead.jpg'></head>\
             <main>{above}<article><h1>책방</h1><div><p>{STORY}</p>{inside}<p>{STORY}</p></div>\
             </article></main>"
        );
        let tree = Tree::parse(&html).unwrap();
        let page = PageScan::new(&tree);
        let mut parts = PageParts::new(&tree, &[STORY.to_owned()]);
        let headline = parts.elements().find(|node| node.has_name("h1"));
        parts.set_headline(headline);
        let generic = Profile::generic();
        let hints = PhotoHints {
            rules: &generic.article,
            url: &PageUrl::parse("https://paper.example/news/7").unwrap(),
            headlines: [None, None],
        };
        let found = images(&page, &parts, hints).into_iter();
        found.map(|image| image.url).collect()
    }

    #[test]
    fn the_photo_that_the_pages_head_names_may_stand_above_the_article() {
        let lead = "<div class=hero><img src=https://cdn.example/400x300/lead.jpg></div>";
        let other = "<div class=hero><img src=https://cdn.example/400x300/other.jpg></div>";
        assert_eq!(photos(lead, "").len(), 1);
        assert!(photos(other, "").is_empty());
    }

    #[test]
    fn a_small_file_above_the_article_gives_way_to_the_photo_in_it() {
        let strip = "<div class=strip><img src=https://cdn.example/120x80/lead.jpg></div>";
        let photo = "<figure><img src=https://cdn.example/1200x800/lead.jpg></figure>";
        assert_eq!(
            photos(strip, photo),
            ["https://cdn.example/1200x800/lead.jpg"]
        );
        assert_eq!(photos(strip, ""), ["https://cdn.example/120x80/lead.jpg"]);
    }

    #[test]
    fn one_file_in_two_sizes_is_one_photo_unless_each_has_a_caption_of_its_own() {
        let figure = |size: &str, caption: &str| {
            format!("<figure><img src=/{size}/a.jpg><figcaption>{caption}</figcaption></figure>")
        };
        let both = |one: &str, other: &str| figure("640", one) + &figure("1920", other);
        assert_eq!(photos("", &both("골목의 책방", "골목의 책방")).len(), 1);
        assert_eq!(photos("", &both("골목의 책방", "")).len(), 1);
        assert_eq!(photos("", &both("골목의 책방", "강가의 다리")).len(), 2);
    }

    #[test]
    fn a_picture_in_the_card_of_another_story_is_no_photo() {
        let card = |heading| format!("<div><img src=/a.jpg width=300><h4>{heading}</h4></div>");
        assert!(photos("", &card("<a href=/news/8>골목</a>")).is_empty());
        for heading in ["골목", "<a href=#top>골목</a>", "<a href=/news/7>골목</a>"] {
            assert_eq!(photos("", &card(heading)).len(), 1, "{heading}");
        }
        let told = "<figure><img src=/a.jpg><figcaption>골목</figcaption></figure>";
        assert_eq!(photos("", told).len(), 1);
    }
}
