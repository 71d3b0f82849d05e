//! What tests ask of the databases that have their archives.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use saseo::archive::FILE;
use saseo::time::Timestamp;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::store;

/// Lets all leases hold for an hour, however slow this machine is. A transaction that is open
/// renews that of its worker.
const HOLD: &str = "UPDATE worker SET lease_until = server_now() + 3600000
     WHERE id IN (SELECT id FROM worker WHERE lost = 0 FOR UPDATE SKIP LOCKED)";

/// Histories that are drawn where `PROPTEST_CASES` names no other number: some thirty seconds.
pub const HISTORIES: u32 = 8;

/// The processes that write an archive at one time.
pub const WORKERS: usize = 2;

/// Lets the lease of a worker end, and all others hold.
pub fn let_lease_end(folder: &Path, epoch: i64) {
    let end = format!("UPDATE worker SET lease_until = server_now() - 1 WHERE id = {epoch}");
    store::sql_of(folder, &format!("{HOLD}; {end}"));
}

/// Lets all leases hold.
pub fn hold_leases(folder: &Path) {
    store::sql_of(folder, HOLD);
}

/// Removes the archive of a crawler.
pub fn remove(folder: &Path) {
    let name = folder.file_name().unwrap().to_str().unwrap();
    store::sql(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"));
}

/// Connections to the databases of crawlers with these folders, for what is asked often.
static CONNECTIONS: LazyLock<Mutex<HashMap<PathBuf, Client>>> = LazyLock::new(Mutex::default);

/// Reads and writes their sockets.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
});

/// A clock that stands still until it is set.
const SIMULATED_CLOCK: &str = "CREATE SCHEMA IF NOT EXISTS simulated;
     CREATE TABLE IF NOT EXISTS simulated.clock (at bigint);
     INSERT INTO simulated.clock SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM simulated.clock);
     CREATE OR REPLACE FUNCTION server_now() RETURNS bigint LANGUAGE sql VOLATILE
       AS 'SELECT at FROM simulated.clock'";

/// Puts a simulated clock in the place of the server's.
pub fn simulate_clock(folder: &Path) {
    ask(folder, SIMULATED_CLOCK);
}

/// Sets the simulated clock of a crawler's database, by which its leases end and its hosts rest.
pub fn set_clock(folder: &Path, now: Timestamp) {
    ask(
        folder,
        &format!("UPDATE simulated.clock SET at = {}", now.millis()),
    );
}

/// Returns the number that a query of a crawler's database has.
pub fn number(folder: &Path, sql: &str) -> i64 {
    let rows = ask(folder, sql);
    rows[0].parse().unwrap()
}

/// Asks a crawler's database, and returns the first column of each row.
fn ask(folder: &Path, sql: &str) -> Vec<String> {
    // A thread of its own may wait: this one may be that of a simulation.
    let asked = || {
        let mut connections = CONNECTIONS.lock().unwrap();
        let client = connections
            .entry(folder.to_owned())
            .or_insert_with(|| connect(folder));
        let answer = RUNTIME.block_on(client.simple_query(sql)).unwrap();
        let rows = answer.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        rows.collect()
    };
    std::thread::scope(|scope| scope.spawn(asked).join().unwrap())
}

fn connect(folder: &Path) -> Client {
    let address = store::of(folder).unwrap();
    let connected = tokio_postgres::connect(&address, NoTls);
    let (client, connection) = RUNTIME.block_on(connected).unwrap();
    // What fails here is told by the next question.
    RUNTIME.spawn(connection);
    client
}

/// Copies the archive of a crawler into a file, and opens that.
pub fn file_of(folder: &Path) -> rusqlite::Connection {
    let (address, copy) = (store::of(folder).unwrap(), folder.join("copy"));
    let copied = Command::new(env!("CARGO_BIN_EXE_saseo"))
        .args(["archive", "copy", "--from", &address, "--to"])
        .arg(&copy)
        .env("SASEO_CONFIG", folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&copied.stderr);
    assert!(copied.status.success(), "{said}");
    rusqlite::Connection::open(copy.join(FILE)).unwrap()
}
