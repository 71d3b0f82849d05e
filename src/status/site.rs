//! The status of one site, with the warnings that people should act on.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::archive::{LastCrawl, NumberGap, SilentSection, SiteState};
use crate::config::Site;
use crate::counts;
use crate::page_url::PageUrl;
use crate::schedule::next_start;
use crate::status::HostStatus;
use crate::time::Timestamp;

/// The most gaps in the article numbers that are warned of one by one, the newest first. A paper
/// that deleted a lot has hundreds, which would hide the other warnings.
const MOST_GAPS: usize = 5;

/// The status of one site: its counts in the archive, and its next crawl by its site file.
#[derive(Debug, Serialize)]
pub(crate) struct SiteStatus {
    #[serde(flatten)]
    pub state: SiteState,
    /// When its schedule wants the next crawl.
    pub next_crawl: Option<String>,
    /// What is wrong with its host.
    #[serde(skip)]
    host_trouble: Option<String>,
    /// Warnings of its truncated lists. Whoever knows the command line fills them in.
    #[serde(skip)]
    pub truncated_lists: Vec<String>,
    /// The commands that read the rest of the truncated lists. Whoever knows the command line fills
    /// them in.
    pub reads_the_rest: Vec<String>,
}

impl SiteStatus {
    pub(super) fn new(
        state: SiteState,
        next_crawl: Option<Timestamp>,
        hosts: &HashMap<&str, &HostStatus>,
    ) -> Self {
        let home = PageUrl::parse(&state.home).ok().map(|home| home.host());
        let host = home.and_then(|home| hosts.get(home.as_str()));
        Self {
            next_crawl: next_crawl.map(|next| next.to_string()),
            host_trouble: host.and_then(|host| host.trouble()),
            truncated_lists: Vec::new(),
            reads_the_rest: Vec::new(),
            state,
        }
    }

    /// Returns what people should look at: sentences in plain text.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let state = &self.state;
        let mut warnings: Vec<String> = self.host_trouble.iter().cloned().collect();

        if state.articles == 0 && state.last_crawl.is_some() {
            warnings.push(
                "it was crawled, and no article is kept: `saseo status --failures` tells why"
                    .to_owned(),
            );
        }
        warnings.extend(state.silent_sections.iter().map(of_silence));
        warnings.extend(state.field_drift.iter().map(ToString::to_string));
        warnings.extend(of_gaps(&state.number_gaps));
        warnings.extend(self.of_lists());
        if state.sources_retired > 0 {
            let suspended = counts::count(state.sources_retired, "dead feed(s) or sitemap(s)");
            warnings.push(format!("{suspended}, tried once a month"));
        }

        warnings
    }

    /// Warns of lists that were not read to their end, by the crawl or because of their server.
    fn of_lists(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.state.lists_unread > 0 {
            warnings.push(counts::count(
                self.state.lists_unread,
                "list(s) not yet read to the end",
            ));
        }
        if self.state.lists_partial > 0 {
            let partial = counts::count(self.state.lists_partial, "list(s) only partly covered");
            warnings.push(format!("{partial}: the server repeats a page"));
        }

        warnings.extend(self.truncated_lists.iter().cloned());
        warnings
    }
}

fn of_silence(silent: &SilentSection) -> String {
    let SilentSection {
        section,
        since,
        expected,
    } = silent;
    format!(
        "section {section} is silent since {since}, \
         where earlier weeks had {expected:.0} articles in such a time"
    )
}

/// Warns of the newest gaps in the article numbers, and counts the others.
fn of_gaps(gaps: &[NumberGap]) -> Vec<String> {
    let mut warnings: Vec<String> = gaps.iter().rev().take(MOST_GAPS).map(of_gap).collect();
    if gaps.len() > MOST_GAPS {
        let more = gaps.len() - MOST_GAPS;
        warnings.push(format!("{more} more such gaps in older numbers"));
    }
    warnings
}

fn of_gap(gap: &NumberGap) -> String {
    format!(
        "{} numbers between {} and {} were never seen, which is no accident",
        gap.missing, gap.after, gap.before
    )
}

/// Returns when a site's schedule wants its next crawl: now, where the last one was broken off.
/// `None` where its file has no schedule.
pub(super) fn next_crawl(
    site: &Site,
    last_crawls: &BTreeMap<String, LastCrawl>,
    now: Timestamp,
) -> Option<Timestamp> {
    let last = last_crawls.get(&site.name);
    let next = next_start(site, last.map(|last| last.at), now)?;

    if last.is_some_and(|last| last.is_broken_off) {
        Some(now)
    } else {
        Some(next.max(now))
    }
}
