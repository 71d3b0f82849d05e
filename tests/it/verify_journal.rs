//! Verifications that go on, of a sample, and of what is new; the full-text index; what hangs on
//! damage.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::program::{Crawler, Paper, said, told};
use rusqlite::Connection;
use saseo::archive::{Reader, RowSample};
use saseo::clock::Clock;
use saseo::demo::Edition;
use saseo::verify::{
    DamageKind, VerifyJournal, VerifyReport, VerifyScope, verify, verify_noting, verify_part,
};
use serde_json::Value;

fn sql(crawler: &Crawler) -> Connection {
    Connection::open(crawler.data().join("archive.db")).unwrap()
}

fn reader(crawler: &Crawler) -> Reader {
    Reader::open(&crawler.data()).unwrap()
}

fn journal(reader: &Reader) -> VerifyJournal {
    VerifyJournal::open(reader, Clock::system())
        .unwrap()
        .saving_always()
}

fn damage_body(crawler: &Crawler, body: i64) {
    let sql = sql(crawler);
    let changed = sql.execute(
        "UPDATE body SET zstd = zeroblob(length(zstd)) WHERE id = ?1",
        [body],
    );
    assert_eq!(changed.unwrap(), 1);
}

/// Runs `verify` with these arguments, and returns its exit code and its JSON.
fn ran(crawler: &Crawler, args: &[&str]) -> (i32, Value, String) {
    let out = crawler.run(&[&["--json", "verify"], args].concat());
    let value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    (out.status.code().unwrap(), value, said(&out))
}

/// Interrupts a verification when it tells of its progress for the n-th time.
fn interrupt(reader: &Reader, moment: usize) -> bool {
    let mut told = 0;
    let run = catch_unwind(AssertUnwindSafe(|| {
        verify_noting(reader, &mut journal(reader), |_| {
            told += 1;
            assert!(told < moment, "interrupted");
        })
        .unwrap()
    }));
    run.is_err()
}

fn rows(report: &VerifyReport) -> [u64; 6] {
    let before = report
        .earlier
        .as_ref()
        .map(|earlier| earlier.rows)
        .unwrap_or_default();
    [
        report.ledger_rows + before.ledger_rows,
        report.bodies + before.bodies,
        report.captures + before.captures,
        report.versions + before.versions,
        report.words + before.words,
        report.robots + before.robots,
    ]
}

#[test]
fn an_interrupted_verification_goes_on_and_each_row_is_looked_at_once() {
    let (_paper, crawler) = Crawler::indexed();
    let reader = reader(&crawler);
    let whole = verify(&reader, &[], |_| {}).unwrap();
    assert_eq!((whole.damaged, whole.words), (0, whole.versions));

    let mut skipped = 0;
    for moment in 1.. {
        if !interrupt(&reader, moment) {
            break;
        }
        let mut journal = journal(&reader);
        assert!(journal.refusal().is_none() && journal.interrupted().is_some());
        let went_on = verify_noting(&reader, &mut journal, |_| {}).unwrap();
        assert_eq!(
            (went_on.damaged, rows(&went_on)),
            (0, rows(&whole)),
            "{moment}"
        );
        skipped += whole.ledger_rows - went_on.ledger_rows;
        assert!(journal.interrupted().is_none() && journal.last_sound().is_some());
    }
    assert!(
        skipped > whole.ledger_rows,
        "no run went on behind the ledger"
    );
}

#[test]
fn damage_is_told_again_by_the_run_that_goes_on() {
    let (_paper, crawler) = Crawler::indexed();
    damage_body(&crawler, 70);
    let reader = reader(&crawler);

    let mut moments = 0;
    for moment in 1.. {
        if !interrupt(&reader, moment) {
            break;
        }
        moments = moment;
        let mut journal = journal(&reader);
        let went_on = verify_noting(&reader, &mut journal, |_| {}).unwrap();
        assert_eq!(went_on.damaged, 1, "{moment}: {:?}", went_on.damage);
        assert_eq!(went_on.damage[0].what, "body 70");
        assert!(journal.last_sound().is_none() && journal.interrupted().is_none());
    }
    assert!(moments >= 4, "{moments}");
}

#[test]
fn a_journal_of_another_file_a_damaged_one_and_an_old_one_are_not_used() {
    let (_paper, crawler) = Crawler::indexed();
    assert!(interrupt(&reader(&crawler), 2));
    let path = crawler.data().join("archive.verify.json");
    let kept = fs::read(&path).unwrap();

    // A digit of a key is another one: the file is JSON as before.
    let text = String::from_utf8(kept.clone()).unwrap();
    fs::write(&path, text.replacen("\"rows\": ", "\"rows\": 1", 1)).unwrap();
    let (code, _, note) = ran(&crawler, &[]);
    assert!(code == 0 && note.contains("is damaged"), "{note}");

    // The file is replaced by a copy of itself, as a backup is put back.
    fs::write(&path, &kept).unwrap();
    let archive = crawler.data().join("archive.db");
    fs::copy(&archive, crawler.data().join("copy")).unwrap();
    fs::rename(crawler.data().join("copy"), &archive).unwrap();
    let (code, report, note) = ran(&crawler, &[]);
    assert!(code == 0 && note.contains("another file"), "{note}");
    assert!(report["earlier"].is_null());

    assert!(interrupt(&reader(&crawler), 2));
    let later = Clock::system().now() + Duration::from_secs(40 * 24 * 3600);
    let reader = reader(&crawler);
    let journal = VerifyJournal::open(&reader, Clock::set_to(later)).unwrap();
    assert!(journal.interrupted().is_none());
    assert!(journal.refusal().unwrap().contains("too old"));
}

#[test]
fn a_ledger_without_the_row_of_the_journal_is_of_a_restored_archive() {
    let (_paper, crawler) = Crawler::indexed();
    assert!(interrupt(&reader(&crawler), 2));
    sql(&crawler)
        .execute_batch(
            "DROP TRIGGER ledger_is_never_changed;
             UPDATE ledger SET hash = zeroblob(32) WHERE id = (SELECT max(id) FROM ledger)",
        )
        .unwrap();
    let reader = reader(&crawler);
    assert!(journal(&reader).refusal().unwrap().contains("restored"));
}

#[test]
fn a_journal_that_cannot_be_written_keeps_nothing_from_being_verified() {
    let (_paper, crawler) = Crawler::indexed();
    fs::create_dir(crawler.data().join("archive.verify.json.part")).unwrap();
    damage_body(&crawler, 9);

    let (code, report, note) = ran(&crawler, &[]);
    assert_eq!(
        (code, report["damage"][0]["what"].as_str()),
        (3, Some("body 9"))
    );
    assert!(note.contains("could not be noted"), "{note}");
}

#[test]
fn only_what_came_since_the_last_sound_verification_is_looked_at() {
    let paper = Paper::of(&Edition {
        articles_per_section: 20,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let out = crawler.run(&["crawl", "--max-requests", "40"]);
    assert!(out.status.code().is_some(), "{}", said(&out));

    let (code, first, note) = ran(&crawler, &["--since-last"]);
    assert_eq!(
        (code, first["scope"].as_str()),
        (0, Some("whole")),
        "{note}"
    );
    assert!(note.contains("no whole verification"), "{note}");
    crawler.run_json("resume");
    assert!(crawler.run(&["search", "도서관"]).status.success());
    let whole = verify(&reader(&crawler), &[], |_| {}).unwrap();

    let (code, since, _) = ran(&crawler, &["--since-last"]);
    assert_eq!((code, since["scope"].as_str()), (0, Some("since-last")));
    for (kind, all) in [
        ("bodies", whole.bodies),
        ("captures", whole.captures),
        ("ledger_rows", whole.ledger_rows),
    ] {
        let (before, after) = (first[kind].as_u64().unwrap(), since[kind].as_u64().unwrap());
        assert!(
            before > 0 && after > 0 && before + after == all,
            "{kind}: {before} and {after}"
        );
    }
    assert!(since["words"].as_u64() >= since["versions"].as_u64().map(|count| count - 5));

    // Old rows are not looked at, and new ones are.
    damage_body(&crawler, 3);
    assert_eq!(ran(&crawler, &["--since-last"]).0, 0);
    damage_body(&crawler, i64::try_from(whole.bodies).unwrap());
    let (code, report, _) = ran(&crawler, &["--since-last"]);
    assert_eq!((code, report["damaged"].as_u64()), (3, Some(1)), "{report}");
    // Unless they were written anew.
    sql(&crawler)
        .execute_batch(
            "UPDATE compaction SET capture_id = 9;
             DELETE FROM checksum WHERE of_table = 7",
        )
        .unwrap();
    let (_, report, _) = ran(&crawler, &["--since-last"]);
    assert_eq!(
        (report["damaged"].as_u64(), report["recompressed"].as_bool()),
        (Some(2), Some(true))
    );

    // A whole verification that finds damage leaves nothing to begin from.
    assert_eq!(ran(&crawler, &[]).0, 3);
    let (code, report, note) = ran(&crawler, &["--since-last"]);
    assert_eq!(
        (code, report["scope"].as_str()),
        (3, Some("whole")),
        "{note}"
    );
}

#[test]
fn a_sample_finds_damage_in_the_rows_that_it_has_and_the_seed_repeats_it() {
    let (_paper, crawler) = Crawler::indexed();
    damage_body(&crawler, 33);
    let reader = reader(&crawler);
    let mut found = 0;
    for seed in 0..40 {
        let sample = RowSample::new(250_000, seed);
        let scope = VerifyScope::Sample { sample, sites: &[] };
        let report = verify_part(&reader, scope, |_| {}).unwrap();
        assert_eq!(
            report.damaged > 0,
            sample.has(33),
            "seed {seed}: {:?}",
            report.damage
        );
        let share = report.bodies as f64 / report.of.bodies as f64;
        assert!((0.05..0.5).contains(&share), "{share}");
        found += report.damaged;
    }
    assert!((2..30).contains(&found), "{found}");

    let (code, one, _) = ran(&crawler, &["--sample", "20%", "--seed", "7"]);
    let (_, other, _) = ran(&crawler, &["--sample", "20%", "--seed", "7"]);
    assert_eq!((one["seed"].as_u64(), &one), (Some(7), &other));
    assert_eq!(code == 3, RowSample::new(200_000, 7).has(33));
    let (code, all, _) = ran(&crawler, &["--sample", "100%"]);
    assert_eq!(
        (code, all["damage"][0]["what"].as_str()),
        (3, Some("body 33"))
    );
    let whole = verify(&reader, &[], |_| {}).unwrap();
    assert_eq!(all["ledger_rows"].as_u64(), Some(whole.ledger_rows));

    for bad in ["10", "0%", "101%", "x%", "-1%"] {
        let out = crawler.run(&["verify", &format!("--sample={bad}")]);
        assert_eq!(out.status.code(), Some(2), "{bad}");
        assert!(
            said(&out).contains("write it as 1% or 0.5%"),
            "{}",
            said(&out)
        );
    }
    let out = crawler.run(&["verify", "--sample", "50%", "--seed", "1"]);
    assert!(
        told(&out).contains("a sample of 50 % (--seed 1) of about"),
        "{}",
        told(&out)
    );
}

#[test]
fn words_of_the_index_that_are_not_those_of_the_texts_are_named_and_made_anew() {
    let (_paper, crawler) = Crawler::indexed();
    let more = "INSERT INTO article_words (rowid, title, subtitle, authors, section, text)
                VALUES (?1, '', '', '', '', '덧붙 붙인')";
    sql(&crawler).execute(more, [17]).unwrap();
    sql(&crawler).execute(more, [999_999]).unwrap();

    let report = verify(&reader(&crawler), &[], |_| {}).unwrap();
    let damage: Vec<_> = report
        .damage
        .iter()
        .map(|one| (one.kind, one.what.as_str()))
        .collect();
    assert_eq!(damage.len(), 2, "{damage:?}");
    assert!(
        damage.iter().all(|(kind, _)| *kind == DamageKind::Words),
        "{damage:?}"
    );
    assert!(damage[0].1.starts_with("article demo/"), "{damage:?}");
    assert!(damage[1].1.contains("999999"), "{damage:?}");

    let out = crawler.run(&["--json", "verify", "--repair"]);
    let repair: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(repair["repaired"], 2, "{repair}");
    let report = verify(&reader(&crawler), &[], |_| {}).unwrap();
    assert_eq!((report.damaged, report.words), (0, report.versions));
}

#[test]
fn words_that_are_missing_in_the_index_are_found_in_a_sample_and_in_what_is_new() {
    let (_paper, crawler) = Crawler::indexed();
    assert_eq!(ran(&crawler, &[]).0, 0);
    // The index loses its words, and keeps how many there are of each article.
    let sql = sql(&crawler);
    sql.execute_batch(
        "CREATE TABLE temp.sizes AS SELECT * FROM article_words_docsize;
         INSERT INTO article_words (article_words) VALUES ('delete-all');
         INSERT INTO article_words_docsize SELECT * FROM temp.sizes;
         INSERT INTO change (article_id, kind, n, at) VALUES (17, 'changed', 1, 1795520550000);
         UPDATE word_index SET seq = (SELECT max(seq) FROM change);
         DELETE FROM checksum WHERE of_table = 5",
    )
    .unwrap();

    let (code, report, _) = ran(&crawler, &["--sample", "100%"]);
    assert_eq!(
        (code, report["damaged"].as_u64()),
        (3, report["words"].as_u64())
    );
    let (code, report, _) = ran(&crawler, &["--since-last"]);
    assert_eq!((code, report["damaged"].as_u64()), (3, Some(1)), "{report}");
    assert_eq!(report["damage"][0]["kind"], "words");
}

#[test]
fn what_hangs_on_a_damaged_page_and_on_a_damaged_dictionary_is_named() {
    let (_paper, crawler) = Crawler::indexed();
    let (body, article): (i64, String) = sql(&crawler)
        .query_row(
            "SELECT body_id, 'article demo/' || article.name || ', version 1' FROM capture
             JOIN version ON capture_id = capture.id JOIN article ON article.id = article_id
             WHERE article.id = 50",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    damage_body(&crawler, body);
    let (_, report, _) = ran(&crawler, &[]);
    let hanging = &report["damage"][0]["hangs_on_it"];
    assert_eq!(
        (hanging["count"].as_u64(), &hanging["named"][0]),
        (Some(1), &article.into())
    );
    assert!(told(&crawler.run(&["verify"])).contains("on which hang 1 version read from it"));

    let (_paper, crawler) = Crawler::indexed();
    let (dictionary, bodies): (i64, u64) = sql(&crawler)
        .query_row(
            "SELECT dictionary_id, count(*) FROM body WHERE dictionary_id IS NOT NULL
             GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let flip = "UPDATE dictionary SET sha256 = zeroblob(32) WHERE id = ?1";
    sql(&crawler).execute(flip, [dictionary]).unwrap();
    let (_, report, _) = ran(&crawler, &[]);
    let damage = report["damage"].as_array().unwrap();
    let of = |one: &&Value| one["what"] == format!("dictionary {dictionary}");
    let hanging = &damage.iter().find(of).unwrap()["hangs_on_it"];
    assert_eq!(hanging["count"].as_u64(), Some(bodies), "{report}");
    assert_eq!(hanging["named"].as_array().unwrap().len(), 10);
}
