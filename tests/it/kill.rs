//! `kill -9` at any moment of a crawl by the real binary: nothing is lost, nothing doubled, no host
//! hurried.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::program::{Crawler, Paper};
use crate::store;
use saseo::demo::Edition;

/// The gap of the test's site file.
const GAP: Duration = Duration::from_millis(100);

#[test]
fn a_crawl_killed_at_ten_moments_stores_every_article_once() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "100ms");
    for moment in 1..=10 {
        // A moment is told by what the server has answered, not by a clock: it comes on a slow
        // machine as well.
        let mut crawl = crawler.spawn(if moment == 1 { "crawl" } else { "resume" });
        paper.wait_for_visits(moment * 12, &mut crawl);
        crawl.kill();
    }
    let report = crawler.run_json("resume");
    // Two articles are missing, and are looked for once more a day later.
    assert_eq!(
        (report["how"].as_str(), report["queued"].as_u64()),
        (Some("finished"), Some(2))
    );

    let mut stored: Vec<u64> = crawler
        .articles()
        .iter()
        .map(|article| article["number"].as_u64().unwrap())
        .collect();
    let mut expected = paper.to_be_stored();
    stored.sort_unstable();
    expected.sort_unstable();
    assert_eq!(stored, expected);
    paper.assert_gap(GAP);
    let audit = crawler.run(&["audit"]);
    assert!(
        audit.status.success(),
        "{}",
        String::from_utf8_lossy(&audit.stdout)
    );

    // Only what was under way at a kill is asked twice: at most one request each time.
    let mut asked: BTreeMap<String, u32> = BTreeMap::new();
    for visit in paper.log() {
        *asked.entry(visit.path_and_query).or_default() += 1;
    }
    let again: u32 = asked.values().map(|times| times - 1).sum();
    assert!(
        again <= 10 + 1,
        "{again} requests were sent again: {asked:?}"
    );
}

#[test]
fn a_crawl_of_photos_killed_at_ten_moments_keeps_every_photo_once() {
    let paper = Paper::of(&Edition {
        articles_per_section: 8,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "50ms");
    crawler.keep_photos();
    for moment in 1..=10 {
        let mut crawl = crawler.spawn(if moment == 1 { "crawl" } else { "resume" });
        // Photos come last: most of these moments are among them.
        paper.wait_for_visits(24 + moment * 2, &mut crawl);
        crawl.kill();
    }
    crawler.run_json("resume");

    let kept = store::sql_of(
        crawler.folder.path(),
        "SELECT page.url FROM page JOIN capture ON capture.page_id = page.id
         JOIN body ON body.id = capture.body_id
         WHERE role = 'photo' AND verdict = 'stored' ORDER BY page.url",
    );
    let kept: Vec<&str> = kept.lines().collect();
    let mut expected = paper.photos_to_be_stored();
    expected.sort();
    assert_eq!(kept, expected);
    let audit = crawler.run(&["audit"]);
    assert!(audit.status.success());

    let photos = paper
        .log()
        .into_iter()
        .filter(|visit| visit.path_and_query.ends_with(".jpg"));
    assert!(photos.count() <= expected.len() + 10);
}

/// Kills of the short form; `just kills` makes a thousand.
const KILLS: usize = 9;

#[test]
fn a_schedule_of_three_papers_killed_again_and_again_loses_nothing_and_hurries_nobody() {
    let kills = std::env::var("SASEO_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(KILLS);
    let edition = Edition {
        articles_per_section: 12,
        crawl_delay: None,
        ..Edition::default()
    };
    let papers: Vec<Paper> = (0..3).map(|_| Paper::of(&edition)).collect();
    let crawler = Crawler::empty();
    for (k, paper) in papers.iter().enumerate() {
        let name = format!("p{k}");
        crawler.write_named_site(&name, &paper.origin.base(), "50ms");
        let file = crawler.config().join(format!("sites/{name}.toml"));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{text}[schedule]\nevery = \"200ms\"\n")).unwrap();
    }

    let visits = || {
        papers
            .iter()
            .map(|paper| paper.log().len())
            .collect::<Vec<_>>()
    };
    let mut chance = 7_u64;
    for kill in 0..kills {
        let before = visits();
        let mut schedule = crawler.spawn("schedule");
        // One of the papers has answered so often by then: a moment of its own for each kill.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (one, more) = (
            kill % papers.len(),
            usize::try_from(chance >> 60).unwrap() + 1,
        );
        papers[one].wait_for_visits(before[one] + more, &mut schedule);
        schedule.kill();
        papers
            .iter()
            .for_each(|paper| paper.origin.newspaper(|paper| paper.publish(1)));
    }
    let report = crawler.run_json("crawl");
    assert_eq!(report["how"], "finished", "{report}");

    let articles = crawler.articles();
    for (k, paper) in papers.iter().enumerate() {
        let of_paper = articles
            .iter()
            .filter(|article| article["site"] == format!("p{k}"));
        let mut stored: Vec<u64> = of_paper
            .map(|article| article["number"].as_u64().unwrap())
            .collect();
        let mut expected = paper.to_be_stored();
        stored.sort_unstable();
        expected.sort_unstable();
        assert_eq!(stored, expected, "paper {k}");
        paper.assert_gap(Duration::from_millis(50));
        // What was under way at a kill is asked twice, and what every crawl asks for.
        let mut asked: BTreeMap<String, u32> = BTreeMap::new();
        for visit in paper
            .log()
            .into_iter()
            .filter(|visit| visit.path_and_query.contains("articleView"))
        {
            *asked.entry(visit.path_and_query).or_default() += 1;
        }
        let again: u32 = asked.values().map(|times| times - 1).sum();
        assert!(
            again as usize <= kills + 2,
            "paper {k}: {again} articles were asked for again: {asked:?}"
        );
    }
    let audit = crawler.run(&["audit"]);
    assert!(
        audit.status.success(),
        "{}",
        String::from_utf8_lossy(&audit.stdout)
    );
    let verify = crawler.run(&["verify"]);
    assert!(
        verify.status.success(),
        "{}",
        String::from_utf8_lossy(&verify.stdout)
    );
}
