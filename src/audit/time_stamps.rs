//! Time stamps of the ledger: a stamped row must still have the hash that was stamped.

use crate::archive::{ArchiveError, Reader};
use crate::audit::report::{AuditReport, StampedRow};
use crate::audit::violation::Violation;

impl AuditReport {
    /// Adds a time stamp to the report, and a violation if the ledger's row has another hash now.
    ///
    /// # Errors
    ///
    /// Returns an error if the row cannot be read.
    pub fn add_time_stamp(
        &mut self,
        reader: &Reader,
        stamp: StampedRow,
    ) -> Result<(), ArchiveError> {
        let now = reader.ledger_hash(stamp.row)?.map(hex::encode);

        if now.as_ref() != Some(&stamp.hash) {
            self.violations.push(of_other_row(&stamp, now));
        }
        self.time_stamps.push(stamp);
        Ok(())
    }
}

/// Returns the violation of a row that is not what was stamped.
fn of_other_row(stamp: &StampedRow, now: Option<String>) -> Violation {
    let row = stamp.row;
    let owed = format!(
        "row {row} with the hash {}, which was time-stamped at {}",
        stamp.hash, stamp.time
    );
    let happened = match now {
        Some(hash) => format!("row {row} has the hash {hash}: it or a row before it was changed"),
        None => format!("row {row} is missing"),
    };
    Violation::of_chain(&[row], &owed, happened)
}
