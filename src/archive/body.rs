//! Bodies of answers: compressed, and kept once per content.

use rusqlite::params;

use crate::archive::compression::Packed;
use crate::archive::engine::{AskedRow, Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::time::Timestamp;

/// A body as it is kept, or the reason why it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Kept(Packed),
    /// The paper forbids archiving. Only the digest of the body is kept.
    Withheld {
        why: String,
        digest: [u8; 32],
    },
}

impl Body {
    /// Returns the SHA-256 of the body.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Kept(packed) => packed.sha256,
            Self::Withheld { digest, .. } => *digest,
        }
    }
}

/// The question whether the content of a body is kept.
#[derive(Debug)]
pub(super) struct AskedBody<'c>(AskedRow<'c, bool>);

impl<'c> AskedBody<'c> {
    /// Asks whether the content of a body is kept, and whether what is kept of it is damaged.
    pub(super) fn ask(tx: &'c Connection, body: &Packed) -> Result<Self, ArchiveError> {
        let mut select = tx.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM damage WHERE body_id = body.id) FROM body
             WHERE sha256 = ?1",
        )?;
        Ok(Self(select.ask_row([body.sha256], |row| row.get(0))?))
    }

    /// Replaces what is damaged of the body, and returns it where its content is not kept yet.
    pub(super) fn new_or_mended<'b>(
        self,
        tx: &Connection,
        body: &'b Packed,
    ) -> Result<Option<&'b Packed>, ArchiveError> {
        match self.0.wait().optional()? {
            Some(false) => Ok(None),
            Some(true) => mend_body(tx, body).map(|()| None),
            None => Ok(Some(body)),
        }
    }
}

/// Writes a body whose content is not kept yet.
pub(super) fn add_body(tx: &Connection, body: &Packed) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "INSERT INTO body (sha256, bytes, zstd, dictionary_id) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute_later(params![
        body.sha256,
        body.bytes,
        body.zstd,
        body.dictionary().map(|id| id.0)
    ])?;
    Ok(())
}

/// Writes the bytes of a body anew. Where they stood in object storage, they stand in the database
/// again, until the next bundle.
pub(super) fn rewrite_body(tx: &Connection, id: i64, body: &Packed) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE body SET bytes = ?2, zstd = ?3, dictionary_id = ?4 WHERE id = ?1")?
        .execute(params![
            id,
            body.bytes,
            body.zstd,
            body.dictionary().map(|id| id.0)
        ])?;
    // The object still has the former bytes.
    tx.prepare_cached(
        "UPDATE object SET state = 'stale' WHERE state = 'kept'
           AND id = (SELECT object_id FROM bundled_body WHERE body_id = ?1)",
    )?
    .execute([id])?;
    tx.prepare_cached("DELETE FROM bundled_body WHERE body_id = ?1")?
        .execute([id])?;
    tx.prepare_cached("UPDATE object_storage SET bundled_to = ?1 - 1 WHERE bundled_to >= ?1")?
        .execute([id])?;
    Ok(())
}

/// Notes that a body is damaged.
pub(super) fn note_damage(tx: &Connection, body: i64, now: Timestamp) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "INSERT INTO damage (body_id, found_at) VALUES (?1, ?2)
         ON CONFLICT (body_id) DO UPDATE SET found_at = excluded.found_at",
    )?
    .execute(params![body, now.millis()])?;
    Ok(())
}

/// Replaces a damaged body by an intact one of the same content.
fn mend_body(tx: &Connection, body: &Packed) -> Result<(), ArchiveError> {
    let mut damaged = tx.prepare_cached(
        "SELECT body_id FROM damage JOIN body ON body.id = body_id WHERE sha256 = ?1",
    )?;
    let Some(id) = damaged
        .query_row([body.sha256], |row| row.get::<_, i64>(0))
        .optional()?
    else {
        return Ok(());
    };

    rewrite_body(tx, id, body)?;
    tx.execute("DELETE FROM damage WHERE body_id = ?1", [id])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::archive::compression::pack;
    use crate::archive::schema::migrate;

    #[test]
    fn the_object_of_a_body_that_is_written_anew_is_to_be_replaced_and_the_body_waits_again() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        let body = pack(b"a page", None);
        add_body(&connection, &body).unwrap();
        let id = 1;
        connection
            .execute_batch(
                "INSERT INTO object_storage (\"only\", location, archive, bundled_to)
                   VALUES (1, '/objects', 'x', 9);
                 INSERT INTO object (id, sha256, bytes, frames, made_at, state)
                   VALUES (3, zeroblob(32), 10, 5, 7, 'kept'),
                          (4, randomblob(32), 10, 5, 7, 'kept');
                 INSERT INTO bundled_body VALUES (1, 3, 2, 5, zeroblob(32));",
            )
            .unwrap();

        rewrite_body(&connection, id, &body).unwrap();

        let told = connection.query_row(
            "SELECT (SELECT group_concat(state) FROM object ORDER BY id),
                    (SELECT count(*) FROM bundled_body), bundled_to FROM object_storage",
            [],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                ))
            },
        );
        assert_eq!(told.unwrap(), ("stale,kept".to_owned(), 0, id - 1));
    }
}
