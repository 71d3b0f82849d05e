//! Licence files that a site takes over from one that is not crawled.

use rusqlite::params;
use serde_json::json;

use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::frontier::PageId;
use crate::page_url::{Host, PageUrl};
use crate::time::Timestamp;

/// The pages of a file, up to five redirects behind its address, that other sites than those under
/// way (?2) ask for.
const OF_SITES_AT_REST: &str = "
    WITH RECURSIVE asked (url, hops) AS (
        SELECT ?1, 0
        UNION
        SELECT page.reason, asked.hops + 1 FROM asked JOIN page ON page.url = asked.url
        WHERE page.verdict = 'moved' AND asked.hops < 5
    )
    SELECT DISTINCT page.id, page.host, coalesce(page.due_at IS NOT NULL OR page.next_at <= ?3, 0)
    FROM asked JOIN page ON page.url = asked.url JOIN site ON site.id = page.site_id
    WHERE page.role = 'policy' AND site.name NOT IN (SELECT value FROM json_each(?2))";

/// A page that is due is queued, as at the beginning of a crawl of its site.
const ADOPT: &str = "UPDATE page SET site_id = (SELECT id FROM site WHERE name = ?2),
       due_at = iif(?3, coalesce(due_at, ?4), due_at),
       verdict = iif(?3, NULL, verdict), reason = iif(?3, NULL, reason),
       settled_at = iif(?3, NULL, settled_at)
     WHERE id = ?1";

#[doc(hidden)]
impl Writer {
    /// Gives licence files to a site that names them, where the site that asked for them is none of
    /// those under way: it may never be crawled again. Returns the host of each that is queued.
    /// Durable with the next save.
    pub fn adopt_policies(
        &mut self,
        lease: Lease,
        (site, under_way): (&str, &[String]),
        files: &[PageUrl],
        now: Timestamp,
    ) -> Result<Vec<Host>, ArchiveError> {
        let tx = self.transaction(lease)?;
        let under_way = json!(under_way).to_string();
        let mut hosts = Vec::new();
        for file in files {
            let mut select = tx.prepare_cached(OF_SITES_AT_REST)?;
            let pages = select
                .query_map(params![file.as_str(), under_way, now.millis()], |row| {
                    Ok((PageId(row.get(0)?), row.get(1)?, row.get(2)?))
                })?;
            let pages: Vec<(PageId, String, bool)> = pages.collect::<Result<_, _>>()?;

            for (page, host, is_due) in pages {
                tx.prepare_cached(ADOPT)?
                    .execute(params![page.0, site, is_due, now.millis()])?;
                hosts.extend(is_due.then(|| Host::from_stored(host)));
            }
        }
        Ok(hosts)
    }
}
