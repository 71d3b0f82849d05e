//! Where the archives of these tests are.

use std::path::Path;

/// Returns the address of the database that has the archive of a crawler with this folder; `None`
/// for an archive that is in the folder itself.
pub fn of(_folder: &Path) -> Option<String> {
    None
}

/// Histories that are drawn where `PROPTEST_CASES` names no other number: some twenty seconds.
pub const HISTORIES: u32 = 64;

/// The processes that write an archive at one time.
pub const WORKERS: usize = 1;

/// Lets the lease of a worker end, and all others hold: nobody else writes an archive in a folder.
pub fn let_lease_end(_folder: &Path, _epoch: i64) {}

/// Lets all leases hold.
pub fn hold_leases(_folder: &Path) {}

/// Removes the archive of a crawler: it goes with its folder.
pub fn remove(_folder: &Path) {}
