//! The rules for a CMS's article pages: the sources of every field, best first.

use serde::Deserialize;

use crate::config::profile::source::{FieldPlace, FieldSource};
use crate::markup::{Pattern, Selector};

/// The sources of an article's fields. Of each list, the first source with a value counts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArticleRules {
    pub number: Vec<FieldSource>,
    /// The id of text, where the address has neither number nor id.
    pub article_id: Vec<FieldSource>,
    pub canonical: Vec<FieldSource>,
    pub title: Vec<FieldSource>,
    pub subtitle: Vec<FieldSource>,
    pub byline: Vec<FieldSource>,
    pub section: Vec<FieldSource>,
    pub subsection: Vec<FieldSource>,
    /// Dates: in RFC 3339, printed, or as seconds since 1970.
    pub published: Vec<FieldSource>,
    /// Dates. The first one after the publication counts.
    pub modified: Vec<FieldSource>,
    /// Times with a `Z` are local times of the paper.
    pub false_utc: bool,
    pub printed: PrintedDates,
    pub rights: Vec<FieldSource>,
    /// Keywords: every element that matches.
    pub tags: Vec<FieldSource>,
    pub opt_out: OptOutWording,
    /// Containers of the story, best first.
    pub body: Vec<Selector>,
    /// Patterns for a story in a script, if no container has one. The first group is a JSON string
    /// of HTML.
    pub body_in_script: Vec<Pattern>,
    /// No container is certain: the story is found by measuring, and the article records the
    /// confidence.
    pub by_measure: bool,
    /// Elements in the container that are no part of the story.
    pub remove: Option<Selector>,
    pub photos: Vec<PhotoBox>,
    /// Attributes with the address of a photo that is loaded lazily. They come before `src`.
    pub lazy: Vec<String>,
    /// Addresses of pictures that are no photos: logos, portraits.
    pub no_photo: Option<Pattern>,
    /// The photographer in a caption: the first group.
    pub credit: Option<Pattern>,
    /// Whole blocks that are no part of the story anywhere: words of buttons and players.
    pub noise: Vec<Pattern>,
    /// Whole blocks that ask the reader to subscribe, to sign in or to vote. Without a profile the
    /// boxes around them are dropped, too.
    pub calls: Vec<Pattern>,
    /// Whole blocks above a list of other stories. They are dropped, and so are the following
    /// blocks that do not read like prose.
    pub headings: Vec<Pattern>,
    /// Whole blocks at the end that are no part of the story: the author's line, the end mark.
    pub trailers: Vec<Pattern>,
    /// Whole blocks after the end that are kept. Trailers before them are still dropped.
    pub epilogues: Vec<Pattern>,
}

impl ArticleRules {
    /// Returns all sources of fields.
    fn sources(&self) -> impl Iterator<Item = &FieldSource> {
        let Self {
            number,
            article_id,
            canonical,
            title,
            subtitle,
            byline,
            section,
            subsection,
            published,
            modified,
            false_utc: _,
            printed: _,
            rights,
            tags,
            opt_out: _,
            body: _,
            body_in_script: _,
            by_measure: _,
            remove: _,
            photos: _,
            lazy: _,
            no_photo: _,
            credit: _,
            noise: _,
            calls: _,
            headings: _,
            trailers: _,
            epilogues: _,
        } = self;

        let sources = [
            number, article_id, canonical, title, subtitle, byline, section, subsection, published,
            modified, rights, tags,
        ];
        sources.into_iter().flatten()
    }

    /// Returns every selector that searches the whole page, and not only the story.
    pub fn page_selectors(&self) -> impl Iterator<Item = &Selector> {
        let places = self.sources().filter_map(FieldSource::select);
        places
            .chain(&self.printed.lines)
            .chain(&self.opt_out.select)
            .chain(&self.body)
    }

    /// Tells whether texts of the page's scripts are searched.
    pub fn reads_scripts(&self) -> bool {
        let mut places = self.sources().map(|source| &source.place);
        !self.body_in_script.is_empty()
            || places.any(|place| matches!(place, FieldPlace::Script(_)))
    }
}

/// The dates under a headline, with the words before them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrintedDates {
    pub lines: Option<Selector>,
    /// Verbs of publication. A line that has one and a date tells when a story of an unknown page
    /// was published.
    pub published: Option<Pattern>,
    /// A match in the words before a date makes it the date of an update.
    pub update: Option<Pattern>,
}

/// Where a paper opts out of machine learning in words. Korean notices are known to the reader.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptOutWording {
    /// Elements that are searched, besides the rights line.
    pub select: Option<Selector>,
    /// Further words of this CMS. The first group is recorded.
    pub words: Vec<Pattern>,
}

/// An element around photos, with its caption.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoBox {
    pub select: Selector,
    pub caption: Selector,
}
