//! The steps of a list's traversal: its next page, and its end.

use rusqlite::params;

use crate::archive::compression::pack;
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::list::stored::overlap_json;
use crate::archive::truncated_list::write_truncation;
use crate::frontier::{
    Continuation, Coverage, ListEnd, Page, PageId, Role, Traversal, TraversalEnd,
};
use crate::time::Timestamp;

/// Queues the next page of a list, known or not, and returns by how many pages the queue grew.
/// Returns `None` where the list leads in a circle: then its traversal has ended.
///
/// A traversal to the end is not shortened by one that only catches up. A page of another kind
/// stays what it is, unless it is an article without a key that was only linked: pagers link
/// their pages by number as well.
pub(crate) fn add_list_page(
    tx: &Connection,
    page: &Page,
    next: &Continuation,
    now: Timestamp,
) -> Result<Option<i64>, ArchiveError> {
    let mut queued =
        tx.prepare_cached("SELECT count(*) FROM page WHERE url = ?1 AND due_at IS NOT NULL")?;
    let before: i64 = queued.query_row([next.url.as_str()], |row| row.get(0))?;
    if queue_list_page(tx, page, next, now)? {
        return Ok(Some(1 - before));
    }

    // The list leads to a page of another kind, or back to its own first page.
    let end = TraversalEnd::Ended {
        end: ListEnd::Repeats,
        since: None,
        head: next.list.overlap.head.clone(),
        cut: None,
    };
    write_traversal_end(tx, next.list.section, next.list.traversal, &end, now)?;
    Ok(None)
}

/// Queues an address as the next page of a list, and returns whether that was possible.
fn queue_list_page(
    tx: &Connection,
    page: &Page,
    next: &Continuation,
    now: Timestamp,
) -> Result<bool, ArchiveError> {
    let overlap = overlap_json(&next.list.overlap.head, next.list.overlap.met);
    let previous = serde_json::json!(next.list.previous).to_string();
    let values = params![
        next.url.as_str(),
        Role::ListPage.name(),
        Role::ListPage.priority(),
        now.millis(),
        next.list.section.0,
        next.list.traversal.name(),
        next.list.began.millis(),
        previous,
        next.list.promised,
        next.hops,
        overlap,
        pack(&next.list.seen.to_bytes(), None).zstd
    ];
    let host = next.url.host();
    let host = host.as_str();
    let of_new = [values, params![page.site, host]].concat();

    let again = tx
        .prepare_cached(REQUEUE_LIST_PAGE)?
        .ask_execution(values)?;
    let added = tx
        .prepare_cached(ADD_LIST_PAGE)?
        .ask_execution(of_new.as_slice())?;
    Ok(again.wait()? + added.wait()? > 0)
}

/// Makes a known page the next one of a list. The condition at the end lets pages of other kinds
/// stand.
const REQUEUE_LIST_PAGE: &str = "UPDATE page SET
       role = ?2, priority = ?3, due_at = ?4, attempts = 0, verdict = NULL, reason = NULL,
       settled_at = NULL, section_id = ?5, began_at = ?7, previous = ?8, promised = ?9,
       hops = ?10, joint = ?11, met = ?12,
       pass = CASE WHEN due_at IS NOT NULL AND pass <> 'later' THEN pass ELSE ?6 END
     WHERE url = ?1
       AND (role = 'list'
            OR role = 'article' AND number IS NULL AND text_id IS NULL
               AND coalesce(verdict, 'unextracted') IN ('unextracted', 'gone'))";

/// Adds a page as the next one of a list, where it is not known.
const ADD_LIST_PAGE: &str =
    "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at, section_id, pass,
                       began_at, previous, promised, hops, joint, met)
     SELECT site.id, ?14, ?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM site
     WHERE site.name = ?13
     ON CONFLICT DO NOTHING";

/// Forgets the rows that a traversal had seen at a page that is settled now: the next page carries
/// them.
pub(crate) fn forget_seen_rows(tx: &Connection, page: PageId) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE page SET met = NULL WHERE id = ?1 AND met IS NOT NULL")?
        .execute_later([page.0])?;
    Ok(())
}

/// Writes how the traversal of a list ended.
///
/// Rows that a server hides by repeating a page cannot be reached by reading on. Such a list counts
/// as read to its end, and its `list_end` says that it is partial; a later traversal leaves that
/// standing. A list whose traversal broke off counts as never read.
pub(crate) fn write_traversal_end(
    tx: &Connection,
    section: PageId,
    traversal: Traversal,
    end: &TraversalEnd,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let (end, since, head) = match end {
        TraversalEnd::Ended {
            end,
            since,
            head,
            cut,
        } => {
            write_truncation(tx, section, traversal, *end, *cut)?;
            (*end, since.map(Timestamp::millis), head)
        }
        TraversalEnd::BrokenOff => return write_broken_off(tx, section),
    };

    let overlap = overlap_json(head, 0);
    match traversal {
        Traversal::First | Traversal::Window => {
            tx.prepare_cached(
                "UPDATE page SET joint = ?5, list_end = ?2, read_to_end_at = ?3, deep_at = ?3,
                        read_since = ?4 WHERE id = ?1",
            )?
            .execute_later(params![
                section.0,
                end.name(),
                now.millis(),
                since,
                overlap
            ])?;
        }
        Traversal::Deep | Traversal::Later => {
            // Where the server repeated a page, the rows behind it were not met: the next traversal
            // still has to reach the former overlap.
            let overlap = (end.coverage() == Coverage::Whole).then_some(overlap);
            let deep_at = (traversal == Traversal::Deep).then(|| now.millis());
            tx.prepare_cached(
                "UPDATE page SET joint = coalesce(?3, joint), list_end = coalesce(list_end, ?2),
                        deep_at = coalesce(?4, deep_at)
                 WHERE id = ?1",
            )?
            .execute_later(params![section.0, end.name(), overlap, deep_at])?;
        }
    }
    Ok(())
}

/// Writes that a traversal broke off. A later traversal goes on until it reaches the head of the
/// last complete one; where no head is known, the whole list is read again.
fn write_broken_off(tx: &Connection, section: PageId) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE page SET read_to_end_at = NULL WHERE id = ?1 AND joint IS NULL")?
        .execute_later([section.0])?;
    Ok(())
}
