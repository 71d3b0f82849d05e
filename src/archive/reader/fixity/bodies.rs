//! Bodies compared with their SHA-256, and the captures that have them.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::archive::compression::{Dictionary, pack, unpack_with};
use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::CheckedColumns;
use crate::archive::reader::row_read::{RowRead, WalkResult, lost};
use crate::archive::reader::row_sample::RowSpan;
use crate::archive::reader::walk::{Ahead, Walk, WalkStep};

/// A compressed body with its stored size and SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBody {
    pub id: i64,
    sha256: Vec<u8>,
    bytes: i64,
    /// The compressed bytes, or what is wrong with them.
    zstd: Result<Vec<u8>, String>,
    /// The dictionary that it is compressed with, or what is wrong with it.
    dictionary: Result<Option<Dictionary>, String>,
}

/// A capture that has a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureOf {
    pub body: i64,
    pub capture: i64,
    pub url: String,
}

impl StoredBody {
    /// Returns what is wrong with the body: it must unpack to its size and SHA-256.
    pub fn fault(&self) -> Option<String> {
        let Ok(bytes) = usize::try_from(self.bytes) else {
            return Some(format!("it is said to have {} bytes", self.bytes));
        };

        let dictionary = match &self.dictionary {
            Ok(dictionary) => dictionary.as_ref(),
            Err(why) => return Some(why.clone()),
        };
        let zstd = match &self.zstd {
            Ok(zstd) => zstd,
            Err(why) => return Some(why.clone()),
        };
        match unpack_with(zstd, bytes, dictionary) {
            Err(ArchiveError::Damaged(why)) => Some(why),
            Err(error) => Some(error.to_string()),
            Ok(body) if body.len() != bytes => {
                Some(format!("it has {} bytes, and had {bytes}", body.len()))
            }
            Ok(body) if Sha256::digest(&body).as_slice() != self.sha256 => {
                Some("its SHA-256 is another".to_owned())
            }
            Ok(_) => None,
        }
    }
}

#[doc(hidden)]
impl Reader {
    /// Returns the bodies of the sites' captures, some at a time; all bodies where no site is
    /// named. With sites, a body that several captures have may come twice. Sees saved changes
    /// only.
    pub fn bodies(
        &self,
        sites: &[String],
        span: RowSpan,
    ) -> Result<impl Iterator<Item = WalkResult<Vec<StoredBody>>> + '_, ArchiveError> {
        let walk = match sites {
            [] => Walk {
                columns: "body.id, body.id, sha256, bytes, zstd, dictionary_id".into(),
                from: "body WHERE true".to_owned(),
                key: "body.id",
                table: "body".to_owned(),
                span,
            },
            _ => Walk {
                columns: "capture.id, body.id, sha256, bytes, zstd, dictionary_id".into(),
                from: format!(
                    "capture JOIN body ON body.id = capture.body_id
                     JOIN page ON page.id = capture.page_id
                     WHERE page.site_id IN ({})",
                    self.ids_of(sites)?
                ),
                key: "capture.id",
                table: "capture".to_owned(),
                span,
            },
        };
        let table = walk.table.clone();

        Ok(self.walk(walk, move |step, ahead| self.read_body(&table, step, ahead)))
    }

    /// Returns the captures that have these bodies, as far as they can be read. Sees saved changes
    /// only.
    pub fn captures_of(&self, bodies: &BTreeSet<i64>) -> Result<Vec<CaptureOf>, ArchiveError> {
        let mut found = Vec::new();
        if bodies.is_empty() {
            return Ok(found);
        }

        let walk = Walk {
            columns: "capture.id, capture.body_id, page.url".into(),
            from: "capture LEFT JOIN page ON page.id = capture.page_id
                   WHERE capture.body_id IS NOT NULL"
                .to_owned(),
            key: "capture.id",
            table: "capture".to_owned(),
            span: RowSpan::After(0),
        };
        let captures = self.walk(walk, |step, ahead| {
            if let WalkStep::Row(row) = step {
                let body = row.get_ref(1)?.as_i64().unwrap_or_default();
                if bodies.contains(&body) {
                    let (capture, url) = (row.get(0)?, CheckedColumns::of(row).name("url"));
                    ahead.push_back(RowRead::Row(CaptureOf { body, capture, url }));
                }
            }
            Ok(0)
        });

        for capture in captures {
            if let RowRead::Row(capture) = capture? {
                found.push(capture);
            }
        }
        Ok(found)
    }
}

impl Reader {
    /// Appends a body to those that are ahead, and returns its compressed bytes.
    fn read_body(
        &self,
        table: &str,
        step: WalkStep<'_, '_>,
        ahead: &mut Ahead<Vec<StoredBody>>,
    ) -> Result<usize, ArchiveError> {
        let row = match step {
            WalkStep::Row(row) => row,
            WalkStep::Lost { first, last, why } => {
                ahead.push_back(lost(table, first, last, why));
                return Ok(0);
            }
        };

        if self
            .objects
            .leaves_out(&self.connection, row.get(1)?, &blob(row, 4)?)?
        {
            return Ok(0);
        }
        let Some(body) = self.stored_body(row)? else {
            return Ok(0);
        };
        let bytes = body.zstd.as_ref().map_or(0, Vec::len);
        match ahead.back_mut() {
            Some(RowRead::Row(bodies)) => bodies.push(body),
            Some(RowRead::Lost(_)) | None => ahead.push_back(RowRead::Row(vec![body])),
        }
        Ok(bytes)
    }

    /// Reads a body from the second column on; `None` where it was removed meanwhile.
    fn stored_body(&self, row: &Row<'_>) -> Result<Option<StoredBody>, ArchiveError> {
        let dictionary = self.dictionaries.named(&self.connection, row.get(5)?);
        let (id, sha256) = (row.get(1)?, blob(row, 2)?);
        let zstd = match self.objects.bytes_of(&self.connection, id, blob(row, 4)?) {
            Ok(zstd) => Ok(zstd),
            Err(ArchiveError::Damaged(why)) => match self.newest_content(&sha256, why) {
                // Any dictionary reads what is compressed without one.
                Ok(Some(content)) => Ok(pack(&content, None).zstd),
                Ok(None) => return Ok(None),
                Err(ArchiveError::Damaged(why)) => Err(self.with_way_back(&sha256, why)),
                Err(error) => return Err(error),
            },
            // An object storage that does not answer is no damage.
            Err(error) => return Err(error),
        };
        Ok(Some(StoredBody {
            id,
            sha256,
            bytes: row.get_ref(3)?.as_i64().unwrap_or(-1),
            zstd,
            dictionary: dictionary.map_err(|why| why.to_string()),
        }))
    }

    /// Adds to what is wrong with a body where else it is, if `saseo compact` can take it from
    /// there. A user of S3 who may not list objects is not told.
    fn with_way_back(&self, sha256: &[u8], why: String) -> String {
        match self.objects.unnamed_with(&self.connection, sha256) {
            Ok(Some(object)) => format!(
                "{why}; object {object}, which no row names, has it: `saseo compact` takes it back \
                 where it is sound"
            ),
            Ok(None) | Err(_) => why,
        }
    }
}

/// Reads a blob. A value of another kind reads as empty, which has no body's hash.
pub(super) fn blob(row: &Row<'_>, column: usize) -> engine::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_blob().unwrap_or_default().to_vec())
}
