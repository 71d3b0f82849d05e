//! What a crawl of a site would ask for now, and what its requests have cost so far: for plans.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::recrawl::{Planned, Recrawl};
use crate::config::Site;
use crate::frontier::Role;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// History that is looked at: so many of the newest answers, so many days of new articles.
const ANSWERS: u32 = 1_000;
const DAYS: u64 = 7;

/// What is known of a site, as far as a crawl of it depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Home page, sections, feeds and policies that a crawl would read.
    pub entries: u64,
    /// Articles, further list pages and lists limited to days that are queued and due, with
    /// articles that are to be looked at again.
    pub queued: u64,
    /// Of them, articles that were not fetched yet.
    pub articles: u64,
    /// Of them, articles that are kept, and to be looked at again.
    pub looks: u64,
    /// Pages that are queued for later.
    pub later: u64,
    /// The site's robots.txt would be asked for.
    pub robots_due: bool,
    /// New articles since the last run, if the paper goes on publishing as in the last days.
    pub expected_new: f64,
    /// Mean decoded bytes of an article's page, and of any other.
    pub article_bytes: Option<f64>,
    pub entry_bytes: Option<f64>,
    /// The gap that the site's host was kept to at last.
    pub gap: Option<Duration>,
    /// Until when the host is left alone.
    pub not_before: Option<Timestamp>,
    /// Mean time that an answer took.
    pub answer_time: Option<Duration>,
}

impl Reader {
    /// Returns the outlook of a site, with the list that has every article where there is one;
    /// `None` for a site of which no page was ever read. Reads what was saved.
    pub fn outlook(
        &self,
        site: &Site,
        everything: Option<&PageUrl>,
        now: Timestamp,
    ) -> Result<Option<Outlook>, ArchiveError> {
        // Of a paper that was never reached, no page was ever settled.
        let known = "SELECT id FROM site WHERE name = ?1 AND EXISTS
                     (SELECT 1 FROM page WHERE site_id = site.id AND settled_at IS NOT NULL)";
        let Some(id) = self
            .connection
            .query_row(known, [&site.name], |row| row.get::<_, i64>(0))
            .optional()?
        else {
            return Ok(None);
        };
        let mut outlook = self.due(site, everything, now)?;
        outlook.robots_due = self.robots_due(&site.home, now)?;
        outlook.expected_new = self.expected_new(id, now)?;
        (outlook.article_bytes, outlook.entry_bytes) = self.costs(id)?;
        let host = site.home.host();
        let sql = "SELECT gap, not_before FROM host WHERE name = ?1";
        let pace: Option<(i64, i64)> = self
            .connection
            .query_row(sql, [host.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        outlook.gap = pace.map(|(gap, _)| millis(gap));
        outlook.not_before = pace.map(|(_, until)| Timestamp::from_millis(until));
        outlook.answer_time = self.answer_time(host.as_str())?;
        Ok(Some(outlook))
    }

    fn due(
        &self,
        site: &Site,
        everything: Option<&PageUrl>,
        now: Timestamp,
    ) -> Result<Outlook, ArchiveError> {
        let recrawl = Recrawl {
            site: &site.name,
            discover: &site.discover,
            everything,
        };
        // What robots.txt forbids is thought of, and costs no request.
        let sql = "SELECT count(*) FILTER (WHERE role NOT IN ('article', 'list', 'window') AND due_at <= ?2),
                    count(*) FILTER (WHERE role IN ('article', 'list', 'window') AND due_at <= ?2),
                    count(*) FILTER (WHERE role = 'article' AND due_at <= ?2 AND verdict IS NULL),
                    count(*) FILTER (WHERE role = 'article' AND coalesce(due_at, next_at) <= ?2
                                     AND verdict <> 'disallowed'),
                    count(*) FILTER (WHERE due_at > ?2),
                    count(*) FILTER (WHERE role = 'article' AND due_at IS NULL AND next_at <= ?2 AND verdict <> 'disallowed'),
                    count(*) FILTER (WHERE role NOT IN ('article', 'list', 'window') AND due_at IS NULL AND next_at <= ?2)
             FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1)";
        let (outlook, planned) =
            self.connection
                .query_row(sql, params![site.name, now.millis()], |row| {
                    let outlook = Outlook {
                        entries: row.get(0)?,
                        queued: row.get::<_, u64>(1)? + row.get::<_, u64>(5)?,
                        articles: row.get(2)?,
                        looks: row.get(3)?,
                        later: row.get(4)?,
                        ..Outlook::default()
                    };
                    Ok((outlook, row.get::<_, u64>(6)?))
                })?;
        let entries = outlook.entries + self.unplanned(&recrawl, now)?.unwrap_or(planned);
        Ok(Outlook { entries, ..outlook })
    }

    /// Counts the settled entry pages that a crawl would ask for again by another policy than the
    /// one that they were planned by; `None` where it is the same.
    fn unplanned(
        &self,
        recrawl: &Recrawl<'_>,
        now: Timestamp,
    ) -> Result<Option<u64>, ArchiveError> {
        let policy = recrawl.policy(&self.connection)?;
        if recrawl.is_planned_by(&self.connection, &policy)? {
            return Ok(None);
        }

        let is_due = |page: &Planned| {
            page.role != Role::Article && page.next.is_some_and(|next| next <= now)
        };
        let pages = recrawl.planned(&self.connection, &policy, now)?;
        Ok(Some(pages.iter().filter(|page| is_due(page)).count() as u64))
    }

    fn robots_due(&self, home: &PageUrl, now: Timestamp) -> Result<bool, ArchiveError> {
        let sql = "SELECT expires_at FROM robots WHERE origin = ?1 ORDER BY id DESC LIMIT 1";
        let expires: Option<i64> = self
            .connection
            .query_row(sql, [home.origin()], |row| row.get(0))
            .optional()?;
        Ok(expires.is_none_or(|expires| expires <= now.millis()))
    }

    fn expected_new(&self, site: i64, now: Timestamp) -> Result<f64, ArchiveError> {
        let window = Duration::from_secs(DAYS * 24 * 3600);
        let sql =
            "SELECT count(*) FROM version CROSS JOIN article ON article.id = version.article_id
                   WHERE article.site_id = ?1 AND version.n = 1 AND version.published_ms > ?2";
        let new: u32 =
            self.connection
                .query_row(sql, params![site, (now - window).millis()], |row| {
                    row.get(0)
                })?;
        let sql = "SELECT crawled_at FROM site WHERE id = ?1";
        let last: Option<i64> = self.connection.query_row(sql, [site], |row| row.get(0))?;
        let since = last
            .map_or(Duration::ZERO, |last| {
                now.since(Timestamp::from_millis(last))
            })
            .min(window);
        Ok(f64::from(new) * since.as_secs_f64() / window.as_secs_f64())
    }

    fn costs(&self, site: i64) -> Result<(Option<f64>, Option<f64>), ArchiveError> {
        let sql = "SELECT avg(bytes) FILTER (WHERE role = 'article'), avg(bytes) FILTER (WHERE role <> 'article')
                   FROM (SELECT page.role AS role, ledger.bytes AS bytes FROM capture
                         JOIN page ON page.id = capture.page_id
                         JOIN ledger ON ledger.announced_id = capture.announced_id
                         WHERE page.site_id = ?1 AND capture.status = 200 ORDER BY capture.id DESC LIMIT ?2)";
        Ok(self
            .connection
            .query_row(sql, params![site, ANSWERS], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?)
    }

    fn answer_time(&self, host: &str) -> Result<Option<Duration>, ArchiveError> {
        let sql =
            "SELECT avg(took) FROM (SELECT ended.at - announced.at AS took FROM ledger AS announced
                   JOIN ledger AS ended ON ended.announced_id = announced.id
                   WHERE announced.host = ?1 ORDER BY announced.id DESC LIMIT ?2)";
        let took: Option<f64> = self
            .connection
            .query_row(sql, params![host, ANSWERS], |row| row.get(0))?;
        Ok(took.and_then(|took| Duration::try_from_secs_f64(took / 1000.0).ok()))
    }
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}
