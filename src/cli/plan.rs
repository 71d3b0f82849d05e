//! `saseo plan`, and `crawl --dry-run`: what a crawl would ask now. No request, and no lock.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::archive::{ArchiveError, Outlook, Reader};
use crate::cli::exit::Exit;
use crate::cli::progress::in_words;
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config::Site;
use crate::config_folder::Configuration;
use crate::counts;

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
    /// False where nothing is known yet: then only the beginning can be planned.
    crawled_before: bool,
    gap_seconds: f64,
    /// Requests that are certain: robots.txt, entry pages, and what is queued and due.
    requests: u64,
    entries: u64,
    queued: u64,
    /// Of what is queued: articles that were not fetched yet, articles that are looked at again,
    /// and pages of lists.
    queued_articles: u64,
    queued_looks: u64,
    queued_lists: u64,
    later: u64,
    /// New articles to be found on the way, besides those that are queued, by the last days' rate.
    expected_new: u64,
    /// Of decoded bodies, by what such pages had so far; null without a history.
    expected_bytes: Option<u64>,
    expected_hours: f64,
    requests_per_hour: u64,
    /// Where the host is left alone until later than now.
    not_before: Option<String>,
}

pub(super) fn run(common: &Common, args: &PlanArgs) -> anyhow::Result<Exit> {
    tell(common, &args.sites)
}

/// Tells what a crawl of the sites would ask.
pub(super) fn tell(common: &Common, sites: &[String]) -> anyhow::Result<Exit> {
    let configuration = Configuration::load(common.config.as_deref())?;
    let reader = match Reader::open(common.data()) {
        Ok(reader) => Some(reader),
        Err(ArchiveError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let now = Clock::system().now();
    let mut plans = Vec::new();
    for site in configuration.chosen(sites)? {
        let everything = configuration.reader(site)?.everything();
        let outlook = |reader: &Reader| reader.outlook(site, everything.as_ref(), now);
        let outlook = reader.as_ref().map(outlook).transpose()?.flatten();
        plans.push(plan(site, outlook, now));
    }
    if common.json {
        console::json(&plans)?;
    } else {
        plans
            .iter()
            .try_for_each(|plan| console::data(&in_lines(plan)))?;
    }
    Ok(Exit::Done)
}

fn plan(site: &Site, outlook: Option<Outlook>, now: crate::time::Timestamp) -> SitePlan {
    let crawled_before = outlook.is_some();
    // A first crawl begins with robots.txt, two files of reservations and the home page.
    let first = Outlook {
        entries: 3,
        robots_due: true,
        ..Outlook::default()
    };
    let outlook = outlook.unwrap_or(first);
    let gap = outlook.gap.unwrap_or_default().max(site.pace.gap.0);
    let turn = gap + outlook.answer_time.unwrap_or_default();
    let requests = u64::from(outlook.robots_due) + outlook.entries + outlook.queued;
    let expected_new = outlook.expected_new.ceil() as u64;
    let articles = (outlook.queued + expected_new) as f64;
    let bytes = outlook
        .article_bytes
        .or(outlook.entry_bytes)
        .map(|article| {
            articles * article + outlook.entries as f64 * outlook.entry_bytes.unwrap_or(article)
        });
    let rest = outlook
        .not_before
        .map_or(Duration::ZERO, |until| until.since(now));
    let hours =
        (turn.as_secs_f64() * (requests + expected_new) as f64 + rest.as_secs_f64()) / 3600.0;
    SitePlan {
        site: site.name.clone(),
        crawled_before,
        gap_seconds: gap.as_secs_f64(),
        requests,
        entries: outlook.entries,
        queued: outlook.queued,
        queued_articles: outlook.articles,
        queued_looks: outlook.revisits,
        queued_lists: outlook
            .queued
            .saturating_sub(outlook.articles + outlook.revisits),
        later: outlook.later,
        expected_new,
        expected_bytes: bytes.map(|bytes| bytes as u64),
        expected_hours: hours,
        requests_per_hour: (3600.0 / turn.as_secs_f64().max(0.001)) as u64,
        not_before: outlook
            .not_before
            .filter(|until| *until > now)
            .map(|until| until.to_string()),
    }
}

fn in_lines(plan: &SitePlan) -> String {
    let SitePlan {
        site,
        requests,
        entries,
        expected_new,
        requests_per_hour,
        ..
    } = plan;
    let SitePlan {
        queued_articles,
        queued_looks,
        queued_lists,
        ..
    } = plan;
    let gap = plan.gap_seconds;
    if !plan.crawled_before {
        return format!(
            "{site}: nothing of it was read yet; a crawl begins with {}, and goes on from what its menu names: all its lists, \
             and their articles meanwhile, \
             at most {requests_per_hour} requests an hour (gap {gap} s)",
            counts::requests(*requests)
        );
    }
    let asked = counts::in_words(&[
        (*entries, "entry page(s)"),
        (*queued_lists, "list page(s)"),
        (*queued_articles, "queued article(s)"),
        (*queued_looks, "article(s) to be looked at again"),
    ]);
    let asked = if asked.is_empty() {
        asked
    } else {
        format!(" ({asked})")
    };
    let mut line = format!("{site}: {}{asked}", counts::requests(*requests));
    if *expected_new > 0 {
        line.push_str(&format!(
            ", about {}",
            counts::count(*expected_new, "more new article(s)")
        ));
    }
    if let Some(bytes) = plan.expected_bytes.filter(|bytes| *bytes > 0) {
        line.push_str(&format!(", {:.1} MB", bytes as f64 / 1e6));
    }
    let time = in_words(Duration::from_secs_f64(plan.expected_hours * 3600.0));
    line.push_str(&format!(", {time} at a gap of {gap} s"));
    if plan.later > 0 {
        line.push_str(&format!("; {} queued for later", plan.later));
    }
    if let Some(until) = &plan.not_before {
        line.push_str(&format!("; its host is left alone until {until}"));
    }
    line
}
