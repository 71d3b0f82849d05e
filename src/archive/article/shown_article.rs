//! The article that an extraction shows: one that is known, or one that is added.

use rusqlite::params;

use crate::archive::article::known_version::ArticleIdentity;
use crate::archive::engine::{AskedRow, Connection};
use crate::archive::error::ArchiveError;
use crate::archive::store::stored_key;
use crate::archive::syndication::{PaperOf, StoryEntry};
use crate::extract::Article;
use crate::frontier::Page;
use crate::time::Timestamp;

/// An article that is being added.
#[derive(Debug)]
pub(crate) struct AddedArticle<'c> {
    pub id: AskedRow<'c, i64>,
    pub story: Option<StoryEntry<'c>>,
}

/// The row of an article that an extraction shows.
#[derive(Debug)]
pub(crate) enum ShownArticle<'c> {
    Known(i64),
    Added(AddedArticle<'c>),
}

impl<'c> ShownArticle<'c> {
    /// Finds the article, and adds it where it is not known.
    pub(crate) fn of(
        tx: &'c Connection,
        identity: ArticleIdentity<'_>,
        page: &Page,
        article: &Article,
        now: Timestamp,
    ) -> Result<Self, ArchiveError> {
        match identity.article(tx, article)? {
            Some(id) => Ok(Self::Known(id)),
            None => Ok(Self::Added(AddedArticle {
                id: add_article(tx, page, article, now)?,
                story: StoryEntry::ask(tx, PaperOf::Site(&page.site), article)?,
            })),
        }
    }
}

/// Adds an article's row, and asks for its id.
fn add_article<'c>(
    tx: &'c Connection,
    page: &Page,
    article: &Article,
    now: Timestamp,
) -> Result<AskedRow<'c, i64>, ArchiveError> {
    let (number, text) = stored_key(page.key().or(article.key.as_ref()));
    let mut insert = tx.prepare_cached(
        "INSERT INTO article (site_id, number, text_id, url, access, first_seen_at)
         VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3, ?4, ?5, ?6)
         RETURNING id",
    )?;
    let values = params![
        page.site,
        number,
        text,
        page.url.as_str(),
        article.access.name(),
        now.millis()
    ];
    Ok(insert.ask_row(values, |row| row.get(0))?)
}
