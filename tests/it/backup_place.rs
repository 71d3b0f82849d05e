//! The place of a backup: a file that another program has open, and one that is no regular file,
//! stay as they are.

use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use crate::backup::{backed_up, crawled, names};
use crate::program::{Crawler, said};

/// The ways in which a backup takes the place of a file.
const WAYS: [&[&str]; 3] = [&[], &["--incremental"], &["--replace"]];

fn backup(crawler: &Crawler, file: &Path, options: &[&str]) -> std::process::Output {
    let name = file.to_string_lossy();
    crawler.run(&[&["backup", &*name], options].concat())
}

fn refuses_file_in_use(crawler: &Crawler, file: &Path, how: &str) {
    for options in WAYS {
        let out = backup(crawler, file, options);
        assert_eq!(
            out.status.code(),
            Some(2),
            "{how} {options:?}: {}",
            said(&out)
        );
        assert!(
            said(&out).contains("another program has"),
            "{how}: {}",
            said(&out)
        );
    }
}

#[test]
fn a_file_that_another_program_reads_or_writes_stays() {
    let (_paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let kept = fs::read(&file).unwrap();

    for begin in [
        "BEGIN; SELECT count(*) FROM article",
        "BEGIN IMMEDIATE",
        "BEGIN EXCLUSIVE",
    ] {
        let open = Connection::open(&file).unwrap();
        open.execute_batch(begin).unwrap();
        refuses_file_in_use(&crawler, &file, begin);
        drop(open);
        assert!(fs::read(&file).unwrap() == kept, "{begin}");
    }
    assert_eq!(names(crawler.folder.path(), "backup.db"), ["backup.db"]);
}

#[test]
fn a_file_that_another_program_has_open_with_an_empty_log_stays() {
    let (_paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let open = Connection::open(&file).unwrap();
    open.execute_batch("PRAGMA journal_mode = WAL; SELECT count(*) FROM article")
        .unwrap();
    let log = fs::metadata(file.with_extension("db-wal")).unwrap();
    assert_eq!(log.len(), 0);

    refuses_file_in_use(&crawler, &file, "an empty log");

    open.execute_batch("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)")
        .unwrap();
    drop(open);
    let count: i64 = Connection::open(&file)
        .unwrap()
        .query_row("SELECT count(*) FROM mine", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1, "what the other program wrote is in its file");
    for options in WAYS {
        let out = backup(&crawler, &file, options);
        assert!(out.status.success(), "{options:?}: {}", said(&out));
        assert_eq!(names(crawler.folder.path(), "backup.db"), ["backup.db"]);
    }
}

#[test]
fn a_strange_database_is_refused_as_it_is() {
    let (_paper, crawler) = crawled();
    let file = crawler.folder.path().join("other.db");
    let made = Connection::open(&file).unwrap();
    made.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE mine (a)")
        .unwrap();
    made.close().unwrap();
    let before = fs::read(&file).unwrap();

    let out = backup(&crawler, &file, &[]);

    assert_eq!(out.status.code(), Some(2), "{}", said(&out));
    assert!(fs::read(&file).unwrap() == before);
    assert_eq!(names(crawler.folder.path(), "other.db"), ["other.db"]);
}

#[test]
fn a_pipe_is_no_place_for_a_backup() {
    let (_paper, crawler) = crawled();
    let pipe = crawler.folder.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );

    for options in WAYS {
        let out = backup(&crawler, &pipe, options);
        assert_eq!(out.status.code(), Some(2), "{options:?}: {}", said(&out));
        assert!(said(&out).contains("no regular file"), "{}", said(&out));
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    }
    assert_eq!(names(crawler.folder.path(), "pipe"), ["pipe"]);
}

/// Copies of the archive that dead processes left in its folder, and one of a process that lives.
fn leave_copies(data: &Path) {
    let dead = u32::MAX;
    for name in [
        format!("backup.{dead}.part"),
        format!("backup.{dead}.part-journal"),
        format!("backup.{}.part", std::process::id()),
    ] {
        fs::write(data.join(name), "a text").unwrap();
    }
    let folder = data.join(format!("restore.{dead}.part"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("archive.db"), "a text").unwrap();
}

#[test]
fn copies_that_killed_processes_left_go_with_the_next_backup_and_with_a_takedown() {
    let (_paper, crawler) = crawled();
    let id = crawler.articles()[0]["id"].as_str().unwrap().to_owned();
    let file = crawler
        .folder
        .path()
        .join("backup.db")
        .display()
        .to_string();
    let living = format!("backup.{}.part", std::process::id());

    for command in [
        &["backup", &*file][..],
        &["forget", &id, "--why", "a wish", "--yes"],
        &["forget", "--finish"],
    ] {
        leave_copies(&crawler.data());
        let out = crawler.run(command);
        assert!(out.status.success(), "{command:?}: {}", said(&out));
        assert_eq!(names(&crawler.data(), "restore"), [""; 0], "{command:?}");
        assert_eq!(names(&crawler.data(), "backup"), [&*living], "{command:?}");
    }
}
