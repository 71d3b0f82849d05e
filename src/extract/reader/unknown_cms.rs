//! Extracts articles of papers whose CMS no profile knows.

use crate::extract::article::{Article, Extraction};
use crate::extract::body::{Story, story};
use crate::extract::dates::{
    Publication, change, changes, named, told_changes, told_in_head, told_in_text,
};
use crate::extract::fields::FieldSources;
use crate::extract::generic::dateline::Dateline;
use crate::extract::generic::{self, FoundStory};
use crate::extract::measured::marked_moments::near;
use crate::extract::measured::moments::{ToldMoment, best, on_clock_of};
use crate::extract::measured::{StoryHints, is_byline_of, is_signature_of, measured};
use crate::extract::near_headline::near_headline;
use crate::extract::page_parts::PageParts;
use crate::extract::printed_dates::PrintedUnderHeadline;
use crate::extract::reader::ArticleReader;
use crate::markup::text;
use crate::page_url::PageUrl;
use crate::text::letters;
use crate::time::LocalTime;
use crate::time::printed::{self, Zulu};

/// The name of the source of dates that are printed.
const PRINTED: &str = "printed";

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
            let story = StoryHints {
                url,
                rules,
                paragraphs: &usual.paragraphs,
                author: None,
            };
            let article = measured(page, article, story).article;
            return self.judged(article, Some(usual), page.tree);
        }

        let hints = generic::PageHints {
            url,
            rules,
            article: &article,
        };
        let mut found = generic::find(html, page, hints);
        let confidence = found.confidence;
        let story = StoryHints {
            url,
            rules,
            paragraphs: &found.story.paragraphs,
            author: found.author.as_deref(),
        };
        let fields = measured(page, self.completed(article, &found), story);
        let article = self.dated(fields.article, &found, sources, &fields.parts);
        found.story.images = fields.images;
        let headline = fields.parts.headline().map(|node| text(&node));
        // The heading of a page that is no news may be the first line of its text.
        let headlines = [headline.as_deref(), article.title.as_deref()]
            .map(|line| line.filter(|_| page.is_declared_article()));
        drop_head(&mut found.story.paragraphs, &article, headlines);
        drop_signature(&mut found.story.paragraphs, &article);

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

    /// Returns an article with what the libraries found where the rules found nothing.
    fn completed(&self, article: Article, found: &FoundStory) -> Article {
        Article {
            title: article.title.or_else(|| found.title.clone()),
            extractor: format!("{}/{}", article.extractor, found.method.name()),
            confidence: Some(found.confidence),
            language: found.language.clone().or(article.language),
            ..article
        }
    }

    /// Returns an article with its dates: those of the page's head, mended by the elements near the
    /// headline, then the printed ones. Without them it takes the day that trafilatura found, if
    /// the page has that day and no update is of it: trafilatura returns the first of January where
    /// it finds only a year.
    fn dated(
        &self,
        article: Article,
        found: &FoundStory,
        sources: &FieldSources<'_>,
        parts: &PageParts<'_>,
    ) -> Article {
        let (rules, dates) = (&self.profile.article, sources.dates);
        let first = found.story.paragraphs.first().map(String::as_str);
        let dateline = Dateline::of(sources.page.tree);
        let title = article.title.as_deref();
        let mut printed = dateline.read(title, first.unwrap_or_default(), &rules.printed, dates);
        if printed.published.is_none() {
            let lines = near_headline(parts, &rules.printed);
            let near = Dateline::read_lines(&lines, &rules.printed, dates);
            printed.published = near.published;
            printed.updated = printed.updated.or(near.updated);
        }

        let told = self
            .told(sources, parts, &printed)
            .or_else(|| self.day_found(found, sources, (&dateline, &printed)));
        let Some(told) = told else {
            return Article {
                published_at: None,
                published_precision: None,
                published_source: None,
                ..article
            };
        };

        let published = told.time.time;
        Article {
            published_at: Some(published),
            published_precision: Some(told.time.precision),
            modified_at: change(sources, rules, &told)
                .or_else(|| update_after(&printed, published)),
            published_source: Some(told.source),
            ..article
        }
    }

    /// Returns the publication that the page's head, the elements near its headline, or its print
    /// tell. Where none of them has a time, the whole text is searched for a date with a label.
    fn told(
        &self,
        sources: &FieldSources<'_>,
        parts: &PageParts<'_>,
        printed: &PrintedUnderHeadline,
    ) -> Option<Publication> {
        let (rules, dates) = (&self.profile.article, sources.dates);
        let mut all = told_in_head(sources, rules);
        all.extend(near(parts, dates));
        let under_headline = printed.published;
        all.extend(under_headline.map(|time| ToldMoment::new(time, "", PRINTED, dates)));
        if !all.iter().any(ToldMoment::has_clock) {
            all.extend(told_in_text(sources, rules));
        }

        let others: Vec<ToldMoment> = all
            .iter()
            .cloned()
            .chain(told_changes(sources, rules))
            .collect();
        let best = on_clock_of(best(all)?, &others);
        let contradicts = sources.printed.published.filter(|_| best.source != PRINTED);
        Some(Publication {
            source: named(best.source, &best.time, contradicts),
            time: best.time,
        })
    }

    /// Returns the day that trafilatura found, if the page has it and no update is of that day.
    fn day_found(
        &self,
        found: &FoundStory,
        sources: &FieldSources<'_>,
        (dateline, printed): (&Dateline, &PrintedUnderHeadline),
    ) -> Option<Publication> {
        let (rules, dates) = (&self.profile.article, sources.dates);
        let (day, source) = found.date.as_ref()?;
        let is_of_update = || {
            changes(sources, rules)
                .chain(printed.updated)
                .any(|told| told.day() == *day)
        };
        if !dateline.has_day(day, sources.page.tree, dates) || is_of_update() {
            return None;
        }

        Some(Publication {
            time: printed::read(day, dates.zone, Zulu::Utc)?,
            source: (*source).to_owned(),
        })
    }
}

/// Most lines at the top of a story that may tell its other fields.
const HEAD: usize = 4;

/// Drops the lines at the top of a story that have fields of their own: subtitle, byline, and the
/// `headlines`.
fn drop_head(paragraphs: &mut Vec<String>, article: &Article, headlines: [Option<&str>; 2]) {
    let [printed, told] = headlines;
    let fields: Vec<String> = [printed, told, article.subtitle.as_deref()]
        .into_iter()
        .flatten()
        .map(|field| letters(field).collect())
        .filter(|field: &String| !field.is_empty())
        .collect();

    let mut at = 0;
    for _ in 0..HEAD {
        let Some(line) = paragraphs.get(at).filter(|_| paragraphs.len() > 1) else {
            return;
        };
        let bare: String = letters(line).collect();
        if fields.contains(&bare) || is_byline_of(line, &article.authors) {
            paragraphs.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Drops the last line of a story where it is nothing but its writers' names in brackets.
fn drop_signature(paragraphs: &mut Vec<String>, article: &Article) {
    let is_signature = |line: &String| is_signature_of(line, &article.authors);
    if paragraphs.len() > 1 && paragraphs.last().is_some_and(is_signature) {
        paragraphs.pop();
    }
}

/// Returns the printed update, if it is later than the publication.
fn update_after(printed: &PrintedUnderHeadline, published: LocalTime) -> Option<LocalTime> {
    let changed = printed.updated.map(|told| told.time);
    changed.filter(|time| time.at > published.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use crate::extract::KnownPaper;

    /// When a page was published that prints `foot` below its story.
    fn published(head: &str, foot: &str) -> Option<String> {
        published_with(head, "", foot)
    }

    /// When a page was published that prints `lead` under its headline and `foot` below its story.
    fn published_with(head: &str, lead: &str, foot: &str) -> Option<String> {
        let generic = Profile::generic();
        let reader = ArticleReader::new(generic.clone(), KnownPaper::from(&generic));
        let story = "산마을 우체국은 올해 들어 편지를 대신 써 주는 창구를 하나 더 열었다고 밝혔다. \
                     첫날 창구를 찾은 이는 열두 명이었고, 그 가운데 아홉 명이 손주에게 보낼 말을 골랐다.";
        let html = format!(
            "<html><head><meta property='og:type' content='article'>{head}</head><body><article>\
             <h1>편지를 대신 쓰는 창구</h1>{lead}<p>{story}</p><p>{story} 겨울에도 연다.</p></article>\
             <div><span>{foot}</span></div></body></html>"
        );
        let url = PageUrl::parse("https://paper.example/a").unwrap();
        let read = reader.read(&url, &html);
        let Extraction::Article(article) = read else {
            panic!("{read:?}");
        };
        article.published_at.map(|time| time.to_string())
    }

    #[test]
    fn a_date_with_a_label_counts_wherever_it_stands_where_no_other_has_a_time() {
        let foot = "기사입력 2026.02.11 09:05";
        let at_nine = Some("2026-02-11T09:05:00+09:00".to_owned());
        assert_eq!(published("", foot), at_nine);

        let day = "<meta name='pubdate' content='2026-02-11'>";
        assert_eq!(published(day, foot), at_nine);
        let time = "<meta property='article:published_time' content='2026-02-10T08:00:00+09:00'>";
        let at_eight = Some("2026-02-10T08:00:00+09:00".to_owned());
        assert_eq!(published(time, foot), at_eight);
    }

    #[test]
    fn a_date_in_a_caption_is_the_pictures() {
        let lead = |name| {
            format!(
                "<figure><img src=/i.jpg width=800><{name}>5:46 am, 17 January 1995</{name}></figure>"
            )
        };
        assert_eq!(published_with("", &lead("figcaption"), ""), None);
        let at_dawn = Some("1995-01-17T05:46:00+09:00".to_owned());
        assert_eq!(published_with("", &lead("div"), ""), at_dawn);
    }
}
