//! Syndication: stories that several papers carry, found by text fingerprints (SimHash) among
//! articles of the same days.

use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::{AskedRows, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::store::{lossy, millis};
use crate::extract::{Access, Article, Nearness, PERHAPS, is_one_story, simhash};

/// Papers print a wire story within three days of one another. A near text outside that span is
/// another story.
const SAME_STORY_SPAN: Duration = Duration::from_secs(3 * 24 * 3600);

/// At most so many texts are compared word by word. Where more fingerprints are near, the texts are
/// boilerplate.
const MAX_COMPARED: usize = 20;

/// The bits in which a fingerprint differs from that of `?5`: exclusive or, which SQLite has not.
const DIFFERENCE: &str = "(simhash | ?5) - (simhash & ?5)";

/// Another paper's article with a near fingerprint. `at` is its publication in milliseconds.
#[derive(Debug)]
struct SimilarArticle {
    id: i64,
    at: i64,
    /// The bits in which the two fingerprints differ.
    difference: u64,
}

/// The paper of an article: by its name, or by the article.
#[derive(Clone, Copy, Debug)]
pub(super) enum PaperOf<'p> {
    Site(&'p str),
    Article(i64),
}

/// An article that is to have a fingerprint, and the articles of other papers that are like it.
#[derive(Debug)]
pub(super) struct StoryEntry<'c> {
    at: i64,
    hash: u64,
    text: String,
    /// Those with a near fingerprint.
    near: AskedRows<'c, SimilarArticle>,
}

impl<'c> StoryEntry<'c> {
    /// Asks for the articles that may have the same story. `None` for an article without a
    /// fingerprint.
    pub(super) fn ask(
        tx: &'c Connection,
        paper: PaperOf<'_>,
        article: &Article,
    ) -> Result<Option<Self>, ArchiveError> {
        // A teaser for members is no whole text to compare, and without a date the span is unknown.
        let text = article.text();
        let published = article
            .published_at
            .filter(|_| article.access == Access::Open);
        let Some((published, hash)) = published.zip(simhash(&text)) else {
            return Ok(None);
        };

        let at = published.at.millis();
        Ok(Some(Self {
            at,
            hash,
            text,
            near: ask_near(tx, paper, at, hash)?,
        }))
    }
}

/// Writes the fingerprint of an article that has none, and links the article to the first one of
/// its story where another paper has the same story.
pub(super) fn enter_story(
    tx: &Connection,
    id: i64,
    entry: Option<StoryEntry<'_>>,
) -> Result<(), ArchiveError> {
    let Some(StoryEntry {
        at,
        hash,
        text,
        near,
    }) = entry
    else {
        return Ok(());
    };

    tx.prepare_cached(
        "INSERT INTO fingerprint (article_id, site_id, at, simhash)
         SELECT id, site_id, ?2, ?3 FROM article WHERE id = ?1",
    )?
    .execute_later(params![id, at, hash.cast_signed()])?;

    match same_story(tx, near.wait()?, &text)? {
        Some(other) => join_story(tx, id, at, &other),
        None => Ok(()),
    }
}

/// Removes an article's fingerprint and its link to a story, since its words or its date may have
/// changed. Where it was the first of its story, the earliest of the other articles becomes the
/// first.
pub(super) fn leave_story(tx: &Connection, id: i64) -> Result<(), ArchiveError> {
    let removed = tx
        .prepare_cached("DELETE FROM fingerprint WHERE article_id = ?1")?
        .execute([id])?;
    if removed == 0 {
        return Ok(());
    }

    tx.prepare_cached(
        "UPDATE article SET first_copy = NULL WHERE id = ?1 AND first_copy IS NOT NULL",
    )?
    .execute_later([id])?;

    let mut next = tx.prepare_cached(
        "SELECT article.id FROM article JOIN fingerprint ON fingerprint.article_id = article.id
         WHERE article.first_copy = ?1 ORDER BY fingerprint.at, article.id LIMIT 1",
    )?;
    if let Some(successor) = next
        .query_row([id], |row| row.get::<_, i64>(0))
        .optional()?
    {
        make_first(tx, successor, id)?;
    }
    Ok(())
}

/// Makes an article the first of its story, in the place of `former`.
fn make_first(tx: &Connection, first: i64, former: i64) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "UPDATE article SET first_copy = nullif(?1, id) WHERE first_copy = ?2 OR id = ?1",
    )?
    .execute_later(params![first, former])?;
    Ok(())
}

/// Tells whether an article has a fingerprint.
pub(super) fn has_fingerprint(tx: &Connection, id: i64) -> Result<bool, ArchiveError> {
    let mut select =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM fingerprint WHERE article_id = ?1)")?;
    Ok(select.query_row([id], |row| row.get(0))?)
}

/// Asks for the articles of other papers that have a near fingerprint.
fn ask_near<'c>(
    tx: &'c Connection,
    paper: PaperOf<'_>,
    at: i64,
    hash: u64,
) -> Result<AskedRows<'c, SimilarArticle>, ArchiveError> {
    let (site, article) = match paper {
        PaperOf::Site(name) => (Some(name), None),
        PaperOf::Article(id) => (None, Some(id)),
    };
    // A server sends the near ones alone. SQLite has nothing that counts bits, and sends nothing.
    let mut select = tx.prepare_cached(&format!(
        "SELECT article_id, at, {DIFFERENCE} FROM fingerprint
         WHERE at BETWEEN ?3 AND ?4
           AND site_id <> (SELECT coalesce((SELECT id FROM site WHERE name = ?1),
                                           (SELECT site_id FROM article WHERE id = ?2)))
           AND EXISTS (SELECT 1 FROM site
                       WHERE id <> (SELECT coalesce((SELECT id FROM site WHERE name = ?1),
                                                    (SELECT site_id FROM article
                                                     WHERE article.id = ?2))))
           /*postgres AND bit_count(CAST({DIFFERENCE} AS bit(64))) <= {PERHAPS} */
         ORDER BY at, site_id, simhash, article_id"
    ))?;
    let span = millis(SAME_STORY_SPAN);
    let read = move |row: &Row<'_>| {
        let other = SimilarArticle {
            id: row.get(0)?,
            at: row.get(1)?,
            difference: row.get::<_, i64>(2)?.cast_unsigned(),
        };
        let is_near = Nearness::of_difference(other.difference) != Nearness::Other;
        Ok(Some(other).filter(|_| is_near))
    };
    let sought = params![site, article, at - span, at + span, hash.cast_signed()];
    Ok(select.ask_rows(sought, Box::new(read))?)
}

/// Returns the nearest article of another paper that has the same story.
fn same_story(
    tx: &Connection,
    mut near: Vec<SimilarArticle>,
    text: &str,
) -> Result<Option<SimilarArticle>, ArchiveError> {
    near.sort_by_key(|other| other.difference.count_ones());
    for other in near.into_iter().take(MAX_COMPARED) {
        if Nearness::of_difference(other.difference) == Nearness::Same
            || is_one_story(text, &newest_text(tx, other.id)?)
        {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// Adds an article, published at `at`, to the story of another article. The earliest of all
/// articles of a story is its first.
fn join_story(
    tx: &Connection,
    id: i64,
    at: i64,
    other: &SimilarArticle,
) -> Result<(), ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT first.article_id, first.at FROM article
         JOIN fingerprint AS first ON first.article_id = article.first_copy
         WHERE article.id = ?1",
    )?;
    let known: Option<(i64, i64)> = select
        .query_row([other.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (first, first_at) = known.unwrap_or((other.id, other.at));

    if (at, id) < (first_at, first) {
        tx.prepare_cached("UPDATE article SET first_copy = ?1 WHERE id = ?2")?
            .execute_later([id, first])?;
        return make_first(tx, id, first);
    }

    tx.prepare_cached("UPDATE article SET first_copy = ?2 WHERE id = ?1")?
        .execute_later([id, first])?;
    Ok(())
}

/// Returns an article's newest text as far as it can be read. A damaged text counts as another
/// story, and does not end the crawl.
fn newest_text(tx: &Connection, id: i64) -> Result<String, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT text FROM version WHERE article_id = ?1 ORDER BY capture_id DESC, n DESC LIMIT 1",
    )?;
    Ok(select.query_row([id], |row| Ok(lossy(row.get_ref(0)?).unwrap_or_default()))?)
}
