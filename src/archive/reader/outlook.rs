//! The outlook of a site, for `plan`: what a crawl would ask for now, and what requests cost so
//! far.

use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::recrawl::{Planned, Recrawl};
use crate::config::Site;
use crate::frontier::Role;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Means are taken over the newest 1,000 answers: enough to be stable, and read in milliseconds.
const ANSWERS: u32 = 1_000;

/// New articles are expected by the last seven days, since papers publish by a weekly rhythm.
const DAYS: u64 = 7;

/// The requests that a crawl of a site would make, and their likely cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Home page, sections, feeds and policies that a crawl would read.
    pub entries: u64,
    /// Articles, photos, further list pages and windows that are queued and due, with articles that
    /// are due for a revisit.
    pub queued: u64,
    /// Articles among `queued` that were not fetched yet.
    pub articles: u64,
    /// Kept articles among `queued` that are due for a revisit.
    pub revisits: u64,
    /// Photos of stored articles among `queued`.
    pub photos: u64,
    /// Pages that are queued for later.
    pub later: u64,
    /// Tells whether the site's robots.txt has expired and would be asked for.
    pub robots_due: bool,
    /// Expected new articles since the last crawl, at the rate of the last seven days.
    pub expected_new: f64,
    /// Mean decoded bytes of an article's page.
    pub article_bytes: Option<f64>,
    /// Mean decoded bytes of any other page.
    pub entry_bytes: Option<f64>,
    /// Mean bytes of a photo.
    pub photo_bytes: Option<f64>,
    /// The gap that was last kept to the site's host.
    pub gap: Option<Duration>,
    /// The moment before which the host is not asked.
    pub not_before: Option<Timestamp>,
    /// Mean time from a request to the end of its answer.
    pub answer_time: Option<Duration>,
}

#[doc(hidden)]
impl Reader {
    /// Returns the outlook of a site; `None` for a site of which no page was ever read.
    /// `everything` is the list that has every article, where there is one. Sees saved changes
    /// only.
    pub fn outlook(
        &self,
        site: &Site,
        everything: Option<&PageUrl>,
        now: Timestamp,
    ) -> Result<Option<Outlook>, ArchiveError> {
        // No page of a paper was settled where the paper was never reached.
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
        outlook.photo_bytes = self.photo_cost(id)?;

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

    /// Counts the pages that are due and queued.
    fn due(
        &self,
        site: &Site,
        everything: Option<&PageUrl>,
        now: Timestamp,
    ) -> Result<Outlook, ArchiveError> {
        let recrawl = Recrawl {
            site: &site.name,
            discover: &site.discover,
            keep: site.keep,
            everything,
        };
        // A page that robots.txt forbids is due for another decision, which costs no request.
        let sql = "SELECT
                    count(*) FILTER (WHERE role NOT IN ('article', 'list', 'window', 'photo')
                                     AND due_at <= ?2),
                    count(*) FILTER (WHERE role IN ('article', 'list', 'window', 'photo')
                                     AND due_at <= ?2),
                    count(*) FILTER (WHERE role = 'article' AND due_at <= ?2 AND verdict IS NULL),
                    count(*) FILTER (WHERE role = 'article' AND coalesce(due_at, next_at) <= ?2
                                     AND verdict <> 'disallowed'),
                    count(*) FILTER (WHERE due_at > ?2),
                    count(*) FILTER (WHERE role = 'article' AND due_at IS NULL AND next_at <= ?2
                                     AND verdict <> 'disallowed'),
                    count(*) FILTER (WHERE role NOT IN ('article', 'list', 'window', 'photo')
                                     AND due_at IS NULL AND next_at <= ?2),
                    count(*) FILTER (WHERE role = 'photo' AND due_at <= ?2)
             FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1)";
        let (outlook, planned) =
            self.connection
                .query_row(sql, params![site.name, now.millis()], |row| {
                    let outlook = Outlook {
                        entries: row.get(0)?,
                        queued: row.get::<_, u64>(1)? + row.get::<_, u64>(5)?,
                        articles: row.get(2)?,
                        revisits: row.get(3)?,
                        later: row.get(4)?,
                        photos: row.get(7)?,
                        ..Outlook::default()
                    };
                    Ok((outlook, row.get::<_, u64>(6)?))
                })?;

        let entries = outlook.entries + self.due_by_new_policy(&recrawl, now)?.unwrap_or(planned);
        Ok(Outlook { entries, ..outlook })
    }

    /// Counts the settled entry pages that a crawl would ask for again, where today's policy is
    /// another one than the policy that they were planned by; `None` where it is the same.
    fn due_by_new_policy(
        &self,
        recrawl: &Recrawl<'_>,
        now: Timestamp,
    ) -> Result<Option<u64>, ArchiveError> {
        let policy = recrawl.policy(&self.connection)?;
        if recrawl.is_planned_by(&self.connection, &policy)? {
            return Ok(None);
        }

        let pages = recrawl.planned(&self.connection, &policy, now)?;
        let due = pages.iter().filter(|page| is_due_entry(page, now));
        Ok(Some(due.count() as u64))
    }

    /// Tells whether the robots.txt of a home page's origin has expired.
    fn robots_due(&self, home: &PageUrl, now: Timestamp) -> Result<bool, ArchiveError> {
        let sql = "SELECT expires_at FROM robots WHERE origin = ?1 ORDER BY id DESC LIMIT 1";
        let expires: Option<i64> = self
            .connection
            .query_row(sql, [home.origin()], |row| row.get(0))
            .optional()?;
        Ok(expires.is_none_or(|expires| expires <= now.millis()))
    }

    /// Returns how many new articles are expected since the last crawl.
    fn expected_new(&self, site: i64, now: Timestamp) -> Result<f64, ArchiveError> {
        let window = Duration::from_secs(DAYS * 24 * 3600);
        let sql = "SELECT count(*) FROM version WHERE site_id = ?1 AND n = 1 AND published_ms > ?2";
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

    /// Returns the mean bytes of an article's page, and of any other page.
    fn costs(&self, site: i64) -> Result<(Option<f64>, Option<f64>), ArchiveError> {
        let sql = "SELECT CAST(avg(bytes) FILTER (WHERE role = 'article') AS double precision),
                          CAST(avg(bytes) FILTER (WHERE role <> 'article') AS double precision)
                   FROM (SELECT page.role AS role, ledger.bytes AS bytes FROM capture
                         JOIN page ON page.id = capture.page_id
                         JOIN ledger ON ledger.announced_id = capture.announced_id
                         WHERE page.site_id = ?1 AND capture.status = 200
                           AND page.role <> 'photo'
                         ORDER BY capture.id DESC LIMIT ?2) AS newest";
        Ok(self
            .connection
            .query_row(sql, params![site, ANSWERS], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?)
    }

    /// Returns the mean bytes of a photo.
    fn photo_cost(&self, site: i64) -> Result<Option<f64>, ArchiveError> {
        let sql = "SELECT CAST(avg(bytes) AS double precision)
                   FROM (SELECT body.bytes AS bytes FROM page
                         JOIN capture ON capture.id = page.capture_id
                         JOIN body ON body.id = capture.body_id
                         WHERE page.site_id = ?1 AND page.role = 'photo'
                           AND page.verdict = 'stored'
                         LIMIT ?2) AS photo";
        Ok(self
            .connection
            .query_row(sql, params![site, ANSWERS], |row| row.get(0))?)
    }

    /// Returns the mean time of a host's newest answers.
    fn answer_time(&self, host: &str) -> Result<Option<Duration>, ArchiveError> {
        let sql = "SELECT CAST(avg(took) AS double precision)
                   FROM (SELECT ended.at - announced.at AS took FROM ledger AS announced
                   JOIN ledger AS ended ON ended.announced_id = announced.id
                   WHERE announced.host = ?1 ORDER BY announced.id DESC LIMIT ?2) AS newest";
        let took: Option<f64> = self
            .connection
            .query_row(sql, params![host, ANSWERS], |row| row.get(0))?;
        Ok(took.and_then(|took| Duration::try_from_secs_f64(took / 1000.0).ok()))
    }
}

/// Tells whether a settled page is an entry page that a crawl at `now` would ask for again.
fn is_due_entry(page: &Planned, now: Timestamp) -> bool {
    !matches!(page.role, Role::Article | Role::Photo) && page.next.is_some_and(|next| next <= now)
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}
