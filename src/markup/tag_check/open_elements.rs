//! The unclosed elements at a place of a page.

use crate::markup::tag_check::tag_name::{FORMATTING, TagName};

/// The most names that are counted. Real pages use some 60 names of elements.
const MAX_NAMES: usize = 128;

/// The unclosed elements by name. An end tag closes an element of its own name only.
#[derive(Default)]
pub(super) struct OpenElements {
    names: Vec<(TagName, usize)>,
    depth: usize,
    /// The greatest depth so far.
    pub deepest: usize,
    formatting: usize,
    /// The most formatting elements that were open together so far.
    pub most_formatting: usize,
}

impl OpenElements {
    /// Counts a tag, and the element that it opens or closes.
    pub(super) fn add(&mut self, name: TagName, closes: bool) {
        let known = self
            .names
            .iter()
            .position(|(known, _)| *known == name)
            .filter(|_| name != TagName::LONG);
        let formatting = usize::from(FORMATTING.contains(&name));

        if !closes {
            self.open(name, known);
            self.formatting += formatting;
            self.most_formatting = self.most_formatting.max(self.formatting);
        } else if let Some(at) = known
            && self.names[at].1 > 0
        {
            self.names[at].1 -= 1;
            self.depth -= 1;
            self.formatting -= formatting;
        }
    }

    /// Opens an element; `known` is the place of its name.
    fn open(&mut self, name: TagName, known: Option<usize>) {
        match known {
            Some(at) => self.names[at].1 += 1,
            None if self.names.len() < MAX_NAMES => self.names.push((name, 1)),
            // A page that invents names without end: these elements count as never closed.
            None => {}
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }
}
