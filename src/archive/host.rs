//! The pace of hosts between runs: stored with every answer, and restored for requests that have no
//! ending.

use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::{self, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Writer, millis};
use crate::page_url::Host;
use crate::politeness::{Backoff, StoredPace};
use crate::time::Timestamp;

#[doc(hidden)]
impl Writer {
    /// Returns a host's pace at its last answer, also of an earlier run. Sees unsaved changes as
    /// well.
    pub fn pace(&self, host: &Host) -> Result<Option<StoredPace>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT last_at, not_before, gap, slowed, strikes, refusals, rest
             FROM host WHERE name = ?1",
        )?;
        let pace = select.query_row([host.as_str()], stored_pace);
        Ok(pace.optional()?)
    }
}

fn stored_pace(row: &Row<'_>) -> engine::Result<StoredPace> {
    let backoff: Option<String> = row.get(6)?;

    Ok(StoredPace {
        last_at: Timestamp::from_millis(row.get(0)?),
        not_before: Timestamp::from_millis(row.get(1)?),
        gap: duration(row.get(2)?),
        slowed: duration(row.get(3)?),
        consecutive_failures: row.get(4)?,
        refusals: row.get(5)?,
        backoff: backoff.as_deref().and_then(Backoff::named),
    })
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}

/// Stores a host's pace after an answer.
pub(super) fn write_pace(
    tx: &Connection,
    host: &Host,
    pace: &StoredPace,
) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "INSERT INTO host (name, last_at, not_before, gap, slowed, strikes, refusals, rest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (name) DO UPDATE SET
           last_at = excluded.last_at, not_before = excluded.not_before,
           gap = excluded.gap, slowed = excluded.slowed, strikes = excluded.strikes,
           refusals = excluded.refusals, rest = excluded.rest",
    )?
    .execute_later(params![
        host.as_str(),
        pace.last_at.millis(),
        pace.not_before.millis(),
        millis(pace.gap),
        millis(pace.slowed),
        pace.consecutive_failures,
        pace.refusals,
        pace.backoff.map(Backoff::name)
    ])?;
    Ok(())
}

/// Keeps the gap to hosts that the last runs asked and had no answer from. For a request without an
/// ending, the gap counts from its announcement.
///
/// `runs` are the killed runs, as a list in JSON.
pub(super) fn rest_after_unended(tx: &Connection, runs: &str) -> Result<(), ArchiveError> {
    if tx.is_shared() {
        // Who claims such a host next is told how long it has to rest.
        return Ok(());
    }
    tx.execute(
        "INSERT INTO host (name, last_at, not_before, gap, strikes)
         SELECT host, max(at), max(at + gap), max(gap), 0 FROM ledger AS announced
         WHERE kind = 'announced'
           AND id > (SELECT coalesce(min(ledger_from), 0)
                     FROM (SELECT ledger_from FROM run
                           WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(?1))
                           UNION ALL
                           SELECT * FROM (SELECT ledger_from FROM run ORDER BY id DESC LIMIT 1)
                                         AS last) AS runs)
           AND NOT EXISTS (SELECT 1 FROM ledger AS ended WHERE ended.announced_id = announced.id)
         GROUP BY host
         ON CONFLICT (name) DO UPDATE SET
           last_at = CASE WHEN host.last_at > excluded.last_at THEN host.last_at
                          ELSE excluded.last_at END,
           not_before = CASE WHEN host.not_before > excluded.not_before THEN host.not_before
                             ELSE excluded.not_before END",
        [runs],
    )?;
    Ok(())
}

/// Shifts the moments that hosts and pages wait for by `by` milliseconds, after the clock was set
/// by as much.
pub(super) fn shift_paces(tx: &Connection, by: i64) -> Result<(), ArchiveError> {
    tx.execute(
        "UPDATE host SET last_at = last_at + ?1, not_before = not_before + ?1",
        [by],
    )?;

    tx.execute(
        "UPDATE page SET due_at = due_at + ?1 WHERE due_at IS NOT NULL",
        [by],
    )?;
    // 0 is no moment. It means every crawl.
    tx.execute(
        "UPDATE page SET next_at = next_at + ?1 WHERE next_at > 0",
        [by],
    )?;
    Ok(())
}
