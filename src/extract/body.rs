//! The story: its container, its paragraphs, its photos.

use std::collections::HashMap;

use crate::config::profile::ArticleRules;
use crate::extract::article::Image;
use crate::extract::photos;
use crate::extract::script::{scripts, taken};
use crate::markup::blocks::blocks;
use crate::markup::{Node, NodeId, Tree, text};
use crate::page_url::PageUrl;

/// Fewest characters of an element that is taken for the story by its density: a smaller one is a
/// caption or a notice.
const LEAST: usize = 150;

/// The content of the story's container.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub paragraphs: Vec<String>,
    pub images: Vec<Image>,
    /// The container embeds a film, which may be the whole story.
    pub has_film: bool,
}

impl Story {
    pub(super) fn is_empty(&self) -> bool {
        self.paragraphs.is_empty() && self.images.is_empty() && !self.has_film
    }

    /// Returns how many characters its text has.
    pub(super) fn length(&self) -> usize {
        self.paragraphs
            .iter()
            .map(|text| text.chars().count())
            .sum()
    }
}

/// Reads the first container that is not empty. Returns an empty story where all containers are
/// empty, and `None` where there is none.
pub(super) fn story(tree: &Tree, rules: &ArticleRules, page: &PageUrl) -> Option<Story> {
    let mut empty = None;
    for container in rules.body.iter().flat_map(|body| tree.all(body)) {
        let story = read(&container, rules, page);
        if !story.is_empty() {
            return Some(story);
        }
        empty = Some(story);
    }

    if let Some(story) = in_script(tree, rules, page) {
        return Some(story);
    }

    let densest = if rules.by_measure {
        densest(tree, rules)
    } else {
        None
    };

    densest
        .map(|container| read(&container, rules, page))
        .or(empty)
}

/// Reads the first story among the HTML texts that the page's scripts hold.
fn in_script(tree: &Tree, rules: &ArticleRules, page: &PageUrl) -> Option<Story> {
    let scripts = if rules.body_in_script.is_empty() {
        Vec::new()
    } else {
        scripts(tree)
    };

    let texts = rules
        .body_in_script
        .iter()
        .flat_map(|pattern| taken(&scripts, pattern));

    // A text that is too heavy to parse is no story: such a page would not be read either.
    let stories =
        texts.filter_map(|html| Some(read(&Tree::parse(&html).ok()?.root(), rules, page)));
    stories.into_iter().find(|story| !story.is_empty())
}

/// Reads one container: its paragraphs, photos and films.
fn read(container: &Node<'_>, rules: &ArticleRules, page: &PageUrl) -> Story {
    let is_removed = |node: &Node<'_>| is_removed(node, rules);
    let seen = elements(container, is_removed);
    let mut paragraphs = blocks(container, |node| is_removed(node) || is_photo(node, rules));
    paragraphs.retain(|block| !rules.noise.iter().any(|noise| noise.is_match(block)));
    drop_trailers(&mut paragraphs, rules);

    Story {
        paragraphs,
        images: photos::images(&seen, container.id, rules, page),
        has_film: seen.iter().any(is_film),
    }
}

fn is_removed(node: &Node<'_>, rules: &ArticleRules) -> bool {
    let remove = rules.remove.as_ref();
    remove.is_some_and(|remove| remove.matches(node))
}

fn is_photo(node: &Node<'_>, rules: &ArticleRules) -> bool {
    rules.photos.iter().any(|photo| photo.select.matches(node))
}

fn is_film(node: &Node<'_>) -> bool {
    ["iframe", "video", "embed", "object"]
        .iter()
        .any(|name| node.has_name(name))
}

/// Returns the elements of a story in the page's order, without the removed ones.
fn elements<'a>(container: &Node<'a>, is_removed: impl Fn(&Node<'_>) -> bool) -> Vec<Node<'a>> {
    let (mut seen, mut open) = (Vec::new(), vec![*container]);

    while let Some(node) = open.pop() {
        if !is_removed(&node) {
            seen.push(node);
            open.extend(node.children_it(true).filter(Node::is_element));
        }
    }

    seen
}

/// Drops the last lines that are not the story's text. Epilogues among them stay.
pub(super) fn drop_trailers(paragraphs: &mut Vec<String>, rules: &ArticleRules) {
    let mut at = paragraphs.len();
    while at > 0 {
        at -= 1;
        let block = &paragraphs[at];

        if rules.trailers.iter().any(|trailer| trailer.is_match(block)) {
            paragraphs.remove(at);
        } else if !rules
            .epilogues
            .iter()
            .any(|epilogue| epilogue.is_match(block))
        {
            return;
        }
    }
}

/// Returns the element whose own paragraphs have the most text.
fn densest<'a>(tree: &'a Tree, rules: &ArticleRules) -> Option<Node<'a>> {
    let mut lengths: HashMap<NodeId, usize> = HashMap::new();
    let mut open = vec![tree.root()];

    while let Some(node) = open.pop() {
        if node.is_element() && is_removed(&node, rules) {
            continue;
        }

        match node.parent() {
            Some(parent) if node.has_name("p") => {
                *lengths.entry(parent.id).or_default() += text(&node).chars().count();
            }
            _ => open.extend(node.children_it(true).filter(Node::is_element)),
        }
    }

    let (id, length) = lengths
        .into_iter()
        .max_by_key(|(id, length)| (*length, std::cmp::Reverse(*id)))?;
    tree.root().tree.get(&id).filter(|_| length >= LEAST)
}
