//! Marks: how far the archive's tables go at a moment.

use serde::{Deserialize, Serialize};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::fixity::chain::LedgerMark;

/// The largest keys of the archive's tables at a moment, and what tells whether older rows were
/// written anew since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixityMarks {
    pub ledger: LedgerMark,
    pub body: i64,
    pub capture: i64,
    pub article: i64,
    pub version: i64,
    pub robots: i64,
    /// The last of the sequence of changes.
    pub change: i64,
    pub dictionary: i64,
    /// How many dictionaries there are up to that one.
    pub dictionaries: i64,
    /// The last capture whose body `compact` compressed anew.
    pub compaction: i64,
}

#[doc(hidden)]
impl Reader {
    /// Returns the marks of this moment. Sees saved changes only.
    pub fn fixity_marks(&self) -> Result<FixityMarks, ArchiveError> {
        let _moment = self.snapshot()?;
        let ledger = self.ledger_head()?;
        let dictionary = self.number_of("SELECT max(id) FROM dictionary")?;

        Ok(FixityMarks {
            ledger,
            body: self.number_of("SELECT max(id) FROM body")?,
            capture: self.number_of("SELECT max(id) FROM capture")?,
            article: self.number_of("SELECT max(id) FROM article")?,
            version: self.number_of("SELECT max(id) FROM version")?,
            robots: self.number_of("SELECT max(id) FROM robots")?,
            change: self.number_of("SELECT max(seq) FROM change")?,
            dictionary,
            dictionaries: self.dictionaries_up_to(dictionary)?,
            compaction: self.number_of("SELECT max(capture_id) FROM compaction")?,
        })
    }

    /// Tells whether bodies that were there at the marks may have been compressed anew since: by
    /// `compact`, or since the page of their dictionary was removed. Sees saved changes only.
    pub fn has_recompressed_since(&self, marks: &FixityMarks) -> Result<bool, ArchiveError> {
        let compaction = self.number_of("SELECT max(capture_id) FROM compaction")?;
        let dictionaries = self.dictionaries_up_to(marks.dictionary)?;
        Ok(compaction != marks.compaction || dictionaries != marks.dictionaries)
    }

    /// Counts the dictionaries up to one. A removed one had to be, since its page was.
    fn dictionaries_up_to(&self, last: i64) -> Result<i64, ArchiveError> {
        self.number_of(&format!(
            "SELECT count(*) FROM dictionary WHERE id <= {last} AND doomed = 0"
        ))
    }

    /// Reads one number; 0 for none.
    fn number_of(&self, select: &str) -> Result<i64, ArchiveError> {
        let number = self.connection.query_row(select, [], |row| row.get(0));
        let number: Option<i64> = number.map_err(|error| ArchiveError::at(&self.path, error))?;
        Ok(number.unwrap_or_default())
    }
}
