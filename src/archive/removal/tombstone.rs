//! Tombstones: an answer that shows an article that was taken down is not kept.

use rusqlite::params;

use crate::archive::article::known_article;
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::extract::Article;
use crate::frontier::{Page, Role};
use crate::time::Timestamp;

/// Tells whether an answer shows an article that was taken down: by its key, its address, or, where
/// neither page has a key, by the canonical address that it names within its paper. An article that
/// is kept is none, whatever addresses it names.
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
    if let Some(known) = known_article(tx, &page.site, key, page.url.as_str())? {
        return has_tombstone(tx, known);
    }
    if is_address(tx, page.url.as_str())? {
        return Ok(true);
    }

    let canonical = article.and_then(|article| article.canonical_url.as_deref());
    match (key, canonical) {
        (None, Some(canonical)) => is_address_of(tx, &page.site, canonical),
        (Some(_), _) | (None, None) => Ok(false),
    }
}

fn has_tombstones(tx: &Connection) -> Result<bool, ArchiveError> {
    let mut select = tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM tombstone)")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

fn has_tombstone(tx: &Connection, article: i64) -> Result<bool, ArchiveError> {
    let mut select =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM tombstone WHERE article_id = ?1)")?;
    Ok(select.query_row([article], |row| row.get(0))?)
}

fn is_address(tx: &Connection, url: &str) -> Result<bool, ArchiveError> {
    let mut select =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM taken_down_address WHERE url = ?1)")?;
    Ok(select.query_row([url], |row| row.get(0))?)
}

/// Tells whether an article of a site was taken down that had this address.
fn is_address_of(tx: &Connection, site: &str, url: &str) -> Result<bool, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM taken_down_address
             JOIN article ON article.id = taken_down_address.article_id
             JOIN site ON site.id = article.site_id
             WHERE taken_down_address.url = ?1 AND site.name = ?2)",
    )?;
    Ok(select.query_row([url, site], |row| row.get(0))?)
}

/// Settles a page of an article that was taken down. No crawl asks for it again.
pub(crate) fn bury(tx: &Connection, page: &Page, now: Timestamp) -> Result<(), ArchiveError> {
    tx.prepare_cached(&format!("UPDATE page SET {BURIED} WHERE id = ?2"))?
        .execute(params![now.millis(), page.id.0])?;
    Ok(())
}

/// The state of such a page.
pub(super) const BURIED: &str = "verdict = 'taken_down', reason = NULL, due_at = NULL,
    next_at = NULL, attempts = 0, trouble = NULL, etag = NULL, last_modified = NULL,
    capture_id = NULL, gone_looks = 0, unended = 0, settled_at = coalesce(settled_at, ?1)";
