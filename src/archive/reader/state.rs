//! The state of sites, for `status`; hosts, failures and runs stand in files of their own.

mod failures;
mod hosts;
mod runs;

use std::time::Duration;

use serde::Serialize;

use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::field_drift::drift_of_site;
use crate::archive::reader::Reader;
use crate::archive::reader::coverage_gaps::{NumberGap, SilentSection};
use crate::archive::recrawl::UNKEPT;
use crate::archive::truncated_list::{TruncatedList, truncated_lists};
use crate::field_drift::FieldDrift;
use crate::frontier::recrawl::SUSPENDED;
use crate::time::Timestamp;

pub use failures::Failure;
pub use hosts::HostState;
#[cfg(feature = "cli")]
pub(crate) use runs::LiveRun;
pub use runs::{FailedRun, LastCrawl, RunState};

/// `status` counts the articles of the last one and the last seven days.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// One site with its counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
    /// Photos that are kept.
    pub photos: u64,
    /// Photos that were wanted, and could not or must not be kept.
    pub photos_missing: u64,
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
    /// Fields that the month before had, and the last day lacks.
    pub field_drift: Vec<FieldDrift>,
}

/// Every site with its counts. Each is found in an index of few rows, or counted in one: the rows
/// of a site's articles and pages are not read. The conditions are those of the indexes, word for
/// word.
const SITES: &str = "SELECT name, title, home,
       (SELECT count(*) FROM article WHERE site_id = site.id)
         - (SELECT count(*) FROM tombstone WHERE site_id = site.id) AS articles,
       (SELECT count(*) FROM article
        WHERE site_id = site.id AND access = 'members')
         - (SELECT count(*) FROM tombstone CROSS JOIN article WHERE article.id = article_id
              AND tombstone.site_id = site.id AND access = 'members') AS members_only,
       (SELECT count(*) FROM article WHERE site_id = site.id AND first_seen_at > ?1
          AND NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.article_id = article.id)) AS last_day,
       (SELECT count(*) FROM article WHERE site_id = site.id AND first_seen_at > ?2
          AND NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.article_id = article.id)) AS last_week,
       (SELECT CASE WHEN published_precision = 'day' THEN substr(published_at, 1, 10)
                    ELSE published_at END
        FROM version WHERE site_id = site.id AND n = 1 AND published_ms IS NOT NULL
        ORDER BY published_ms DESC LIMIT 1) AS newest_article,
       (SELECT count(*) FROM version WHERE site_id = site.id AND n > 1) AS changes,
       (SELECT count(*) FROM page WHERE site_id = site.id AND due_at IS NOT NULL) AS queued,
       (SELECT min(due_at) FROM page WHERE site_id = site.id AND due_at IS NOT NULL) AS oldest_due,
       (SELECT count(*) FROM page WHERE site_id = site.id AND next_at IS NOT NULL
          AND role = 'article' AND verdict <> 'disallowed') AS looks,
       (SELECT next_at FROM page WHERE site_id = site.id AND next_at IS NOT NULL
          AND role = 'article' AND verdict <> 'disallowed'
        ORDER BY next_at LIMIT 1) AS next_look,
       (SELECT count(*) FROM page WHERE site_id = site.id AND role = 'photo'
          AND verdict = 'stored') AS photos,
       (SELECT count(*) FROM page WHERE site_id = site.id AND role = 'photo'
          AND verdict NOT IN ('stored', 'moved')) AS photos_missing, crawled_at, id
     FROM site ORDER BY name";

/// Counts the pages of a site that have no article, by verdict. Photos are counted apart.
const COUNT_UNKEPT: &str =
    "SELECT count(*) FILTER (WHERE verdict = 'gone' AND role <> 'policy') AS gone,
       count(*) FILTER (WHERE verdict = 'unextracted') AS unextracted,
       count(*) FILTER (WHERE verdict = 'withheld') AS withheld,
       count(*) FILTER (WHERE verdict = 'disallowed') AS disallowed,
       count(*) FILTER (WHERE verdict = 'refused') AS refused,
       count(*) FILTER (WHERE verdict = 'failed') AS failed
     FROM page WHERE site_id = ?1 AND role <> 'photo' AND ";

/// The pages of a site where articles are found.
const SOURCES: &str = "SELECT count(*) FILTER (WHERE role = 'section' AND read_to_end_at IS NULL
                               AND verdict IS DISTINCT FROM 'moved') AS lists_unread,
       count(*) FILTER (WHERE list_end = 'repeats') AS lists_partial,
       count(*) FILTER (WHERE failures >= ?2) AS sources_retired,
       max(settled_at) FILTER (WHERE role IN ('home', 'section', 'feed')
                               AND verdict = 'read') AS last_seen
     FROM page WHERE site_id = ?1
       AND role IN ('home', 'feed', 'section', 'sitemap', 'window')";

#[doc(hidden)]
impl Reader {
    /// Returns every site with its counts, as they stand at `now`. Sees saved changes only.
    pub fn sites(&self, now: Timestamp) -> Result<Vec<SiteState>, ArchiveError> {
        let (day_ago, week_ago) = ((now - DAY).millis(), (now - DAY * 7).millis());
        let mut select = self.connection.prepare(SITES)?;
        let states = select.query_map([day_ago, week_ago], |row| {
            Ok((row.get::<_, i64>("id")?, site_counts(row)?))
        })?;

        let truncated = truncated_lists(&self.connection, None)?;
        states
            .map(|state| {
                let (id, state) = state?;
                let state = self.with_sources(id, self.with_unkept(id, state)?)?;
                let state = SiteState {
                    field_drift: drift_of_site(&self.connection, id, now)?,
                    ..state
                };
                self.with_coverage(state, &truncated, now)
            })
            .collect()
    }

    /// Returns a site's state with the counts of its pages that have no article.
    fn with_unkept(&self, site: i64, state: SiteState) -> Result<SiteState, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached(&format!("{COUNT_UNKEPT}{UNKEPT}"))?;
        let counted = select.query_row([site], |row| {
            Ok(SiteState {
                gone: row.get("gone")?,
                unextracted: row.get("unextracted")?,
                withheld: row.get("withheld")?,
                disallowed: row.get("disallowed")?,
                refused: row.get("refused")?,
                failed: row.get("failed")?,
                ..state
            })
        });
        Ok(counted?)
    }

    /// Returns a site's state with the counts of its home page, lists, feeds and sitemaps.
    fn with_sources(&self, site: i64, state: SiteState) -> Result<SiteState, ArchiveError> {
        let mut select = self.connection.prepare_cached(SOURCES)?;
        let counted = select.query_row([site, i64::from(SUSPENDED)], |row| {
            Ok(SiteState {
                lists_unread: row.get("lists_unread")?,
                lists_partial: row.get("lists_partial")?,
                sources_retired: row.get("sources_retired")?,
                last_seen: in_seconds(row.get("last_seen")?),
                ..state
            })
        });
        Ok(counted?)
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

    /// Returns the sites with fields that the month before had and the last day lacks. Sees saved
    /// changes only.
    pub fn field_drift(
        &self,
        now: Timestamp,
    ) -> Result<Vec<(String, Vec<FieldDrift>)>, ArchiveError> {
        let mut select = self
            .connection
            .prepare("SELECT id, name FROM site ORDER BY name")?;
        let sites = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;

        let mut drifted = Vec::new();
        for site in sites {
            let (id, name) = site?;
            let fields = drift_of_site(&self.connection, id, now)?;
            if !fields.is_empty() {
                drifted.push((name, fields));
            }
        }
        Ok(drifted)
    }

    /// Returns the lists that have more rows than their server shows, where the rest was not read
    /// yet. Sees saved changes only.
    pub fn lists_cut(&self) -> Result<Vec<TruncatedList>, ArchiveError> {
        truncated_lists(&self.connection, None)
    }
}

/// Reads a site's counts from a row of [`SITES`]; those of other statements are zero.
fn site_counts(row: &Row<'_>) -> engine::Result<SiteState> {
    Ok(SiteState {
        site: row.get("name")?,
        title: row.get("title")?,
        home: row.get("home")?,
        articles: row.get("articles")?,
        articles_last_day: row.get("last_day")?,
        articles_last_week: row.get("last_week")?,
        members_only: row.get("members_only")?,
        changes: row.get("changes")?,
        photos: row.get("photos")?,
        photos_missing: row.get("photos_missing")?,
        queued: row.get("queued")?,
        oldest_due: in_seconds(row.get("oldest_due")?),
        newest_article: row.get("newest_article")?,
        looks: row.get("looks")?,
        next_look: in_seconds(row.get("next_look")?),
        last_crawl: in_seconds(row.get("crawled_at")?),
        ..SiteState::default()
    })
}

/// Returns a moment in RFC 3339, in whole seconds.
fn in_seconds(millis: Option<i64>) -> Option<String> {
    millis.map(|millis| Timestamp::from_millis(millis).to_second().to_string())
}
