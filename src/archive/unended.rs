//! Requests that were announced and have no ending, since the process died: the page may be the
//! cause.

use std::collections::HashMap;

use rusqlite::params;

use crate::archive::engine::{self, Connection, Row};
use crate::archive::error::ArchiveError;
use crate::archive::list::write_traversal_end;
use crate::archive::store::{Lease, Writer};
use crate::frontier::recrawl::MAX_UNENDED;
use crate::frontier::{Page, PageId, Role, TallyField, Traversal, TraversalEnd, Verdict, counted};
use crate::time::Timestamp;

/// Suspected pages come after all others (the lowest priority of a role is above 0), so that a
/// crash costs no other page its request.
const SUSPECTED_PRIORITY: u8 = 0;

/// Revisits come after all new pages, whose lowest priority is 8. Seeding writes the same value to
/// the revisits that it queues.
const REVISIT_PRIORITY: u8 = 5;

/// Moves pages whose requests have no ending to the end of the queue, and counts how often that
/// was so. `runs` are the killed runs, as a list in JSON.
pub(super) fn postpone_unended(tx: &Connection, runs: &str) -> Result<(), ArchiveError> {
    tx.execute(
        "UPDATE page SET unended = unended + 1, priority = ?1
         WHERE due_at IS NOT NULL AND url IN (
           SELECT announced.url FROM ledger AS announced
           WHERE announced.kind = 'announced'
             AND announced.id > (SELECT min(ledger_from) FROM run
                                 WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(?2)))
             AND announced.run_id IN (SELECT CAST(value AS bigint) FROM json_each(?2))
             AND NOT EXISTS (SELECT 1 FROM ledger AS ended
                             WHERE ended.announced_id = announced.id))",
        params![SUSPECTED_PRIORITY, runs],
    )?;
    Ok(())
}

#[doc(hidden)]
impl Writer {
    /// Fails the queued pages whose requests had no ending [`MAX_UNENDED`] times in a row. Returns
    /// how many of them a run counts as failed, by site. Durable with the next save.
    pub fn give_up_often_unended(
        &mut self,
        lease: Lease,
        now: Timestamp,
    ) -> Result<HashMap<String, u64>, ArchiveError> {
        fail_all(self.transaction(lease)?, now)
    }
}

/// A queued page whose requests had no ending too often.
struct UnendedPage {
    id: i64,
    section: Option<i64>,
    traversal: Option<String>,
    role: String,
    is_kept: bool,
    site: String,
}

fn fail_all(tx: &Connection, now: Timestamp) -> Result<HashMap<String, u64>, ArchiveError> {
    let why = format!("the process ended {MAX_UNENDED} times while it was asked for or read");
    let verdict = Verdict::Failed { why };
    let mut select = tx.prepare(
        "SELECT page.id, section_id, pass, role, verdict IS NOT NULL, site.name
         FROM page JOIN site ON site.id = site_id
         WHERE unended > 0 AND unended >= ?1 AND due_at IS NOT NULL",
    )?;
    let pages: Vec<UnendedPage> = select
        .query_map([MAX_UNENDED], unended_page)?
        .collect::<Result<_, _>>()?;

    let mut failed = HashMap::new();
    for page in pages {
        fail(tx, page.id, &verdict, now)?;

        let role =
            Role::named(&page.role).ok_or_else(|| ArchiveError::Damaged("page role".to_owned()))?;
        *failed.entry(page.site).or_default() +=
            u64::from(!page.is_kept && counted(role, &verdict, false) == TallyField::Failed);

        let traversal = page.traversal.as_deref().and_then(Traversal::named);
        if let Some((section, traversal)) = page.section.zip(traversal) {
            let end = TraversalEnd::BrokenOff;
            write_traversal_end(tx, PageId(section), traversal, &end, now)?;
        }
    }
    Ok(failed)
}

fn unended_page(row: &Row<'_>) -> engine::Result<UnendedPage> {
    Ok(UnendedPage {
        id: row.get(0)?,
        section: row.get(1)?,
        traversal: row.get(2)?,
        role: row.get(3)?,
        is_kept: row.get(4)?,
        site: row.get(5)?,
    })
}

/// Takes a page out of the queue with a verdict. The verdict of a kept page stands.
fn fail(tx: &Connection, id: i64, verdict: &Verdict, now: Timestamp) -> Result<(), ArchiveError> {
    tx.execute(
        "UPDATE page SET due_at = NULL, next_at = NULL, attempts = 0, trouble = NULL,
                reason = CASE WHEN verdict IS NULL THEN ?2 ELSE reason END,
                settled_at = coalesce(settled_at, ?3),
                verdict = coalesce(verdict, ?4)
         WHERE id = ?1",
        params![id, verdict.reason(), now.millis(), verdict.name()],
    )?;

    // The next crawl plans anew when the page and its list are asked for again.
    tx.execute(
        "UPDATE site SET planned_by = NULL WHERE id = (SELECT site_id FROM page WHERE id = ?1)",
        [id],
    )?;
    Ok(())
}

/// Notes that a page's request ended, and did not end the process. The page gets its priority back.
pub(super) fn note_ended(tx: &Connection, page: &Page) -> Result<(), ArchiveError> {
    let priority = if page.kept().is_some() {
        REVISIT_PRIORITY
    } else {
        page.role().priority()
    };

    tx.prepare_cached("UPDATE page SET unended = 0, priority = ?2 WHERE id = ?1")?
        .execute_later(params![page.id.0, priority])?;
    Ok(())
}
