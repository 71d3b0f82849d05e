//! Bodies that were compressed with a page that was removed are compressed anew.

use crate::archive::body::{note_damage, rewrite_body};
use crate::archive::bundling::doom_objects_of;
use crate::archive::compression::{DictionaryId, pack, unpack_checked};
use crate::archive::dictionaries::successor;
use crate::archive::engine::{self, Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

/// Bodies in one transaction: some 20 MB of pages.
const BATCH: usize = 500;

/// What was done with bodies that needed a removed page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recompression {
    pub bodies: u64,
    /// Bodies that could not be read before. `verify` names them.
    pub damaged: u64,
    /// Bodies in object storage that could not be read, and wait with the removed page.
    pub left: u64,
}

/// Notes that the object of a body is to be replaced. Returns whether it has one.
fn replace_object_of(tx: &Connection, body: i64) -> Result<bool, ArchiveError> {
    let sql = "SELECT object_id FROM bundled_body WHERE body_id = ?1";
    let mut select = tx.prepare_cached(sql)?;
    let object: Option<i64> = select.query_row([body], |row| row.get(0)).optional()?;
    if let Some(object) = object {
        tx.prepare_cached("UPDATE object SET state = 'stale' WHERE id = ?1 AND state = 'kept'")?
            .execute([object])?;
    }
    Ok(object.is_some())
}

/// The bodies that need a dictionary.
const NEEDING: &str = "SELECT id FROM body WHERE dictionary_id = ?1 ORDER BY id";

impl Writer {
    /// Compresses the bodies anew that need a removed page, and deletes its dictionary. Each batch
    /// is saved. `watch` is told how many are left, and says whether to go on; returns `None` where
    /// it did not.
    pub(super) fn free_of_dictionaries(
        &mut self,
        lease: Lease,
        now: Timestamp,
        mut watch: impl FnMut(u64) -> bool,
    ) -> Result<Option<Recompression>, ArchiveError> {
        let mut done = Recompression::default();
        let doomed = self.ids(
            "SELECT id FROM dictionary WHERE doomed = 1 ORDER BY id",
            None,
        )?;
        for dictionary in doomed {
            let bodies = self.ids(NEEDING, Some(dictionary))?;
            let left = done.left;
            for (at, batch) in bodies.chunks(BATCH).enumerate() {
                if !watch((bodies.len() - at * BATCH) as u64) {
                    return Ok(None);
                }
                self.transaction(lease)?;
                for body in batch {
                    self.recompress(DictionaryId(dictionary), *body, now, &mut done)?;
                }
                self.save()?;
            }

            if done.left > left {
                continue;
            }
            let tx = self.transaction(lease)?;
            doom_objects_of(tx, dictionary)?;
            tx.execute("DELETE FROM dictionary WHERE id = ?1", [dictionary])?;
            self.save()?;
        }
        Ok(Some(done))
    }

    fn ids(&self, sql: &str, of: Option<i64>) -> Result<Vec<i64>, ArchiveError> {
        let mut select = self.connection.prepare(sql)?;
        let rows = select.query_map(engine::params_from_iter(of), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Compresses a body with the dictionary that takes the place of the removed one, or alone. One
    /// that cannot be read stays as it is, and is noted as damaged.
    fn recompress(
        &self,
        doomed: DictionaryId,
        body: i64,
        now: Timestamp,
        done: &mut Recompression,
    ) -> Result<(), ArchiveError> {
        let tx = &self.connection;
        let sql = "SELECT sha256, bytes, zstd FROM body WHERE id = ?1";
        let (sha256, bytes, zstd): (Vec<u8>, usize, Vec<u8>) = tx
            .prepare_cached(sql)?
            .query_row([body], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let zstd = match self.objects.bytes_of(tx, body, zstd) {
            // The object is looked at as a whole, whether the body is lost there.
            Err(ArchiveError::Damaged(_)) if replace_object_of(tx, body)? => {
                done.left += 1;
                return Ok(());
            }
            zstd => zstd,
        };

        let before = self.dictionaries.get(tx, doomed);
        let what = format!("body {body}");
        let content = before
            .and_then(|before| unpack_checked((&zstd?, bytes), &sha256, Some(&before), &what));
        let content = match content {
            Ok(content) => content,
            Err(ArchiveError::Damaged(_)) => {
                done.damaged += 1;
                tx.prepare_cached("UPDATE body SET dictionary_id = NULL WHERE id = ?1")?
                    .execute([body])?;
                note_damage(tx, body, now)?;
                return Ok(());
            }
            Err(other) => return Err(other),
        };

        let successor = successor(tx, doomed, &content, now)?;
        let dictionary = successor.map(|id| self.dictionaries.get(tx, id));
        let packed = pack(&content, dictionary.transpose()?.as_ref());
        rewrite_body(tx, body, &packed)?;
        done.bodies += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::archive::schema::{migrate, whole_tables_read};

    #[test]
    fn bodies_that_need_a_dictionary_are_found_in_an_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(Path::new("archive.db"), &mut connection, 0).unwrap();

        assert_eq!(whole_tables_read(&connection, NEEDING), [""; 0]);
    }
}
