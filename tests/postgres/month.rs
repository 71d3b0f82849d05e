//! Days of a paper, crawled into a folder and into a database: both have the same in the end.

use rusqlite::Connection;
use rusqlite::types::Value;
use saseo::archive::FILE;

use crate::database;
use crate::growing_paper::Crawler;
use crate::published_days::{crawl_for, paper_of};

/// Long enough for an outage, kills, revisits after a week, and the weekly check of sections.
const DAYS: u32 = 8;

/// What is compared: everything but the numbers of rows, of which a database leaves some out.
const COMPARED: [&str; 6] = [
    "SELECT url, role, number, priority, discovered_at, due_at, attempts, verdict, reason,
            settled_at, next_at, hops, gone_looks, failures, unended, etag
     FROM page ORDER BY url",
    "SELECT article.number, article.url, access, first_seen_at, n, title, text, published_at
     FROM version JOIN article ON article.id = version.article_id ORDER BY number, n",
    "SELECT kind, n, at, number FROM change JOIN article ON article.id = change.article_id
     ORDER BY seq",
    "SELECT page.url, fetched_at, status, headers, body.sha256 FROM capture
     JOIN page ON page.id = capture.page_id LEFT JOIN body ON body.id = capture.body_id
     ORDER BY capture.id",
    "SELECT command, started_at, how, why, requests, not_modified, articles_new,
            articles_changed, articles_gone, refused, failed, bytes
     FROM run ORDER BY id",
    // The ledger of a database tells of the requests of lost workers, too.
    "SELECT kind, at, url, rule, gap, status, bytes, digest, not_before FROM ledger
     WHERE trouble IS NULL OR trouble <> 'its worker was lost' ORDER BY id",
];

#[tokio::test(start_paused = true)]
async fn days_of_a_paper_bring_the_same_into_a_database_as_into_a_folder() {
    let mut in_folder = Crawler::in_folder(paper_of(DAYS));
    let in_file = crawl_for(&mut in_folder, DAYS).await;
    let mut crawler = Crawler::of(paper_of(DAYS));
    let in_database = crawl_for(&mut crawler, DAYS).await;
    println!("{in_file:?}");
    assert_eq!(in_database, in_file);

    let file = Connection::open(in_folder.folder.path().join(FILE)).unwrap();
    let copy = database::file_of(crawler.folder.path());
    for select in COMPARED {
        let (file, copy) = (rows(&file, select), rows(&copy, select));
        for (one, other) in file.iter().zip(&copy) {
            assert_eq!(other, one, "{select}");
        }
        assert_eq!(copy.len(), file.len(), "{select}");
        assert!(!file.is_empty(), "{select}");
    }
}

fn rows(sql: &Connection, select: &str) -> Vec<Vec<Value>> {
    let mut select = sql.prepare(select).unwrap();
    let columns = select.column_count();
    let rows = select.query_map([], |row| (0..columns).map(|k| row.get(k)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}
