//! `kill -9` at any moment of a crawl by the real binary: nothing is lost, nothing doubled, no host hurried.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{Crawler, Paper};

/// The gap of the test's site file.
const GAP: Duration = Duration::from_millis(100);

#[test]
fn a_crawl_killed_at_ten_moments_stores_every_article_once() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "100ms");
    for moment in 1..=10 {
        // A moment is told by what the server has answered, not by a clock: it comes on a slow machine as well.
        let mut crawl = crawler.spawn(if moment == 1 { "crawl" } else { "resume" });
        paper.wait_for_visits(moment * 12);
        crawl.kill();
    }
    let report = crawler.run_json("resume");
    // Two articles are missing, and are looked for once more a day later.
    assert_eq!((report["how"].as_str(), report["queued"].as_u64()), (Some("finished"), Some(2)));

    let mut stored: Vec<u64> = crawler.articles().iter().map(|article| article["number"].as_u64().unwrap()).collect();
    let mut expected = paper.to_be_stored();
    stored.sort_unstable();
    expected.sort_unstable();
    assert_eq!(stored, expected);
    paper.assert_gap(GAP);
    let audit = crawler.run(&["audit"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));

    // Only what was under way at a kill is asked twice: at most one request each time.
    let mut asked: BTreeMap<String, u32> = BTreeMap::new();
    for visit in paper.log() {
        *asked.entry(visit.path_and_query).or_default() += 1;
    }
    let again: u32 = asked.values().map(|times| times - 1).sum();
    assert!(again <= 10 + 1, "{again} requests were sent again: {asked:?}");
}
