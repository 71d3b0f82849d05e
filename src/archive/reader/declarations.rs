//! The history of what was declared about an article.

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_names::FoundArticle;
use crate::archive::reader::published::published_at;
use crate::archive::store::lossy;
use crate::rights::DeclaredRights;
use crate::time::Timestamp;

/// What a paper declared about an article from one fetch on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declaration {
    /// The fetch that told it first.
    pub at: Timestamp,
    /// `None` where its row cannot be read.
    pub rights: Option<DeclaredRights>,
}

#[doc(hidden)]
impl Reader {
    /// Returns all that was declared about an article, the newest last; nothing where nothing ever
    /// was. Sees saved changes only.
    pub(crate) fn declarations(&self, of: &FoundArticle) -> Result<Vec<Declaration>, ArchiveError> {
        // A row that is lost is no silence of the paper: the join keeps its place.
        let mut select = self.connection.prepare_cached(
            "SELECT at, statements
             FROM article_declared LEFT JOIN declared ON declared.id = declared_id
             WHERE article_id = ?1 ORDER BY at",
        )?;
        let rows = select.query_map([of.row()], |row| {
            let statements = lossy(row.get_ref(1)?);
            Ok(Declaration {
                at: Timestamp::from_millis(row.get(0)?),
                rights: statements.and_then(|text| serde_json::from_str(&text).ok()),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns when the article of a number was published, RFC 3339 or a day; `None` where there is
    /// no such article, or where it has no date. Sees saved changes only.
    pub(crate) fn published_of_number(
        &self,
        site: &str,
        number: u64,
    ) -> Result<Option<String>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT version.published_at, version.published_precision
             FROM site CROSS JOIN article CROSS JOIN version
             WHERE site.name = ?1 AND article.site_id = site.id AND article.number = ?2
               AND version.article_id = article.id AND version.n = 1",
        )?;
        let mut rows = select.query_map(params![site, number.cast_signed()], published_at)?;
        Ok(rows.next().transpose()?.flatten())
    }
}
