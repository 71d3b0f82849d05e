//! The article as every export writes it: all keys, always, in one order.

use serde::Serialize;

use crate::extract::{Article, Image};
use crate::rights::{UseLevel, Uses};
use crate::time::Precision;

/// What is known of an article besides its page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    pub site: Option<String>,
    /// The address that was asked for.
    pub url: Option<String>,
    pub version: Option<u64>,
    /// Of title and text, where it is known; else it is made.
    pub content_sha256: Option<String>,
    /// RFC 3339.
    pub first_seen_at: Option<String>,
    /// RFC 3339.
    pub fetched_at: Option<String>,
    pub http_status: Option<u16>,
}

/// One article. What is not known is null; no key is ever absent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// `site/number`, or `site/url` where the paper numbers nothing.
    pub id: Option<String>,
    pub site: Option<String>,
    pub url: Option<String>,
    pub canonical_url: Option<String>,
    pub number: Option<u64>,
    pub title: Option<String>,
    pub subtitle: Option<String>,
    pub authors: Vec<String>,
    pub byline: Option<String>,
    pub published_at: Option<String>,
    pub modified_at: Option<String>,
    /// `day`, `minute` or `second`.
    pub published_precision: Option<&'static str>,
    pub published_source: Option<String>,
    pub section: Option<String>,
    pub subsection: Option<String>,
    pub language: Option<String>,
    pub text: String,
    pub paragraphs: Vec<String>,
    pub images: Vec<Image>,
    pub tags: Vec<String>,
    pub rights: Option<String>,
    pub access: &'static str,
    pub opt_outs: Vec<String>,
    /// Each use `allowed`, `reserved` or `unsaid`.
    pub uses: Uses,
    pub use_level: Option<&'static str>,
    pub licences: Vec<String>,
    pub version: Option<u64>,
    pub content_sha256: String,
    pub first_seen_at: Option<String>,
    pub fetched_at: Option<String>,
    pub http_status: Option<u16>,
    pub extractor: String,
    pub confidence: Option<f64>,
}

impl Record {
    /// The keys in their order.
    pub const COLUMNS: [&str; 33] = [
        "id",
        "site",
        "url",
        "canonical_url",
        "number",
        "title",
        "subtitle",
        "authors",
        "byline",
        "published_at",
        "modified_at",
        "published_precision",
        "published_source",
        "section",
        "subsection",
        "language",
        "text",
        "paragraphs",
        "images",
        "tags",
        "rights",
        "access",
        "opt_outs",
        "uses",
        "use_level",
        "licences",
        "version",
        "content_sha256",
        "first_seen_at",
        "fetched_at",
        "http_status",
        "extractor",
        "confidence",
    ];

    pub fn new(article: Article, provenance: Provenance) -> Self {
        Self {
            id: id(&article, &provenance),
            text: article.text(),
            content_sha256: provenance
                .content_sha256
                .unwrap_or_else(|| article.content_sha256()),
            site: provenance.site,
            url: provenance.url,
            canonical_url: article.canonical_url,
            number: article.number,
            title: article.title,
            subtitle: article.subtitle,
            authors: article.authors,
            byline: article.byline,
            published_at: article.published_at.map(|time| time.to_string()),
            modified_at: article.modified_at.map(|time| time.to_string()),
            published_precision: article.published_precision.map(Precision::name),
            published_source: article.published_source,
            section: article.section,
            subsection: article.subsection,
            language: article.language,
            paragraphs: article.paragraphs,
            images: article.images,
            tags: article.tags,
            rights: article.rights,
            access: article.access.name(),
            opt_outs: article.opt_outs,
            uses: article.declared_rights.uses(),
            use_level: article.declared_rights.use_level().map(UseLevel::name),
            licences: article.declared_rights.licences(),
            version: provenance.version,
            first_seen_at: provenance.first_seen_at,
            fetched_at: provenance.fetched_at,
            http_status: provenance.http_status,
            extractor: article.extractor,
            confidence: article.confidence,
        }
    }
}

/// Returns texts as they stand in a cell of a table: as a JSON array.
pub(super) fn texts_in_json(texts: &[String]) -> String {
    serde_json::to_string(texts).expect("texts can always be written")
}

/// Returns uses as they stand in a cell of a table: as a JSON object.
pub(super) fn uses_in_json(uses: Uses) -> String {
    serde_json::to_string(&uses).expect("names can always be written")
}

/// Returns images as they stand in a cell of a table: as a JSON array.
pub(super) fn images_in_json(images: &[Image]) -> String {
    serde_json::json!(images).to_string()
}

/// Returns `site/number`, or `site/url` where the paper numbers nothing.
fn id(article: &Article, provenance: &Provenance) -> Option<String> {
    let site = provenance.site.as_ref()?;
    let name = article
        .number
        .map(|number| number.to_string())
        .or_else(|| provenance.url.clone())?;
    Some(format!("{site}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_ever_absent() {
        let json =
            serde_json::to_string(&Record::new(Article::default(), Provenance::default())).unwrap();
        let keys: Vec<&str> = json
            .split(['{', ',', '}'])
            .filter_map(|pair| pair.split_once(':'))
            .map(|pair| pair.0)
            .collect();
        let expected = Record::COLUMNS.map(|name| format!("\"{name}\""));
        assert_eq!(keys, expected);
    }

    #[test]
    fn an_article_of_a_site_has_an_id() {
        let article = Article {
            number: Some(7),
            ..Article::default()
        };
        let provenance = Provenance {
            site: Some("saseo".to_owned()),
            ..Provenance::default()
        };
        assert_eq!(
            Record::new(article, provenance).id.as_deref(),
            Some("saseo/7")
        );
    }
}
