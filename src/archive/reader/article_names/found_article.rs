//! An article that a name means.

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::time::Timestamp;

/// An article that was found by its id, number, text or address, or by the ending of one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundArticle {
    pub(crate) row: i64,
    /// The id, as exports name it: `readersnews/81193`.
    pub id: String,
    /// The id of the article of another paper that carried the same story first.
    pub first_copy: Option<String>,
}

impl Reader {
    /// Returns the article, unless it was taken out of the archive.
    pub(super) fn unless_taken_down(
        &self,
        article: FoundArticle,
    ) -> Result<FoundArticle, ArchiveError> {
        let sql = "SELECT at, why FROM tombstone WHERE article_id = ?1";
        let tombstone = self.connection.query_row(sql, [article.row], |row| {
            Ok((Timestamp::from_millis(row.get(0)?), row.get(1)?))
        });
        match tombstone.optional()? {
            Some((at, why)) => Err(ArchiveError::TakenDown {
                id: article.id,
                at,
                why,
            }),
            None => Ok(article),
        }
    }

    pub(super) fn found(&self, row: i64) -> Result<FoundArticle, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT site.name || '/' || article.name,
                    (SELECT s.name || '/' || a.name
                     FROM article AS a JOIN site AS s ON s.id = a.site_id
                     WHERE a.id = article.first_copy)
             FROM article JOIN site ON site.id = article.site_id WHERE article.id = ?1",
        )?;
        Ok(select.query_row([row], |columns| {
            Ok(FoundArticle {
                row,
                id: columns.get(0)?,
                first_copy: columns.get(1)?,
            })
        })?)
    }
}
