//! Pages that failed or wait for another try, for `status`.

use rusqlite::params;
use serde::Serialize;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::recrawl::UNKEPT;
use crate::time::Timestamp;

/// A page that failed, or waits for another try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub site: String,
    pub url: String,
    /// `waiting` where it is tried again.
    pub verdict: String,
    /// Why the last try failed.
    pub reason: Option<String>,
    /// `None` where it waits.
    pub settled_at: Option<String>,
    /// When it is tried again, if it is.
    pub due_at: Option<String>,
}

#[doc(hidden)]
impl Reader {
    /// Returns the pages that failed, the newest first, and at most `most`. A policy file that does
    /// not exist is no failure. Sees saved changes only.
    pub fn failures(&self, most: Option<u32>) -> Result<Vec<Failure>, ArchiveError> {
        let mut select = self.connection.prepare(&format!(
            "SELECT site.name, page.url, page.verdict, page.reason, page.settled_at
             FROM page JOIN site ON site.id = page.site_id
             WHERE {UNKEPT} AND verdict <> 'withheld'
               AND NOT (page.role = 'policy' AND page.verdict = 'gone')
             ORDER BY page.settled_at DESC, page.id DESC LIMIT ?1"
        ))?;

        let failures = select.query_map(params![most.map_or(i64::MAX, i64::from)], |row| {
            Ok(Failure {
                site: row.get(0)?,
                url: row.get(1)?,
                verdict: row.get(2)?,
                reason: row.get(3)?,
                settled_at: Some(Timestamp::from_millis(row.get(4)?).to_string()),
                due_at: None,
            })
        })?;
        Ok(failures.collect::<Result<_, _>>()?)
    }

    /// Returns the pages that could not be fetched and are tried again, the next one first. Sees
    /// saved changes only.
    pub fn waiting(&self, most: Option<u32>) -> Result<Vec<Failure>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT site.name, page.url, page.trouble, page.due_at
             FROM page JOIN site ON site.id = page.site_id
             WHERE page.due_at IS NOT NULL AND page.trouble IS NOT NULL AND page.role <> 'policy'
             ORDER BY page.due_at, page.id LIMIT ?1",
        )?;

        let waiting = select.query_map(params![most.map_or(i64::MAX, i64::from)], |row| {
            Ok(Failure {
                site: row.get(0)?,
                url: row.get(1)?,
                verdict: "waiting".to_owned(),
                reason: row.get(2)?,
                settled_at: None,
                due_at: Some(Timestamp::from_millis(row.get(3)?).to_string()),
            })
        })?;
        Ok(waiting.collect::<Result<_, _>>()?)
    }
}
