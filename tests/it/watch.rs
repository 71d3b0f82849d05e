//! `saseo watch`: changes as lines while a crawl runs in another process, and the ends of it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use saseo::demo::Edition;
use serde_json::Value;

use crate::changing_archive::{ChangingArchive, told_changes};
use crate::program::{Crawler, Paper, lines, said};

/// A watch that tells nothing in this time hangs.
const SILENCE: Duration = Duration::from_secs(120);

/// A watch under way, whose lines are read as they come.
struct Watching {
    process: Child,
    lines: Receiver<Value>,
}

impl Watching {
    fn of(crawler: &Crawler, args: &[&str]) -> Self {
        let mut process = crawler
            .command(&[&["watch"], args].concat())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = lines_of(process.stdout.take().unwrap());
        Self { process, lines }
    }

    fn next(&self) -> Value {
        self.lines.recv_timeout(SILENCE).unwrap()
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.process.id()).unwrap();
        kill(Pid::from_raw(id), signal).unwrap();
    }

    fn exit_code(mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }
}

fn lines_of(stdout: ChildStdout) -> Receiver<Value> {
    let (to, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            // A test that wants no more lines has ended.
            let _ = to.send(serde_json::from_str(&line.unwrap()).unwrap());
        }
    });
    lines
}

#[test]
fn a_crawl_in_another_process_is_followed_to_its_last_change() {
    let paper = Paper::of(&Edition {
        articles_per_section: 6,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    crawler.run(&["crawl", "--max-requests", "3"]);
    let watching = Watching::of(&crawler, &["--from", "1"]);

    crawler.run_json("resume");
    let expected = crawler.articles().len();
    let seen: Vec<Value> = (0..expected).map(|_| watching.next()).collect();

    let told = told_changes(&seen);
    for (position, (seq, kind, _)) in (1..).zip(&told) {
        assert_eq!((*seq, kind.as_str()), (position, "new"));
    }
    assert!(seen.iter().all(|line| line["text"].is_string()));
    watching.signal(Signal::SIGTERM);
    assert_eq!(watching.exit_code(), Some(143));
}

#[test]
fn without_from_it_begins_with_what_comes_next_and_tells_takedowns() {
    let archive = ChangingArchive::new();
    let watching = Watching::of(&archive.crawler, &[]);
    // The watch has begun when it tells the first of these.
    let first = loop {
        archive.change(1, "changed");
        if let Ok(line) = watching.lines.recv_timeout(Duration::from_millis(300)) {
            break line;
        }
    };
    assert!(first["seq"].as_u64().unwrap() > 4, "{first}");
    archive.mark_gone(3);
    archive.change(2, "taken_down");

    let mut seen = vec![first];
    while seen.last().unwrap()["change"] != "taken_down" {
        seen.push(watching.next());
    }
    let told = told_changes(&seen);
    assert_eq!(
        archive.all_changes()[archive.all_changes().len() - told.len()..],
        told
    );
    assert_eq!(seen[seen.len() - 2]["change"], "gone");
    assert!(seen.last().unwrap()["text"].is_null());
    watching.signal(Signal::SIGINT);
    assert_eq!(watching.exit_code(), Some(130));
}

#[test]
fn once_tells_what_there_is_of_the_selection_and_ends() {
    let archive = ChangingArchive::new();
    archive.edit(250);
    let out = archive.crawler.run(&["watch", "--from", "3", "--once"]);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    let text = String::from_utf8(out.stdout).unwrap();
    let seen: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(told_changes(&seen), archive.all_changes()[2..]);

    let args = ["watch", "--from", "1", "--once", "--where", "number = 2"];
    let out = archive.crawler.run(&args);
    let text = String::from_utf8(out.stdout).unwrap();
    let new: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("\"new\""))
        .collect();
    assert_eq!(new.len(), 1, "{text}");

    for args in [vec!["watch", "--once"], vec!["watch", "--all-versions"]] {
        assert_eq!(
            archive.crawler.run(&args).status.code(),
            Some(2),
            "{args:?}"
        );
    }
}

#[test]
fn a_watch_ends_where_nobody_reads_it_any_more_though_nothing_changes() {
    let archive = ChangingArchive::new();
    let mut process = archive
        .crawler
        .command(&["watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_command_gets_each_line_one_at_a_time_and_its_failures_are_told_and_counted() {
    let archive = ChangingArchive::new();
    let taken = archive.crawler.folder.path().join("taken.jsonl");
    let command = format!("cat >> '{}'", taken.display());
    let out = archive
        .crawler
        .run(&["watch", "--from", "1", "--once", "--exec", &command]);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    assert!(out.stdout.is_empty());
    assert_eq!(told_changes(&lines(&taken)), archive.all_changes());

    // It reads nothing, and fails for one of four.
    let counted = archive.crawler.folder.path().join("counted");
    let command = format!(
        "echo >> '{0}'; test $(wc -l < '{0}') -ne 2",
        counted.display()
    );
    let out = archive
        .crawler
        .run(&["watch", "--from", "1", "--once", "--exec", &command]);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(said(&out).contains("change 2") && said(&out).contains("1 command of --exec failed"));
    assert_eq!(
        std::fs::read_to_string(counted).unwrap().lines().count(),
        4,
        "all were run"
    );
}

#[test]
fn a_watch_of_an_archive_that_was_replaced_ends_and_says_where_to_begin_again() {
    let archive = ChangingArchive::new();
    let mut process = archive
        .crawler
        .command(&["watch", "--from", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = lines_of(process.stdout.take().unwrap());
    for _ in 0..4 {
        lines.recv_timeout(SILENCE).unwrap();
    }
    let (db, copy) = (
        archive.crawler.data().join("archive.db"),
        archive.crawler.data().join("copy.db"),
    );
    std::fs::copy(&db, &copy).unwrap();
    std::fs::rename(&copy, &db).unwrap();

    let out = process.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out).contains("watch --from 5"), "{}", said(&out));
}
