//! A backup and a restore that are killed at any moment leave a whole file in each place.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::backup::{archive, backed_up, crawled, number};
use crate::program::{Crawler, Process, said};

/// Kills, each one step of writing further on.
const KILLS: usize = 24;

const REQUESTS: &str = "SELECT count(*) FROM ledger WHERE kind = 'announced'";

/// The files of a folder and of those in it, with their sizes: what shows that a step was made.
fn files(folder: &Path) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            let inside = files(&entry.path());
            found.extend(
                inside
                    .into_iter()
                    .map(|(file, size)| (format!("{name}/{file}"), size)),
            );
        }
        found.insert(name, metadata.len());
    }
    found
}

/// Runs a command, and kills it after so many steps that show in a folder. Returns whether it was
/// still running.
fn killed_after(crawler: &Crawler, command: &[&str], steps: usize, folder: &Path) -> bool {
    let mut run = crawler
        .command(command)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut seen, mut last) = (0, files(folder));
    while seen < steps && run.is_running() {
        let now = files(folder);
        if now != last {
            (last, seen) = (now, seen + 1);
        }
    }
    let was_running = run.is_running();
    // A process that has ended by itself cannot be killed any more.
    let _ = run.kill();
    run.wait().unwrap();
    was_running
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in files(from).keys().filter(|name| !name.contains('/')) {
        let (from, to) = (from.join(name), to.join(name));
        if from.is_file() {
            fs::copy(from, to).unwrap();
        }
    }
}

fn is_sound(crawler: &Crawler) {
    let out = crawler.run(&["verify"]);
    assert!(out.status.success(), "{}", said(&out));
}

/// An archive that has grown since its backup was made, and the two numbers of requests.
fn grown_since_backup() -> (Crawler, i64, i64) {
    let (paper, crawler) = crawled();
    let file = backed_up(&crawler);
    paper.origin.newspaper(|paper| paper.publish(3));
    assert!(crawler.run(&["crawl"]).status.success());
    let (before, now) = (
        number(&file, REQUESTS),
        number(&archive(&crawler), REQUESTS),
    );
    assert!(before < now);
    (crawler, before, now)
}

#[test]
fn a_backup_killed_at_any_moment_leaves_the_last_one_or_a_whole_new_one() {
    kill_backups(&[]);
}

#[test]
fn an_incremental_backup_killed_at_any_moment_leaves_the_last_one_or_a_whole_new_one() {
    kill_backups(&["--incremental"]);
}

fn kill_backups(options: &[&str]) {
    let (grown, before, now) = grown_since_backup();
    let last = fs::read(grown.folder.path().join("backup.db")).unwrap();

    let (mut amid, mut new) = (0, 0);
    for steps in 1..=KILLS {
        let folder = grown.folder.path().join("backups");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("backup.db");
        fs::write(&file, &last).unwrap();
        let name = file.to_string_lossy().into_owned();
        let command = [&["backup", &*name], options].concat();

        amid += usize::from(killed_after(&grown, &command, steps, grown.folder.path()));

        // Any SQLite reads it, with the log that may stand beside it.
        let requests = number(&file, REQUESTS);
        assert!(requests == before || requests == now, "{requests}");
        new += usize::from(requests == now);
        assert_eq!(
            number(&file, "SELECT count(*) FROM pragma_integrity_check"),
            1
        );

        // The next one removes what was left, and is whole.
        let out = grown.run(&command);
        assert!(out.status.success(), "{}", said(&out));
        assert_eq!(number(&file, REQUESTS), now);
        assert_eq!(
            files(&folder).into_keys().collect::<Vec<_>>(),
            ["backup.db"]
        );
    }
    println!("{KILLS} kills: {amid} amid the backup, {new} after it had its name");
    assert!(amid > 0);
}

#[test]
fn a_restore_killed_at_any_moment_leaves_the_former_archive_or_the_backup() {
    let (grown, before, now) = grown_since_backup();
    let id = grown.articles()[0]["id"].as_str().unwrap().to_owned();
    let out = grown.run(&["forget", &id, "--why", "x", "--yes"]);
    assert!(out.status.success(), "{}", said(&out));
    let backup = grown.folder.path().join("backup.db");
    let tombstones = "SELECT count(*) FROM tombstone";

    let (mut amid, mut new) = (0, 0);
    for steps in 1..=KILLS {
        let crawler = Crawler::empty();
        copied(&grown.data(), &crawler.data());
        let command = ["restore", &*backup.to_string_lossy(), "--yes"];

        amid += usize::from(killed_after(&crawler, &command, steps, &crawler.data()));

        let requests = number(&archive(&crawler), REQUESTS);
        assert!(requests == before || requests == now, "{requests}");
        assert_eq!(
            number(&archive(&crawler), tombstones),
            1,
            "a takedown is never undone"
        );
        new += usize::from(requests == before);
        if requests == before {
            let data = files(&crawler.data());
            let aside = data
                .keys()
                .find(|name| name.starts_with("archive.before-restore"));
            let former = crawler
                .data()
                .join(aside.expect("the former archive is kept"));
            assert_eq!(number(&former, REQUESTS), now);
        }
        is_sound(&crawler);

        // The same command does it, and leaves nothing behind.
        let out = crawler.run(&command);
        assert!(out.status.success(), "{}", said(&out));
        assert_eq!(number(&archive(&crawler), REQUESTS), before);
        assert!(
            !files(&crawler.data())
                .keys()
                .any(|name| name.starts_with("restore."))
        );
        is_sound(&crawler);
    }
    println!("{KILLS} kills: {amid} amid the restore, {new} after the backup was in its place");
    assert!(amid > 0);
}
