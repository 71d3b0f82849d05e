//! The ledger as an audit reads it: row by row in order, each with its chain checked.

use std::ops::Range;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, Rows, Statement, params};

use crate::archive::error::{ArchiveError, is_of_value};
use crate::archive::ids::{AnnouncedId, RobotsId, RunId};
use crate::archive::ledger::{ChainLink, Form, Terms};
use crate::archive::reader::Reader;
use crate::archive::robots::{RobotsCopy, copy_from};
use crate::time::Timestamp;

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry<'row> {
    pub id: i64,
    /// The row before it, 0 for the first: what lies between the two is missing.
    pub previous: i64,
    pub form: Form,
    pub at: Timestamp,
    pub run: RunId,
    pub what: LedgerRecord<'row>,
    /// Whether the stored hash is that of this row's fields after the stored hash of the row before.
    pub chained: bool,
    pub hash: [u8; 32],
}

/// The ledger, to be walked through by [`Ledger::rows`].
#[derive(Debug)]
pub struct Ledger<'r> {
    select: Statement<'r>,
}

/// A walk through the [`Ledger`].
pub struct LedgerRows<'a> {
    rows: Rows<'a>,
    previous: i64,
    before: [u8; 32],
}

impl Ledger<'_> {
    /// Begins at the first row.
    pub fn rows(&mut self) -> LedgerRows<'_> {
        LedgerRows {
            rows: self.select.raw_query(),
            previous: 0,
            before: [0; 32],
        }
    }
}

impl LedgerRows<'_> {
    /// Returns the next row, whose texts are borrowed from the engine until the one behind it is
    /// read; `None` at the end.
    pub fn next_entry(&mut self) -> Result<Option<LedgerEntry<'_>>, ArchiveError> {
        let (previous, before) = (self.previous, self.before);
        let Some(row) = self.rows.next()? else {
            return Ok(None);
        };

        let entry = entry(row, previous, before).map_err(|why| {
            ArchiveError::Damaged(format!("a row of the ledger behind row {previous}: {why}"))
        })?;
        (self.previous, self.before) = (entry.id, entry.hash);
        Ok(Some(entry))
    }
}

/// What a row tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerRecord<'row> {
    Began {
        /// `None` where they cannot be read.
        terms: Option<Box<Terms>>,
    },
    Announced {
        url: &'row str,
        host: &'row str,
        server: Option<&'row str>,
        robots: Option<RobotsId>,
        rule: &'row str,
        /// In milliseconds, as it stands.
        gap: i64,
    },
    Ended {
        announced: AnnouncedId,
        status: Option<u16>,
        bytes: u64,
        digest: Option<[u8; 32]>,
        retry_after: Option<Timestamp>,
        trouble: Option<&'row str>,
        not_before: Timestamp,
    },
    /// A row that no saseo wrote.
    Unreadable { why: String },
}

/// A robots.txt with the rows of the ledger that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsArrivals {
    pub copy: RobotsCopy,
    /// The request that its row names; schema 1 kept none.
    pub announced: Option<AnnouncedId>,
    pub answer: Option<RobotsArrival>,
}

/// The answer that brought a robots.txt, by the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsArrival {
    /// The ending's row.
    pub row: i64,
    /// The host that was asked.
    pub host: String,
    pub at: Timestamp,
    pub status: Option<u16>,
    pub digest: Option<[u8; 32]>,
}

pub(super) const LEDGER_COLUMNS: &str =
    "id, kind, form, at, run_id, hash, terms, url, host, server, robots_id, rule, gap,
    announced_id, status, bytes, digest, retry_after, trouble, not_before";

/// Where the columns of each kind stand in [`LEDGER_COLUMNS`]: the others' are null.
const OF_BEGINNINGS: Range<usize> = 6..7;
const OF_ANNOUNCEMENTS: Range<usize> = 7..13;
const OF_ENDINGS: Range<usize> = 13..20;
/// Fields of endings that schema 1 had not.
const SINCE_FORM_2: Range<usize> = 16..18;

impl Reader {
    /// Returns the ledger, to be walked through in the order of ids. A walk reads what was saved at
    /// the moment that it begins: what a crawl writes meanwhile is not seen. Memory does not grow
    /// with the rows.
    pub fn ledger(&self) -> Result<Ledger<'_>, ArchiveError> {
        Ok(Ledger {
            select: self
                .connection
                .prepare(&format!("SELECT {LEDGER_COLUMNS} FROM ledger ORDER BY id"))?,
        })
    }

    /// Returns a copy of a robots.txt, and what the ledger knows of how it came.
    /// Reads what was saved.
    pub fn robots_copy(&self, id: RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT robots.id, robots.fetched_at, robots.expires_at, robots.status, ruling, why, body, robots.origin,
                    robots.announced_id, ended.id, announced.host, ended.at, ended.status, ended.digest
             FROM robots
             LEFT JOIN ledger AS announced
               ON announced.id = robots.announced_id AND announced.kind = 'announced' AND announced.robots_id IS NULL
             LEFT JOIN ledger AS ended ON ended.announced_id = announced.id
             WHERE robots.id = ?1",
        )?;
        let brought = select.query_row(params![id.0], |row| {
            let answer = match row.get::<_, Option<i64>>(9)? {
                None => None,
                Some(ending) => Some(RobotsArrival {
                    row: ending,
                    host: row.get(10)?,
                    at: Timestamp::from_millis(row.get(11)?),
                    status: row.get(12)?,
                    digest: row.get(13)?,
                }),
            };
            let announced = row.get::<_, Option<i64>>(8)?.map(AnnouncedId);
            Ok(RobotsArrivals {
                copy: copy_from(row, row.get(7)?)?,
                announced,
                answer,
            })
        });
        let damaged = |why: rusqlite::Error| match is_of_value(&why) {
            true => ArchiveError::Damaged(format!("the robots.txt copy {}: {why}", id.0)),
            false => ArchiveError::from(why),
        };
        brought.optional().map_err(damaged)
    }
}

pub(super) fn entry<'row>(
    row: &'row Row<'_>,
    previous: i64,
    before: [u8; 32],
) -> rusqlite::Result<LedgerEntry<'row>> {
    let number: i64 = row.get(2)?;
    let form = if number == 1 {
        Form::First
    } else {
        Form::Second
    };
    let (at, run) = (Timestamp::from_millis(row.get(3)?), RunId(row.get(4)?));
    let hash = row
        .get_ref(5)?
        .as_blob()
        .ok()
        .and_then(|hash| hash.try_into().ok())
        .unwrap_or_default();
    let kind = row.get_ref(1)?.as_str().unwrap_or_default();
    let read = match kind {
        "began" => beginning(row),
        "announced" => announcement(row),
        "ended" => ending(row),
        _ => Ok(LedgerRecord::Unreadable {
            why: format!("no row is of the kind {kind:?}"),
        }),
    };
    let what = read.unwrap_or_else(|why| LedgerRecord::Unreadable {
        why: why.to_string(),
    });
    let link = ChainLink::after(before, form, kind, at, run);
    let is_known = matches!(number, 1 | 2) && holds_only_its_own(row, kind, form)?;
    let chained = is_known && hashed(link, form, row).is_ok_and(|expected| expected == hash);
    Ok(LedgerEntry {
        id: row.get(0)?,
        previous,
        form,
        at,
        run,
        what,
        chained,
        hash,
    })
}

fn beginning<'row>(row: &'row Row<'_>) -> rusqlite::Result<LedgerRecord<'row>> {
    Ok(LedgerRecord::Began {
        terms: Terms::from_json(row.get_ref(6)?.as_str()?).map(Box::new),
    })
}

fn announcement<'row>(row: &'row Row<'_>) -> rusqlite::Result<LedgerRecord<'row>> {
    Ok(LedgerRecord::Announced {
        url: row.get_ref(7)?.as_str()?,
        host: row.get_ref(8)?.as_str()?,
        server: row.get_ref(9)?.as_str_or_null()?,
        robots: row.get::<_, Option<i64>>(10)?.map(RobotsId),
        rule: row.get_ref(11)?.as_str()?,
        gap: row.get(12)?,
    })
}

fn ending<'row>(row: &'row Row<'_>) -> rusqlite::Result<LedgerRecord<'row>> {
    Ok(LedgerRecord::Ended {
        announced: AnnouncedId(row.get(13)?),
        status: row.get(14)?,
        bytes: row.get::<_, Option<u64>>(15)?.unwrap_or_default(),
        digest: row.get(16)?,
        retry_after: row.get::<_, Option<i64>>(17)?.map(Timestamp::from_millis),
        trouble: row.get_ref(18)?.as_str_or_null()?,
        not_before: Timestamp::from_millis(row.get(19)?),
    })
}

/// The hash that a row's fields make, in the order in which the ledger's writer takes them.
fn hashed(link: ChainLink, form: Form, row: &Row<'_>) -> rusqlite::Result<[u8; 32]> {
    let text = |column: usize| -> rusqlite::Result<&str> {
        Ok(row.get_ref(column)?.as_str_or_null()?.unwrap_or(""))
    };
    let number = |column: usize| -> rusqlite::Result<i64> {
        Ok(row.get_ref(column)?.as_i64_or_null()?.unwrap_or_default())
    };
    let link = match row.get_ref(1)?.as_str()? {
        "began" => link.text(text(6)?),
        "announced" => {
            let link = link.text(text(7)?).text(text(8)?).text(text(9)?);
            link.number(number(10)?).text(text(11)?).number(number(12)?)
        }
        _ => {
            let link = link
                .number(number(13)?)
                .number(number(14)?)
                .number(number(15)?);
            let link = match form {
                Form::First => link,
                Form::Second => link
                    .bytes(row.get_ref(16)?.as_blob_or_null()?.unwrap_or_default())
                    .number(number(17)?),
            };
            link.text(text(18)?).number(number(19)?)
        }
    };
    Ok(link.hash())
}

/// Whether a row is without the fields of other kinds, which its hash does not cover.
fn holds_only_its_own(row: &Row<'_>, kind: &str, form: Form) -> rusqlite::Result<bool> {
    let own = match kind {
        "began" => OF_BEGINNINGS,
        "announced" => OF_ANNOUNCEMENTS,
        _ => OF_ENDINGS,
    };
    for column in OF_BEGINNINGS.start..OF_ENDINGS.end {
        let is_own =
            own.contains(&column) && !(form == Form::First && SINCE_FORM_2.contains(&column));
        if !is_own && row.get_ref(column)? != ValueRef::Null {
            return Ok(false);
        }
    }
    Ok(true)
}
