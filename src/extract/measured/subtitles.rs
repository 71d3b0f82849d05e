//! Finds the lines under the headline of an unknown page.

use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::measured::names::has_lead;
use crate::extract::measured::titles::decoded;
use crate::extract::page_lines::PageLine;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::scan::PageScan;
use crate::extract::vocabulary::MONTHS;
use crate::markup::blocks::Block;
use crate::markup::{Node, text};
use crate::text::{letters, weight};

/// Most lines under the headline that are compared with the story: pages have a few.
const MOST_SUBTITLES: usize = 50;

/// Shortest heading that is a subtitle, where a letter of East Asia counts two: a shorter one is a
/// label.
const SHORTEST_HEADING: usize = 24;

/// Longest subtitle, in characters: it may have several lines.
const LONGEST_SUBTITLE: usize = 400;

/// Returns the lines under the headline: an element that is named so, or the headings that follow
/// it.
pub(super) fn subtitle(
    page: &PageScan<'_>,
    parts: &PageParts<'_>,
    paragraphs: &[String],
    printed_title: Option<&str>,
) -> Option<String> {
    let headline = parts.headline()?;
    let title: String = letters(&text(&headline)).collect();
    let of_story: Vec<String> = paragraphs
        .iter()
        .map(|text| letters(text).collect())
        .collect();

    let told = page.json_ld("alternativeHeadline").into_iter().next();
    let printed = parts
        .elements()
        .filter(|node| node.id > headline.id && parts.place(node.id) == PagePlace::UnderHeadline)
        .filter(|node| is_subtitle(node, parts) && !is_in_figure(node))
        .take(MOST_SUBTITLES)
        .map(|node| {
            let is_above = is_heading(&node) || is_in_header_of(&node, &headline);
            (text(&node), is_above)
        })
        .find(|(line, is_above)| {
            if line.chars().count() > LONGEST_SUBTITLE {
                return false;
            }
            let bare: String = letters(line).collect();
            let is_of_story = of_story
                .iter()
                // A line above a story was read as its first paragraph.
                .skip(usize::from(*is_above && of_story.first() == Some(&bare)))
                .any(|text| text.contains(&bare) || !text.is_empty() && bare.contains(text));
            !bare.is_empty() && bare != title && !is_of_story && !is_byline_or_date(line)
        })
        .map(|(line, _)| line);
    printed
        .or_else(|| small_print(&headline, printed_title))
        .or_else(|| heading_below(parts, &headline))
        .or_else(|| told.map(|line| decoded(&line)))
}

/// Tells whether an element stands in the `header` of the headline, which is none of a story.
fn is_in_header_of(node: &Node<'_>, headline: &Node<'_>) -> bool {
    let header = chain(*headline).find(|around| around.has_name("header"));
    header.is_some_and(|header| chain(*node).any(|around| around.id == header.id))
}

/// Returns the small print behind a headline, within its element, where the title is without it.
fn small_print(headline: &Node<'_>, title: Option<&str>) -> Option<String> {
    let title: String = letters(title?).collect();
    let mut inner = headline.descendants_it();
    let small = text(&inner.find(|node| node.has_name("small"))?);
    let bare: String = letters(&small).collect();

    let is_behind = letters(&text(headline))
        .collect::<String>()
        .ends_with(&bare);
    let is_line = weight(&small) >= SHORTEST_HEADING && small.chars().count() <= LONGEST_SUBTITLE;
    (is_line && is_behind && !title.ends_with(&bare) && !is_byline_or_date(&small)).then_some(small)
}

/// Returns the heading directly below the headline. Where the story has more headings like it, it
/// is one of them.
fn heading_below(parts: &PageParts<'_>, headline: &Node<'_>) -> Option<String> {
    let is_in_headline =
        |line: &PageLine<'_>| chain(line.element).any(|around| around.id == headline.id);
    let below = parts
        .lines()
        .find(|line| line.element.id > headline.id && !is_in_headline(line))?;
    let name = ["h2", "h3", "h4"]
        .into_iter()
        .find(|name| below.element.has_name(name))?;
    let is_alone = !parts.elements().any(|node| {
        node.id > below.element.id
            && node.has_name(name)
            && parts.place(node.id) == PagePlace::InStory
    });

    let line = text(&below.element);
    let length = line.chars().count();
    let is_linked = Block::from(below).is_linked();
    let is_line = weight(&line) >= SHORTEST_HEADING && length <= LONGEST_SUBTITLE;
    (is_line && is_alone && !is_linked && !is_byline_or_date(&line)).then_some(line)
}

/// Tells whether a line under the headline gives the writer or the date.
fn is_byline_or_date(line: &str) -> bool {
    const SHORT: usize = 40;
    let words = line.split(|c: char| !c.is_alphabetic());
    let is_date = line.chars().count() <= SHORT
        && line.contains(|c: char| c.is_ascii_digit())
        && words
            .map(str::to_lowercase)
            .any(|word| MONTHS.contains(&word.as_str()) || word == "년");
    is_date || has_lead(line) || line.to_lowercase().ends_with(" by")
}

/// Tells whether an element is a heading, or has one.
fn is_heading(node: &Node<'_>) -> bool {
    let headings = ["h2", "h3", "h4", "h5", "h6"];
    let is_one = |node: &Node<'_>| headings.iter().any(|name| node.has_name(name));
    is_one(node) || node.descendants_it().any(|below| is_one(&below))
}

/// Tells whether an element is of a photo.
fn is_in_figure(node: &Node<'_>) -> bool {
    chain(*node).any(|around| around.has_name("figure"))
}

fn is_subtitle(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let item = node.attr("itemprop");
    parts.kinds(node).has(ClassKind::Subtitle)
        || item.is_some_and(|name| &*name == "alternativeHeadline")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    #[test]
    fn small_print_behind_a_headline_is_the_subtitle_where_it_is_a_line() {
        let line = |h1: &str, title: &str| {
            let tree = Tree::parse(&format!("<h1>{h1}</h1>")).unwrap();
            let root = tree.root();
            let h1 = root.descendants_it().find(|node| node.has_name("h1"));
            small_print(&h1.unwrap(), Some(title))
        };
        let below = "The ferry waits for the fog";
        let whole = format!("Fog <small>{below}</small>");
        assert_eq!(line(&whole, "Fog").as_deref(), Some(below));
        assert_eq!(line(&whole, &format!("Fog {below}")), None);
        assert_eq!(line(&format!("<small>{below}</small> Fog"), "Fog"), None);
        assert_eq!(line("Fog <small>Part two</small>", "Fog"), None);
        assert_eq!(
            line("Fog <small>By Jane Roe, The Example Post</small>", "Fog"),
            None
        );
    }

    #[test]
    fn the_first_paragraph_is_the_subtitle_where_it_stands_in_the_headlines_header() {
        let lead = "Nine days of frost kept every boat in port.";
        let found = |open: &str, close: &str| {
            let html = format!(
                "<article>{open}<h1>Ice</h1><p class=intro>{lead}</p>{close}\
                 <p>{lead} More.</p></article>"
            );
            let tree = Tree::parse(&html).unwrap();
            let paragraphs = [lead.to_owned()];
            let mut parts = PageParts::new(&tree, &["More of the frost followed.".to_owned()]);
            let headline = parts.elements().find(|node| node.has_name("h1"));
            parts.set_headline(headline);
            subtitle(&PageScan::new(&tree), &parts, &paragraphs, None)
        };
        assert_eq!(found("<header>", "</header>").as_deref(), Some(lead));
        assert_eq!(found("<div>", "</div>"), None);
    }
}
