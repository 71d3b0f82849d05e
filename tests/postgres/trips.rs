//! How often a crawl waits for its database, and that nothing is lost of what it does not wait for.

use std::time::Duration;

use saseo::demo::Edition;

use crate::cluster::Cluster;
use crate::program::{Crawler, Paper, said};
use crate::proxy::Proxy;
use crate::store;

/// The most waits for the database's server a request, with the run's beginning and its end. Each
/// statement was one, 49 in all; 7.6 are left, in each of several runs, and five of an article.
const MOST_WAITS: u64 = 8;

/// A gap in which an answer is saved before the next request is announced, as it is in a polite
/// crawl. A slow machine does both at once: that is fewer waits.
const GAP: &str = "100ms";

/// A delay in each direction that makes one wait a hundred times as long as on one machine.
const DELAY: Duration = Duration::from_millis(5);

/// A paper of three sections, and its crawler.
fn paper(articles_per_section: u32, gap: &str) -> (Paper, Crawler) {
    let paper = Paper::of(&Edition {
        articles_per_section,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, gap);
    (paper, crawler)
}

fn count(crawler: &Crawler, of: &str) -> u64 {
    let sql = format!("SELECT count(*) FROM {of}");
    let told = store::sql_of(crawler.folder.path(), &sql);
    told.trim().parse().unwrap()
}

/// A number that the session told at its end.
fn told_at_end(log: &str, name: &str) -> u64 {
    let line = log
        .lines()
        .find(|line| line.contains("the session with the database ends"))
        .expect("the session tells of its end");
    let mut words = line.split_whitespace();
    let number = words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    number.unwrap().parse().unwrap()
}

#[test]
fn a_crawl_waits_for_the_database_a_few_times_a_page() {
    let (_paper, crawler) = paper(12, GAP);

    let crawled = crawler.run(&["-vv", "crawl"]);
    assert!(crawled.status.success(), "{}", said(&crawled));

    let log = said(&crawled);
    let requests = count(&crawler, "ledger WHERE kind = 'announced'");
    // Each statement is prepared once, however many pages there are.
    let waits = told_at_end(&log, "waits") - told_at_end(&log, "prepared");
    println!("{waits} waits for {requests} requests");
    assert!(requests > 40, "{requests}");
    assert!(
        waits <= MOST_WAITS * requests,
        "{waits} for {requests} requests"
    );
}

#[test]
fn the_error_of_a_statement_that_nobody_waits_for_fails_its_transaction() {
    let (paper, crawler) = paper(2, "0s");
    assert!(crawler.run(&["crawl"]).status.success());
    paper.origin.newspaper(|paper| paper.publish(2));
    let folder = crawler.folder.path();
    // The pace of a host is written with each answer, and its result is not looked at.
    let refuse = "ALTER TABLE host ADD CONSTRAINT broken CHECK (last_at < 0) NOT VALID";
    store::sql_of(folder, refuse);
    let tables = ["ledger WHERE status IS NOT NULL", "capture", "page", "body"];
    let before = tables.map(|table| count(&crawler, table));

    let failed = crawler.run(&["crawl"]);

    assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
    let message = said(&failed);
    assert!(message.contains("INSERT INTO host"), "{message}");
    assert!(message.contains("broken"), "{message}");
    assert_eq!(before, tables.map(|table| count(&crawler, table)));

    store::sql_of(folder, "ALTER TABLE host DROP CONSTRAINT broken");
    let resumed = crawler.run(&["crawl"]);
    assert!(resumed.status.success(), "{}", said(&resumed));
    assert_eq!(crawler.articles().len(), paper.to_be_stored().len());
    let audited = crawler.run(&["audit"]);
    assert!(audited.status.success(), "{}", said(&audited));
}

#[test]
fn a_request_is_not_sent_where_its_announcement_fails_together_with_the_commit() {
    let (paper, crawler) = paper(2, "0s");
    assert!(crawler.run(&["crawl"]).status.success());
    let folder = crawler.folder.path();
    let asked = paper.log().len();
    let announced = count(&crawler, "ledger WHERE kind = 'announced'");
    // The announcement and the commit are sent together. The server answers both: an error, and
    // that it has rolled back.
    let refuse = "ALTER TABLE ledger ADD CONSTRAINT broken CHECK (kind <> 'announced') NOT VALID";
    store::sql_of(folder, refuse);

    let failed = crawler.run(&["crawl"]);

    assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
    let message = said(&failed);
    assert!(message.contains("INSERT INTO ledger"), "{message}");
    assert_eq!(paper.log().len(), asked);
    assert_eq!(
        count(&crawler, "ledger WHERE kind = 'announced'"),
        announced
    );
}

#[test]
fn a_crawl_with_a_database_far_away_stores_everything() {
    let (paper, crawler) = paper(4, "0s");
    let cluster = Cluster::start();
    let proxy = Proxy::slow(cluster.port(), DELAY);
    let far = format!("postgres://postgres@{}/papers", proxy.address);
    let run = |args: &[&str]| {
        let mut command = crawler.command(args);
        command.env("SASEO_STORE", &far).output().unwrap()
    };

    let crawled = run(&["crawl"]);

    assert!(crawled.status.success(), "{}", said(&crawled));
    let stored = cluster.sql("SELECT count(*) FROM article");
    assert_eq!(stored.trim(), paper.to_be_stored().len().to_string());
    for command in ["audit", "verify"] {
        let checked = run(&[command]);
        assert!(checked.status.success(), "{command}: {}", said(&checked));
    }
}
