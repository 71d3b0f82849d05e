//! `saseo plan`, and `crawl --dry-run`: what a crawl would ask now. No request, and no lock.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::archive::Outlook;
use crate::cli::exit::Exit;
use crate::cli::progress::in_words;
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config::Site;
use crate::config_folder::Config;
use crate::counts;
use crate::time::Timestamp;

/// The entry pages of a first crawl: two files with opt-outs, and the home page. Its robots.txt is
/// counted apart.
const FIRST_ENTRIES: u64 = 3;

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Sites by name; all that are configured where none is named
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
}

/// What a crawl of one site would ask now.
#[derive(Debug, Serialize)]
struct SitePlan {
    site: String,
    /// Whether the site was crawled before. If not, only the beginning of its crawl is known.
    crawled_before: bool,
    gap_seconds: f64,
    /// Requests that are certain: robots.txt, entry pages, and pages that are queued and due.
    requests: u64,
    entries: u64,
    queued: u64,
    /// Queued articles that were not fetched yet.
    queued_articles: u64,
    /// Queued revisits of articles.
    queued_looks: u64,
    /// Queued photos of stored articles; those on other hosts have the pace of their hosts.
    queued_photos: u64,
    /// Queued pages of lists.
    queued_lists: u64,
    later: u64,
    /// New articles to be found on the way, besides the queued ones, by the rate of the last days.
    expected_new: u64,
    /// Bytes of decoded bodies, by those of such pages so far; null without a history.
    expected_bytes: Option<u64>,
    expected_hours: f64,
    requests_per_hour: u64,
    /// When the host may be asked, where that is later than now.
    not_before: Option<String>,
}

pub(super) fn run(common: &Common, args: &PlanArgs) -> anyhow::Result<Exit> {
    tell(common, &args.sites)
}

/// Tells what a crawl of the sites would ask.
pub(super) fn tell(common: &Common, sites: &[String]) -> anyhow::Result<Exit> {
    let configuration = Config::find(common.config.as_deref())?;
    let reader = match common.reader() {
        Ok(reader) => Some(reader),
        Err(error) if error.is_missing() => None,
        Err(error) => return Err(error.into()),
    };

    let now = Clock::system().now();
    let mut plans = Vec::new();
    for site in configuration.chosen(sites)? {
        let everything = configuration.reader(site)?.everything();
        let outlook = match &reader {
            Some(reader) => reader.outlook(site, everything.as_ref(), now)?,
            None => None,
        };
        plans.push(SitePlan::new(site, outlook, now));
    }

    if common.json {
        console::json(&plans)?;
    } else {
        for plan in &plans {
            console::data(&plan.in_words())?;
        }
    }
    Ok(Exit::Done)
}

impl SitePlan {
    /// Plans from the outlook of the archive. A site without one was never crawled.
    fn new(site: &Site, outlook: Option<Outlook>, now: Timestamp) -> Self {
        let crawled_before = outlook.is_some();
        let outlook = outlook.unwrap_or_else(|| Outlook {
            entries: FIRST_ENTRIES,
            robots_due: true,
            ..Outlook::default()
        });

        let gap = outlook.gap.unwrap_or_default().max(site.pace.gap.0);
        let turn = gap + outlook.answer_time.unwrap_or_default();
        let requests = u64::from(outlook.robots_due) + outlook.entries + outlook.queued;
        let expected_new = outlook.expected_new.ceil() as u64;
        let wait = outlook
            .not_before
            .map_or(Duration::ZERO, |until| until.since(now));
        let seconds = turn.as_secs_f64() * (requests + expected_new) as f64 + wait.as_secs_f64();

        Self {
            site: site.name.clone(),
            crawled_before,
            gap_seconds: gap.as_secs_f64(),
            requests,
            entries: outlook.entries,
            queued: outlook.queued,
            queued_articles: outlook.articles,
            queued_looks: outlook.revisits,
            queued_lists: queued_lists(&outlook),
            queued_photos: outlook.photos,
            later: outlook.later,
            expected_new,
            expected_bytes: expected_bytes(&outlook, expected_new),
            expected_hours: seconds / 3600.0,
            requests_per_hour: (3600.0 / turn.as_secs_f64().max(0.001)) as u64,
            not_before: outlook
                .not_before
                .filter(|until| *until > now)
                .map(|until| until.to_string()),
        }
    }

    /// Writes the plan as one line.
    fn in_words(&self) -> String {
        let (site, requests) = (&self.site, counts::requests(self.requests));
        let gap = self.gap_seconds;
        if !self.crawled_before {
            return format!(
                "{site}: nothing of it was read yet; a crawl begins with {requests}, \
                 and goes on from what its menu names: all its lists, \
                 and their articles meanwhile, \
                 at most {} requests an hour (gap {gap} s)",
                self.requests_per_hour
            );
        }

        let mut line = format!("{site}: {requests}{}", self.queued_in_words());
        if self.expected_new > 0 {
            let more = counts::count(self.expected_new, "more new article(s)");
            line.push_str(&format!(", about {more}"));
        }
        line.push_str(&counts::megabytes(self.expected_bytes.unwrap_or_default()));
        let time = in_words(Duration::from_secs_f64(self.expected_hours * 3600.0));
        line.push_str(&format!(", {time} at a gap of {gap} s"));

        if self.later > 0 {
            line.push_str(&format!("; {} queued for later", self.later));
        }
        if let Some(until) = &self.not_before {
            line.push_str(&format!("; its host is left alone until {until}"));
        }
        line
    }

    fn queued_in_words(&self) -> String {
        let queued = counts::in_words(&[
            (self.entries, "entry page(s)"),
            (self.queued_lists, "list page(s)"),
            (self.queued_articles, "queued article(s)"),
            (self.queued_looks, "article(s) to be looked at again"),
            (self.queued_photos, "photo(s)"),
        ]);
        if queued.is_empty() {
            queued
        } else {
            format!(" ({queued})")
        }
    }
}

fn queued_lists(outlook: &Outlook) -> u64 {
    let others = outlook.articles + outlook.revisits + outlook.photos;
    outlook.queued.saturating_sub(others)
}

/// Returns the bytes to expect, by the mean sizes of earlier answers; `None` where there are none.
fn expected_bytes(outlook: &Outlook, expected_new: u64) -> Option<u64> {
    let article = outlook.article_bytes.or(outlook.entry_bytes)?;
    let entry = outlook.entry_bytes.unwrap_or(article);
    let articles = (outlook.queued - outlook.photos + expected_new) as f64;
    let photos = outlook.photos as f64 * outlook.photo_bytes.unwrap_or_default();
    Some((articles * article + outlook.entries as f64 * entry + photos) as u64)
}
