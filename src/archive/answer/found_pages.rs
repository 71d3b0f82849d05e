//! Pages that an answer links to: new ones are added to the queue, and entry pages are queued
//! again.

use rusqlite::params;

use crate::archive::engine::{AskedCount, Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::page_state::TAKE_OVER_PHOTO;
use crate::archive::store::stored_key;
use crate::frontier::recrawl::is_suspended;
use crate::frontier::{Discovered, Role};
use crate::time::Timestamp;

/// At most so many sitemaps of a site are known: a sitemap index may name others without end.
const MAX_SITEMAPS: u32 = 5_000;

/// Adds pages that are not known, and returns of each whether it was added.
pub(super) fn add_pages(
    tx: &Connection,
    site: &str,
    found: &[&Discovered],
    now: Timestamp,
) -> Result<Vec<bool>, ArchiveError> {
    let asked: Vec<_> = found
        .iter()
        .map(|page| add_page(tx, site, page, now))
        .collect::<Result<_, _>>()?;
    let added = asked.into_iter().map(|count| Ok(count.wait()? > 0));
    added.collect()
}

/// Adds a page that is not known, and asks whether it was added. An article is known by its key,
/// except that the target of a redirect is always a page of its own.
fn add_page<'c>(
    tx: &'c Connection,
    site: &str,
    found: &Discovered,
    now: Timestamp,
) -> Result<AskedCount<'c>, ArchiveError> {
    let (number, text) = stored_key(found.key.as_ref());
    let mut insert = tx.prepare_cached(&format!(
        "INSERT INTO page (site_id, host, url, role, number, text_id, priority,
                               discovered_at, due_at, hops)
             SELECT site.id, ?2, ?3, ?4, ?5, ?10, ?6, ?7, ?7, ?8 FROM site
             WHERE site.name = ?1
               AND (CAST(?8 AS bigint) > 0
                    OR NOT EXISTS (SELECT 1 FROM page WHERE site_id = site.id AND number = ?5)
                       AND NOT EXISTS
                         (SELECT 1 FROM page WHERE site_id = site.id AND text_id = ?10))
               AND NOT EXISTS (SELECT 1 FROM taken_down_address WHERE url = ?3)
               AND NOT EXISTS
                 (SELECT 1 FROM tombstone JOIN article ON article.id = tombstone.article_id
                  WHERE article.site_id = site.id
                    AND (article.number = ?5 OR article.text_id = ?10))
               AND (?4 <> 'sitemap'
                    OR (SELECT count(*) FROM page
                      WHERE site_id = site.id AND role = 'sitemap') < ?9)
             {TAKE_OVER_PHOTO}"
    ))?;
    let count = insert.ask_execution(params![
        site,
        found.url.host().as_str(),
        found.url.as_str(),
        found.role.name(),
        number,
        found.role.priority(),
        now.millis(),
        found.hops,
        MAX_SITEMAPS,
        text
    ])?;
    Ok(count)
}

/// Queues a settled entry page again to which a redirect leads: it is read as often as the page
/// that redirects. Returns whether it was queued.
pub(super) fn requeue_redirected(
    tx: &Connection,
    found: &Discovered,
    now: Timestamp,
) -> Result<bool, ArchiveError> {
    // Articles and photos that are kept are not requested again.
    if found.hops == 0 || matches!(found.role, Role::Article | Role::Photo) {
        return Ok(false);
    }

    let mut select = tx.prepare_cached(
        "SELECT id, failures, settled_at FROM page
         WHERE url = ?1 AND role = ?2 AND hops > 0 AND verdict IS NOT NULL",
    )?;
    let settled = select.query_row(params![found.url.as_str(), found.role.name()], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get(1)?,
            Timestamp::from_millis(row.get(2)?),
        ))
    });
    let Some((id, failures, settled_at)) = settled.optional()? else {
        return Ok(false);
    };
    if is_suspended(failures, settled_at, now) {
        return Ok(false);
    }

    tx.prepare_cached(
        "UPDATE page SET due_at = ?2, attempts = 0, verdict = NULL, reason = NULL,
                settled_at = NULL, hops = ?3 WHERE id = ?1",
    )?
    .execute_later(params![id, now.millis(), found.hops])?;
    Ok(true)
}
