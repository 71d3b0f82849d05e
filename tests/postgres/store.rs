//! Where the archives of these tests are: each in a database of its own, on one server.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use saseo::archive::{ArchiveLocation, Lock, Writer};
use saseo::config::settings::Durability;

use crate::cluster::Cluster;
use crate::proxy::Proxy;

/// The server. It ends with the process of these tests.
static SERVER: LazyLock<Cluster> = LazyLock::new(Cluster::start_for_all);

/// The folders of crawlers that have a database.
static FOLDERS: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

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

/// Runs SQL beside all databases of crawlers.
pub fn sql(sql: &str) {
    SERVER.sql_in("postgres", sql);
}

/// Waits until no process has a session with the database of a crawler with this folder. The server
/// may end the last statement of one later than the process.
pub fn wait_for_sessions(folder: &Path) {
    let sessions = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend'
                    AND datname = current_database() AND pid <> pg_backend_pid()";
    while !sql_of(folder, sessions).is_empty() {}
}

/// Ends the leases of processes that were killed, just now: nobody waits for their end.
pub fn end_leases(folder: &Path) {
    wait_for_sessions(folder);
    sql_of(
        folder,
        "UPDATE worker SET lease_until = server_now() - 1 WHERE lease_until > server_now() - 1",
    );
}

/// Opens the archive of a crawler with this folder for writing.
pub fn writer_of(folder: &Path) -> Writer {
    let place = ArchiveLocation::parse(&of(folder).unwrap(), &folder.join("data")).unwrap();
    let lock = Lock::take(place.data(), "a test").unwrap();
    Writer::at(&place, lock, Durability::Normal).unwrap()
}

/// Starts a proxy to the server.
pub fn proxy() -> Proxy {
    Proxy::to(SERVER.port())
}
