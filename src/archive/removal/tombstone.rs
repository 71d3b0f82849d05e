//! Tombstones: an answer that shows an article that was taken down is not kept.

use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::archive::error::ArchiveError;
use crate::archive::store::stored_key;
use crate::article_key::ArticleKey;
use crate::extract::Article;
use crate::frontier::{Page, Role};
use crate::time::Timestamp;

/// Tells whether an answer shows an article that was taken down: by its key, its address, or, where
/// neither page has a key, by the canonical address that it names.
pub(crate) fn is_taken_down(
    tx: &Connection,
    page: &Page,
    article: Option<&Article>,
) -> Result<bool, ArchiveError> {
    if page.role() != Role::Article || !has_tombstones(tx)? {
        return Ok(false);
    }

    let key = page
        .key()
        .or_else(|| article.and_then(|article| article.key.as_ref()));
    if key.is_some() {
        return Ok(is_key_taken_down(tx, &page.site, key)? || is_address(tx, page.url.as_str())?);
    }
    let canonical = article.and_then(|article| article.canonical_url.as_deref());
    Ok(is_address(tx, page.url.as_str())?
        || canonical.map_or(Ok(false), |canonical| is_address(tx, canonical))?)
}

fn has_tombstones(tx: &Connection) -> Result<bool, ArchiveError> {
    let mut select = tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM tombstone)")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

fn is_key_taken_down(
    tx: &Connection,
    site: &str,
    key: Option<&ArticleKey>,
) -> Result<bool, ArchiveError> {
    let (number, text) = stored_key(key);
    let mut select = tx.prepare_cached(
        "SELECT 1 FROM article JOIN site ON site.id = article.site_id
         JOIN tombstone ON tombstone.article_id = article.id
         WHERE site.name = ?1 AND (article.number = ?2 OR article.text_id = ?3)",
    )?;
    let found = select.query_row(params![site, number, text], |_| Ok(()));
    Ok(found.optional()?.is_some())
}

fn is_address(tx: &Connection, url: &str) -> Result<bool, ArchiveError> {
    let mut select =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM taken_down_address WHERE url = ?1)")?;
    Ok(select.query_row([url], |row| row.get(0))?)
}

/// Settles a page of an article that was taken down. No crawl asks for it again.
pub(crate) fn bury(tx: &Connection, page: &Page, now: Timestamp) -> Result<(), ArchiveError> {
    tx.prepare_cached(&format!("UPDATE page SET {BURIED} WHERE id = :id"))?
        .execute(named_params! {":id": page.id.0, ":now": now.millis()})?;
    Ok(())
}

/// The state of such a page.
pub(super) const BURIED: &str = "verdict = 'taken_down', reason = NULL, due_at = NULL,
    next_at = NULL, attempts = 0, trouble = NULL, etag = NULL, last_modified = NULL,
    capture_id = NULL, gone_looks = 0, unended = 0, settled_at = coalesce(settled_at, :now)";
