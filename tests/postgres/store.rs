//! Where the archives of these tests are: each in a database of its own, on one server.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

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

/// Starts a proxy to the server.
pub fn proxy() -> Proxy {
    Proxy::to(SERVER.port())
}
