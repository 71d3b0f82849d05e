//! Looks at articles that are kept: what another answer changes, and when what is gone is marked.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::archive::article::{self, Change, known_article};
use crate::archive::body::{Body, is_body_damaged, mend_body};
use crate::archive::capture::{Capture, write_reading};
use crate::archive::error::ArchiveError;
use crate::archive::ids::AnnouncedId;
use crate::archive::page_state::write_state;
use crate::archive::store::{Archive, Lease};
use crate::extract::Article;
use crate::frontier::{
    KeptArticle, KnownArticle, Page, PageId, Role, Settlement, give_up_missing, origin_revisited,
};
use crate::page_url::{Host, PageUrl};
use crate::revisit::{GONE_RECHECK, RevisitCounts, VARYING_VALIDATORS, is_unconditional};
use crate::time::Timestamp;

impl Archive {
    /// Returns what is known of an article that is queued.
    pub(super) fn known_article(
        &self,
        row: &Row<'_>,
        now: Timestamp,
    ) -> Result<KnownArticle, ArchiveError> {
        Ok(KnownArticle {
            number: row.get::<_, Option<i64>>("number")?.map(i64::cast_unsigned),
            misses: row.get("gone_looks")?,
            unchanged: row.get("unchanged")?,
            kept: if row.get("is_kept")? {
                self.kept(row, now)?
            } else {
                None
            },
        })
    }

    /// Returns what is kept of an article that is queued for another look.
    fn kept(&self, row: &Row<'_>, now: Timestamp) -> Result<Option<KeptArticle>, ArchiveError> {
        let number = row.get::<_, Option<i64>>("number")?.map(i64::cast_unsigned);
        let (site, url) = (row.get::<_, String>("name")?, row.get::<_, String>("url")?);
        let Some(article) = known_article(&self.connection, &site, number, &url)? else {
            return Ok(None);
        };
        let mut select = self.connection.prepare_cached(
            "SELECT min(first_seen_at, coalesce((SELECT published_ms FROM version WHERE article_id = article.id
                                                ORDER BY capture_id DESC, n DESC LIMIT 1), first_seen_at))
             FROM article WHERE id = ?1",
        )?;
        let published = Timestamp::from_millis(select.query_row([article], |row| row.get(0))?);
        let are_useless = row.get("validators_lie")?
            || row.get::<_, u32>("validators_vary")? >= VARYING_VALIDATORS;
        let is_whole = are_useless || is_unconditional(published, now);
        let validator = |column| if is_whole { Ok(None) } else { row.get(column) };
        Ok(Some(KeptArticle {
            published,
            etag: validator("etag")?,
            last_modified: validator("last_modified")?,
        }))
    }

    /// Wants the newest articles of a site asked for again at its next crawl, though no look at
    /// them is due. Durable with the next save.
    pub fn revisit_newest(
        &mut self,
        lease: Lease,
        site: &str,
        count: u32,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.work(lease)?.execute(
            "UPDATE page SET next_at = ?3
             WHERE role = 'article' AND verdict IN ('stored', 'members') AND url IN (
                SELECT article.url FROM article JOIN version ON version.article_id = article.id AND version.n = 1
                WHERE article.site_id = (SELECT id FROM site WHERE name = ?1)
                ORDER BY version.published_ms DESC LIMIT ?2)",
            params![site, count, now.millis()],
        )?;
        Ok(())
    }

    /// Marks as gone the articles of a site that were looked at since `began` and found nothing at for the second time or more,
    /// unless too much of what was seen in the last day is gone to be true: then `Err` tells how much, and nothing is marked.
    /// Returns how many; nothing of them is deleted. Durable with the next save.
    pub fn mark_gone(
        &mut self,
        lease: Lease,
        site: &str,
        began: Timestamp,
        now: Timestamp,
    ) -> Result<Result<u64, RevisitCounts>, ArchiveError> {
        let work = self.work(lease)?;
        let looks = count_revisits(work, site, now - GONE_RECHECK)?;
        if !looks.is_plausible() {
            return Ok(Err(looks));
        }
        let mut select = work.prepare_cached(
            "SELECT id, url, number, gone_looks FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1)
             AND role = 'article' AND next_at IS NOT NULL AND settled_at >= ?2 AND gone_looks > 0",
        )?;
        let pages: Vec<(i64, String, Option<i64>, u32)> = select
            .query_map(params![site, began.millis()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect::<Result<_, _>>()?;

        let mut marked = 0;
        for (page, url, number, misses) in &pages {
            let Some(settlement) = give_up_missing(*misses) else {
                continue;
            };
            write_state(work, PageId(*page), Role::Article, &settlement, now)?;
            marked += 1;
            if let Some(article) = known_article(work, site, number.map(i64::cast_unsigned), url)? {
                article::mark_gone(work, article, now)?;
            }
        }
        Ok(Ok(marked))
    }
}

impl Archive {
    /// Returns what was seen of a site's articles since a moment, new ones and kept ones alike.
    /// Reads what was written, saved or not.
    pub fn revisit_counts(
        &self,
        site: &str,
        since: Timestamp,
    ) -> Result<RevisitCounts, ArchiveError> {
        let kept = count_revisits(&self.connection, site, since)?;
        // A new one that was missed waits for its next look since the last one.
        let mut select = self.connection.prepare_cached(
            "SELECT count(*) FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'article'
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

    /// Tells whether the same body came for another article's address of the same site.
    /// Reads what was written, saved or not.
    pub fn is_answer_of_others(
        &self,
        page: &Page,
        digest: &[u8; 32],
    ) -> Result<bool, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM body JOIN capture ON capture.body_id = body.id
                            JOIN page AS other ON other.id = capture.page_id
                            WHERE body.sha256 = ?1 AND capture.status BETWEEN 200 AND 299 AND other.id <> ?2 AND other.role = 'article'
                              AND other.site_id = (SELECT id FROM site WHERE name = ?3))",
        )?;
        Ok(select.query_row(params![digest, page.id.0, page.site], |row| row.get(0))?)
    }

    /// Tells whether an address is known for what has no article: it is an entry page, or was asked for and had none.
    /// Reads what was written, saved or not.
    pub fn has_nothing(&self, url: &PageUrl) -> Result<bool, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT role <> 'article' OR gone_looks > 0 AND verdict IS NULL
                    OR coalesce(verdict IN ('gone', 'unextracted', 'refused', 'failed'), 0)
             FROM page WHERE url = ?1",
        )?;
        let has_nothing = select
            .query_row([url.as_str()], |row| row.get(0))
            .optional()?;
        Ok(has_nothing.unwrap_or(false))
    }
}

/// Looks a day later at the pages that moved to one at which no article is: what leads nowhere was no move. Returns the hosts of
/// those pages, one for each.
pub(super) fn revisit_origins(
    work: &Connection,
    page: &Page,
    now: Timestamp,
) -> Result<Vec<Host>, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT id, host, gone_looks FROM page
         WHERE verdict = 'moved' AND reason = ?1 AND role = 'article' AND id <> ?2",
    )?;
    let rows = select.query_map(params![page.url.as_str(), page.id.0], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            Host::from_stored(row.get(1)?),
            row.get::<_, u32>(2)?,
        ))
    })?;
    let origins: Vec<_> = rows.collect::<Result<_, _>>()?;

    let mut queue = work.prepare_cached(
        "UPDATE page SET due_at = ?2, verdict = NULL, reason = NULL, settled_at = NULL, gone_looks = ?3, trouble = ?4
         WHERE id = ?1",
    )?;
    let why = format!("redirected to {}, where no article is", page.url);
    let mut hosts = Vec::new();
    for (id, host, misses) in origins {
        if let Some(due) = origin_revisited(misses, now) {
            queue.execute(params![id, due.millis(), misses + 1, why])?;
            hosts.push(host);
        }
    }
    Ok(hosts)
}

/// What was seen of a site's articles since a moment, by the newest look at each: many runs make one look each.
fn count_revisits(
    work: &Connection,
    site: &str,
    since: Timestamp,
) -> Result<RevisitCounts, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT count(*), count(*) FILTER (WHERE gone_looks > 0) FROM page
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'article' AND settled_at >= ?2
           AND verdict IN ('stored', 'members', 'withheld')",
    )?;
    Ok(select.query_row(params![site, since.millis()], |row| {
        Ok(RevisitCounts {
            seen: row.get(0)?,
            gone: row.get(1)?,
        })
    })?)
}

/// Writes what came of another look. Where everything is as it was, only the validators are news.
pub(super) fn write_revisit(
    work: &Connection,
    page: &Page,
    article: Option<&Article>,
    capture: &Capture,
    announced: AnnouncedId,
    now: Timestamp,
) -> Result<Option<Change>, ArchiveError> {
    let (before, before_digest) = (validators(work, page.id)?, kept_digest(work, page.id)?);
    if let Body::Kept(packed) = &capture.body {
        mend_body(work, packed)?;
    }
    // An answer that tells no news is kept all the same where the one before it is damaged.
    let is_lost = is_body_damaged(work, page.id)?;
    work.prepare_cached("SAVEPOINT look")?.execute([])?;
    let change = write_reading(work, page, article, capture, announced, now)?;
    if article.is_some() && change.is_none() && !is_lost {
        work.prepare_cached("ROLLBACK TO look")?.execute([])?;
        work.prepare_cached("UPDATE page SET etag = ?2, last_modified = ?3 WHERE id = ?1")?
            .execute(params![page.id.0, capture.etag, capture.last_modified])?;
    }
    work.prepare_cached("RELEASE look")?.execute([])?;
    let has_validators = capture.etag.is_some() || capture.last_modified.is_some();
    let is_other_page = before_digest.is_some_and(|digest| digest != capture.body.digest());
    let are_equal =
        has_validators && before == (capture.etag.clone(), capture.last_modified.clone());
    if change.is_some() && is_other_page && are_equal {
        work.execute(
            "UPDATE site SET validators_lie = 1 WHERE name = ?1",
            [&page.site],
        )?;
    }
    if were_sent(page) && has_validators && !is_other_page && !are_equal {
        let sql = "UPDATE site SET validators_vary = validators_vary + 1 WHERE name = ?1";
        work.prepare_cached(sql)?.execute([&page.site])?;
    }
    Ok(change)
}

/// Notes that a server told by a validator that a page is as it was: they serve.
pub(super) fn note_not_modified(work: &Connection, page: &Page) -> Result<(), ArchiveError> {
    let sql = "UPDATE site SET validators_vary = 0 WHERE name = ?1 AND validators_vary > 0";
    work.prepare_cached(sql)?.execute([&page.site])?;
    Ok(())
}

fn were_sent(page: &Page) -> bool {
    page.kept()
        .is_some_and(|kept| kept.etag.is_some() || kept.last_modified.is_some())
}

/// Counts looks in a row that saw an article as it was. One that saw none, or was only told so, tells nothing of whether the
/// paper edits.
pub(super) fn note_revisit(
    work: &Connection,
    page: &Page,
    settlement: &Settlement,
    change: Option<Change>,
) -> Result<(), ArchiveError> {
    let is_news = change.is_some() || settlement.misses() > 0;
    let is_seen = settlement.article().is_some();
    if is_news || is_seen {
        work.prepare_cached(
            "UPDATE site SET unchanged = iif(?2, 0, unchanged + 1) WHERE name = ?1",
        )?
        .execute(params![page.site, is_news])?;
    }
    Ok(())
}

/// The digest of the body that is kept of a page's newest telling answer.
fn kept_digest(work: &Connection, page: PageId) -> Result<Option<[u8; 32]>, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT body.sha256 FROM page JOIN capture ON capture.id = page.capture_id JOIN body ON body.id = capture.body_id
         WHERE page.id = ?1",
    )?;
    Ok(select.query_row([page.0], |row| row.get(0)).optional()?)
}

type StoredValidators = (Option<String>, Option<String>);

fn validators(work: &Connection, page: PageId) -> Result<StoredValidators, ArchiveError> {
    let mut select = work.prepare_cached("SELECT etag, last_modified FROM page WHERE id = ?1")?;
    Ok(select.query_row([page.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
}
