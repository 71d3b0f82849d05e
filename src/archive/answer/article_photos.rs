//! The photos of an article: which of them are queued, and which are not kept by its paper's wish.

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::answer::found_pages::add_page;
use crate::archive::article::known_article;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::extract::Article;
use crate::frontier::{Discovered, Judged, Page, Role, Settlement, Verdict};
use crate::page_url::Host;
use crate::time::Timestamp;

/// The reason why a photo is not kept, as the archive has it.
const NOT_WANTED: &str = "the page of its article asks that its photos are not kept";

#[doc(hidden)]
impl Writer {
    /// Queues the photos of a kept article that are not known yet. Returns the host of each that
    /// was queued. Durable with the next save.
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

        let mut hosts = Vec::new();
        for photo in photos {
            if add_photo(tx, &page.site, (article, photo), now)? {
                hosts.push(photo.url.host());
            }
        }
        Ok(hosts)
    }

    /// Notes that an article whose page did not change no longer wants its photos to be kept.
    /// Returns how many were queued for it alone. Durable with the next save.
    pub fn withhold_photos(
        &mut self,
        lease: Lease,
        page: &Page,
        now: Timestamp,
    ) -> Result<i64, ArchiveError> {
        let tx = self.transaction(lease)?;
        match known_article(tx, &page.site, page.key(), page.url.as_str())? {
            Some(article) => withhold(tx, page, article, now),
            None => Ok(0),
        }
    }
}

/// Notes whether the answer for an article asks that its photos are not kept. Returns how many
/// were queued for it alone: they are settled.
pub(super) fn note_wish(
    tx: &Connection,
    page: &Page,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<i64, ArchiveError> {
    let is_withheld = matches!(settlement.verdict(), Some(Verdict::Withheld { .. }));
    let article = settlement.article();
    if page.role() != Role::Article || article.is_none() && !is_withheld {
        return Ok(0);
    }
    let Some(id) = shown_article(tx, page, article)? else {
        return Ok(0);
    };

    if is_withheld || article.is_some_and(|article| article.noimageindex) {
        return withhold(tx, page, id, now);
    }
    tx.prepare_cached("UPDATE article SET photos_withheld = 0 WHERE id = ?1 AND photos_withheld")?
        .execute([id])?;
    Ok(0)
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
    let article = if page.role() == Role::Article && !photos.is_empty() {
        shown_article(tx, page, judged.article.as_deref())?
    } else {
        None
    };

    let mut queued = Vec::new();
    for photo in photos {
        if add_photo(tx, &page.site, (article, photo), now)? {
            queued.push(photo);
        }
    }
    Ok(queued)
}

/// Queues a photo, also one that other articles did not want to be kept, and notes the article that
/// shows it. Returns whether it was queued.
fn add_photo(
    tx: &Connection,
    site: &str,
    (article, photo): (Option<i64>, &Discovered),
    now: Timestamp,
) -> Result<bool, ArchiveError> {
    let url = photo.url.as_str();
    let is_queued = add_page(tx, site, photo, now)?
        || tx
            .prepare_cached(
                "UPDATE page SET due_at = ?2, verdict = NULL, reason = NULL, settled_at = NULL,
                        shown_by = NULL
                 WHERE url = ?1 AND role = 'photo' AND verdict = 'withheld' AND reason = ?3
                   AND site_id = (SELECT id FROM site WHERE name = ?4)",
            )?
            .execute(params![url, now.millis(), NOT_WANTED, site])?
            > 0;

    tx.prepare_cached(
        "UPDATE page SET shown_by = json_insert(coalesce(shown_by, '[]'), '$[#]', ?2)
         WHERE url = ?1 AND role = 'photo' AND verdict IS NULL AND ?2 IS NOT NULL
           AND ?2 NOT IN (SELECT value FROM json_each(coalesce(shown_by, '[]')))",
    )?
    .execute(params![url, article])?;
    Ok(is_queued)
}

/// Notes that an article does not want its photos to be kept, and settles those that are queued for
/// no other article. Returns how many.
fn withhold(
    tx: &Connection,
    page: &Page,
    article: i64,
    now: Timestamp,
) -> Result<i64, ArchiveError> {
    tx.prepare_cached(
        "UPDATE article SET photos_withheld = 1 WHERE id = ?1 AND NOT photos_withheld",
    )?
    .execute([article])?;

    let withheld = tx.prepare_cached(WITHHOLD)?.execute(params![
        article,
        now.millis(),
        page.site,
        NOT_WANTED
    ])?;
    Ok(i64::try_from(withheld).unwrap_or(i64::MAX))
}

/// A deleted article shows no photo any more.
const WITHHOLD: &str = "UPDATE page SET due_at = NULL, verdict = 'withheld', settled_at = ?2,
        reason = ?4
     WHERE role = 'photo' AND verdict IS NULL
       AND site_id = (SELECT id FROM site WHERE name = ?3)
       AND url IN (SELECT image.value ->> 'url'
                   FROM version, json_each(version.images) AS image
                   WHERE version.article_id = ?1)
       AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(shown_by, '[]')) AS shown
                       JOIN article ON article.id = shown.value
                       WHERE NOT article.photos_withheld AND article.access <> 'gone'
                         AND article.id NOT IN (SELECT article_id FROM tombstone))";

/// Tells whether an article does not want its photos to be kept.
fn wants_none(tx: &Connection, article: Option<i64>) -> Result<bool, ArchiveError> {
    let mut select = tx.prepare_cached("SELECT photos_withheld FROM article WHERE id = ?1")?;
    let wish = select.query_row([article], |row| row.get(0)).optional()?;
    Ok(wish.unwrap_or(false))
}
