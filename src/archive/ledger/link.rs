//! The hash chain: each row's hash covers the hash of the row before it and the row's own fields.

use sha2::{Digest, Sha256};

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::ids::RunId;
use crate::time::Timestamp;

/// The fields that a row's hash covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The rows of schema 1.
    First,
    /// Also the form's number, the body's digest and Retry-After.
    Second,
}

/// One link of the chain: SHA-256 over the previous hash and the row's fields. The length stands
/// before each text, so that no two rows have the same bytes.
pub(crate) struct ChainLink(Sha256);

impl ChainLink {
    /// Begins the link of a row that follows the row with the hash `previous`.
    pub(crate) fn after(
        previous: [u8; 32],
        form: Form,
        kind: &str,
        at: Timestamp,
        run: RunId,
    ) -> Self {
        let link = Self(Sha256::new_with_prefix(previous));
        let link = match form {
            Form::First => link,
            Form::Second => link.number(2),
        };
        link.text(kind).number(at.millis()).number(run.0)
    }

    /// Adds a text, in UTF-8.
    pub(crate) fn text(self, field: &str) -> Self {
        self.bytes(field.as_bytes())
    }

    /// Adds bytes behind their length.
    pub(crate) fn bytes(mut self, field: &[u8]) -> Self {
        self.0.update((field.len() as u64).to_be_bytes());
        self.0.update(field);
        self
    }

    /// Adds a number in eight bytes, the highest first.
    pub(crate) fn number(mut self, field: i64) -> Self {
        self.0.update(field.to_be_bytes());
        self
    }

    /// Returns the row's hash.
    pub(crate) fn hash(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Returns the hash of the newest row; zeros where the ledger is empty.
pub(crate) fn last_hash(tx: &Connection) -> Result<[u8; 32], ArchiveError> {
    let mut select = tx.prepare_cached("SELECT hash FROM ledger ORDER BY id DESC LIMIT 1")?;
    Ok(select
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or_default())
}
