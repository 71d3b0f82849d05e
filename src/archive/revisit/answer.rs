//! The answer to a revisit: it may change the article, and it shows whether the server's validators
//! are of use.

use rusqlite::params;

use crate::archive::body::Body;
use crate::archive::capture::{
    Capture, KnownRows, PageAnswer, WrittenArticle, note_rights, write_page_answer,
};
use crate::archive::change::ChangeKind;
use crate::archive::engine::{AskedRow, Connection};
use crate::archive::error::ArchiveError;
use crate::frontier::{Page, PageId, Settlement, origin_revisited};
use crate::page_url::Host;
use crate::time::Timestamp;

/// What is kept of a page: validators, and the body of its newest capture.
#[derive(Debug)]
pub(crate) struct KeptAnswer {
    validators: StoredValidators,
    digest: Option<[u8; 32]>,
    is_damaged: bool,
}

/// ETag and Last-Modified of a page.
type StoredValidators = (Option<String>, Option<String>);

impl KeptAnswer {
    /// Asks for what is kept of a page.
    pub(crate) fn ask(tx: &Connection, page: PageId) -> Result<AskedRow<'_, Self>, ArchiveError> {
        let mut select = tx.prepare_cached(
            "SELECT page.etag, page.last_modified, body.sha256,
                    EXISTS (SELECT 1 FROM damage WHERE body_id = body.id)
             FROM page LEFT JOIN capture ON capture.id = page.capture_id
             LEFT JOIN body ON body.id = capture.body_id
             WHERE page.id = ?1",
        )?;
        Ok(select.ask_row([page.0], |row| {
            Ok(Self {
                validators: (row.get(0)?, row.get(1)?),
                digest: row.get(2)?,
                is_damaged: row.get(3)?,
            })
        })?)
    }

    /// Tells whether the kept body is damaged, and is not mended by that of an answer.
    fn is_lost_beside(&self, answer: &Body) -> bool {
        let mends = match answer {
            Body::Kept(packed) => self.digest == Some(packed.sha256),
            Body::Withheld { .. } => false,
        };
        self.is_damaged && !mends
    }
}

/// Writes the answer to a revisit. Where nothing differs, only the validators are written.
pub(crate) fn write_revisit(
    tx: &Connection,
    answer: PageAnswer<'_>,
    (before, rows): (&KeptAnswer, KnownRows<'_, '_>),
    now: Timestamp,
) -> Result<Option<WrittenArticle>, ArchiveError> {
    let (page, capture) = (answer.page, answer.capture);
    // An unchanged answer is kept all the same where the kept body is damaged.
    let is_lost = before.is_lost_beside(&capture.body);

    tx.prepare_cached("SAVEPOINT revisit")?.execute_later([])?;
    let written = write_page_answer(tx, answer, rows, now)?;
    let change = written.and_then(|article| article.change);
    if answer.article.is_some() && change.is_none() && !is_lost {
        // It is waited for: behind it the server would commit a transaction of which a statement
        // failed.
        tx.prepare_cached("ROLLBACK TO revisit")?.execute([])?;
        tx.prepare_cached("UPDATE page SET etag = ?2, last_modified = ?3 WHERE id = ?1")?
            .execute_later(params![page.id.0, capture.etag, capture.last_modified])?;
    }
    tx.prepare_cached("RELEASE revisit")?.execute_later([])?;

    // The paper may have changed its mind about an article that is the same.
    if let Some(written) = written {
        note_rights(tx, answer, written, now)?;
    }
    note_faulty_validators(tx, page, capture, before, change)?;
    Ok(written)
}

/// Notes where a server's validators are useless: they are equal though the article changed, or
/// they differ though the body is the same.
fn note_faulty_validators(
    tx: &Connection,
    page: &Page,
    capture: &Capture,
    before: &KeptAnswer,
    change: Option<ChangeKind>,
) -> Result<(), ArchiveError> {
    let has_validators = capture.etag.is_some() || capture.last_modified.is_some();
    let is_other_page = before
        .digest
        .is_some_and(|digest| digest != capture.body.digest());
    let are_equal = has_validators
        && before.validators == (capture.etag.clone(), capture.last_modified.clone());

    if change.is_some() && is_other_page && are_equal {
        let sql = "UPDATE site SET validators_lie = 1 WHERE name = ?1";
        tx.prepare_cached(sql)?.execute_later([&page.site])?;
    }
    if were_sent(page) && has_validators && !is_other_page && !are_equal {
        let sql = "UPDATE site SET validators_vary = validators_vary + 1 WHERE name = ?1";
        tx.prepare_cached(sql)?.execute_later([&page.site])?;
    }
    Ok(())
}

/// Notes that a server answered 304 to a conditional request: its validators are of use.
pub(crate) fn note_not_modified(tx: &Connection, page: &Page) -> Result<(), ArchiveError> {
    let sql = "UPDATE site SET validators_vary = 0 WHERE name = ?1 AND validators_vary > 0";
    tx.prepare_cached(sql)?.execute_later([&page.site])?;
    Ok(())
}

/// Tells whether the request for a page carried validators.
fn were_sent(page: &Page) -> bool {
    page.kept()
        .is_some_and(|kept| kept.etag.is_some() || kept.last_modified.is_some())
}

/// Counts the revisits in a row that found an article unchanged. A revisit that brought no article,
/// or only a 304, does not tell whether the paper edits its articles.
pub(crate) fn note_revisit(
    tx: &Connection,
    page: &Page,
    settlement: &Settlement,
    change: Option<ChangeKind>,
) -> Result<(), ArchiveError> {
    let is_news = change.is_some() || settlement.misses() > 0;
    let is_seen = settlement.article().is_some();

    if is_news || is_seen {
        tx.prepare_cached(
            "UPDATE site SET unchanged = CASE WHEN ?2 THEN 0 ELSE unchanged + 1 END
             WHERE name = ?1",
        )?
        .execute_later(params![page.site, is_news])?;
    }
    Ok(())
}

/// Queues the pages that redirect to a page without an article for another try a day later, since a
/// redirect that leads to no article is not taken for a move. Returns the hosts of those pages, one
/// for each page.
pub(crate) fn revisit_origins(
    tx: &Connection,
    page: &Page,
    now: Timestamp,
) -> Result<Vec<Host>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT id, host, gone_looks FROM page
         WHERE verdict = 'moved' AND reason = ?1 AND role = 'article' AND id <> ?2",
    )?;
    let rows = select.query_map(params![page.url.as_str(), page.id.0], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            Host::from_stored(row.get(1)?),
            row.get::<_, u32>(2)?,
        ))
    })?;
    let origins: Vec<_> = rows.collect::<Result<_, _>>()?;

    let mut queue = tx.prepare_cached(
        "UPDATE page SET due_at = ?2, verdict = NULL, reason = NULL, settled_at = NULL,
                gone_looks = ?3, trouble = ?4
         WHERE id = ?1",
    )?;
    let why = format!("redirected to {}, where no article is", page.url);

    let mut hosts = Vec::new();
    for (id, host, misses) in origins {
        if let Some(due) = origin_revisited(misses, now) {
            queue.execute_later(params![id, due.millis(), misses + 1, why])?;
            hosts.push(host);
        }
    }
    Ok(hosts)
}
