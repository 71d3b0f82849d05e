//! Where the archives of these tests are: each in a folder.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use saseo::archive::Writer;

use crate::open_archive::open_archive;

/// Returns the address of the database that has the archive of a crawler with this folder; `None`
/// for an archive that is in the folder itself.
pub fn of(_folder: &Path) -> Option<String> {
    None
}

/// Runs SQL in the archive of a crawler with this folder, and returns the rows of a query as psql
/// prints them.
pub fn sql_of(folder: &Path, sql: &str) -> String {
    let archive = Connection::open(folder.join("data/archive.db")).unwrap();
    if !sql.starts_with("SELECT") {
        archive.execute_batch(sql).unwrap();
        return String::new();
    }
    let mut select = archive.prepare(sql).unwrap();
    let columns = select.column_count();
    let mut rows = select.query([]).unwrap();
    let mut printed = String::new();
    while let Some(row) = rows.next().unwrap() {
        let values = (0..columns).map(|column| in_text(row.get(column).unwrap()));
        printed += &values.collect::<Vec<_>>().join("|");
        printed += "\n";
    }
    printed
}

/// Ends the leases of processes that were killed, of which an archive in a folder has none.
pub fn end_leases(_folder: &Path) {}

/// Opens the archive of a crawler with this folder for writing.
pub fn writer_of(folder: &Path) -> Writer {
    open_archive(&folder.join("data")).unwrap()
}

fn in_text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("\\x{}", hex::encode(bytes)),
    }
}
