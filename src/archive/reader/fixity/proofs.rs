//! Captures and copies of robots.txt, compared with the ledger.

use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::CheckedColumns;
use crate::archive::reader::fixity::number;
use crate::archive::reader::row_read::{RowRead, WalkResult, lost};
use crate::archive::reader::row_sample::RowSpan;
use crate::archive::reader::walk::{Walk, WalkStep};

/// A copy of a robots.txt, compared with the answer that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRobots {
    pub id: i64,
    pub origin: String,
    /// The row of the ledger that announced its request.
    pub announced: Option<i64>,
    pub run: Option<i64>,
    /// The row of the ledger that it was compared with.
    pub ended: Option<i64>,
    /// What is wrong with it.
    pub fault: Option<String>,
    /// Tells whether there is a digest that its body was compared with.
    pub is_compared: bool,
}

/// A capture, compared with the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCapture {
    pub id: i64,
    pub url: String,
    pub run: Option<i64>,
    /// The body's id; `None` where it was withheld.
    pub body: Option<i64>,
    /// The row of the ledger that it was compared with.
    pub ended: Option<i64>,
    /// What is wrong with it.
    pub fault: Option<String>,
}

#[doc(hidden)]
impl Reader {
    /// Returns every capture of the sites' pages, compared with the ledger; of all sites where none
    /// is named. Sees saved changes only.
    pub fn stored_captures(
        &self,
        sites: &[String],
        span: RowSpan,
    ) -> Result<impl Iterator<Item = WalkResult<StoredCapture>> + '_, ArchiveError> {
        let from = format!(
            "capture LEFT JOIN page ON page.id = capture.page_id
             LEFT JOIN body ON body.id = capture.body_id
             LEFT JOIN ledger AS announced ON announced.id = capture.announced_id
             LEFT JOIN ledger AS ended ON ended.announced_id = capture.announced_id
             WHERE {}",
            self.site_condition("page.site_id", sites)?
        );
        let walk = Walk {
            columns:
                "capture.id, page.url, announced.run_id, capture.body_id, body.sha256, ended.digest,
                      capture.status, ended.status, ended.id, body.id"
                    .into(),
            from,
            key: "capture.id",
            table: "capture".to_owned(),
            span,
        };

        Ok(self.walk(walk, |step, ahead| {
            ahead.push_back(match step {
                WalkStep::Lost { first, last, why } => lost("capture", first, last, why),
                WalkStep::Row(row) => RowRead::Row(stored_capture(row)?),
            });
            Ok(0)
        }))
    }

    /// Returns every copy of a robots.txt, compared with the answer that brought it. Sees saved
    /// changes only.
    pub fn stored_robots(
        &self,
        span: RowSpan,
    ) -> impl Iterator<Item = WalkResult<StoredRobots>> + '_ {
        let walk = Walk {
            columns: "robots.id, robots.origin, robots.body, robots.status, announced.id,
                      announced.run_id, ended.id, ended.status, ended.digest"
                .into(),
            from: "robots LEFT JOIN ledger AS announced ON announced.id = robots.announced_id
                   LEFT JOIN ledger AS ended ON ended.announced_id = announced.id WHERE true"
                .to_owned(),
            key: "robots.id",
            table: "robots".to_owned(),
            span,
        };

        self.walk(walk, |step, ahead| {
            ahead.push_back(match step {
                WalkStep::Lost { first, last, why } => lost("robots", first, last, why),
                WalkStep::Row(row) => RowRead::Row(stored_robots(row)?),
            });
            Ok(0)
        })
    }
}

fn stored_capture(row: &Row<'_>) -> engine::Result<StoredCapture> {
    let is_without_body = number(row, 3).is_some() && number(row, 9).is_none();
    let fault = match (blob(row, 4)?, blob(row, 5)?) {
        _ if is_without_body => Some("its body is not there"),
        (Some(body), Some(digest)) if body != digest => {
            Some("its body is not the one that came: the ledger has another digest")
        }
        // Schema 1 kept no digests, but every status.
        _ if number(row, 7).is_some_and(|status| number(row, 6) != Some(status)) => {
            Some("it names another status than the ledger")
        }
        _ => None,
    };

    Ok(StoredCapture {
        id: row.get(0)?,
        url: CheckedColumns::of(row).name("url"),
        run: number(row, 2),
        body: number(row, 3),
        ended: number(row, 8),
        fault: fault.map(str::to_owned),
    })
}

fn stored_robots(row: &Row<'_>) -> engine::Result<StoredRobots> {
    let (body, digest) = (blob(row, 2)?, blob(row, 8)?);
    let is_answered = row.get_ref(6)? != ValueRef::Null;

    let fault = match (body, digest) {
        (Some(body), Some(digest)) if Sha256::digest(body).as_slice() != digest => {
            Some("its body is not the one that came: the ledger has another digest")
        }
        _ if is_answered && status(row, 3)? != status(row, 7)? => {
            Some("it names another status than its answer had")
        }
        _ => None,
    };

    Ok(StoredRobots {
        id: row.get(0)?,
        origin: CheckedColumns::of(row).name("origin"),
        announced: number(row, 4),
        run: number(row, 5),
        ended: number(row, 6),
        fault: fault.map(str::to_owned),
        is_compared: body.is_some() && digest.is_some(),
    })
}

/// Reads a blob; `None` for null. A value of another kind reads as empty, which has no body's hash.
fn blob<'row>(row: &'row Row<'_>, column: usize) -> engine::Result<Option<&'row [u8]>> {
    let blob = row.get_ref(column)?;
    Ok(blob.as_blob_or_null().unwrap_or(Some(&[])))
}

/// Reads a status; `None` for null. A value of another kind reads as -1, which no answer has.
fn status(row: &Row<'_>, column: usize) -> engine::Result<Option<i64>> {
    let status = row.get_ref(column)?;
    Ok(status.as_i64_or_null().unwrap_or(Some(-1)))
}
