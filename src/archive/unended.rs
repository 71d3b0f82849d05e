//! Requests that were announced and never ended, since the process died: the page may be the reason.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::archive::error::ArchiveError;
use crate::archive::list::write_closing;
use crate::archive::store::{Archive, Lease};
use crate::frontier::recrawl::MAX_UNENDED;
use crate::frontier::{Page, PageId, Role, TallyField, Traversal, TraversalEnd, Verdict, counted};
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
    /// Fails the queued pages whose requests did not end [`MOST_UNENDED`] times in a row, and
    /// returns how many of each site a run counts as failed. Durable with the next save.
    pub fn fail_unended(
        &mut self,
        lease: Lease,
        now: Timestamp,
    ) -> Result<HashMap<String, u64>, ArchiveError> {
        fail_all(self.work(lease)?, now)
    }
}

fn fail_all(work: &Connection, now: Timestamp) -> Result<HashMap<String, u64>, ArchiveError> {
    let why = format!("the process ended {MAX_UNENDED} times while it was asked for or read");
    let verdict = Verdict::Failed { why };
    let mut select = work.prepare(
        "SELECT page.id, section_id, pass, role, verdict IS NOT NULL, site.name FROM page JOIN site ON site.id = site_id
         WHERE unended >= ?1 AND due_at IS NOT NULL",
    )?;
    type UnendedRow = (i64, Option<i64>, Option<String>, String, bool, String);
    let ended: Vec<UnendedRow> = select
        .query_map([MAX_UNENDED], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        })?
        .collect::<Result<_, _>>()?;

    let mut failed = HashMap::new();
    for (id, section, pass, role, is_kept, site) in ended {
        fail(work, id, &verdict, now)?;
        let role =
            Role::named(&role).ok_or_else(|| ArchiveError::Damaged("page role".to_owned()))?;
        *failed.entry(site).or_default() +=
            u64::from(!is_kept && counted(role, &verdict, false) == TallyField::Failed);
        let pass = pass.as_deref().and_then(Traversal::named);
        if let Some((section, pass)) = section.zip(pass) {
            write_closing(work, PageId(section), pass, &TraversalEnd::BrokenOff, now)?;
        }
    }
    Ok(failed)
}

/// What is kept of the page stands.
fn fail(work: &Connection, id: i64, verdict: &Verdict, now: Timestamp) -> Result<(), ArchiveError> {
    work.execute(
        "UPDATE page SET due_at = NULL, next_at = NULL, attempts = 0, trouble = NULL,
                reason = iif(verdict IS NULL, ?2, reason), settled_at = coalesce(settled_at, ?3),
                verdict = coalesce(verdict, ?4)
         WHERE id = ?1",
        params![id, verdict.reason(), now.millis(), verdict.name()],
    )?;
    // When the page and the list that it is of are asked for again is planned before a crawl
    // begins.
    work.execute(
        "UPDATE site SET planned_by = NULL WHERE id = (SELECT site_id FROM page WHERE id = ?1)",
        [id],
    )?;
    Ok(())
}

/// Notes that a page's request ended: it did not end the process, and takes its place again.
pub(super) fn note_ended(work: &Connection, page: &Page) -> Result<(), ArchiveError> {
    let priority = if page.kept().is_some() {
        REVISIT
    } else {
        page.role().priority()
    };
    work.prepare_cached("UPDATE page SET unended = 0, priority = ?2 WHERE id = ?1")?
        .execute(params![page.id.0, priority])?;
    Ok(())
}
