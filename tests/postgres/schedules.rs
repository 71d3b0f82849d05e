//! `saseo schedule` on archives in a database. Those of folders stand in tests/it/schedule.rs.

use std::process::Stdio;

use saseo::demo::Edition;

use crate::program::{Crawler, Paper, said};
use crate::store;

/// A paper that is crawled once a day.
fn daily() -> (Paper, Crawler) {
    let paper = Paper::of(&Edition {
        articles_per_section: 3,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}[schedule]\nevery = \"1d\"\n")).unwrap();
    (paper, crawler)
}

#[test]
fn a_schedule_in_a_database_crawls_what_is_due_once_and_finishes_a_killed_crawl_first() {
    let (paper, crawler) = daily();
    let mut child = crawler
        .command(&["schedule"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    paper.wait_for_visits(6, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    store::end_leases(crawler.folder.path());

    let out = crawler.run(&["schedule", "--once"]);

    assert!(
        out.status.success() && said(&out).contains("run 2 finished"),
        "{}",
        said(&out)
    );
    assert_eq!(crawler.articles().len(), paper.to_be_stored().len());
    let asked = paper.log().len();
    let out = crawler.run(&["schedule", "--once"]);
    assert!(
        out.status.success() && said(&out).contains("nothing is due; demo from "),
        "{}",
        said(&out)
    );
    assert_eq!(paper.log().len(), asked);
    // A day later it is due again, and what has come meanwhile is fetched.
    store::sql_of(
        crawler.folder.path(),
        "UPDATE site SET crawled_at = crawled_at - 86400000",
    );
    paper.origin.newspaper(|paper| paper.publish(2));
    let out = crawler.run(&["schedule", "--once"]);
    assert!(said(&out).contains("run 3 finished"), "{}", said(&out));
    assert_eq!(crawler.articles().len(), paper.to_be_stored().len());
}
