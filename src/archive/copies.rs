//! Stories that several papers carry: each is found by its fingerprint among those of the same days.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::error::ArchiveError;
use crate::archive::store::millis;
use crate::extract::{Access, Article, Nearness, is_one_story, nearness, simhash};

/// A wire story is printed within days, or it is another one.
const DAYS: Duration = Duration::from_secs(3 * 24 * 3600);

/// Another paper's article, as far as it takes to compare it.
struct Other {
    id: i64,
    at: i64,
    simhash: u64,
}

/// Notes an article's fingerprint, and which paper's article of the same story was the first.
pub(in crate::archive) fn write_fingerprint(work: &Connection, id: i64, article: &Article) -> Result<(), ArchiveError> {
    // What only members may read is no story to compare.
    let text = article.text();
    let Some(hash) = simhash(&text).filter(|_| article.access == Access::Open) else { return Ok(()) };
    let published = article.published_at.map(|time| time.at.millis());
    let mut insert = work.prepare_cached(
        "INSERT INTO fingerprint (article_id, site_id, at, simhash)
         SELECT id, site_id, coalesce(?2, first_seen_at), ?3 FROM article WHERE id = ?1
         ON CONFLICT (article_id) DO UPDATE SET at = excluded.at, simhash = excluded.simhash RETURNING at",
    )?;
    let at: i64 = insert.query_row(params![id, published, hash.cast_signed()], |row| row.get(0))?;
    let first = match same_story(work, id, at, hash, &text)? {
        Some(other) => first_of(work, id, at, &other)?,
        None => None,
    };
    work.prepare_cached("UPDATE article SET first_copy = ?2 WHERE id = ?1 AND first_copy IS NOT ?2")?
        .execute(params![id, first])?;
    Ok(())
}

pub(in crate::archive) fn has_fingerprint(work: &Connection, id: i64) -> Result<bool, ArchiveError> {
    let mut select = work.prepare_cached("SELECT EXISTS (SELECT 1 FROM fingerprint WHERE article_id = ?1)")?;
    Ok(select.query_row([id], |row| row.get(0))?)
}

/// The nearest article of another paper that has the same story.
fn same_story(work: &Connection, id: i64, at: i64, hash: u64, text: &str) -> Result<Option<Other>, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT article_id, at, simhash FROM fingerprint
         WHERE at BETWEEN ?2 - ?3 AND ?2 + ?3 AND site_id <> (SELECT site_id FROM article WHERE id = ?1)",
    )?;
    let rows = select.query_map(params![id, at, millis(DAYS)], |row| {
        Ok(Other { id: row.get(0)?, at: row.get(1)?, simhash: row.get::<_, i64>(2)?.cast_unsigned() })
    })?;
    let mut near: Vec<Other> = Vec::new();
    for other in rows {
        let other = other?;
        if nearness(hash, other.simhash) != Nearness::Other {
            near.push(other);
        }
    }
    near.sort_by_key(|other| (hash ^ other.simhash).count_ones());
    for other in near {
        if nearness(hash, other.simhash) == Nearness::Same || is_one_story(text, &newest_text(work, other.id)?) {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// Which article was the first of a story that `id`, published at `at`, shares with another: `None` where it is `id`,
/// to which all others then point.
fn first_of(work: &Connection, id: i64, at: i64, other: &Other) -> Result<Option<i64>, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT first.article_id, first.at FROM article JOIN fingerprint AS first ON first.article_id = article.first_copy
         WHERE article.id = ?1",
    )?;
    let known: Option<(i64, i64)> = select.query_row([other.id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (first, first_at) = known.unwrap_or((other.id, other.at));
    if first == id || (first_at, first) > (at, id) {
        work.prepare_cached(
            "UPDATE article SET first_copy = ?1 WHERE id <> ?1 AND (first_copy = ?2 OR id IN (?2, ?3))",
        )?
        .execute(params![id, first, other.id])?;
        return Ok(None);
    }
    Ok(Some(first))
}

fn newest_text(work: &Connection, id: i64) -> Result<String, ArchiveError> {
    let mut select =
        work.prepare_cached("SELECT text FROM version WHERE article_id = ?1 ORDER BY capture_id DESC, n DESC LIMIT 1")?;
    Ok(select.query_row([id], |row| row.get(0))?)
}
