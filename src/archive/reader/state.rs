//! The state of things: sites, hosts and runs, for `status`.

use std::collections::BTreeMap;

use rusqlite::params;
use serde::Serialize;

use crate::archive::error::ArchiveError;
use crate::archive::lock::Lock;
use crate::archive::reader::Reader;
use crate::archive::reader::coverage_gaps::{NumberGap, SilentSection};
use crate::archive::truncated_list::{TruncatedList, cut_lists};
use crate::frontier::recrawl::SUSPENDED;
use crate::politeness::Backoff;
use crate::time::Timestamp;

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// One site's numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteState {
    pub site: String,
    pub title: String,
    pub home: String,
    pub articles: u64,
    /// Of them, those that were first seen in the last day, and in the last seven.
    pub articles_last_day: u64,
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
    /// When the oldest queued page was or is due.
    pub oldest_due: Option<String>,
    pub newest_article: Option<String>,
    /// Articles that are to be looked at again, and when the next one is.
    pub looks: u64,
    pub next_look: Option<String>,
    /// Lists that were never read to their end.
    pub lists_unread: u64,
    /// Lists whose server sent the same page again and again: what lies beyond was not seen.
    pub lists_partial: u64,
    /// Lists that have more rows than their server shows, and of which the rest was not read yet.
    pub lists_cut: Vec<TruncatedList>,
    /// Feeds and sitemaps that are dead, and tried again once a month.
    pub sources_retired: u64,
    /// When the last crawl of it began.
    pub last_crawl: Option<String>,
    /// When one of its lists, feeds or its home page was last read.
    pub last_seen: Option<String>,
    /// As of then.
    pub silent_sections: Vec<SilentSection>,
    pub number_gaps: Vec<NumberGap>,
}

/// The last crawl of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastCrawl {
    /// When it began.
    pub at: Timestamp,
    /// The last run of all was broken off, unless it is still under way, and left pages of the site that are due.
    pub is_broken_off: bool,
}

/// One host's pace.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostState {
    pub host: String,
    pub not_before: String,
    pub gap_seconds: f64,
    /// The part of it that slow and failing answers have earned.
    pub slowed_seconds: f64,
    pub strikes: u32,
    pub refusals: u32,
    /// Why it rests for longer than its gap, if it does: `retry-after`, `busy`, `failing` or `refusing`.
    pub rest: Option<&'static str>,
    /// The same as a person is told it.
    pub rest_in_words: Option<&'static str>,
    pub queued: u64,
}

/// A page that brought nothing, or waits for another try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub site: String,
    pub url: String,
    /// `waiting` where it is tried again.
    pub verdict: String,
    /// What the last try came to.
    pub reason: Option<String>,
    /// `None` where it waits.
    pub settled_at: Option<String>,
    /// When it is tried again, if it is.
    pub due_at: Option<String>,
}

/// A run that failed, or gave something up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedRun {
    pub run: i64,
    /// The site that it crawled, as in [`RunState`].
    pub site: Option<String>,
    pub command: String,
    pub started_at: String,
    /// `None` while it goes on.
    pub how: Option<String>,
    /// Unknown of runs before schema 7.
    pub why: Option<String>,
}

/// One run, from the view `runs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunState {
    pub run: i64,
    /// The site that it crawled; `None` of other commands, and of crawls of several sites before
    /// schema 9.
    pub site: Option<String>,
    pub command: String,
    pub started_at: String,
    pub ended_at: Option<String>,
    pub how: Option<String>,
    pub requests: u64,
    pub not_modified: u64,
    pub bytes: u64,
    pub articles_new: u64,
    pub articles_changed: u64,
    pub articles_gone: u64,
    pub refused: u64,
    pub failed: u64,
    /// Scheduled starts that it made up for.
    pub skipped: u64,
    /// Why it failed, or what it gave up.
    pub why: Option<String>,
}

impl Reader {
    /// Returns every site with its counts, as they stand at `now`. Reads what was saved.
    pub fn sites(&self, now: Timestamp) -> Result<Vec<SiteState>, ArchiveError> {
        // CROSS JOIN keeps SQLite from reading every version: it goes by an index of few.
        let mut select = self.connection.prepare(
            "SELECT site.name, site.title, site.home,
               (SELECT count(*) FROM article WHERE site_id = site.id),
               (SELECT count(*) FROM article WHERE site_id = site.id AND access = 'members'),
               count(*) FILTER (WHERE verdict = 'gone' AND role <> 'policy'), count(*) FILTER (WHERE verdict = 'unextracted'),
               count(*) FILTER (WHERE verdict = 'disallowed'), count(*) FILTER (WHERE verdict = 'refused'),
               count(*) FILTER (WHERE verdict = 'failed'), count(due_at), min(due_at),
               (SELECT iif(published_precision = 'day', substr(published_at, 1, 10), published_at) FROM version CROSS JOIN article ON article.id = article_id
                WHERE n = 1 AND published_ms IS NOT NULL AND site_id = site.id ORDER BY published_ms DESC LIMIT 1),
               count(*) FILTER (WHERE role = 'section' AND read_to_end_at IS NULL AND verdict IS NOT 'moved'),
               count(*) FILTER (WHERE list_end = 'repeats'), count(*) FILTER (WHERE verdict = 'withheld'),
               (SELECT count(*) FROM article WHERE site_id = site.id AND first_seen_at > ?1),
               (SELECT count(*) FROM article WHERE site_id = site.id AND first_seen_at > ?2),
               (SELECT count(*) FROM version CROSS JOIN article ON article.id = version.article_id WHERE site_id = site.id AND n > 1),
               count(next_at) FILTER (WHERE role = 'article' AND verdict <> 'disallowed'),
               min(next_at) FILTER (WHERE role = 'article' AND verdict <> 'disallowed'), site.crawled_at, count(*) FILTER (WHERE failures >= ?3),
               max(settled_at) FILTER (WHERE role IN ('home', 'section', 'feed') AND verdict = 'read')
             FROM site LEFT JOIN page ON page.site_id = site.id GROUP BY site.id ORDER BY site.name",
        )?;
        let moment = |millis: Option<i64>| {
            millis.map(|millis| Timestamp::from_millis(millis).to_second().to_string())
        };
        let days = |count: u32| (now - DAY * count).millis();
        let states = select.query_map([days(1), days(7), i64::from(SUSPENDED)], |row| {
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
                oldest_due: moment(row.get(11)?),
                newest_article: row.get(12)?,
                lists_unread: row.get(13)?,
                lists_partial: row.get(14)?,
                withheld: row.get(15)?,
                articles_last_day: row.get(16)?,
                articles_last_week: row.get(17)?,
                changes: row.get(18)?,
                looks: row.get(19)?,
                next_look: moment(row.get(20)?),
                last_crawl: moment(row.get(21)?),
                sources_retired: row.get(22)?,
                last_seen: moment(row.get(23)?),
                lists_cut: Vec::new(),
                silent_sections: Vec::new(),
                number_gaps: Vec::new(),
            })
        })?;
        let cut = cut_lists(&self.connection, None)?;
        let complete = |state: rusqlite::Result<SiteState>| -> Result<SiteState, ArchiveError> {
            let state = state?;
            let seen = state.last_seen.as_deref().and_then(Timestamp::from_rfc3339);
            let silent = seen
                .map(|seen| self.silent_sections(&state.site, seen.min(now)))
                .transpose()?;
            let number_gaps = self.number_gaps(&state.site)?;
            let of_site = |list: &&TruncatedList| list.site == state.site;
            let lists_cut = cut.iter().filter(of_site).cloned().collect();
            Ok(SiteState {
                silent_sections: silent.unwrap_or_default(),
                number_gaps,
                lists_cut,
                ..state
            })
        };
        states.map(complete).collect()
    }

    /// Returns the lists that have more rows than their server shows, and of which the rest was not
    /// read yet. Reads what was saved.
    pub fn lists_cut(&self) -> Result<Vec<TruncatedList>, ArchiveError> {
        cut_lists(&self.connection, None)
    }

    /// Returns the last crawl of each site, as it stands at `now`. Reads what was saved.
    pub fn last_crawls(&self, now: Timestamp) -> Result<BTreeMap<String, LastCrawl>, ArchiveError> {
        let is_under_way = self
            .path()
            .parent()
            .is_some_and(|data| Lock::holder(data).is_some());
        let mut select = self.connection.prepare(
            "SELECT name, crawled_at,
                    coalesce((SELECT coalesce(how, 'interrupted') FROM run WHERE site_id = site.id ORDER BY id DESC LIMIT 1),
                             (SELECT coalesce(how, 'interrupted') FROM run
                              WHERE site_id IS NULL AND command IN ('crawl', 'resume') ORDER BY id DESC LIMIT 1)) = 'interrupted'
                      AND EXISTS (SELECT 1 FROM page WHERE site_id = site.id AND due_at <= ?1)
             FROM site WHERE crawled_at IS NOT NULL",
        )?;
        let rows = select.query_map([now.millis()], |row| {
            // A moment ahead is from a clock that was wrong once.
            let at = Timestamp::from_millis(row.get(1)?).min(now);
            Ok((
                row.get(0)?,
                LastCrawl {
                    at,
                    is_broken_off: !is_under_way && row.get(2)?,
                },
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns every host that was asked, with its pace. Reads what was saved.
    pub fn hosts(&self) -> Result<Vec<HostState>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT name, not_before, gap, strikes, refusals, rest, slowed,
               (SELECT count(*) FROM page WHERE page.host = host.name AND due_at IS NOT NULL) FROM host ORDER BY name",
        )?;
        let states = select.query_map([], |row| {
            let rest = row
                .get::<_, Option<String>>(5)?
                .as_deref()
                .and_then(Backoff::named);
            Ok(HostState {
                host: row.get(0)?,
                not_before: Timestamp::from_millis(row.get(1)?).to_second().to_string(),
                gap_seconds: std::time::Duration::from_millis(row.get(2)?).as_secs_f64(),
                strikes: row.get(3)?,
                refusals: row.get(4)?,
                rest: rest.map(Backoff::name),
                rest_in_words: rest.map(Backoff::in_words),
                slowed_seconds: std::time::Duration::from_millis(row.get(6)?).as_secs_f64(),
                queued: row.get(7)?,
            })
        })?;
        Ok(states.collect::<Result<_, _>>()?)
    }

    /// Returns the pages that brought nothing, the newest first. That a host has no policy file is nothing of the kind.
    /// Reads what was saved.
    pub fn failures(&self, most: Option<u32>) -> Result<Vec<Failure>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT site.name, page.url, page.verdict, page.reason, page.settled_at
             FROM page JOIN site ON site.id = page.site_id
             WHERE page.verdict IN ('failed', 'refused', 'unextracted', 'gone', 'disallowed')
               AND NOT (page.role = 'policy' AND page.verdict = 'gone')
             ORDER BY page.settled_at DESC, page.id DESC LIMIT ?1",
        )?;
        let failures = select.query_map(params![most.map_or(-1, i64::from)], |row| {
            Ok(Failure {
                site: row.get(0)?,
                url: row.get(1)?,
                verdict: row.get(2)?,
                reason: row.get(3)?,
                settled_at: Some(Timestamp::from_millis(row.get(4)?).to_string()),
                due_at: None,
            })
        })?;
        Ok(failures.collect::<Result<_, _>>()?)
    }

    /// Returns the pages that could not be had and are tried again, the next one first.
    /// Reads what was saved.
    pub fn waiting(&self, most: Option<u32>) -> Result<Vec<Failure>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT site.name, page.url, page.trouble, page.due_at FROM page JOIN site ON site.id = page.site_id
             WHERE page.due_at IS NOT NULL AND page.trouble IS NOT NULL AND page.role <> 'policy'
             ORDER BY page.due_at, page.id LIMIT ?1",
        )?;
        let waiting = select.query_map(params![most.map_or(-1, i64::from)], |row| {
            Ok(Failure {
                site: row.get(0)?,
                url: row.get(1)?,
                verdict: "waiting".to_owned(),
                reason: row.get(2)?,
                settled_at: None,
                due_at: Some(Timestamp::from_millis(row.get(3)?).to_string()),
            })
        })?;
        Ok(waiting.collect::<Result<_, _>>()?)
    }

    /// Returns the newest runs, the newest first. Reads what was saved.
    pub fn runs(&self, most: u32) -> Result<Vec<RunState>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT id, command, started_at, ended_at, how, requests, bytes, articles_new, articles_changed,
               articles_gone, refused, failed, skipped, not_modified, why, site FROM runs ORDER BY id DESC LIMIT ?1",
        )?;
        let states = select.query_map(params![most], |row| {
            Ok(RunState {
                run: row.get(0)?,
                command: row.get(1)?,
                started_at: row.get(2)?,
                ended_at: row.get(3)?,
                how: row.get(4)?,
                requests: row.get(5)?,
                bytes: row.get(6)?,
                articles_new: row.get(7)?,
                articles_changed: row.get(8)?,
                articles_gone: row.get(9)?,
                refused: row.get(10)?,
                failed: row.get(11)?,
                skipped: row.get(12)?,
                not_modified: row.get(13)?,
                why: row.get(14)?,
                site: row.get(15)?,
            })
        })?;
        Ok(states.collect::<Result<_, _>>()?)
    }

    /// Returns the sites of the runs that did not end, with the moments of their beginnings, the
    /// first one first. Where nobody holds the archive, they were killed. Reads what was saved.
    pub fn open_runs(&self) -> Result<Vec<(String, String)>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT site, started_at FROM runs WHERE how IS NULL AND site IS NOT NULL ORDER BY id",
        )?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the newest runs that failed or gave something up, the newest first.
    /// Reads what was saved.
    pub fn failed_runs(&self, most: Option<u32>) -> Result<Vec<FailedRun>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT id, command, started_at, how, why, site FROM runs
             WHERE how = 'failed' OR why IS NOT NULL ORDER BY id DESC LIMIT ?1",
        )?;
        let runs = select.query_map(params![most.map_or(-1, i64::from)], |row| {
            Ok(FailedRun {
                run: row.get(0)?,
                command: row.get(1)?,
                started_at: row.get(2)?,
                how: row.get(3)?,
                why: row.get(4)?,
                site: row.get(5)?,
            })
        })?;
        Ok(runs.collect::<Result<_, _>>()?)
    }
}
