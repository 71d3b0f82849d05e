//! Captures: answers as they came, and the articles in them.

use rusqlite::{Connection, params};

use crate::archive::article::{Change, write_article};
use crate::archive::body::{Body, write_body};
use crate::archive::error::ArchiveError;
use crate::archive::ids::AnnouncedId;
use crate::extract::Article;
use crate::frontier::{Page, PageId};
use crate::opt_out::{OptOut, OptOutAction};
use crate::time::Timestamp;

/// An answer to keep, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    pub fetched_at: Timestamp,
    pub status: u16,
    /// `name: value`, one a line.
    pub headers: String,
    pub body: Body,
    /// What is said against uses of the page, and what was done about it.
    pub opt_outs: Vec<(OptOut, OptOutAction)>,
    pub charset: Option<Charset>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// How the body's bytes became text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charset {
    pub declared: Option<String>,
    pub used: String,
    pub had_errors: bool,
}

/// Writes what came, and returns what it did to the article.
pub(super) fn write_reading(
    work: &Connection,
    page: &Page,
    article: Option<&Article>,
    capture: &Capture,
    announced: AnnouncedId,
    now: Timestamp,
) -> Result<Option<Change>, ArchiveError> {
    let id = write_capture(work, page.id, announced, capture)?;
    article.map_or(Ok(None), |article| {
        Ok(write_article(work, page, article, id, now)?.change())
    })
}

/// Writes an answer, and returns the archive's number for it.
fn write_capture(
    work: &Connection,
    page: PageId,
    announced: AnnouncedId,
    capture: &Capture,
) -> Result<i64, ArchiveError> {
    let (body, withheld) = match &capture.body {
        Body::Kept(packed) => (Some(write_body(work, packed)?), None),
        Body::Withheld { why, .. } => (None, Some(why)),
    };
    let charset = capture.charset.as_ref();
    work.prepare_cached(
        "INSERT INTO capture (page_id, announced_id, fetched_at, status, headers, body_id, withheld, charset_declared, charset_used, charset_errors)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        page.0,
        announced.0,
        capture.fetched_at.millis(),
        capture.status,
        capture.headers,
        body,
        withheld,
        charset.and_then(|charset| charset.declared.as_deref()),
        charset.map(|charset| charset.used.as_str()),
        charset.is_some_and(|charset| charset.had_errors),
    ])?;
    let id = work.last_insert_rowid();
    for (opt_out, done) in &capture.opt_outs {
        work.prepare_cached(
            "INSERT INTO opt_out (capture_id, signal, source, evidence, effect) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![id, opt_out.signal.name(), opt_out.source, opt_out.evidence, done.name()])?;
    }
    // Beside the page's new state, which is written in the same place: this costs no more than that.
    work.prepare_cached(
        "UPDATE page SET etag = ?2, last_modified = ?3, capture_id = iif(?4, ?5, capture_id) WHERE id = ?1",
    )?
    .execute(params![page.0, capture.etag, capture.last_modified, tells_of_page(capture.status), id])?;
    Ok(id)
}

/// Whether a status tells if there is such a page; others tell of the server, or of the asker.
fn tells_of_page(status: u16) -> bool {
    matches!(status, 200..=299 | 404 | 410)
}
