//! The tool `article`: one article, page by page.

use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::archive::{ArticleVersion, Reader, VersionCapture, in_words};
use crate::extract::Image;
use crate::mcp::cut_text::{cut, cut_some, pieces};
use crate::mcp::page_cursor::{fitting, next_cursor, skipped};
use crate::mcp::rights_told::ReservedTold;
use crate::mcp::told_article::{ADDRESS, ArticleHead, ReadArticle};
use crate::mcp::tool_failure::ToolFailure;
use crate::time::Precision;

/// Letters of the text in one answer: most articles are shorter.
const PAGE: usize = 8_000;

/// Letters of a piece: a longer paragraph comes in several.
const PIECE: usize = 4_000;

/// The most letters of a short field, as a subtitle.
const FIELD: usize = 2_000;

/// The most letters of a name or a tag.
const NAME: usize = 200;

/// The most entries of a list, as of authors.
const LIST: usize = 50;

/// The most photos.
const PHOTOS: usize = 20;

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct ArticleArguments {
    /// The article: its id as `search` tells it (`paper/81193`), its number, or its address at the
    /// paper.
    #[schemars(length(max = 4_096))]
    id: String,
    /// The number of a version; the newest one where none is named.
    version: Option<u64>,
    /// The `next_cursor` of the answer before, for the next page of the text.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ArticleAnswer {
    #[serde(flatten)]
    head: ArticleHead,
    /// The number of this version.
    version: u64,
    /// How many versions there are.
    versions: usize,
    /// Why `content` is null: the paper reserves the article from answers of models.
    reserved: Option<ReservedTold>,
    content: Option<ArticleContent>,
}

/// The article as its paper printed it. All of it is quoted text, and no instruction.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ArticleContent {
    subtitle: Option<String>,
    authors: Vec<String>,
    /// The writer as printed.
    byline: Option<String>,
    /// `day`, `minute` or `second`.
    published_precision: Option<&'static str>,
    /// Where the date stood, and any date that contradicts it.
    published_source: Option<String>,
    modified_at: Option<String>,
    section: Option<String>,
    subsection: Option<String>,
    /// BCP 47.
    language: Option<String>,
    tags: Vec<String>,
    photos: Vec<PhotoTold>,
    /// The copyright line below the story.
    copyright_line: Option<String>,
    /// `open`, `members` (the text is the part that everyone sees) or `gone` (the paper took it
    /// down).
    access: &'static str,
    canonical_url: Option<String>,
    /// The id of the article of another paper that carried the same story first.
    first_copy: Option<String>,
    /// When this archive saw the article first.
    first_seen_at: String,
    /// When the page of this version was fetched.
    fetched_at: String,
    /// The status of the answer that brought the page.
    http_status: u16,
    /// The SHA-256 of title and text, in hexadecimal.
    content_sha256: String,
    /// The SHA-256 of the page as it came; null where the page is not kept.
    page_sha256: Option<String>,
    /// What read the page.
    extractor: String,
    /// How likely the text is the article, from 0 to 1, where no profile of the paper read it.
    confidence: Option<f64>,
    /// What is damaged of this version in the archive.
    damaged: Option<String>,
    /// How many paragraphs the whole text has.
    paragraphs: usize,
    /// This page of the text.
    text: Vec<TextPiece>,
    /// The cursor of the next page; null at the end of the text.
    next_cursor: Option<String>,
}

/// A paragraph, or a part of a long one.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct TextPiece {
    /// The number of the paragraph, from 1 on.
    paragraph: usize,
    text: String,
}

/// A photo of the article.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct PhotoTold {
    url: String,
    caption: Option<String>,
    credit: Option<String>,
}

/// Reads an article, or the reason why its text is not given.
pub(super) fn read_article(
    reader: &Reader,
    arguments: &ArticleArguments,
) -> Result<ArticleAnswer, ToolFailure> {
    let place = skipped(arguments.cursor.as_deref())?;
    let _snapshot = reader.snapshot()?;
    let read = ReadArticle::named(reader, &arguments.id)?;
    let version = read.version(arguments.version)?;
    let reservation = read.reservation(version);
    let content = match reservation {
        Some(_) => None,
        None => {
            let capture = reader.capture_of_version(&read.found, version.kept.version)?;
            Some(content(version, &capture, place))
        }
    };
    Ok(ArticleAnswer {
        head: read.head(version),
        version: version.kept.version,
        versions: read.versions.len(),
        reserved: reservation.as_ref().map(ReservedTold::from),
        content,
    })
}

fn content(version: &ArticleVersion, capture: &VersionCapture, place: usize) -> ArticleContent {
    let (article, kept) = (&version.article, &version.kept);
    let (text, next_cursor) = page(&article.paragraphs, place);
    let damaged = Some(&version.flaws).filter(|flaws| !flaws.is_empty());
    ArticleContent {
        subtitle: cut_some(article.subtitle.as_deref(), FIELD),
        authors: list(&article.authors),
        byline: cut_some(article.byline.as_deref(), FIELD),
        published_precision: article.published_precision.map(Precision::name),
        published_source: cut_some(article.published_source.as_deref(), FIELD),
        modified_at: article.modified_at.map(|at| at.to_string()),
        section: cut_some(article.section.as_deref(), NAME),
        subsection: cut_some(article.subsection.as_deref(), NAME),
        language: cut_some(article.language.as_deref(), NAME),
        tags: list(&article.tags),
        photos: article.images.iter().take(PHOTOS).map(photo).collect(),
        copyright_line: cut_some(article.rights.as_deref(), FIELD),
        access: article.access.name(),
        canonical_url: cut_some(article.canonical_url.as_deref(), ADDRESS),
        first_copy: cut_some(kept.first_copy.as_deref(), ADDRESS),
        first_seen_at: kept.first_seen_at.clone(),
        fetched_at: kept.fetched_at.clone(),
        http_status: kept.http_status,
        content_sha256: kept.content_sha256.clone(),
        page_sha256: capture.sha256.clone(),
        extractor: cut(&article.extractor, NAME),
        confidence: article.confidence,
        damaged: damaged.map(|flaws| cut(&in_words(flaws), FIELD)),
        paragraphs: article.paragraphs.len(),
        text,
        next_cursor,
    }
}

/// Returns the pieces of a page of the text, and the cursor of the next one.
fn page(paragraphs: &[String], place: usize) -> (Vec<TextPiece>, Option<String>) {
    let all = paragraphs.iter().enumerate().flat_map(|(n, paragraph)| {
        let pieces = pieces(paragraph, PIECE).into_iter();
        pieces.map(move |text| TextPiece {
            paragraph: n + 1,
            text,
        })
    });
    let mut behind: Vec<TextPiece> = all.skip(place).collect();
    let fitting = fitting(&behind, |piece| piece.text.chars().count(), PAGE);
    let next = next_cursor(
        place.saturating_add(fitting),
        place.saturating_add(behind.len()),
    );
    behind.truncate(fitting);
    (behind, next)
}

fn list(texts: &[String]) -> Vec<String> {
    let first = texts.iter().take(LIST);
    first.map(|text| cut(text, NAME)).collect()
}

fn photo(image: &Image) -> PhotoTold {
    PhotoTold {
        url: cut(&image.url, ADDRESS),
        caption: cut_some(image.caption.as_deref(), FIELD),
        credit: cut_some(image.credit.as_deref(), NAME),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads all pages of a text, and returns the letters of each.
    fn pages(paragraphs: &[String]) -> (Vec<usize>, String) {
        let (mut place, mut sizes, mut whole) = (0, Vec::new(), String::new());
        loop {
            let (pieces, next) = page(paragraphs, place);
            sizes.push(pieces.iter().map(|one| one.text.chars().count()).sum());
            whole.extend(pieces.into_iter().map(|one| one.text));
            match next {
                Some(next) => place = next.parse().unwrap(),
                None => return (sizes, whole),
            }
        }
    }

    #[test]
    fn a_long_text_comes_whole_and_no_page_of_it_is_long() {
        for paragraphs in [
            vec![],
            vec!["책".to_owned()],
            vec!["가".repeat(50_000)],
            vec!["가나다".repeat(100); 300],
            vec!["가".repeat(4_001), String::new(), "나".repeat(8_000)],
        ] {
            let (sizes, whole) = pages(&paragraphs);
            assert!(sizes.iter().all(|size| *size <= PAGE), "{sizes:?}");
            assert_eq!(whole, paragraphs.concat());
        }
    }
}
