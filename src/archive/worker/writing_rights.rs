//! The rights of a role to write an archive in a database.

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::store::Writer;
use crate::archive::store_error::{LackingRights, StoreError};

/// The first table of which a role lacks rights that a writer needs, these rights, the role, the
/// table's owner, and its schema. The catalogue tells them to everybody.
const LACKING: &str = "SELECT relname::text, lacking.rights, current_user::text,
            pg_get_userbyid(relowner)::text, current_schema()::text
     FROM pg_class
     CROSS JOIN LATERAL (
         SELECT string_agg(wanted, ', ' ORDER BY place) AS rights
         FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY
              AS needed (wanted, place)
         WHERE NOT has_table_privilege(pg_class.oid, wanted)) AS lacking
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
       AND lacking.rights IS NOT NULL
     ORDER BY relname LIMIT 1";

impl Writer {
    /// Checks that the role of the connection may write the archive; one in a folder has no roles.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::ReadsOnly`] where it may not.
    pub(crate) fn check_rights(&self) -> Result<(), ArchiveError> {
        if !self.connection.is_shared() {
            return Ok(());
        }
        let lacking = self.connection.query_row(LACKING, [], |row| {
            Ok(LackingRights {
                store: self.path().to_string_lossy().into_owned(),
                table: row.get(0)?,
                rights: row.get(1)?,
                role: row.get(2)?,
                owner: row.get(3)?,
                schema: row.get(4)?,
            })
        });
        match lacking.optional()? {
            Some(lacking) => Err(StoreError::ReadsOnly(Box::new(lacking)).into()),
            None => Ok(()),
        }
    }
}
