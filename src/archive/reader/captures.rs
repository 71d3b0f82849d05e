//! Captures: the answers of papers as they came.

use rusqlite::params;

use crate::archive::compression::unpack_checked;
use crate::archive::engine::{self, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_names::FoundArticle;
use crate::archive::reader::newest_state::NewestBody;
use crate::archive::reader::records::Records;
use crate::time::Timestamp;

/// An answer to the request for a page, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureRecord {
    /// The number of the capture: later captures have larger ones.
    pub id: i64,
    /// The name of the site.
    pub site: String,
    /// The address that was requested.
    pub url: String,
    /// When the answer had come.
    pub fetched_at: Timestamp,
    /// The status of the HTTP response.
    pub status: u16,
    /// The response headers, `name: value`, one a line.
    pub headers: String,
    /// The size of the body, without content coding. `None` where the body is not kept.
    pub bytes: Option<u64>,
    /// The SHA-256 of the body, in hexadecimal. `None` where the body is not kept.
    pub sha256: Option<String>,
    /// The reason why the body is not kept: the paper forbids archiving.
    pub withheld: Option<String>,
}

/// The capture that a version of an article was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionCapture {
    /// The number of the capture.
    pub id: i64,
    /// When the answer had come.
    pub fetched_at: Timestamp,
    /// The SHA-256 of the page as it came, in hexadecimal. `None` where the body is not kept.
    pub sha256: Option<String>,
}

/// All captures, in the order in which they were written.
const SELECT_CAPTURES: &str = "SELECT capture.id, site.name AS site, page.url, capture.fetched_at,
            capture.status, capture.headers, body.bytes, body.sha256,
            capture.withheld
     FROM capture JOIN page ON page.id = capture.page_id JOIN site ON site.id = page.site_id
     LEFT JOIN body ON body.id = capture.body_id
     ORDER BY capture.id";

impl Reader {
    /// Returns all captures, in the order in which they were written. Their bodies are read one by
    /// one, by [`Reader::body`].
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read. An iterator over the captures may fail for the same
    /// reason.
    pub fn captures(&self) -> Result<Records<'_, CaptureRecord>, ArchiveError> {
        let select = self.prepare_records(SELECT_CAPTURES)?;
        Ok(Records::of(select, &self.path, capture_record))
    }

    /// Returns the capture that a version of an article was read from. Sees saved changes only.
    #[doc(hidden)]
    pub fn capture_of_version(
        &self,
        of: &FoundArticle,
        version: u64,
    ) -> Result<VersionCapture, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT capture.id, capture.fetched_at, body.sha256
             FROM version JOIN capture ON capture.id = version.capture_id
             LEFT JOIN body ON body.id = capture.body_id
             WHERE version.article_id = ?1 AND version.n = ?2",
        )?;
        Ok(select.query_row(params![of.row, version], |row| {
            let sha256: Option<Vec<u8>> = row.get("sha256")?;
            Ok(VersionCapture {
                id: row.get("id")?,
                fetched_at: Timestamp::from_millis(row.get("fetched_at")?),
                sha256: sha256.map(hex::encode),
            })
        })?)
    }

    /// Returns the encoding with which a capture was read, by its name; `None` where none is known.
    #[cfg(feature = "cli")]
    pub(crate) fn charset_of(&self, capture: i64) -> Result<Option<String>, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT charset_used FROM capture WHERE id = ?1")?;
        let used = select.query_row([capture], |row| row.get::<_, Option<String>>(0));
        Ok(used.optional()?.flatten())
    }

    /// Returns the body of a capture as it came, without content coding; `None` where it is not
    /// kept.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Damaged`] where the bytes do not have the SHA-256 of those that
    /// came.
    pub fn body(&self, capture: &CaptureRecord) -> Result<Option<Vec<u8>>, ArchiveError> {
        self.body_of(capture.id)
    }

    /// Returns the body of the capture with this number, as [`Reader::body`].
    #[doc(hidden)]
    pub fn body_of(&self, capture: i64) -> Result<Option<Vec<u8>>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT body.zstd, body.bytes, body.sha256, body.dictionary_id, body.id
             FROM capture JOIN body ON body.id = capture.body_id WHERE capture.id = ?1",
        )?;
        let packed = select
            .query_row([capture], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })
            .optional()
            .map_err(|error| ArchiveError::at(&self.path, error))?;

        let Some((zstd, bytes, sha256, dictionary, body)) = packed else {
            return Ok(None);
        };
        let sha256: Vec<u8> = sha256;
        let zstd = match self.objects.bytes_of(&self.connection, body, zstd) {
            Ok(zstd) => zstd,
            Err(ArchiveError::Damaged(why)) => return self.newest_content(&sha256, why),
            Err(error) => return Err(error),
        };
        let dictionary = self.dictionaries.named(&self.connection, dictionary)?;
        let what = format!("the body of capture {capture}");
        unpack_checked((&zstd, bytes), &sha256, dictionary.as_ref(), &what).map(Some)
    }

    /// Returns the content of a body that is not where this reader sees it, and `why` not; `None`
    /// where it was removed meanwhile.
    pub(super) fn newest_content(
        &self,
        sha256: &[u8],
        why: String,
    ) -> Result<Option<Vec<u8>>, ArchiveError> {
        let Some(newest) = &self.newest else {
            return Err(ArchiveError::Damaged(why));
        };
        match newest.body(&self.objects, sha256)? {
            NewestBody::Content(content) => Ok(Some(content)),
            NewestBody::Removed => Ok(None),
            NewestBody::Damaged => Err(ArchiveError::Damaged(why)),
        }
    }
}

fn capture_record(row: &Row<'_>) -> engine::Result<CaptureRecord> {
    let sha256: Option<Vec<u8>> = row.get("sha256")?;
    Ok(CaptureRecord {
        id: row.get("id")?,
        site: row.get("site")?,
        url: row.get("url")?,
        fetched_at: Timestamp::from_millis(row.get("fetched_at")?),
        status: row.get("status")?,
        headers: row.get("headers")?,
        bytes: row.get("bytes")?,
        sha256: sha256.map(hex::encode),
        withheld: row.get("withheld")?,
    })
}
