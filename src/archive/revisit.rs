//! Revisits of kept articles: what is known before a request, and when articles are marked as gone.

mod answer;

use rusqlite::params;

use crate::archive::article::{self, known_article};
use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::named_columns::NamedColumns;
use crate::archive::page_state::write_state;
use crate::archive::store::{Lease, Writer, kept_key, key_of};
use crate::article_key::ArticleKey;
use crate::frontier::{KeptArticle, KnownArticle, Page, PageId, Role, give_up_missing};
use crate::page_url::PageUrl;
use crate::revisit::{GONE_RECHECK, RevisitCounts, VARYING_VALIDATORS, is_unconditional};
use crate::time::Timestamp;

pub(super) use answer::{
    KeptAnswer, note_not_modified, note_revisit, revisit_origins, write_revisit,
};

#[doc(hidden)]
impl Writer {
    /// Reads what is known of a queued article.
    pub(super) fn known_article(
        &self,
        row: &NamedColumns<'_, '_>,
        now: Timestamp,
    ) -> Result<KnownArticle, ArchiveError> {
        Ok(KnownArticle {
            key: kept_key(row.get("number")?, row.get("text_id")?),
            misses: row.get("gone_looks")?,
            unchanged: row.get("unchanged")?,
            kept: if row.get("is_kept")? {
                self.kept(row, now)?
            } else {
                None
            },
        })
    }

    /// Reads what is kept of an article that is queued for a revisit. Validators are left out where
    /// they are useless, and where the article is so young that it is asked for without condition.
    fn kept(
        &self,
        row: &NamedColumns<'_, '_>,
        now: Timestamp,
    ) -> Result<Option<KeptArticle>, ArchiveError> {
        let key = kept_key(row.get("number")?, row.get("text_id")?);
        let (site, url) = (row.get::<String>("name")?, row.get::<String>("url")?);
        let Some(article) = known_article(&self.connection, &site, key.as_ref(), &url)? else {
            return Ok(None);
        };

        let mut select = self.connection.prepare_cached(
            "SELECT first_seen_at,
                    (SELECT published_ms FROM version WHERE article_id = article.id
                     ORDER BY capture_id DESC, n DESC LIMIT 1)
             FROM article WHERE id = ?1",
        )?;
        let (first_seen, published): (i64, Option<i64>) =
            select.query_row([article], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let published = published.map_or(first_seen, |published| published.min(first_seen));
        let published = Timestamp::from_millis(published);

        let are_useless =
            row.get("validators_lie")? || row.get::<u32>("validators_vary")? >= VARYING_VALIDATORS;
        let (etag, last_modified) = if are_useless || is_unconditional(published, now) {
            (None, None)
        } else {
            (row.get("etag")?, row.get("last_modified")?)
        };
        Ok(Some(KeptArticle {
            published,
            etag,
            last_modified,
        }))
    }

    /// Schedules a revisit of the newest articles of a site at its next crawl, though none is due.
    /// Durable with the next save.
    pub fn revisit_newest(
        &mut self,
        lease: Lease,
        site: &str,
        count: u32,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.transaction(lease)?.execute(
            "UPDATE page SET next_at = ?3
             WHERE role = 'article' AND verdict IN ('stored', 'members') AND url IN (
                SELECT article.url
                FROM version CROSS JOIN article
                WHERE article.id = version.article_id
                  AND version.n = 1 AND version.site_id = (SELECT id FROM site WHERE name = ?1)
                ORDER BY version.published_ms DESC NULLS LAST LIMIT ?2)",
            params![site, count, now.millis()],
        )?;
        Ok(())
    }

    /// Marks as gone the articles of a site that a revisit since `began` found missing, for the
    /// second time or more. Returns how many; their versions stay. Durable with the next save.
    ///
    /// Where too many of the articles that were revisited in the last day are missing, a mass
    /// deletion is suspected: then nothing is marked, and the inner `Err` has the counts.
    pub fn mark_gone_unless_mass_deletion(
        &mut self,
        lease: Lease,
        site: &str,
        began: Timestamp,
        now: Timestamp,
    ) -> Result<Result<u64, RevisitCounts>, ArchiveError> {
        let tx = self.transaction(lease)?;
        let revisits = count_revisits(tx, site, now - GONE_RECHECK)?;
        if revisits.suggest_mass_deletion() {
            return Ok(Err(revisits));
        }

        let mut select = tx.prepare_cached(
            "SELECT id, url, gone_looks, number, text_id FROM page
             WHERE site_id = (SELECT id FROM site WHERE name = ?1)
             AND role = 'article' AND next_at IS NOT NULL AND settled_at >= ?2 AND gone_looks > 0",
        )?;
        let pages: Vec<(i64, String, u32, Option<ArticleKey>)> = select
            .query_map(params![site, began.millis()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, key_of(row)?))
            })?
            .collect::<Result<_, _>>()?;

        let mut marked = 0;
        for (page, url, misses, key) in &pages {
            let Some(settlement) = give_up_missing(*misses) else {
                continue;
            };
            write_state(tx, PageId(*page), Role::Article, &settlement, now)?;
            marked += 1;

            if let Some(article) = known_article(tx, site, key.as_ref(), url)? {
                article::mark_gone(tx, article, now)?;
            }
        }
        Ok(Ok(marked))
    }
}

#[doc(hidden)]
impl Writer {
    /// Counts the articles of a site that were visited since a moment, and those of them that were
    /// missing: new ones and kept ones alike. Sees unsaved changes as well.
    pub fn revisit_counts(
        &self,
        site: &str,
        since: Timestamp,
    ) -> Result<RevisitCounts, ArchiveError> {
        let kept = count_revisits(&self.connection, site, since)?;

        // A new article that was missing waits for its next try, GONE_RECHECK after the last one.
        let mut select = self.connection.prepare_cached(
            "SELECT count(*) FROM page
             WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'article'
               AND verdict IS NULL AND gone_looks > 0 AND due_at >= ?2",
        )?;
        let missed: u64 = select
            .query_row(params![site, (since + GONE_RECHECK).millis()], |row| {
                row.get(0)
            })?;

        Ok(RevisitCounts {
            seen: kept.seen + missed,
            gone: kept.gone + missed,
        })
    }

    /// Tells whether the same body came for the address of another article of the same site. Sees
    /// unsaved changes as well.
    pub fn is_body_of_other_article(
        &self,
        page: &Page,
        digest: &[u8; 32],
    ) -> Result<bool, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM body JOIN capture ON capture.body_id = body.id
                            JOIN page AS other ON other.id = capture.page_id
                            WHERE body.sha256 = ?1 AND capture.status BETWEEN 200 AND 299
                              AND other.id <> ?2 AND other.role = 'article'
                              AND other.site_id = (SELECT id FROM site WHERE name = ?3))",
        )?;
        Ok(select.query_row(params![digest, page.id.0, page.site], |row| row.get(0))?)
    }

    /// Tells whether an address is known to have no article: it is an entry page, or it was asked
    /// for and had none. Sees unsaved changes as well.
    pub fn has_no_article(&self, url: &PageUrl) -> Result<bool, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT role <> 'article' OR gone_looks > 0 AND verdict IS NULL
                    OR coalesce(verdict, '') IN ('gone', 'unextracted', 'refused', 'failed')
             FROM page WHERE url = ?1",
        )?;
        let has_no_article = select
            .query_row([url.as_str()], |row| row.get(0))
            .optional()?;
        Ok(has_no_article.unwrap_or(false))
    }
}

/// Counts the kept articles of a site that were revisited since a moment, and those of them that
/// were missing at their newest revisit. Several runs add up.
fn count_revisits(
    tx: &Connection,
    site: &str,
    since: Timestamp,
) -> Result<RevisitCounts, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT count(*), count(*) FILTER (WHERE gone_looks > 0) FROM page
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'article'
           AND settled_at >= ?2
           AND verdict IN ('stored', 'members', 'withheld')",
    )?;
    Ok(select.query_row(params![site, since.millis()], |row| {
        Ok(RevisitCounts {
            seen: row.get(0)?,
            gone: row.get(1)?,
        })
    })?)
}
