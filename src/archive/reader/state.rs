//! The state of sites, for `status`; hosts, failures and runs stand in files of their own.

mod failures;
mod hosts;
mod runs;

use std::time::Duration;

use rusqlite::Row;
use serde::Serialize;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::coverage_gaps::{NumberGap, SilentSection};
use crate::archive::truncated_list::{TruncatedList, truncated_lists};
use crate::frontier::recrawl::SUSPENDED;
use crate::time::Timestamp;

pub use failures::Failure;
pub use hosts::HostState;
pub use runs::{FailedRun, LastCrawl, RunState};

/// `status` counts the articles of the last one and the last seven days.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// One site with its counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteState {
    pub site: String,
    pub title: String,
    pub home: String,
    pub articles: u64,
    /// Articles that were first seen in the last day.
    pub articles_last_day: u64,
    /// Articles that were first seen in the last seven days.
    pub articles_last_week: u64,
    pub members_only: u64,
    /// Versions beyond the first of each article.
    pub changes: u64,
    pub gone: u64,
    pub unextracted: u64,
    pub withheld: u64,
    pub disallowed: u64,
    pub refused: u64,
    pub failed: u64,
    pub queued: u64,
    /// When the first queued page was or is due.
    pub oldest_due: Option<String>,
    pub newest_article: Option<String>,
    /// Articles that are scheduled for a revisit.
    pub looks: u64,
    /// When the first revisit is due.
    pub next_look: Option<String>,
    /// Lists that were never read to their end.
    pub lists_unread: u64,
    /// Lists whose server repeated a page, so that the rows behind it were not seen.
    pub lists_partial: u64,
    /// Truncated lists: they have more rows than their server shows, and the rest was not read yet.
    pub lists_cut: Vec<TruncatedList>,
    /// Feeds and sitemaps that are suspended: they are tried again once a month.
    pub sources_retired: u64,
    /// When the last crawl of it began.
    pub last_crawl: Option<String>,
    /// When one of its lists, feeds or its home page was last read.
    pub last_seen: Option<String>,
    /// Sections that had gone silent by then.
    pub silent_sections: Vec<SilentSection>,
    pub number_gaps: Vec<NumberGap>,
}

/// Every site with its counts. CROSS JOIN keeps SQLite from reading every version: it goes by an
/// index of few.
const SITES: &str = "SELECT site.name, site.title, site.home,
       (SELECT count(*) FROM article WHERE site_id = site.id),
       (SELECT count(*) FROM article WHERE site_id = site.id AND access = 'members'),
       count(*) FILTER (WHERE verdict = 'gone' AND role <> 'policy'),
       count(*) FILTER (WHERE verdict = 'unextracted'),
       count(*) FILTER (WHERE verdict = 'disallowed'),
       count(*) FILTER (WHERE verdict = 'refused'),
       count(*) FILTER (WHERE verdict = 'failed'), count(due_at), min(due_at),
       (SELECT iif(published_precision = 'day', substr(published_at, 1, 10), published_at)
        FROM version CROSS JOIN article ON article.id = article_id
        WHERE n = 1 AND published_ms IS NOT NULL AND site_id = site.id
        ORDER BY published_ms DESC LIMIT 1),
       count(*) FILTER (WHERE role = 'section' AND read_to_end_at IS NULL
                        AND verdict IS NOT 'moved'),
       count(*) FILTER (WHERE list_end = 'repeats'),
       count(*) FILTER (WHERE verdict = 'withheld'),
       (SELECT count(*) FROM article WHERE site_id = site.id AND first_seen_at > ?1),
       (SELECT count(*) FROM article WHERE site_id = site.id AND first_seen_at > ?2),
       (SELECT count(*) FROM version CROSS JOIN article ON article.id = version.article_id
        WHERE site_id = site.id AND n > 1),
       count(next_at) FILTER (WHERE role = 'article' AND verdict <> 'disallowed'),
       min(next_at) FILTER (WHERE role = 'article' AND verdict <> 'disallowed'), site.crawled_at,
       count(*) FILTER (WHERE failures >= ?3),
       max(settled_at) FILTER (WHERE role IN ('home', 'section', 'feed') AND verdict = 'read')
     FROM site LEFT JOIN page ON page.site_id = site.id GROUP BY site.id ORDER BY site.name";

#[doc(hidden)]
impl Reader {
    /// Returns every site with its counts, as they stand at `now`. Sees saved changes only.
    pub fn sites(&self, now: Timestamp) -> Result<Vec<SiteState>, ArchiveError> {
        let (day_ago, week_ago) = ((now - DAY).millis(), (now - DAY * 7).millis());
        let mut select = self.connection.prepare(SITES)?;
        let states = select.query_map([day_ago, week_ago, i64::from(SUSPENDED)], site_counts)?;

        let truncated = truncated_lists(&self.connection, None)?;
        states
            .map(|state| self.with_coverage(state?, &truncated, now))
            .collect()
    }

    /// Returns a site's state with its silent sections, number gaps and truncated lists.
    fn with_coverage(
        &self,
        state: SiteState,
        truncated: &[TruncatedList],
        now: Timestamp,
    ) -> Result<SiteState, ArchiveError> {
        let seen = state.last_seen.as_deref().and_then(Timestamp::from_rfc3339);
        let silent = seen
            .map(|seen| self.silent_sections(&state.site, seen.min(now)))
            .transpose()?;
        let number_gaps = self.number_gaps(&state.site)?;
        let of_site = truncated.iter().filter(|list| list.site == state.site);

        Ok(SiteState {
            silent_sections: silent.unwrap_or_default(),
            number_gaps,
            lists_cut: of_site.cloned().collect(),
            ..state
        })
    }

    /// Returns the lists that have more rows than their server shows, where the rest was not read
    /// yet. Sees saved changes only.
    pub fn lists_cut(&self) -> Result<Vec<TruncatedList>, ArchiveError> {
        truncated_lists(&self.connection, None)
    }
}

/// Reads a site's counts from a row of [`SITES`].
fn site_counts(row: &Row<'_>) -> rusqlite::Result<SiteState> {
    Ok(SiteState {
        site: row.get(0)?,
        title: row.get(1)?,
        home: row.get(2)?,
        articles: row.get(3)?,
        members_only: row.get(4)?,
        gone: row.get(5)?,
        unextracted: row.get(6)?,
        disallowed: row.get(7)?,
        refused: row.get(8)?,
        failed: row.get(9)?,
        queued: row.get(10)?,
        oldest_due: in_seconds(row.get(11)?),
        newest_article: row.get(12)?,
        lists_unread: row.get(13)?,
        lists_partial: row.get(14)?,
        withheld: row.get(15)?,
        articles_last_day: row.get(16)?,
        articles_last_week: row.get(17)?,
        changes: row.get(18)?,
        looks: row.get(19)?,
        next_look: in_seconds(row.get(20)?),
        last_crawl: in_seconds(row.get(21)?),
        sources_retired: row.get(22)?,
        last_seen: in_seconds(row.get(23)?),
        lists_cut: Vec::new(),
        silent_sections: Vec::new(),
        number_gaps: Vec::new(),
    })
}

/// Returns a moment in RFC 3339, in whole seconds.
fn in_seconds(millis: Option<i64>) -> Option<String> {
    millis.map(|millis| Timestamp::from_millis(millis).to_second().to_string())
}
