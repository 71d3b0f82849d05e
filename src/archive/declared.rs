//! What papers declare about uses of their articles: equal rights once, and each article's history.

use rusqlite::params;
use serde_json::json;

use crate::archive::article::{known_article, write_rights_change};
use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::archive::word_index::renew_words;
use crate::frontier::Page;
use crate::page_url::PageUrl;
use crate::rights::{DeclaredRights, UseLevel};
use crate::time::Timestamp;

/// The most files of a site that are read at once. A crawl adds no more than ten licences.
const MOST_POLICY_FILES: u32 = 30;

/// The address at which a file is asked for, up to five redirects behind the one that names it,
/// where it was not read yet: a busy server answered nothing, and a redirect is no file.
const UNREAD_POLICY: &str = "
    WITH RECURSIVE asked (url, hops) AS (
        SELECT page.url, 0 FROM page WHERE page.url = ?1
        UNION ALL
        SELECT page.reason, asked.hops + 1 FROM asked JOIN page ON page.url = asked.url
        WHERE page.verdict = 'moved' AND asked.hops < 5
    )
    SELECT page.url, site.name, page.due_at
    FROM asked JOIN page ON page.url = asked.url JOIN site ON site.id = page.site_id
    WHERE page.due_at IS NOT NULL AND page.role = 'policy'
      AND NOT EXISTS (SELECT 1 FROM capture WHERE capture.page_id = page.id
                      AND capture.status < 500 AND capture.status <> 429
                      AND capture.status NOT BETWEEN 300 AND 399)
    ORDER BY asked.hops DESC LIMIT 1";

/// A file in which a site speaks for all its pages, and which was never read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadPolicy {
    /// The address that names it.
    pub named: PageUrl,
    /// The address at which it is asked for: another one where it moved.
    pub asked: PageUrl,
    /// The site that asks for it: another one where that named it first.
    pub site: String,
    /// From when on it is asked for.
    pub due: Timestamp,
}

/// Notes the rights of an article at a fetch. A row is added only where they differ from those
/// before. Returns whether other uses, another level or other licences are told of it from now on.
pub(super) fn note_declared(
    tx: &Connection,
    article: i64,
    rights: &DeclaredRights,
    at: Timestamp,
) -> Result<bool, ArchiveError> {
    let is_known = are_known(tx, article, rights, at)?;
    let moment = [article, at.millis()];
    let mut noted = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM article_declared WHERE article_id = ?1 AND at = ?2)",
    )?;
    // A repeated reading replaces what was noted at the same fetch.
    let is_noted: bool = noted.query_row(moment, |row| row.get(0))?;
    if is_known && !is_noted {
        return Ok(false);
    }

    let told = statements_at(tx, article, Timestamp::MAX)?;
    tx.prepare_cached("DELETE FROM article_declared WHERE article_id = ?1 AND at = ?2")?
        .execute_later(moment)?;
    if !is_known {
        write_declared(tx, article, rights, at)?;
    }

    let tells = statements_at(tx, article, Timestamp::MAX)?;
    Ok(tells.uses() != told.uses()
        || tells.use_level() != told.use_level()
        || tells.licences() != told.licences())
}

/// Notes the rights of an article that is new, at its first fetch.
pub(super) fn note_first_declared(
    tx: &Connection,
    article: i64,
    rights: &DeclaredRights,
    at: Timestamp,
) -> Result<(), ArchiveError> {
    if rights.are_those_of(&DeclaredRights::default()) {
        return Ok(());
    }
    write_declared(tx, article, rights, at)
}

/// Tells whether the statements about an article are those that held before a fetch. The statements
/// count, and not the order in which they were kept. A damaged row counts as others.
fn are_known(
    tx: &Connection,
    article: i64,
    rights: &DeclaredRights,
    at: Timestamp,
) -> Result<bool, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT statements FROM article_declared JOIN declared ON declared.id = declared_id
         WHERE article_id = ?1 AND at < ?2 ORDER BY at DESC LIMIT 1",
    )?;
    let before: Option<String> = select
        .query_row([article, at.millis()], |row| row.get(0))
        .optional()?;
    let before = match &before {
        Some(text) => serde_json::from_str(text).ok(),
        None => Some(DeclaredRights::default()),
    };
    Ok(before.is_some_and(|before| rights.are_those_of(&before)))
}

/// Notes the rights of an article whose words did not change. Where something else is told of it
/// from now on, the change log tells that. `at` is the moment of the fetch, and `now` that of the
/// change.
pub(super) fn note_change_of_rights(
    tx: &Connection,
    article: i64,
    rights: &DeclaredRights,
    (at, now): (Timestamp, Timestamp),
) -> Result<(), ArchiveError> {
    if note_declared(tx, article, rights, at)? {
        write_rights_change(tx, article, now)?;
    }
    Ok(())
}

/// Writes the rights of an article at a fetch. Equal rights are written once.
fn write_declared(
    tx: &Connection,
    article: i64,
    rights: &DeclaredRights,
    at: Timestamp,
) -> Result<(), ArchiveError> {
    let statements = json!(rights).to_string();
    let mut add = tx.prepare_cached(
        "INSERT INTO declared (uses, use_level, licences, statements)
         SELECT ?1, ?2, ?3, ?4
         WHERE NOT EXISTS (SELECT 1 FROM declared WHERE statements = ?4
                           /*postgres AND md5(statements) = md5(?4) */)",
    )?;
    add.execute_later(params![
        json!(rights.uses()).to_string(),
        rights.use_level().map(UseLevel::name),
        json!(rights.licences()).to_string(),
        statements
    ])?;

    let mut link = tx.prepare_cached(
        "INSERT INTO article_declared (article_id, at, declared_id)
         VALUES (?1, ?2, (SELECT id FROM declared WHERE statements = ?3
                          /*postgres AND md5(statements) = md5(?3) */ ORDER BY id LIMIT 1))",
    )?;
    link.execute_later(params![article, at.millis(), statements])?;
    Ok(())
}

/// Returns the statements about an article that hold at a moment.
pub(super) fn statements_at(
    tx: &Connection,
    article: i64,
    at: Timestamp,
) -> Result<DeclaredRights, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT statements FROM article_declared JOIN declared ON declared.id = declared_id
         WHERE article_id = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1",
    )?;
    let text: Option<String> = select
        .query_row([article, at.millis()], |row| row.get(0))
        .optional()?;
    // A damaged row says nothing; `verify` names it.
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

#[doc(hidden)]
impl Writer {
    /// Returns what is declared about the article of a page, by its last fetch. Sees unsaved
    /// changes as well.
    pub fn rights_of_page(&self, page: &Page) -> Result<DeclaredRights, ArchiveError> {
        let (tx, url) = (&self.connection, page.url.as_str());
        match known_article(tx, &page.site, page.key(), url)? {
            Some(article) => statements_at(tx, article, Timestamp::MAX),
            None => Ok(DeclaredRights::default()),
        }
    }

    /// Notes what is declared about the article of a page that did not change. Durable with the
    /// next save.
    pub fn renew_rights(
        &mut self,
        lease: Lease,
        page: &Page,
        rights: &DeclaredRights,
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        match known_article(tx, &page.site, page.key(), page.url.as_str())? {
            Some(article) => note_change_of_rights(tx, article, rights, (at, at)),
            None => Ok(()),
        }
    }

    /// Notes whether search may find the article of a page that did not change. Durable with the
    /// next save.
    pub fn renew_searchable(
        &mut self,
        lease: Lease,
        page: &Page,
        searchable: bool,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        let Some(article) = known_article(tx, &page.site, page.key(), page.url.as_str())? else {
            return Ok(());
        };

        let changed = tx
            .prepare_cached(
                "UPDATE version SET searchable = ?2
                 WHERE id = (SELECT id FROM version WHERE article_id = ?1
                             ORDER BY capture_id DESC, n DESC LIMIT 1) AND searchable <> ?2",
            )?
            .execute(params![article, searchable])?;
        if changed > 0 {
            renew_words(tx, article)?;
        }
        Ok(())
    }

    /// Returns the addresses of the files in which a site speaks for all its pages: its licences
    /// are among them. Sees unsaved changes as well.
    pub fn policy_files(&self, site: &str) -> Result<Vec<PageUrl>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT url FROM page WHERE role = 'policy' AND hops = 0
               AND site_id = (SELECT id FROM site WHERE name = ?1) ORDER BY id LIMIT ?2",
        )?;
        let urls = select.query_map(params![site, MOST_POLICY_FILES], |row| {
            row.get::<_, String>(0)
        })?;
        let urls: Vec<String> = urls.collect::<Result<_, _>>()?;
        Ok(urls
            .iter()
            .filter_map(|url| PageUrl::from_stored(url).ok())
            .collect())
    }

    /// Returns where and when a file is asked for that was never read; `None` where it was, or is
    /// not queued. Whose page it is does not matter: two papers may name one licence. Sees unsaved
    /// changes as well.
    pub fn unread_policy(&self, named: &PageUrl) -> Result<Option<UnreadPolicy>, ArchiveError> {
        let mut select = self.connection.prepare_cached(UNREAD_POLICY)?;
        let queued: Option<(String, String, i64)> = select
            .query_row([named.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;

        Ok(queued.and_then(|(asked, site, due)| {
            Some(UnreadPolicy {
                named: named.clone(),
                asked: PageUrl::from_stored(&asked).ok()?,
                site,
                due: Timestamp::from_millis(due),
            })
        }))
    }

    /// Returns the robots.txt that was in force when a capture was fetched; `None` where there was
    /// none. Sees unsaved changes as well.
    pub fn robots_of_capture(&self, capture: i64) -> Result<Option<Vec<u8>>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT robots.body FROM capture JOIN ledger ON ledger.id = capture.announced_id
             JOIN robots ON robots.id = ledger.robots_id WHERE capture.id = ?1",
        )?;
        let body: Option<Option<Vec<u8>>> =
            select.query_row([capture], |row| row.get(0)).optional()?;
        Ok(body.flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::{Claim, Statement};

    #[test]
    fn rights_that_were_kept_in_another_order_did_not_change() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE declared (id INTEGER PRIMARY KEY, uses, use_level, licences,
                                    statements UNIQUE);
             CREATE TABLE article_declared (article_id, at, declared_id);",
        )
        .unwrap();
        let note = |rights: &DeclaredRights, at| {
            note_declared(&db, 1, rights, Timestamp::from_millis(at)).unwrap();
            let rows = "SELECT count(*) FROM article_declared";
            db.query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap()
        };

        let rights = DeclaredRights::of([
            Statement::new("header", Claim::NoArchive, "so"),
            Statement::new("meta", Claim::NoArchive, "so"),
        ]);
        assert_eq!(note(&rights, 1), 1);
        let mut kept = json!(rights);
        kept.as_array_mut().unwrap().reverse();
        db.execute("UPDATE declared SET statements = ?1", [kept.to_string()])
            .unwrap();
        assert_eq!(note(&rights, 2), 1);
        assert_eq!(note(&DeclaredRights::default(), 3), 2);
    }
}
