//! A damaged row of a table that has no hash.

/// A row of a table that has no hash, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadText {
    pub table: String,
    /// Its key; 0 in a table that has none of one number.
    pub row: i64,
    pub why: String,
    /// The row's address, where it has one.
    pub url: Option<String>,
    /// Of a row that is not the one that was written: its checksum.
    pub checksum: Option<ChecksumKey>,
}

/// The checksum of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChecksumKey {
    /// The number of the row's table.
    pub table: i64,
    pub key: i64,
}
