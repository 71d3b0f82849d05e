//! Rows of the ledger: their columns, and the hash that their fields make.

use std::ops::Range;

use rusqlite::types::ValueRef;

use crate::archive::engine::{self, Row};
use crate::archive::ids::{AnnouncedId, RobotsId, RunId};
use crate::archive::ledger::{ChainLink, Form, Terms};
use crate::archive::reader::ledger::{LedgerEntry, LedgerRecord};
use crate::time::Timestamp;

/// The columns that a row is read from, by position.
pub(crate) const LEDGER_COLUMNS: &str =
    "id, kind, form, at, run_id, hash, terms, url, host, server, robots_id, rule, gap,
    announced_id, status, bytes, digest, retry_after, trouble, not_before";

/// The positions in [`LEDGER_COLUMNS`] of the columns that only beginnings of runs have.
const OF_BEGINNINGS: Range<usize> = 6..7;

/// The positions of the columns that only announcements have.
const OF_ANNOUNCEMENTS: Range<usize> = 7..13;

/// The positions of the columns that only endings have.
const OF_ENDINGS: Range<usize> = 13..20;

/// The positions of the columns of endings that schema 1 did not have.
const SINCE_FORM_2: Range<usize> = 16..18;

/// Reads a row that follows the row `previous` with the hash `before`, and checks its chain.
pub(crate) fn entry<'row>(
    row: &Row<'row>,
    previous: i64,
    before: [u8; 32],
) -> engine::Result<LedgerEntry<'row>> {
    let number: i64 = row.get(2)?;
    let form = if number == 1 {
        Form::First
    } else {
        Form::Second
    };
    let (at, run) = (Timestamp::from_millis(row.get(3)?), RunId(row.get(4)?));
    let hash = stored_hash(row)?;
    let kind = row.get_ref(1)?.as_str().unwrap_or_default();
    let what = record(row, kind).unwrap_or_else(|why| LedgerRecord::Unreadable {
        why: why.to_string(),
    });

    let link = ChainLink::of(form, kind, at, run);
    let is_known = matches!(number, 1 | 2) && has_only_own_columns(row, kind, form)?;
    let chained =
        is_known && expected_hash(link, form, before, row).is_ok_and(|expected| expected == hash);
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

/// Reads a row's stored hash; zeros where it is none.
fn stored_hash(row: &Row<'_>) -> engine::Result<[u8; 32]> {
    let hash = row.get_ref(5)?.as_blob().ok();
    Ok(hash
        .and_then(|hash| hash.try_into().ok())
        .unwrap_or_default())
}

fn record<'row>(row: &Row<'row>, kind: &str) -> engine::Result<LedgerRecord<'row>> {
    match kind {
        "began" => beginning(row),
        "announced" => announcement(row),
        "ended" => ending(row),
        _ => Ok(LedgerRecord::Unreadable {
            why: format!("no row is of the kind {kind:?}"),
        }),
    }
}

fn beginning<'row>(row: &Row<'row>) -> engine::Result<LedgerRecord<'row>> {
    Ok(LedgerRecord::Began {
        terms: Terms::from_json(row.get_ref(6)?.as_str()?).map(Box::new),
    })
}

fn announcement<'row>(row: &Row<'row>) -> engine::Result<LedgerRecord<'row>> {
    Ok(LedgerRecord::Announced {
        url: row.get_ref(7)?.as_str()?,
        host: row.get_ref(8)?.as_str()?,
        server: row.get_ref(9)?.as_str_or_null()?,
        robots: row.get::<_, Option<i64>>(10)?.map(RobotsId),
        rule: row.get_ref(11)?.as_str()?,
        gap: row.get(12)?,
    })
}

fn ending<'row>(row: &Row<'row>) -> engine::Result<LedgerRecord<'row>> {
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

/// Returns the hash that a row's fields make behind the hash `before`, in the order of the ledger's
/// writer.
fn expected_hash(
    link: ChainLink,
    form: Form,
    before: [u8; 32],
    row: &Row<'_>,
) -> engine::Result<[u8; 32]> {
    let link = match row.get_ref(1)?.as_str()? {
        "began" => link.text(text(row, 6)?),
        "announced" => {
            let link = link
                .text(text(row, 7)?)
                .text(text(row, 8)?)
                .text(text(row, 9)?);
            link.number(number(row, 10)?)
                .text(text(row, 11)?)
                .number(number(row, 12)?)
        }
        _ => {
            let link = link
                .number(number(row, 13)?)
                .number(number(row, 14)?)
                .number(number(row, 15)?);
            let link = match form {
                Form::First => link,
                Form::Second => link
                    .bytes(row.get_ref(16)?.as_blob_or_null()?.unwrap_or_default())
                    .number(number(row, 17)?),
            };
            link.text(text(row, 18)?).number(number(row, 19)?)
        }
    };
    Ok(link.hash_after(before))
}

/// Reads a text; the ledger's writer hashes null as an empty text.
fn text<'row>(row: &Row<'row>, column: usize) -> engine::Result<&'row str> {
    Ok(row.get_ref(column)?.as_str_or_null()?.unwrap_or(""))
}

/// Reads a number; the ledger's writer hashes null as 0.
fn number(row: &Row<'_>, column: usize) -> engine::Result<i64> {
    Ok(row.get_ref(column)?.as_i64_or_null()?.unwrap_or_default())
}

/// Tells whether the columns of other kinds are null in a row. Its hash does not cover them.
fn has_only_own_columns(row: &Row<'_>, kind: &str, form: Form) -> engine::Result<bool> {
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
