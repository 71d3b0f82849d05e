//! What a removal would take, and which articles are chosen for one: for dry runs.

use rusqlite::params;
use serde::Serialize;

use crate::archive::doomed::{
    RemovalExtent, RemovalPlan, RetentionRule, collect, due_for_retention,
};
use crate::archive::engine::{self, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::time::Timestamp;

/// An article that a removal or a hold names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenArticle {
    /// The article's row.
    pub row: i64,
    pub id: String,
    pub title: Option<String>,
    /// The position of its first change: incremental exports that came past it may have it.
    pub first_change: u64,
    /// Why it is held; `None` where it is not. A hold may have no reason.
    pub hold: Option<Option<String>>,
}

/// An article that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldArticle {
    pub id: String,
    pub title: Option<String>,
    pub at: Timestamp,
    pub why: Option<String>,
}

/// What takedowns have left to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CleaningState {
    /// Dictionaries that were pages of removed articles, and are still needed by bodies.
    pub dictionaries: u64,
    /// Objects that have pages of removed articles, or dictionaries that were such pages.
    pub objects: u64,
    pub words: bool,
    pub log: bool,
    pub whole: bool,
}

impl CleaningState {
    /// Tells whether nothing is left to do.
    pub fn is_done(self) -> bool {
        self == Self::default()
    }
}

/// The newest title of an article.
const TITLE: &str = "(SELECT title FROM version WHERE article_id = article.id
      ORDER BY capture_id DESC, n DESC LIMIT 1)";

#[doc(hidden)]
impl Reader {
    /// Counts what a removal of these articles would take.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn removal_plan(
        &self,
        articles: &[i64],
        extent: RemovalExtent,
    ) -> Result<RemovalPlan, ArchiveError> {
        collect(&self.connection, articles, extent)
    }

    /// Returns the article of a row; `None` where nothing of it is kept.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn chosen_article(&self, row: i64) -> Result<Option<ChosenArticle>, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT article.id, site.name || '/' || article.name, {TITLE},
                    coalesce((SELECT min(seq) FROM change WHERE article_id = article.id), 0),
                    hold.article_id IS NOT NULL, hold.why
             FROM article JOIN site ON site.id = article.site_id
             LEFT JOIN hold ON hold.article_id = article.id
             WHERE article.id = ?1
               AND NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.article_id = article.id)"
        ))?;
        Ok(select.query_row([row], chosen_article).optional()?)
    }

    /// Returns the rows of these articles, by their names. Of several, those that were taken down
    /// are left out: a removal that was stopped goes on with the others.
    ///
    /// # Errors
    ///
    /// Fails where one of them is not there.
    pub fn rows_of(&self, names: &[String]) -> Result<Vec<i64>, ArchiveError> {
        let mut rows = Vec::with_capacity(names.len());
        for name in names {
            match self.find_article(name) {
                Ok(article) => rows.push(article.row()),
                Err(ArchiveError::TakenDown { .. }) if names.len() > 1 => {}
                Err(why) => return Err(why),
            }
        }
        Ok(rows)
    }

    /// Returns the articles that a site's retention removes, the oldest first.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn retention_due(
        &self,
        rule: &RetentionRule,
        now: Timestamp,
    ) -> Result<Vec<i64>, ArchiveError> {
        due_for_retention(&self.connection, rule, u32::MAX, now)
    }

    /// Returns the articles with a text whose paper says `noarchive` in the newest answer of a page
    /// of them, and that were stored before.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn wished_removals(&self) -> Result<Vec<i64>, ArchiveError> {
        let mut select = self.connection.prepare(
            "WITH newest (page_id, capture_id) AS (
               SELECT page_id, max(id) FROM capture WHERE page_id IN
                 (SELECT page_id FROM opt_out JOIN capture ON capture.id = opt_out.capture_id
                  WHERE opt_out.signal = 'noarchive')
               GROUP BY page_id),
             said (site_id, number, text_id, url, capture_id) AS (
               SELECT page.site_id, page.number, page.text_id, page.url, newest.capture_id
               FROM newest JOIN page ON page.id = newest.page_id
               WHERE page.role = 'article' AND EXISTS
                 (SELECT 1 FROM opt_out WHERE opt_out.capture_id = newest.capture_id
                  AND opt_out.signal = 'noarchive'))
             SELECT DISTINCT article.id FROM said
             JOIN article ON article.site_id = said.site_id
              AND (article.number = said.number OR article.text_id = said.text_id
                   OR article.url = said.url)
             WHERE EXISTS (SELECT 1 FROM version WHERE article_id = article.id
                           AND text <> '' AND version.capture_id < said.capture_id)
             ORDER BY article.id",
        )?;
        let rows = select.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the articles that are held.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn held_articles(&self) -> Result<Vec<HeldArticle>, ArchiveError> {
        let mut select = self.connection.prepare(&format!(
            "SELECT site.name || '/' || article.name, {TITLE}, hold.at, hold.why
             FROM hold JOIN article ON article.id = hold.article_id
             JOIN site ON site.id = article.site_id ORDER BY hold.at, article.id"
        ))?;
        let rows = select.query_map([], |row| {
            Ok(HeldArticle {
                id: row.get(0)?,
                title: row.get(1)?,
                at: Timestamp::from_millis(row.get(2)?),
                why: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns what takedowns have left to do.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn cleaning_state(&self) -> Result<CleaningState, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT (SELECT count(*) FROM dictionary WHERE doomed = 1),
                    (SELECT count(*) FROM object WHERE state = 'doomed'), words, log, whole
             FROM cleaning",
        )?;
        Ok(select.query_row(params![], |row| {
            Ok(CleaningState {
                dictionaries: row.get(0)?,
                objects: row.get(1)?,
                words: row.get(2)?,
                log: row.get(3)?,
                whole: row.get(4)?,
            })
        })?)
    }
}

fn chosen_article(row: &Row<'_>) -> engine::Result<ChosenArticle> {
    let is_held: bool = row.get(4)?;
    Ok(ChosenArticle {
        row: row.get(0)?,
        id: row.get(1)?,
        title: row.get(2)?,
        first_change: row.get(3)?,
        hold: is_held.then(|| row.get(5)).transpose()?,
    })
}
