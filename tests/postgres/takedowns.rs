//! Takedowns of archives in a database. Those of folders stand in tests/it/forget.rs.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::process::Output;

use flate2::read::MultiGzDecoder;
use saseo::demo::Edition;
use serde_json::Value;

use crate::program::{Crawler, Paper, lines, said, told};
use crate::store;

/// A crawled demo paper, the number of an article, and a sentence that no other page has.
fn crawled() -> (Paper, Crawler, u64, String) {
    let paper = Paper::of(&Edition {
        articles_per_section: 8,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "1ms");
    done(&crawler.run(&["crawl"]));

    let articles = crawler.articles();
    let texts: Vec<&str> = articles
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    let (at, sentence) = (0..texts.len())
        .find_map(|at| Some((at, own_sentence(&texts, at)?.to_owned())))
        .unwrap();
    (
        paper,
        crawler,
        articles[at]["number"].as_u64().unwrap(),
        sentence,
    )
}

/// A paragraph of a text that no other text has. Lists show the first ones.
fn own_sentence<'t>(texts: &[&'t str], at: usize) -> Option<&'t str> {
    let mut paragraphs = texts[at].split("\n\n").skip(1);
    let is_own = |one: &str| texts.iter().filter(|text| text.contains(one)).count() == 1;
    paragraphs.find(|one| one.chars().count() > 20 && is_own(one))
}

fn done(out: &Output) {
    assert!(out.status.success(), "{}{}", told(out), said(out));
}

/// The tables that have a text in a row, and the exports that have it.
fn places_of(crawler: &Crawler, text: &str) -> Vec<String> {
    let folder = crawler.folder.path();
    let tables = store::sql_of(
        folder,
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE nspname = 'public' AND relkind = 'r' ORDER BY relname",
    );
    let mut places = Vec::new();
    for table in tables.lines() {
        let sql = format!(
            "SELECT count(*) FROM \"{table}\" AS one WHERE strpos(one::text, '{text}') > 0"
        );
        if store::sql_of(folder, &sql).trim() != "0" {
            places.push(table.to_owned());
        }
    }
    let out = folder.join("out");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir(&out).unwrap();
    for (format, name) in [
        ("jsonl", "a.jsonl"),
        ("csv", "a.csv"),
        ("warc", "a.warc.gz"),
    ] {
        let path = out.join(name);
        let path = path.to_str().unwrap();
        done(&crawler.run(&["export", "--format", format, "--out", path]));
        let mut bytes = fs::read(path).unwrap();
        if name.ends_with(".gz") {
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(bytes.as_slice())
                .read_to_end(&mut unpacked)
                .unwrap();
            bytes = unpacked;
        }
        if String::from_utf8_lossy(&bytes).contains(text) {
            places.push(name.to_owned());
        }
    }
    places
}

#[test]
fn nothing_brings_an_article_back_that_was_forgotten_in_a_database() {
    let (paper, crawler, number, sentence) = crawled();
    let id = format!("demo/{number}");
    let desk = crawler.folder.path().join("desk");
    let desk_path = desk.to_str().unwrap();
    let export = ["export", "--incremental", "desk", "--out", desk_path];
    done(&crawler.run(&export));
    let before = places_of(&crawler, &sentence);
    assert_eq!(before, ["version", "a.jsonl", "a.csv", "a.warc.gz"]);
    let articles = crawler.articles().len();

    done(&crawler.run(&["forget", &id, "--why", "법원 결정", "--yes"]));

    assert_eq!(places_of(&crawler, &sentence), [""; 0]);
    let asked = paper.log().len();
    for command in [&["crawl"][..], &["reextract"], &["compact"], &["crawl"]] {
        done(&crawler.run(command));
    }
    let own = format!("idxno={number}");
    let later = paper.log().split_off(asked);
    assert!(!later.is_empty());
    let asks_for_it = |path: &str| path.contains(&own);
    assert!(
        !later
            .iter()
            .any(|request| asks_for_it(&request.path_and_query))
    );
    assert!(told(&crawler.run(&["verify"])).contains("damage: none"));
    done(&crawler.run(&["audit"]));
    assert_eq!(crawler.articles().len(), articles - 1);
    assert_eq!(places_of(&crawler, &sentence), [""; 0]);

    let shown = crawler.run(&["show", &id]);
    assert_eq!(shown.status.code(), Some(1));
    assert!(said(&shown).contains("법원 결정"), "{}", said(&shown));
    for _ in 0..2 {
        done(&crawler.run(&export));
    }
    let exported = lines(&desk.join("part-000002.jsonl"));
    let taken: Vec<&Value> = exported
        .iter()
        .filter(|line| line["change"] == "taken_down")
        .collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0]["id"], id.as_str());
    assert!(!desk.join("part-000003.jsonl").exists());
}

#[test]
fn a_held_article_of_a_database_stays_and_retention_removes_the_others_once_a_day() {
    let (_paper, crawler, number, _) = crawled();
    let site = crawler.config().join("sites/demo.toml");
    let text = fs::read_to_string(&site).unwrap();
    let retention = "[retention]\nafter_days = 30\naccess = ['open', 'members']\n";
    fs::write(&site, format!("{text}{retention}")).unwrap();
    let numbers = || -> BTreeSet<u64> {
        let articles = crawler.articles();
        articles
            .iter()
            .map(|one| one["number"].as_u64().unwrap())
            .collect()
    };
    let age = |number: u64| {
        store::sql_of(
            crawler.folder.path(),
            &format!(
                "UPDATE article SET first_seen_at = first_seen_at - 31 * 86400000::bigint
                 WHERE number = {number}"
            ),
        );
    };
    let mut expected = numbers();
    let held = *expected.iter().find(|one| **one != number).unwrap();
    done(&crawler.run(&["hold", &format!("demo/{held}"), "--why", "a court asks"]));
    age(number);
    age(held);

    let dry = crawler.run(&["forget", "--retention", "demo"]);
    done(&dry);
    assert!(
        told(&dry).contains(&format!("demo/{number}")),
        "{}",
        told(&dry)
    );
    assert_eq!(numbers(), expected);
    done(&crawler.run(&["crawl"]));
    expected.remove(&number);
    assert_eq!(numbers(), expected);

    // The second crawl of the day removes nothing, and a hold that is released lets go.
    done(&crawler.run(&["hold", &format!("demo/{held}"), "--release"]));
    done(&crawler.run(&["crawl"]));
    assert_eq!(numbers(), expected);
    done(&crawler.run(&["forget", "--retention", "--yes"]));
    expected.remove(&held);
    assert_eq!(numbers(), expected);
}
