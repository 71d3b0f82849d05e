//! The story: its container, its paragraphs, its photos.

use std::collections::HashMap;

use crate::config::profile::ArticleRules;
use crate::extract::article::Image;
use crate::extract::photos;
use crate::extract::script::{scripts, taken};
use crate::markup::blocks::blocks;
use crate::markup::{Node, NodeId, Tree, text};
use crate::page_url::PageUrl;

/// A smaller heap of paragraphs is no story.
const LEAST: usize = 150;

/// What stands in the story's container.
#[derive(Debug, Default)]
pub struct Story {
    pub paragraphs: Vec<String>,
    pub images: Vec<Image>,
    /// Something that moves stands in it: a film may be the whole story.
    pub has_film: bool,
}

impl Story {
    pub fn is_empty(&self) -> bool {
        self.paragraphs.is_empty() && self.images.is_empty() && !self.has_film
    }

    /// Returns how many characters its text has.
    pub fn length(&self) -> usize {
        self.paragraphs
            .iter()
            .map(|text| text.chars().count())
            .sum()
    }
}

/// Reads the first container that holds something; an empty one where all are empty, `None` where there is none.
pub fn story(tree: &Tree, rules: &ArticleRules, page: &PageUrl) -> Option<Story> {
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

/// Reads the first HTML that a script holds as a text.
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
    // A text too heavy to parse is no story, as such a page is none.
    let stories =
        texts.filter_map(|html| Some(read(&Tree::parse(&html).ok()?.root(), rules, page)));
    stories.into_iter().find(|story| !story.is_empty())
}

fn read(container: &Node<'_>, rules: &ArticleRules, page: &PageUrl) -> Story {
    let is_removed = |node: &Node<'_>| {
        rules
            .remove
            .as_ref()
            .is_some_and(|remove| remove.matches(node))
    };
    let is_photo = |node: &Node<'_>| rules.photos.iter().any(|photo| photo.select.matches(node));
    let is_film = |node: &Node<'_>| {
        ["iframe", "video", "embed", "object"]
            .iter()
            .any(|name| node.has_name(name))
    };
    let seen = elements(container, is_removed);
    let mut paragraphs = blocks(container, |node| is_removed(node) || is_photo(node));
    paragraphs.retain(|block| !rules.noise.iter().any(|noise| noise.is_match(block)));
    drop_trailers(&mut paragraphs, rules);
    Story {
        paragraphs,
        images: photos::images(&seen, container.id, rules, page),
        has_film: seen.iter().any(is_film),
    }
}

/// The elements of a story, in order, without those that are no part of it.
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

/// Drops the last lines that are no text; an epilogue behind them stays.
pub fn drop_trailers(paragraphs: &mut Vec<String>, rules: &ArticleRules) {
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

/// The element whose own paragraphs have the most text.
fn densest<'a>(tree: &'a Tree, rules: &ArticleRules) -> Option<Node<'a>> {
    let mut lengths: HashMap<NodeId, usize> = HashMap::new();
    let mut open = vec![tree.root()];
    while let Some(node) = open.pop() {
        if rules
            .remove
            .as_ref()
            .is_some_and(|remove| node.is_element() && remove.matches(&node))
        {
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
