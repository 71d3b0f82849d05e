//! Damage that disks and other programs do to an archive: `verify` names it and nothing else, and what can be read again is.

use std::fs;

use crate::former_archives::archive_of_schema;
use crate::open_archive::open_archive;
use crate::program::{Crawler, Paper, said, told};
use rusqlite::Connection;
use saseo::archive::{ArticleFilter, Reader, RowSample, SCHEMA};
use saseo::demo::Edition;
use saseo::export::{self, Beside, ExportError, ExportFormat, ExportOptions, ExportSummary, Place};
use saseo::verify::{Damage, DamageKind, VerifyReport, VerifyScope, verify, verify_part};
use serde_json::Value;

fn sql(crawler: &Crawler) -> Connection {
    Connection::open(crawler.data().join("archive.db")).unwrap()
}

/// Flips one bit of a column of one row, without a word to SQLite's checks and triggers.
fn flip(crawler: &Crawler, table: &str, column: &str, key: &str, at: usize, bit: u8) {
    let sql = sql(crawler);
    let kind: String = sql
        .query_row(
            &format!("SELECT typeof({column}) FROM {table} WHERE {key}"),
            [],
            |row| row.get(0),
        )
        .unwrap();
    let mut bytes: Vec<u8> = sql
        .query_row(
            &format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE {key}"),
            [],
            |row| row.get(0),
        )
        .unwrap();
    bytes[at] ^= 1 << bit;

    sql.execute_batch("PRAGMA ignore_check_constraints = ON; DROP TRIGGER ledger_is_never_changed")
        .unwrap();
    let value = if kind == "blob" {
        "?1"
    } else {
        "CAST(?1 AS TEXT)"
    };
    let changed = sql
        .execute(
            &format!("UPDATE {table} SET {column} = {value} WHERE {key}"),
            [bytes],
        )
        .unwrap();
    assert_eq!(changed, 1, "{table}.{column}");
    sql.execute_batch(
        "CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
         BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END",
    )
    .unwrap();
}

fn verified(crawler: &Crawler) -> VerifyReport {
    verify(&Reader::open(&crawler.data()).unwrap(), &[], |_| {}).unwrap()
}

/// The only damaged thing.
fn only(findings: &VerifyReport) -> &Damage {
    assert_eq!(
        (findings.damaged, findings.damage.len()),
        (1, 1),
        "{:#?}",
        findings.damage
    );
    &findings.damage[0]
}

fn exported(crawler: &Crawler) -> Result<ExportSummary, ExportError> {
    let place = Place::File(Beside::of(&crawler.folder.path().join("out.jsonl")).unwrap());
    let reader = Reader::open(&crawler.data()).unwrap();
    Ok(export::write(
        &reader,
        &ArticleFilter::default(),
        &ExportOptions::of(ExportFormat::Jsonl),
        place,
    )?
    .unwrap())
}

/// Runs `verify --repair`, which must find something.
fn repaired(crawler: &Crawler) -> Value {
    let out = crawler.run(&["--json", "verify", "--repair"]);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// An open article of the archive, by its row and its id.
fn an_article(crawler: &Crawler) -> (i64, String) {
    let select =
        "SELECT article.id, articles.id FROM article JOIN articles ON articles.url = article.url
                  WHERE articles.access = 'open' ORDER BY article.id LIMIT 1";
    sql(crawler)
        .query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
}

#[test]
fn an_archive_that_nothing_happened_to_is_sound() {
    let (_paper, crawler) = Crawler::stocked(4);
    let findings = verified(&crawler);

    assert_eq!(findings.damage, []);
    assert!(
        findings.bodies > 12 && findings.captures >= findings.bodies && findings.ledger_rows > 24,
        "{findings:?}"
    );
    assert_eq!((findings.versions, findings.robots_compared), (12, 1));
    assert!(crawler.run(&["verify", "demo"]).status.success());
}

#[test]
fn a_flipped_bit_in_an_article_is_named_left_out_and_read_again() {
    // The last bit of a letter makes another letter; the first one makes no UTF-8; a bracket's
    // makes no JSON.
    for (column, bit) in [
        ("text", 0),
        ("title", 7),
        ("text", 7),
        ("content_sha256", 0),
        ("authors", 1),
        ("byline", 7),
    ] {
        let (_paper, crawler) = Crawler::stocked(4);
        let (row, id) = an_article(&crawler);
        let before = crawler.articles();
        flip(
            &crawler,
            "version",
            column,
            &format!("article_id = {row}"),
            0,
            bit,
        );

        let findings = verified(&crawler);
        let damage = only(&findings);
        assert_eq!(damage.what, format!("article {id}, version 1"), "{column}");
        assert!(
            damage.why.contains('`') && damage.url.is_some() && damage.capture.is_some(),
            "{damage:?}"
        );
        let taken = exported(&crawler).unwrap();
        let left_out: Vec<&String> = taken.left_out.iter().map(|one| &one.id).collect();
        assert_eq!((taken.articles, left_out), (11, vec![&id]), "{column}");

        let repair = repaired(&crawler);
        assert_eq!(repair["damage"][0]["repaired"], true, "{column}: {repair}");
        assert_eq!(verified(&crawler).damage, [], "{column}");
        assert_eq!(crawler.articles(), before, "{column}");
    }
}

#[test]
fn a_sound_text_stays_where_only_a_field_is_damaged_and_the_profile_reads_otherwise_today() {
    let (_paper, crawler) = Crawler::stocked(4);
    let select =
        "SELECT article_id FROM version WHERE subtitle IS NOT NULL ORDER BY article_id LIMIT 1";
    let row: i64 = sql(&crawler)
        .query_row(select, [], |row| row.get(0))
        .unwrap();
    let before = crawler.articles();
    flip(
        &crawler,
        "version",
        "tags",
        &format!("article_id = {row}"),
        0,
        1,
    );
    let profile = [
        "header.article-view-header .subheading",
        "h2.subheading, h4.subheading",
    ]
    .iter()
    .fold(
        include_str!("../../config/profiles/ndsoft.toml").to_owned(),
        |profile, selector| {
            assert!(profile.contains(selector), "{selector}");
            profile.replace(selector, ".no-such")
        },
    );
    fs::create_dir_all(crawler.config().join("profiles")).unwrap();
    fs::write(crawler.config().join("profiles/ndsoft.toml"), profile).unwrap();

    assert_eq!(repaired(&crawler)["repaired"], 1);
    assert_eq!(crawler.articles(), before);
}

#[test]
fn an_article_that_reads_otherwise_today_is_told_so() {
    let (_paper, crawler) = Crawler::stocked(4);
    let (row, _) = an_article(&crawler);
    let stands = "UPDATE version SET text = 'other words', content_sha256 = 'of words that nobody has any more'
                  WHERE article_id = ?1";
    sql(&crawler).execute(stands, [row]).unwrap();

    let repair = repaired(&crawler);
    let how = repair["damage"][0]["repair"].as_str().unwrap();
    assert!(how.contains("other words"), "{how}");
    assert_eq!(verified(&crawler).damage, []);
    let changes: i64 = sql(&crawler)
        .query_row(
            "SELECT count(*) FROM change WHERE kind = 'changed' AND article_id = ?1",
            [row],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(changes, 1);
}

#[test]
fn a_damaged_body_is_asked_for_again_and_the_same_bytes_take_its_place() {
    let (paper, crawler) = Crawler::stocked(4);
    let (row, _) = an_article(&crawler);
    let body = format!(
        "id = (SELECT body_id FROM capture WHERE id = (SELECT capture_id FROM version WHERE article_id = {row}))"
    );
    flip(&crawler, "body", "zstd", &body, 40, 3);

    let findings = verified(&crawler);
    let damage = only(&findings);
    assert!(
        damage.kind == DamageKind::Body && damage.url.as_ref().unwrap().contains("articleView"),
        "{damage:?}"
    );
    let repair = repaired(&crawler);
    assert_eq!(repair["damage"][0]["repaired"], false, "{repair}");
    assert!(
        repair["damage"][0]["repair"]
            .as_str()
            .unwrap()
            .contains("next crawl"),
        "{repair}"
    );

    let asked = paper.log().len();
    crawler.run_json("crawl");
    let again: Vec<String> = paper.log()[asked..]
        .iter()
        .map(|visit| visit.path_and_query.clone())
        .collect();
    assert!(
        again
            .iter()
            .any(|path| damage.url.as_ref().unwrap().ends_with(path.as_str())),
        "{again:?}"
    );
    assert_eq!(verified(&crawler).damage, []);
}

#[test]
fn a_damaged_robots_txt_and_a_changed_row_of_the_ledger_are_named() {
    let (_paper, crawler) = Crawler::stocked(4);
    flip(&crawler, "robots", "body", "id = 1", 3, 0);
    let findings = verified(&crawler);
    let damage = only(&findings);
    assert!(
        damage.kind == DamageKind::Robots
            && damage.what.contains("copy 1 of http")
            && damage.run == Some(1),
        "{damage:?}"
    );
    assert!(
        repaired(&crawler)["damage"][0]["repair"]
            .as_str()
            .unwrap()
            .contains("backup")
    );

    let (_paper, crawler) = Crawler::stocked(4);
    let answer = "id = (SELECT max(id) FROM ledger WHERE kind = 'ended' AND digest IS NOT NULL)";
    let row: i64 = sql(&crawler)
        .query_row(
            &format!("SELECT id FROM ledger WHERE {answer}"),
            [],
            |row| row.get(0),
        )
        .unwrap();
    flip(&crawler, "ledger", "digest", answer, 0, 0);
    let findings = verified(&crawler);
    let damage = only(&findings);
    assert_eq!(
        (damage.kind, damage.what.clone()),
        (DamageKind::Ledger, format!("row {row} of the ledger"))
    );
}

#[test]
fn an_answer_that_leads_to_another_body_and_texts_of_other_tables_are_named() {
    let (_paper, crawler) = Crawler::stocked(4);
    sql(&crawler)
        .execute("UPDATE capture SET body_id = 1 WHERE id = 5", [])
        .unwrap();
    let findings = verified(&crawler);
    let damage = only(&findings);
    assert_eq!(
        (damage.kind, damage.what.as_str()),
        (DamageKind::Capture, "capture 5")
    );

    let (_paper, crawler) = Crawler::stocked(4);
    flip(&crawler, "site", "title", "id = 1", 0, 7);
    let findings = verified(&crawler);
    let damage = only(&findings);
    assert!(
        damage.kind == DamageKind::Text && damage.why.contains("`title` is no UTF-8"),
        "{damage:?}"
    );
}

#[test]
fn an_answer_whose_body_is_not_there_is_named_with_what_was_read_from_it() {
    let (_paper, crawler) = Crawler::stocked(4);
    let (capture, body): (i64, i64) = sql(&crawler)
        .query_row(
            "SELECT capture.id, body_id FROM capture JOIN version ON version.capture_id = capture.id
             WHERE body_id NOT IN (SELECT body_id FROM capture AS other WHERE other.id <> capture.id
                                   AND body_id IS NOT NULL) LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    sql(&crawler)
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF; DELETE FROM body WHERE id = {body}"
        ))
        .unwrap();

    let reader = Reader::open(&crawler.data()).unwrap();
    let sample = VerifyScope::Sample {
        sample: RowSample::new(1_000_000, 1),
        sites: &[],
    };
    for findings in [
        verify(&reader, &[], |_| {}).unwrap(),
        verify_part(&reader, sample, |_| {}).unwrap(),
    ] {
        let damage = only(&findings);
        assert_eq!(damage.what, format!("capture {capture}"));
        assert_eq!(damage.why, "its body is not there");
        assert!(
            damage.url.as_ref().unwrap().starts_with("http"),
            "{damage:?}"
        );
        assert_eq!(damage.hangs_on_it.as_ref().unwrap().count, 1);
    }
}

#[test]
fn a_schema_that_is_not_as_it_was_made_is_named_and_backed_up_no_more() {
    for (script, why) in [
        (
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, '''gone''', '''gonf''') WHERE name = 'article'",
            "it has another text of the table article",
        ),
        (
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, ' AS ', ' as ') WHERE name = 'articles'",
            "it has another text of the view articles",
        ),
        (
            "DROP INDEX version_of_capture",
            "it has no index version_of_capture",
        ),
        (
            "DROP TRIGGER ledger_is_never_cut",
            "it has no trigger ledger_is_never_cut",
        ),
        (
            "CREATE TRIGGER mine AFTER INSERT ON article BEGIN DELETE FROM hold; END",
            "it has a trigger mine that no saseo made",
        ),
    ] {
        let (_paper, crawler) = Crawler::stocked(1);
        sql(&crawler).execute_batch(script).unwrap();

        assert_eq!(only(&verified(&crawler)).why, why);
        let file = crawler
            .folder
            .path()
            .join("backup.db")
            .display()
            .to_string();
        let out = crawler.run(&["backup", &file]);
        assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    }
}

#[test]
fn a_view_that_somebody_added_is_no_damage() {
    let (_paper, crawler) = Crawler::stocked(1);
    let mine = "CREATE VIEW mine AS SELECT id FROM article; CREATE INDEX my ON article (access)";
    sql(&crawler).execute_batch(mine).unwrap();

    assert_eq!(verified(&crawler).damage, []);
}

#[test]
fn an_archive_of_each_former_schema_has_the_newest_one_after_its_upgrade() {
    for schema in 1..SCHEMA {
        let folder = archive_of_schema(schema);
        drop(open_archive(folder.path()).unwrap());
        let reader = Reader::open(folder.path()).unwrap();
        assert_eq!(reader.schema_faults().unwrap(), [""; 0], "schema {schema}");
    }
}

#[test]
fn a_page_of_the_file_that_cannot_be_read_hides_nothing_behind_it() {
    let paper = Paper::of(&Edition {
        articles_per_section: 40,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    crawler.run_json("crawl");
    let sound = verified(&crawler);
    let sql = sql(&crawler);
    sql.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();

    // A page in the middle of the ledger, which holds some dozens of its rows.
    let select = "SELECT pageno FROM dbstat WHERE name = 'ledger' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 5";
    let Ok(page) = sql.query_row(select, [], |row| row.get::<_, usize>(0)) else {
        panic!("SQLite has no dbstat")
    };
    drop(sql);
    let file = crawler.data().join("archive.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[(page - 1) * 4096..page * 4096].fill(0);
    fs::write(&file, bytes).unwrap();

    let findings = verified(&crawler);
    let lost: Vec<&Damage> = findings
        .damage
        .iter()
        .filter(|one| one.kind == DamageKind::Ledger)
        .collect();
    assert!(
        lost.len() == 1 && lost[0].what.starts_with("the rows "),
        "{:#?}",
        findings.damage
    );
    let ends: Vec<u64> = lost[0]
        .what
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    let unread = ends[1] - ends[0] + 1;
    assert!(unread > 1 && ends[1] < sound.ledger_rows, "{lost:?}");
    assert_eq!(findings.ledger_rows + unread, sound.ledger_rows);
    assert_eq!(
        (findings.bodies, findings.versions),
        (sound.bodies, sound.versions)
    );
}

#[test]
fn a_crawl_goes_on_past_an_article_that_is_damaged() {
    let (_paper, crawler) = Crawler::stocked(4);
    let (row, id) = an_article(&crawler);
    flip(
        &crawler,
        "version",
        "title",
        &format!("article_id = {row}"),
        0,
        7,
    );
    flip(
        &crawler,
        "version",
        "text",
        &format!("article_id = {row}"),
        0,
        7,
    );
    let again = "UPDATE page SET due_at = 1 WHERE id = (SELECT page_id FROM capture WHERE id =
                 (SELECT capture_id FROM version WHERE article_id = ?1 AND n = 1))";
    sql(&crawler).execute(again, [row]).unwrap();

    let out = crawler.run(&["crawl"]);
    assert!(out.status.success(), "{}", said(&out));
    let out = crawler.run(&["reextract"]);
    assert!(out.status.success(), "{}", said(&out));

    // What reads otherwise is a version of its own, and the damaged one is told.
    let out = crawler.run(&["show", &id]);
    assert_eq!(out.status.code(), Some(3));
    assert!(
        said(&out).contains("version 1 of") && said(&out).contains("verify"),
        "{}",
        said(&out)
    );
    assert!(told(&out).contains("version 2"), "{}", told(&out));
}
