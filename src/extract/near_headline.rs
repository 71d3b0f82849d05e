//! Finds the lines of an unknown page that may have the dates of its story.

use crate::config::profile::PrintedDates;
use crate::extract::generic::date_lines::is_bare_date;
use crate::extract::generic::dateline::{BARS, has_label};
use crate::extract::holder::chain;
use crate::extract::measured::has_running_words;
use crate::extract::page_lines::PageLine;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::places_without_dates::is_without_dates;
use crate::markup::blocks::{Block, is_block};
use crate::markup::{Node, text};
use crate::text::letters;

/// Returns the lines near the headline that may have the story's dates: those between it and the
/// story, then the last ones above the headline, and those at the story's beginning.
pub(super) fn near_headline(parts: &PageParts<'_>, rules: &PrintedDates) -> Vec<Block> {
    const ABOVE: usize = 6;
    let at = |place| {
        let lines = parts
            .lines()
            .filter(move |line| parts.place_of(line) == place && may_have_dates(line, parts));
        lines.map(Block::from).collect::<Vec<_>>()
    };
    let above = at(PagePlace::AboveHeadline);
    let mut near = at(PagePlace::UnderHeadline);
    near.extend(inline_dates(parts, rules));
    near.extend_from_slice(&above[above.len().saturating_sub(ABOVE)..]);
    near.extend(head_of_story(parts, rules));
    near
}

/// Returns the short lines at the beginning of the story that are dates and no more, or have a label.
/// What a library took for its first paragraph may be a byline or a subtitle, with the date below
/// it. With words behind it a date may be that of an event: `14 March 2026, 20:00, Town Hall`.
fn head_of_story(parts: &PageParts<'_>, rules: &PrintedDates) -> impl Iterator<Item = Block> {
    const HEAD: usize = 5;
    const LONGEST: usize = 100;
    let lines = parts
        .lines()
        .filter(|line| parts.place_of(line) == PagePlace::InStory);
    let short = lines.take(HEAD).filter(|line| {
        line.text.chars().count() <= LONGEST
            && !line.text.ends_with(['.', '。', '!', '?'])
            && (has_label(&line.text, rules) || ends_with_date(&line.text))
            && may_have_dates(line, parts)
    });
    short.map(Block::from)
}

/// Tells whether a line is a date, or the part of it behind the last bar is one.
fn ends_with_date(line: &str) -> bool {
    line.rsplit(BARS).next().is_some_and(is_bare_date) || is_bare_date(line)
}

/// Returns the short texts of inline elements below the headline that may be dates, and stand in no
/// sentence. A line may have no spaces between them: `<span>Jane Lee</span><span>Mar 7, 2026</span>`.
fn inline_dates(parts: &PageParts<'_>, rules: &PrintedDates) -> impl Iterator<Item = Block> {
    /// Fewest digits of a date with its year, and most characters with weekday and clock.
    const DIGITS: usize = 5;
    const LONGEST: usize = 50;
    let inline = parts.elements().filter(|node| {
        is_inline(node)
            && parts.place(node.id) == PagePlace::UnderHeadline
            && node.children_it(false).all(|inner| !inner.is_element())
            && is_dated_place(node, parts)
    });
    let dates = inline.map(|node| (node, text(&node))).filter(|(_, text)| {
        text.chars().count() <= LONGEST
            && text.chars().filter(char::is_ascii_digit).count() >= DIGITS
    });
    let told = dates.filter_map(|(node, text)| {
        let label = label_of(&node);
        let is_date = has_label(&label, rules) || !is_in_sentence(&node) && !is_fact(&node, &label);
        is_date.then_some((label, text))
    });
    told.map(|(label, text)| {
        let text = if label.trim().is_empty() {
            text
        } else {
            format!("{label} | {text}")
        };
        Block {
            text,
            ..Block::default()
        }
    })
}

/// Tells whether words of a sentence stand beside a date: in the text around its element, or in a
/// longer element there.
fn is_in_sentence(date: &Node<'_>) -> bool {
    const LONG: usize = 4;
    let beside = beside(date).filter(|node| node.id != date.id);
    let is_uncased = |text: &str| text.starts_with(|c: char| c >= '\u{2e80}');

    beside.into_iter().any(|node| {
        let words = words(&node);
        let is_long = node.is_text() || words.split_whitespace().count() >= LONG;
        let goes_on = node.is_text() && node.id > date.id && is_uncased(&words);
        goes_on || is_long && has_running_words(&words)
    })
}

/// Tells whether a date is a value in a list or a table, behind the name of what it is.
fn is_fact(date: &Node<'_>, label: &str) -> bool {
    let parent = date.parent();
    let is_item =
        parent.is_some_and(|node| ["li", "dd", "td"].iter().any(|name| node.has_name(name)));
    is_item && letters(label).next().is_some()
}

/// Returns the texts and the inline elements that stand in one element with a date.
fn beside<'a>(date: &Node<'a>) -> impl Iterator<Item = Node<'a>> {
    let siblings = date
        .parent()
        .into_iter()
        .flat_map(|parent| parent.children_it(false));
    siblings.filter(|node| node.is_text() || node.node_name().is_some_and(|name| !is_block(&name)))
}

fn words(node: &Node<'_>) -> String {
    if node.is_text() {
        node.text().to_string()
    } else {
        text(node)
    }
}

/// Returns the text before a date in its element, which may say what it is the date of:
/// `<span>Last updated</span><span>Mar 7, 2026</span>`.
fn label_of(date: &Node<'_>) -> String {
    let siblings = date
        .parent()
        .into_iter()
        .flat_map(|parent| parent.children_it(false));
    let before = siblings.take_while(|node| node.id < date.id);
    let texts: Vec<String> = before.map(|node| words(&node)).collect();
    texts.join(" ")
}

fn is_inline(node: &Node<'_>) -> bool {
    const NAMES: [&str; 6] = ["span", "em", "i", "b", "small", "time"];
    NAMES.iter().any(|name| node.has_name(name))
}

fn may_have_dates(line: &PageLine<'_>, parts: &PageParts<'_>) -> bool {
    is_dated_place(&line.element, parts)
}

/// Tells whether no element between a place and the headline or the story is without dates.
fn is_dated_place(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let mut apart = chain(*node).take_while(|node| !parts.is_around(node));
    !apart.any(|node| is_without_dates(&node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use crate::markup::Tree;

    #[test]
    fn dates_stand_beside_a_name_without_a_space_and_at_the_beginning_of_a_story() {
        let story = "The ice on the old canal held for nine days, and the boats stayed in port.";
        let told_date = "7 March 2026";
        let generic = Profile::generic();
        let rules = &generic.article.printed;
        let near = |under: &str| {
            let html = format!("<h1>Ice</h1>{under}<p>{story}</p><p>{story}</p>");
            let tree = Tree::parse(&html).unwrap();
            let told = ["From Aldmouth".to_owned(), story.to_owned()];
            let mut parts = PageParts::new(&tree, &told);
            let headline = parts.elements().find(|node| node.has_name("h1"));
            parts.set_headline(headline);
            let near = near_headline(&parts, rules);
            near.iter()
                .any(|block| block.text.rsplit("| ").next() == Some(told_date))
        };
        assert!(near(
            "<p><span>Ida Frost</span><span>7 March 2026</span></p>"
        ));
        assert!(near("<p>From Aldmouth</p><p>7 March 2026</p>"));
        assert!(near("<p>Ida Frost <i>7 March 2026</i></p>"));
        assert!(near("<p>Published on <i>7 March 2026</i></p>"));
        for other in [
            "<p>Ida Frost</p>",
            "<p>The ice broke on <i>7 March 2026</i></p>",
            "<p><b>The ice of the canal broke</b> <i>7 March 2026</i></p>",
            "<ul><li><b>Place</b> Aldmouth</li><li><b>Day</b> <i>7 March 2026</i></li></ul>",
            "<p>얼음은 <i>7 March 2026</i>에 녹는다</p>",
        ] {
            assert!(!near(other), "{other}");
        }

        assert!(ends_with_date("Ida Frost | 7 March 2026"));
        assert!(!ends_with_date("7 March 2026, 20:00, Town Hall"));

        for label in ["<b>Updated</b>", "Updated "] {
            let tree = Tree::parse(&format!("<p>{label}<i>7 March 2026</i></p>")).unwrap();
            let root = tree.root();
            let date = root.descendants_it().find(|node| node.has_name("i"));
            assert_eq!(label_of(&date.unwrap()).trim(), "Updated");
        }
    }
}
