//! Tells the roles in a byline that stand in elements of their own.

use crate::extract::class_names::class_words;
use crate::extract::measured::names::marked_persons;
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::person_words::{has_whole_name, is_a_role};
use crate::markup::{Node, NodeId, text, text_without};

/// Most links of a byline that are read: stories have a few writers.
pub(super) const MOST_LINKS: usize = 20;

/// Returns the name of one word that stands before its role in an element of its own. Within one
/// text the two are parts of a whole name.
pub(super) fn beside_role(node: &Node<'_>, papers: &PaperNames) -> Option<String> {
    let inner = node.descendants_it().filter(|inner| inner.id != node.id);
    let roles = inner.filter(|inner| inner.is_element() && is_role_element(inner));
    let roles: Vec<NodeId> = roles.take(MOST_LINKS).map(|role| role.id).collect();
    if roles.is_empty() {
        return None;
    }

    let rest = text_without(node, &roles);
    let names = marked_persons(&rest, papers);
    (names.len() == 1 && !has_whole_name(&names) && rest.split_whitespace().count() <= 2)
        .then_some(rest)
}

/// Tells whether an element has the role of a writer, by its class or by all of its words.
fn is_role_element(node: &Node<'_>) -> bool {
    const NAMED: [&str; 5] = ["role", "title", "position", "job", "jobtitle"];
    let is_named = class_words(node)
        .iter()
        .any(|word| NAMED.contains(&word.as_str()));
    is_named || is_a_role(&text(node))
}
