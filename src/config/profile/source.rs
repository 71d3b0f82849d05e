//! The sources of an article's fields: places in a page, and the cleaning of their texts.

use serde::Deserialize;

use crate::markup::{Pattern, Selector};

/// One place of a field, and the cleaning of its text.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "SourceText")]
pub struct FieldSource {
    pub place: FieldPlace,
    /// Only the match is taken: its first group, if it has one.
    pub pattern: Option<Pattern>,
    /// Matches are cut out.
    pub cut: Option<Pattern>,
    /// An ending that is cut off. `{og:site_name}` in it is replaced by the content of that meta
    /// tag.
    pub suffix: Option<String>,
}

impl FieldSource {
    /// Returns the selector of the element that is read.
    pub fn select(&self) -> Option<&Selector> {
        match &self.place {
            FieldPlace::Element { select, .. } => Some(select),
            FieldPlace::Meta(_)
            | FieldPlace::JsonLd(_)
            | FieldPlace::Script(_)
            | FieldPlace::Printed(_) => None,
        }
    }
}

/// A place in a page.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldPlace {
    /// The meta tag of this name or property.
    Meta(String),
    /// A dotted path into the article's JSON-LD, as `author.name`.
    JsonLd(String),
    /// An element's text without some elements, or an attribute.
    Element {
        select: Selector,
        without: Option<Selector>,
        attribute: Option<String>,
    },
    /// The match of a pattern in the page's scripts. A JSON string is decoded.
    Script(Pattern),
    /// One of the dates that `article.printed` finds.
    Printed(PrintedDate),
}

/// One of the dates under a headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrintedDate {
    Published,
    Updated,
}

/// A source as TOML has it: all keys are optional, and not all go together.
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

        let places = [
            meta.map(|name| FieldPlace::Meta(name.to_lowercase())),
            json_ld.map(FieldPlace::JsonLd),
            select.map(|select| FieldPlace::Element {
                select,
                without,
                attribute,
            }),
            printed.map(FieldPlace::Printed),
            script.map(FieldPlace::Script),
        ];

        Ok(Self {
            place: only(places)?,
            pattern,
            cut,
            suffix,
        })
    }
}

/// Returns the place that is given, if exactly one is.
fn only(places: [Option<FieldPlace>; 5]) -> Result<FieldPlace, &'static str> {
    let mut places = places.into_iter().flatten();
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        _ => Err("a source has exactly one of `meta`, `json_ld`, `select`, `printed` and `script`"),
    }
}
