//! Backups: one moment of a live archive, checked before it replaces the last one; and how it is
//! put back.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use saseo::archive::{ArchiveError, ArchiveFile, Body, Capture, FILE, Packed, SCHEMA, Terms, pack};
use saseo::demo::Edition;
use serde_json::Value;

use crate::archive_desk::{Desk, capture, later, links};
use crate::former_archives;
use crate::open_archive::open_archive;
use crate::program::{Crawler, Paper, said, told};

/// A paper of nine articles, and an archive that has them.
pub fn crawled() -> (Paper, Crawler) {
    let paper = Paper::of(&Edition {
        articles_per_section: 3,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "1ms");
    grow(&paper, &crawler);
    (paper, crawler)
}

/// Publishes two articles, and crawls.
fn grow(paper: &Paper, crawler: &Crawler) {
    paper.origin.newspaper(|paper| paper.publish(2));
    let out = crawler.run(&["crawl"]);
    assert!(out.status.success(), "{}", said(&out));
}

pub fn archive(crawler: &Crawler) -> PathBuf {
    crawler.data().join(FILE)
}

pub fn backup_file(crawler: &Crawler) -> PathBuf {
    crawler.folder.path().join("backup.db")
}

/// Makes a backup that must succeed.
pub fn backed_up(crawler: &Crawler) -> PathBuf {
    let file = backup_file(crawler);
    let out = crawler.run(&["backup", &file.to_string_lossy()]);
    assert!(out.status.success(), "{}", said(&out));
    file
}

pub fn number(path: &Path, sql: &str) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn text(path: &Path, sql: &str) -> String {
    let connection = Connection::open(path).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Writes into an archive as no saseo does.
fn alter(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn json(out: &std::process::Output) -> Value {
    serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", said(out)))
}

/// Runs `restore`, which must succeed, and returns its JSON.
fn restored(crawler: &Crawler, file: &Path) -> Value {
    let out = crawler.run(&["--json", "restore", &file.to_string_lossy(), "--yes"]);
    assert!(out.status.success(), "{}", said(&out));
    json(&out)
}

fn verified(crawler: &Crawler) {
    let out = crawler.run(&["verify"]);
    assert!(out.status.success(), "{}{}", told(&out), said(&out));
    let out = crawler.run(&["audit"]);
    assert!(out.status.success(), "{}{}", told(&out), said(&out));
}

/// Names in a folder that begin so.
pub fn names(folder: &Path, beginning: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(beginning)).collect();
    names.sort();
    names
}

const ARTICLES: &str = "SELECT count(*) FROM version";
const REQUESTS: &str = "SELECT count(*) FROM ledger WHERE kind = 'announced'";

#[test]
fn a_backup_is_one_file_that_any_program_reads_without_a_log() {
    let (_paper, crawler) = crawled();
    let out = crawler.run(&["--json", "backup", &backup_file(&crawler).to_string_lossy()]);
    let (file, told) = (backup_file(&crawler), json(&out));

    assert_eq!(told["kept"], true);
    let content = fs::read(&file).unwrap();
    assert_eq!(
        &content[18..20],
        [1, 1],
        "SQLite's mark of a rollback journal"
    );
    assert_eq!(told["bytes"], content.len());
    let head = "SELECT lower(hex(hash)) FROM ledger ORDER BY id DESC LIMIT 1";
    assert_eq!(told["ledger_hash"], text(&archive(&crawler), head));
    assert_eq!(names(crawler.folder.path(), "backup.db"), ["backup.db"]);
    let immutable = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let address = format!("file:{}?immutable=1", file.display());
    let articles: i64 = Connection::open_with_flags(address, immutable)
        .unwrap()
        .query_row(ARTICLES, [], |row| row.get(0))
        .unwrap();
    assert_eq!(articles, number(&archive(&crawler), ARTICLES));
}

#[test]
fn a_copy_is_of_one_moment_and_does_not_begin_anew_while_the_archive_is_written() {
    let mut desk = Desk::new();
    let home = desk.due("/");
    let capture = Capture {
        body: Body::Kept(incompressible(3 << 20)),
        ..capture()
    };
    desk.answer_with(&home, links(Vec::new()), capture);
    desk.archive.save().unwrap();
    let source = ArchiveFile::open(&desk.folder.path().join(FILE)).unwrap();
    let (head, pages) = (
        source.ledger_head().unwrap(),
        source.bytes().unwrap() / 4096,
    );
    let copy = desk.folder.path().join("copy.db");
    fs::write(&copy, []).unwrap();

    let mut steps = 0;
    source
        .copy(&copy, |_| -> Result<(), ArchiveError> {
            steps += 1;
            assert!(steps <= pages, "the copy began anew");
            desk.begin_run(&Terms::default(), later(steps));
            Ok(())
        })
        .unwrap();

    assert_eq!(steps, pages.div_ceil(256), "each page is copied once");
    assert!(steps > 2);
    let copied = ArchiveFile::open(&copy).unwrap();
    assert_eq!(copied.ledger_head().unwrap(), head);
    let live = ArchiveFile::open(&desk.folder.path().join(FILE)).unwrap();
    assert_ne!(live.ledger_head().unwrap(), head);
}

/// A body that takes so many bytes of the file.
fn incompressible(bytes: usize) -> Packed {
    let mut state = 88_172_645_463_325_252_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(bytes)
    .collect();
    pack(&noise, None)
}

#[test]
fn a_backup_replaces_an_earlier_one_and_no_other_file() {
    let (paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let before = number(&file, REQUESTS);
    grow(&paper, &crawler);
    backed_up(&crawler);
    assert!(number(&file, REQUESTS) > before);

    // An archive that was begun anew must not replace the only copy of the one that was lost.
    let kept = fs::read(&file).unwrap();
    fs::remove_dir_all(crawler.data()).unwrap();
    grow(&paper, &crawler);
    let backup = ["backup", &*file.to_string_lossy()];
    let refused = crawler.run(&backup);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("--replace"), "{}", said(&refused));
    assert_eq!(fs::read(&file).unwrap(), kept);

    let note = crawler.folder.path().join("notes.txt");
    fs::write(&note, "a note").unwrap();
    let refused = crawler.run(&["backup", &note.to_string_lossy()]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert_eq!(fs::read_to_string(&note).unwrap(), "a note");

    let replaced = crawler.run(&[backup[0], backup[1], "--replace"]);
    assert!(replaced.status.success(), "{}", said(&replaced));
    assert_ne!(fs::read(&file).unwrap(), kept);
}

#[test]
fn an_incremental_backup_is_the_same_file_as_a_whole_one() {
    let (paper, crawler) = crawled();
    let file = backed_up(&crawler);
    grow(&paper, &crawler);
    let (whole, name) = (
        crawler.folder.path().join("whole.db"),
        file.to_string_lossy(),
    );
    let out = crawler.run(&["backup", &whole.to_string_lossy()]);
    assert!(out.status.success(), "{}", said(&out));

    let out = crawler.run(&["--json", "backup", &name, "--incremental"]);

    assert!(out.status.success(), "{}", said(&out));
    assert!(fs::read(&file).unwrap() == fs::read(&whole).unwrap());
    let pages = fs::metadata(&file).unwrap().len() / 4096;
    let written = json(&out)["pages_written"].as_u64().unwrap();
    assert!(0 < written && written < pages, "{written} of {pages}");
    assert_eq!(names(crawler.folder.path(), "backup.db"), ["backup.db"]);
    assert_eq!(names(&crawler.data(), "backup"), Vec::<String>::new());

    // Without an earlier one it is a whole one; a damaged archive leaves the earlier one.
    fs::remove_file(&file).unwrap();
    assert!(
        crawler
            .run(&["backup", &name, "--incremental"])
            .status
            .success()
    );
    let kept = fs::read(&file).unwrap();
    alter(
        &archive(&crawler),
        "UPDATE body SET zstd = zeroblob(length(zstd)) WHERE id = 2",
    );
    let out = crawler.run(&["backup", &name, "--incremental"]);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert_eq!(fs::read(&file).unwrap(), kept);
}

#[test]
fn a_file_of_an_archive_is_no_place_for_a_backup() {
    let (_paper, crawler) = crawled();
    let before = fs::read(archive(&crawler)).unwrap();
    for own in ["archive.db", "archive.db-wal", "archive.lock"] {
        let out = crawler.run(&[
            "backup",
            &crawler.data().join(own).to_string_lossy(),
            "--replace",
        ]);
        assert_eq!(out.status.code(), Some(2), "{own}: {}", said(&out));
    }
    assert_eq!(fs::read(archive(&crawler)).unwrap(), before);
}

#[test]
fn a_backup_of_a_damaged_archive_does_not_replace_the_last_one() {
    let (paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let kept = fs::read(&file).unwrap();
    grow(&paper, &crawler);
    alter(
        &archive(&crawler),
        "UPDATE body SET zstd = zeroblob(length(zstd)) WHERE id = 2",
    );

    let out = crawler.run(&["backup", &file.to_string_lossy()]);

    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(told(&out).contains("damaged: body 2"), "{}", told(&out));
    assert_eq!(fs::read(&file).unwrap(), kept);
    assert_eq!(names(crawler.folder.path(), "backup.db"), ["backup.db"]);
}

/// Runs a command that cannot write a file beyond a length.
fn run_within(crawler: &Crawler, bytes: u64, args: &[&str]) -> std::process::Output {
    let command = crawler.command(args);
    let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", bytes / 1024);
    let mut limited = std::process::Command::new("bash");
    limited
        .args(["-c", &limit, "bash"])
        .arg(command.get_program());
    limited.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited.output().unwrap()
}

#[test]
fn a_disk_that_is_full_at_the_end_of_a_backup_leaves_the_last_one() {
    let (paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let kept = fs::read(&file).unwrap();
    grow(&paper, &crawler);
    alter(&archive(&crawler), "PRAGMA wal_checkpoint(TRUNCATE)");
    let size = fs::metadata(archive(&crawler)).unwrap().len();
    let name = file.to_string_lossy();

    for missing in [4096, size / 2] {
        for args in [&["backup", &name][..], &["backup", &name, "--incremental"]] {
            let out = run_within(&crawler, size - missing, args);
            assert_eq!(out.status.code(), Some(1), "{args:?}: {}", said(&out));
            assert!(fs::read(&file).unwrap() == kept, "{args:?}");
            assert_eq!(names(crawler.folder.path(), "backup.db"), ["backup.db"]);
            assert_eq!(names(&crawler.data(), "backup"), [""; 0]);
        }
    }
    let out = run_within(&crawler, size, &["backup", &name]);
    assert!(out.status.success(), "{}", said(&out));
    assert!(fs::read(&file).unwrap() != kept);
}

#[test]
fn a_restore_tells_first_what_would_be_lost_and_keeps_the_former_archive() {
    let (paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let (before, requests) = (number(&file, ARTICLES), number(&file, REQUESTS));
    grow(&paper, &crawler);
    let grown = number(&archive(&crawler), ARTICLES);
    let content = fs::read(archive(&crawler)).unwrap();

    let plan = crawler.run(&["restore", &file.to_string_lossy()]);
    assert!(plan.status.success(), "{}", said(&plan));
    assert!(
        told(&plan).contains("lost would be: 2 articles"),
        "{}",
        told(&plan)
    );
    assert_eq!(fs::read(archive(&crawler)).unwrap(), content);

    let done = restored(&crawler, &file);
    assert_eq!(done["restored"], true);
    assert_eq!(number(&archive(&crawler), ARTICLES), before);
    let former = PathBuf::from(done["former"].as_str().unwrap());
    assert_eq!(number(&former, ARTICLES), grown);
    assert_eq!(names(&crawler.data(), "restore"), Vec::<String>::new());
    verified(&crawler);

    // What was lost is asked for again, and the ledger goes on from the backup's end.
    let out = crawler.run(&["crawl"]);
    assert!(out.status.success(), "{}", said(&out));
    assert_eq!(number(&archive(&crawler), ARTICLES), grown);
    assert!(number(&archive(&crawler), REQUESTS) > requests);
    verified(&crawler);
}

#[test]
fn a_restore_begins_an_archive_on_a_new_machine() {
    let (_paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let other = Crawler::empty();
    fs::create_dir_all(other.data()).unwrap();
    fs::write(other.data().join("archive.lost.txt"), "it is gone").unwrap();

    let done = restored(&other, &file);

    assert_eq!(done["former"], Value::Null);
    assert_eq!(number(&archive(&other), ARTICLES), number(&file, ARTICLES));
    assert_eq!(names(&other.data(), "archive.lost"), Vec::<String>::new());
    verified(&other);
}

#[test]
fn what_came_after_the_backup_is_counted_whatever_was_removed_since() {
    let (paper, crawler) = crawled();
    let known = crawler.articles();
    let file = backed_up(&crawler);
    grow(&paper, &crawler);
    for article in &known[..3] {
        let id = article["id"].as_str().unwrap();
        let out = crawler.run(&["forget", id, "--why", "a court", "--yes"]);
        assert!(out.status.success(), "{}", said(&out));
    }

    let plan = crawler.run(&["--json", "restore", &file.to_string_lossy()]);

    let lost = &json(&plan)["lost"];
    assert_eq!(
        (&lost["articles"], &lost["versions"]),
        (&2.into(), &2.into())
    );
    let later = "SELECT count(*) FROM capture WHERE announced_id > ";
    let head = number(&file, "SELECT max(id) FROM ledger");
    assert_eq!(
        lost["answers"],
        number(&archive(&crawler), &format!("{later}{head}"))
    );
    assert_eq!(lost["runs"], 1);
    let requests = number(&archive(&crawler), REQUESTS) - number(&file, REQUESTS);
    assert_eq!(lost["requests"], requests);
}

#[test]
fn a_hold_on_an_article_that_is_not_in_the_backup_is_told() {
    let (paper, crawler) = crawled();
    let known = crawler.articles();
    let file = backed_up(&crawler);
    grow(&paper, &crawler);
    let all = crawler.articles();
    let later = all.iter().find(|article| !known.contains(article)).unwrap();
    for article in [&known[0], later] {
        let id = article["id"].as_str().unwrap();
        let out = crawler.run(&["hold", id, "--why", "evidence"]);
        assert!(out.status.success(), "{}", said(&out));
    }
    let url = later["url"].as_str().unwrap();
    let words = format!("not held: {url} (evidence)");

    let plan = crawler.run(&["restore", &file.to_string_lossy()]);
    assert!(
        told(&plan).contains("2 holds of the archive"),
        "{}",
        told(&plan)
    );
    assert!(told(&plan).contains(&words), "{}", told(&plan));
    let done = crawler.run(&["restore", &file.to_string_lossy(), "--yes"]);
    assert!(
        told(&done).contains("done again: 1 hold"),
        "{}",
        told(&done)
    );
    assert!(told(&done).contains(&words), "{}", told(&done));

    let again = restored(&crawler, &file);
    assert_eq!(again["holds_left"], serde_json::json!([]));
}

#[test]
fn takedowns_and_holds_since_the_backup_are_done_again() {
    let (paper, crawler) = crawled();
    let known = crawler.articles();
    let file = backed_up(&crawler);
    grow(&paper, &crawler);
    let all = crawler.articles();
    let later = all.iter().find(|article| !known.contains(article)).unwrap();
    let (gone, kept) = (&known[0], &known[1]);
    let id = |article: &Value| article["id"].as_str().unwrap().to_owned();
    for article in [gone, later] {
        let out = crawler.run(&["forget", &id(article), "--why", "a court", "--yes"]);
        assert!(out.status.success(), "{}", said(&out));
    }
    assert!(
        crawler
            .run(&["hold", &id(kept), "--why", "a study"])
            .status
            .success()
    );
    let at = "SELECT group_concat(at || why) FROM (SELECT * FROM tombstone ORDER BY at)";
    let tombstones = text(&archive(&crawler), at);

    let done = restored(&crawler, &file);

    assert_eq!(
        (&done["takedowns_again"], &done["holds_again"]),
        (&2.into(), &1.into())
    );
    assert_eq!(text(&archive(&crawler), at), tombstones);
    // A piece that stands in one page of the file, and in no other article.
    let text = gone["text"].as_str().unwrap();
    let words: String = text.chars().skip(10).take(60).collect();
    let has = |path: &Path| {
        let content = fs::read(path).unwrap();
        let mut pieces = content.windows(words.len());
        pieces.any(|bytes| bytes == words.as_bytes())
    };
    assert!(has(&file) && !has(&archive(&crawler)), "{words}");
    let ids = |articles: &[Value]| -> Vec<String> { articles.iter().map(id).collect() };
    assert!(!ids(&crawler.articles()).contains(&id(gone)));
    let held = crawler.run(&["hold", "--list"]);
    assert!(told(&held).contains(&id(kept)), "{}", told(&held));
    verified(&crawler);

    let asked = |url: &str| {
        number(
            &archive(&crawler),
            &format!("SELECT count(*) FROM ledger WHERE url = '{url}'"),
        )
    };
    let url = later["url"].as_str().unwrap();
    assert!(crawler.run(&["crawl"]).status.success());
    assert_eq!(asked(url), 0, "nobody asks for what was taken down");
    let now = ids(&crawler.articles());
    assert!(!now.contains(&id(later)) && !now.contains(&id(gone)));
}

#[test]
fn no_host_is_asked_earlier_since_a_backup_was_put_back() {
    let (_paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let path = archive(&crawler);
    // A host that said after the backup when it may be asked again, and one that is known only now.
    let far = 9_000_000_000_000_i64;
    alter(
        &path,
        &format!(
            "UPDATE host SET not_before = {far}, last_at = last_at + 1, rest = 'retry-after';
             INSERT INTO host (name, last_at, not_before, gap, strikes)
               VALUES ('photos.example', 1, {far}, 2000, 0)"
        ),
    );

    restored(&crawler, &file);
    let rests = format!("SELECT count(*) FROM host WHERE not_before = {far}");
    assert_eq!(number(&path, &rests), 2);

    // Where nothing of the present archive can be read, each host rests for a gap from now on.
    fs::write(&path, [b'x'; 8192]).unwrap();
    alter(&file, "UPDATE host SET not_before = 0, gap = 60000");
    restored(&crawler, &file);
    let run = "SELECT started_at FROM run WHERE command = 'restore' ORDER BY id DESC LIMIT 1";
    assert!(number(&path, "SELECT min(not_before) FROM host") >= number(&path, run) + 60_000);
    let fresh = format!("SELECT count(*) FROM robots WHERE expires_at > ({run}) + 60000");
    assert_eq!(number(&path, &fresh), 0, "robots.txt is asked for again");
}

#[test]
fn a_damaged_backup_replaces_nothing_unless_that_is_asked_for() {
    let (_paper, crawler) = crawled();
    let file = backed_up(&crawler);
    alter(
        &file,
        "UPDATE body SET zstd = zeroblob(length(zstd)) WHERE id = 2",
    );
    let before = fs::read(archive(&crawler)).unwrap();
    let restore = ["restore", &*file.to_string_lossy(), "--yes"];

    let refused = crawler.run(&restore);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(
        told(&refused).contains("damaged: body 2"),
        "{}",
        told(&refused)
    );
    assert_eq!(fs::read(archive(&crawler)).unwrap(), before);
    assert_eq!(names(&crawler.data(), "restore"), Vec::<String>::new());

    let all = [restore[0], restore[1], restore[2], "--even-damaged"];
    assert_eq!(crawler.run(&all).status.code(), Some(3));
    assert_eq!(names(&crawler.data(), "archive.before-restore").len(), 1);
}

#[test]
fn a_restore_waits_for_no_crawl_and_for_no_reader() {
    let (_paper, crawler) = crawled();
    let file = backed_up(&crawler);
    let restore = ["restore", &*file.to_string_lossy(), "--yes"];
    let held = open_archive(&crawler.data()).unwrap();
    let out = crawler.run(&restore);
    assert_eq!(out.status.code(), Some(75), "{}", said(&out));
    drop(held);

    let reader = Connection::open(archive(&crawler)).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM article")
        .unwrap();
    let out = crawler.run(&restore);
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    assert!(said(&out).contains("close it there"), "{}", said(&out));
    drop(reader);
    assert!(crawler.run(&restore).status.success());
}

#[test]
fn an_older_schema_is_brought_up_to_date_and_a_newer_one_is_refused() {
    let crawler = Crawler::empty();
    let old = former_archives::archive_of_schema(12);
    let file = crawler.folder.path().join("old.db");
    fs::copy(old.path().join(FILE), &file).unwrap();

    let plan = crawler.run(&["restore", &file.to_string_lossy()]);
    assert!(
        told(&plan).contains("it is of schema 12"),
        "{}{}",
        told(&plan),
        said(&plan)
    );
    let out = crawler.run(&[
        "restore",
        &file.to_string_lossy(),
        "--yes",
        "--even-damaged",
    ]);
    assert!(archive(&crawler).exists(), "{}", said(&out));
    let schema = number(
        &archive(&crawler),
        "SELECT user_version FROM pragma_user_version",
    );
    assert_eq!(schema, SCHEMA);

    alter(&file, "PRAGMA user_version = 9999");
    let out = crawler.run(&["restore", &file.to_string_lossy(), "--yes"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out).contains("newer saseo"), "{}", said(&out));
}

#[test]
fn a_named_export_is_told_that_an_older_state_was_put_back() {
    let (paper, crawler) = crawled();
    let file = backed_up(&crawler);
    grow(&paper, &crawler);
    let out = crawler.folder.path().join("desk");
    let export = ["export", "--incremental", "desk"];
    let first = crawler.run(&[&export[..], &["--out", &*out.to_string_lossy()]].concat());
    assert!(first.status.success(), "{}", said(&first));

    restored(&crawler, &file);
    assert!(crawler.run(&["crawl"]).status.success());

    let refused = crawler.run(&export);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("exports rewind desk"),
        "{}",
        said(&refused)
    );
}
