//! The article as every export writes it: all keys, always, in one order.

mod column;
mod statement;

use serde::Serialize;

use crate::archive::ArticleRecord;
use crate::article_key::ArticleKey;
use crate::extract::{Article, Image};
use crate::rights::{DeclaredRights, UseLevel, Uses};
use crate::time::Precision;

#[cfg(feature = "parquet")]
pub(crate) use column::RecordColumn;
pub(crate) use column::{COLUMNS, FieldValue, ValueKind};
pub use statement::RightsStatement;

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
    /// The id of the article of another paper that carried the same story first.
    pub first_copy: Option<String>,
}

/// One article. What is not known is null; no key is ever absent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// `site/number`, `site/article_id`, or `site/url` where the paper's articles have neither.
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
    /// What stands behind `uses`, `use_level` and `licences`, and what else the paper says of uses.
    pub statements: Vec<RightsStatement>,
    pub first_copy: Option<String>,
    pub version: Option<u64>,
    pub content_sha256: String,
    pub first_seen_at: Option<String>,
    pub fetched_at: Option<String>,
    pub http_status: Option<u16>,
    pub extractor: String,
    pub confidence: Option<f64>,
}

impl Record {
    /// Makes the record of an article. NUL becomes U+FFFD: SQLite, PostgreSQL and programs in C
    /// would end a text there.
    pub fn new(mut article: Article, provenance: Provenance) -> Self {
        let id = id(&article, &provenance);
        let content_sha256 = provenance
            .content_sha256
            .unwrap_or_else(|| article.content_sha256());
        replace_nul(&mut article);

        let number = article.key.as_ref().and_then(ArticleKey::as_number);

        Self {
            id,
            text: article.text(),
            content_sha256,
            site: provenance.site,
            url: provenance.url,
            canonical_url: article.canonical_url,
            number,
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
            statements: statements(&article.declared_rights),
            first_copy: provenance.first_copy,
            version: provenance.version,
            first_seen_at: provenance.first_seen_at,
            fetched_at: provenance.fetched_at,
            http_status: provenance.http_status,
            extractor: article.extractor,
            confidence: article.confidence,
        }
    }

    /// Returns the values in the order of [`COLUMNS`].
    pub(super) fn values(&self) -> impl Iterator<Item = FieldValue<'_>> {
        COLUMNS.iter().map(|column| column.value(self))
    }
}

impl From<ArticleRecord> for Provenance {
    fn from(kept: ArticleRecord) -> Self {
        Self {
            site: Some(kept.site),
            url: Some(kept.url),
            version: Some(kept.version),
            content_sha256: Some(kept.content_sha256),
            first_seen_at: Some(kept.first_seen_at),
            fetched_at: Some(kept.fetched_at),
            http_status: Some(kept.http_status),
            first_copy: kept.first_copy,
        }
    }
}

fn statements(rights: &DeclaredRights) -> Vec<RightsStatement> {
    let statements = rights.statements().iter();
    statements.map(RightsStatement::from).collect()
}

fn replace_nul(article: &mut Article) {
    let single = [
        &mut article.canonical_url,
        &mut article.title,
        &mut article.subtitle,
        &mut article.byline,
        &mut article.published_source,
        &mut article.section,
        &mut article.subsection,
        &mut article.language,
        &mut article.rights,
    ];
    let of_images = article.images.iter_mut().flat_map(|image| {
        let told = [&mut image.caption, &mut image.credit];
        std::iter::once(&mut image.url).chain(told.into_iter().flatten())
    });
    let lists = [
        &mut article.authors,
        &mut article.paragraphs,
        &mut article.tags,
        &mut article.opt_outs,
    ];

    let texts = single.into_iter().flatten().chain(of_images);
    for text in texts.chain(lists.into_iter().flatten()) {
        if memchr::memchr(0, text.as_bytes()).is_some() {
            *text = text.replace('\0', "\u{fffd}");
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

/// Returns statements as they stand in a cell of a table: as a JSON array.
pub(super) fn statements_in_json(statements: &[RightsStatement]) -> String {
    serde_json::to_string(statements).expect("texts can always be written")
}

/// Returns images as they stand in a cell of a table: as a JSON array.
pub(super) fn images_in_json(images: &[Image]) -> String {
    serde_json::json!(images).to_string()
}

/// Returns `site/number`, `site/article_id`, or `site/url` where the article has neither.
fn id(article: &Article, provenance: &Provenance) -> Option<String> {
    let site = provenance.site.as_ref()?;
    let name = article
        .key
        .as_ref()
        .map(ArticleKey::to_string)
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
        // The uses within `uses` are no columns.
        let (before, uses) = json.split_once("{\"search\"").unwrap();
        let flat = before.to_owned() + uses.split_once('}').unwrap().1;
        let keys: Vec<&str> = flat
            .split(['{', ',', '}'])
            .filter_map(|pair| pair.split_once(':'))
            .map(|pair| pair.0)
            .collect();
        let expected: Vec<String> = COLUMNS
            .iter()
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn an_article_of_a_site_has_an_id() {
        let article = Article {
            key: Some(7.into()),
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

    #[test]
    fn each_value_is_that_of_the_field_with_its_column_s_name() {
        let fields = [
            "subtitle", "byline", "section", "language", "rights", "tags",
        ];
        let article = Article {
            subtitle: Some("subtitle".into()),
            byline: Some("byline".into()),
            section: Some("section".into()),
            language: Some("language".into()),
            rights: Some("rights".into()),
            tags: vec!["tags".into()],
            ..Article::default()
        };
        let record = Record::new(article, Provenance::default());
        let json = serde_json::to_value(&record).unwrap();

        for (column, value) in COLUMNS.iter().zip(record.values()) {
            let told = match value {
                FieldValue::Null => serde_json::Value::Null,
                FieldValue::Text(text) => text.into(),
                FieldValue::Whole(number) => number.into(),
                FieldValue::Decimal(number) => number.into(),
                FieldValue::Texts(texts) => serde_json::json!(texts),
                FieldValue::Uses(uses) => serde_json::json!(uses),
                FieldValue::Statements(statements) => serde_json::json!(statements),
                FieldValue::Images(images) => serde_json::json!(images),
            };
            assert_eq!(told, json[column.name], "{}", column.name);
            let is_named = fields.contains(&column.name);
            assert!(!is_named || told.to_string().contains(column.name));
        }
    }

    #[test]
    fn a_nul_becomes_the_replacement_character_in_every_text() {
        let article = Article {
            title: Some("가\0나".into()),
            paragraphs: vec!["\0".into(), "끝".into()],
            images: vec![Image {
                url: "https://paper.example/\0".into(),
                caption: Some("\0".into()),
                credit: None,
            }],
            tags: vec!["\0".into()],
            ..Article::default()
        };
        let record = Record::new(article, Provenance::default());

        let json = serde_json::to_string(&record).unwrap();
        assert!(!json.contains("\\u0000"), "{json}");
        assert_eq!(record.title.as_deref(), Some("가\u{fffd}나"));
        assert_eq!(record.text, "\u{fffd}\n\n끝");
    }
}
