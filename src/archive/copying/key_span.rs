//! Rows of an archive's tables, and spans of their keys.

use rusqlite::types::Value;

/// A row: the columns of the key, then the others in the order of their names.
pub(crate) type StoreRow = Vec<Value>;

/// The keys behind one and up to another one; without ends where these are `None`.
#[derive(Clone, Debug)]
pub(crate) struct KeySpan {
    pub(crate) after: Option<StoreRow>,
    pub(crate) to: Option<StoreRow>,
}

impl KeySpan {
    /// Returns the values of the ends that there are.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.after.iter().chain(&self.to).flatten()
    }
}
