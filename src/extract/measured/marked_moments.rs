//! Reads the moments in the attributes of elements near the headline of an unknown page.

use crate::extract::class_names::ClassKind;
use crate::extract::element_words::OF_CHANGES;
use crate::extract::epoch::epoch;
use crate::extract::measured::moments::ToldMoment;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::markup::{Node, attribute};
use crate::time::printed::DateReader;

/// Most attributes with dates that are read of one element.
const MOST_ATTRIBUTES: usize = 20;

/// Returns the dates in the attributes of elements near the headline: `datetime`, `data-…`. Those
/// below the headline come first.
pub(crate) fn near(parts: &PageParts<'_>, reader: DateReader<'_>) -> Vec<ToldMoment> {
    let mut told = Vec::new();
    for place in [
        PagePlace::UnderHeadline,
        PagePlace::AboveHeadline,
        PagePlace::BelowStory,
        PagePlace::InStory,
    ] {
        // Far from the headline only a `<time>` is a date of the story.
        let is_near = place == PagePlace::UnderHeadline;
        let elements = parts
            .elements()
            .filter(|node| parts.place(node.id) == place && !is_of_change(node, parts));
        for node in elements.filter(|node| is_near || is_publication(node)) {
            let texts = dates_of(&node, is_near);
            told.extend(
                texts
                    .iter()
                    .filter_map(|(name, text)| in_attribute(name, text, reader)),
            );
        }
        if !told.is_empty() {
            break;
        }
    }
    told
}

/// Words in the name of an attribute that counts the time of a story from 1970.
const OF_MOMENTS: [&str; 10] = [
    "date",
    "datetime",
    "timestamp",
    "ts",
    "epoch",
    "unix",
    "publish",
    "published",
    "pubdate",
    "publishdate",
];

/// Words in the name of an attribute whose number is of something else: numbers have many uses.
const OF_OTHERS: [&str; 12] = [
    "id", "no", "nr", "server", "user", "video", "audio", "player", "ad", "ads", "now", "expires",
];

/// Reads the date in an attribute, which scripts may count in seconds or milliseconds.
fn in_attribute(name: &str, text: &str, reader: DateReader<'_>) -> Option<ToldMoment> {
    let has = |words: &[&str]| name.split('-').any(|word| words.contains(&word));
    match epoch(text, reader.zone) {
        Some(_) if !has(&OF_MOMENTS) || has(&OF_OTHERS) => None,
        Some(time) => Some(ToldMoment::new(time, text, name, reader)),
        None => ToldMoment::read(text, name, reader),
    }
}

/// Elements whose `datetime` gives a moment: scripts of their own print some as `2 hours ago`.
const TIMES: [&str; 3] = ["time", "relative-time", "time-ago"];

/// Tells whether an element is made for a moment, by its name or by what it has.
fn is_time(node: &Node<'_>) -> bool {
    let names = TIMES.iter().chain(&["abbr"]);
    names.into_iter().any(|name| node.has_name(name)) || node.has_attr("content")
}

/// Tells whether an element says itself that it has the date of publication.
fn is_publication(node: &Node<'_>) -> bool {
    is_time(node)
        && ["itemprop", "pubdate", "class"].iter().any(|name| {
            node.attr(name).is_some_and(|value| {
                let value = value.to_lowercase();
                value.contains("publi") || value.contains("created") || *name == "pubdate"
            })
        })
}

/// Returns the attribute with the moment of an element that is made for one, and the name of its
/// source: `datetime`, the `content` of microdata, and the `title` of a microformat's `abbr`.
fn marked_date(node: &Node<'_>) -> Option<(String, String)> {
    let is_named = TIMES.iter().any(|name| node.has_name(name));
    let told = attribute(node, "datetime").filter(|_| is_named);
    if let Some(text) = told {
        return Some(("time".to_owned(), text));
    }

    let item = node.attr("itemprop").unwrap_or_default().to_lowercase();
    let is_item = ["datepublished", "datecreated"].contains(&item.trim());
    if let Some(text) = attribute(node, "content").filter(|_| is_item) {
        return Some(("datePublished".to_owned(), text));
    }
    let is_abbr = node.has_name("abbr") && is_publication(node);
    let title = attribute(node, "title").filter(|_| is_abbr);
    title.map(|text| ("title".to_owned(), text))
}

/// Returns the attributes of an element that give dates, with their names.
fn dates_of(node: &Node<'_>, with_others: bool) -> Vec<(String, String)> {
    if let Some(told) = marked_date(node) {
        return vec![told];
    }
    if !with_others {
        return Vec::new();
    }

    let is_date = |name: &str| {
        name.starts_with("data-")
            && (name.contains("date")
                || name.contains("time")
                || name.contains("publish")
                || name
                    .split('-')
                    .any(|word| ["ts", "epoch", "unix"].contains(&word)))
            && !name.split('-').any(|word| OF_CHANGES.contains(&word))
    };
    let attributes = node.attrs().into_iter().take(MOST_ATTRIBUTES);
    attributes
        .filter(|attribute| is_date(&attribute.name.local))
        .map(|attribute| {
            (
                attribute.name.local.to_string(),
                attribute.value.to_string(),
            )
        })
        .collect()
}

/// Tells whether an element gives the time of a change.
fn is_of_change(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let item = node.attr("itemprop").unwrap_or_default().to_lowercase();
    item.contains("modified") || parts.kinds(node).has(ClassKind::Change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    use crate::markup::Tree;
    use crate::time::printed::Zulu;

    #[test]
    fn moments_that_scripts_count_are_read_in_attributes() {
        let zone = TimeZone::UTC;
        let dates = DateReader::new(&zone, Zulu::Utc);
        for text in ["1772866220", "1772866220000", "2026-03-07T06:50:20Z"] {
            let told = in_attribute("data-ts", text, dates).map(|told| told.time.to_string());
            assert_eq!(told.as_deref(), Some("2026-03-07T06:50:20+00:00"), "{text}");
        }
        // Their numbers have as many digits.
        for name in [
            "data-timeline-id",
            "data-server-ts",
            "data-ad-timeout",
            "data-publish-no",
        ] {
            assert_eq!(in_attribute(name, "1772866220", dates), None, "{name}");
        }
    }

    #[test]
    fn a_moment_stands_in_microdata_in_an_abbreviation_and_in_elements_of_scripts() {
        let found = |html: &str| {
            let tree = Tree::parse(html).unwrap();
            let told = tree
                .root()
                .descendants_it()
                .find_map(|node| marked_date(&node));
            told.map(|(name, _)| name)
        };
        let at = "'2026-03-07T16:50:00-08:00'";
        for (html, expected) in [
            (
                format!("<span itemprop=datePublished content={at}>-</span>"),
                "datePublished",
            ),
            (
                format!("<time itemprop=datePublished content={at}>-</time>"),
                "datePublished",
            ),
            (
                format!("<abbr class='published updated' title={at}>-</abbr>"),
                "title",
            ),
            (
                format!("<relative-time datetime={at}>-</relative-time>"),
                "time",
            ),
        ] {
            assert_eq!(found(&html).as_deref(), Some(expected), "{html}");
        }
        for html in [
            format!("<span itemprop=dateModified content={at}>-</span>"),
            format!("<abbr class=duration title={at}>-</abbr>"),
            format!("<del datetime={at}>-</del>"),
        ] {
            assert_eq!(found(&html), None, "{html}");
        }
    }
}
