//! A migration that is killed at any moment loses nothing: the next opening brings the archive up
//! to date, as if nothing had happened.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::former_archives::{bring_to, grown_archive_of_schema};
use crate::open_archive::open_archive;
use crate::program::{Crawler, Process};
use rusqlite::Connection;
use rusqlite::types::Value;
use saseo::archive::{Reader, SCHEMA};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// The schemas that archives begin with: those of the first papers, and the one before all versions
/// moved.
const SCHEMAS: [i64; 6] = [1, 2, 3, 4, 5, 11];

/// Enough that most kills come amid a migration: that of schema 1 writes some 5 MB.
const ARTICLES: i64 = 2000;

/// Kills of each archive, evenly over what its migration writes.
const MOMENTS: u64 = 5;

/// Ends whichever command begins to work with the archive: of what it does, its migration is all.
const NO_FURTHER: &str = "CREATE TRIGGER no_further BEFORE UPDATE ON lease
                          BEGIN SELECT raise(ABORT, 'no further than the migration'); END;";

/// An archive of this schema with many articles, that lets itself be migrated and nothing else.
fn large_archive_of_schema(schema: i64) -> TempDir {
    let folder = grown_archive_of_schema(schema, ARTICLES);
    let sql = Connection::open(folder.path().join("archive.db")).unwrap();
    sql.execute_batch(NO_FURTHER).unwrap();
    folder
}

/// The whole content of an archive: its marks, what it is made of, and of each table the count and
/// digest of its rows.
fn content(data: &Path) -> String {
    let sql = Connection::open(data.join("archive.db")).unwrap();
    let mut content = String::new();
    for pragma in ["application_id", "user_version"] {
        let value: i64 = sql
            .pragma_query_value(None, pragma, |row| row.get(0))
            .unwrap();
        writeln!(content, "{pragma} {value}").unwrap();
    }

    let mut select = sql
        .prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
        .unwrap();
    let mut made = select.query([]).unwrap();
    while let Some(row) = made.next().unwrap() {
        let (kind, name): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        writeln!(
            content,
            "{kind} {name} {:?}",
            row.get::<_, Option<String>>(2).unwrap()
        )
        .unwrap();
        if kind == "table" {
            writeln!(content, "{}", rows(&sql, &name)).unwrap();
        }
    }
    content
}

fn rows(sql: &Connection, table: &str) -> String {
    let mut select = sql.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns = select.column_count();
    let mut found = select.query([]).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = found.next().unwrap() {
        let values: Vec<Value> = (0..columns)
            .map(|column| row.get(column).unwrap())
            .collect();
        rows.push(format!("{values:?}"));
    }

    rows.sort_unstable();
    format!(
        "{} rows {}",
        rows.len(),
        hex::encode(Sha256::digest(rows.join("\n")))
    )
}

/// Tells what is wrong with an archive by SQLite's own checks.
fn faults(data: &Path) -> Vec<String> {
    let sql = Connection::open(data.join("archive.db")).unwrap();
    let check: String = sql
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    let orphans: i64 = sql
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    let orphans = (orphans > 0).then(|| format!("{orphans} rows refer to nothing"));
    Some(check)
        .filter(|check| check != "ok")
        .into_iter()
        .chain(orphans)
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in ["archive.db", "archive.db-wal"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// The schema of an archive whose process is dead. Looking at it would mend it: a copy is looked
/// at.
fn schema_in(data: &Path) -> i64 {
    let aside = TempDir::new().unwrap();
    copy(data, aside.path());
    let sql = Connection::open(aside.path().join("archive.db")).unwrap();
    sql.pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

/// Bytes of the log beside an archive, while it is open or after its process was killed, and when
/// it was written to.
fn log(data: &Path) -> (u64, Option<SystemTime>) {
    let log = fs::metadata(data.join("archive.db-wal")).ok();
    log.map_or((0, None), |log| (log.len(), log.modified().ok()))
}

/// A command whose data folder holds a copy of an archive.
fn crawler_with(archive: &Path) -> Crawler {
    let crawler = Crawler::empty();
    crawler.write_named_site("paper", "http://127.0.0.1:9", "1s");
    copy(archive, &crawler.data());
    crawler
}

/// Migrates with the binary, and kills it once it has written to the log, and the log is so long.
/// Returns the schema that it had reached; none where it came to its end first.
fn kill_at(crawler: &Crawler, bytes: u64) -> Option<i64> {
    let before = log(&crawler.data());
    let mut migrating = crawler.spawn("reextract");
    while migrating.is_running() {
        let now = log(&crawler.data());
        if now != before && now.0 >= bytes {
            migrating.kill();
            return Some(schema_in(&crawler.data()));
        }
        std::thread::yield_now();
    }
    None
}

/// Opens an archive in this process and closes it again, which migrates it; returns the bytes that
/// were logged.
fn migrate(data: &Path) -> u64 {
    let open = open_archive(data).unwrap();
    let (bytes, _) = log(data);
    drop(open);
    bytes
}

/// Kills the migration of copies of an archive at each moment, and of one copy at all of them in
/// turn; returns the schemas that were reached.
fn kill_at_each_moment(former: &Path, bytes: u64, expected: &str) -> Vec<i64> {
    let again = crawler_with(former);
    let mut reached = Vec::new();
    for moment in 0..MOMENTS {
        let once = crawler_with(former);
        for crawler in [&once, &again] {
            reached.extend(kill_at(crawler, 1 + bytes * moment / MOMENTS));
        }

        migrate(&once.data());
        assert_eq!(content(&once.data()), expected, "killed at moment {moment}");
    }

    migrate(&again.data());
    assert_eq!(content(&again.data()), expected, "killed again and again");
    assert_eq!(faults(&again.data()), Vec::<String>::new());
    reached
}

#[test]
fn a_migration_that_is_killed_at_any_moment_is_made_whole_by_the_next_opening() {
    let mut amid_migrations = 0;
    for schema in SCHEMAS {
        let former = large_archive_of_schema(schema);
        let undisturbed = TempDir::new().unwrap();
        copy(former.path(), undisturbed.path());
        let bytes = migrate(undisturbed.path());
        let expected = content(undisturbed.path());
        assert!(
            expected.contains(&format!("user_version {SCHEMA}\n")),
            "{expected}"
        );
        assert_eq!(
            Reader::open(undisturbed.path()).unwrap().faults().unwrap(),
            Vec::<String>::new()
        );

        let reached = kill_at_each_moment(former.path(), bytes, &expected);
        let amid = reached.iter().filter(|reached| **reached < SCHEMA).count();
        println!(
            "schema {schema}, {bytes} bytes: {} kills, {amid} amid the migration, at {reached:?}",
            reached.len()
        );
        amid_migrations += amid;
    }
    // Where no kill comes amid a migration, nothing was shown.
    assert!(amid_migrations > 0);
}

#[test]
fn the_command_that_is_killed_migrates_and_does_nothing_else() {
    let former = large_archive_of_schema(1);
    let crawler = crawler_with(former.path());
    let ended = crawler.run(&["reextract"]);
    assert!(
        crate::program::said(&ended).contains("no further than the migration"),
        "{}",
        crate::program::said(&ended)
    );

    migrate(former.path());
    assert_eq!(content(&crawler.data()), content(former.path()));
}

#[test]
fn a_migration_that_ends_between_any_two_schemas_is_made_whole_by_the_next_opening() {
    for schema in SCHEMAS {
        let former = grown_archive_of_schema(schema, 50);
        let undisturbed = TempDir::new().unwrap();
        copy(former.path(), undisturbed.path());
        migrate(undisturbed.path());
        let expected = content(undisturbed.path());

        for reached in schema..=SCHEMA {
            let stopped = TempDir::new().unwrap();
            copy(former.path(), stopped.path());
            let sql = Connection::open(stopped.path().join("archive.db")).unwrap();
            (schema + 1..=reached).for_each(|schema| bring_to(&sql, schema));
            drop(sql);

            migrate(stopped.path());
            assert_eq!(
                content(stopped.path()),
                expected,
                "from schema {schema}, stopped at {reached}"
            );
            assert_eq!(faults(stopped.path()), Vec::<String>::new());
        }
    }
}
