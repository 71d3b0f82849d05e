//! Tombstones: an answer that shows an article that was taken down is not kept.

use rusqlite::params;

use crate::archive::article::{known_by_address, known_by_key};
use crate::archive::engine::{AskedRow, Connection};
use crate::archive::error::ArchiveError;
use crate::archive::store::stored_key;
use crate::extract::Article;
use crate::frontier::{Page, Role};
use crate::time::Timestamp;

/// The question whether an answer shows an article that was taken down.
#[derive(Debug)]
pub(crate) struct TakedownCheck<'c>(Option<AskedRow<'c, bool>>);

impl<'c> TakedownCheck<'c> {
    /// Asks whether an answer shows an article that was taken down: by its key, its address, or,
    /// where neither page has a key, by the canonical address that it names within its paper. An
    /// article that is kept is none, whatever addresses it names.
    pub(crate) fn ask(
        tx: &'c Connection,
        page: &Page,
        article: Option<&Article>,
    ) -> Result<Self, ArchiveError> {
        if page.role() != Role::Article {
            return Ok(Self::none());
        }
        let in_page = article.and_then(|article| article.key.as_ref());
        let url = page.url.as_str();
        let asked = match page.key().or(in_page) {
            Some(key) => {
                let (number, text) = stored_key(Some(key));
                let values = params![url, page.site, number, text, key.to_string()];
                let known = known_by_key();
                let by_address = "EXISTS (SELECT 1 FROM taken_down_address WHERE url = ?1)";
                let mut select = tx.prepare_cached(&taken_down(&known, by_address))?;
                select.ask_row(values, |row| row.get(0))?
            }
            None => {
                let canonical = article.and_then(|article| article.canonical_url.as_deref());
                let values = params![url, page.site, canonical];
                let known = known_by_address();
                let mut select = tx.prepare_cached(&taken_down(&known, BY_ADDRESSES))?;
                select.ask_row(values, |row| row.get(0))?
            }
        };
        Ok(Self(Some(asked)))
    }

    /// A check of an answer that shows no article.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Waits for the answer, and tells whether the article was taken down.
    pub(crate) fn wait(self) -> Result<bool, ArchiveError> {
        let asked = self.0.map(AskedRow::wait).transpose()?;
        Ok(asked.unwrap_or(false))
    }
}

/// The answer's own address, or the canonical one that it names, is that of an article that was
/// taken down.
const BY_ADDRESSES: &str = "(EXISTS (SELECT 1 FROM taken_down_address WHERE url = ?1)
      OR EXISTS (SELECT 1 FROM taken_down_address
                 JOIN article ON article.id = taken_down_address.article_id
                 JOIN site ON site.id = article.site_id
                 WHERE taken_down_address.url = ?3 AND site.name = ?2))";

/// Returns the statement that tells whether an article was taken down: the one that is `known`, or
/// where none is known one that is found `by_address`. Most archives have no tombstone.
fn taken_down(known: &str, by_address: &str) -> String {
    format!(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM tombstone)
                THEN EXISTS (SELECT 1 FROM tombstone WHERE article_id = ({known}))
                     OR ({known}) IS NULL AND {by_address}
                ELSE false END"
    )
}

/// Settles a page of an article that was taken down. No crawl asks for it again.
pub(crate) fn bury(tx: &Connection, page: &Page, now: Timestamp) -> Result<(), ArchiveError> {
    tx.prepare_cached(&format!("UPDATE page SET {BURIED} WHERE id = ?2"))?
        .execute_later(params![now.millis(), page.id.0])?;
    Ok(())
}

/// The state of such a page.
pub(super) const BURIED: &str = "verdict = 'taken_down', reason = NULL, due_at = NULL,
    next_at = NULL, attempts = 0, trouble = NULL, etag = NULL, last_modified = NULL,
    capture_id = NULL, gone_looks = 0, unended = 0, settled_at = coalesce(settled_at, ?1)";
