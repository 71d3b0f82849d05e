//! A takedown that is killed at any moment did not happen, or is gone on with.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use saseo::demo::Edition;
use tempfile::TempDir;

use crate::program::{Crawler, Paper, Process, said, told};

/// Kills, evenly over what the takedown writes to the log.
const KILLS: u64 = 16;

const FILES: [&str; 2] = ["archive.db", "archive.db-wal"];

const COMMAND: [&str; 6] = ["forget", "--where", "version > 0", "--why", "x", "--yes"];

/// Bytes of the log beside an archive.
fn log(data: &Path) -> u64 {
    fs::metadata(data.join(FILES[1])).map_or(0, |file| file.len())
}

/// Takes all articles down in a copy of an archive, and kills the process once its log has so many
/// bytes. Returns the copy, and the longest log that was seen.
fn killed_at(grown: &Crawler, bytes: u64) -> (Crawler, u64) {
    let crawler = Crawler::empty();
    copy(&grown.data(), &crawler.data());
    let mut run = crawler
        .command(&COMMAND)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut longest = 0;
    while longest < bytes && run.is_running() {
        longest = longest.max(log(&crawler.data()));
    }
    // A process that has ended by itself cannot be killed any more.
    let _ = run.kill();
    run.wait().unwrap();
    (crawler, longest)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in FILES {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// Versions, tombstones, changes that tell of them, and steps that are left, of an archive whose
/// process is dead.
fn counts(data: &Path) -> (i64, i64, i64, i64) {
    let aside = TempDir::new().unwrap();
    copy(data, aside.path());
    let sql = Connection::open(aside.path().join("archive.db")).unwrap();
    let count = |of: &str| -> i64 {
        sql.query_row(&format!("SELECT count(*) FROM {of}"), [], |row| row.get(0))
            .unwrap()
    };
    let left = "cleaning WHERE words OR log OR whole";
    (
        count("version"),
        count("tombstone"),
        count("change WHERE kind = 'taken_down'"),
        count(left),
    )
}

fn has(data: &Path, words: &str) -> bool {
    FILES.iter().any(|name| {
        let content = fs::read(data.join(name)).unwrap_or_default();
        let words = words.as_bytes();
        content.windows(words.len()).any(|window| window == words)
    })
}

#[test]
fn a_takedown_killed_at_any_moment_did_not_happen_or_is_gone_on_with() {
    let paper = Paper::of(&Edition {
        articles_per_section: 12,
        crawl_delay: None,
        ..Edition::default()
    });
    let grown = Crawler::of(&paper, "1ms");
    assert!(grown.run(&["crawl"]).status.success());
    assert!(grown.run(&["search", "도서관"]).status.success());
    let text = grown.articles()[0]["text"].as_str().unwrap().to_owned();
    let words: String = text.chars().take(12).collect();
    let before = counts(&grown.data());
    let (_, longest) = killed_at(&grown, u64::MAX);

    let (mut amid, mut undone) = (0, 0);
    for kill in 1..=KILLS {
        let bytes = longest * kill / KILLS;
        let (crawler, _) = killed_at(&grown, bytes);

        let after = counts(&crawler.data());
        if after.1 == 0 {
            assert_eq!(after, before, "it did not happen, as a whole");
            undone += 1;
        } else {
            assert_eq!((after.0, after.1), (0, after.2), "it happened as a whole");
            amid += after.3;
        }

        let status = told(&crawler.run(&["status"]));
        let is_told = status.contains("a takedown is not ended");
        assert_eq!(is_told, after.3 > 0, "{status}");

        // Where it did not happen, the same command does it; else the rest is done.
        let rest = if after.1 == 0 {
            &COMMAND[..]
        } else {
            &["forget", "--finish"]
        };
        let out = crawler.run(rest);
        assert!(out.status.success(), "{}", said(&out));
        assert_eq!(counts(&crawler.data()).3, 0);
        assert!(!has(&crawler.data(), &words), "killed at {bytes} bytes");
        let verified = crawler.run(&["verify"]);
        assert!(verified.status.success(), "{}", said(&verified));
    }
    println!("{KILLS} kills: {undone} before it happened, {amid} amid the cleaning");
    assert!(amid > 0);
}
