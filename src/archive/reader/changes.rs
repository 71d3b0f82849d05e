//! The change log: what happened to articles, in one growing sequence.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};

use crate::archive::change::ChangeKind;
use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::records::Records;
use crate::time::Timestamp;

/// A change of an article, of one of the kinds that [`ChangeKind`] has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleChange {
    /// The position in the sequence of all changes. Later changes have larger positions.
    pub seq: u64,
    /// The article's id, as exports name it.
    pub id: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The number of the article's newest version at that time.
    pub version: u64,
    /// When saseo wrote it.
    pub at: Timestamp,
}

/// The changes after a position, in their sequence.
const SELECT_CHANGES: &str = "SELECT change.seq,
            site.name || '/' || article.name AS id,
            change.kind, coalesce(change.n, 1) AS changed_version, change.at
     FROM change JOIN article ON article.id = change.article_id
     JOIN site ON site.id = article.site_id
     WHERE change.seq > ?1 ORDER BY change.seq";

impl Reader {
    /// Returns the changes of articles after the position `seq`; 0 stands before the first one. A
    /// program that keeps the position of the last change that it read goes on from there.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read. An iterator over the changes may fail for the same
    /// reason.
    pub fn changes_after(&self, seq: u64) -> Result<Records<'_, ArticleChange>, ArchiveError> {
        let mut select = self.prepare_records(SELECT_CHANGES)?;
        // A position that no sequence reaches has no changes after it.
        select.raw_bind_parameter(1, i64::try_from(seq).unwrap_or(i64::MAX))?;
        Ok(Records::of(select, &self.path, article_change))
    }

    /// Returns the position of the last change; 0 where there is none.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn last_change(&self) -> Result<u64, ArchiveError> {
        let mut select = self.prepare_records("SELECT coalesce(max(seq), 0) FROM change")?;
        select
            .query_row([], |row| row.get(0))
            .map_err(|error| ArchiveError::at(&self.path, error))
    }
}

pub(super) fn article_change(row: &Row<'_>) -> engine::Result<ArticleChange> {
    Ok(ArticleChange {
        seq: row.get("seq")?,
        id: row.get("id")?,
        kind: row.get("kind")?,
        version: row.get("changed_version")?,
        at: Timestamp::from_millis(row.get("at")?),
    })
}

impl FromSql for ChangeKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::named(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}
