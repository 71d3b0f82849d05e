//! The columns in which the queued page of a list keeps its traversal.

use serde::{Deserialize, Serialize};

use crate::archive::compression::unpack;
use crate::archive::error::ArchiveError;
use crate::frontier::{ListHead, SeenRows};
use crate::time::Timestamp;

/// An overlap as the column `joint` keeps it, in JSON.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct StoredOverlap {
    head: Vec<i64>,
    newest: Option<i64>,
    #[serde(default)]
    pub(super) met: usize,
}

impl StoredOverlap {
    pub(super) fn read(json: &str) -> Result<Self, ArchiveError> {
        serde_json::from_str(json)
            .map_err(|why| ArchiveError::Damaged(format!("page joint: {why}")))
    }

    pub(super) fn head(self) -> ListHead {
        ListHead {
            rows: self.head,
            newest: self.newest.map(Timestamp::from_millis),
        }
    }
}

/// Reads the head of a list's last complete traversal.
pub(super) fn list_head(json: Option<String>) -> Result<Option<ListHead>, ArchiveError> {
    json.map(|json| Ok(StoredOverlap::read(&json)?.head()))
        .transpose()
}

/// Returns the head of a list and the count of rows that the traversal has met, as the column keeps
/// them.
pub(super) fn overlap_json(head: &ListHead, met: usize) -> String {
    let newest = head.newest.map(Timestamp::millis);
    serde_json::to_string(&StoredOverlap {
        head: head.rows.clone(),
        newest,
        met,
    })
    .expect("numbers are JSON")
}

/// Seen rows take at most 64 KiB. A larger column was not written by this program.
const MAX_SEEN_BYTES: usize = 1 << 16;

/// Reads the rows that a traversal has seen; none for a page that was queued by a version that did
/// not keep them.
pub(super) fn seen_rows(packed: Option<Vec<u8>>) -> Result<SeenRows, ArchiveError> {
    let Some(packed) = packed else {
        return Ok(SeenRows::default());
    };

    Ok(SeenRows::from_bytes(&unpack(&packed, MAX_SEEN_BYTES)?))
}

/// Reads the rows of the traversal's previous page.
pub(super) fn previous_rows(json: Option<&str>) -> Result<Vec<i64>, ArchiveError> {
    let Some(json) = json else {
        return Ok(Vec::new());
    };

    serde_json::from_str(json).map_err(|why| ArchiveError::Damaged(format!("page previous: {why}")))
}
