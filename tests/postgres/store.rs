//! Where the archives of these tests are: each in a database of its own, on one server.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use crate::cluster::Cluster;

/// The server. It ends with the process of these tests.
static SERVER: LazyLock<Cluster> = LazyLock::new(Cluster::start_for_all);

/// The folders of crawlers that have a database.
static FOLDERS: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

/// Lets all leases hold for an hour, however slow this machine is. A transaction that is open
/// renews that of its worker.
const HOLD: &str = "UPDATE worker SET lease_until = server_now() + 3600000
     WHERE id IN (SELECT id FROM worker WHERE lost = 0 FOR UPDATE SKIP LOCKED)";

/// Returns the address of the database that has the archive of a crawler with this folder. It is
/// made at the first call.
pub fn of(folder: &Path) -> Option<String> {
    let name = folder.file_name()?.to_str()?;
    // Temporary folders have names of their own.
    let is_new = FOLDERS.lock().unwrap().insert(folder.to_owned());
    if is_new {
        let create = format!("CREATE DATABASE \"{name}\" STRATEGY file_copy");
        SERVER.sql_in("postgres", &create);
    }
    Some(SERVER.address(name))
}

/// Runs SQL in the database of a crawler with this folder, and returns the rows as psql prints
/// them.
pub fn sql_of(folder: &Path, sql: &str) -> String {
    let name = folder.file_name().unwrap().to_str().unwrap();
    SERVER.sql_in(name, sql)
}

/// Histories that are drawn where `PROPTEST_CASES` names no other number: some thirty seconds.
pub const HISTORIES: u32 = 8;

/// The processes that write an archive at one time.
pub const WORKERS: usize = 2;

/// Lets the lease of a worker end, and all others hold.
pub fn let_lease_end(folder: &Path, epoch: i64) {
    let end = format!("UPDATE worker SET lease_until = server_now() - 1 WHERE id = {epoch}");
    sql_of(folder, &format!("{HOLD}; {end}"));
}

/// Lets all leases hold.
pub fn hold_leases(folder: &Path) {
    sql_of(folder, HOLD);
}

/// Removes the archive of a crawler.
pub fn remove(folder: &Path) {
    let name = folder.file_name().unwrap().to_str().unwrap();
    SERVER.sql_in(
        "postgres",
        &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
    );
}
