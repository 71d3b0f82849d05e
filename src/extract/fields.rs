//! Reads fields of an article from the sources that a profile names.

use crate::config::profile::{FieldPlace, FieldSource, PrintedDate};
use crate::extract::printed_dates::PrintedUnderHeadline;
use crate::extract::scan::PageScan;
use crate::extract::script::{scripts, taken};
use crate::markup::{Node, NodeId, Selector, attribute, text, text_without, within};
use crate::text::clean_some;
use crate::time::printed::DateReader;

/// The page and the printed dates that field sources are read from.
pub(super) struct FieldSources<'a> {
    pub page: &'a PageScan<'a>,
    pub printed: &'a PrintedUnderHeadline,
    pub dates: DateReader<'a>,
}

impl FieldSources<'_> {
    /// Returns all texts of the first source that is not empty, in the page's order.
    pub(super) fn texts(&self, sources: &[FieldSource]) -> Vec<String> {
        sources
            .iter()
            .map(|source| self.of(source))
            .find(|texts| !texts.is_empty())
            .unwrap_or_default()
    }

    /// Returns the first text of the first source that is not empty.
    pub(super) fn text(&self, sources: &[FieldSource]) -> Option<String> {
        self.texts(sources).into_iter().next()
    }

    /// Returns the texts of one source, cleaned, without empty ones.
    pub(super) fn of(&self, source: &FieldSource) -> Vec<String> {
        let raw = self.raw(&source.place);

        raw.iter()
            .filter_map(|text| self.shaped(source, text))
            .collect()
    }

    /// Returns the texts at a place, before they are shaped.
    fn raw(&self, place: &FieldPlace) -> Vec<String> {
        match place {
            FieldPlace::Meta(name) => {
                let content = self.page.meta(name).map(str::to_owned);
                content.into_iter().collect()
            }
            FieldPlace::JsonLd(path) => self.page.json_ld(path),
            FieldPlace::Element {
                select,
                without,
                attribute: None,
            } => {
                let elements = self.page.tree.all(select);
                elements
                    .map(|node| element_text(&node, without.as_ref()))
                    .collect()
            }
            FieldPlace::Element {
                select,
                attribute: Some(name),
                ..
            } => {
                let elements = self.page.tree.all(select);
                elements.filter_map(|node| attribute(&node, name)).collect()
            }
            FieldPlace::Script(pattern) => taken(&scripts(self.page.tree), pattern),
            FieldPlace::Printed(which) => {
                let told = match which {
                    PrintedDate::Published => self.printed.published,
                    PrintedDate::Updated => self.printed.updated,
                };
                told.map(|time| time.to_string()).into_iter().collect()
            }
        }
    }

    /// Returns a text as its source shapes it: by pattern, cut and suffix. `None` where the pattern
    /// does not match, or nothing is left.
    fn shaped(&self, source: &FieldSource, text: &str) -> Option<String> {
        let taken = match &source.pattern {
            Some(pattern) => pattern.find(text)?,
            None => text,
        };
        let cut = match &source.cut {
            Some(pattern) => pattern.cut(taken),
            None => taken.to_owned(),
        };

        let suffix = source
            .suffix
            .as_deref()
            .and_then(|suffix| self.filled(suffix));
        let bare = suffix
            .as_deref()
            .and_then(|suffix| cut.strip_suffix(suffix))
            .unwrap_or(&cut);

        clean_some(bare)
    }

    /// Fills meta tags into a suffix. Returns `None` where a tag is missing: nothing is cut then.
    fn filled(&self, suffix: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = suffix;

        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}')?;
            filled.push_str(before);
            filled.push_str(self.page.meta(name)?);
            rest = behind;
        }

        filled.push_str(rest);
        Some(filled)
    }
}

/// Returns an element's text, without what the selector `without` matches in it.
fn element_text(node: &Node<'_>, without: Option<&Selector>) -> String {
    let Some(without) = without else {
        return text(node);
    };

    let unseen: Vec<NodeId> = within(*node, without).map(|node| node.id).collect();
    text_without(node, &unseen)
}
