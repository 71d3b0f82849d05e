//! The chain: each row's hash is over the hash before it and the row's fields.

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::archive::error::ArchiveError;
use crate::archive::ids::RunId;
use crate::time::Timestamp;

/// Which fields a row's hash covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Schema 1.
    First,
    /// With the form's own number, digests and Retry-After.
    Second,
}

/// One link of the chain: SHA-256 over the hash before and the row's fields, each text behind its length, so that no two
/// rows have the same bytes.
pub(crate) struct ChainLink(Sha256);

impl ChainLink {
    pub fn after(previous: [u8; 32], form: Form, kind: &str, at: Timestamp, run: RunId) -> Self {
        let link = Self(Sha256::new_with_prefix(previous));
        let link = match form {
            Form::First => link,
            Form::Second => link.number(2),
        };
        link.text(kind).number(at.millis()).number(run.0)
    }

    pub fn text(self, field: &str) -> Self {
        self.bytes(field.as_bytes())
    }

    pub fn bytes(mut self, field: &[u8]) -> Self {
        self.0.update((field.len() as u64).to_be_bytes());
        self.0.update(field);
        self
    }

    pub fn number(mut self, field: i64) -> Self {
        self.0.update(field.to_be_bytes());
        self
    }

    pub fn hash(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

pub(crate) fn last_hash(work: &Connection) -> Result<[u8; 32], ArchiveError> {
    let mut select = work.prepare_cached("SELECT hash FROM ledger ORDER BY id DESC LIMIT 1")?;
    Ok(select
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or_default())
}
