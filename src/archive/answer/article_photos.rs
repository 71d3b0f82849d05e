//! The photos of an article: which of them are queued, and which are not kept by its paper's wish.

use rusqlite::params;
use serde_json::{Value, json};

use crate::archive::answer::found_pages::add_pages;
use crate::archive::article::known_article;
use crate::archive::capture::WrittenArticle;
use crate::archive::engine::{AskedCount, AskedRow, Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::extract::Article;
use crate::frontier::{Discovered, Judged, Page, PageId, Role, Settlement, Verdict};
use crate::page_url::Host;
use crate::time::Timestamp;

/// The reasons why a photo is not requested, as the archive has them.
const NOT_WANTED: &str = "the page of its article asks that its photos are not kept";
const NO_ARTICLE: &str = "its article was deleted or taken down";

#[doc(hidden)]
impl Writer {
    /// Queues the photos of a kept article that are not known yet. A photo that was withheld stays
    /// so: only an answer of the paper allows it again. Returns the host of each that was queued.
    /// Durable with the next save.
    pub fn add_photos(
        &mut self,
        lease: Lease,
        page: &Page,
        photos: &[Discovered],
        now: Timestamp,
    ) -> Result<Vec<Host>, ArchiveError> {
        let tx = self.transaction(lease)?;
        let article = known_article(tx, &page.site, page.key(), page.url.as_str())?;
        if wants_none(tx, article)? {
            return Ok(Vec::new());
        }

        let photos: Vec<_> = photos.iter().collect();
        let added = add_pages(tx, &page.site, &photos, now)?;
        note_articles(tx, &photos, article.as_slice())?;
        let added = photos.iter().zip(added).filter(|(_, is_added)| *is_added);
        Ok(added.map(|(photo, _)| photo.url.host()).collect())
    }

    /// Returns which of the photos [`Writer::add_photos`] would queue, and writes nothing.
    pub fn photos_to_add<'p>(
        &self,
        page: &Page,
        photos: &'p [Discovered],
    ) -> Result<Vec<&'p Discovered>, ArchiveError> {
        let connection = &self.connection;
        let article = known_article(connection, &page.site, page.key(), page.url.as_str())?;
        if wants_none(connection, article)? {
            return Ok(Vec::new());
        }
        let mut is_known = connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM page WHERE url = ?1)
                 OR EXISTS (SELECT 1 FROM taken_down_address WHERE url = ?1)",
        )?;
        let mut added = Vec::new();
        for photo in photos {
            if !is_known.query_row([photo.url.as_str()], |row| row.get(0))? {
                added.push(photo);
            }
        }
        Ok(added)
    }

    /// Notes whether an article whose page did not change wants its photos to be kept now. Durable
    /// with the next save.
    pub fn renew_photo_wish(
        &mut self,
        lease: Lease,
        page: &Page,
        is_withheld: bool,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        match known_article(tx, &page.site, page.key(), page.url.as_str())? {
            Some(article) if is_withheld => withhold(tx, article),
            Some(article) => allow(tx, article),
            None => Ok(()),
        }
    }

    /// Returns why a queued photo may not be requested: none of the articles for which it was
    /// queued still stands and allows it. Of a photo that was queued before schema 26 they may not
    /// be known. Sees unsaved changes as well.
    pub fn unwanted_photo(&self, page: PageId) -> Result<Option<&'static str>, ArchiveError> {
        let mut select = self.connection.prepare_cached(STANDING)?;
        let (is_unknown, stand, allow): (bool, u64, u64) =
            select.query_row([page.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;

        Ok(match (is_unknown, stand, allow) {
            (true, ..) | (_, _, 1..) => None,
            (false, 0, _) => Some(NO_ARTICLE),
            (false, ..) => Some(NOT_WANTED),
        })
    }
}

/// Whether the articles are unknown for which a photo was queued, how many of them stand, and how
/// many of those allow it.
const STANDING: &str = "SELECT count(page.shown_by) = 0, count(article.id),
        count(article.id) FILTER (WHERE article.photos_withheld = 0)
     FROM page
     LEFT JOIN json_each(CASE WHEN json_valid(shown_by) THEN shown_by ELSE '[]' END) AS shown
       ON true
     LEFT JOIN article
       ON article.id = CASE WHEN shown.type = 'integer' THEN CAST(shown.value AS bigint) END
       AND article.access <> 'gone'
       AND NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.article_id = article.id)
     WHERE page.id = ?1";

/// Notes whether the answer for an article asks that its photos are not kept. Those that wait are
/// judged when their turn comes, see [`Writer::unwanted_photo`].
pub(super) fn note_wish(
    tx: &Connection,
    page: &Page,
    settlement: &Settlement,
    written: Option<WrittenArticle>,
) -> Result<(), ArchiveError> {
    let is_withheld = matches!(settlement.verdict(), Some(Verdict::Withheld { .. }));
    let article = settlement.article();
    if page.role() != Role::Article || article.is_none() && !is_withheld {
        return Ok(());
    }
    let shown = match written {
        Some(written) => Some(written.id),
        None => shown_article(tx, page, article)?,
    };
    let Some(id) = shown else {
        return Ok(());
    };

    if is_withheld || article.is_some_and(|article| article.noimageindex) {
        return withhold(tx, id);
    }
    allow(tx, id)
}

/// Returns the kept article that a page shows.
fn shown_article(
    tx: &Connection,
    page: &Page,
    article: Option<&Article>,
) -> Result<Option<i64>, ArchiveError> {
    let in_page = article.and_then(|article| article.key.as_ref());
    let key = page.key().or(in_page);
    known_article(tx, &page.site, key, page.url.as_str())
}

/// Queues the photos that an answer found: those of an article, or where a photo moved to. Returns
/// those that were queued.
pub(super) fn add_photos<'a>(
    tx: &Connection,
    page: &Page,
    judged: &'a Judged,
    now: Timestamp,
) -> Result<Vec<&'a Discovered>, ArchiveError> {
    let photos: Vec<&Discovered> = judged
        .found
        .iter()
        .filter(|found| found.role == Role::Photo)
        .collect();
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    let articles = if page.role() == Role::Photo {
        articles_of_photo(tx, page.id)?
    } else {
        let article = shown_article(tx, page, judged.article.as_deref())?;
        article.into_iter().collect()
    };

    let added = add_pages(tx, &page.site, &photos, now)?;
    let mut queued = Vec::new();
    let mut known = Vec::new();
    for (photo, is_added) in photos.iter().zip(added) {
        if is_added {
            queued.push(*photo);
        } else {
            known.push((*photo, requeue_withheld(tx, page, photo, now)?));
        }
    }
    for (photo, is_queued) in known {
        if is_queued.wait()? > 0 {
            queued.push(photo);
        }
    }
    note_articles(tx, &photos, &articles)?;
    Ok(queued)
}

/// Queues a photo again that other articles did not want to be kept, and asks whether it was
/// queued.
fn requeue_withheld<'c>(
    tx: &'c Connection,
    page: &Page,
    photo: &Discovered,
    now: Timestamp,
) -> Result<AskedCount<'c>, ArchiveError> {
    let values = params![
        photo.url.as_str(),
        now.millis(),
        NOT_WANTED,
        NO_ARTICLE,
        page.site
    ];
    let mut queue = tx.prepare_cached(
        "UPDATE page SET due_at = ?2, verdict = NULL, reason = NULL, settled_at = NULL,
                shown_by = NULL, site_id = (SELECT id FROM site WHERE name = ?5)
         WHERE url = ?1 AND role = 'photo' AND verdict = 'withheld' AND reason IN (?3, ?4)",
    )?;
    Ok(queue.ask_execution(values)?)
}

/// Returns the articles for which a photo was queued. Where it moved to, they show it as well.
fn articles_of_photo(tx: &Connection, photo: PageId) -> Result<Vec<i64>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT CAST(shown.value AS bigint) FROM page
         CROSS JOIN json_each(CASE WHEN json_valid(shown_by) THEN shown_by ELSE '[]' END) AS shown
         WHERE page.id = ?1 AND shown.type = 'integer'",
    )?;
    let articles = select.query_map([photo.0], |row| row.get(0))?;
    Ok(articles.collect::<Result<_, _>>()?)
}

/// A photo that waits: its page, and the articles that show it, in JSON.
type WaitingPhoto = (i64, Option<String>);

/// Notes the articles that show photos that wait.
fn note_articles(
    tx: &Connection,
    photos: &[&Discovered],
    articles: &[i64],
) -> Result<(), ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT id, shown_by FROM page WHERE url = ?1 AND role = 'photo' AND verdict IS NULL",
    )?;
    let asked: Vec<AskedRow<'_, WaitingPhoto>> = photos
        .iter()
        .map(|photo| select.ask_row([photo.url.as_str()], |row| Ok((row.get(0)?, row.get(1)?))))
        .collect::<Result<_, _>>()?;

    for waiting in asked {
        if let Some(photo) = waiting.wait().optional()? {
            note_articles_of(tx, photo, articles)?;
        }
    }
    Ok(())
}

fn note_articles_of(
    tx: &Connection,
    (page, before): WaitingPhoto,
    articles: &[i64],
) -> Result<(), ArchiveError> {
    // Damaged JSON counts as an empty list.
    let mut shown_by: Vec<Value> = before
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default();
    let known = shown_by.len();
    for article in articles {
        let article = Value::from(*article);
        if !shown_by.contains(&article) {
            shown_by.push(article);
        }
    }

    if shown_by.len() > known {
        tx.prepare_cached("UPDATE page SET shown_by = ?2 WHERE id = ?1")?
            .execute_later(params![page, json!(shown_by).to_string()])?;
    }
    Ok(())
}

/// Notes that an article allows its photos to be kept.
fn allow(tx: &Connection, article: i64) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "UPDATE article SET photos_withheld = 0 WHERE id = ?1 AND photos_withheld = 1",
    )?
    .execute_later([article])?;
    Ok(())
}

/// Notes that an article does not want its photos to be kept, also those that wait since before
/// schema 26: that other articles show them is not known.
fn withhold(tx: &Connection, article: i64) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "UPDATE article SET photos_withheld = 1 WHERE id = ?1 AND photos_withheld = 0",
    )?
    .execute_later([article])?;
    tx.prepare_cached(CLAIM)?
        .execute_later(params![article, json!([article]).to_string()])?;
    Ok(())
}

/// The photos are found by their addresses. With their site as a condition, SQLite would read all
/// photos of the site.
const CLAIM: &str = "UPDATE page SET shown_by = ?2
     WHERE role = 'photo' AND verdict IS NULL AND shown_by IS NULL
       AND url IN (SELECT CASE WHEN image.type = 'object' THEN image.value ->> 'url' END
                   FROM version
                   CROSS JOIN json_each(CASE WHEN json_valid(images) THEN images ELSE '[]' END)
                     AS image
                   WHERE version.article_id = ?1)";

/// Tells whether no photo is queued for an article: it does not want that, or was deleted.
fn wants_none(tx: &Connection, article: Option<i64>) -> Result<bool, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT photos_withheld = 1 OR access = 'gone' FROM article WHERE id = ?1",
    )?;
    let wish = select.query_row([article], |row| row.get(0)).optional()?;
    Ok(wish.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::archive::engine::Connection;

    use super::CLAIM;
    use crate::archive::schema;

    #[test]
    fn the_photos_of_an_article_are_found_by_their_addresses() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(Path::new("archive.db"), &mut connection, 0).unwrap();

        let mut explain = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {CLAIM}"))
            .unwrap();
        let steps = explain
            .query_map((1, "[1]"), |row| row.get("detail"))
            .unwrap();
        let steps: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
        assert!(
            steps[0].ends_with("sqlite_autoindex_page_1 (url=?)"),
            "{steps:?}"
        );
    }
}
