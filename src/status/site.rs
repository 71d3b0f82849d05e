//! The status of one site, with the warnings that people should act on.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Serialize;

use crate::archive::{LastCrawl, NumberGap, SilentSection, SiteState};
use crate::config::Site;
use crate::counts;
use crate::field_drift::FieldDrift;
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

    /// Returns what people should look at.
    pub(crate) fn warnings(&self) -> Vec<SiteWarning<'_>> {
        let state = &self.state;
        let host = self.host_trouble.iter().map(|told| SiteWarning::Told(told));
        let is_empty = state.articles == 0 && state.last_crawl.is_some();
        let older = state.number_gaps.len().saturating_sub(MOST_GAPS);
        let counted = [
            (older as u64, SiteWarning::OlderGaps as fn(u64) -> _),
            (state.lists_unread, SiteWarning::ListsUnread),
            (state.lists_partial, SiteWarning::ListsPartial),
        ];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        let told = self.truncated_lists.iter();
        let suspended = Some(state.sources_retired).filter(|count| *count > 0);

        host.chain(is_empty.then_some(SiteWarning::NothingKept))
            .chain(state.silent_sections.iter().map(SiteWarning::Silent))
            .chain(state.field_drift.iter().map(SiteWarning::Drift))
            .chain(
                state
                    .number_gaps
                    .iter()
                    .rev()
                    .take(MOST_GAPS)
                    .map(SiteWarning::Gap),
            )
            .chain(counted.map(|(count, warning)| warning(count)))
            .chain(told.map(|told| SiteWarning::Told(told)))
            .chain(suspended.map(SiteWarning::Suspended))
            .collect()
    }
}

/// What people should look at. It is displayed as a sentence in plain text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SiteWarning<'s> {
    /// The trouble of its host, or a truncated list.
    Told(&'s str),
    NothingKept,
    Silent(&'s SilentSection),
    Drift(&'s FieldDrift),
    Gap(&'s NumberGap),
    /// So many gaps in older numbers.
    OlderGaps(u64),
    /// So many lists were not yet read to the end.
    ListsUnread(u64),
    /// So many lists repeat a page.
    ListsPartial(u64),
    /// So many feeds and sitemaps answer no longer.
    Suspended(u64),
}

#[cfg(feature = "cli")]
impl SiteWarning<'_> {
    /// Tells whether articles may be missing because of it.
    pub(crate) fn is_gap(&self) -> bool {
        match self {
            Self::NothingKept
            | Self::Silent(_)
            | Self::Gap(_)
            | Self::OlderGaps(_)
            | Self::ListsUnread(_)
            | Self::ListsPartial(_) => true,
            Self::Told(_) | Self::Drift(_) | Self::Suspended(_) => false,
        }
    }
}

impl fmt::Display for SiteWarning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(told) => f.write_str(told),
            Self::NothingKept => f.write_str(
                "it was crawled, and no article is kept: `saseo status --failures` tells why",
            ),
            Self::Silent(silent) => write!(
                f,
                "section {} is silent since {}, \
                 where earlier weeks had {:.0} articles in such a time",
                silent.section, silent.since, silent.expected
            ),
            Self::Drift(drift) => drift.fmt(f),
            Self::Gap(gap) => write!(
                f,
                "{} numbers between {} and {} were never seen, which is no accident",
                gap.missing, gap.after, gap.before
            ),
            Self::OlderGaps(gaps) => write!(f, "{gaps} more such gaps in older numbers"),
            Self::ListsUnread(lists) => {
                f.write_str(&counts::count(*lists, "list(s) not yet read to the end"))
            }
            Self::ListsPartial(lists) => {
                let partial = counts::count(*lists, "list(s) only partly covered");
                write!(f, "{partial}: the server repeats a page")
            }
            Self::Suspended(sources) => {
                let suspended = counts::count(*sources, "dead feed(s) or sitemap(s)");
                write!(f, "{suspended}, tried once a month")
            }
        }
    }
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
