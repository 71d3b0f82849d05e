//! A kept capture of an article's page, with its compressed body.

use crate::archive::compression::Dictionary;
use crate::archive::compression::unpack_checked;
use crate::archive::engine::Row;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Writer, key_of};
use crate::frontier::{KnownArticle, Page, PageId, PageKind, Past};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// A good answer (status 2xx) to the request for an article's page, as it was kept.
#[derive(Clone, Debug)]
pub struct KeptCapture {
    pub id: i64,
    pub page: Page,
    pub fetched_at: Timestamp,
    /// The response headers, `name: value`, one a line.
    pub headers: String,
    sha256: Vec<u8>,
    pub(super) bytes: usize,
    zstd: Vec<u8>,
    dictionary: Option<Dictionary>,
}

impl KeptCapture {
    /// Returns the value of the first header of that name. Names are compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.lines().filter_map(|line| line.split_once(':'));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// Returns all headers, their names in lower case.
    pub fn header_pairs(&self) -> Vec<(String, String)> {
        let lines = self.headers.lines().filter_map(|line| line.split_once(':'));
        lines
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect()
    }

    /// Unpacks the page's bytes.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Damaged`] where the bytes do not have the SHA-256 of those that
    /// came.
    pub fn body(&self) -> Result<Vec<u8>, ArchiveError> {
        let what = format!("the body of capture {}", self.id);
        unpack_checked(
            (&self.zstd, self.bytes),
            &self.sha256,
            self.dictionary.as_ref(),
            &what,
        )
    }
}

impl Writer {
    /// Reads a capture from a row. An error names the capture.
    pub(super) fn kept_capture_of(&self, row: &Row<'_>) -> Result<KeptCapture, ArchiveError> {
        self.read_capture(row).map_err(|error| {
            if let ArchiveError::Damaged(why) = error {
                let id = row.get::<_, i64>("id").unwrap_or_default();
                ArchiveError::Damaged(format!("capture {id} cannot be read: {why}"))
            } else {
                error
            }
        })
    }

    fn read_capture(&self, row: &Row<'_>) -> Result<KeptCapture, ArchiveError> {
        let url: String = row.get("url")?;
        let page = Page {
            id: PageId(row.get("page_id")?),
            site: row.get("site")?,
            url: PageUrl::from_stored(&url)
                .map_err(|why| ArchiveError::Damaged(format!("page url: {why}")))?,
            attempts: 0,
            hops: 0,
            past: Past::default(),
            unended: 0,
            kind: PageKind::Article(KnownArticle {
                key: key_of(row)?,
                ..KnownArticle::default()
            }),
        };

        Ok(KeptCapture {
            id: row.get("id")?,
            page,
            fetched_at: Timestamp::from_millis(row.get("fetched_at")?),
            headers: row.get("headers")?,
            sha256: row.get("sha256")?,
            bytes: row.get("bytes")?,
            zstd: self
                .objects
                .bytes_of(&self.connection, row.get("body_id")?, row.get("zstd")?)?,
            dictionary: self
                .dictionaries
                .named(&self.connection, row.get("dictionary_id")?)?,
        })
    }
}
