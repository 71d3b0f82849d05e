//! Tells the lead photo of a story, which may stand above its element, from the paper's masthead.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::extract::class_names::class_words;
use crate::extract::holder::chain;
use crate::extract::measured::captions::BOXES;
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::picture_file::file_of;
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
        r"(?i)(?:^|[^a-z])(?:(?:mastheads?|nameplate|wordmark|{default})(?:[^a-z]|$)|brand(?:ing)?[/.])"
    ))
    .expect("a test compiles it")
});

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

/// Returns the address of the photo that is the background of an element: a figure, an element in
/// one, one that is an image by its role, or one that is named as the lead photo. Other backgrounds
/// are ornaments. An element around a picture has it behind the photo.
pub(super) fn background(node: &Node<'_>) -> Option<String> {
    const NAMES: [&str; 4] = ["hero", "lead", "cover", "featured"];
    let style = node.attr("style")?;
    let link = BACKGROUND.captures(&style)?[1].trim().to_owned();

    let is_figure = chain(*node).take(2).any(|around| around.has_name("figure"));
    let is_image = node.attr("role").is_some_and(|role| &*role == "img");
    let is_named = class_words(node)
        .iter()
        .any(|word| NAMES.contains(&word.as_str()));
    let is_behind = node.descendants_it().any(|inner| inner.has_name("img"));
    ((is_figure || is_image || is_named) && !is_behind).then_some(link)
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
        ] {
            assert_eq!(found(&html).as_deref(), Some("/quay.jpg"), "{html}");
        }
        for html in [
            format!("<div class=wrap {style}></div>"),
            format!("<figure {style}><img src=/a.jpg></figure>"),
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
