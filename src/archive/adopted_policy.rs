//! Licence files that a site takes over from one that is not crawled.

use rusqlite::params;
use serde_json::json;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::frontier::PageId;
use crate::opt_out::{AI_TXT, TDMREP};
use crate::page_url::{Host, PageUrl};
use crate::time::Timestamp;

/// The pages of a file, up to five redirects behind its address, that other sites than those under
/// way (?2) ask for, with the homes of those sites.
const OF_SITES_AT_REST: &str = "
    WITH RECURSIVE asked (url, hops) AS (
        SELECT page.url, 0 FROM page WHERE page.url = ?1
        UNION
        SELECT page.reason, asked.hops + 1 FROM asked JOIN page ON page.url = asked.url
        WHERE page.verdict = 'moved' AND asked.hops < 5
    )
    SELECT page.id, page.host,
           CASE WHEN page.due_at IS NOT NULL OR page.next_at <= ?3 THEN 1 ELSE 0 END,
           page.url, site.home
    FROM asked JOIN page ON page.url = asked.url JOIN site ON site.id = page.site_id
    WHERE page.role = 'policy' AND site.name NOT IN (SELECT value FROM json_each(?2))
    GROUP BY page.id, site.id ORDER BY min(asked.hops), page.id";

/// A licence file that a site at rest asks for.
struct FileAtRest {
    page: PageId,
    host: String,
    is_due: bool,
    url: String,
    /// The home of that site.
    home: String,
}

/// A page that is due is queued, as at the beginning of a crawl of its site.
const ADOPT: &str = "UPDATE page SET site_id = (SELECT id FROM site WHERE name = ?2),
       due_at = CASE WHEN ?3 THEN coalesce(due_at, ?4) ELSE due_at END,
       verdict = CASE WHEN ?3 THEN NULL ELSE verdict END,
       reason = CASE WHEN ?3 THEN NULL ELSE reason END,
       settled_at = CASE WHEN ?3 THEN NULL ELSE settled_at END
     WHERE id = ?1";

#[doc(hidden)]
impl Writer {
    /// Gives licence files to a site that names them, where the site that asked for them is none of
    /// those under way: it may never be crawled again. A file of opt-outs at the home of that site
    /// stays with it, and so does what it moved to. Returns the host of each that is queued.
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
            for known in files_at_rest(tx, (file, &under_way), now)? {
                if known.is_of_home() {
                    break;
                }
                let values = params![known.page.0, site, known.is_due, now.millis()];
                tx.prepare_cached(ADOPT)?.execute_later(values)?;
                if known.is_due {
                    hosts.push(Host::from_stored(known.host));
                }
            }
        }
        Ok(hosts)
    }
}

fn files_at_rest(
    tx: &Connection,
    (file, under_way): (&PageUrl, &str),
    now: Timestamp,
) -> Result<Vec<FileAtRest>, ArchiveError> {
    let mut select = tx.prepare_cached(OF_SITES_AT_REST)?;
    let files = select.query_map(params![file.as_str(), under_way, now.millis()], |row| {
        Ok(FileAtRest {
            page: PageId(row.get(0)?),
            host: row.get(1)?,
            is_due: row.get(2)?,
            url: row.get(3)?,
            home: row.get(4)?,
        })
    })?;
    Ok(files.collect::<Result<_, _>>()?)
}

impl FileAtRest {
    /// Tells whether it is the file of opt-outs at the home of its site.
    fn is_of_home(&self) -> bool {
        let home = PageUrl::from_stored(&self.home);
        home.is_ok_and(|home| {
            let files = [TDMREP, AI_TXT].map(|path| home.join(path).ok());
            files.iter().flatten().any(|file| file.as_str() == self.url)
        })
    }
}
