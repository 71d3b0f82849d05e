//! Kept articles under another address that may be the same story: candidates to be compared.

use rusqlite::params;

use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Writer, lossy};
use crate::page_url::PageUrl;

/// At most so many articles are compared with a page that shares their canonical address. A broken
/// template names one address for all its pages: then there are many, and they all differ.
const MAX_CANDIDATES: u32 = 5;

/// A kept article, with the fields by which it is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateCopy {
    pub url: PageUrl,
    pub title: String,
    /// Paragraphs with a blank line between them.
    pub text: String,
}

#[doc(hidden)]
impl Writer {
    /// Returns the articles of a site that are kept under `canonical`, or that name `canonical` or
    /// `url` as their canonical address: the newest first, at most five. Articles with a key are
    /// left out, since the key identifies them. Sees unsaved changes as well.
    pub fn candidate_copies(
        &self,
        site: &str,
        url: &str,
        canonical: &str,
    ) -> Result<Vec<CandidateCopy>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT article.url, coalesce(version.title, ''), version.text FROM article
             JOIN version ON version.article_id = article.id
              AND version.n = (SELECT max(n) FROM version AS newest
                WHERE newest.article_id = article.id)
             WHERE article.id IN (SELECT id FROM article
                                  WHERE url = ?3 AND number IS NULL AND text_id IS NULL
                                  UNION SELECT article_id FROM canonical WHERE url IN (?2, ?3))
               AND article.site_id = (SELECT id FROM site WHERE name = ?1)
               AND article.number IS NULL AND article.text_id IS NULL
               AND article.url <> ?2 AND article.access <> 'gone'
             ORDER BY article.id DESC LIMIT ?4",
        )?;
        let rows = select.query_map(params![site, url, canonical, MAX_CANDIDATES], stored_copy)?;

        let mut copies = Vec::new();
        for row in rows {
            let (url, title, text) = row?;
            // A damaged address cannot be the target of a move.
            if let Ok(url) = PageUrl::from_stored(&url) {
                copies.push(CandidateCopy {
                    url,
                    title: title.unwrap_or_default(),
                    text: text.unwrap_or_default(),
                });
            }
        }

        Ok(copies)
    }
}

/// Reads address, title and text. A damaged text reads as far as it can.
fn stored_copy(row: &Row<'_>) -> engine::Result<(String, Option<String>, Option<String>)> {
    Ok((row.get(0)?, lossy(row.get_ref(1)?), lossy(row.get_ref(2)?)))
}
