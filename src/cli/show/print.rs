//! An article as people read it: the headline, the story, its photos, and then where it comes from.

use crate::archive::{ArticleVersion, FoundArticle, PhotoState, VersionCapture};
use crate::article_markdown::{captured, section};
use crate::cli::layout::{one_line, wrapped};
use crate::history::changed_fields;

/// One version of an article, with what is told of it.
pub(crate) struct ArticlePrint<'a> {
    pub found: &'a FoundArticle,
    pub shown: &'a ArticleVersion,
    pub versions: &'a [ArticleVersion],
    pub photos: &'a [PhotoState],
    pub capture: &'a VersionCapture,
}

impl ArticlePrint<'_> {
    /// Writes it as lines for a terminal with so many columns.
    pub(crate) fn in_words(&self, columns: Option<usize>) -> String {
        let parts = [
            self.head(columns),
            self.story(columns),
            self.photos(columns),
        ];
        let parts: String = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| format!("{part}\n"))
            .collect();
        format!("{parts}{}\n{}", self.details(), listed(self.versions))
    }

    /// Writes headline, byline, dates and section, a line each.
    fn head(&self, columns: Option<usize>) -> String {
        let article = &self.shown.article;
        let byline = article
            .byline
            .clone()
            .or_else(|| (!article.authors.is_empty()).then(|| article.authors.join(", ")));
        let published = article.published().map(|at| format!("published {at}"));
        let modified = article.modified_at.map(|at| format!("modified {at}"));
        let dates: Vec<String> = [published, modified].into_iter().flatten().collect();

        let title = article.title.as_deref().unwrap_or("(without a title)");
        let lines = [
            Some(title.to_owned()),
            article.subtitle.clone(),
            byline,
            Some(dates.join(", ")),
            Some(section(self.shown)),
        ];
        lines
            .into_iter()
            .flatten()
            .filter(|line| !line.trim().is_empty())
            .map(|line| format!("{}\n", wrapped(&one_line(&line), columns)))
            .collect()
    }

    fn story(&self, columns: Option<usize>) -> String {
        let paragraphs = self.shown.article.paragraphs.iter().map(|paragraph| {
            let lines = paragraph.lines().map(|line| wrapped(line, columns));
            lines.collect::<Vec<_>>().join("\n")
        });
        let story = paragraphs.collect::<Vec<_>>().join("\n\n");
        if story.is_empty() {
            return story;
        }
        format!("{story}\n")
    }

    /// Writes the caption and the address of each photo, and what became of it.
    fn photos(&self, columns: Option<usize>) -> String {
        let images = self.shown.article.images.iter();
        images
            .map(|image| {
                let told = [&image.caption, &image.credit];
                let told: Vec<&str> = told.into_iter().flatten().map(String::as_str).collect();
                let caption = wrapped(&one_line(&format!("photo: {}", told.join(" / "))), columns);
                let state = self.photos.iter().find(|photo| photo.url == image.url);
                let state = state.map(photo_in_words).unwrap_or_default();
                format!("{caption}\n  {}{state}\n", image.url)
            })
            .collect()
    }

    /// Writes what the archive knows of the article, a field a line.
    fn details(&self) -> String {
        let ArticleVersion { article, kept, .. } = self.shown;
        let fields = [
            ("tags", Some(article.tags.join(", "))),
            ("rights", article.rights.clone()),
            ("access", Some(article.access.name().to_owned())),
            ("opt-outs", Some(article.opt_outs.join(", "))),
            ("uses", Some(article.declared_rights.to_string())),
            ("first copy", self.found.first_copy.clone()),
            ("source", Some(kept.url.clone())),
            (
                "captured",
                Some(captured(self.shown, self.capture).to_string()),
            ),
            ("sha256", self.capture.sha256.clone()),
            ("read by", Some(article.extractor.clone())),
            (
                "id",
                Some(format!("{}, version {}", self.found.id, kept.version)),
            ),
        ];

        fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
            .map(|(name, value)| format!("{name:<11}{}\n", one_line(&value)))
            .collect()
    }
}

/// Tells what became of a photo, behind its address.
fn photo_in_words(photo: &PhotoState) -> String {
    match (photo.bytes, &photo.sha256, &photo.reason) {
        (Some(bytes), Some(sha256), _) => format!(" ({bytes} bytes, sha256 {sha256})"),
        (_, _, Some(why)) => format!(" ({}: {why})", photo.verdict),
        (_, _, None) => format!(" ({})", photo.verdict),
    }
}

/// Lists the versions, each with the fields in which it differs from the one before.
fn listed(versions: &[ArticleVersion]) -> String {
    let mut before: Option<&ArticleVersion> = None;
    let mut lines = Vec::new();

    for one in versions {
        let changed = match before {
            None => "first".to_owned(),
            Some(old) => changed_fields(&old.article, &one.article).join(", "),
        };
        lines.push(format!(
            "version {:<3}fetched {}: {changed}",
            one.kept.version, one.kept.fetched_at
        ));
        before = Some(one);
    }
    lines.join("\n")
}
