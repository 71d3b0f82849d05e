//! The state of a page: queued, settled, or unchanged after a revisit.

use rusqlite::params;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::frontier::{PageId, Role, Settlement};
use crate::time::Timestamp;

/// Writes the state of a page. A settled page that is queued for a revisit keeps its verdict
/// meanwhile.
pub(super) fn write_state(
    tx: &Connection,
    page: PageId,
    role: Role,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    // The consecutive failures of feeds and sitemaps have a column of their own.
    let misses = if role == Role::Article {
        settlement.misses()
    } else {
        0
    };

    match settlement {
        Settlement::Retry {
            due, attempts, why, ..
        } => {
            let values = params![page.0, due.millis(), attempts, why, misses];
            tx.prepare_cached(RETRY)?.execute_later(values)?;
        }
        Settlement::Done(judged) => {
            let (verdict, next) = (&judged.verdict, judged.next.map(Timestamp::millis));
            let values = params![
                page.0,
                verdict.name(),
                verdict.reason(),
                now.millis(),
                next,
                misses
            ];
            tx.prepare_cached(SETTLE)?.execute_later(values)?;
        }
        Settlement::Stands { next, .. } => {
            let next = next.map(Timestamp::millis);
            let values = params![page.0, now.millis(), next, misses];
            tx.prepare_cached(STAND)?.execute_later(values)?;
        }
    }
    Ok(())
}

/// Queues a page for another try.
const RETRY: &str = "UPDATE page SET due_at = ?2, attempts = ?3, trouble = ?4,
            gone_looks = CASE WHEN gone_looks > ?5 THEN gone_looks ELSE ?5 END
     WHERE id = ?1";

/// Settles a page with a verdict.
const SETTLE: &str = "UPDATE page SET due_at = NULL, attempts = 0, trouble = NULL, verdict = ?2,
            reason = ?3, settled_at = ?4, next_at = ?5, gone_looks = ?6
     WHERE id = ?1";

/// Takes a page out of the queue that keeps its verdict.
const STAND: &str = "UPDATE page SET due_at = NULL, attempts = 0, trouble = NULL, settled_at = ?2,
            next_at = ?3, gone_looks = ?4
     WHERE id = ?1";
