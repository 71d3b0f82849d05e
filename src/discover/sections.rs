//! CDATA sections and comments of feeds and sitemaps, undone as far as they end.

/// Turns CDATA sections into escaped text, and leaves out comments and declarations. A section that
/// never ends, or in which another begins, is none: its mark is left out. So is a comment that
/// takes in the beginning of one of the `items`, `<item`.
pub fn without_sections(text: &str, items: &[&str]) -> String {
    const CDATA: &str = "<![CDATA[";
    const COMMENT: &str = "<!--";
    let (mut cdata_end, mut comment_end) = (KnownEnd::of("]]>"), KnownEnd::of("-->"));
    // Another comment is looked for first: of many beginnings each finds the next one at once.
    let takes_in =
        |inside: &str| inside.contains(COMMENT) || items.iter().any(|item| inside.contains(item));

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
                .filter(|end| !takes_in(&text[at..*end]));
            at = end.map_or(at, |end| end + 3);
        } else {
            at += 2;
        }
    }
    plain.push_str(&text[at..]);
    plain
}

/// Where the next end of a section is. It is looked for anew only once it was passed: many
/// beginnings before one end cost no more than one.
struct KnownEnd {
    mark: &'static str,
    /// `None` before the first look; within, `None` where there is no further one.
    next: Option<Option<usize>>,
}

impl KnownEnd {
    fn of(mark: &'static str) -> Self {
        Self { mark, next: None }
    }

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
