//! Re-extraction: kept captures of article pages, read again in the order in which they came.

mod kept_capture;
mod progress;
mod recorded;
mod revision;

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::ids::SiteId;
use crate::archive::store::Writer;

pub use kept_capture::KeptCapture;
pub use progress::{CaptureBatch, MAX_CRASHES};
pub(super) use recorded::recorded_opt_outs;
pub use revision::{Reextraction, RevisionOutcome};

/// A batch of captures ends once its bodies reach 32 MiB unpacked. It bounds the memory of a batch:
/// a few hundred ordinary pages, or a single huge one.
const MAX_BATCH_BYTES: usize = 32 << 20;

/// The sites whose captures are re-extracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Site ids with commas between them, as part of a statement's text: a temporary table or a
    /// JSON list would cost more than the rest of the query.
    ids: String,
}

impl Selection {
    /// Selects the sites of these names. A site that was never crawled has no captures.
    pub fn of<'a>(
        archive: &Writer,
        sites: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ArchiveError> {
        let ids = sites.into_iter().map(|site| archive.site(site));
        let ids: Vec<Option<SiteId>> = ids.collect::<Result<_, _>>()?;
        let ids: Vec<String> = ids
            .into_iter()
            .flatten()
            .map(|site| site.0.to_string())
            .collect();
        // PostgreSQL has no empty list.
        let ids = if ids.is_empty() {
            "NULL".to_owned()
        } else {
            ids.join(",")
        };
        Ok(Self { ids })
    }
}

/// Leaves out pages that showed an article under another of its addresses: their captures are kept,
/// but make no article of their own.
const NO_COPY: &str = "page.verdict IS DISTINCT FROM 'moved' OR page.number IS NOT NULL
    OR page.text_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM article WHERE article.url = page.url)";

#[doc(hidden)]
impl Writer {
    /// Returns the next `count` captures of a selection with ids above `after`, in the order of
    /// ids; fewer where their bodies are large. Sees unsaved changes as well.
    pub fn kept_captures(
        &self,
        of: &Selection,
        after: i64,
        count: usize,
    ) -> Result<Vec<KeptCapture>, ArchiveError> {
        let mut select = self.connection.prepare_cached_stream(&format!(
            "SELECT capture.id, capture.fetched_at, capture.headers,
                    body.id AS body_id, body.sha256, body.bytes, body.zstd, body.dictionary_id,
                    page.id AS page_id, page.url, page.number, page.text_id,
                    site.name AS site
             FROM capture JOIN page ON page.id = capture.page_id JOIN site ON site.id = page.site_id
             JOIN body ON body.id = capture.body_id
             WHERE capture.id > ?1 AND page.role = 'article' AND capture.status BETWEEN 200 AND 299
               AND capture.status <> 206
               AND ({NO_COPY}) AND page.site_id IN ({})
             ORDER BY capture.id LIMIT ?2",
            of.ids
        ))?;
        let mut rows = select.query(params![after, i64::try_from(count).unwrap_or(i64::MAX)])?;

        let (mut captures, mut bytes) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()?
            && bytes < MAX_BATCH_BYTES
        {
            let capture = self.kept_capture_of(&row)?;
            bytes = bytes.saturating_add(capture.bytes);
            captures.push(capture);
        }
        Ok(captures)
    }

    /// Returns one capture of an article's page; `None` where no capture of that id has a body.
    /// Sees unsaved changes as well.
    pub fn kept_capture(&self, id: i64) -> Result<Option<KeptCapture>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT capture.id, capture.fetched_at, capture.headers,
                    body.id AS body_id, body.sha256, body.bytes, body.zstd, body.dictionary_id,
                    page.id AS page_id, page.url, page.number, page.text_id,
                    site.name AS site
             FROM capture JOIN page ON page.id = capture.page_id JOIN site ON site.id = page.site_id
             JOIN body ON body.id = capture.body_id WHERE capture.id = ?1",
        )?;

        let mut rows = select.query([id])?;
        rows.next()?
            .map(|row| self.kept_capture_of(&row))
            .transpose()
    }

    /// Counts the captures of a selection with ids above `after`. Sees unsaved changes as well.
    pub fn captures_left(&self, of: &Selection, after: i64) -> Result<u64, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT count(*) FROM capture JOIN page ON page.id = capture.page_id
             WHERE capture.id > ?1 AND page.role = 'article' AND capture.status BETWEEN 200 AND 299
               AND capture.status <> 206
               AND ({NO_COPY}) AND capture.body_id IS NOT NULL AND page.site_id IN ({})",
            of.ids
        ))?;
        Ok(select.query_row([after], |row| row.get(0))?)
    }
}
