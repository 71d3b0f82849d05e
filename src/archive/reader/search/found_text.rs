//! An article as a search shows it.

use rusqlite::params;

use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::published::published_at;
use crate::archive::reader::search::Searcher;
use crate::archive::store::lossy;
use crate::time::Timestamp;

/// An article as a search shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundText {
    /// The id, as exports name it.
    pub id: String,
    pub site: String,
    pub url: String,
    pub title: Option<String>,
    pub subtitle: Option<String>,
    pub authors: Vec<String>,
    pub section: Option<String>,
    /// RFC 3339 in the paper's offset, or a day.
    pub published_at: Option<String>,
    pub text: String,
    /// When the page of this version was fetched.
    pub fetched_at: Timestamp,
}

impl Searcher<'_> {
    /// Returns an article as it is shown: the version that was searched.
    pub fn found_text(&self, article: i64) -> Result<FoundText, ArchiveError> {
        let version = self.words.searched_version(article)?;
        let mut select = self.reader.connection.prepare_cached(
            "SELECT site.name || '/' || article.name AS id, site.name AS site, article.url,
                    version.title, subtitle, authors, section, published_at, published_precision,
                    text, capture.fetched_at AS fetched_ms
             FROM article JOIN site ON site.id = article.site_id
             JOIN version ON version.id = ?2
             JOIN capture ON capture.id = version.capture_id
             WHERE article.id = ?1",
        )?;
        Ok(select.query_row(params![article, version], found_text)?)
    }
}

/// Reads an article as far as its row can be read: `verify` tells of damage.
fn found_text(row: &Row<'_>) -> engine::Result<FoundText> {
    let text = |name: &str| -> engine::Result<Option<String>> { Ok(lossy(row.get_ref(name)?)) };
    let authors = text("authors")?.unwrap_or_default();
    Ok(FoundText {
        id: row.get("id")?,
        site: row.get("site")?,
        url: row.get("url")?,
        title: text("title")?,
        subtitle: text("subtitle")?,
        authors: serde_json::from_str(&authors).unwrap_or_default(),
        section: text("section")?,
        published_at: published_at(row)?,
        text: text("text")?.unwrap_or_default(),
        fetched_at: Timestamp::from_millis(row.get("fetched_ms")?),
    })
}
