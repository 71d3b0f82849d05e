//! CDATA sections and comments of feeds and sitemaps that may be damaged.

/// The beginning of a CDATA section (XML 1.0, 2.7).
const CDATA: &str = "<![CDATA[";

/// The beginning of a comment (XML 1.0, 2.5).
const COMMENT: &str = "<!--";

/// Turns CDATA sections into escaped text, and leaves out comments and the marks of declarations.
///
/// A section without an end, or with another section in it, is damaged: only its mark is left out.
/// The same holds for a comment that would swallow the beginning of one of the `items` (`<item`).
pub(super) fn without_sections(text: &str, items: &[&str]) -> String {
    let (mut cdata_end, mut comment_end) = (KnownEnd::of("]]>"), KnownEnd::of("-->"));
    let (mut plain, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(length) = text[at..].find("<!") {
        plain.push_str(&text[at..at + length]);
        at += length;
        if text[at..].starts_with(CDATA) {
            at += CDATA.len();
            if let Some(end) = cdata_end
                .behind(text, at)
                .filter(|end| !text[at..*end].contains(CDATA))
            {
                html_escape::encode_text_to_string(&text[at..end], &mut plain);
                at = end + 3;
            }
        } else if text[at..].starts_with(COMMENT) {
            at += COMMENT.len();
            let end = comment_end
                .behind(text, at)
                .filter(|end| !swallows(&text[at..*end], items));
            at = end.map_or(at, |end| end + 3);
        } else {
            at += 2;
        }
    }

    plain.push_str(&text[at..]);
    plain
}

/// Returns whether a comment has another comment or an item in it. The other comment is searched
/// first: where many comments begin, each search ends at the next beginning.
fn swallows(inside: &str, items: &[&str]) -> bool {
    inside.contains(COMMENT) || items.iter().any(|item| inside.contains(item))
}

/// The next end of a section. It is searched again only once the text is read past it, so that many
/// beginnings before one end cost one search.
struct KnownEnd {
    mark: &'static str,
    /// `None` before the first search; `Some(None)` where the text has no further end.
    next: Option<Option<usize>>,
}

impl KnownEnd {
    fn of(mark: &'static str) -> Self {
        Self { mark, next: None }
    }

    /// Returns the place of the first end at or behind `at`.
    fn behind(&mut self, text: &str, at: usize) -> Option<usize> {
        let is_known = self
            .next
            .is_some_and(|next| next.is_none_or(|next| next >= at));
        if !is_known {
            self.next = Some(text[at..].find(self.mark).map(|length| at + length));
        }
        self.next.flatten()
    }
}
