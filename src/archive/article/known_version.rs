//! Known articles: how one is found, and how an extraction differs from its version.

use rusqlite::params;

use crate::archive::article::changed_field::ChangedField;
use crate::archive::article::version::{VersionInForce, changed_fields, first_version, version_at};
use crate::archive::engine::{Connection, OptionalExtension};
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
    pub fields: Vec<ChangedField>,
    /// The answer has just come; it is not a re-extraction. An article that was gone is back.
    pub is_back: bool,
}

impl KnownVersion {
    /// Tells whether title or text differ.
    pub(super) fn has_other_words(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(field.name, "text" | "title"))
    }
}

/// Returns the article that is known already, compared with the extraction from `capture`.
pub(super) fn known(
    tx: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
) -> Result<Option<KnownVersion>, ArchiveError> {
    let Some(id) = identified(tx, page, article, capture)? else {
        return Ok(None);
    };

    let at_capture = version_at(tx, id, capture)?;
    // The capture may be older than the first version: then only another text is news.
    let version = at_capture.map_or_else(|| first_version(tx, id), Ok)?;

    let mut fields = changed_fields(tx, id, version.n, article)?;
    if at_capture.is_none() {
        fields.retain(|field| field.name == "text");
    }
    if version.capture != capture {
        fields.retain(|field| !OF_READER.contains(&field.name));
    } else {
        let before = confidence(tx, id, version.n)?;
        if before != article.confidence {
            let [before, after] = [before, article.confidence].map(in_words);
            fields.push(ChangedField::of(
                "confidence",
                before.as_deref(),
                after.as_deref(),
            ));
        }
    }

    Ok(Some(KnownVersion {
        article: id,
        version,
        fields,
        is_back: false,
    }))
}

fn in_words(confidence: Option<f64>) -> Option<String> {
    confidence.map(|confidence| confidence.to_string())
}

/// Returns how sure the reading of a kept version was; `None` also where the column is damaged.
fn confidence(tx: &Connection, article: i64, n: i64) -> Result<Option<f64>, ArchiveError> {
    let mut select =
        tx.prepare_cached("SELECT confidence FROM version WHERE article_id = ?1 AND n = ?2")?;
    Ok(select.query_row(params![article, n], |row| {
        Ok(row.get(0).unwrap_or_default())
    })?)
}

/// Returns the id of a known article: found by one of its keys within the paper, or else by its
/// address. Where no key is told, an article that has one is found by its address, too: its key
/// stands in the page alone.
pub(crate) fn known_article(
    tx: &Connection,
    site: &str,
    key: Option<&ArticleKey>,
    url: &str,
) -> Result<Option<i64>, ArchiveError> {
    let by_key = key.map(|key| known_by_key(tx, site, key)).transpose()?;
    if let Some(known) = by_key.flatten() {
        return Ok(Some(known));
    }

    let keyless = keyless_at(tx, url)?;
    if keyless.is_some() || key.is_some() {
        return Ok(keyless);
    }
    let mut select = tx.prepare_cached(
        "SELECT max(id) FROM article WHERE url = ?1 AND (number IS NOT NULL OR text_id IS NOT NULL)",
    )?;
    Ok(select.query_row([url], |row| row.get(0))?)
}

/// Returns the article that a key names: its own key, or another one that was noted for it.
fn known_by_key(
    tx: &Connection,
    site: &str,
    key: &ArticleKey,
) -> Result<Option<i64>, ArchiveError> {
    let (number, text) = stored_key(Some(key));
    let mut own = tx.prepare_cached(
        "SELECT article.id FROM article JOIN site ON site.id = article.site_id
           WHERE site.name = ?1 AND (article.number = ?2 OR article.text_id = ?3)",
    )?;
    let known = own.query_row(params![site, number, text], |row| row.get(0));
    if let Some(known) = known.optional()? {
        return Ok(Some(known));
    }

    let mut other = tx.prepare_cached(
        "SELECT article_id FROM other_key JOIN site ON site.id = other_key.site_id
         WHERE site.name = ?1 AND key = ?2",
    )?;
    let known = other.query_row(params![site, key.to_string()], |row| row.get(0));
    Ok(known.optional()?)
}

/// Returns the article without a key that is kept under an address.
fn keyless_at(tx: &Connection, url: &str) -> Result<Option<i64>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM article WHERE url = ?1 AND number IS NULL AND text_id IS NULL",
    )?;
    Ok(select.query_row([url], |row| row.get(0)).optional()?)
}

/// Returns the article of a page and its extraction. If the page tells a key that the article was
/// not kept under, since a former profile read another one, the key is noted for it.
///
/// In a re-extraction, the article that has a version of this very capture is meant. Otherwise it
/// is the one at the same address whose key is of the other kind, and whose title or text is the
/// same: without the same words it may be the next article of a page that always shows the newest.
fn identified(
    tx: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
) -> Result<Option<i64>, ArchiveError> {
    let url = page.url.as_str();
    let Some(key) = page.key().or(article.key.as_ref()) else {
        let of_capture = article_of_capture(tx, url, capture)?;
        return of_capture.map_or_else(
            || known_article(tx, &page.site, None, url),
            |id| Ok(Some(id)),
        );
    };
    if let Some(known) = known_by_key(tx, &page.site, key)? {
        return Ok(Some(known));
    }

    let renamed = match article_of_capture(tx, url, capture)? {
        Some(id) => Some(id),
        None => of_other_kind(tx, page, article, key)?,
    };
    let Some(id) = renamed else {
        return keyless_at(tx, url);
    };

    tx.prepare_cached(
        "INSERT INTO other_key (site_id, key, article_id)
         SELECT site_id, ?2, id FROM article WHERE id = ?1",
    )?
    .execute_later(params![id, key.to_string()])?;
    Ok(Some(id))
}

/// Returns the article with a key that has a version of a capture of the page at an address.
pub(crate) fn article_of_capture(
    tx: &Connection,
    url: &str,
    capture: i64,
) -> Result<Option<i64>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT article.id FROM article JOIN version ON version.article_id = article.id
         WHERE article.url = ?1 AND (article.number IS NOT NULL OR article.text_id IS NOT NULL)
           AND version.capture_id = ?2 ORDER BY article.id LIMIT 1",
    )?;
    let id = select.query_row(params![url, capture], |row| row.get(0));
    Ok(id.optional()?)
}

/// Returns the newest article at a page's address whose key is of the other kind than `key`, if
/// title or text are those of `article`. An article that has a further key already is none.
fn of_other_kind(
    tx: &Connection,
    page: &Page,
    article: &Article,
    key: &ArticleKey,
) -> Result<Option<i64>, ArchiveError> {
    let (number, text) = stored_key(Some(key));
    let mut select = tx.prepare_cached(
        "SELECT max(id) FROM article WHERE url = ?1 AND (number IS NOT NULL OR text_id IS NOT NULL)
           AND (CAST(?2 AS bigint) IS NULL OR number IS NULL)
           AND (CAST(?3 AS text) IS NULL OR text_id IS NULL)
           AND NOT EXISTS (SELECT 1 FROM other_key WHERE article_id = article.id)",
    )?;
    let id = select.query_row(params![page.url.as_str(), number, text], |row| row.get(0))?;
    let Some(id) = id else {
        return Ok(None);
    };

    let Some(newest) = version_at(tx, id, i64::MAX)? else {
        return Ok(None);
    };
    let fields = changed_fields(tx, id, newest.n, article)?;
    let has_other = |name: &str| fields.iter().any(|field| field.name == name);
    Ok((!has_other("title") || !has_other("text")).then_some(id))
}
