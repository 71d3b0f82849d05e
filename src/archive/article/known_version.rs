//! Known articles: how one is found, and how an extraction differs from its version.

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::article::version::{VersionInForce, changed_fields, first_version, version_at};
use crate::archive::error::ArchiveError;
use crate::archive::store::stored_key;
use crate::article_key::ArticleKey;
use crate::extract::Article;
use crate::frontier::Page;

/// The fields that only the reader changes: it has learned to tell them, and the paper changed
/// nothing. In the version of another capture they stay as they are.
const OF_READER: [&str; 2] = ["published_precision", "language"];

/// A known article, and how an extraction differs from the version that was in force at its
/// capture.
pub(super) struct KnownVersion {
    pub article: i64,
    pub version: VersionInForce,
    pub fields: Vec<&'static str>,
    /// The answer has just come; it is not a re-extraction. An article that was gone is back.
    pub is_back: bool,
}

impl KnownVersion {
    /// Tells whether title or text differ.
    pub(super) fn has_other_words(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(*field, "text" | "title"))
    }
}

/// Returns the article that is known already, compared with the extraction from `capture`.
pub(super) fn known(
    tx: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
) -> Result<Option<KnownVersion>, ArchiveError> {
    let key = page.key().or(article.key.as_ref());
    let Some(id) = known_article(tx, &page.site, key, page.url.as_str())? else {
        return Ok(None);
    };

    let at_capture = version_at(tx, id, capture)?;
    // The capture may be older than the first version: then only another text is news.
    let version = at_capture.map_or_else(|| first_version(tx, id), Ok)?;

    let mut fields = changed_fields(tx, id, version.n, article)?;
    if at_capture.is_none() {
        fields.retain(|field| *field == "text");
    }
    if version.capture != capture {
        fields.retain(|field| !OF_READER.contains(field));
    } else if confidence(tx, id, version.n)? != article.confidence {
        fields.push("confidence");
    }

    Ok(Some(KnownVersion {
        article: id,
        version,
        fields,
        is_back: false,
    }))
}

/// Returns how sure the reading of a kept version was; `None` also where the column is damaged.
fn confidence(tx: &Connection, article: i64, n: i64) -> Result<Option<f64>, ArchiveError> {
    let mut select =
        tx.prepare_cached("SELECT confidence FROM version WHERE article_id = ?1 AND n = ?2")?;
    Ok(select.query_row(params![article, n], |row| {
        Ok(row.get(0).unwrap_or_default())
    })?)
}

/// Returns the id of a known article: found by its key within the paper, or else by its address.
pub(crate) fn known_article(
    tx: &Connection,
    site: &str,
    key: Option<&ArticleKey>,
    url: &str,
) -> Result<Option<i64>, ArchiveError> {
    let mut by_key = tx.prepare_cached(
        "SELECT article.id FROM article JOIN site ON site.id = article.site_id
           WHERE site.name = ?1 AND (article.number = ?2 OR article.text_id = ?3)",
    )?;

    if key.is_some() {
        let (number, text) = stored_key(key);
        let known = by_key
            .query_row(params![site, number, text], |row| row.get(0))
            .optional()?;
        if known.is_some() {
            return Ok(known);
        }
    }

    let mut by_url = tx.prepare_cached(
        "SELECT id FROM article WHERE url = ?1 AND number IS NULL AND text_id IS NULL",
    )?;
    Ok(by_url.query_row([url], |row| row.get(0)).optional()?)
}
