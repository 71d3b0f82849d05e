//! The articles that changed, each with the version that the change brought.

use std::path::Path;
use std::time::SystemTime;

use rusqlite::params;

use crate::archive::engine::{self, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::files::beside;
use crate::archive::reader::Reader;
use crate::archive::reader::article_filter::ArticleFilter;
use crate::archive::reader::article_versions::{ArticleVersion, version};
use crate::archive::reader::articles::COLUMNS;
use crate::archive::reader::changes::{ArticleChange, article_change};
use crate::archive::reader::filter_conditions::{FilterConditions, sites_in_json};
use crate::archive::reader::records::Records;

/// A change, with the article as the change left it. Who may read it and what its paper declares
/// are those of today.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedArticle {
    pub change: ArticleChange,
    /// The name of the site.
    pub site: String,
    /// The address that the article was fetched from.
    pub url: String,
    /// The number of the article in its paper.
    pub number: Option<u64>,
    /// The filter's conditions hold for the version.
    pub is_selected: bool,
    /// The article was taken out of the archive.
    pub is_taken_down: bool,
    /// `None` where the archive has it no more.
    pub version: Option<ArticleVersion>,
}

/// A mark of what is saved in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedMark {
    /// SQLite's own number (`PRAGMA data_version`).
    Version(i64),
    /// When the file and its log were written, and their sizes: SQLite was promised that the file
    /// does not change, so a changed one must be opened anew.
    File(FileTime, FileTime),
}

/// When a file was written, and its size; `None` where there is none.
type FileTime = Option<(SystemTime, u64)>;

/// Part of the sequence of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeSpan {
    /// The last change before it; 0 where it begins with the first one of all.
    pub after: u64,
    /// The last change in it.
    pub last: u64,
}

#[doc(hidden)]
impl Reader {
    /// Returns the changes of the filter's sites in a span of the sequence. Each tells whether the
    /// filter's other conditions hold.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read. An iterator over the changes may fail for the same
    /// reason.
    pub fn changed_articles(
        &self,
        filter: &ArticleFilter,
        span: ChangeSpan,
    ) -> Result<Records<'_, ChangedArticle>, ArchiveError> {
        let conditions = FilterConditions::of(filter);
        // The parameters of the conditions count on from `?3`, which stands before them.
        let mut select = self.prepare_records(&format!(
            "SELECT CAST(?3 AS bigint) AS last_change, change.seq, change.kind, change.at,
                    coalesce(change.n, 1) AS changed_version, version.id IS NOT NULL AS is_kept,
                    version.id IS NULL AND EXISTS
                      (SELECT 1 FROM change AS takedown WHERE takedown.article_id = article.id
                       AND takedown.kind = 'taken_down') AS is_taken_down,
                    CASE WHEN {} THEN 1 ELSE 0 END AS is_selected, {COLUMNS}
             FROM change CROSS JOIN article
             CROSS JOIN (SELECT id AS site_row, name AS site FROM site) AS ordered
             LEFT JOIN version ON version.article_id = article.id
               AND version.n = coalesce(change.n, 1) AND change.kind <> 'taken_down'
             LEFT JOIN capture ON capture.id = version.capture_id
             WHERE article.id = change.article_id AND ordered.site_row = article.site_id
               AND change.seq > ?2 AND change.seq <= ?3
               AND (CAST(?1 AS text) IS NULL OR ordered.site IN (SELECT value FROM json_each(?1)))
             ORDER BY change.seq",
            conditions.sql()
        ))?;
        select.raw_bind_parameter(1, sites_in_json(filter))?;
        select.raw_bind_parameter(2, position(span.after))?;
        select.raw_bind_parameter(3, position(span.last))?;
        conditions.bind(4, &mut select)?;
        Ok(Records::of(select, &self.path, changed_article))
    }

    /// Returns how many changes of the filter's sites stand after a position.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn count_changes_after(
        &self,
        filter: &ArticleFilter,
        seq: u64,
    ) -> Result<u64, ArchiveError> {
        let mut select = self.prepare_records(
            "SELECT count(*) FROM change CROSS JOIN article CROSS JOIN site
             WHERE article.id = change.article_id AND site.id = article.site_id
               AND change.seq > ?2
               AND (CAST(?1 AS text) IS NULL OR site.name IN (SELECT value FROM json_each(?1)))",
        )?;
        let wanted = params![sites_in_json(filter), position(seq)];
        select
            .query_row(wanted, |row| row.get(0))
            .map_err(|error| ArchiveError::at(&self.path, error))
    }

    /// Returns a mark that is another one once a program saved something in the archive: to ask for
    /// it costs no look at a table.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn saved_mark(&self) -> Result<SavedMark, ArchiveError> {
        if self.is_immutable {
            return Ok(SavedMark::File(
                written(&self.path),
                written(&beside(&self.path, "-wal")),
            ));
        }
        self.connection
            .version()
            .map(SavedMark::Version)
            .map_err(|error| ArchiveError::at(&self.path, error))
    }

    /// Returns the change at a position; `None` where there is none.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn change_at(&self, seq: u64) -> Result<Option<ArticleChange>, ArchiveError> {
        let mut select = self.prepare_records(
            "SELECT change.seq, site.name || '/' || article.name AS id, change.kind,
                    coalesce(change.n, 1) AS changed_version, change.at
             FROM change JOIN article ON article.id = change.article_id
             JOIN site ON site.id = article.site_id WHERE change.seq = ?1",
        )?;
        select
            .query_row([position(seq)], article_change)
            .optional()
            .map_err(|error| ArchiveError::at(&self.path, error))
    }
}

fn written(path: &Path) -> FileTime {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

/// Returns a position as SQLite has it. No sequence reaches one that is too large for it.
fn position(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn changed_article(row: &Row<'_>) -> engine::Result<ChangedArticle> {
    let is_kept: bool = row.get("is_kept")?;
    let number: Option<i64> = row.get("number")?;
    Ok(ChangedArticle {
        change: article_change(row)?,
        site: row.get("site")?,
        url: row.get("url")?,
        number: number.map(i64::cast_unsigned),
        is_selected: row.get("is_selected")?,
        is_taken_down: row.get("is_taken_down")?,
        version: is_kept.then(|| version(row)),
    })
}
