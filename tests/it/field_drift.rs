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
