//! Lists that do not end by themselves, and days that no list shows, under tokio's paused clock.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::growing_paper::{Crawler, Paper, printed, published};
use crate::simulated_web::{DAY, HOUR, NOW};
use jiff::civil::{Date, date};
use saseo::archive::RunEnd;
use saseo::crawl::Backfill;

/// A paper whose lists show other rows each time they are asked for.
fn dealing() -> Paper {
    let paper = Paper::new(published(60, 0, HOUR), 1, true);
    paper.deals.store(true, Ordering::Relaxed);
    paper
}

#[tokio::test(start_paused = true)]
async fn a_list_whose_pages_never_repeat_exactly_ends_when_they_bring_nothing_new() {
    let mut crawler = Crawler::of(dealing());
    let (report, asked) = crawler.crawl().await;
    assert_eq!(
        (report.how, report.tally.articles_new),
        (RunEnd::Finished, 60)
    );
    assert!((20..80).contains(&asked.everything), "{asked:?}");
    assert_eq!(crawler.state().lists_partial, 2);
    // Nor does a later reading go on for ever.
    crawler.wait_until(NOW + DAY * 2).await;
    let (report, asked) = crawler.crawl().await;
    assert!(
        report.how == RunEnd::Finished && asked.everything < 80,
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_without_an_end_ends_though_its_crawls_are_killed_again_and_again() {
    let mut crawler = Crawler::of(dealing());
    let mut pages = 0;
    for kills in 0.. {
        let (report, asked) = crawler.crawl_killed_after(Duration::from_secs(30)).await;
        pages += asked.everything;
        assert!(kills < 60 && pages < 200, "{kills} kills, {pages} pages");
        if report.is_some() {
            break;
        }
    }
    assert_eq!(crawler.stored().len(), 60);
}

/// An article every ten hours, back to some day of the year before last, of which the lists show
/// the newest 200. Two months of it are empty.
fn with_a_past() -> Paper {
    let mut pieces = published(1_000, 0, HOUR * 10);
    pieces.retain(|piece| !(NOW - DAY * 260..NOW - DAY * 200).contains(&piece.published));
    Paper::new(pieces, 1, true)
}

/// The first days of the windows that were asked for, in their order.
fn windows(crawler: &Crawler) -> Vec<Date> {
    let paths = crawler.web.requests.paths();
    let first_pages = paths.iter().filter(|path| !path.contains("page="));
    let days = first_pages.filter_map(|path| path.split_once("sc_sdate="));
    days.map(|(_, days)| days[..10].parse().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_backfill_without_a_beginning_ends_where_a_year_is_empty() {
    let mut crawler = Crawler::of(with_a_past());
    crawler.backfill = Some(Backfill {
        first: None,
        last: Some(date(2026, 9, 8)),
    });
    let pieces = crawler.paper.pieces.len();
    let (report, _) = crawler.crawl().await;
    assert_eq!(
        (report.how, crawler.stored().len()),
        (RunEnd::Finished, pieces)
    );
    let asked = windows(&crawler);
    assert!(asked.windows(2).all(|pair| pair[1] < pair[0]), "{asked:?}");
    let oldest = printed(crawler.paper.pieces[0].published);
    // A Saturday; 52 weeks before its own are empty.
    assert_eq!(
        (&oldest[..10], asked.last()),
        ("2025.10.04", Some(&date(2024, 9, 30)))
    );
    // The same again reads nothing twice.
    crawler.crawl().await;
    assert_eq!(windows(&crawler), asked);
}

#[tokio::test(start_paused = true)]
async fn a_backfill_without_a_beginning_goes_on_after_kills_though_nobody_asks_for_it_again() {
    let mut crawler = Crawler::of(with_a_past());
    crawler.backfill = Some(Backfill {
        first: None,
        last: Some(date(2026, 9, 8)),
    });
    crawler
        .crawl_killed_after(Duration::from_secs(10 * 60))
        .await;
    crawler.backfill = None;
    let mut kills = 0;
    while crawler
        .crawl_killed_after(Duration::from_secs(3 * 60))
        .await
        .0
        .is_none()
    {
        kills += 1;
    }
    assert!(kills > 3, "{kills}");
    assert_eq!(crawler.stored().len(), crawler.paper.pieces.len());
    let asked = windows(&crawler);
    assert_eq!(asked.iter().min(), Some(&date(2024, 9, 30)));
    // A kill costs at most the request that was under way.
    let twice = asked.len() - asked.iter().collect::<BTreeSet<_>>().len();
    assert!(twice <= kills + 1, "{twice} of {kills}");
}

#[tokio::test(start_paused = true)]
async fn a_backfill_of_a_server_that_ignores_days_ends_after_a_year_of_weeks() {
    let mut crawler = Crawler::of(dealing());
    crawler.backfill = Some(Backfill {
        first: None,
        last: Some(date(2020, 9, 8)),
    });
    crawler.paper.deals.store(false, Ordering::Relaxed);
    crawler.paper.ignores_days.store(true, Ordering::Relaxed);
    let (report, _) = crawler.crawl().await;
    assert_eq!(
        (report.how, windows(&crawler).len()),
        (RunEnd::Finished, 53)
    );
}
