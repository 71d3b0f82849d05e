//! The ledger, compared with its hash chain.

use serde::{Deserialize, Serialize};

use crate::archive::engine::{self, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::ids::RunId;
use crate::archive::reader::Reader;
use crate::archive::reader::ledger::{LEDGER_COLUMNS, LedgerEntry, LedgerRecord, entry};
use crate::archive::reader::row_read::{RowRead, WalkResult, lost};
use crate::archive::reader::row_sample::{RowSample, RowSpan};
use crate::archive::reader::walk::{Walk, WalkStep};

/// The position behind [`LEDGER_COLUMNS`] of the hash of the row before.
const OF_ROW_BEFORE: usize = 20;

/// A row of the ledger with its hash, which covers all rows before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerMark {
    /// Its id; 0 before the first row.
    pub row: i64,
    /// In hexadecimal; empty before the first row.
    pub hash: String,
}

/// A row of the ledger, compared with its hash chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    pub id: i64,
    /// The id of the row before it, 0 for the first one.
    pub previous: i64,
    pub run: RunId,
    pub hash: [u8; 32],
    /// What is wrong with it, or with the one before it.
    pub fault: Option<String>,
}

#[doc(hidden)]
impl Reader {
    /// Returns rows of the ledger, compared with its hash chain: those behind a row that is sound,
    /// from the first one on without it, or a sample, each held against the row before it. A row
    /// that follows an unreadable one counts as chained, since that cannot be checked. Sees saved
    /// changes only.
    pub fn stored_ledger(
        &self,
        sample: Option<RowSample>,
        sound: &LedgerMark,
    ) -> impl Iterator<Item = WalkResult<StoredRow>> + '_ {
        let walk = Walk {
            columns: format!(
                "{LEDGER_COLUMNS},
                 (SELECT hash FROM ledger AS before WHERE before.id = ledger.id - 1)"
            )
            .into(),
            from: "ledger WHERE true".to_owned(),
            key: "id",
            table: "ledger".to_owned(),
            span: sample.map_or(RowSpan::After(sound.row), RowSpan::Sample),
        };
        let mut chain = match sample {
            Some(_) => Chain::Sampled,
            None => Chain::Behind(sound.row, Some(sound.hash())),
        };

        self.walk(walk, move |step, ahead| {
            ahead.push_back(match step {
                WalkStep::Lost { first, last, why } => {
                    chain.pass(last, None);
                    lost("ledger", first, last, why)
                }
                WalkStep::Row(row) => chain.stored_row(row)?,
            });
            Ok(0)
        })
    }

    /// Returns the newest row of the ledger; row 0 where there is none. Sees saved changes only.
    pub fn ledger_head(&self) -> Result<LedgerMark, ArchiveError> {
        let select = "SELECT id, hash FROM ledger ORDER BY id DESC LIMIT 1";
        let head = self.connection.query_row(select, [], head).optional();
        let head = head.map_err(|error| ArchiveError::at(&self.path, error))?;
        Ok(head.unwrap_or_default())
    }

    /// Tells whether the ledger has such a row. Sees saved changes only.
    pub fn has_ledger_row(&self, wanted: &LedgerMark) -> Result<bool, ArchiveError> {
        if wanted.row == 0 {
            return Ok(true);
        }
        let select = "SELECT id, hash FROM ledger WHERE id = ?1";
        let row = self.connection.query_row(select, [wanted.row], head);
        let row = row.optional();
        let row = row.map_err(|error| ArchiveError::at(&self.path, error))?;
        Ok(row.as_ref() == Some(wanted))
    }
}

impl LedgerMark {
    /// Returns its hash; zeros where it has none, as before the first row.
    fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        match hex::decode_to_slice(&self.hash, &mut hash) {
            Ok(()) => hash,
            Err(_) => [0; 32],
        }
    }
}

/// What a row of the ledger is chained to.
enum Chain {
    /// The row before it, which was read; without a hash where it could not be.
    Behind(i64, Option<[u8; 32]>),
    /// The row before it, which was not read for itself.
    Sampled,
}

impl Chain {
    /// Goes on behind a row.
    fn pass(&mut self, row: i64, hash: Option<[u8; 32]>) {
        if let Self::Behind(previous, before) = self {
            (*previous, *before) = (row, hash);
        }
    }

    /// Checks a row of [`LEDGER_COLUMNS`] and the hash of the row before it.
    fn stored_row(&mut self, row: &Row<'_>) -> engine::Result<RowRead<StoredRow>> {
        let id: i64 = row.get(0)?;
        let (previous, before) = match self {
            Self::Behind(previous, before) => (*previous, *before),
            Self::Sampled if id == 1 => (0, Some([0; 32])),
            Self::Sampled => (id - 1, row.get(OF_ROW_BEFORE).unwrap_or_default()),
        };

        let Ok(mut entry) = entry(row, previous, before.unwrap_or_default()) else {
            self.pass(id, None);
            return Ok(lost(
                "ledger",
                id,
                id,
                "a column is of another kind".to_owned(),
            ));
        };
        entry.chained |= before.is_none();
        self.pass(entry.id, Some(entry.hash));
        Ok(RowRead::Row(StoredRow {
            id: entry.id,
            previous: entry.previous,
            run: entry.run,
            hash: entry.hash,
            fault: fault_of(&entry),
        }))
    }
}

fn head(row: &Row<'_>) -> engine::Result<LedgerMark> {
    let hash = row.get_ref(1)?.as_blob().unwrap_or_default();
    Ok(LedgerMark {
        row: row.get(0)?,
        hash: hex::encode(hash),
    })
}

/// Returns what breaks the ledger's chain at a row.
fn fault_of(entry: &LedgerEntry<'_>) -> Option<String> {
    let expected = entry.previous.saturating_add(1);

    match &entry.what {
        _ if entry.id != expected => Some(format!("the rows from {expected} up to it are missing")),
        _ if !entry.chained => {
            Some("it or the row before it was changed: its hash is another".to_owned())
        }
        LedgerRecord::Unreadable { why } => Some(format!("it cannot be read: {why}")),
        LedgerRecord::Began { .. }
        | LedgerRecord::Announced { .. }
        | LedgerRecord::Ended { .. } => None,
    }
}
