//! The text of a byline, with marks between its elements.

use crate::extract::measured::person_words::is_agency;
use crate::extract::vocabulary::BY;
use crate::markup::{Node, text};
use crate::text::clean;

/// Returns the text of a byline, with what [`between`] says where its elements have no spaces
/// between them.
pub(super) fn spaced(node: &Node<'_>) -> String {
    let parted = parted(node);

    // Blocks and line breaks part words, too.
    let whole = text(node);
    if parted.split_whitespace().count() > whole.split_whitespace().count() {
        parted
    } else {
        whole
    }
}

/// Returns the text of a byline, with what [`between`] says where a small letter stands before a
/// capital, without a space between two elements.
pub(super) fn parted(node: &Node<'_>) -> String {
    let mut raw = String::new();
    for inner in node.descendants_it().filter(Node::is_text) {
        let text = inner.text();
        let last = raw.split_whitespace().next_back().unwrap_or_default();
        let is_end = raw.ends_with(char::is_lowercase)
            || !raw.ends_with(char::is_whitespace) && is_agency(last);
        if is_end && text.starts_with(char::is_uppercase) {
            raw.push_str(between(&raw, &text));
        }
        raw.push_str(&text);
    }
    clean(&raw)
}

/// Returns what parts two elements of a byline: nothing within a name (`Mc`, `Donald`), a space
/// behind `By` and between two single words, which are the parts of one name (`Jane`, `Lee`), and
/// else a comma: a whole name has two words.
fn between(before: &str, behind: &str) -> &'static str {
    const MIDDLES: [&str; 2] = ["Mc", "Mac"];
    let part = before.rsplit([',', ';', '|']).next().unwrap_or_default();
    let is_lead = |word: &str| BY.contains(&word.to_lowercase().as_str());
    let words: Vec<&str> = part
        .split_whitespace()
        .skip_while(|word| is_lead(word))
        .collect();

    match words.as_slice() {
        [.., last] if MIDDLES.contains(last) => "",
        [] => " ",
        [_] if behind.split_whitespace().count() == 1 => " ",
        _ => ", ",
    }
}
