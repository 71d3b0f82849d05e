//! One article with all its versions.

#[cfg(feature = "cli")]
use crate::archive::engine::OptionalExtension;
use crate::archive::engine::Row;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_names::FoundArticle;
use crate::archive::reader::article_row::{ArticleRecord, CheckedColumns, Flaw};
use crate::archive::reader::newest_declared::newest_declared;
use crate::extract::Article;

/// One version of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleVersion {
    /// The article's id, as exports name it.
    pub id: String,
    /// The article as it was extracted.
    pub article: Article,
    /// The archive's own fields; `version` is its number among the article's versions.
    pub kept: ArticleRecord,
    /// The damaged columns: their fields are empty, or not those that were extracted.
    pub flaws: Vec<Flaw>,
}

/// The versions of an article.
const VERSIONS: &str = concat!(
    "SELECT site.name || '/' || article.name AS id,
                    version.*, version.n AS version, site.name AS site,
                    article.url, article.number, article.text_id, article.access,
                    strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch')
                      AS first_seen_at,
                    strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch')
                      AS fetched_at,
                    capture.status AS http_status,
                    coalesce(",
    newest_declared!("statements"),
    ", '[]') AS statements,
                    (SELECT s.name || '/' || a.name
                     FROM article AS a JOIN site AS s ON s.id = a.site_id
                     WHERE a.id = article.first_copy) AS first_copy
             FROM version JOIN article ON article.id = version.article_id
             JOIN site ON site.id = article.site_id
             JOIN capture ON capture.id = version.capture_id
             WHERE version.article_id = ?1"
);

impl FoundArticle {
    /// Returns the article's row.
    pub(super) fn row(&self) -> i64 {
        self.row
    }
}

impl Reader {
    /// Returns the id of the newest article that has this title. Sees saved changes only.
    #[cfg(feature = "cli")]
    pub(crate) fn newest_titled(&self, title: &str) -> Result<Option<String>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT id FROM articles WHERE title = ?1
             ORDER BY published_ms DESC NULLS LAST LIMIT 1",
        )?;
        Ok(select.query_row([title], |row| row.get(0)).optional()?)
    }

    /// Returns an article's versions, the newest last: in the order of their captures, and within
    /// one capture in the order of extraction. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Damaged`] where the article has no version that can be read.
    pub fn versions(&self, of: &FoundArticle) -> Result<Vec<ArticleVersion>, ArchiveError> {
        let mut select = self.connection.prepare(&format!(
            "{VERSIONS} ORDER BY version.capture_id, version.n"
        ))?;
        let rows = select.query_map([of.row], |row| Ok(version(row)))?;
        let versions: Vec<ArticleVersion> = rows.collect::<Result<_, _>>()?;

        if versions.is_empty() {
            return Err(no_version(of));
        }
        Ok(versions)
    }

    /// Returns an article's newest version, the last of [`Reader::versions`].
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Damaged`] where the article has no version that can be read.
    #[cfg(feature = "cli")]
    pub(crate) fn newest_version(&self, of: &FoundArticle) -> Result<ArticleVersion, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "{VERSIONS} ORDER BY version.capture_id DESC, version.n DESC LIMIT 1"
        ))?;
        let newest = select.query_row([of.row], |row| Ok(version(row)));
        newest.optional()?.ok_or_else(|| no_version(of))
    }
}

fn no_version(of: &FoundArticle) -> ArchiveError {
    ArchiveError::Damaged(format!(
        "the article {} has no version that can be read",
        of.id
    ))
}

/// Reads a version from a row, whose columns are found by name.
pub(super) fn version(row: &Row<'_>) -> ArticleVersion {
    let mut cells = CheckedColumns::of(row);
    let (id, article, kept) = (cells.name("id"), cells.article(), cells.kept());
    ArticleVersion {
        id,
        article,
        kept,
        flaws: cells.flaws,
    }
}
