//! Undoes the entities of HTML in texts that are no HTML.

use std::borrow::Cow;

use crate::markup::Tree;

/// How often a text may be escaped. Two systems in a row escape it twice.
const TIMES: usize = 3;

/// Replaces the entities of a text once. Its elements stay as they are.
pub(super) fn undone(text: &str) -> String {
    // A text that is too heavy for the parser stays as it is.
    Tree::parse(&text.replace('<', "&lt;"))
        .map_or_else(|_| text.to_owned(), |tree| tree.root().text().to_string())
}

/// Replaces the entities of a text as often as it was escaped.
pub(super) fn all_undone(text: &str) -> Cow<'_, str> {
    let mut undone_text = Cow::Borrowed(text);

    for _ in 0..TIMES {
        if !has_entity(&undone_text) {
            break;
        }
        undone_text = Cow::Owned(undone(&undone_text));
    }

    undone_text
}

/// Tells whether a text has the name or the number of a character: `&amp;`, `&#39;`.
fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(|after| {
        let name = after.split(';').next().unwrap_or_default();
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#');
        is_name && (2..=10).contains(&name.len()) && name.len() < after.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_escaped_twice_is_undone_twice() {
        for (escaped, text) in [
            ("B&uuml;cher", "Bücher"),
            ("B&amp;uuml;cher &amp;#39;hier&amp;#39;", "Bücher 'hier'"),
            ("&amp;lt;p&amp;gt;Bücher&amp;lt;/p&amp;gt;", "<p>Bücher</p>"),
            ("<p>Regal &amp; Bücher</p>", "<p>Regal & Bücher</p>"),
            ("Regal & Bücher; Tee", "Regal & Bücher; Tee"),
        ] {
            assert_eq!(all_undone(escaped), text);
        }
    }
}
