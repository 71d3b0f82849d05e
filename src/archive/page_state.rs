//! Where a page stands: queued, settled, or standing as it was.

use rusqlite::{Connection, params};

use crate::archive::error::ArchiveError;
use crate::frontier::{PageId, PageState, Settlement};
use crate::time::Timestamp;

/// Writes where a page stands. What was known of one that is queued again, to be looked at once more, stands meanwhile.
pub(super) fn write_state(
    work: &Connection,
    page: PageId,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let next = settlement.next.map(Timestamp::millis);
    match &settlement.state {
        PageState::Queued { due, attempts, why } => {
            let sql = "UPDATE page SET due_at = ?2, attempts = ?3, trouble = ?4, gone_looks = max(gone_looks, ?5) WHERE id = ?1";
            work.prepare_cached(sql)?.execute(params![page.0, due.millis(), attempts, why, settlement.misses])?;
        }
        PageState::Settled(verdict) => {
            work.prepare_cached(
                "UPDATE page SET due_at = NULL, attempts = 0, trouble = NULL, verdict = ?2, reason = ?3, settled_at = ?4, next_at = ?5,
                        gone_looks = ?6
                 WHERE id = ?1",
            )?
            .execute(params![page.0, verdict.name(), verdict.reason(), now.millis(), next, settlement.misses])?;
        }
        PageState::Stands => {
            work.prepare_cached(
                "UPDATE page SET due_at = NULL, attempts = 0, trouble = NULL, settled_at = ?2, next_at = ?3, gone_looks = ?4
                 WHERE id = ?1",
            )?
            .execute(params![page.0, now.millis(), next, settlement.misses])?;
        }
    }
    Ok(())
}
