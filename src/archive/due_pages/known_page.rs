//! What is known of pages by their addresses: redirects, kept bodies, and when they were
//! discovered.

use rusqlite::params;

use crate::archive::compression::unpack_with;
use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Writer, stored_key};
use crate::frontier::Discovered;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Redirects are followed from page to page ten times. A longer chain is taken for a circle.
const MAX_REDIRECTS: usize = 10;

/// A kept body is looked for behind at most five redirects, as many as RFC 9309 §2.3.1.2 has a
/// crawler follow for a robots.txt.
const MAX_BODY_REDIRECTS: usize = 5;

/// Status, size, compressed bytes, dictionary and number of the body of a page's newest capture.
type KeptColumns = (
    u16,
    Option<usize>,
    Option<Vec<u8>>,
    Option<i64>,
    Option<i64>,
);

#[doc(hidden)]
impl Writer {
    /// Tells whether an address redirects to another one, in one step or several. A chain of more
    /// than ten steps counts as one that does. Sees unsaved changes as well.
    pub fn redirects_to(&self, from: &PageUrl, to: &PageUrl) -> Result<bool, ArchiveError> {
        let mut moved = self
            .connection
            .prepare_cached("SELECT reason FROM page WHERE url = ?1 AND verdict = 'moved'")?;

        let mut at = from.as_str().to_owned();
        for _ in 0..MAX_REDIRECTS {
            let next: Option<String> = moved.query_row([&at], |row| row.get(0)).optional()?;
            match next {
                Some(next) if next == to.as_str() => return Ok(true),
                Some(next) => at = next,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Returns the last target of the redirects from a page, as they were at its last request;
    /// `None` where it did not redirect. Sees unsaved changes as well.
    pub fn moved_to(&self, url: &PageUrl) -> Result<Option<PageUrl>, ArchiveError> {
        let mut newest = self.connection.prepare_cached(
            "SELECT reason FROM page WHERE url = ?1 AND verdict = 'moved' AND reason IS NOT NULL",
        )?;

        let mut at = None;
        for _ in 0..MAX_REDIRECTS {
            let from = at.as_ref().unwrap_or(url);
            match newest
                .query_row([from.as_str()], |row| row.get::<_, String>(0))
                .optional()?
            {
                Some(next) => at = PageUrl::from_stored(&next).ok(),
                None => return Ok(at),
            }
        }
        Ok(at)
    }

    /// Returns the kept body of a page's newest capture, decoded and unpacked; `None` where that
    /// capture is no good answer (2xx), such as a 404 or 410. Where the page redirects, the body of
    /// the target counts. Sees unsaved changes as well.
    pub fn body(&self, url: &PageUrl) -> Result<Option<Vec<u8>>, ArchiveError> {
        let mut moved = self
            .connection
            .prepare_cached("SELECT reason FROM page WHERE url = ?1 AND verdict = 'moved'")?;
        let mut newest = self.connection.prepare_cached(
            "SELECT capture.status, body.bytes, body.zstd, body.dictionary_id, body.id
             FROM page
             JOIN capture ON capture.id = page.capture_id
             LEFT JOIN body ON body.id = capture.body_id WHERE page.url = ?1",
        )?;

        let mut at = url.as_str().to_owned();
        for _ in 0..MAX_BODY_REDIRECTS {
            match moved.query_row([&at], |row| row.get(0)).optional()? {
                Some(to) => at = to,
                None => break,
            }
        }

        let kept: Option<KeptColumns> = newest
            .query_row([&at], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })
            .optional()?;
        let Some((200..=299, Some(bytes), Some(packed), dictionary, Some(id))) = kept else {
            return Ok(None);
        };
        let packed = self.objects.bytes_of(&self.connection, id, packed)?;
        let dictionary = self.dictionaries.named(&self.connection, dictionary)?;
        unpack_with(&packed, bytes, dictionary.as_ref()).map(Some)
    }

    /// Returns, for each page, when it was discovered; `None` for a page that is not known. An
    /// article with a key is known by that key; any other page by its address, and so is an article
    /// that was stored before its paper's profile told such keys. Sees unsaved changes as well.
    pub fn discovered(
        &self,
        site: &str,
        pages: &[Discovered],
    ) -> Result<Vec<Option<Timestamp>>, ArchiveError> {
        let mut by_key = self.connection.prepare_cached(
            "SELECT min(at) FROM
               (SELECT page.discovered_at AS at FROM page JOIN site ON site.id = page.site_id
                WHERE site.name = ?1 AND page.number = ?2
                UNION ALL
                SELECT page.discovered_at FROM page JOIN site ON site.id = page.site_id
                WHERE site.name = ?1 AND page.text_id = ?3
                UNION ALL
                SELECT tombstone.at FROM tombstone JOIN article ON article.id = article_id
                JOIN site ON site.id = article.site_id
                WHERE site.name = ?1 AND (article.number = ?2 OR article.text_id = ?3))
             AS found",
        )?;
        let mut by_url = self.connection.prepare_cached(
            "SELECT discovered_at FROM page WHERE url = ?1 AND role <> 'photo'
                 UNION ALL
                 SELECT tombstone.at FROM taken_down_address JOIN tombstone USING (article_id)
                 WHERE url = ?1
                 LIMIT 1",
        )?;

        let mut discovered = Vec::with_capacity(pages.len());
        for page in pages {
            let mut at: Option<i64> = None;
            if page.key.is_some() {
                let (number, text) = stored_key(page.key.as_ref());
                at = by_key.query_row(params![site, number, text], |row| row.get(0))?;
            }
            if at.is_none() {
                at = by_url
                    .query_row([page.url.as_str()], |row| row.get(0))
                    .optional()?;
            }
            discovered.push(at.map(Timestamp::from_millis));
        }
        Ok(discovered)
    }
}
