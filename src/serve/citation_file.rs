//! An article for other programs: as a citation, as JSON, and as Markdown.

use std::io;

use serde_json::json;

use crate::article_markdown::markdown;
use crate::citation::{Citation, bibtex, csl_json, ris};
use crate::export::{Provenance, Record};
use crate::serve::article_parts::ArticleParts;
use crate::serve::failure::NoPage;
use crate::serve::rights_at_door::Shown;

/// A file for another program.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TextFile {
    pub content_type: &'static str,
    pub text: String,
}

impl TextFile {
    /// Returns a feed that was written.
    pub(super) fn of_feed(written: io::Result<Vec<u8>>) -> Result<Self, NoPage> {
        let text = written.map_err(|_| NoPage::Broken)?;
        Ok(Self {
            content_type: "application/atom+xml; charset=utf-8",
            text: String::from_utf8(text).map_err(|_| NoPage::Broken)?,
        })
    }
}

/// Returns the citation of an article in the format of a file's name.
pub(super) fn citation_file(
    parts: &ArticleParts,
    shown: Shown,
    name: &str,
) -> Result<TextFile, NoPage> {
    let mut capture = parts.capture.clone();
    match shown {
        Shown::Whole => {}
        // Others are not told the hash of a page that they do not see.
        Shown::Excerpt => capture.sha256 = None,
    }
    let citation = [Citation::of(parts.shown(), &capture, &parts.paper)];
    Ok(match name {
        "cite.ris" => TextFile {
            content_type: "application/x-research-info-systems; charset=utf-8",
            text: ris(&citation),
        },
        "cite.bib" => TextFile {
            content_type: "application/x-bibtex; charset=utf-8",
            text: bibtex(&citation),
        },
        "cite.json" => TextFile {
            content_type: "application/vnd.citationstyles.csl+json",
            text: csl_json(&citation).to_string(),
        },
        _ => return Err(NoPage::NotFound),
    })
}

/// A format of a whole article, by the ending of its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArticleFormat {
    Json,
    Markdown,
}

impl ArticleFormat {
    /// Splits the ending from the name of an article.
    pub(super) fn split(file: &str) -> Option<(&str, Self)> {
        let (name, ending) = file.rsplit_once('.')?;
        match ending {
            "json" => Some((name, Self::Json)),
            "md" => Some((name, Self::Markdown)),
            _ => None,
        }
    }
}

/// Returns an article for another program.
pub(super) fn article_file(
    parts: &ArticleParts,
    format: ArticleFormat,
) -> Result<TextFile, NoPage> {
    match format {
        ArticleFormat::Json => article_json(parts),
        ArticleFormat::Markdown => Ok(TextFile {
            content_type: "text/markdown; charset=utf-8; variant=CommonMark",
            text: markdown(parts.shown(), &parts.capture),
        }),
    }
}

/// Returns an article as exports have it.
fn article_json(parts: &ArticleParts) -> Result<TextFile, NoPage> {
    let version = parts.shown();
    let record = Record::new(
        version.article.clone(),
        Provenance::from(version.kept.clone()),
    );
    let mut value = serde_json::to_value(record).map_err(|_| NoPage::Broken)?;
    value["page_sha256"] = json!(parts.capture.sha256);
    value["versions"] = parts
        .versions
        .iter()
        .map(|one| json!(one.kept.version))
        .collect();
    Ok(TextFile {
        content_type: "application/json",
        text: value.to_string(),
    })
}
