//! The removal itself: one transaction.

use rusqlite::params;

use crate::archive::change::ChangeKind;
use crate::archive::compression::DictionaryId;
use crate::archive::dictionaries::mend;
use crate::archive::doomed::{RemovalExtent, RemovalPlan, collect};
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::removal::tombstone::BURIED;
use crate::archive::store::{Lease, Writer};
use crate::archive::syndication::leave_story;
use crate::archive::word_index::take_out;
use crate::time::Timestamp;

#[doc(hidden)]
impl Writer {
    /// Takes articles out of the archive: the texts of all versions, and all pages and photos that
    /// belong to them alone. Held articles, and those that were taken down before, are left out. A
    /// tombstone, a change and the steps that are still to be done are written with it. Durable
    /// with the next save; [`Writer::clean`] does the rest.
    pub fn take_down(
        &mut self,
        lease: Lease,
        articles: &[i64],
        (extent, why): (RemovalExtent, &str),
        now: Timestamp,
    ) -> Result<RemovalPlan, ArchiveError> {
        self.overwrite_what_is_deleted()?;
        let tx = self.transaction(lease)?;
        let articles = removable(tx, articles)?;
        let plan = collect(tx, &articles, extent)?;

        match extent {
            RemovalExtent::Bodies => {}
            RemovalExtent::Everything | RemovalExtent::EverythingAndLists => {
                for article in &articles {
                    take_out(tx, *article)?;
                    leave_story(tx, *article)?;
                }
                delete_articles(tx, why, now)?;
            }
        }
        delete_bodies(tx, extent, why)?;
        if plan.articles > 0 {
            note_cleaning(tx, extent)?;
        }
        Ok(plan)
    }

    /// Has SQLite write zeros over all that it deletes from now on. Rows are deleted in an order
    /// that leaves no reference behind: with foreign keys enforced, SQLite would read whole tables
    /// for each of them. PostgreSQL's VACUUM frees the room instead.
    pub(super) fn overwrite_what_is_deleted(&mut self) -> Result<(), ArchiveError> {
        self.save()?;
        self.delete_for_good(true)
    }

    /// Ends what [`Writer::overwrite_what_is_deleted`] began.
    pub(super) fn delete_as_usual(&mut self) -> Result<(), ArchiveError> {
        self.save()?;
        self.delete_for_good(false)
    }

    fn delete_for_good(&self, is_for_good: bool) -> Result<(), ArchiveError> {
        if !self.connection.is_shared() {
            self.connection.set_pragma("secure_delete", is_for_good)?;
            self.connection.set_pragma("foreign_keys", !is_for_good)?;
        }
        Ok(())
    }
}

/// Returns those of the articles that are neither held nor taken down.
fn removable(tx: &Connection, articles: &[i64]) -> Result<Vec<i64>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM article WHERE id = ?1)
            AND NOT EXISTS (SELECT 1 FROM hold WHERE article_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM tombstone WHERE article_id = ?1)",
    )?;
    let mut removable = Vec::new();
    for article in articles {
        if select.query_row([article], |row| row.get(0))? {
            removable.push(*article);
        }
    }
    Ok(removable)
}

/// The rows that tell of the articles, and their photos.
const ARTICLE_ROWS: &str = "
    DELETE FROM version WHERE article_id IN (SELECT id FROM chosen_article);
    DELETE FROM fingerprint WHERE article_id IN (SELECT id FROM chosen_article);
    UPDATE article SET first_copy = NULL
      WHERE first_copy IN (SELECT id FROM chosen_article)
         OR id IN (SELECT id FROM chosen_article) AND first_copy IS NOT NULL;
    DELETE FROM canonical WHERE article_id IN (SELECT id FROM chosen_article);
    DELETE FROM article_declared WHERE article_id IN (SELECT id FROM chosen_article);
    DELETE FROM declared WHERE id NOT IN (SELECT declared_id FROM article_declared);";

/// All addresses under which the articles were known. A canonical address that a broken template
/// names on the pages of several articles is none of them, nor is one of another host, nor one that
/// another article has now.
const ADDRESSES: &str = "
    INSERT INTO taken_down_address (url, article_id)
      SELECT article.url, article.id FROM chosen_article CROSS JOIN article
      WHERE article.id = chosen_article.id
        AND NOT EXISTS (SELECT 1 FROM article AS other WHERE other.url = article.url
              AND other.number IS NULL AND other.text_id IS NULL
              AND other.id NOT IN (SELECT id FROM chosen_article))
        AND NOT EXISTS (SELECT 1 FROM article AS other WHERE other.url = article.url
              AND (other.number IS NOT NULL OR other.text_id IS NOT NULL)
              AND other.id NOT IN (SELECT id FROM chosen_article))
      ON CONFLICT (url) DO NOTHING;
    INSERT INTO taken_down_address (url, article_id)
      SELECT url, article_id FROM chosen_page WHERE article_id IS NOT NULL
      ON CONFLICT (url) DO NOTHING;
    INSERT INTO taken_down_address (url, article_id)
      SELECT own.url, own.article_id FROM chosen_article
      CROSS JOIN canonical AS own CROSS JOIN article
      WHERE own.article_id = chosen_article.id AND article.id = chosen_article.id
        AND substr(own.url, 1, 8 + instr(substr(own.url, 9), '/'))
            = substr(article.url, 1, 8 + instr(substr(article.url, 9), '/'))
        AND NOT EXISTS (SELECT 1 FROM canonical AS other WHERE other.url = own.url
              AND other.article_id NOT IN (SELECT id FROM chosen_article))
        AND NOT EXISTS (SELECT 1 FROM page WHERE page.url = own.url
              AND page.id NOT IN (SELECT id FROM chosen_page))
      ON CONFLICT (url) DO NOTHING;";

/// Writes the tombstones, and deletes the rows of the articles.
fn delete_articles(tx: &Connection, why: &str, now: Timestamp) -> Result<(), ArchiveError> {
    tx.execute(
        "INSERT INTO tombstone (article_id, site_id, at, why)
         SELECT article.id, site_id, ?1, ?2 FROM chosen_article CROSS JOIN article
         WHERE article.id = chosen_article.id",
        params![now.millis(), why],
    )?;
    tx.execute(
        "INSERT INTO change (article_id, kind, n, at)
         SELECT id, ?1, (SELECT max(n) FROM version WHERE article_id = chosen_article.id), ?2
         FROM chosen_article ORDER BY id",
        params![ChangeKind::TakenDown.name(), now.millis()],
    )?;

    tx.execute_batch(ADDRESSES)?;
    tx.execute(
        &format!("UPDATE page SET {BURIED} WHERE id IN (SELECT id FROM chosen_page)"),
        [now.millis()],
    )?;
    tx.execute(
        "DELETE FROM indexed_version WHERE article_id IN (SELECT id FROM chosen_article)",
        [],
    )?;
    tx.execute_batch(ARTICLE_ROWS)?;
    Ok(())
}

/// Answers of lists, and of pages whose texts stay, lose only their bodies. Where the newest answer
/// of a page has lost its body, the page is asked for without validators: a 304 would bring none.
const LOSE_BODIES: &str = "
    UPDATE page SET etag = NULL, last_modified = NULL
      WHERE id IN (SELECT page_id FROM doomed_capture)
        AND role <> 'article' AND capture_id IN (SELECT id FROM doomed_capture);";

/// Photos go behind their captures, which refer to them.
const DELETE_CAPTURES: &str = "
    UPDATE page SET capture_id = NULL, etag = NULL, last_modified = NULL
      WHERE id IN (SELECT page_id FROM doomed_capture)
        AND (role = 'article' OR id IN (SELECT id FROM chosen_photo))
        AND capture_id IN (SELECT id FROM doomed_capture);
    DELETE FROM opt_out WHERE capture_id IN
      (SELECT doomed_capture.id FROM doomed_capture WHERE NOT EXISTS
         (SELECT 1 FROM page WHERE page.id = doomed_capture.page_id AND role <> 'article'
            AND page.id NOT IN (SELECT id FROM chosen_photo)));
    DELETE FROM deadly_capture WHERE capture_id IN (SELECT id FROM doomed_capture);
    DELETE FROM capture WHERE id IN
      (SELECT doomed_capture.id FROM doomed_capture WHERE NOT EXISTS
         (SELECT 1 FROM page WHERE page.id = doomed_capture.page_id AND role <> 'article'
            AND page.id NOT IN (SELECT id FROM chosen_photo)));
    DELETE FROM page WHERE id IN (SELECT id FROM chosen_photo);";

const DELETE_BODIES: &str = "
    UPDATE dictionary SET doomed = 1 WHERE sha256 IN
      (SELECT sha256 FROM doomed_body CROSS JOIN body WHERE body.id = doomed_body.id);
    DELETE FROM damage WHERE body_id IN (SELECT id FROM doomed_body);
    UPDATE object SET state = 'doomed' WHERE state IN ('stale', 'announced');
    UPDATE object SET state = 'doomed' WHERE id IN
      (SELECT object_id FROM doomed_body CROSS JOIN bundled_body
       WHERE body_id = doomed_body.id);
    DELETE FROM bundled_body WHERE body_id IN (SELECT id FROM doomed_body);
    DELETE FROM body WHERE id IN (SELECT id FROM doomed_body);
    UPDATE object_storage SET bundled_to = (SELECT coalesce(max(id), 0) FROM body)
      WHERE bundled_to > (SELECT coalesce(max(id), 0) FROM body);";

/// Deletes the answers, or only their bodies. A stale object may have former bytes of a body, and
/// an announced one its bytes, which no row tells. SQLite gives the largest numbers of bodies
/// again. A dictionary that is one of these bodies is needed until others are compressed anew.
fn delete_bodies(tx: &Connection, extent: RemovalExtent, why: &str) -> Result<(), ArchiveError> {
    match extent {
        RemovalExtent::Everything | RemovalExtent::EverythingAndLists => {
            tx.execute_batch(DELETE_CAPTURES)?;
        }
        RemovalExtent::Bodies => {}
    }
    mend_doomed_dictionaries(tx)?;
    tx.execute_batch(LOSE_BODIES)?;
    tx.execute(
        "UPDATE capture SET body_id = NULL, withheld = ?1
         WHERE body_id IS NOT NULL AND id IN (SELECT id FROM doomed_capture)",
        [format!("its body was removed: {why}")],
    )?;
    tx.execute_batch(DELETE_BODIES)?;
    Ok(())
}

/// Makes dictionaries anew from the pages that are going: others are compressed with them until
/// they are compressed anew, and a damaged one has no other copy.
fn mend_doomed_dictionaries(tx: &Connection) -> Result<(), ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT dictionary.id FROM doomed_body CROSS JOIN body CROSS JOIN dictionary
         WHERE body.id = doomed_body.id AND dictionary.sha256 = body.sha256",
    )?;
    let doomed: Vec<i64> = select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in doomed {
        mend(tx, DictionaryId(id))?;
    }
    Ok(())
}

/// Notes what is still to be done. The file is not written anew for bodies alone, which are no
/// takedown: what is deleted now is overwritten.
fn note_cleaning(tx: &Connection, extent: RemovalExtent) -> Result<(), ArchiveError> {
    let words = i64::from(extent != RemovalExtent::Bodies);
    tx.execute(
        "UPDATE cleaning SET words = CASE WHEN ?1 = 1 THEN 1 ELSE words END, log = 1",
        [words],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::archive::schema::{migrate, whole_tables_read};

    #[test]
    fn rows_of_an_article_are_deleted_without_reading_a_whole_table() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        collect(&connection, &[], RemovalExtent::Everything).unwrap();
        // As a takedown does.
        connection.set_pragma("foreign_keys", false).unwrap();

        for script in [
            ADDRESSES,
            ARTICLE_ROWS,
            LOSE_BODIES,
            DELETE_CAPTURES,
            DELETE_BODIES,
        ] {
            assert_eq!(whole_tables_read(&connection, script), [""; 0], "{script}");
        }
    }
}
