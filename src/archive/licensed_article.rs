//! Kept articles that name licences: what a licence file says of them is joined where the file is
//! read after them.

use rusqlite::params;
use serde_json::json;

use crate::archive::declared::note_change_of_rights;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::page_url::PageUrl;
use crate::rights::DeclaredRights;
use crate::time::Timestamp;

/// Articles that are read at once: their statements take a few hundred kilobytes.
const MOST_AT_ONCE: u32 = 500;

/// A kept article, and what is declared about it by its last fetch.
#[derive(Clone, Debug)]
pub struct LicensedArticle {
    pub row: i64,
    pub url: PageUrl,
    pub rights: DeclaredRights,
    /// The fetch from which on that is declared.
    at: Timestamp,
}

#[doc(hidden)]
impl Writer {
    /// Returns the ids of rights that name a licence and are meant. Many articles share them. Sees
    /// unsaved changes as well.
    pub fn licensed_rights(
        &self,
        is_meant: impl Fn(&DeclaredRights) -> bool,
    ) -> Result<Vec<i64>, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id, statements FROM declared WHERE licences <> '[]'")?;
        let mut rows = select.query([])?;

        let mut meant = Vec::new();
        while let Some(row) = rows.next()? {
            // A damaged row says nothing; `verify` names it.
            let rights = serde_json::from_str(&row.get::<_, String>(1)?);
            if rights.is_ok_and(|rights| is_meant(&rights)) {
                meant.push(row.get(0)?);
            }
        }
        Ok(meant)
    }

    /// Returns the next articles of a site behind a row whose rights are now one of these. Sees
    /// unsaved changes as well.
    pub fn articles_with_rights(
        &self,
        site: &str,
        rights: &[i64],
        after: i64,
    ) -> Result<Vec<LicensedArticle>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT article.id, article.url, newest.at, declared.statements
             FROM article
             JOIN article_declared AS newest ON newest.article_id = article.id AND newest.at =
               (SELECT max(at) FROM article_declared WHERE article_id = article.id)
             JOIN declared ON declared.id = newest.declared_id
             WHERE article.site_id = (SELECT id FROM site WHERE name = ?1) AND article.id > ?2
               AND newest.declared_id IN (SELECT value FROM json_each(?3))
             ORDER BY article.id LIMIT ?4",
        )?;
        let mut rows = select.query(params![
            site,
            after,
            json!(rights).to_string(),
            MOST_AT_ONCE
        ])?;

        let mut articles = Vec::new();
        while let Some(row) = rows.next()? {
            let url = PageUrl::from_stored(&row.get::<_, String>(1)?);
            let rights = serde_json::from_str(&row.get::<_, String>(3)?);
            if let (Ok(url), Ok(rights)) = (url, rights) {
                articles.push(LicensedArticle {
                    row: row.get(0)?,
                    url,
                    rights,
                    at: Timestamp::from_millis(row.get(2)?),
                });
            }
        }
        Ok(articles)
    }

    /// Notes what is declared about an article with what its licences say. It holds from the fetch
    /// on that named them, and the change log tells of it at `now`. Durable with the next save.
    pub fn join_licences(
        &mut self,
        lease: Lease,
        article: &LicensedArticle,
        rights: &DeclaredRights,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        note_change_of_rights(tx, article.row, rights, (article.at, now))
    }
}
