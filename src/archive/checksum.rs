//! Checksums of rows, by which `verify` sees a flipped bit in tables that nothing else proves.
//!
//! The writer's connection has temporary triggers, which keep them in the transaction of the row.
//! The file has none of these triggers: other programs read and write it as before.

use crate::archive::engine::{Connection, OptionalExtension, Result};
use rusqlite::ErrorCode;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use xxhash_rust::xxh3::xxh3_64;

/// A table whose rows have checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SummedTable {
    /// Its number in the table `checksum`, which never changes. Tables that are written with each
    /// answer and have few rows come first: their checksums share a page of the file.
    number: i64,
    name: &'static str,
    /// The columns that tell its rows apart: one number, or several columns.
    key: &'static [&'static str],
    /// Columns that have a hash already, and are large.
    left_out: &'static [&'static str],
}

const fn table(number: i64, name: &'static str, key: &'static [&'static str]) -> SummedTable {
    SummedTable {
        number,
        name,
        key,
        left_out: &[],
    }
}

/// All tables but `ledger`, which has its chain, `body`, which has its SHA-256, and those of the
/// full-text index with `indexed_version`, which are compared with the texts.
const SUMMED: [SummedTable; 30] = [
    table(1, "host", &["id"]),
    table(2, "run", &["id"]),
    table(3, "site", &["id"]),
    table(4, "lease", &["only"]),
    table(5, "word_index", &["rowid"]),
    table(6, "cleaning", &["only"]),
    table(7, "compaction", &["only"]),
    table(8, "reextraction", &["id"]),
    table(9, "rereading", &["id"]),
    table(10, "damage", &["body_id"]),
    table(11, "deadly_capture", &["capture_id"]),
    table(12, "hold", &["article_id"]),
    table(13, "backfill", &["site_id", "last_day"]),
    SummedTable {
        left_out: &["zstd"],
        ..table(14, "dictionary", &["id"])
    },
    table(15, "tombstone", &["article_id"]),
    table(16, "taken_down_address", &["url"]),
    table(17, "robots", &["id"]),
    table(18, "declared", &["id"]),
    table(19, "opt_out", &["id"]),
    table(20, "article", &["id"]),
    table(21, "article_declared", &["article_id", "at"]),
    table(22, "canonical", &["url", "article_id"]),
    table(23, "capture", &["id"]),
    table(24, "change", &["seq"]),
    table(25, "fingerprint", &["article_id"]),
    table(26, "other_key", &["site_id", "key"]),
    table(27, "page", &["id"]),
    table(29, "object_storage", &["only"]),
    table(30, "object", &["id"]),
    table(31, "bundled_body", &["body_id"]),
];

/// The versions of articles. `content_sha256` is the hash of what is left out.
pub(super) const VERSIONS: SummedTable = SummedTable {
    left_out: &["title", "text"],
    ..table(28, "version", &["id"])
};

/// The name, in place of a column, of a flaw in the columns that a version's checksum covers.
pub(super) const CHECKSUM_FLAW: &str = "checksum";

/// Returns all tables whose rows have checksums.
pub(super) fn summed_tables() -> impl Iterator<Item = SummedTable> {
    SUMMED.into_iter().chain([VERSIONS])
}

impl SummedTable {
    /// Returns the table of this name, if its rows have checksums.
    pub(super) fn named(name: &str) -> Option<Self> {
        summed_tables().find(|table| table.name == name)
    }

    /// Returns the table of this number.
    pub(super) fn numbered(number: i64) -> Option<Self> {
        summed_tables().find(|table| table.number == number)
    }

    pub(super) fn number(self) -> i64 {
        self.number
    }

    pub(super) fn name(self) -> &'static str {
        self.name
    }

    /// Tells whether the key of a checksum is the key of its row.
    pub(super) fn has_own_keys(self) -> bool {
        self.key.len() == 1 && self.key != ["url"]
    }

    /// Returns the key of a row's checksum, in SQL.
    pub(super) fn key_in(self, row: &str) -> String {
        let columns: Vec<String> = self.key.iter().map(|key| quoted(row, key)).collect();
        match self.has_own_keys() {
            true => columns.concat(),
            false => format!("row_sum({})", columns.join(", ")),
        }
    }

    /// Returns the checksum of a row, in SQL: over its table's number and all columns but those
    /// that are left out.
    fn sum_in(self, row: &str, columns: &[String]) -> String {
        let columns: Vec<String> = columns.iter().map(|name| quoted(row, name)).collect();
        format!("row_sum({}, {})", self.number, columns.join(", "))
    }

    /// Returns the condition, in SQL, that a row has another checksum than its own.
    /// A database keeps no checksums.
    pub(super) fn is_changed(self, connection: &Connection) -> Result<String> {
        if connection.is_shared() {
            return Ok("false".to_owned());
        }
        let Self { number, name, .. } = self;
        let sum = self.sum_in(name, &self.columns(connection)?);
        let key = self.key_in(name);
        Ok(format!(
            "EXISTS (SELECT 1 FROM checksum WHERE checksum.of_table = {number}
                     AND checksum.key = {key} AND checksum.sum <> {sum})"
        ))
    }

    /// Returns the columns that the checksum covers.
    fn columns(self, connection: &Connection) -> Result<Vec<String>> {
        let mut select = connection
            .prepare_cached("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0")?;
        let names = select.query_map([self.name], |row| row.get(0))?;
        let mut columns: Vec<String> = names.collect::<Result<_>>()?;

        columns.retain(|name| !self.left_out.contains(&name.as_str()));
        Ok(columns)
    }

    /// Writes the checksums of rows, in place of those that they had. `chosen` is a condition.
    fn sum_rows(self, connection: &Connection, chosen: &str) -> Result<()> {
        let Self { number, name, .. } = self;
        let sum = self.sum_in(name, &self.columns(connection)?);
        let key = self.key_in(name);
        connection.execute(
            &format!(
                "INSERT OR REPLACE INTO checksum (of_table, key, sum)
                 SELECT {number}, {key}, {sum} FROM {name} WHERE {chosen}"
            ),
            [],
        )?;
        Ok(())
    }

    /// Tells whether the table is there and all of its rows can be read.
    fn is_readable(self, connection: &Connection) -> Result<bool> {
        let columns = self.columns(connection)?;
        if columns.is_empty() {
            return Ok(false);
        }
        let sum = self.sum_in(self.name, &columns);
        let read = format!("SELECT count({sum}) FROM {}", self.name);
        match connection.query_row(&read, [], |row| row.get::<_, i64>(0)) {
            Ok(_) => Ok(true),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the triggers that keep the checksums of the table.
    fn triggers(self, connection: &Connection) -> Result<String> {
        let Self { number, name, .. } = self;
        let columns = self.columns(connection)?;
        let (new, sum) = (self.key_in("new"), self.sum_in("new", &columns));
        let old = self.key_in("old");
        // In a trigger, SQLite replaces OR REPLACE by the OR of the statement that fires it, and
        // keeps ON CONFLICT. It moves a row whose key is set, also to what it was.
        let moved = match self.has_own_keys() {
            true => String::new(),
            false => format!("key = {new}, "),
        };
        Ok(format!(
            "CREATE TEMP TRIGGER sum_of_new_{name} AFTER INSERT ON main.{name} BEGIN
                 INSERT INTO checksum (of_table, key, sum) VALUES ({number}, {new}, {sum})
                 ON CONFLICT (of_table, key) DO UPDATE SET sum = excluded.sum;
             END;
             CREATE TEMP TRIGGER sum_of_changed_{name} AFTER UPDATE ON main.{name} BEGIN
                 UPDATE checksum SET {moved}sum = {sum} WHERE of_table = {number} AND key = {old};
             END;
             CREATE TEMP TRIGGER sum_of_deleted_{name} AFTER DELETE ON main.{name} BEGIN
                 DELETE FROM checksum WHERE of_table = {number} AND key = {old};
             END;"
        ))
    }
}

/// Adds the SQL function `row_sum` to a connection.
pub(super) fn add_function(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let connection = connection.sqlite()?;
    Ok(connection.create_scalar_function("row_sum", -1, flags, row_sum)?)
}

/// Makes a connection keep the checksums of what it writes.
pub(super) fn keep_checksums(connection: &Connection) -> Result<()> {
    // A row that another one replaces is deleted as far as triggers see.
    connection.set_pragma("recursive_triggers", true)?;
    let mut triggers = "BEGIN;".to_owned();
    for table in summed_tables() {
        triggers += &table.triggers(connection)?;
    }
    connection.execute_batch(&(triggers + "COMMIT"))
}

/// Returns those of the tables whose rows can be read. A damaged table gets no checksums: the
/// archive must open to be mended, and other checks tell of it. Nor does one that a later step of
/// the schema makes.
pub(super) fn readable(
    connection: &Connection,
    tables: impl Iterator<Item = SummedTable>,
) -> Result<Vec<SummedTable>> {
    add_function(connection)?;
    let mut readable = Vec::new();
    for table in tables {
        if table.is_readable(connection)? {
            readable.push(table);
        }
    }
    Ok(readable)
}

/// Makes the checksums of all rows of these tables anew.
pub(super) fn renew_sums(connection: &Connection, tables: &[SummedTable]) -> Result<()> {
    for table in tables {
        let delete = "DELETE FROM checksum WHERE of_table = ?1";
        connection.execute(delete, [table.number])?;
        table.sum_rows(connection, "true")?;
    }
    Ok(())
}

/// Returns the checksum that is kept of a row.
pub(super) fn stored_sum(
    connection: &Connection,
    table: SummedTable,
    key: i64,
) -> Result<Option<i64>> {
    connection
        .prepare_cached("SELECT sum FROM checksum WHERE of_table = ?1 AND key = ?2")?
        .query_row([table.number, key], |row| row.get(0))
        .optional()
}

/// Writes the checksum of one row anew, or removes it where the row is not there.
pub(super) fn sum_again(connection: &Connection, table: SummedTable, key: i64) -> Result<()> {
    let delete = "DELETE FROM checksum WHERE of_table = ?1 AND key = ?2";
    connection.execute(delete, [table.number, key])?;
    table.sum_rows(connection, &format!("{} = {key}", table.key_in(table.name)))
}

/// Computes the checksum of its arguments: XXH3 over each behind its kind and length.
fn row_sum(context: &mut Context<'_>) -> rusqlite::Result<i64> {
    let mut bytes = Vec::with_capacity(512);
    for argument in 0..context.len() {
        match context.get_raw(argument) {
            ValueRef::Null => bytes.push(0),
            ValueRef::Integer(number) => add(&mut bytes, 1, &number.to_be_bytes()),
            ValueRef::Real(number) => add(&mut bytes, 2, &number.to_bits().to_be_bytes()),
            ValueRef::Text(text) => add(&mut bytes, 3, text),
            ValueRef::Blob(blob) => add(&mut bytes, 4, blob),
        }
    }
    Ok(xxh3_64(&bytes).cast_signed())
}

fn add(bytes: &mut Vec<u8>, kind: u8, value: &[u8]) {
    bytes.push(kind);
    bytes.extend((value.len() as u64).to_be_bytes());
    bytes.extend(value);
}

fn quoted(row: &str, column: &str) -> String {
    format!("{row}.\"{column}\"")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::archive::schema::migrate;

    /// An empty archive whose writer keeps checksums.
    fn archive() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.set_pragma("foreign_keys", false).unwrap();
        migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        keep_checksums(&connection).unwrap();
        connection
    }

    /// The tables in which a row lacks its checksum, has another one, or is missing.
    fn wrong(connection: &Connection) -> Vec<&'static str> {
        let mut tables: Vec<SummedTable> = summed_tables().collect();
        tables.retain(|table| {
            let (name, number) = (table.name, table.number);
            let sql = format!(
                "SELECT (SELECT count(*) FROM {name} WHERE {}) > 0
                     OR (SELECT count(*) FROM {name})
                        <> (SELECT count(*) FROM checksum WHERE of_table = {number})",
                table.is_changed(connection).unwrap()
            );
            connection.query_row(&sql, [], |row| row.get(0)).unwrap()
        });
        tables.into_iter().map(|table| table.name).collect()
    }

    #[test]
    fn a_checksum_follows_its_row_through_every_kind_of_change() {
        let connection = archive();
        for change in [
            "INSERT INTO site (name, title, home, added_at) VALUES ('one', 'One', 'h', 1)",
            "INSERT INTO site (name, title, home, added_at) VALUES ('two', 'Two', 'h', 1)",
            "UPDATE site SET title = 'Three', crawled_at = 5",
            "INSERT INTO canonical VALUES ('u', 1), ('v', 1)",
            "INSERT OR IGNORE INTO canonical VALUES ('u', 1), ('w', 2)",
            "UPDATE canonical SET url = url || 'x'",
            "INSERT INTO backfill VALUES (1, '2026-11-20', '2026-10-01')",
            "INSERT INTO backfill VALUES (1, '2026-11-20', '2026-09-01')
             ON CONFLICT (site_id, last_day) DO UPDATE SET reach = excluded.reach",
            "INSERT OR REPLACE INTO reextraction VALUES (1, 'a', 5)",
            "INSERT OR REPLACE INTO reextraction VALUES (1, 'b', 7)",
            // Another row has the name: it is replaced.
            "INSERT OR REPLACE INTO site (name, title, home, added_at)
             VALUES ('one', 'Four', 'h', 2)",
            "DELETE FROM canonical WHERE url = 'vx'",
            "DELETE FROM canonical",
        ] {
            connection.execute(change, []).unwrap();
            assert_eq!(wrong(&connection), [""; 0], "{change}");
        }
    }

    #[test]
    fn a_checksum_of_a_row_that_is_gone_does_not_outlive_the_next_one() {
        let connection = archive();
        let stale = "INSERT INTO checksum VALUES (12, 3, 5)";
        connection.execute(stale, []).unwrap();
        let hold = "INSERT OR IGNORE INTO hold VALUES (3, 1795520550000, 'kept for a court')";
        connection.execute(hold, []).unwrap();
        assert_eq!(wrong(&connection), [""; 0]);
    }

    #[test]
    fn a_change_that_the_writer_did_not_make_has_another_checksum() {
        let connection = archive();
        let insert = "INSERT INTO hold VALUES (3, 1795520550000, 'kept for a court')";
        connection.execute(insert, []).unwrap();
        connection
            .execute_batch("DROP TRIGGER sum_of_changed_hold; UPDATE hold SET at = at + 1")
            .unwrap();
        assert_eq!(wrong(&connection), ["hold"]);

        let hold = SummedTable::named("hold").unwrap();
        sum_again(&connection, hold, 3).unwrap();
        assert_eq!(wrong(&connection), [""; 0]);
    }

    #[test]
    fn no_two_tables_have_one_number_and_none_is_left_out() {
        let connection = archive();
        let mut numbers: Vec<i64> = summed_tables().map(|table| table.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=31).collect::<Vec<i64>>());

        let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                   AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut select = connection.prepare(sql).unwrap();
        let names = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let others: Vec<String> = names
            .map(Result::unwrap)
            .filter(|name| SummedTable::named(name).is_none())
            .collect();
        assert_eq!(others, ["body", "checksum", "indexed_version", "ledger"]);
    }
}
