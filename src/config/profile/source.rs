//! Where a field of an article is looked for, and how what stands there is cleaned.

use serde::Deserialize;

use crate::markup::{Pattern, Selector};

/// One place that may tell a field, and what to make of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Source {
    pub place: Place,
    /// Only what matches is taken (its first group, where it has one).
    pub pattern: Option<Pattern>,
    /// What matches is cut out.
    pub cut: Option<Pattern>,
    /// An ending that is cut off; `{og:site_name}` in it stands for that meta tag's content.
    pub suffix: Option<String>,
}

/// A place in a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
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
struct Written {
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

impl TryFrom<Written> for Source {
    type Error = &'static str;
    fn try_from(written: Written) -> Result<Self, &'static str> {
        let Written {
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
            (Some(name), None, None, None, None) => Place::Meta(name.to_lowercase()),
            (None, Some(path), None, None, None) => Place::JsonLd(path),
            (None, None, Some(select), None, None) => Place::Element {
                select,
                without,
                attribute,
            },
            (None, None, None, Some(which), None) => Place::Printed(which),
            (None, None, None, None, Some(pattern)) => Place::Script(pattern),
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
