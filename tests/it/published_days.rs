//! Days of a paper that publishes, changes and withdraws articles, and the crawls of these days.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::growing_paper::{Crawler, Paper, Piece, Validators, floor, published};
use crate::simulated_web::{DAY, HOUR, NOW};

pub const DAYS_OF_MONTH: u32 = 30;
const PER_DAY: u32 = 30;
/// From one crawl's beginning to the next.
pub const EVERY: Duration = Duration::from_secs(30 * 60);
/// A crawl of the day's news takes no longer.
pub const CRAWL: Duration = Duration::from_secs(10 * 60);

/// The same numbers each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn span(&mut self, from: Duration, to: Duration) -> Duration {
        from + Duration::from_secs(self.below((to - from).as_secs()))
    }
}

/// Thirty articles a day in three sections, of which 5 % are edited later, 1 % deleted, 2 % dated
/// back and 2 % published anew; and three outages.
pub fn paper_of(days: u32) -> Paper {
    let (count, mut chance) = (u64::from(days * PER_DAY), Chance(7));
    let mut pieces = published(100, count, DAY / PER_DAY);
    let after = |piece: &Piece, span: Duration| piece.visible + span;
    let (mut edited, mut deleted, mut republished) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for piece in pieces.iter_mut().filter(|piece| piece.published > NOW) {
        match chance.below(100) {
            0..5 => {
                // Half of them soon.
                let latest = if chance.below(2) == 0 { DAY } else { DAY * 12 };
                edited.insert(piece.number, after(piece, chance.span(HOUR / 6, latest)));
            }
            5 => {
                deleted.insert(piece.number, after(piece, chance.span(HOUR * 2, DAY * 10)));
            }
            6..8 => piece.published = piece.published - chance.span(DAY, DAY * 12),
            8..10 => {
                republished.insert(piece.number, after(piece, chance.span(HOUR, DAY * 5)));
            }
            _ => {}
        }
    }
    let mut paper = Paper::new(pieces, 3, true);
    (paper.edited, paper.deleted, paper.republished) = (edited, deleted, republished);
    let outage = |day: u32, hours: u32| {
        (
            NOW + DAY * day + HOUR * 7,
            NOW + DAY * day + HOUR * (7 + hours),
        )
    };
    paper.outages = vec![outage(4, 1), outage(11, 3), outage(19, 9)];
    paper.validators = Validators::True;
    paper
}

/// What the crawls of some days asked for, class by class.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Costs {
    pub crawls: usize,
    pub kills: usize,
    pub everything: usize,
    pub checks: usize,
    pub daily: usize,
    pub articles: usize,
    /// Crawls that found nothing new, and what the costliest of them asked lists, feeds and
    /// sitemaps for.
    pub idle: usize,
    pub most_when_idle: usize,
}

/// Crawls every half an hour for so many days. Some of the crawls are killed.
pub async fn crawl_for(crawler: &mut Crawler, days: u32) -> Costs {
    let (mut costs, mut chance, mut was_disturbed) = (Costs::default(), Chance(11), false);
    for k in 0..days * 48 {
        let begin = NOW + EVERY * k;
        crawler.wait_until(begin).await;
        let is_out = crawler
            .paper
            .outages
            .iter()
            .any(|(from, until)| begin + CRAWL >= *from && begin < *until + DAY / 2);
        let known = if k == 0 {
            0
        } else {
            crawler.number("SELECT count(*) FROM page WHERE role = 'article'")
        };
        let is_killed = chance.below(12) == 0;
        let asked = if is_killed {
            let (report, asked) = crawler
                .crawl_killed_after(Duration::from_millis(100 + chance.below(9_000)))
                .await;
            costs.kills += usize::from(report.is_none());
            asked
        } else {
            crawler.crawl().await.1
        };
        let found = crawler.number("SELECT count(*) FROM page WHERE role = 'article'") - known;
        costs.crawls += 1;
        costs.everything += asked.everything;
        costs.checks += asked.sections.values().sum::<usize>();
        costs.daily += asked.daily;
        costs.articles += asked.articles;
        // The first reading, outages and what a kill broke off are no measure of a usual crawl.
        if k > 0 && !is_out && !is_killed && !was_disturbed {
            let found = u64::try_from(found).unwrap();
            assert!(
                asked.everything <= floor(found),
                "crawl {k} found {found}: {asked:?}"
            );
            if found == 0 && asked.sections.is_empty() {
                costs.idle += 1;
                costs.most_when_idle = costs
                    .most_when_idle
                    .max(asked.everything + asked.feeds + asked.maps);
            }
        }
        was_disturbed = is_killed;
    }
    costs
}
