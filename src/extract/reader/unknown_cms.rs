//! Extracts articles of papers whose CMS no profile knows.

use crate::extract::article::{Article, Extraction};
use crate::extract::body::{Story, story};
use crate::extract::byline::authors;
use crate::extract::dates::{Publication, change, changes};
use crate::extract::fields::FieldSources;
use crate::extract::generic::dateline::Dateline;
use crate::extract::generic::{self, FoundStory};
use crate::extract::printed_dates::PrintedUnderHeadline;
use crate::extract::reader::ArticleReader;
use crate::page_url::PageUrl;
use crate::time::LocalTime;
use crate::time::printed::{self, Zulu};

impl ArticleReader {
    /// Extracts a page that no profile knows.
    pub(super) fn found(
        &self,
        html: &str,
        sources: &FieldSources<'_>,
        url: &PageUrl,
        article: Article,
    ) -> Extraction {
        let (page, rules) = (sources.page, &self.profile.article);
        // Where the usual container holds a notice, no other text of the page is the story.
        let usual = story(page.tree, rules, url).unwrap_or_default();
        if self.is_for_members(&usual) {
            return self.judged(article, Some(usual), page.tree);
        }

        let hints = generic::PageHints {
            url,
            rules,
            article: &article,
            usual: &usual,
        };
        let found = generic::find(html, page, hints);
        let confidence = found.confidence;
        let article = self.dated(self.completed(article, &found), &found, html, sources);

        let extraction = self.judged(article, Some(found.story), page.tree);
        if confidence < generic::LEAST && matches!(extraction, Extraction::Article(_)) {
            let why = format!(
                "its text does not read like an article: confidence {confidence:.2}, {} is wanted",
                generic::LEAST
            );
            return Extraction::NotAnArticle { why };
        }
        extraction
    }

    fn is_for_members(&self, story: &Story) -> bool {
        let members = &self.profile.members;
        story.length() < members.under
            && story
                .paragraphs
                .iter()
                .any(|text| members.stands_in(text).is_some())
    }

    /// Returns an article with the fields that the rules did not find.
    fn completed(&self, article: Article, found: &FoundStory) -> Article {
        let byline = article.byline.or_else(|| found.author.clone());
        let authors = if article.authors.is_empty() {
            byline
                .as_deref()
                .map(|byline| authors(byline, ""))
                .unwrap_or_default()
        } else {
            article.authors
        };

        Article {
            title: article.title.or_else(|| found.title.clone()),
            authors,
            byline,
            extractor: format!("{}/{}", article.extractor, found.method.name()),
            confidence: Some(found.confidence),
            language: found.language.clone().or(article.language),
            ..article
        }
    }

    /// Returns an article with the dates above its story, which are more reliable than labelled
    /// ones elsewhere in the page. Without them it takes the day that trafilatura found, if the
    /// page has that day and no update is of it: trafilatura returns the first of January where it
    /// finds only a year.
    fn dated(
        &self,
        article: Article,
        found: &FoundStory,
        html: &str,
        sources: &FieldSources<'_>,
    ) -> Article {
        let source = article.published_source.as_deref();
        let is_printed = source.is_some_and(|source| source.starts_with("printed"));
        if article.published_at.is_some() && !is_printed {
            return article;
        }

        let (zone, rules) = (&self.paper.timezone, &self.profile.article);
        let first = found.story.paragraphs.first().map(String::as_str);
        let dateline = Dateline::of(sources.page.tree);
        let title = article.title.as_deref();
        let printed = dateline.read(title, first.unwrap_or_default(), rules, zone);

        let told = printed.published.map(|time| Publication {
            time,
            source: "printed".to_owned(),
        });
        let told = told.or_else(|| {
            self.day_found(found, html, sources, (&dateline, &printed))
                .filter(|_| article.published_at.is_none())
        });
        let Some(told) = told else {
            let modified_at = article
                .modified_at
                .or_else(|| update_after(&printed, article.published_at?));
            return Article {
                modified_at,
                ..article
            };
        };

        let published = told.time.time;
        Article {
            published_at: Some(published),
            published_precision: Some(told.time.precision),
            modified_at: change(sources, rules, zone, &told)
                .or_else(|| update_after(&printed, published)),
            published_source: Some(told.source),
            ..article
        }
    }

    /// Returns the day that trafilatura found, if the page has it and no update is of that day.
    fn day_found(
        &self,
        found: &FoundStory,
        html: &str,
        sources: &FieldSources<'_>,
        (dateline, printed): (&Dateline, &PrintedUnderHeadline),
    ) -> Option<Publication> {
        let (zone, rules) = (&self.paper.timezone, &self.profile.article);
        let (day, source) = found.date.as_ref()?;
        let is_of_update = || {
            changes(sources, rules, zone)
                .chain(printed.updated)
                .any(|told| told.day() == *day)
        };
        if !dateline.has_day(day, html, zone) || is_of_update() {
            return None;
        }

        Some(Publication {
            time: printed::read(day, zone, Zulu::Utc)?,
            source: (*source).to_owned(),
        })
    }
}

/// Returns the printed update, if it is later than the publication.
fn update_after(printed: &PrintedUnderHeadline, published: LocalTime) -> Option<LocalTime> {
    let changed = printed.updated.map(|told| told.time);
    changed.filter(|time| time.at > published.at)
}
