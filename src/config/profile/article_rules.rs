//! How the CMS's article pages are read: the sources of every field, best first.

use serde::Deserialize;

use crate::config::profile::source::FieldSource;
use crate::markup::{Pattern, Selector};

/// The sources of an article's fields: of each list the first source that tells something counts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArticleRules {
    pub number: Vec<FieldSource>,
    pub canonical: Vec<FieldSource>,
    pub title: Vec<FieldSource>,
    pub subtitle: Vec<FieldSource>,
    pub byline: Vec<FieldSource>,
    pub section: Vec<FieldSource>,
    pub subsection: Vec<FieldSource>,
    /// Dates: RFC 3339, as printed, or seconds since 1970.
    pub published: Vec<FieldSource>,
    /// Dates; the first that is later than the publication.
    pub modified: Vec<FieldSource>,
    /// Times that end in `Z` are on the paper's clock all the same.
    pub false_utc: bool,
    pub printed: PrintedDates,
    pub rights: Vec<FieldSource>,
    /// Keywords: every element that matches.
    pub tags: Vec<FieldSource>,
    pub opt_out: OptOutWording,
    /// Containers of the story, best first.
    pub body: Vec<Selector>,
    /// Where no container holds a story, takes it from a script: what the first group matches, a JSON string of HTML.
    pub body_in_script: Vec<Pattern>,
    /// No container is known for sure: the story is found by measure, and the article tells how sure that is.
    pub by_measure: bool,
    /// What stands in the container and is no story.
    pub remove: Option<Selector>,
    pub photos: Vec<PhotoBox>,
    /// Attributes that hold a photo's address, before `src`, where photos are loaded late.
    pub lazy: Vec<String>,
    /// Addresses of pictures that are no photos: logos, portraits.
    pub no_photo: Option<Pattern>,
    /// In a caption, who made the photo: the first group.
    pub credit: Option<Pattern>,
    /// A whole block that is no story, wherever it stands: what buttons and players say.
    pub noise: Vec<Pattern>,
    /// A whole block above a list of other stories: it goes, and with it what follows and does not read like prose.
    pub headings: Vec<Pattern>,
    /// A whole block at the end that is no story: who wrote it, the end mark.
    pub trailers: Vec<Pattern>,
    /// A whole block after the end that is kept, while trailers before it still go.
    pub epilogues: Vec<Pattern>,
}

/// The dates under a headline, with the words before them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrintedDates {
    pub lines: Option<Selector>,
    /// In the words before a date: it tells an update, not the publication.
    pub update: Option<Pattern>,
}

/// How a paper says in words that machines shall not learn from it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptOutWording {
    /// Looked at besides the rights line.
    pub select: Option<Selector>,
    /// The first group is what is recorded.
    pub words: Vec<Pattern>,
}

/// An element around photos, with its caption.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoBox {
    pub select: Selector,
    pub caption: Selector,
}
