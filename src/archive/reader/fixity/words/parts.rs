//! The list of the parts of the full-text index (`fts5_index.c`, "structure record").

use rusqlite::ffi;

use crate::archive::engine::{Connection, Result};
use crate::archive::reader::fixity::words::records::{IndexRecords, number};

/// The record of the index that lists its parts, and the bytes in front of the list.
const STRUCTURE: i64 = 10;
const COOKIE: usize = 4;

/// A part of the index, and the pages that it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct IndexPart {
    pub(super) id: i64,
    pub(super) first: i64,
    pub(super) last: i64,
}

/// Returns the parts of the index that have pages, the newest first: the newest level, and in it
/// the last part.
pub(super) fn parts_in(connection: &Connection) -> Result<Vec<IndexPart>> {
    let mut structure = Vec::new();
    IndexRecords::of(connection)?.read(STRUCTURE, &mut structure)?;
    parts(&structure).ok_or_else(|| {
        let why = "the list of the parts of the full-text index is malformed";
        let code = ffi::Error::new(ffi::SQLITE_CORRUPT);
        rusqlite::Error::SqliteFailure(code, Some(why.to_owned())).into()
    })
}

fn parts(structure: &[u8]) -> Option<Vec<IndexPart>> {
    let mut at = COOKIE;
    let mut next = || {
        let (number, behind) = number(structure, at)?;
        at = behind;
        i64::try_from(number).ok()
    };
    let (levels, _, _) = (next()?, next()?, next()?);
    let mut parts = Vec::new();
    for _ in 0..levels {
        let (_, count) = (next()?, next()?);
        let from = parts.len();
        for _ in 0..count {
            let (id, first, last) = (next()?, next()?, next()?);
            // All of its words were merged into another part, and others of its level were not yet.
            if first > 0 {
                parts.push(IndexPart { id, first, last });
            }
        }
        parts[from..].reverse();
    }
    Some(parts)
}
