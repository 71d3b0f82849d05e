//! Backfills: windows of days of the past, queued week by week, and how far back an open one goes.

use jiff::ToSpan;
use jiff::civil::Date;
use rusqlite::{Connection, params};

use crate::archive::error::ArchiveError;
use crate::archive::store::{Archive, Lease};
use crate::frontier::{Discovered, Judged, PageId, Role, Verdict};
use crate::page_url::{Host, PageUrl};
use crate::time::Timestamp;

/// A backfill without a beginning ends where so many weeks in a row have no article: a year. Papers
/// rest for a summer, and some lose months when they move to another server.
const EMPTY_WEEKS: i64 = 52;

/// A list limited to days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub url: PageUrl,
    /// The first of its days.
    pub first: Date,
}

/// An open backfill of a site that wants more windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// The day that it began with, which is its last.
    began: Date,
    /// The days whose windows it wants now, both included.
    pub first: Date,
    pub last: Date,
}

impl Archive {
    /// Notes that a site is read back from a day, as far as there are articles. One that was begun
    /// before goes on. Durable with the next save.
    pub fn open_backfill(
        &mut self,
        lease: Lease,
        site: &str,
        last: Date,
    ) -> Result<(), ArchiveError> {
        let work = self.work(lease)?;
        // Before its first window: the day after the last one.
        let reach = last.tomorrow().unwrap_or(last);
        work.execute(
            "INSERT INTO backfill (site_id, last_day, reach) VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3)
             ON CONFLICT (site_id, last_day) DO NOTHING",
            params![site, last.to_string(), reach.to_string()],
        )?;
        Ok(())
    }

    /// Returns what a site's open backfills want beyond their windows so far: a year past the
    /// oldest one with an article. Reads what was written, saved or not.
    pub fn backfills_wanted(&self, site: &str) -> Result<Vec<Want>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT last_day, reach, (SELECT min(first_day) FROM page WHERE page.site_id = backfill.site_id AND role = 'window'
                AND first_day BETWEEN reach AND last_day AND coalesce(had_rows, read_to_end_at IS NOT NULL))
             FROM backfill WHERE site_id = (SELECT id FROM site WHERE name = ?1)",
        )?;
        let rows = select.query_map([site], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let rows: Vec<(String, String, Option<String>)> = rows.collect::<Result<_, _>>()?;
        let wanted = rows.into_iter().map(|(began, reach, with_rows)| {
            let (began, reach) = (day(&began)?, day(&reach)?);
            let oldest = with_rows.as_deref().map(day).transpose()?.unwrap_or(began);
            Ok(want(began, reach, oldest))
        });
        Ok(wanted
            .collect::<Result<Vec<_>, ArchiveError>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    /// Queues windows that were not read to their end, and returns their hosts, one for each page
    /// that was queued. Durable with the next save.
    pub fn add_windows(
        &mut self,
        lease: Lease,
        site: &str,
        windows: &[Window],
        now: Timestamp,
    ) -> Result<Vec<Host>, ArchiveError> {
        add_windows(self.work(lease)?, site, windows, now)
    }

    /// Notes that the windows which an open backfill wanted are queued. Durable with the next save.
    pub fn reach_back(&mut self, lease: Lease, site: &str, want: Want) -> Result<(), ArchiveError> {
        self.work(lease)?.execute(
            "UPDATE backfill SET reach = ?3
             WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND last_day = ?2",
            params![site, want.began.to_string(), want.first.to_string()],
        )?;
        Ok(())
    }
}

/// Returns the days that are wanted of a backfill that began with a day, has windows back to
/// `reach`, and found articles back to `oldest`.
fn want(began: Date, reach: Date, oldest: Date) -> Option<Want> {
    let monday = oldest
        .checked_sub(i64::from(oldest.weekday().to_monday_zero_offset()).days())
        .ok()?;
    // A calendar that ends is an end, too.
    let first = monday.checked_sub(EMPTY_WEEKS.weeks()).ok()?;
    let last = reach.yesterday().ok()?;
    (first <= last).then_some(Want { began, first, last })
}

fn day(text: &str) -> Result<Date, ArchiveError> {
    text.parse()
        .map_err(|_| ArchiveError::Damaged(format!("day of a backfill: {text:?}")))
}

pub(super) fn add_windows(
    work: &Connection,
    site: &str,
    windows: &[Window],
    now: Timestamp,
) -> Result<Vec<Host>, ArchiveError> {
    let mut hosts = Vec::new();
    for Window { url, first } in windows {
        let added = work
            .prepare_cached(
                "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at, first_day)
                 VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3, 'window', ?4, ?5, ?5, ?6)
                 ON CONFLICT (url) DO UPDATE SET
                   due_at = excluded.due_at, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL,
                   first_day = excluded.first_day
                 WHERE page.role = 'window' AND page.read_to_end_at IS NULL AND page.verdict IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM page AS below WHERE below.section_id = page.id AND below.due_at IS NOT NULL)",
            )?
            .execute(params![
                site,
                url.host().as_str(),
                url.as_str(),
                Role::Window.priority(),
                now.millis(),
                first.to_string()
            ])?;
        // One that is not read again is a window of its days all the same.
        work.prepare_cached("UPDATE page SET first_day = ?2 WHERE url = ?1 AND role = 'window' AND first_day IS NULL")?
            .execute(params![url.as_str(), first.to_string()])?;
        if added > 0 {
            hosts.push(url.host());
        }
    }
    Ok(hosts)
}

/// Notes whether a window had rows.
pub(super) fn note_rows(
    work: &Connection,
    page: PageId,
    judged: &Judged,
) -> Result<(), ArchiveError> {
    if judged.verdict != Verdict::Read {
        return Ok(());
    }
    let first: Option<String> = work
        .prepare_cached("SELECT first_day FROM page WHERE id = ?1")?
        .query_row([page.0], |row| row.get(0))?;
    let first = first.as_deref().map(day).transpose()?;
    let had_rows = judged
        .found
        .iter()
        .any(|row| is_of_week(row, first, judged.new_pages > 0));
    work.prepare_cached("UPDATE page SET had_rows = ?2 WHERE id = ?1")?
        .execute(params![page.0, had_rows])?;
    Ok(())
}

/// Tells whether a row is of the week that a window begins with: a server that ignores the limit
/// shows rows of any day, and of these an open backfill would see no end. A row without a date
/// counts where something is new.
fn is_of_week(row: &Discovered, first: Option<Date>, is_new: bool) -> bool {
    /// The server's clock may be another one than the printed dates'.
    const SLACK: i64 = 1;
    let Some((printed, first)) = row.published_at.zip(first) else {
        return is_new;
    };

    let printed = jiff::tz::Offset::from_seconds(printed.offset)
        .map(|offset| offset.to_datetime(printed.at.into()));
    let Ok(printed) = printed.map(|printed| printed.date()) else {
        return is_new;
    };
    let days = i64::from((printed - first).get_days());
    (-SLACK..7 + SLACK).contains(&days)
}
