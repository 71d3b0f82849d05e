//! The runs of processes that are lost, and their requests.

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::ids::{AnnouncedId, RunId};
use crate::archive::ledger::{EndedRequest, Ending, write_ending};
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

#[doc(hidden)]
impl Writer {
    /// Ends the requests of runs of this process that were dropped. Durable with the next save.
    pub fn end_dropped_requests(
        &mut self,
        lease: Lease,
        runs: &[RunId],
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        if self.worker.is_none() {
            return Ok(());
        }
        let runs: Vec<i64> = runs.iter().map(|run| run.0).collect();
        let runs = serde_json::json!(runs).to_string();
        end_requests_of(self.transaction(lease)?, &runs, Some(now))
    }
}

/// Returns the runs under way whose process is lost: all of them where one process writes alone.
pub(crate) fn killed_runs(tx: &Connection) -> Result<Vec<i64>, ArchiveError> {
    let sql = if tx.is_shared() {
        "SELECT id FROM run WHERE how IS NULL
           AND epoch NOT IN (SELECT id FROM worker WHERE lost = 0)"
    } else {
        "SELECT id FROM run WHERE how IS NULL"
    };
    let mut select = tx.prepare_cached(sql)?;
    let runs = select.query_map([], |row| row.get(0))?;
    Ok(runs.collect::<Result<_, _>>()?)
}

/// Ends the requests of runs that have no ending: at a moment, or where a worker is lost at the end
/// of its lease. The ledger of a shared archive goes on behind them, and has to tell that they are
/// under way no longer. `runs` is a list in JSON.
pub(crate) fn end_requests_of(
    tx: &Connection,
    runs: &str,
    moment: Option<Timestamp>,
) -> Result<(), ArchiveError> {
    if !tx.is_shared() {
        return Ok(());
    }
    let mut select = tx.prepare_cached(
        "SELECT announced.id, announced.run_id, announced.gap,
                CASE WHEN worker.lease_until > announced.at THEN worker.lease_until
                     ELSE announced.at END
         FROM ledger AS announced JOIN run ON run.id = announced.run_id
         LEFT JOIN worker ON worker.id = run.epoch
         WHERE announced.kind = 'announced'
           AND announced.run_id IN (SELECT CAST(value AS bigint) FROM json_each(?1))
           AND announced.id > (SELECT min(ledger_from) FROM run
                               WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(?1)))
           AND NOT EXISTS (SELECT 1 FROM ledger AS ended
                           WHERE ended.announced_id = announced.id)
         ORDER BY announced.id",
    )?;
    let lost: Vec<(i64, i64, i64, i64)> = select
        .query_map([runs], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;

    let ending = Ending::Trouble {
        why: match moment {
            Some(_) => "it was dropped, since its run ended".to_owned(),
            None => "its worker was lost".to_owned(),
        },
    };
    for (announced, run, gap, at) in lost {
        let at = moment.map_or(at, Timestamp::millis);
        let ended = EndedRequest {
            announced: AnnouncedId(announced),
            ending: &ending,
            at: Timestamp::from_millis(at),
            not_before: Timestamp::from_millis(at.saturating_add(gap)),
        };
        write_ending(tx, RunId(run), &ended)?;
    }
    Ok(())
}
