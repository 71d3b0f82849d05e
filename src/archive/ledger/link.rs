//! The hash chain: each row's hash covers the hash of the row before it and the row's own fields.

use sha2::{Digest, Sha256};

use crate::archive::engine::{AskedRow, Connection, OptionalExtension};
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

/// The name under which a transaction notes the hash of the row that it has written last.
const NOTE: &str = "the newest hash of the ledger";

/// The end of the chain, behind which the next row is written.
#[derive(Debug)]
pub(crate) enum ChainEnd<'c> {
    /// The open transaction has written the newest row.
    Noted([u8; 32]),
    Asked(AskedRow<'c, [u8; 32]>),
}

impl<'c> ChainEnd<'c> {
    /// Asks for the newest row. Nothing is written to the ledger before the answer is used.
    pub(crate) fn ask(tx: &'c Connection) -> Result<Self, ArchiveError> {
        let noted = tx.noted(NOTE).and_then(|hash| hash.try_into().ok());
        if let Some(hash) = noted {
            return Ok(Self::Noted(hash));
        }
        let mut select = tx.prepare_cached("SELECT hash FROM ledger ORDER BY id DESC LIMIT 1")?;
        Ok(Self::Asked(select.ask_row([], |row| row.get(0))?))
    }

    /// Returns the hash of the newest row; zeros where the ledger is empty.
    pub(super) fn hash(self) -> Result<[u8; 32], ArchiveError> {
        match self {
            Self::Noted(hash) => Ok(hash),
            Self::Asked(asked) => Ok(asked.wait().optional()?.unwrap_or_default()),
        }
    }
}

/// Notes the hash of a row that was written.
pub(super) fn note_hash(tx: &Connection, hash: &[u8; 32]) {
    tx.note(NOTE, hash);
}
