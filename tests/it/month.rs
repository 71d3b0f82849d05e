//! A month of a paper, under tokio's paused clock: what its readers could see is kept, and no more
//! is asked than must be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::growing_paper::{Crawler, Piece};
use crate::published_days::{CRAWL, DAYS_OF_MONTH, EVERY, crawl_for, paper_of};
use crate::simulated_web::{DAY, HOUR, NOW};
use saseo::config::site::REVISIT_SCHEDULE;
use saseo::time::Timestamp;

#[tokio::test(start_paused = true)]
async fn a_month_of_a_paper_is_kept_as_it_was_at_little_more_than_a_request_an_article() {
    let mut crawler = Crawler::in_folder(paper_of(DAYS_OF_MONTH));
    let costs = crawl_for(&mut crawler, DAYS_OF_MONTH).await;
    let end = crawler.paper.clock.now();
    let sql = rusqlite::Connection::open(crawler.folder.path().join(saseo::archive::FILE)).unwrap();
    let rows = |statement: &str| -> BTreeMap<u64, i64> {
        let mut select = sql.prepare(statement).unwrap();
        let rows = select
            .query_map([], |row| {
                Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?))
            })
            .unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let paper = &crawler.paper;
    // After an outage a host is asked again as late as the pause for it lasts, which is about as
    // long as the outage was.
    let excuse = |from: Timestamp, until: Timestamp| -> Duration {
        let outages = paper
            .outages
            .iter()
            .filter(|(began, ended)| from < *ended + ended.since(*began) + HOUR && *began < until);
        outages
            .map(|(began, ended)| ended.since(*began) * 2 + HOUR)
            .sum()
    };

    // Every article was found within its interval: of a crawl, and of the weekly check where it was
    // dated back.
    let seen = rows(
        "SELECT number, discovered_at FROM page WHERE role = 'article' AND number IS NOT NULL",
    );
    let stored = rows("SELECT number, 1 FROM articles");
    for piece in paper.pieces.iter().filter(|piece| piece.visible > NOW) {
        let is_dated_back = piece.published < piece.visible;
        let within = if is_dated_back {
            DAY * 7 + EVERY * 2 + CRAWL
        } else {
            EVERY * 2 + CRAWL
        };
        let latest = piece.visible + within;
        if latest > end
            || paper
                .deleted
                .get(&piece.number)
                .is_some_and(|gone| *gone < latest)
        {
            continue;
        }
        let found = seen
            .get(&piece.number)
            .map(|at| Timestamp::from_millis(*at));
        let found = found.unwrap_or_else(|| panic!("{piece:?} was never found"));
        assert!(
            found <= latest + excuse(piece.visible, latest),
            "{piece:?} was found at {found}"
        );
        assert!(
            stored.contains_key(&piece.number),
            "{piece:?} is not stored"
        );
    }
    assert_eq!(
        stored.len(),
        sql.query_row("SELECT count(*) FROM article", [], |row| row
            .get::<_, usize>(0))
            .unwrap()
    );

    // Every edit that outlived a revisit is a version: whoever was served the new words has them.
    let edited: BTreeSet<u64> =
        rows("SELECT number, max(text LIKE '%바로잡습니다.%') AS is_edited FROM version JOIN article ON article.id = article_id
              GROUP BY number HAVING is_edited").into_keys().collect();
    let served = crawler.article_requests();
    let was_served = |number: u64, from: Timestamp| {
        served.iter().any(|(asked, request)| {
            *asked == number && request.ended >= from && matches!(request.status, Some(200 | 304))
        })
    };
    let should_be: BTreeSet<u64> = paper
        .edited
        .iter()
        .filter(|(number, from)| was_served(**number, **from))
        .map(|(number, _)| *number)
        .collect();
    assert_eq!(edited, should_be);
    assert!(should_be.len() > 25, "{}", should_be.len());
    let versions = rows(
        "SELECT number, count(*) FROM version JOIN article ON article.id = article_id GROUP BY number",
    );
    for (number, count) in &versions {
        let changes = [&paper.edited, &paper.republished]
            .iter()
            .filter(|changes| changes.contains_key(number))
            .count();
        assert!(
            *count <= 1 + changes as i64,
            "article {number} has {count} versions"
        );
    }

    // Revisits are made at the ages of the schedule, within an interval, and no more than those.
    let mut visits: BTreeMap<u64, Vec<Timestamp>> = BTreeMap::new();
    for (number, request) in &served {
        if matches!(request.status, Some(200 | 304)) {
            visits.entry(*number).or_default().push(request.ended);
        }
    }
    let is_plain = |piece: &Piece| {
        piece.visible > NOW
            && piece.published == piece.visible
            && !paper.republished.contains_key(&piece.number)
    };
    let mut revisits_seen = 0;
    for piece in paper.pieces.iter().filter(|piece| is_plain(piece)) {
        let until = paper.deleted.get(&piece.number).copied().unwrap_or(end);
        let Some(asked) = visits.get(&piece.number) else {
            continue;
        };
        assert!(
            asked.len() <= 1 + REVISIT_SCHEDULE.len() + 1,
            "{piece:?} was asked for at {asked:?}"
        );
        for age in REVISIT_SCHEDULE {
            let from = piece.published + age;
            let latest = from + EVERY * 3 + CRAWL;
            let latest = latest + excuse(from, latest);
            if latest < until {
                assert!(
                    asked.iter().any(|at| *at >= from && *at <= latest),
                    "{piece:?}: at the age of {age:?}, {asked:?}"
                );
                revisits_seen += 1;
            }
        }
    }
    assert!(revisits_seen > 1_500, "{revisits_seen}");

    // Articles that were missed twice, a day apart, are marked gone and kept; no others are marked.
    let gone: BTreeSet<u64> = rows("SELECT number, 1 FROM articles WHERE access = 'gone'")
        .into_keys()
        .collect();
    assert!(
        gone.iter().all(|number| paper.deleted.contains_key(number)),
        "{gone:?}"
    );
    let was_missed_twice = |number: &u64| {
        let absent: Vec<Timestamp> = served
            .iter()
            .filter(|(asked, request)| asked == number && request.status == Some(404))
            .map(|(_, request)| request.ended)
            .collect();
        absent
            .last()
            .zip(absent.first())
            .is_some_and(|(last, first)| last.since(*first) >= DAY)
    };
    let should_be: BTreeSet<u64> = paper
        .deleted
        .keys()
        .filter(|number| stored.contains_key(number) && was_missed_twice(number))
        .copied()
        .collect();
    assert_eq!(gone, should_be);
    assert!(gone.len() >= 3, "{gone:?}");

    // The costs, each class apart; docs/benchmarks.md has them.
    println!("{costs:?}");
    assert!(costs.kills > 60 && costs.idle > 100, "{costs:?}");
    assert!(costs.most_when_idle <= 2, "{costs:?}");
    assert!(costs.daily <= (DAYS_OF_MONTH as usize + 4) * 5, "{costs:?}");
    // Each of three sections once a week, down to its end: ten pages. A list of everything that a
    // kill broke off is not trusted: then the sections are asked for their news.
    assert!(
        costs.checks <= (1 + DAYS_OF_MONTH as usize / 7) * 3 * 10 + costs.kills * 3,
        "{costs:?}"
    );
    // A page a crawl and one for news in most; the first reading, kills and outages take no more
    // than a tenth.
    assert!(
        costs.everything <= (costs.crawls + stored.len()) * 11 / 10,
        "{costs:?}"
    );
    assert!(
        costs.articles <= stored.len() * (1 + REVISIT_SCHEDULE.len()),
        "{costs:?}"
    );
}
