//! The requests of the ledger, the newest first, and their number by answer.
//!
//! Rows are found by their number. Those of a moment are looked for by halving: a clock that was
//! set back may hide some rows at the edge of a day.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::{self, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::time::Timestamp;

/// Rows that are read for one page of a paper's requests, among which other papers' stand: a tenth
/// of a second.
const MOST_READ: i64 = 100_000;

/// Runs of a paper that are looked through for one page.
const MOST_RUNS: usize = 200;

/// A run's requests are looked for up to so long after its end: the ends of both are told by clocks
/// of several machines.
const AFTER_RUN: Duration = Duration::from_secs(60);

/// The requests with rows from `?1` to before `?2`, of one run where `?3` names it.
const REQUESTS: &str = "SELECT announced.id, announced.at, announced.url, announced.host,
       announced.gap, site.name AS site, ended.at AS ended_at, ended.status, ended.bytes,
       ended.trouble
     FROM ledger AS announced
     LEFT JOIN ledger AS ended ON ended.announced_id = announced.id
     LEFT JOIN run ON run.id = announced.run_id
     LEFT JOIN site ON site.id = run.site_id
     WHERE announced.id >= ?1 AND announced.id < ?2 AND announced.kind = 'announced'
       AND (CAST(?3 AS BIGINT) IS NULL OR announced.run_id = ?3)
     ORDER BY announced.id DESC LIMIT ?4";

/// The newest run of a site that began before a row.
const RUN_BEFORE: &str = "SELECT id, ledger_from, ended_at FROM run
     WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND ledger_from < ?2 AND id < ?3
     ORDER BY id DESC LIMIT 1";

/// The endings with rows behind `?1` up to `?2`, counted by site and the first digit of the status.
const ENDINGS: &str =
    "SELECT coalesce(site.name, ''), counted.class, CAST(sum(counted.requests) AS BIGINT)
     FROM (SELECT run_id, status / 100 AS class, count(*) AS requests FROM ledger
           WHERE id > ?1 AND id <= ?2 AND kind = 'ended' GROUP BY run_id, status / 100) AS counted
     LEFT JOIN run ON run.id = counted.run_id
     LEFT JOIN site ON site.id = run.site_id
     GROUP BY coalesce(site.name, ''), counted.class";

/// What chooses requests of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestFilter {
    /// The paper for which they were sent.
    pub site: Option<String>,
    /// The moments at which they were announced.
    pub span: Option<Range<Timestamp>>,
    /// Only requests with rows before this one.
    pub before: Option<i64>,
}

/// One request of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SentRequest {
    pub row: i64,
    /// When it was announced.
    pub at: Timestamp,
    pub url: String,
    pub host: String,
    /// The gap that was kept to the host.
    pub gap: Duration,
    /// The paper for which it was sent, where its run was of one.
    pub site: Option<String>,
    /// `None` while it is under way, and where its process was killed.
    pub end: Option<SentRequestEnd>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SentRequestEnd {
    pub at: Timestamp,
    pub bytes: u64,
    /// The status of the answer, or why there is none.
    pub status: Result<u16, String>,
}

/// A page of requests, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestPage {
    pub requests: Vec<SentRequest>,
    /// The row before which further requests may stand.
    pub next: Option<i64>,
}

/// The class of an answer: the first digit of its status, or that there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AnswerClass {
    Status(u8),
    NoAnswer,
}

/// The number of requests that ended, by site and answer. A site without a name stands for runs of
/// none.
pub(crate) type EndedCounts = BTreeMap<(String, AnswerClass), u64>;

/// A run, and the last row of the ledger before it.
#[derive(Debug)]
struct LedgerRun {
    id: i64,
    ledger_from: i64,
    ended: Option<Timestamp>,
}

impl Reader {
    /// Returns the newest requests that a filter chooses, at most so many. A page of one paper may
    /// have fewer, and others behind it. Sees saved changes only.
    pub(crate) fn requests(
        &self,
        filter: &RequestFilter,
        most: usize,
    ) -> Result<RequestPage, ArchiveError> {
        let mut rows = 0..filter
            .before
            .unwrap_or(i64::MAX)
            .min(self.newest_row()? + 1);
        if let Some(span) = &filter.span {
            rows.end = rows.end.min(self.first_row_from(span.end, rows.end)?);
            rows.start = self.first_row_from(span.start, rows.end)?;
        }
        match &filter.site {
            None => self.newest_requests(rows, most),
            Some(site) => self.requests_of_site(site, rows, most),
        }
    }

    fn newest_requests(&self, rows: Range<i64>, most: usize) -> Result<RequestPage, ArchiveError> {
        let requests = self.requests_in(&rows, None, most)?;
        let next = requests.last().map(|last| last.row);
        Ok(RequestPage {
            next: next.filter(|next| requests.len() == most && *next > rows.start),
            requests,
        })
    }

    /// Looks through the runs of a site, the newest first. Runs of one site do not overlap.
    fn requests_of_site(
        &self,
        site: &str,
        rows: Range<i64>,
        most: usize,
    ) -> Result<RequestPage, ArchiveError> {
        let (mut page, mut left) = (RequestPage::default(), MOST_READ);
        let (mut top, mut later) = (rows.end, i64::MAX);
        for _ in 0..MOST_RUNS {
            let Some(run) = self.run_before(site, top, later)? else {
                return Ok(page);
            };
            let begin = (run.ledger_from + 1).max(rows.start);
            let end = match run.ended {
                Some(ended) => self.first_row_from(ended + AFTER_RUN, top)?,
                None => top,
            };
            let bottom = begin.max(end.saturating_sub(left));
            left -= (end - bottom).max(0);

            let room = most - page.requests.len();
            let found = self.requests_in(&(bottom..end), Some(run.id), room)?;
            let is_full = found.len() == room;
            page.requests.extend(found);
            if is_full || bottom > begin {
                let last = page.requests.last().map(|last| last.row);
                page.next = last.filter(|_| is_full).or(Some(bottom));
                return Ok(page);
            }
            (top, later) = (top.min(run.ledger_from + 1), run.id);
            if top <= rows.start {
                return Ok(page);
            }
        }
        page.next = Some(top);
        Ok(page)
    }

    fn requests_in(
        &self,
        rows: &Range<i64>,
        run: Option<i64>,
        most: usize,
    ) -> Result<Vec<SentRequest>, ArchiveError> {
        let mut select = self.connection.prepare_cached(REQUESTS)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let requests = select.query_map(params![rows.start, rows.end, run, most], request)?;
        Ok(requests.collect::<Result<_, _>>()?)
    }

    /// Returns the run of a site that began last before a row, and before another run.
    fn run_before(
        &self,
        site: &str,
        row: i64,
        later: i64,
    ) -> Result<Option<LedgerRun>, ArchiveError> {
        let mut select = self.connection.prepare_cached(RUN_BEFORE)?;
        let run = select.query_row(params![site, row, later], |row| {
            let ended: Option<i64> = row.get(2)?;
            Ok(LedgerRun {
                id: row.get(0)?,
                ledger_from: row.get(1)?,
                ended: ended.map(Timestamp::from_millis),
            })
        });
        Ok(run.optional()?)
    }

    /// Returns the last row of the ledger, 0 where there is none.
    pub(crate) fn newest_row(&self) -> Result<i64, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT coalesce(max(id), 0) FROM ledger")?;
        Ok(select.query_row([], |row| row.get(0))?)
    }

    /// Returns the first row of a moment or later, below a row; that row where there is none.
    fn first_row_from(&self, moment: Timestamp, below: i64) -> Result<i64, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id, at FROM ledger WHERE id >= ?1 ORDER BY id LIMIT 1")?;
        let (mut low, mut high) = (0, below);
        while low < high {
            let middle = low + (high - low) / 2;
            let there: Option<(i64, i64)> = select
                .query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            match there {
                Some((id, at)) if id < high && Timestamp::from_millis(at) < moment => low = id + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }

    /// Counts the requests whose ends stand behind a row, up to another one.
    pub(crate) fn ended_requests(&self, rows: Range<i64>) -> Result<EndedCounts, ArchiveError> {
        let mut select = self.connection.prepare_cached(ENDINGS)?;
        let counted = select.query_map([rows.start, rows.end], |row| {
            let class: Option<i64> = row.get(1)?;
            let class = class.and_then(|class| u8::try_from(class).ok());
            let class = class.map_or(AnswerClass::NoAnswer, AnswerClass::Status);
            Ok(((row.get(0)?, class), row.get(2)?))
        })?;
        Ok(counted.collect::<Result<_, _>>()?)
    }

    /// Counts the queued pages of each site that are due at a moment.
    pub(crate) fn due_counts(&self, now: Timestamp) -> Result<BTreeMap<String, u64>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT site.name, (SELECT count(*) FROM page
                                WHERE site_id = site.id AND due_at IS NOT NULL AND due_at <= ?1)
             FROM site",
        )?;
        let rows = select.query_map([now.millis()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Counts the stored pages that were found damaged.
    pub(crate) fn damaged_bodies(&self) -> Result<u64, ArchiveError> {
        let sql = "SELECT count(*) FROM damage";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }
}

fn request(row: &Row<'_>) -> engine::Result<SentRequest> {
    let ended: Option<i64> = row.get("ended_at")?;
    let end = match ended {
        None => None,
        Some(at) => {
            let status: Option<u16> = row.get("status")?;
            let trouble: Option<String> = row.get("trouble")?;
            let bytes: Option<u64> = row.get("bytes")?;
            Some(SentRequestEnd {
                at: Timestamp::from_millis(at),
                bytes: bytes.unwrap_or_default(),
                status: status.ok_or_else(|| trouble.unwrap_or_default()),
            })
        }
    };
    let gap: i64 = row.get("gap")?;
    Ok(SentRequest {
        row: row.get("id")?,
        at: Timestamp::from_millis(row.get("at")?),
        url: row.get("url")?,
        host: row.get("host")?,
        gap: Duration::from_millis(gap.unsigned_abs()),
        site: row.get("site")?,
        end,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::archive::engine::Connection;
    use crate::archive::schema;

    #[test]
    fn requests_are_found_by_their_rows_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        for sql in [REQUESTS, RUN_BEFORE, ENDINGS] {
            let mut select = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let mut rows = select.raw_query();
            while let Some(row) = rows.next().unwrap() {
                let step: String = row.get("detail").unwrap();
                let is_counted = step.starts_with("SCAN counted");
                assert!(!step.starts_with("SCAN ") || is_counted, "{sql}: {step}");
                assert!(
                    !step.contains("FOR ORDER BY") && !step.contains("AUTOMATIC"),
                    "{sql}: {step}"
                );
            }
        }
    }
}
