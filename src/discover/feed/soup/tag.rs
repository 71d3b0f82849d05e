//! Tags of a text that may not be well-formed, and their attributes.

use std::sync::LazyLock;

use regex::Regex;

use crate::discover::feed::soup::references::decoded;

/// An attribute: its name, and its value in double quotes, in single quotes, or without quotes, as
/// templates write it.
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([A-Za-z_:][\w:.\-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#)
        .expect("it is tested")
});

/// The kind of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagKind {
    Open,
    Close,
    /// It opens an element and closes it: `<link/>`.
    Empty,
}

/// A tag, and its place in the text.
#[derive(Clone, Debug)]
pub(super) struct Tag<'t> {
    pub(super) kind: TagKind,
    /// With its prefix, as written: `dc:date`.
    pub(super) name: &'t str,
    /// Without its prefix, in lower case.
    pub(super) local: String,
    pub(super) attributes: &'t str,
    pub(super) begin: usize,
    pub(super) end: usize,
}

impl Tag<'_> {
    /// Returns whether the tag opens one of these elements; names are local and in lower case.
    pub(super) fn opens(&self, names: &[&str]) -> bool {
        self.kind != TagKind::Close && names.contains(&self.local.as_str())
    }

    /// Returns the decoded value of an attribute, by its name with the prefix, in any case.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let found = ATTRIBUTE
            .captures_iter(self.attributes)
            .find(|found| found[1].eq_ignore_ascii_case(name))?;

        let value = found
            .get(2)
            .or_else(|| found.get(3))
            .or_else(|| found.get(4))?;
        Some(decoded(value.as_str()))
    }
}

/// Returns the tags of a text. A `<` without a name behind it, or with another `<` before its `>`,
/// begins no tag.
pub(super) fn tags(text: &str) -> Vec<Tag<'_>> {
    text.match_indices('<')
        .filter_map(|(begin, _)| tag_at(text, begin))
        .collect()
}

fn tag_at(text: &str, begin: usize) -> Option<Tag<'_>> {
    let rest = &text[begin + 1..];
    let length = length(rest)?;
    let (inside, closes) = rest[..length]
        .strip_prefix('/')
        .map_or((&rest[..length], false), |inside| (inside, true));

    let name_end = inside.find(|c| !is_of_name(c)).unwrap_or(inside.len());
    let (name, attributes) = inside.split_at(name_end);
    let is_separated =
        attributes.is_empty() || attributes.starts_with(|c: char| c.is_whitespace() || c == '/');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !is_separated {
        return None;
    }

    let kind = match (closes, attributes.ends_with('/')) {
        (true, _) => TagKind::Close,
        (false, true) => TagKind::Empty,
        (false, false) => TagKind::Open,
    };
    Some(Tag {
        kind,
        name,
        local: name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase(),
        attributes,
        begin,
        end: begin + 1 + length + 1,
    })
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || ":_.-".contains(c)
}

/// Returns the length of a tag, from behind its `<`. The tag ends at the first `>` outside of
/// values, which must come before the next `<`.
fn length(tag: &str) -> Option<usize> {
    let mut at = 0;

    loop {
        let next = at + tag[at..].find(['<', '>', '"', '\''])?;
        match tag.as_bytes()[next] {
            b'<' => return None,
            b'>' => return Some(next),
            quote if tag[at..next].trim_end().ends_with('=') => {
                let value = &tag[next + 1..];
                let end = value
                    .find(['<', char::from(quote)])
                    .filter(|end| value.as_bytes()[*end] == quote);
                at = next + 1 + end.map_or(0, |end| end + 1);
            }
            _ => at = next + 1,
        }
    }
}
