//! Backfills: windows of past days, queued week by week, and how far back an open backfill goes.

use jiff::ToSpan;
use jiff::civil::Date;
use rusqlite::params;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::frontier::{Discovered, Judged, PageId, Role, Verdict};
use crate::page_url::{Host, PageUrl};
use crate::time::Timestamp;

/// An open backfill ends after a year of weeks without an article. Papers pause for a summer, and
/// some lose months when they move to another server.
const EMPTY_WEEKS: i64 = 52;

/// A list that is limited to some days by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub url: PageUrl,
    /// The first of its days.
    pub first: Date,
}

/// The days that an open backfill of a site goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackfillDays {
    /// The day that the backfill began with, which is its last day.
    began: Date,
    /// The days whose windows are to be queued now, both included.
    pub first: Date,
    pub last: Date,
}

#[doc(hidden)]
impl Writer {
    /// Opens a backfill of a site: from a day back, as far as there are articles. A backfill that
    /// was opened before goes on. Durable with the next save.
    pub fn open_backfill(
        &mut self,
        lease: Lease,
        site: &str,
        last: Date,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        // No window is queued yet: it reaches back to the day after its last day.
        let reach = last.tomorrow().unwrap_or(last);
        tx.execute(
            "INSERT INTO backfill (site_id, last_day, reach)
             VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3)
             ON CONFLICT (site_id, last_day) DO NOTHING",
            params![site, last.to_string(), reach.to_string()],
        )?;
        Ok(())
    }

    /// Returns the days that a site's open backfills go on with: back to a year before the oldest
    /// window with an article. Sees unsaved changes as well.
    pub fn days_to_backfill(&self, site: &str) -> Result<Vec<BackfillDays>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT last_day, reach,
                    (SELECT min(first_day) FROM page
                     WHERE page.site_id = backfill.site_id AND role = 'window'
                       AND first_day BETWEEN reach AND last_day
                       AND CASE WHEN had_rows IS NULL THEN read_to_end_at IS NOT NULL
                                ELSE had_rows = 1 END)
             FROM backfill WHERE site_id = (SELECT id FROM site WHERE name = ?1)
             ORDER BY last_day",
        )?;
        let rows = select.query_map([site], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let rows: Vec<(String, String, Option<String>)> = rows.collect::<Result<_, _>>()?;

        let wanted = rows.into_iter().map(|(began, reach, with_rows)| {
            let (began, reach) = (day(&began)?, day(&reach)?);
            let oldest = with_rows.as_deref().map(day).transpose()?.unwrap_or(began);
            Ok(next_days(began, reach, oldest))
        });

        Ok(wanted
            .collect::<Result<Vec<_>, ArchiveError>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    /// Queues the windows that were not read to their end. Returns their hosts, one for each page
    /// that was queued. Durable with the next save.
    pub fn add_windows(
        &mut self,
        lease: Lease,
        site: &str,
        windows: &[Window],
        now: Timestamp,
    ) -> Result<Vec<Host>, ArchiveError> {
        add_windows(self.transaction(lease)?, site, windows, now)
    }

    /// Notes that the windows of these days are queued. Durable with the next save.
    pub fn note_backfilled(
        &mut self,
        lease: Lease,
        site: &str,
        days: BackfillDays,
    ) -> Result<(), ArchiveError> {
        self.transaction(lease)?.execute(
            "UPDATE backfill SET reach = ?3
             WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND last_day = ?2",
            params![site, days.began.to_string(), days.first.to_string()],
        )?;
        Ok(())
    }
}

/// Returns the days that a backfill goes on with: it began with a day, has windows back to `reach`,
/// and found articles back to `oldest`. Returns `None` at its end.
fn next_days(began: Date, reach: Date, oldest: Date) -> Option<BackfillDays> {
    let monday = oldest
        .checked_sub(i64::from(oldest.weekday().to_monday_zero_offset()).days())
        .ok()?;
    // The first day of the calendar is an end, too.
    let first = monday.checked_sub(EMPTY_WEEKS.weeks()).ok()?;
    let last = reach.yesterday().ok()?;
    (first <= last).then_some(BackfillDays { began, first, last })
}

fn day(text: &str) -> Result<Date, ArchiveError> {
    text.parse()
        .map_err(|_| ArchiveError::Damaged(format!("day of a backfill: {text:?}")))
}

/// Queues a window again that is settled and was not read to its end.
const REQUEUE_WINDOW: &str = "UPDATE page SET
       due_at = ?2, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL, first_day = ?3
     WHERE url = ?1 AND role = 'window' AND read_to_end_at IS NULL AND verdict IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM page AS below
                       WHERE below.section_id = page.id AND below.due_at IS NOT NULL)";

/// Queues a window that is not known.
const ADD_WINDOW: &str = "INSERT INTO page (site_id, host, url, role, priority,
                       discovered_at, due_at, first_day)
     VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3, 'window', ?4, ?5, ?5, ?6)
     ON CONFLICT DO NOTHING";

/// Queues the windows that were not read to their end. Returns their hosts.
pub(super) fn add_windows(
    tx: &Connection,
    site: &str,
    windows: &[Window],
    now: Timestamp,
) -> Result<Vec<Host>, ArchiveError> {
    let mut hosts = Vec::new();

    for Window { url, first } in windows {
        let again = tx.prepare_cached(REQUEUE_WINDOW)?.ask_execution(params![
            url.as_str(),
            now.millis(),
            first.to_string()
        ])?;
        let added = tx.prepare_cached(ADD_WINDOW)?.ask_execution(params![
            site,
            url.host().as_str(),
            url.as_str(),
            Role::Window.priority(),
            now.millis(),
            first.to_string()
        ])?;

        // A window that is not queued again gets its first day all the same.
        tx.prepare_cached(
            "UPDATE page SET first_day = ?2
             WHERE url = ?1 AND role = 'window' AND first_day IS NULL",
        )?
        .execute_later(params![url.as_str(), first.to_string()])?;
        if again.wait()? + added.wait()? > 0 {
            hosts.push(url.host());
        }
    }
    Ok(hosts)
}

/// Notes whether a window had rows of its own days.
pub(super) fn note_rows(
    tx: &Connection,
    page: PageId,
    judged: &Judged,
) -> Result<(), ArchiveError> {
    if judged.verdict != Verdict::Read {
        return Ok(());
    }

    let first: Option<String> = tx
        .prepare_cached("SELECT first_day FROM page WHERE id = ?1")?
        .query_row([page.0], |row| row.get(0))?;
    let first = first.as_deref().map(day).transpose()?;

    let had_rows = judged
        .found
        .iter()
        .any(|row| is_of_week(row, first, judged.new_pages > 0));
    tx.prepare_cached("UPDATE page SET had_rows = ?2 WHERE id = ?1")?
        .execute_later(params![page.0, had_rows])?;
    Ok(())
}

/// Tells whether a row belongs to the week that a window begins with. A server that ignores the
/// limit shows rows of any day, and with these an open backfill would never end. A row without a
/// date counts where the page had something new.
fn is_of_week(row: &Discovered, first: Option<Date>, is_new: bool) -> bool {
    /// A day: the server's clock and the printed dates may be of different time zones.
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
