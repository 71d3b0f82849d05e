//! Bodies that are compressed with earlier pages of their paper, and compaction of older ones.

use std::path::Path;

use rusqlite::Connection;
use saseo::archive::{Reader, SeedMode};
use saseo::frontier::{Page, Role};
use saseo::verify::{DamageKind, VerifyReport, verify};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::archive_desk::{Desk, NOW, PAPER, page_url, seed};
use crate::open_archive::open_archive;
use crate::program::{Crawler, Paper, said};

/// A page of a skin, with a story of its own. Words of the skin stand on no page of another.
fn page_of(skin: &str, story: usize) -> Vec<u8> {
    let part = |name: &str, n: usize| hex::encode(Sha256::digest(format!("{name} {n}")));
    let menu: String = (0..120)
        .map(|n| format!("<li class='{skin}'>{}</li>\n", part(skin, n)))
        .collect();
    format!("<ul>{menu}</ul><p>{}</p>", part("story", story)).into_bytes()
}

/// A paper with so many sections: their pages have one shape.
fn desk_with_sections(count: usize) -> Desk {
    let sections = (0..count).map(|n| (page_url(&format!("/list/{n}")), Role::Section));
    Desk::open(
        TempDir::new().unwrap(),
        seed(PAPER, sections),
        SeedMode::Begin,
    )
}

fn section(desk: &Desk, n: usize) -> Page {
    desk.due(&format!("/list/{n}"))
}

/// The bodies in the order in which they came: their sizes, and the dictionaries that they are
/// compressed with.
fn stored(desk: &Desk) -> Vec<(usize, Option<i64>)> {
    let sql = desk.sql();
    let mut select = sql
        .prepare("SELECT length(zstd), dictionary_id FROM body ORDER BY id")
        .unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

/// Reads every body, and returns those that came with captures, in their order.
fn read_all(data: &Path) -> Vec<Vec<u8>> {
    let reader = Reader::open(data).unwrap();
    let mut captures = reader.captures().unwrap();
    let bodies = captures
        .into_iter()
        .map(|capture| reader.body(&capture.unwrap()).unwrap());
    bodies.flatten().collect()
}

/// The damage of a desk's archive, but for its captures: its ledger has a digest that is none of
/// theirs.
fn damaged(data: &Path) -> Vec<(DamageKind, String)> {
    let damage = verified(data).damage.into_iter();
    let kinds = damage.map(|one| (one.kind, one.what));
    kinds
        .filter(|(kind, _)| *kind != DamageKind::Capture)
        .collect()
}

fn verified(data: &Path) -> VerifyReport {
    verify(&Reader::open(data).unwrap(), &[], |_| {}).unwrap()
}

#[test]
fn pages_are_compressed_with_the_first_page_of_their_shape() {
    let mut desk = desk_with_sections(4);
    let pages: Vec<Vec<u8>> = (0..4).map(|n| page_of("skin", n)).collect();

    for (n, body) in pages.iter().enumerate() {
        desk.answer_with_body(&section(&desk, n), body);
        desk.archive.save().unwrap();
    }

    let stored = stored(&desk);
    assert_eq!(stored[0].1, None);
    for (size, dictionary) in &stored[1..] {
        assert_eq!(*dictionary, Some(1));
        assert!(*size < 200 && *size * 20 < stored[0].0, "{stored:?}");
    }
    let folder = desk.closed();
    assert_eq!(read_all(folder.path()), pages);
}

#[test]
fn a_new_skin_gets_a_dictionary_of_its_own_and_a_few_odd_pages_get_none() {
    let mut desk = desk_with_sections(25);
    let skins = ["old", "odd", "odd", "old", "odd 2"]
        .into_iter()
        .chain(["new"; 20]);
    let pages: Vec<Vec<u8>> = skins
        .enumerate()
        .map(|(n, skin)| page_of(skin, n))
        .collect();

    for (n, body) in pages.iter().enumerate() {
        desk.answer_with_body(&section(&desk, n), body);
        desk.archive.save().unwrap();
    }

    let dictionaries: Vec<Option<i64>> = stored(&desk).iter().map(|body| body.1).collect();
    assert_eq!(dictionaries[..5], [None, None, None, Some(1), None]);
    // The odd page before them counts as well.
    assert_eq!(dictionaries[5..12], [None; 7]);
    assert_eq!(dictionaries[12..], [Some(2); 13]);
    let folder = desk.closed();
    assert_eq!(read_all(folder.path()), pages);
    assert_eq!(damaged(folder.path()), []);
}

#[test]
fn small_pages_are_no_dictionaries() {
    let mut desk = desk_with_sections(2);

    for n in 0..2 {
        desk.answer_with_body(&section(&desk, n), format!("<p>{n}</p>").as_bytes());
    }
    desk.archive.save().unwrap();

    assert_eq!(desk.count("dictionary"), 0);
}

#[test]
fn a_dictionary_that_was_not_saved_compresses_nothing() {
    let mut desk = desk_with_sections(3);
    desk.answer_with_body(&section(&desk, 0), &page_of("lost", 0));
    // The next process finds nothing of it, and makes another one with the same id.
    assert!(
        desk.archive
            .dictionary(&section(&desk, 1))
            .unwrap()
            .is_some()
    );
    desk.archive.abandon().unwrap();

    let pages = [page_of("kept", 1), page_of("kept", 2)];
    for (n, body) in pages.iter().enumerate() {
        desk.answer_with_body(&section(&desk, n), body);
        desk.archive.save().unwrap();
    }

    assert_eq!(stored(&desk)[1].1, Some(1));
    let folder = desk.closed();
    assert_eq!(read_all(folder.path()), pages);
}

/// Changes one byte in the middle of a column.
fn damage(sql: &Connection, table: &str, id: i64) {
    let flipped = format!(
        "UPDATE {table} SET zstd = CAST(substr(zstd, 1, length(zstd) / 2)
           || x'5A5A5A' || substr(zstd, length(zstd) / 2 + 4) AS BLOB) WHERE id = ?1"
    );
    assert_eq!(sql.execute(&flipped, [id]).unwrap(), 1);
}

#[test]
fn a_damaged_dictionary_is_read_and_mended_from_its_page() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "1ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let bodies = read_all(&crawler.data());
    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    let (dictionary, with): (i64, i64) = sql
        .query_row(
            "SELECT dictionary_id, count(*) FROM body WHERE dictionary_id IS NOT NULL
             GROUP BY dictionary_id ORDER BY count(*) DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!(with > 50, "only {with} bodies are compressed with another");

    damage(&sql, "dictionary", dictionary);

    assert_eq!(read_all(&crawler.data()), bodies);
    let found = verified(&crawler.data());
    let kinds: Vec<DamageKind> = found.damage.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [DamageKind::Dictionary]);
    let repaired = crawler.run(&["--json", "verify", "--repair"]);
    assert_eq!(repaired.status.code(), Some(3), "{}", said(&repaired));
    assert_eq!(verified(&crawler.data()).damage, []);
}

#[test]
fn without_its_dictionary_a_body_is_named_and_new_pages_are_safe() {
    let mut desk = desk_with_sections(3);
    for n in 0..2 {
        desk.answer_with_body(&section(&desk, n), &page_of("skin", n));
        desk.archive.save().unwrap();
    }
    let mut desk = desk.killed();
    damage(&desk.sql(), "dictionary", 1);
    damage(&desk.sql(), "body", 1);

    desk.answer_with_body(&section(&desk, 2), &page_of("skin", 2));
    desk.archive.save().unwrap();

    assert_eq!(stored(&desk)[2].1, None);
    let folder = desk.closed();
    let body = |id: i64| (DamageKind::Body, format!("body {id}"));
    let dictionary = (DamageKind::Dictionary, "dictionary 1".to_owned());
    assert_eq!(damaged(folder.path()), [dictionary, body(1), body(2)]);
}

#[test]
fn a_damaged_dictionary_is_read_from_its_page_though_that_is_compressed_with_a_newer_one() {
    let mut desk = desk_with_sections(12);
    let skins = ["old"; 2].into_iter().chain(["new"; 10]);
    let pages: Vec<Vec<u8>> = skins
        .enumerate()
        .map(|(n, skin)| page_of(skin, n))
        .collect();
    for (n, body) in pages.iter().enumerate() {
        desk.answer_with_body(&section(&desk, n), body);
        desk.archive.save().unwrap();
    }
    let folder = desk.closed();
    let sql = Connection::open(folder.path().join("archive.db")).unwrap();

    // The first page came again after a repair, when the second dictionary was in use.
    let newer = &pages[9];
    let packed = zstd::bulk::Compressor::with_dictionary(2, newer)
        .unwrap()
        .compress(&pages[0])
        .unwrap();
    let update = "UPDATE body SET zstd = ?1, dictionary_id = 2 WHERE id = 1";
    assert_eq!(sql.execute(update, [packed]).unwrap(), 1);
    damage(&sql, "dictionary", 1);

    assert_eq!(read_all(folder.path()), pages);
}

/// Makes the archive as a saseo without dictionaries left it.
fn without_dictionaries(data: &Path) {
    let bodies = read_all(data);
    let sql = Connection::open(data.join("archive.db")).unwrap();

    sql.execute_batch("UPDATE body SET dictionary_id = NULL; DELETE FROM dictionary;")
        .unwrap();
    for body in &bodies {
        let alone = zstd::bulk::compress(body, 1).unwrap();
        sql.execute(
            "UPDATE body SET zstd = ?2 WHERE sha256 = ?1",
            rusqlite::params![Sha256::digest(body).as_slice(), alone],
        )
        .unwrap();
    }
}

#[test]
fn compaction_makes_older_pages_smaller_and_changes_no_byte_of_them() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "1ms");
    assert!(crawler.run(&["crawl"]).status.success());
    without_dictionaries(&crawler.data());
    let (bodies, articles) = (read_all(&crawler.data()), crawler.articles());

    let compacted = crawler.run_json("compact");

    let bytes = |name: &str| compacted[name].as_u64().unwrap();
    assert!(
        bytes("bytes_after") * 2 < bytes("bytes_before")
            && bytes("file_after") < bytes("file_before"),
        "{compacted}"
    );
    assert_eq!(read_all(&crawler.data()), bodies);
    assert_eq!(crawler.articles(), articles);
    assert_eq!(verified(&crawler.data()).damage, []);
    assert_eq!(crawler.run_json("compact")["bodies"], 0);

    let told = String::from_utf8(crawler.run(&["compact"]).stdout).unwrap();
    assert!(told.starts_with("nothing is left to do"), "{told}");
}

#[test]
fn a_step_of_a_compaction_is_saved_as_a_whole_or_leaves_no_trace() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "1ms");
    assert!(crawler.run(&["crawl"]).status.success());
    without_dictionaries(&crawler.data());
    let bodies = read_all(&crawler.data());
    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    let state = || -> (i64, i64, i64) {
        sql.query_row(
            "SELECT (SELECT capture_id FROM compaction), (SELECT count(*) FROM dictionary),
                    (SELECT sum(length(zstd)) FROM body)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap()
    };

    loop {
        let before = state();
        let step = |is_saved: bool| {
            // What is not saved when the archive is closed is lost, as with a kill.
            let mut archive = open_archive(&crawler.data()).unwrap();
            let lease = archive.take_lease("a test", NOW, None).unwrap();
            let step = archive.compact_bodies(lease, 20, NOW).unwrap();
            if is_saved {
                archive.save().unwrap();
            }
            step
        };

        let lost = step(false);
        assert_eq!(state(), before);
        assert_eq!(step(true), lost);
        assert_eq!(read_all(&crawler.data()), bodies);
        if lost.is_none() {
            break;
        }
    }

    assert_eq!(verified(&crawler.data()).damage, []);
}

#[test]
fn a_killed_compaction_loses_nothing_and_the_next_one_goes_on() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "1ms");
    assert!(crawler.run(&["crawl"]).status.success());
    without_dictionaries(&crawler.data());
    let bodies = read_all(&crawler.data());

    for kill in 0..12 {
        let mut running = crawler.spawn("compact");
        // Later each time: the process starts, opens, compresses or gives room back.
        for _ in 0..kill * 10_000 {
            std::thread::yield_now();
        }
        running.kill();
        assert_eq!(read_all(&crawler.data()), bodies);
    }
    crawler.run_json("compact");

    assert_eq!(read_all(&crawler.data()), bodies);
    assert_eq!(verified(&crawler.data()).damage, []);
}

#[test]
fn a_damaged_page_stands_as_it_was_and_compaction_says_so() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "1ms");
    assert!(crawler.run(&["crawl"]).status.success());
    without_dictionaries(&crawler.data());
    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    let body: i64 = sql
        .query_row(
            "SELECT max(body_id) FROM capture WHERE status = 200",
            [],
            |row| row.get(0),
        )
        .unwrap();
    damage(&sql, "body", body);
    let zstd = |sql: &Connection| -> Vec<u8> {
        sql.query_row("SELECT zstd FROM body WHERE id = ?1", [body], |row| {
            row.get(0)
        })
        .unwrap()
    };
    let damaged = zstd(&sql);

    let out = crawler.run(&["compact"]);

    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(said(&out).contains("saseo verify"), "{}", said(&out));
    assert_eq!(zstd(&sql), damaged);
}

#[test]
fn an_archive_that_a_crawl_holds_is_not_compacted_and_none_is_begun() {
    let crawler = Crawler::empty();
    let missing = crawler.run(&["compact"]);
    let is_begun = crawler.data().join("archive.db").exists();

    let _held = open_archive(&crawler.data()).unwrap();
    let held = crawler.run(&["compact"]);

    assert_eq!(held.status.code(), Some(75), "{}", said(&held));
    assert_eq!(missing.status.code(), Some(1), "{}", said(&missing));
    assert!(!is_begun);
}
