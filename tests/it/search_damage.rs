//! The full-text index in an archive's file is damaged.

use serde_json::Value;

use crate::program::{Crawler, Paper};

#[test]
fn a_damaged_index_ends_no_crawl_and_is_made_anew() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "1ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let found = |words: &str| -> Value {
        let out = crawler.run(&["--json", "search", words]);
        serde_json::from_slice(&out.stdout).unwrap()
    };
    let before = found("도서관")["articles"].as_u64().unwrap();

    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    // The row of FTS5's own table that tells of all others.
    let damage = "UPDATE article_words_data SET block = x'ff' WHERE id = 10";
    assert_eq!(sql.execute(damage, []).unwrap(), 1);
    drop(sql);
    paper.origin.newspaper(|paper| paper.publish(1));

    for _ in 0..2 {
        let crawled = crawler.run(&["crawl"]);
        assert!(crawled.status.success(), "{crawled:?}");
    }
    assert!(found("도서관")["articles"].as_u64().unwrap() >= before);
}
