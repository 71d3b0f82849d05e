//! How the traversal of a list goes on after one of its pages.

use rusqlite::params;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::list::{add_list_page, write_traversal_end};
use crate::frontier::{Judged, ListStep, Page, PageId};
use crate::page_url::Host;
use crate::time::Timestamp;

/// Writes how the traversal of a page's list goes on. Returns the host of the list's next page, if
/// there is one, and by how many pages the queue grew.
pub(super) fn write_list_step(
    tx: &Connection,
    page: &Page,
    judged: &Judged,
    now: Timestamp,
) -> Result<Option<(Host, i64)>, ArchiveError> {
    match &judged.list {
        Some(ListStep::GoesOn { to, next }) => {
            let growth = add_list_page(tx, page, to, now)?;
            if growth.is_none() {
                write_next_traversal(tx, to.list.section, *next)?;
            }
            Ok(Some((to.url.host(), growth.unwrap_or_default())))
        }
        Some(ListStep::Closes { closing, next }) => {
            if let Some(list) = page.list() {
                write_traversal_end(tx, list.section, list.traversal, closing, now)?;
                write_next_traversal(tx, list.section, *next)?;
            }
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Writes from when on a list is asked for again, after a traversal of it ended. A list that is
/// queued keeps its moment.
fn write_next_traversal(
    tx: &Connection,
    list: PageId,
    next: Option<Timestamp>,
) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE page SET next_at = ?2 WHERE id = ?1 AND due_at IS NULL")?
        .execute_later(params![list.0, next.map(Timestamp::millis)])?;
    Ok(())
}
