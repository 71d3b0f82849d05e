//! What tests ask of a database that has archives: the archives of these tests are in folders.

use std::path::Path;

use saseo::time::Timestamp;

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

/// Puts a simulated clock in the place of the server's: there is no server here.
pub fn simulate_clock(_folder: &Path) {}

/// Sets the simulated clock of a crawler's database.
pub fn set_clock(_folder: &Path, _now: Timestamp) {}

/// Returns the number that a query of a crawler's database has: nobody asks for it here.
pub fn number(_folder: &Path, _sql: &str) -> i64 {
    unreachable!("the archives of these tests are in folders")
}
