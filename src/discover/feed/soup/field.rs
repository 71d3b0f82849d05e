//! The elements of an item.

use std::collections::HashMap;

use crate::discover::feed::soup::references::decoded;
use crate::discover::feed::soup::tag::{Tag, TagKind};

/// Elements at which a field without an end tag ends: those of RSS, Atom and Dublin Core that items
/// have.
const FIELDS: [&str; 21] = [
    "title",
    "link",
    "guid",
    "id",
    "origlink",
    "description",
    "summary",
    "content",
    "encoded",
    "pubdate",
    "date",
    "published",
    "issued",
    "created",
    "updated",
    "modified",
    "author",
    "creator",
    "category",
    "subject",
    "enclosure",
];

/// An element of an item.
pub(super) struct ItemField<'t> {
    pub(super) tag: &'t Tag<'t>,
    /// The text between its tags, as written.
    pub(super) content: &'t str,
}

impl<'t> ItemField<'t> {
    fn empty(tag: &'t Tag<'t>) -> Self {
        Self { tag, content: "" }
    }

    /// Returns the decoded content; `None` where it is blank.
    pub(super) fn text(&self) -> Option<String> {
        Some(decoded(self.content)).filter(|text| !text.trim().is_empty())
    }
}

/// Cuts an item into its elements. Inner elements belong to the outer one: the title of a `source`
/// is not the item's. The last element of a torn item may be torn itself, and is left out.
pub(super) fn fields<'t>(text: &'t str, tags: &'t [Tag<'t>], is_torn: bool) -> Vec<ItemField<'t>> {
    let last_close: HashMap<&str, usize> = tags
        .iter()
        .enumerate()
        .filter(|(_, tag)| tag.kind == TagKind::Close)
        .map(|(at, tag)| (tag.name, at))
        .collect();
    let next_stop = next_stops(tags);

    let (mut fields, mut at) = (Vec::new(), 0);
    while let Some(tag) = tags.get(at) {
        at += 1;
        match tag.kind {
            TagKind::Close => {}
            TagKind::Empty => fields.push(ItemField::empty(tag)),
            TagKind::Open if last_close.get(tag.name).is_some_and(|last| *last >= at) => {
                let end = at + end_of(tag, &tags[at..]);
                let content = &text[tag.end..tags[end].begin];
                fields.push(ItemField { tag, content });
                at = end + 1;
            }
            TagKind::Open => match next_stop[at] {
                Some(stop) => {
                    let content = &text[tag.end..tags[stop].begin];
                    fields.push(ItemField { tag, content });
                }
                None if is_torn => {}
                None => fields.push(ItemField::empty(tag)),
            },
        }
    }
    fields
}

/// Returns, for each place, the next tag from there on at which an element without an end tag ends.
fn next_stops(tags: &[Tag<'_>]) -> Vec<Option<usize>> {
    let mut next_stop = vec![None; tags.len() + 1];
    for (at, tag) in tags.iter().enumerate().rev() {
        let is_stop = tag.kind == TagKind::Close || FIELDS.contains(&tag.local.as_str());
        next_stop[at] = if is_stop { Some(at) } else { next_stop[at + 1] };
    }
    next_stop
}

/// Returns the place of the end tag of an element among the tags behind its start tag.
fn end_of(open: &Tag<'_>, behind: &[Tag<'_>]) -> usize {
    behind
        .iter()
        .position(|tag| tag.kind == TagKind::Close && tag.name == open.name)
        .expect("the last end tag of this name stands behind the start tag")
}
