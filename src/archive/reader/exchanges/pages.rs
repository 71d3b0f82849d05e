//! Articles as pages that were read: the address and the moment of a capture, its title and text.

use std::collections::VecDeque;

use rusqlite::params;
use serde_json::json;

use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::exchanges::choice::wanted_pages;
use crate::archive::reader::exchanges::{ExchangeFilter, Exchanges};
use crate::time::Timestamp;

/// At most so many pages with their texts are held in memory.
const TEXTS: usize = 50;

/// An article's page, as its newest version was read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPage {
    version: i64,
    pub capture: i64,
    /// The address that was requested.
    pub url: String,
    pub answered_at: Timestamp,
    pub title: Option<String>,
    /// `None` where the page asks not to be found by searches (`noindex`).
    pub text: Option<String>,
}

/// The pages of a filter, in the order in which they were read. Memory does not grow with their
/// number.
#[derive(Debug)]
pub struct ReadPages<'r> {
    reader: &'r Reader,
    filter: ExchangeFilter,
    select: String,
    after: Option<i64>,
    ahead: VecDeque<ReadPage>,
}

const PAGES: &str = "
    SELECT version.id, capture.id, page.url, capture.fetched_at, version.title,
           CASE WHEN version.searchable = 1 THEN version.text END
    FROM version
    JOIN capture ON capture.id = version.capture_id
    JOIN page ON page.id = capture.page_id
    JOIN site ON site.id = version.site_id
    WHERE version.id > ?1 AND capture.body_id IS NOT NULL AND capture.fetched_at >= ?2
      AND (?4 = '[]' OR site.name IN (SELECT value FROM json_each(?4)))
      AND version.id = (SELECT newest.id FROM version AS newest
                        JOIN capture AS came ON came.id = newest.capture_id
                        WHERE newest.article_id = version.article_id AND came.fetched_at < ?3
                        ORDER BY newest.capture_id DESC, newest.n DESC LIMIT 1)";

#[doc(hidden)]
impl<'r> Exchanges<'r> {
    /// Returns the pages of articles whose newest version, before the filter ends, was read from a
    /// capture of the filter.
    pub fn read_pages(&self) -> ReadPages<'r> {
        let wanted = wanted_pages(&self.filter);
        ReadPages {
            reader: self.reader,
            filter: self.filter.clone(),
            select: format!("{PAGES} AND {wanted} ORDER BY version.id LIMIT ?5"),
            after: Some(0),
            ahead: VecDeque::new(),
        }
    }
}

impl Iterator for ReadPages<'_> {
    type Item = Result<ReadPage, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ahead.is_empty()
            && let Some(after) = self.after.take()
            && let Err(error) = self.read_behind(after)
        {
            return Some(Err(error));
        }
        self.ahead.pop_front().map(Ok)
    }
}

impl ReadPages<'_> {
    fn read_behind(&mut self, after: i64) -> Result<(), ArchiveError> {
        let mut select = self.reader.connection.prepare_cached(&self.select)?;
        let (since, before) = self.filter.span();
        let sites = json!(self.filter.sites).to_string();
        let rows = select.query_map(params![after, since, before, sites, TEXTS], read_page)?;

        self.ahead = rows
            .collect::<Result<_, _>>()
            .map_err(|error| ArchiveError::at(&self.reader.path, error))?;
        self.after = self.ahead.back().map(|page| page.version);
        Ok(())
    }
}

fn read_page(row: &Row<'_>) -> engine::Result<ReadPage> {
    Ok(ReadPage {
        version: row.get(0)?,
        capture: row.get(1)?,
        url: row.get(2)?,
        answered_at: Timestamp::from_millis(row.get(3)?),
        title: row.get(4)?,
        text: row.get(5)?,
    })
}
