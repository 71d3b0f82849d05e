//! Fields that a paper's articles had and do not have any more are told by `status`, by
//! `check --profiles`, and to the paper's monitor.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use rusqlite::Connection;
use saseo::demo::Edition;
use serde_json::Value;

use crate::former_archives::archive_of_schema;
use crate::open_archive::open_archive;
use crate::program::{Crawler, Paper, told};

const DAY: i64 = 24 * 3_600_000;

/// A crawled paper whose articles were seen over a month; those of the last day lost their authors.
fn drifted(site_lines: &str) -> (Paper, Crawler) {
    let paper = Paper::of(&Edition {
        articles_per_section: 12,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}{site_lines}")).unwrap();
    assert!(crawler.run(&["crawl"]).status.success());

    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    let articles: i64 = sql
        .query_row("SELECT count(*) FROM article", [], |row| row.get(0))
        .unwrap();
    assert!(articles >= 30, "{articles}");
    // All but the newest six were seen, and published, days before.
    sql.execute_batch(&format!(
        "UPDATE version SET authors = '[\"김하늘\"]';
         UPDATE article SET first_seen_at = first_seen_at - 2 * {DAY} - id * 3600
         WHERE id <= (SELECT max(id) FROM article) - 6;
         UPDATE version SET published_ms =
           (SELECT first_seen_at FROM article WHERE article.id = article_id) - 1000;
         UPDATE version SET authors = '[]'
         WHERE article_id > (SELECT max(id) FROM article) - 6;"
    ))
    .unwrap();
    (paper, crawler)
}

const WORDS: &str = "authors in 0 % of 6 articles of the last day, where 100 % had it";

#[test]
fn a_field_that_is_lost_is_told_by_status_and_by_check() {
    let (_paper, crawler) = drifted("");
    let status = told(&crawler.run(&["status"]));
    assert!(status.contains(&format!("  ! {WORDS}")), "{status}");

    let out = crawler.run(&["check", "--profiles"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        told(&out).contains(&format!("WRONG demo: {WORDS}")),
        "{}",
        told(&out)
    );
    let json: Value =
        serde_json::from_str(&told(&crawler.run(&["check", "--profiles", "--json"]))).unwrap();
    assert_eq!(json["drift"][0]["site"], "demo");
    assert_eq!(json["drift"][0]["fields"][0]["field"], "authors");

    // Old articles that a backfill brings lack what they will.
    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    sql.execute(
        "UPDATE version SET published_ms = published_ms - 90 * 24 * 3600000 WHERE authors = '[]'",
        [],
    )
    .unwrap();
    let out = crawler.run(&["check", "--profiles"]);
    assert!(out.status.success(), "{}", told(&out));
    assert!(!told(&crawler.run(&["status"])).contains("authors in"));
}

/// An archive in which a paper brings 60 articles a day for a month. Those of the last `broken` days
/// have no authors, and `old` articles of a backfill came at the end, without a date or anything.
fn busy(broken: i64, old: i64) -> (Paper, Crawler) {
    let (paper, crawler) = drifted("");
    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    sql.execute_batch(&format!(
        "PRAGMA foreign_keys = OFF;
         CREATE TEMP TABLE one AS SELECT * FROM version WHERE article_id =
           (SELECT max(id) FROM article) AND n = 1;
         CREATE TEMP TABLE newest AS SELECT max(first_seen_at) AS at FROM article;
         DELETE FROM version; DELETE FROM article;
         WITH RECURSIVE k (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < 1860)
         INSERT INTO article (id, site_id, number, url, access, first_seen_at)
           SELECT k, 1, k, 'https://paper.example/' || k, 'open', at - (1860 - k) * {DAY} / 60
           FROM k, newest;
         WITH RECURSIVE k (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < {old})
         INSERT INTO article (id, site_id, number, url, access, first_seen_at)
           SELECT 5000 + k, 1, 5000 + k, 'https://paper.example/old/' || k, 'open', at - k
           FROM k, newest WHERE {old} > 0;
         UPDATE one SET authors = '[\"김하늘\"]';"
    ))
    .unwrap();

    let columns: Vec<String> = sql
        .prepare("SELECT name FROM pragma_table_info('version') WHERE name NOT IN ('id')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let values: Vec<String> = columns
        .iter()
        .map(|name| match name.as_str() {
            "article_id" => "article.id".to_owned(),
            "published_ms" => "CASE WHEN article.id <= 5000 THEN first_seen_at - 1000
                 WHEN article.id % 2 THEN NULL ELSE first_seen_at - 900 * 86400000 END"
                .to_owned(),
            "authors" => format!("iif(article.id > 1860 - 60 * {broken}, '[]', one.authors)"),
            other => format!("one.{other}"),
        })
        .collect();
    sql.execute_batch(&format!(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO version ({}) SELECT {} FROM article, one",
        columns.join(", "),
        values.join(", ")
    ))
    .unwrap();
    (paper, crawler)
}

#[test]
fn a_busy_paper_that_stays_broken_is_told_for_days_and_a_backfill_beside_it_hides_nothing() {
    for (broken, old, is_told) in [
        (0, 0, false),
        (1, 0, true),
        (9, 0, true),
        (0, 300, false),
        (3, 300, true),
    ] {
        let (_paper, crawler) = busy(broken, old);
        let status = told(&crawler.run(&["status"]));
        let alarm = " % of 20 articles of the last day";
        assert_eq!(status.contains(alarm), is_told, "{broken} {old}: {status}");
        assert_eq!(status.contains("  ! authors in 0 %"), is_told, "{status}");
    }
}

/// A monitor that tells the first line and the body of what it is asked.
fn monitor() -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/ping/7", listener.local_addr().unwrap());
    let (heard, asked) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut first, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
                    length = told.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                if first.is_empty() {
                    first = line.trim().to_owned();
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            stream
                .get_mut()
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
            if heard
                .send((first, String::from_utf8(body).unwrap()))
                .is_err()
            {
                return;
            }
        }
    });
    (url, asked)
}

#[test]
fn a_field_that_is_lost_is_told_to_the_monitor_with_its_ping() {
    let (url, asked) = monitor();
    let (_paper, crawler) = drifted(&format!("[schedule]\nevery = \"1d\"\nping = \"{url}\"\n"));
    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    sql.execute("UPDATE site SET crawled_at = 0", []).unwrap();
    drop(sql);
    assert!(crawler.run(&["schedule", "--once"]).status.success());

    let (start, nothing) = asked.recv().unwrap();
    assert_eq!(
        (start.as_str(), nothing.as_str()),
        ("GET /ping/7/start HTTP/1.1", "")
    );
    let (end, words) = asked.recv().unwrap();
    assert_eq!(end, "POST /ping/7 HTTP/1.1");
    assert!(words.starts_with(&format!("demo: {WORDS}")), "{words}");
}

#[test]
fn an_archive_of_schema_19_gets_the_index_that_status_reads() {
    let folder = archive_of_schema(19);
    drop(open_archive(folder.path()).unwrap());

    let sql = Connection::open(folder.path().join("archive.db")).unwrap();
    let plan: String = sql
        .query_row(
            "EXPLAIN QUERY PLAN SELECT section, published_ms FROM version
             WHERE n = 1 AND published_ms BETWEEN 1 AND 2 AND section IS NOT NULL AND site_id = 1
             ORDER BY section, published_ms",
            [],
            |row| row.get(3),
        )
        .unwrap();
    assert!(plan.contains("COVERING INDEX version_section"), "{plan}");
}
