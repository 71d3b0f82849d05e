//! A verification that is killed at any moment is gone on with, and comes to the same verdict.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

use rusqlite::Connection;
use serde_json::Value;

use crate::program::{Crawler, Process, said};

/// Kills, each one writing of the journal further on: a whole verification writes it ten times.
const KILLS: usize = 10;

const KINDS: [&str; 6] = [
    "bodies",
    "captures",
    "versions",
    "words",
    "robots",
    "ledger_rows",
];

fn journal(crawler: &Crawler) -> PathBuf {
    crawler.data().join("archive.verify.json")
}

fn state(journal: &Path) -> Option<(u64, SystemTime)> {
    let file = fs::metadata(journal).ok()?;
    Some((file.len(), file.modified().ok()?))
}

fn count(of: &Value, kind: &str) -> u64 {
    of[kind].as_u64().unwrap_or_default()
}

/// Kills verifications, and goes on; returns how many were gone on with.
fn killed(crawler: &Crawler, code: i32, whole: &Value) -> usize {
    let (journal, mut gone_on) = (journal(crawler), 0);

    for steps in 1..=KILLS {
        let mut command = crawler.command(&["verify", "--from-start"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (mut seen, mut last) = (0, state(&journal));
        let mut run = command.spawn().unwrap();
        while seen < steps && run.is_running() {
            let now = state(&journal);
            if now != last {
                (last, seen) = (now, seen + 1);
            }
        }
        // A process that has ended by itself cannot be killed any more.
        let _ = run.kill();
        run.wait().unwrap();
        if let Ok(text) = fs::read(&journal) {
            serde_json::from_slice::<Value>(&text).expect("the journal is whole");
        }

        let out = crawler.run(&["--json", "verify"]);
        assert_eq!(out.status.code(), Some(code), "{}", said(&out));
        assert!(!said(&out).contains("is not used"), "{}", said(&out));
        let told: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(told["damage"], whole["damage"], "after {steps} writings");
        gone_on += usize::from(!told["earlier"].is_null());
        for kind in KINDS {
            let all = count(&told, kind) + count(&told["earlier"], kind);
            assert_eq!(all, count(whole, kind), "{kind} after {steps} writings");
        }
    }
    gone_on
}

#[test]
fn a_verification_killed_at_any_moment_is_gone_on_with_to_the_same_verdict() {
    let (_paper, crawler) = Crawler::indexed();
    let whole = crawler.run_json("verify");
    let sound = killed(&crawler, 0, &whole);

    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    let damage = "UPDATE body SET zstd = zeroblob(length(zstd)) WHERE id = 60;
                  UPDATE version SET text = 'another one' WHERE id = 40";
    sql.execute_batch(damage).unwrap();
    drop(sql);
    let out = crawler.run(&["--json", "verify"]);
    let whole: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(whole["damaged"], 2, "{whole}");
    let damaged = killed(&crawler, 3, &whole);

    println!("{KILLS} kills each: {sound} and {damaged} were gone on with");
    assert!(sound >= 3 && damaged >= 3);
}
