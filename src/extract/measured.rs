//! The fields of a page that no profile knows, found by measure: candidates from all of its places,
//! and the best of them.

mod around_names;
mod bare_byline;
mod breadcrumbs;
mod byline_parts;
mod byline_roles;
mod byline_texts;
mod bylines;
mod captions;
mod chinese_names;
mod doubtful_pictures;
mod japanese_names;
mod korean_names;
mod labelled_tags;
mod lead_photos;
mod links_of_others;
pub(super) mod marked_moments;
pub(super) mod moments;
mod names;
mod papers;
mod person_words;
mod picture_address;
mod picture_cards;
mod picture_file;
mod pictures;
mod script_tags;
mod sections;
mod signatures;
mod signed_lines;
mod subtitles;
mod tag_boxes;
mod tag_lists;
mod tags;
mod title_likeness;
mod title_sections;
mod titles;
mod told_writers;
mod writers;

use crate::config::profile::ArticleRules;
use crate::extract::article::{Article, Image};
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::pictures::PhotoHints;
use crate::extract::measured::titles::HeadTitles;
use crate::extract::page_parts::PageParts;
use crate::extract::scan::PageScan;
use crate::page_url::PageUrl;

pub(super) use crate::extract::measured::bare_byline::{has_running_words, is_bare_byline};
pub(super) use crate::extract::measured::bylines::{is_byline_of, is_signature_of};

/// The story of a page, as far as its other fields depend on it.
#[derive(Clone, Copy)]
pub(super) struct StoryHints<'s> {
    pub url: &'s PageUrl,
    pub rules: &'s ArticleRules,
    pub paragraphs: &'s [String],
    /// The writer whom a library found, or the line that signed the story.
    pub author: Option<&'s str>,
}

/// The fields that were found by measure: the article without its dates and its story, the page's
/// parts, and the photos.
pub(super) struct MeasuredFields<'a> {
    pub article: Article,
    pub parts: PageParts<'a>,
    pub images: Vec<Image>,
}

/// Completes an article with the fields that are found around its story.
pub(super) fn measured<'a>(
    page: &PageScan<'a>,
    article: Article,
    story: StoryHints<'_>,
) -> MeasuredFields<'a> {
    let papers = PaperNames::of(page, story.url);
    let mut parts = PageParts::new(page.tree, story.paragraphs);
    let told = HeadTitles::of(page, &papers);
    let (title, element) = titles::headline(&parts, &told, &papers);
    parts.set_headline(element);

    let title = title.or(article.title);
    let writers = writers::writers(page, &parts, &papers, story);
    let told_section = sections::told(article.section.as_deref(), &papers);
    let sections = sections::sections(page, &parts, &papers, &told, story.url);
    let subtitle = article
        .subtitle
        .or_else(|| subtitles::subtitle(page, &parts, story.paragraphs, title.as_deref()));
    let photos = PhotoHints {
        rules: story.rules,
        url: story.url,
        headlines: [title.as_deref(), subtitle.as_deref()],
        papers: &papers,
        paragraphs: story.paragraphs,
        writers: &writers.names,
    };
    let images = pictures::images(page, &parts, photos);

    let article = Article {
        subtitle,
        tags: tags::tags(page, &parts, &papers, story.url),
        section: told_section.section.or(sections.section),
        subsection: article
            .subsection
            .or(told_section.subsection)
            .or(sections.subsection),
        authors: writers.names,
        byline: writers.byline,
        title,
        ..article
    };
    MeasuredFields {
        article,
        parts,
        images,
    }
}
