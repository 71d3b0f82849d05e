//! The schema: numbered migrations, and the marks by which an archive is recognised.

use std::path::Path;

use crate::archive::checksum::{SummedTable, readable, renew_sums, summed_tables};
use crate::archive::engine::{self, Connection};
use crate::archive::error::ArchiveError;
use crate::archive::file_mark::APPLICATION;

/// The steps from an empty file to the newest schema. A step that was released never changes:
/// archives in use have made it.
const MIGRATIONS: [&str; 28] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
    include_str!("migrations/0011.sql"),
    include_str!("migrations/0012.sql"),
    include_str!("migrations/0013.sql"),
    include_str!("migrations/0014.sql"),
    include_str!("migrations/0015.sql"),
    include_str!("migrations/0016.sql"),
    include_str!("migrations/0017.sql"),
    include_str!("migrations/0018.sql"),
    include_str!("migrations/0019.sql"),
    include_str!("migrations/0020.sql"),
    include_str!("migrations/0021.sql"),
    include_str!("migrations/0022.sql"),
    include_str!("migrations/0023.sql"),
    include_str!("migrations/0024.sql"),
    include_str!("migrations/0025.sql"),
    include_str!("migrations/0026.sql"),
    include_str!("migrations/0027.sql"),
    include_str!("migrations/0028.sql"),
];

/// The newest schema that this program knows.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// The first schema whose rows have checksums.
const CHECKSUMS: usize = 25;

/// The tables whose rows are written, or get another form, in each step behind [`CHECKSUMS`]. Their
/// checksums are made anew; those of other tables still tell of damage from before.
const NEW_ROWS: [&[&str]; MIGRATIONS.len() - CHECKSUMS] = [&["article", "page"], &[], &[]];

/// Returns the schema of a file, 0 for a new one.
///
/// # Errors
///
/// Fails where the file is no archive, or where a newer program made it.
pub(super) fn recognise(path: &Path, connection: &Connection) -> Result<i64, ArchiveError> {
    let Marks {
        application,
        schema: found,
        tables,
    } = marks(connection).map_err(|error| ArchiveError::at_first(path, error))?;

    if application != APPLICATION && (tables > 0 || application != 0 || found != 0) {
        return Err(ArchiveError::NotAnArchive {
            path: path.to_owned(),
        });
    }
    if found > SCHEMA {
        return Err(ArchiveError::Newer {
            path: path.to_owned(),
            found,
            known: SCHEMA,
        });
    }
    Ok(found)
}

/// The marks by which a file is recognised.
struct Marks {
    /// SQLite's application id; 0 where nobody set one.
    application: i64,
    schema: i64,
    tables: i64,
}

fn marks(connection: &Connection) -> engine::Result<Marks> {
    let sql = "SELECT count(*) FROM sqlite_schema";
    Ok(Marks {
        application: connection
            .sqlite()?
            .pragma_query_value(None, "application_id", |row| row.get(0))?,
        schema: connection
            .sqlite()?
            .pragma_query_value(None, "user_version", |row| row.get(0))?,
        tables: connection.query_row(sql, [], |row| row.get(0))?,
    })
}

/// Brings an archive from schema `from` to the newest one, each step whole or not at all.
pub(super) fn migrate(
    path: &Path,
    connection: &mut Connection,
    from: i64,
) -> Result<(), ArchiveError> {
    let done = usize::try_from(from).unwrap_or(0);
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let new_rows = match step.checked_sub(CHECKSUMS) {
            Some(step) => summed_again(connection, NEW_ROWS[step]),
            None => Ok(Vec::new()),
        };
        let new_rows = new_rows.map_err(|error| ArchiveError::at(path, error))?;

        let tx = connection.transaction();
        let tx = tx.map_err(|error| ArchiveError::at(path, error))?;
        tx.execute_batch(sql)?;
        renew_sums(&tx, &new_rows)?;
        tx.set_pragma("application_id", APPLICATION)?;
        tx.set_pragma("user_version", step as i64 + 1)?;
        tx.commit()?;
    }
    sum_all_once(connection).map_err(|error| ArchiveError::at(path, error))
}

/// Returns the tables whose checksums a step makes anew, once all rows have one.
fn summed_again(
    connection: &mut Connection,
    new_rows: &[&str],
) -> engine::Result<Vec<SummedTable>> {
    sum_all_once(connection)?;
    let tables = summed_tables().filter(|table| new_rows.contains(&table.name()));
    readable(connection, tables)
}

/// Makes the checksums of all rows, where an upgrade left none.
fn sum_all_once(connection: &mut Connection) -> engine::Result<()> {
    let has_none = "SELECT NOT EXISTS (SELECT 1 FROM checksum)";
    if connection.query_row(has_none, [], |row| row.get(0))? {
        let tables = readable(connection, summed_tables())?;
        let tx = connection.transaction()?;
        renew_sums(&tx, &tables)?;
        tx.commit()?;
    }
    Ok(())
}

/// Returns the steps by which SQLite reads a whole table that grows with an archive, in the
/// statements of a script.
#[cfg(test)]
pub(super) fn whole_tables_read(connection: &Connection, script: &str) -> Vec<String> {
    const GROWING: [&str; 8] = [
        "article",
        "body",
        "canonical",
        "capture",
        "other",
        "own",
        "page",
        "version",
    ];
    let mut read = Vec::new();
    for sql in script.split(';').filter(|sql| !sql.trim().is_empty()) {
        let plan = format!("EXPLAIN QUERY PLAN {sql}");
        let mut select = connection.prepare(&plan).expect(&plan);
        let mut steps = select.raw_query();
        while let Some(row) = steps.next().expect(&plan) {
            let step: String = row.get("detail").expect(&plan);
            let table = step.strip_prefix("SCAN ").unwrap_or_default();
            let is_whole = GROWING.contains(&table.split(' ').next().unwrap_or_default());
            // An index that is made for one statement is made of the whole table.
            if is_whole || step.contains(" AUTOMATIC ") {
                read.push(step);
            }
        }
    }
    read
}
