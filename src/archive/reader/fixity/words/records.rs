//! The records of the full-text index: its pages, and the list of its parts.

use crate::archive::engine::{Connection, PreparedStatement, Result};
/// The records of the index, by their numbers.
pub(super) struct IndexRecords<'c>(PreparedStatement<'c>);

impl<'c> IndexRecords<'c> {
    pub(super) fn of(connection: &'c Connection) -> Result<Self> {
        let sql = "SELECT block FROM article_words_data WHERE id = ?1";
        Ok(Self(connection.prepare_cached(sql)?))
    }

    /// Reads a record of the index in place of another one.
    pub(super) fn read(&mut self, id: i64, block: &mut Vec<u8>) -> Result<()> {
        let mut rows = self.0.query([id])?;
        block.clear();
        if let Some(row) = rows.next()? {
            block.extend_from_slice(row.get_ref(0)?.as_blob().unwrap_or_default());
        }
        Ok(())
    }
}

/// Reads a number of seven bits a byte, and returns what is behind it. The ninth byte has eight.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0;
    for (count, byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        if count == 8 {
            return Some((number << 8 | u64::from(*byte), at + 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, at + count + 1));
        }
    }
    None
}
