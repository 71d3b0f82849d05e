//! One version of an article: which one is in force at a capture, and how its row is written.

use rusqlite::params;
use serde_json::{Value, json};

use crate::archive::article::changed_field::ChangedField;
use crate::archive::engine::{self, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::store::lossy;
use crate::extract::Article;
use crate::time::{Precision, Timestamp};

/// A version, by its number and by the capture that it was extracted from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct VersionInForce {
    pub n: i64,
    pub capture: i64,
}

/// Returns the version that was in force when a capture was made: the newest extraction of the
/// newest capture up to that one.
pub(super) fn version_at(
    tx: &Connection,
    id: i64,
    capture: i64,
) -> Result<Option<VersionInForce>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT n, capture_id FROM version WHERE article_id = ?1 AND capture_id <= ?2
         ORDER BY capture_id DESC, n DESC LIMIT 1",
    )?;
    Ok(select.query_row([id, capture], version).optional()?)
}

/// Returns the version from the oldest capture.
pub(super) fn first_version(tx: &Connection, id: i64) -> Result<VersionInForce, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT n, capture_id FROM version WHERE article_id = ?1 ORDER BY capture_id, n LIMIT 1",
    )?;
    Ok(select.query_row([id], version)?)
}

fn version(row: &Row<'_>) -> engine::Result<VersionInForce> {
    Ok(VersionInForce {
        n: row.get(0)?,
        capture: row.get(1)?,
    })
}

/// Returns the highest version number of an article.
pub(super) fn last_number(tx: &Connection, id: i64) -> Result<i64, ArchiveError> {
    let mut select = tx.prepare_cached("SELECT max(n) FROM version WHERE article_id = ?1")?;
    Ok(select.query_row([id], |row| row.get(0))?)
}

/// Returns the fields in which an article differs from a kept version, with the text, compared by
/// its hash, first.
pub(super) fn changed_fields(
    tx: &Connection,
    id: i64,
    n: i64,
    article: &Article,
) -> Result<Vec<ChangedField>, ArchiveError> {
    let fields = article.fields();
    let columns = fields.each_ref().map(|(name, _)| *name).join(", ");
    let mut select = tx.prepare_cached(&format!(
        "SELECT content_sha256, title, text, {columns} FROM version WHERE article_id = ?1 AND n = ?2"
    ))?;

    select
        .query_row([id, n], |row| {
            // The hash covers title and text. With the kept title, it differs only where the text
            // does. A damaged column differs from any extraction.
            let retitled = Article {
                title: lossy(row.get_ref(1)?),
                paragraphs: article.paragraphs.clone(),
                ..Article::default()
            };
            let mut changed = Vec::new();
            if lossy(row.get_ref(0)?) != Some(retitled.content_sha256()) {
                let before = lossy(row.get_ref("text")?);
                let after = article.text();
                changed.push(ChangedField::of("text", before.as_deref(), Some(&after)));
            }
            for (name, value) in fields {
                let (before, after) = (lossy(row.get_ref(name)?), column(value));
                if before != after {
                    changed.push(ChangedField::of(name, before.as_deref(), after.as_deref()));
                }
            }

            Ok(changed)
        })
        .map_err(ArchiveError::from)
}

/// Returns a field as its column keeps it: lists as JSON.
pub(crate) fn column(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Some(other.to_string())
        }
    }
}

/// Adds a version, or replaces one that is known. A replaced version keeps its `id`.
const WRITE_VERSION: &str = "INSERT INTO version (article_id, n, site_id, capture_id, made_at,
       canonical_url, title, subtitle, authors, byline, published_at, published_ms,
       published_precision, modified_at, published_source, section, subsection, language, text,
       images, tags, rights, opt_outs, content_sha256, extractor, searchable, confidence)
     VALUES (?1, ?2, (SELECT site_id FROM article WHERE id = ?1), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
       ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)
     ON CONFLICT (article_id, n) DO UPDATE SET
       capture_id = excluded.capture_id, made_at = excluded.made_at,
       canonical_url = excluded.canonical_url, title = excluded.title,
       subtitle = excluded.subtitle, authors = excluded.authors, byline = excluded.byline,
       published_at = excluded.published_at, published_ms = excluded.published_ms,
       published_precision = excluded.published_precision, modified_at = excluded.modified_at,
       published_source = excluded.published_source, section = excluded.section,
       subsection = excluded.subsection, language = excluded.language, text = excluded.text,
       images = excluded.images, tags = excluded.tags, rights = excluded.rights,
       opt_outs = excluded.opt_outs, content_sha256 = excluded.content_sha256,
       extractor = excluded.extractor, searchable = excluded.searchable,
       confidence = excluded.confidence";

/// Writes a version, or replaces it.
pub(super) fn write_version(
    tx: &Connection,
    id: i64,
    VersionInForce { n, capture }: VersionInForce,
    article: &Article,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    tx.prepare_cached(WRITE_VERSION)?.execute_later(params![
        id,
        n,
        capture,
        now.millis(),
        article.canonical_url,
        article.title,
        article.subtitle,
        json!(article.authors).to_string(),
        article.byline,
        article.published_at.map(|time| time.to_string()),
        article.published_at.map(|time| time.at.millis()),
        article.published_precision.map(Precision::name),
        article.modified_at.map(|time| time.to_string()),
        article.published_source,
        article.section,
        article.subsection,
        article.language,
        article.text(),
        json!(article.images).to_string(),
        json!(article.tags).to_string(),
        article.rights,
        json!(article.opt_outs).to_string(),
        article.content_sha256(),
        article.extractor,
        !article.noindex,
        article.confidence,
    ])?;

    note_canonical(tx, id, article)
}

/// Notes the canonical address that the page names, where the article has no key and is kept
/// under another address.
fn note_canonical(tx: &Connection, id: i64, article: &Article) -> Result<(), ArchiveError> {
    let sql = "INSERT INTO canonical (url, article_id)
               SELECT ?2, id FROM article
               WHERE id = ?1 AND number IS NULL AND text_id IS NULL AND ?2 <> url
               ON CONFLICT (url, article_id) DO NOTHING";
    if let Some(canonical) = &article.canonical_url {
        tx.prepare_cached(sql)?
            .execute_later(params![id, canonical])?;
    }
    Ok(())
}
