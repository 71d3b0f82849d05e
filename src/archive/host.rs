//! Hosts' paces between runs: stored with every answer, and for requests that were announced and never ended.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::error::ArchiveError;
use crate::archive::store::{Archive, millis};
use crate::page_url::Host;
use crate::politeness::{Backoff, StoredPace};
use crate::time::Timestamp;

impl Archive {
    /// Returns the pace that an earlier run left a host with. Reads what was written, saved or not.
    pub fn pace(&self, host: &Host) -> Result<Option<StoredPace>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT last_at, not_before, gap, slowed, strikes, refusals, rest FROM host WHERE name = ?1",
        )?;
        let span = |millis: i64| Duration::from_millis(millis.max(0).unsigned_abs());
        let kept = select.query_row([host.as_str()], |row| {
            Ok(StoredPace {
                last_at: Timestamp::from_millis(row.get(0)?),
                not_before: Timestamp::from_millis(row.get(1)?),
                gap: span(row.get(2)?),
                slowed: span(row.get(3)?),
                consecutive_failures: row.get(4)?,
                refusals: row.get(5)?,
                backoff: row
                    .get::<_, Option<String>>(6)?
                    .as_deref()
                    .and_then(Backoff::named),
            })
        });
        Ok(kept.optional()?)
    }
}

/// Stores a host's pace after an answer.
pub(super) fn write_pace(
    work: &Connection,
    host: &Host,
    pace: &StoredPace,
) -> Result<(), ArchiveError> {
    work.prepare_cached(
        "INSERT INTO host (name, last_at, not_before, gap, slowed, strikes, refusals, rest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (name) DO UPDATE SET last_at = excluded.last_at, not_before = excluded.not_before,
           gap = excluded.gap, slowed = excluded.slowed, strikes = excluded.strikes, refusals = excluded.refusals,
           rest = excluded.rest",
    )?
    .execute(params![
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

/// Keeps the hosts at rest that the last runs asked and had no answer from: a request that was announced and never ended
/// counts from its announcement.
pub(super) fn rest_after_unended(work: &Connection) -> Result<(), ArchiveError> {
    work.execute(
        "INSERT INTO host (name, last_at, not_before, gap, strikes)
         SELECT host, max(at), max(at + gap), max(gap), 0 FROM ledger AS announced
         WHERE kind = 'announced'
           AND id > (SELECT coalesce(min(ledger_from), 0)
                     FROM (SELECT ledger_from FROM run WHERE how IS NULL UNION ALL SELECT * FROM (SELECT ledger_from FROM run ORDER BY id DESC LIMIT 1)))
           AND NOT EXISTS (SELECT 1 FROM ledger AS ended WHERE ended.announced_id = announced.id)
         GROUP BY host
         ON CONFLICT (name) DO UPDATE SET last_at = max(last_at, excluded.last_at),
           not_before = max(not_before, excluded.not_before)",
        [],
    )?;
    Ok(())
}

/// Moves the moments that hosts and pages wait for with a clock that was set on by so many milliseconds, or back.
pub(super) fn shift_paces(work: &Connection, by: i64) -> Result<(), ArchiveError> {
    work.execute(
        "UPDATE host SET last_at = last_at + ?1, not_before = not_before + ?1",
        [by],
    )?;
    work.execute(
        "UPDATE page SET due_at = due_at + ?1 WHERE due_at IS NOT NULL",
        [by],
    )?;
    // 0 is no moment: it is at every crawl.
    work.execute(
        "UPDATE page SET next_at = next_at + ?1 WHERE next_at > 0",
        [by],
    )?;
    Ok(())
}
