//! Knows the elements whose dates do not belong to a story.

use crate::markup::Node;

/// A date in a caption is that of the picture.
const OUT: [&str; 6] = ["nav", "aside", "footer", "figcaption", "select", "form"];

/// Tells whether an element has no dates of the story.
pub(super) fn is_without_dates(node: &Node<'_>) -> bool {
    OUT.iter().any(|name| node.has_name(name))
}
