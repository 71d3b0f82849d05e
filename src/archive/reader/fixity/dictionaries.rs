//! Dictionaries compared with their SHA-256.

use crate::archive::compression::{DictionaryId, unpack_checked};
use crate::archive::engine::{self, Row};
use crate::archive::reader::Reader;
use crate::archive::reader::fixity::bodies::blob;
use crate::archive::reader::row_read::{RowRead, WalkResult, lost};
use crate::archive::reader::row_sample::RowSpan;
use crate::archive::reader::walk::{Walk, WalkStep};

/// A dictionary, compared with its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDictionary {
    pub id: DictionaryId,
    /// What is wrong with it.
    pub fault: Option<String>,
}

#[doc(hidden)]
impl Reader {
    /// Returns every dictionary. Sees saved changes only.
    pub fn stored_dictionaries(&self) -> impl Iterator<Item = WalkResult<StoredDictionary>> + '_ {
        let walk = Walk {
            columns: "id, sha256, bytes, zstd".into(),
            from: "dictionary WHERE true".to_owned(),
            key: "id",
            table: "dictionary".to_owned(),
            // There are few of them.
            span: RowSpan::After(0),
        };

        self.walk(walk, |step, ahead| {
            ahead.push_back(match step {
                WalkStep::Lost { first, last, why } => lost("dictionary", first, last, why),
                WalkStep::Row(row) => RowRead::Row(stored_dictionary(row)?),
            });
            Ok(0)
        })
    }
}

fn stored_dictionary(row: &Row<'_>) -> engine::Result<StoredDictionary> {
    let (sha256, zstd) = (blob(row, 1)?, blob(row, 3)?);
    let bytes = row.get(2).unwrap_or_default();
    let content = unpack_checked((&zstd, bytes), &sha256, None, "its content");
    Ok(StoredDictionary {
        id: DictionaryId(row.get(0)?),
        fault: content.err().map(|why| why.to_string()),
    })
}
