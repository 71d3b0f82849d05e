//! Tells the lead photo of a story, which may stand above its element, from the paper's masthead.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::extract::class_names::class_words;
use crate::extract::holder::chain;
use crate::extract::measured::captions::BOXES;
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::picture_file::file_of;
use crate::extract::page_parts::PageParts;
use crate::extract::scan::PageScan;
use crate::markup::{Node, attribute, text};
use crate::page_url::PageUrl;
use crate::text::weight;

/// The background of an element, where its style names a file.
static BACKGROUND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)background(?:-image)?\s*:[^;]*?url\(\s*["']?([^"')]+)"#)
        .expect("a test compiles it")
});

/// Files that stand for the paper where a story has no photo of its own.
static MASTHEAD: LazyLock<Regex> = LazyLock::new(|| {
    let default = r"(?:sns|share|og)[-_]?(?:default|share|image)|default[-_]?(?:image|img|og|sns)";
    Regex::new(&format!(
        r"(?xi) (?:^|[^a-z])
          (?: (?:mastheads?|nameplate|wordmark|{default}) (?:[^a-z]|$) | brand(?:ing)?[/.] )"
    ))
    .expect("a test compiles it")
});

/// Least weight of a caption that tells what is seen: a name and a role have less.
const SENTENCE: usize = 24;

/// Elements of a figure that are looked at: a figure with more is a page of pictures.
const MOST_OF_A_FIGURE: usize = 100;

/// The files of pictures that the page's head names.
pub(super) struct ToldFiles {
    photos: HashSet<String>,
    logos: HashSet<String>,
}

impl ToldFiles {
    pub(super) fn of(page: &PageScan<'_>, url: &PageUrl) -> Self {
        let files = |told: Vec<String>| -> HashSet<String> {
            let whole = told.iter().filter_map(|link| url.join(link).ok());
            whole.map(|link| file_of(&link.to_string())).collect()
        };
        let metas = ["og:image", "twitter:image"];
        let mut photos: Vec<String> = metas
            .iter()
            .flat_map(|name| page.metas(name).to_vec())
            .collect();
        photos.extend(page.json_ld("image"));
        photos.extend(page.json_ld("image.url"));

        let mut logos = page.json_ld("publisher.logo.url");
        logos.extend(page.json_ld("publisher.logo"));
        Self {
            photos: files(photos),
            logos: files(logos),
        }
    }

    /// Tells whether the head names a file as a photo. Many CMSs print the lead photo above the
    /// element of the article.
    pub(super) fn have(&self, file: &str) -> bool {
        self.photos.contains(file)
    }

    /// Tells whether the head names no photo.
    pub(super) fn have_none(&self) -> bool {
        self.photos.is_empty()
    }

    /// Tells whether a picture stands for the paper: the head names its file as the logo, its own
    /// words are the paper's name, or its file is named so. Many papers put it where a story has no
    /// photo, and name it in the head, too.
    pub(super) fn is_masthead(&self, node: &Node<'_>, file: &str, papers: &PaperNames) -> bool {
        let path = file.split_once("://").map_or(file, |(_, rest)| rest);
        let path = path.split_once('/').map_or(path, |(_, path)| path);
        self.logos.contains(file)
            || attribute(node, "alt").is_some_and(|alt| papers.have(&alt))
            || MASTHEAD.is_match(path)
    }
}

/// Tells whether a picture stands in a figure whose caption is a sentence: it is a photo, whatever
/// its file is called, as `icon-of-the-sea.jpg`. A logo or a face has no caption, or a name.
pub(super) fn is_told_in_figure(node: &Node<'_>) -> bool {
    told_figure(node).is_some_and(|(_, caption)| weight(&text(&caption)) >= SENTENCE)
}

/// Tells whether a picture above the article is its lead photo by its caption: a sentence that
/// tells what is seen. Teasers and offers have a link for their words, or beside them.
pub(super) fn is_lead_by_caption(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let Some((figure, caption)) = told_figure(node) else {
        return false;
    };
    let of_own = figure.parent().filter(|parent| !parts.is_around(parent));
    let is_beside_link = of_own.is_some_and(|parent| {
        let mut inside = parent.descendants_it().take(MOST_OF_A_FIGURE);
        inside.any(|inner| inner.has_name("a") && !chain(inner).any(|it| it.id == figure.id))
    });
    is_plain_sentence(&caption) && !is_beside_link
}

/// Tells whether a picture that is a link stands in a figure with a caption that tells what is
/// seen. In the card of another story the caption, or the whole figure, is a link, too.
pub(super) fn is_told_in_linked_figure(node: &Node<'_>) -> bool {
    told_figure(node).is_some_and(|(figure, caption)| {
        let mut around = chain(figure).take(BOXES + 1);
        is_plain_sentence(&caption) && !around.any(|around| around.has_name("a"))
    })
}

/// Tells whether a caption is a sentence, and most of it no link.
fn is_plain_sentence(caption: &Node<'_>) -> bool {
    let links = caption.descendants_it().filter(|inner| inner.has_name("a"));
    let linked: usize = links.map(|link| weight(&text(&link))).sum();
    let all = weight(&text(caption));
    all >= SENTENCE && 2 * linked < all
}

/// Returns the figure around a picture, and its caption.
fn told_figure<'t>(node: &Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    let mut around = chain(*node).take(BOXES + 1);
    let figure = around.find(|around| around.has_name("figure"))?;
    let mut inside = figure.descendants_it().take(MOST_OF_A_FIGURE);
    let caption = inside.find(|node| node.has_name("figcaption"))?;
    Some((figure, caption))
}

/// Returns the address of the photo that is the background of an element: a figure, an element in
/// one, one that is an image by its role, or one that is named as the lead photo. Other backgrounds
/// are ornaments: those of boxes with words of their own, and those behind or beside a picture or a
/// film, which show it in small while it loads.
pub(super) fn background(node: &Node<'_>) -> Option<String> {
    let style = node.attr("style")?;
    let link = BACKGROUND.captures(&style)?[1].trim().to_owned();

    let figure = chain(*node)
        .take(2)
        .find(|around| around.has_name("figure"));
    let is_image = node.attr("role").is_some_and(|role| &*role == "img");
    let is_photo = figure.is_some() || is_image || is_named_lead(node);
    (is_photo && !has_picture(&figure.unwrap_or(*node)) && !is_beside_picture(node)).then_some(link)
}

/// Tells whether an element is named as the lead photo, and has no words but the headline.
fn is_named_lead(node: &Node<'_>) -> bool {
    const NAMES: [&str; 4] = ["hero", "lead", "cover", "featured"];
    let is_named = class_words(node)
        .iter()
        .any(|word| NAMES.contains(&word.as_str()));
    let mut inside = node.descendants_it().take(MOST_OF_A_FIGURE);
    is_named && (inside.any(|inner| inner.has_name("h1")) || weight(&text(node)) == 0)
}

fn has_picture(node: &Node<'_>) -> bool {
    let mut inside = node.descendants_it().take(MOST_OF_A_FIGURE);
    inside.any(|inner| is_shown(&inner))
}

fn is_beside_picture(node: &Node<'_>) -> bool {
    let mut children = node
        .parent()
        .into_iter()
        .flat_map(|parent| parent.children_it(false))
        .take(MOST_OF_A_FIGURE);
    children.any(|beside| is_shown(&beside))
}

fn is_shown(node: &Node<'_>) -> bool {
    const SHOWN: [&str; 6] = ["img", "picture", "amp-img", "iframe", "video", "audio"];
    SHOWN.iter().any(|name| node.has_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    #[test]
    fn a_background_is_a_photo_in_a_figure_or_by_its_role_or_name() {
        let found = |html: &str| {
            let tree = Tree::parse(html).unwrap();
            let root = tree.root();
            root.descendants_it().find_map(|node| background(&node))
        };
        let style = "style=\"color: red; background-image: url('/quay.jpg')\"";
        for html in [
            format!("<figure {style}></figure>"),
            format!("<figure><div {style}></div></figure>"),
            format!("<div role=img {style}></div>"),
            format!("<div class=hero-image {style}></div>"),
            format!("<div class=hero {style}><h1>The quay</h1></div>"),
        ] {
            assert_eq!(found(&html).as_deref(), Some("/quay.jpg"), "{html}");
        }
        for html in [
            format!("<div class=wrap {style}></div>"),
            format!("<figure {style}><img src=/a.jpg></figure>"),
            format!("<figure><div {style}></div><img src=/a.jpg></figure>"),
            format!("<figure><div {style}></div><p><video src=/a.mp4></video></p></figure>"),
            format!("<div><div class=lead {style}></div><img src=/a.jpg></div>"),
            format!("<div class=newsletter-lead {style}>Sign up</div>"),
            "<figure style='background: red'></figure>".to_owned(),
        ] {
            assert_eq!(found(&html), None, "{html}");
        }
    }

    #[test]
    fn a_masthead_is_known_by_its_words_and_by_the_pages_head() {
        let head = r#"<script type=application/ld+json>{"@type":"NewsArticle","headline":"x",
            "publisher":{"name":"The Quay","logo":{"url":"/p/sign.png"}}}</script>"#;
        let is_masthead = |picture: &str, link: &str| {
            let tree = Tree::parse(&format!("{head}<body>{picture}</body>")).unwrap();
            let (root, page) = (tree.root(), PageScan::new(&tree));
            let url = PageUrl::parse("https://www.thequay.example/1").unwrap();
            let node = root.descendants_it().find(|node| node.has_name("img"));
            let file = file_of(&url.join(link).unwrap().to_string());
            let papers = PaperNames::of(&page, &url);
            ToldFiles::of(&page, &url).is_masthead(&node.unwrap(), &file, &papers)
        };
        assert!(is_masthead("<img>", "/p/sign.png"));
        assert!(is_masthead("<img alt='The Quay'>", "/p/a.png"));
        assert!(is_masthead("<img>", "/img/sns_default.jpg"));
        assert!(is_masthead("<img>", "/brand/top.png"));
        assert!(!is_masthead("<img alt='Ice on the quay'>", "/p/a.png"));
        assert!(!is_masthead("<img>", "/p/brand-new-bridge.jpg"));
    }
}
