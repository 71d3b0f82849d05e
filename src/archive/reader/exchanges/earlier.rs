//! Answers that earlier requests for a page brought: what a revisit refers to.

use rusqlite::params;

use crate::archive::engine::{self, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::exchanges::row::{ExchangeRow, earlier};
use crate::archive::reader::exchanges::{EarlierAnswer, ExchangeAnswer, Exchanges};
use crate::time::Timestamp;

/// Captures by their request, by their page, and by page and content. The archive's own tables have
/// no such indexes: a crawl would pay for them with every answer. SQLite keeps temporary tables in
/// a file. Of several captures with one request, the newest one counts.
///
/// In `unkept_state` stand the pages whose newest answer brought bytes that are not kept: a later
/// 304 speaks of those bytes.
const INDEX_CAPTURES: &str = "
    DROP TABLE IF EXISTS captured;
    DROP TABLE IF EXISTS robots_copy;
    DROP TABLE IF EXISTS unkept_state;
    CREATE TEMP TABLE captured (
        announced_id INTEGER PRIMARY KEY,
        capture_id   BIGINT NOT NULL,
        page_id      BIGINT NOT NULL,
        body_id      BIGINT,
        is_good      BIGINT NOT NULL,
        is_chosen    BIGINT NOT NULL
    );
    CREATE TEMP TABLE robots_copy (announced_id INTEGER PRIMARY KEY, robots_id BIGINT NOT NULL);
    INSERT INTO robots_copy
        SELECT announced_id, id FROM robots WHERE announced_id IS NOT NULL AND body IS NOT NULL
        ORDER BY id DESC ON CONFLICT DO NOTHING;
    CREATE TEMP TABLE unkept_state (page_id INTEGER PRIMARY KEY);";

/// The indexes of `captured`, which are made when all rows are there.
const CAPTURED_INDEXES: &str = "
    CREATE INDEX captured_content ON captured (page_id, body_id, announced_id)
        WHERE body_id IS NOT NULL;
    CREATE INDEX captured_page ON captured (page_id, announced_id)
        WHERE body_id IS NOT NULL AND is_good = 1;";

/// Every capture is chosen.
pub(super) const EVERY_CAPTURE: &str = "TRUE";

/// The captures of chosen pages, and those that brought chosen articles alone.
pub(super) const CHOSEN_CAPTURES: &str = "page_id IN (SELECT id FROM chosen_page)
    OR EXISTS (SELECT 1 FROM version WHERE version.capture_id = capture.id
               AND article_id IN (SELECT id FROM chosen_article))
       AND NOT EXISTS (SELECT 1 FROM version WHERE version.capture_id = capture.id
                       AND article_id NOT IN (SELECT id FROM chosen_article))";

/// Whether the bytes of a page's newest answer are kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    Kept,
    Unkept,
}

impl Reader {
    /// Makes the temporary tables. A condition tells which captures are chosen.
    pub(super) fn index_captures(&self, chosen: &str) -> engine::Result<()> {
        self.connection.execute_batch(INDEX_CAPTURES)?;
        self.connection.execute_batch(&format!(
            "INSERT INTO captured
             SELECT announced_id, id, page_id, body_id,
                    CASE WHEN status BETWEEN 200 AND 299 THEN 1 ELSE 0 END,
                    CASE WHEN {chosen} THEN 1 ELSE 0 END
             FROM capture WHERE true
             ORDER BY id DESC ON CONFLICT DO NOTHING;
             {CAPTURED_INDEXES}"
        ))
    }
}

impl Exchanges<'_> {
    /// Returns the answer of a revisit that wrote no capture.
    pub(super) fn told_by_ledger(
        &self,
        row: &ExchangeRow,
        page: i64,
    ) -> Result<ExchangeAnswer, ArchiveError> {
        if row.status == 304 {
            return self.not_modified(row, page);
        }
        let Some(sha256) = row.digest else {
            return Ok(ExchangeAnswer::NotKept);
        };

        if let Some(earlier) = self.first_with(page, row.announced_id, &sha256)? {
            self.note_state(Some(page), Known::Kept)?;
            return Ok(ExchangeAnswer::SameBytes { earlier, sha256 });
        }
        if (200..=299).contains(&row.status) {
            self.note_state(Some(page), Known::Unkept)?;
        }
        if self.is_kept_at_all(page, row.announced_id, &sha256)? {
            return Ok(ExchangeAnswer::SameAsBefore);
        }
        Ok(ExchangeAnswer::NotKept)
    }

    fn not_modified(&self, row: &ExchangeRow, page: i64) -> Result<ExchangeAnswer, ArchiveError> {
        let mut unkept = self
            .reader
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM unkept_state WHERE page_id = ?1)")?;
        if unkept.query_row([page], |row| row.get(0))? {
            return Ok(ExchangeAnswer::NotKept);
        }

        let mut select = self.reader.connection.prepare_cached(
            "SELECT ledger.hash, capture.fetched_at, body.sha256
             FROM captured JOIN capture ON capture.id = captured.capture_id
             JOIN body ON body.id = capture.body_id
             JOIN ledger ON ledger.id = captured.announced_id
             WHERE captured.page_id = ?1 AND captured.announced_id < ?2
               AND captured.body_id IS NOT NULL AND captured.is_good = 1
             ORDER BY captured.announced_id DESC LIMIT 1",
        )?;
        // It is asked of a page that is chosen, with all its captures.
        let found = select
            .query_row(params![page, row.announced_id], earlier)
            .optional()?;
        Ok(match found {
            Some(earlier) if self.is_wanted(&earlier) => ExchangeAnswer::NotModified { earlier },
            Some(_) => ExchangeAnswer::SameAsBefore,
            None => ExchangeAnswer::NotKept,
        })
    }

    fn is_wanted(&self, earlier: &EarlierAnswer) -> bool {
        self.filter
            .since
            .is_none_or(|since| earlier.answered_at >= since)
    }

    /// Returns the first answer of the filter that brought these bytes of a page, before a request.
    pub(super) fn first_with(
        &self,
        page: i64,
        before: i64,
        sha256: &[u8; 32],
    ) -> Result<Option<EarlierAnswer>, ArchiveError> {
        let mut select = self.reader.connection.prepare_cached(
            "SELECT ledger.hash, capture.fetched_at, body.sha256
             FROM body JOIN captured ON captured.body_id = body.id AND captured.page_id = ?1
             JOIN capture ON capture.id = captured.capture_id
             JOIN ledger ON ledger.id = captured.announced_id
             WHERE body.sha256 = ?3 AND captured.announced_id < ?2 AND captured.is_chosen = 1
               AND capture.fetched_at >= ?4
             ORDER BY captured.announced_id LIMIT 1",
        )?;
        let since = self.filter.since.map_or(i64::MIN, Timestamp::millis);
        let earlier = select.query_row(params![page, before, sha256.as_slice(), since], earlier);
        Ok(earlier.optional()?)
    }

    /// Tells whether an earlier answer for a page with these bytes is kept, wanted or not.
    fn is_kept_at_all(
        &self,
        page: i64,
        before: i64,
        sha256: &[u8; 32],
    ) -> Result<bool, ArchiveError> {
        let mut select = self.reader.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM body JOIN captured ON captured.body_id = body.id
               AND captured.page_id = ?1 WHERE body.sha256 = ?3 AND captured.announced_id < ?2)",
        )?;
        Ok(select.query_row(params![page, before, sha256.as_slice()], |row| row.get(0))?)
    }

    /// Notes whether the bytes of a page's newest answer are kept.
    pub(super) fn note_state(&self, page: Option<i64>, known: Known) -> Result<(), ArchiveError> {
        let sql = match known {
            Known::Kept => "DELETE FROM unkept_state WHERE page_id = ?1",
            Known::Unkept => {
                "INSERT INTO unkept_state (page_id) VALUES (?1) ON CONFLICT DO NOTHING"
            }
        };
        if let Some(page) = page {
            self.reader
                .connection
                .prepare_cached(sql)?
                .execute([page])?;
        }
        Ok(())
    }
}
