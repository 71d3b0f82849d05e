//! Articles and their versions.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use crate::archive::error::ArchiveError;
use crate::archive::store::stored_number;
use crate::extract::{Access, Article};
use crate::frontier::Page;
use crate::time::Timestamp;

/// What happened to an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    New,
    Changed,
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
        }
    }
}

/// Keeps an article: a new one as its version 1, a known one as a further version where anything in it changed.
pub(in crate::archive) fn write_article(
    work: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<Option<Change>, ArchiveError> {
    let number = page.number.or(article.number);
    let known = known_article(work, &page.site, number, page.url.as_str())?;
    let (id, n, change) = match known {
        None => (add_article(work, page, number, article.access, now)?, 0, Change::New),
        Some(id) => (id, newest(work, id)?, Change::Changed),
    };
    if n > 0 && !differs(work, id, n, article)? {
        return Ok(None);
    }
    write_version(work, id, n + 1, article, capture, now)?;
    if change == Change::Changed {
        work.prepare_cached("UPDATE article SET access = ?2 WHERE id = ?1")?
            .execute(params![id, access(article.access)])?;
    }
    work.prepare_cached("INSERT INTO change (article_id, kind, n, at) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        id,
        change.name(),
        n + 1,
        now.millis()
    ])?;
    Ok(Some(change))
}

/// The number of an article's newest version.
fn newest(work: &Connection, id: i64) -> Result<i64, ArchiveError> {
    let mut select = work.prepare_cached("SELECT coalesce(max(n), 0) FROM version WHERE article_id = ?1")?;
    Ok(select.query_row([id], |row| row.get(0))?)
}

fn add_article(
    work: &Connection,
    page: &Page,
    number: Option<u64>,
    open_to: Access,
    now: Timestamp,
) -> Result<i64, ArchiveError> {
    work.prepare_cached(
        "INSERT INTO article (site_id, number, url, access, first_seen_at)
         VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3, ?4, ?5)",
    )?
    .execute(params![page.site, number.map(stored_number), page.url.as_str(), access(open_to), now.millis()])?;
    Ok(work.last_insert_rowid())
}

/// Whether an article says anything else than its newest version.
fn differs(work: &Connection, id: i64, n: i64, article: &Article) -> Result<bool, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT content_sha256, title, subtitle, byline, published_at, modified_at, section, subsection, images, tags,
                opt_outs
         FROM version WHERE article_id = ?1 AND n = ?2",
    )?;
    let kept: [Option<String>; 11] = select.query_row([id, n], |row| {
        let mut kept = [const { None }; 11];
        for (k, field) in kept.iter_mut().enumerate() {
            *field = row.get(k)?;
        }
        Ok(kept)
    })?;
    let told = [
        Some(article.content_sha256()),
        article.title.clone(),
        article.subtitle.clone(),
        article.byline.clone(),
        article.published_at.map(|time| time.to_string()),
        article.modified_at.map(|time| time.to_string()),
        article.section.clone(),
        article.subsection.clone(),
        Some(json!(article.images).to_string()),
        Some(json!(article.tags).to_string()),
        Some(json!(article.opt_outs).to_string()),
    ];
    Ok(kept != told)
}

fn write_version(
    work: &Connection,
    id: i64,
    n: i64,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    work.prepare_cached(
        "INSERT INTO version (article_id, n, capture_id, made_at, canonical_url, title, subtitle, authors, byline,
           published_at, published_ms, modified_at, published_source, section, subsection, language, text, images, tags,
           rights, opt_outs, content_sha256, extractor, searchable)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
    )?
    .execute(params![
        id,
        n,
        capture,
        now.millis(),
        article.canonical_url,
        article.title,
        article.subtitle,
        json!(article.authors).to_string(),
        article.byline,
        article.published_at.map(|time| time.to_string()),
        article.published_at.map(|time| time.at.millis()),
        article.modified_at.map(|time| time.to_string()),
        article.published_source,
        article.section,
        article.subsection,
        article.language,
        article.text(),
        json!(article.images).to_string(),
        json!(article.tags).to_string(),
        article.rights,
        json!(article.opt_outs).to_string(),
        article.content_sha256(),
        article.extractor,
        !article.noindex,
    ])?;
    Ok(())
}

fn access(access: Access) -> &'static str {
    match access {
        Access::Open => "open",
        Access::Members => "members",
        Access::Gone => "gone",
    }
}

/// Returns the row that already holds an article, by its number, or else by its address.
fn known_article(work: &Connection, site: &str, number: Option<u64>, url: &str) -> Result<Option<i64>, ArchiveError> {
    let mut by_number = work.prepare_cached(
        "SELECT article.id FROM article JOIN site ON site.id = article.site_id WHERE site.name = ?1 AND article.number = ?2",
    )?;
    if let Some(number) = number {
        let known = by_number.query_row(params![site, stored_number(number)], |row| row.get(0)).optional()?;
        if known.is_some() {
            return Ok(known);
        }
    }
    let mut by_url = work.prepare_cached("SELECT id FROM article WHERE url = ?1 AND number IS NULL")?;
    Ok(by_url.query_row([url], |row| row.get(0)).optional()?)
}
