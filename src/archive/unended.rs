//! Requests that were announced and never ended, since the process died: the page may be the reason.

use rusqlite::{Connection, params};

use crate::archive::error::ArchiveError;
use crate::archive::lease::Lease;
use crate::archive::list::write_closing;
use crate::archive::store::Archive;
use crate::frontier::recrawl::MOST_UNENDED;
use crate::frontier::{Closing, Page, PageId, Pass};
use crate::time::Timestamp;

/// Pages under suspicion come after all others, so that they keep nothing waiting.
const LAST: u8 = 0;

/// What is kept and looked at again comes after what is new.
const REVISIT: u8 = 5;

/// Counts the requests of killed runs that were announced and never ended, before those runs are marked. Their pages go last.
pub(super) fn count_unended(work: &Connection) -> Result<(), ArchiveError> {
    work.execute(
        "UPDATE page SET unended = unended + 1, priority = ?1
         WHERE due_at IS NOT NULL AND url IN (
           SELECT announced.url FROM ledger AS announced
           WHERE announced.kind = 'announced' AND announced.id > (SELECT min(ledger_from) FROM run WHERE how IS NULL)
             AND announced.run_id IN (SELECT id FROM run WHERE how IS NULL)
             AND NOT EXISTS (SELECT 1 FROM ledger AS ended WHERE ended.announced_id = announced.id))",
        [LAST],
    )?;
    Ok(())
}

impl Archive {
    /// Fails the queued pages whose requests did not end [`MOST_UNENDED`] times in a row, and returns how many a run counts as
    /// failed.
    pub fn fail_unended(&mut self, lease: Lease, now: Timestamp) -> Result<u64, ArchiveError> {
        fail_all(self.work(lease)?, now)
    }
}

fn fail_all(work: &Connection, now: Timestamp) -> Result<u64, ArchiveError> {
    // As everywhere, files of reservations, sitemaps and articles that are kept are no failures.
    let mut select = work.prepare(
        "SELECT id, section_id, pass, verdict IS NULL AND role NOT IN ('policy', 'sitemap') FROM page
         WHERE unended >= ?1 AND due_at IS NOT NULL",
    )?;
    type Row = (i64, Option<i64>, Option<String>, bool);
    let ended: Vec<Row> = select
        .query_map([MOST_UNENDED], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    let failed = ended.iter().filter(|(_, _, _, is_failure)| *is_failure).count() as u64;
    for (id, section, pass, _) in ended {
        fail(work, id, now)?;
        let pass = pass.as_deref().and_then(Pass::named);
        if let Some((section, pass)) = section.zip(pass) {
            write_closing(work, PageId(section), pass, &Closing::BrokenOff, now)?;
        }
    }
    Ok(failed)
}

/// What is kept of the page stands.
fn fail(work: &Connection, id: i64, now: Timestamp) -> Result<(), ArchiveError> {
    let why = format!("the process ended {MOST_UNENDED} times while it was asked for or read");
    work.execute(
        "UPDATE page SET due_at = NULL, again_at = NULL, attempts = 0, trouble = NULL,
                reason = iif(verdict IS NULL, ?2, reason), settled_at = coalesce(settled_at, ?3),
                verdict = coalesce(verdict, 'failed')
         WHERE id = ?1",
        params![id, why, now.millis()],
    )?;
    Ok(())
}

/// Notes that a page's request ended: it did not end the process, and takes its place again.
pub(super) fn note_ended(work: &Connection, page: &Page) -> Result<(), ArchiveError> {
    let priority = if page.kept.is_some() { REVISIT } else { page.role.priority() };
    work.prepare_cached("UPDATE page SET unended = 0, priority = ?2 WHERE id = ?1")?
        .execute(params![page.id.0, priority])?;
    Ok(())
}
