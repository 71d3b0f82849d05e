//! What the archive has of the photos of an article.

use serde::Serialize;

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::extract::Article;
use crate::page_url::PageUrl;

/// So many redirects of a photo are followed at most. A crawl follows fewer.
const MOST_REDIRECTS: u32 = 20;

/// What became of the photo of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhotoState {
    /// The address in the article.
    pub url: String,
    /// `stored`, `withheld`, `gone` and the like; `queued` before it was asked for.
    pub verdict: String,
    /// Why it is not kept.
    pub reason: Option<String>,
    pub bytes: Option<u64>,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: Option<String>,
    /// The number of its capture.
    #[serde(skip)]
    pub capture: Option<i64>,
}

const SELECT_PHOTO: &str = "SELECT coalesce(page.verdict, 'queued') AS verdict,
            coalesce(page.reason, page.trouble) AS reason, body.bytes, body.sha256,
            capture.id AS capture
     FROM page LEFT JOIN capture ON capture.id = page.capture_id
     LEFT JOIN body ON body.id = capture.body_id
     WHERE page.url = ?1 AND page.role = 'photo'";

#[doc(hidden)]
impl Reader {
    /// Returns what became of the photos of an article, in its order. Photos that were never wanted
    /// are left out. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read.
    pub fn photos(&self, article: &Article) -> Result<Vec<PhotoState>, ArchiveError> {
        let mut photos = Vec::new();
        for image in &article.images {
            photos.extend(self.photo(&image.url)?);
        }
        Ok(photos)
    }

    /// Returns the bytes of the photo at an address in an article; `None` where they are not kept.
    ///
    /// # Errors
    ///
    /// As [`Reader::body`].
    #[cfg(feature = "cli")]
    pub(crate) fn photo_bytes(&self, url: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        match self.photo(url)?.and_then(|photo| photo.capture) {
            Some(capture) => self.body_of(capture),
            None => Ok(None),
        }
    }

    fn photo(&self, url: &str) -> Result<Option<PhotoState>, ArchiveError> {
        let Ok(address) = PageUrl::parse(url) else {
            return Ok(None);
        };

        let mut found = self.photo_at(address.as_str())?;
        for _ in 0..MOST_REDIRECTS {
            match &found {
                Some(PhotoState {
                    verdict,
                    reason: Some(to),
                    ..
                }) if verdict == "moved" => {
                    found = self.photo_at(to)?;
                }
                Some(_) | None => break,
            }
        }
        Ok(found.map(|photo| PhotoState {
            url: url.to_owned(),
            ..photo
        }))
    }

    fn photo_at(&self, url: &str) -> Result<Option<PhotoState>, ArchiveError> {
        let mut select = self.connection.prepare_cached(SELECT_PHOTO)?;
        let photo = select.query_row([url], |row| {
            let sha256: Option<Vec<u8>> = row.get("sha256")?;
            Ok(PhotoState {
                url: url.to_owned(),
                verdict: row.get("verdict")?,
                reason: row.get("reason")?,
                bytes: row.get("bytes")?,
                sha256: sha256.map(hex::encode),
                capture: row.get("capture")?,
            })
        });
        Ok(photo.optional()?)
    }
}
