//! Where the story stands in article pages, and the line with its date.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use crate::markup::{Node, NodeId, Selector, Tree, text};
use crate::survey::page::Page;
use crate::survey::selector::{own, path};
use crate::time::printed::{Zulu, read_year_first};

/// A container with less text is none.
const LEAST: usize = 100;
/// A line with a date is no longer.
const LINE: usize = 80;
/// Elements that stand within the lines of a story.
const INLINE: [&str; 9] = ["p", "b", "strong", "em", "i", "span", "u", "font", "br"];

/// Returns a selector of the story's container that holds for every one of these pages.
pub(in crate::survey) fn container(articles: &[&Page]) -> Option<String> {
    agreed(articles, |tree| {
        let densest = densest(tree)?;
        let named = std::iter::once(densest).chain(densest.ancestors_it(Some(2))).find(|node| own(node).is_some())?;
        Some(path(&named))
    })
}

/// Returns a selector of the line that tells the date, that holds for every one of these pages.
pub(in crate::survey) fn date_line(articles: &[&Page]) -> Option<String> {
    agreed(articles, |tree| {
        let any = Selector::compile("li, span, p, div, td, em, time, dd").expect("it is a selector");
        let line = tree.all(&any).find(|node| {
            let line = text(node);
            line.chars().count() <= LINE && is_dated(&line)
        })?;
        Some(path(&line)).filter(|path| path.contains(['#', '.']))
    })
}

fn is_dated(line: &str) -> bool {
    line.contains(':') && read_year_first(line, &TimeZone::UTC, Zulu::Utc).is_some()
}

/// The selector that every page gives, and that finds one element only in each.
fn agreed(articles: &[&Page], find: impl Fn(&Tree) -> Option<String>) -> Option<String> {
    let mut agreed: Option<String> = None;
    for page in articles {
        let tree = page.tree()?;
        let found = find(&tree)?;
        if agreed.as_ref().is_some_and(|known| *known != found) {
            return None;
        }
        let selector = Selector::compile(&found).ok()?;
        if tree.all(&selector).count() == 0 {
            return None;
        }
        agreed = Some(found);
    }
    agreed
}

/// The element whose own lines and paragraphs have the most text.
fn densest(tree: &Tree) -> Option<Node<'_>> {
    let mut lengths: HashMap<NodeId, usize> = HashMap::new();
    let all = Selector::compile("div, article, section, td, main").expect("it is a selector");
    for node in tree.all(&all) {
        let own = |child: &Node<'_>| child.is_text() || INLINE.iter().any(|name| child.has_name(name));
        let length = |child: Node<'_>| {
            let told = if child.is_text() { crate::text::clean(&child.text()) } else { text(&child) };
            told.chars().count()
        };
        let length: usize = node.children_it(false).filter(own).map(length).sum();
        lengths.insert(node.id, length);
    }
    let (id, length) = lengths.into_iter().max_by_key(|(id, length)| (*length, std::cmp::Reverse(*id)))?;
    tree.root().tree.get(&id).filter(|_| length >= LEAST)
}
