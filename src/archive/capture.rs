//! Captures: answers as they came, with the articles in them.

use rusqlite::params;

use crate::archive::article::{ArticleIdentity, ShownArticle, write_article};
use crate::archive::body::{AskedBody, Body, add_body};
use crate::archive::change::ChangeKind;
use crate::archive::compression::{Dictionary, Packed};
use crate::archive::declared::{note_change_of_rights, note_declared, note_first_declared};
use crate::archive::dictionaries::note_body;
use crate::archive::engine::{AskedRow, Connection};
use crate::archive::error::ArchiveError;
use crate::archive::ids::AnnouncedId;
use crate::archive::store::Writer;
use crate::extract::Article;
use crate::frontier::{Page, PageId};
use crate::opt_out::{OptOut, OptOutAction};
use crate::time::Timestamp;

/// An answer that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    pub fetched_at: Timestamp,
    pub status: u16,
    /// The response headers, `name: value`, one a line.
    pub headers: String,
    pub body: Body,
    /// The opt-outs that the answer carries, each with its effect.
    pub opt_outs: Vec<(OptOut, OptOutAction)>,
    pub charset: Option<Charset>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// How the body was decoded to text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charset {
    pub declared: Option<String>,
    pub used: String,
    pub had_errors: bool,
}

/// The answer to the request for a page, with the article that was extracted from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageAnswer<'a> {
    pub page: &'a Page,
    pub article: Option<&'a Article>,
    pub capture: &'a Capture,
    pub announced: AnnouncedId,
}

#[doc(hidden)]
impl Writer {
    /// Returns the dictionary for a page's body; `None` where its site has none for pages of its
    /// role, or only a damaged one. Sees unsaved changes as well: a dictionary that is not saved
    /// must not leave the loop.
    pub fn dictionary(&self, page: &Page) -> Result<Option<Dictionary>, ArchiveError> {
        self.dictionaries
            .for_pages(&self.connection, &page.site, page.role())
    }
}

/// The article of an answer that was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct WrittenArticle {
    pub id: i64,
    /// What the answer changed in it.
    pub change: Option<ChangeKind>,
}

/// What has to be known before an answer is written. A server answers it at once, with what was
/// asked before.
#[derive(Debug)]
pub(super) struct AnswerQuestions<'c> {
    identity: Option<ArticleIdentity<'c>>,
    body: Option<AskedBody<'c>>,
}

impl<'c> AnswerQuestions<'c> {
    /// Asks which article an answer shows, and whether its body is kept.
    pub(super) fn ask(tx: &'c Connection, answer: PageAnswer<'_>) -> Result<Self, ArchiveError> {
        let identity = answer
            .article
            .map(|article| ArticleIdentity::ask(tx, answer.page, article));
        let body = match &answer.capture.body {
            Body::Kept(packed) => Some(AskedBody::ask(tx, packed)?),
            Body::Withheld { .. } => None,
        };
        Ok(Self {
            identity: identity.transpose()?,
            body,
        })
    }

    /// Waits for what is known of the body, and replaces what is damaged of it.
    pub(super) fn with_mended_body<'a>(
        self,
        tx: &Connection,
        answer: PageAnswer<'a>,
    ) -> Result<KnownRows<'c, 'a>, ArchiveError> {
        let new_body = match (self.body, &answer.capture.body) {
            (Some(asked), Body::Kept(packed)) => asked.new_or_mended(tx, packed)?,
            (Some(_), Body::Withheld { .. }) | (None, _) => None,
        };
        Ok(KnownRows {
            identity: self.identity,
            new_body,
        })
    }
}

/// The rows that an answer has or is to get.
#[derive(Debug)]
pub(super) struct KnownRows<'c, 'a> {
    identity: Option<ArticleIdentity<'c>>,
    /// The body, where its content is not kept yet.
    new_body: Option<&'a Packed>,
}

/// Writes an answer with its article.
pub(super) fn write_page_answer(
    tx: &Connection,
    answer: PageAnswer<'_>,
    rows: KnownRows<'_, '_>,
    now: Timestamp,
) -> Result<Option<WrittenArticle>, ArchiveError> {
    if let Some(body) = rows.new_body {
        add_body(tx, body)?;
    }
    // A server answers at once what is asked at once: the capture's number, and the article's.
    let capture = add_capture(tx, answer)?;
    let shown = match (answer.article, rows.identity) {
        (Some(article), Some(identity)) => {
            let row = ShownArticle::of(tx, identity, answer.page, article, now)?;
            Some((article, row))
        }
        (Some(_), None) | (None, _) => None,
    };

    let capture = capture.wait()?;
    write_opt_outs(tx, capture, &answer.capture.opt_outs)?;
    note_newest_capture(tx, answer.page.id, capture, answer.capture)?;
    if let Body::Kept(packed) = &answer.capture.body
        && is_good(answer.capture.status)
    {
        note_body(tx, &answer.page.site, answer.page.role(), packed, now)?;
    }

    let Some((article, row)) = shown else {
        return Ok(None);
    };
    let result = write_article(tx, row, (answer.page, article), capture, now)?;
    let written = WrittenArticle {
        id: result.article(),
        change: result.change(),
    };
    note_rights(tx, answer, written, now)?;
    Ok(Some(written))
}

/// Notes what the answer declares about uses of its article. Where nothing else changed in it, the
/// change log tells that other rights hold.
pub(super) fn note_rights(
    tx: &Connection,
    answer: PageAnswer<'_>,
    written: WrittenArticle,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let Some(article) = answer.article else {
        return Ok(());
    };
    let WrittenArticle { id, change } = written;
    let at = answer.capture.fetched_at;
    let rights = &article.declared_rights;
    match change {
        // Nothing was declared about it before.
        Some(ChangeKind::New) => note_first_declared(tx, id, rights, at),
        Some(_) => note_declared(tx, id, rights, at).map(|_| ()),
        None => note_change_of_rights(tx, id, rights, (at, now)),
    }
}

/// Adds a capture, whose body was written, and asks for its id.
fn add_capture<'c>(
    tx: &'c Connection,
    answer: PageAnswer<'_>,
) -> Result<AskedRow<'c, i64>, ArchiveError> {
    let capture = answer.capture;
    let (body, withheld) = match &capture.body {
        Body::Kept(packed) => (Some(packed.sha256), None),
        Body::Withheld { why, .. } => (None, Some(why)),
    };
    let charset = capture.charset.as_ref();

    let mut insert = tx.prepare_cached(
        "INSERT INTO capture (page_id, announced_id, fetched_at, status, headers, body_id,
                              withheld, charset_declared, charset_used, charset_errors)
         VALUES (?1, ?2, ?3, ?4, ?5, (SELECT id FROM body WHERE sha256 = ?6), ?7, ?8, ?9, ?10)
         RETURNING id",
    )?;
    let values = params![
        answer.page.id.0,
        answer.announced.0,
        capture.fetched_at.millis(),
        capture.status,
        capture.headers,
        body,
        withheld,
        charset.and_then(|charset| charset.declared.as_deref()),
        charset.map(|charset| charset.used.as_str()),
        charset.is_some_and(|charset| charset.had_errors),
    ];
    Ok(insert.ask_row(values, |row| row.get(0))?)
}

fn write_opt_outs(
    tx: &Connection,
    capture: i64,
    opt_outs: &[(OptOut, OptOutAction)],
) -> Result<(), ArchiveError> {
    for (opt_out, action) in opt_outs {
        tx.prepare_cached(
            "INSERT INTO opt_out (capture_id, signal, source, evidence, effect)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute_later(params![
            capture,
            opt_out.signal.name(),
            opt_out.source,
            opt_out.evidence,
            action.name()
        ])?;
    }
    Ok(())
}

/// Notes a page's validators and its newest capture. The page's new state is written to the same
/// row in the same transaction, so that this costs hardly more.
fn note_newest_capture(
    tx: &Connection,
    page: PageId,
    id: i64,
    capture: &Capture,
) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "UPDATE page SET etag = ?2, last_modified = ?3,
                capture_id = CASE WHEN ?4 THEN ?5 ELSE capture_id END
         WHERE id = ?1",
    )?
    .execute_later(params![
        page.0,
        capture.etag,
        capture.last_modified,
        tells_of_page(capture.status),
        id
    ])?;
    Ok(())
}

/// Tells whether a status is that of a page, and not of an error.
fn is_good(status: u16) -> bool {
    matches!(status, 200..=299)
}

/// Tells whether a status says if the page exists. Other statuses speak of the server or of the
/// client.
fn tells_of_page(status: u16) -> bool {
    matches!(status, 200..=299 | 404 | 410)
}
