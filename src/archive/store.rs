//! The writer's side of the archive: one connection, and the end of the hash chain.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::archive::error::ArchiveError;
use crate::archive::lease::Lease;
use crate::archive::{ledger, schema};
use crate::config::settings::Durability;
use crate::page_url::Host;
use crate::politeness::StoredPace;
use crate::time::Timestamp;

/// The archive as its writer thread holds it. Its intents stand beside what they are about, one file a concept.
#[derive(Debug)]
pub(in crate::archive) struct Store {
    pub connection: Connection,
}

impl Store {
    pub fn open(path: &Path, durability: Durability) -> Result<Self, ArchiveError> {
        let at = |error| ArchiveError::at(path, error);
        let mut connection = Connection::open(path).map_err(at)?;
        connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(at)?;
        let found = schema::recognise(path, &connection)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(at)?;
        let synchronous = match durability {
            Durability::Normal => "NORMAL",
            Durability::Full => "FULL",
        };
        connection.pragma_update(None, "synchronous", synchronous).map_err(at)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(at)?;
        connection.set_prepared_statement_cache_capacity(64);
        // Plans do not depend on bound values: without this, statements are compiled anew for every page (STAT4).
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(at)?;
        schema::migrate(path, &mut connection, found)?;
        Ok(Self { connection })
    }

    /// Begins a transaction that only the holder of the newest lease may make.
    pub fn transaction(&mut self, lease: Lease) -> Result<Transaction<'_>, ArchiveError> {
        let work = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let epoch: i64 = work.prepare_cached("SELECT epoch FROM lease")?.query_row([], |row| row.get(0))?;
        if epoch == lease.epoch { Ok(work) } else { Err(ArchiveError::LeaseLost) }
    }

    pub fn pace(&self, host: &Host) -> Result<Option<StoredPace>, ArchiveError> {
        let mut select = self.connection.prepare_cached("SELECT not_before, gap, strikes FROM host WHERE name = ?1")?;
        let kept = select
            .query_row([host.as_str()], |row| {
                Ok(StoredPace {
                    not_before: Timestamp::from_millis(row.get(0)?),
                    gap: std::time::Duration::from_millis(row.get(1)?),
                    strikes: row.get(2)?,
                })
            })
            .optional()?;
        // A request that was announced and never ended was under way when the process was killed: the host was busy
        // until then, which is for all we know until now.
        let busy = ledger::last_unended(&self.connection, host)?;
        Ok(match (kept, busy) {
            (kept, None) => kept,
            (kept, Some((at, gap))) => {
                let kept = kept.unwrap_or(StoredPace { not_before: at, gap, strikes: 0 });
                Some(StoredPace { not_before: kept.not_before.max(at + gap), gap: kept.gap.max(gap), ..kept })
            }
        })
    }
}

/// Stores a host's pace after an answer.
pub(in crate::archive) fn write_pace(
    work: &Transaction<'_>,
    host: &Host,
    pace: &StoredPace,
) -> Result<(), ArchiveError> {
    work.prepare_cached(
        "INSERT INTO host (name, not_before, gap, strikes) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET not_before = excluded.not_before, gap = excluded.gap, strikes = excluded.strikes",
    )?
    .execute(params![host.as_str(), pace.not_before.millis(), millis(pace.gap), pace.strikes])?;
    Ok(())
}

pub(in crate::archive) fn millis(span: std::time::Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// An article's number, kept bit by bit in SQLite's signed integer.
pub(in crate::archive) fn stored_number(number: u64) -> i64 {
    number.cast_signed()
}
