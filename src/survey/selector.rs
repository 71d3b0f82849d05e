//! Writes selectors as a person would: by id and class, and by name where there is neither.

use crate::markup::Node;

/// Classes that name a state of an element, and so do not identify it.
const STATES: [&str; 10] = [
    "active", "on", "off", "first", "last", "odd", "even", "blind", "selected", "current",
];
/// Most classes in a selector: two identify an element, and more make the selector brittle.
const CLASSES: usize = 2;

/// Returns an element's name in lower case.
pub(super) fn name(node: &Node<'_>) -> String {
    node.qual_name_ref()
        .map(|name| name.local.to_ascii_lowercase().to_string())
        .unwrap_or_default()
}

/// Returns the classes of an element that a selector may name.
pub(super) fn classes(node: &Node<'_>) -> Vec<String> {
    let told = node.attr("class").unwrap_or_default();
    let kept = told
        .split_ascii_whitespace()
        .filter(|class| is_name(class) && !STATES.contains(class));
    kept.map(str::to_owned).collect()
}

/// Returns `#id` or `div.class`, or `None` where an element has neither.
pub(super) fn own(node: &Node<'_>) -> Option<String> {
    if let Some(id) = id(node) {
        return Some(id);
    }
    let classes = classes(node);
    (!classes.is_empty()).then(|| with_classes(&name(node), &classes))
}

/// Returns `div.one.two`.
pub(super) fn with_classes(name: &str, classes: &[String]) -> String {
    let dotted: String = classes
        .iter()
        .take(CLASSES)
        .map(|class| format!(".{class}"))
        .collect();
    format!("{name}{dotted}")
}

/// Returns a selector of an element: the nearest ancestor with an id, the nearest with a class, and
/// the names down to the element.
pub(super) fn path(node: &Node<'_>) -> String {
    let mut steps = Vec::new();
    let mut at = Some(*node);

    while let Some(here) = at.filter(Node::is_element) {
        match own(&here) {
            Some(named) => {
                steps.push(named);
                break;
            }
            None => steps.push(name(&here)),
        }
        at = here.parent();
    }

    steps.reverse();
    let near = steps.join(" > ");

    let is_rooted = near.starts_with('#') || at.is_none();
    let root = at
        .filter(|_| !is_rooted)
        .and_then(|from| from.ancestors_it(None).find_map(|node| id(&node)));
    root.map_or(near.clone(), |root| format!("{root} {near}"))
}

fn id(node: &Node<'_>) -> Option<String> {
    let id = node.attr("id")?;
    is_name(&id).then(|| format!("#{id}"))
}

/// Tells whether a name needs no escapes, and stands on every page: a name with a number belongs to
/// one article or advertisement.
fn is_name(name: &str) -> bool {
    let has_number = name
        .as_bytes()
        .windows(3)
        .any(|run| run.iter().all(u8::is_ascii_digit));

    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        && !has_number
        && name.len() <= 60
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{Selector, Tree};

    fn path_of(html: &str) -> String {
        let tree = Tree::parse(html).unwrap();
        path(&tree.first(&Selector::compile("i").unwrap()).unwrap())
    }

    #[test]
    fn ids_and_classes_lead_to_an_element() {
        assert_eq!(
            path_of(r#"<div id="news"><ul class="rows on"><li><i></i></li></ul></div>"#),
            "#news ul.rows > li > i"
        );
        assert_eq!(path_of(r#"<div id="a"><i id="b"></i></div>"#), "#b");
        assert_eq!(
            path_of(r#"<div id="news"><i id="article-12345"></i></div>"#),
            "#news > i"
        );
        assert_eq!(path_of("<i></i>"), "html > body > i");
    }
}
