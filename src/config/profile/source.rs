//! Where a field of an article is looked for, and how what stands there is cleaned.

use serde::Deserialize;

use crate::markup::{Pattern, Selector};

/// One place that may tell a field, and what to make of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "SourceText")]
pub struct FieldSource {
    pub place: FieldPlace,
    /// Only what matches is taken (its first group, where it has one).
    pub pattern: Option<Pattern>,
    /// What matches is cut out.
    pub cut: Option<Pattern>,
    /// An ending that is cut off; `{og:site_name}` in it stands for that meta tag's content.
    pub suffix: Option<String>,
}

/// A place in a page.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldPlace {
    /// The meta tag of this name or property.
    Meta(String),
    /// A dotted path into the article's JSON-LD, `author.name`.
    JsonLd(String),
    /// An element's text without some elements, or an attribute.
    Element {
        select: Selector,
        without: Option<Selector>,
        attribute: Option<String>,
    },
    /// What a pattern takes from the page's scripts; a JSON string is read as one.
    Script(Pattern),
    /// One of the dates that `article.printed` finds.
    Printed(PrintedDate),
}

/// Which of the dates under a headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrintedDate {
    Published,
    Updated,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceText {
    meta: Option<String>,
    json_ld: Option<String>,
    select: Option<Selector>,
    printed: Option<PrintedDate>,
    script: Option<Pattern>,
    without: Option<Selector>,
    attribute: Option<String>,
    pattern: Option<Pattern>,
    cut: Option<Pattern>,
    suffix: Option<String>,
}

impl TryFrom<SourceText> for FieldSource {
    type Error = &'static str;
    fn try_from(written: SourceText) -> Result<Self, &'static str> {
        let SourceText {
            meta,
            json_ld,
            select,
            printed,
            script,
            without,
            attribute,
            pattern,
            cut,
            suffix,
        } = written;
        if select.is_none() && (without.is_some() || attribute.is_some()) {
            return Err("`without` and `attribute` go with `select`");
        }
        let place = match (meta, json_ld, select, printed, script) {
            (Some(name), None, None, None, None) => FieldPlace::Meta(name.to_lowercase()),
            (None, Some(path), None, None, None) => FieldPlace::JsonLd(path),
            (None, None, Some(select), None, None) => FieldPlace::Element {
                select,
                without,
                attribute,
            },
            (None, None, None, Some(which), None) => FieldPlace::Printed(which),
            (None, None, None, None, Some(pattern)) => FieldPlace::Script(pattern),
            _ => {
                return Err(
                    "a source has exactly one of `meta`, `json_ld`, `select`, `printed` and `script`",
                );
            }
        };
        Ok(Self {
            place,
            pattern,
            cut,
            suffix,
        })
    }
}
