//! The hash chain: each row's hash covers the hash of the row before it and the row's own fields.

use sha2::{Digest, Sha256};

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

/// The bytes that a row's hash covers behind the previous hash. The length stands before each text,
/// so that no two rows have the same bytes.
pub(crate) struct ChainLink(Vec<u8>);

impl ChainLink {
    /// Begins the link of a row.
    pub(crate) fn of(form: Form, kind: &str, at: Timestamp, run: RunId) -> Self {
        let link = Self(Vec::new());
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
        self.0.extend((field.len() as u64).to_be_bytes());
        self.0.extend(field);
        self
    }

    /// Adds a number in eight bytes, the highest first.
    pub(crate) fn number(mut self, field: i64) -> Self {
        self.0.extend(field.to_be_bytes());
        self
    }

    /// Returns the hash of the row where it follows the row with the hash `previous`.
    pub(crate) fn hash_after(&self, previous: [u8; 32]) -> [u8; 32] {
        let hash = Sha256::new_with_prefix(previous).chain_update(&self.0);
        hash.finalize().into()
    }

    /// Returns the bytes, from which a statement makes the hash of a new row.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The hash before that of the first row.
pub(super) const BEFORE_FIRST: [u8; 32] = [0; 32];
