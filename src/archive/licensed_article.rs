//! Kept articles whose rights change without a fetch: the licence file that one names is read, or
//! the moment passes from which on it is unavailable.

use rusqlite::params;
use serde_json::json;

use crate::archive::article::write_rights_change;
use crate::archive::declared::note_change_of_rights;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::page_url::PageUrl;
use crate::rights::{Claim, DeclaredRights};
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
        self.rights_with("licences <> '[]'", is_meant)
    }

    /// Returns the ids of rights for which an SQL condition holds and that are meant.
    fn rights_with(
        &self,
        condition: &str,
        is_meant: impl Fn(&DeclaredRights) -> bool,
    ) -> Result<Vec<i64>, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT id, statements FROM declared WHERE {condition}"
        ))?;
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
               AND newest.declared_id IN (SELECT CAST(value AS bigint) FROM json_each(?3))
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

    /// Notes in the change log that the moment passed from which on articles of a site are
    /// unavailable, where no change of them tells it yet. Durable with the next save.
    pub fn note_passed_moments(
        &mut self,
        lease: Lease,
        site: &str,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let named = "instr(statements, 'unavailable_after') > 0";
        let passed = self.rights_with(named, |rights| first_passed(rights, now).is_some())?;
        if passed.is_empty() {
            return Ok(());
        }

        let mut last = 0;
        loop {
            let articles = self.articles_with_rights(site, &passed, last)?;
            let Some(end) = articles.last() else {
                return Ok(());
            };
            last = end.row;
            let tx = self.transaction(lease)?;
            for article in &articles {
                let moment = first_passed(&article.rights, now);
                // Who reads a change after the moment is told of it.
                let mut is_told = tx.prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM change WHERE article_id = ?1 AND at >= ?2)",
                )?;
                let moment = moment.map(Timestamp::millis);
                if !is_told.query_row(params![article.row, moment], |row| row.get(0))? {
                    write_rights_change(tx, article.row, now)?;
                }
            }
        }
    }
}

/// Returns the first moment up to now from which on an article is unavailable.
fn first_passed(rights: &DeclaredRights, now: Timestamp) -> Option<Timestamp> {
    let moments = rights
        .statements()
        .iter()
        .filter_map(|one| match one.claim {
            Claim::UnavailableAfter(from) => Some(from),
            Claim::Use(..)
            | Claim::Level(_)
            | Claim::NoArchive
            | Claim::Licence(_)
            | Claim::Unknown(_) => None,
        });
    moments.filter(|from| *from <= now).min()
}
