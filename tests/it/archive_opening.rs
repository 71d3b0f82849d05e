//! How an archive is opened: who holds it, and which files are refused.

use std::fs;

use rusqlite::Connection;
use saseo::archive::{ArchiveError, FILE, Lock, Reader, SCHEMA};
use tempfile::TempDir;

use crate::archive_desk::Desk;
use crate::open_archive::open_archive;

#[test]
fn a_second_crawl_learns_who_holds_the_archive() {
    let folder = TempDir::new().unwrap();
    let lock = Lock::take(folder.path(), "crawl, process 42").unwrap();
    let Err(ArchiveError::Held { holder }) = Lock::take(folder.path(), "crawl, process 43") else {
        panic!("not held")
    };
    assert_eq!(holder, "crawl, process 42");

    drop(lock);
    Lock::take(folder.path(), "crawl, process 43").unwrap();
}

#[test]
fn a_folder_stays_locked_as_long_as_its_archive_is_open() {
    let desk = Desk::new();
    let Err(ArchiveError::Held { holder }) = Lock::take(desk.folder.path(), "another") else {
        panic!("not held")
    };
    assert_eq!(holder, "a test");

    let folder = desk.closed();
    Lock::take(folder.path(), "another").unwrap();
}

/// Opens the folder, which must be refused as no archive.
#[track_caller]
fn assert_not_an_archive(folder: &TempDir) {
    let refused = open_archive(folder.path()).map(drop);
    assert!(
        matches!(refused, Err(ArchiveError::NotAnArchive { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_file_that_is_no_archive_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(FILE);
    fs::write(&path, "This is a letter, not a database. ".repeat(100)).unwrap();
    let before = fs::read(&path).unwrap();

    assert_not_an_archive(&folder);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn another_programs_database_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let other = Connection::open(folder.path().join(FILE)).unwrap();
    other
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    assert_not_an_archive(&folder);
}

#[test]
fn a_log_of_another_database_is_refused_and_never_written_into_the_archive() {
    let folder = Desk::new().closed();
    let elsewhere = TempDir::new().unwrap();
    let other = Connection::open(elsewhere.path().join("other.db")).unwrap();
    other.pragma_update(None, "journal_mode", "WAL").unwrap();
    other
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    let log = folder.path().join("archive.db-wal");
    fs::copy(elsewhere.path().join("other.db-wal"), &log).unwrap();

    assert_not_an_archive(&folder);

    fs::remove_file(&log).unwrap();
    open_archive(folder.path()).unwrap();
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn an_archive_of_a_newer_version_is_refused() {
    let desk = Desk::new();
    desk.sql()
        .pragma_update(None, "user_version", SCHEMA + 1)
        .unwrap();
    let folder = desk.closed();

    let refused = open_archive(folder.path()).map(drop);
    assert!(
        matches!(refused, Err(ArchiveError::Newer { .. })),
        "{refused:?}"
    );
    let unread = Reader::open(folder.path()).unwrap_err();
    assert!(unread.to_string().contains("newer saseo"), "{unread}");
}

#[test]
fn a_folder_without_an_archive_is_reported_as_missing() {
    let folder = TempDir::new().unwrap();
    assert!(matches!(
        Reader::open(folder.path()),
        Err(ArchiveError::Missing { .. })
    ));
}
