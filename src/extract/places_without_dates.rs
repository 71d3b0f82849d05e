//! Knows the elements whose dates do not belong to a story.

use crate::extract::class_names::class_words;
use crate::markup::Node;

/// A date in a caption is that of the picture.
const OUT: [&str; 6] = ["nav", "aside", "footer", "figcaption", "select", "form"];

/// Words in the names of boxes that tell when something takes place.
const EVENTS: [&str; 8] = [
    "event",
    "events",
    "eventbox",
    "termin",
    "termine",
    "veranstaltung",
    "evento",
    "eventos",
];

/// Tells whether an element has no dates of the story.
pub(super) fn is_without_dates(node: &Node<'_>) -> bool {
    OUT.iter().any(|name| node.has_name(name)) || is_event(node)
}

/// Tells whether a box tells when something takes place, as `18:00 | 7 March 2026`. The elements
/// around a whole page may be named so, too.
fn is_event(node: &Node<'_>) -> bool {
    let is_page = ["html", "body", "main", "article"]
        .iter()
        .any(|name| node.has_name(name));
    let is_named = || {
        class_words(node)
            .iter()
            .any(|word| EVENTS.contains(&word.as_str()))
    };
    !is_page && is_named()
}
