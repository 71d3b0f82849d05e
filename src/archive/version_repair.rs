//! Repair of what `verify` found damaged: versions are extracted again from their bodies, and
//! bodies are asked for again.

use rusqlite::params;
use rusqlite::types::Value;

use crate::archive::article::{column, rewrite_version};
use crate::archive::body::note_damage;
use crate::archive::checksum::{CHECKSUM_FLAW, SummedTable, VERSIONS, stored_sum, sum_again};
use crate::archive::compression::DictionaryId;
use crate::archive::dictionaries::mend;
use crate::archive::engine::{self, Connection};
use crate::archive::error::ArchiveError;
use crate::archive::reader::{CaptureOf, ChecksumKey, Flaw};
use crate::archive::reextraction::{Reextraction, recorded_opt_outs};
use crate::archive::store::{Lease, Writer, lossy};
use crate::archive::word_index::distrust_index;
use crate::extract::Article;
use crate::time::Timestamp;

/// The columns that `content_sha256` is computed from, and itself: a fault in one of them cannot be
/// told from a fault in the others before they are extracted again.
const HASHED: [&str; 3] = ["title", "text", "content_sha256"];

/// The columns of a version that are extracted, besides those: any of them may be the damaged one
/// where only their checksum tells of it.
const EXTRACTED: [&str; 17] = [
    "authors",
    "byline",
    "canonical_url",
    "confidence",
    "extractor",
    "images",
    "language",
    "modified_at",
    "opt_outs",
    "published_at",
    "published_precision",
    "published_source",
    "rights",
    "section",
    "subsection",
    "subtitle",
    "tags",
];

/// A version of which `verify` found columns damaged.
#[derive(Clone, Copy, Debug)]
pub struct DamagedVersion<'f> {
    /// The article's row.
    pub article: i64,
    /// The version's number.
    pub n: i64,
    pub flaws: &'f [Flaw],
}

/// How a damaged version stands after its repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionRepair {
    /// Title and text are those of the first extraction: they have the stored hash, or only the
    /// hash was damaged.
    Exactly,
    /// Title and text were sound. The damaged fields are replaced by those of today's extraction.
    Fields,
    /// Today's extractor finds another title or text, which replace the damaged ones.
    OtherWords,
    /// The page does not have what the checksum was made of. The row stays as it is, with a
    /// checksum of its own, so that it is told once.
    NotOnPage,
}

#[doc(hidden)]
impl Writer {
    /// Writes a damaged dictionary again, from the page that it was made from. Returns whether that
    /// page is kept and sound. Durable with the next save.
    pub fn mend_dictionary(
        &mut self,
        lease: Lease,
        id: DictionaryId,
    ) -> Result<bool, ArchiveError> {
        mend(self.transaction(lease)?, id)
    }

    /// Replaces the damaged columns of a version by those of a re-extraction of its capture.
    /// Durable with the next save.
    pub fn mend_version(
        &mut self,
        lease: Lease,
        damaged: DamagedVersion<'_>,
        reread: Reextraction<'_>,
        now: Timestamp,
    ) -> Result<VersionRepair, ArchiveError> {
        let DamagedVersion { article, n, flaws } = damaged;
        let Reextraction {
            capture,
            article: mut read,
        } = reread;
        let tx = self.transaction(lease)?;
        distrust_index(tx)?;
        (read.opt_outs, read.noindex) = recorded_opt_outs(tx, capture.id, &read.opt_outs)?;
        let mut columns: Vec<&str> = flaws.iter().map(|flaw| flaw.column).collect();
        columns.retain(|column| *column != CHECKSUM_FLAW);
        if columns.is_empty() {
            return mend_by_checksum(tx, (article, n), &read);
        }

        if !columns.iter().any(|column| HASHED.contains(column)) {
            write_columns(tx, (article, n), &columns, &read)?;
            return Ok(VersionRepair::Fields);
        }

        let today = read.content_sha256();
        let (stored, computed) = stored_hashes(tx, (article, n))?;
        columns.retain(|column| !HASHED.contains(column));
        if stored.as_ref() == Some(&today) {
            columns.extend(["title", "text"]);
        } else if computed == today {
            columns.push("content_sha256");
        } else {
            rewrite_version(tx, (article, n), capture.id, &read, now)?;
            return Ok(VersionRepair::OtherWords);
        }

        write_columns(tx, (article, n), &columns, &read)?;
        Ok(VersionRepair::Exactly)
    }

    /// Makes the checksum of a row anew: the row stays as it is. Durable with the next save.
    pub fn accept_row(&mut self, lease: Lease, row: ChecksumKey) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        if let Some(table) = SummedTable::numbered(row.table) {
            sum_again(tx, table, row.key)?;
        }
        Ok(())
    }

    /// Notes that bodies are damaged, and queues the pages whose newest capture has a damaged body.
    /// They are asked for without validators, since a 304 brings no body. Returns how many of those
    /// pages are queued. Durable with the next save.
    pub fn ask_again(
        &mut self,
        lease: Lease,
        bodies: &[i64],
        captures: &[CaptureOf],
        now: Timestamp,
    ) -> Result<usize, ArchiveError> {
        let tx = self.transaction(lease)?;
        for body in bodies {
            note_damage(tx, *body, now)?;
        }

        let mut queued = 0;
        for capture in captures {
            queued += tx
                .prepare_cached(
                    "UPDATE page SET etag = NULL, last_modified = NULL,
                            due_at = coalesce(due_at, ?2), attempts = 0
                     WHERE id = (SELECT page_id FROM capture WHERE id = ?1) AND capture_id = ?1
                       AND role = 'article'
                       AND verdict IN ('stored', 'members', 'unextracted')",
                )?
                .execute(params![capture.capture, now.millis()])?;
            queued += queue_photo(tx, capture, now)?;
        }
        Ok(queued)
    }
}

/// Replaces the fields of a version of which only the checksum tells that one is damaged, where this
/// makes the row what it was. It does not where another column is damaged, as the one that tells
/// its page, or where today's extractor reads otherwise.
fn mend_by_checksum(
    tx: &Connection,
    version: (i64, i64),
    read: &Article,
) -> Result<VersionRepair, ArchiveError> {
    let row: i64 = tx
        .prepare_cached("SELECT id FROM version WHERE article_id = ?1 AND n = ?2")?
        .query_row(version, |row| row.get(0))?;
    let before = stored_sum(tx, VERSIONS, row)?;

    tx.execute_batch("SAVEPOINT mended")?;
    write_columns(tx, version, &EXTRACTED, read)?;
    if stored_sum(tx, VERSIONS, row)? == before {
        tx.execute_batch("RELEASE mended")?;
        return Ok(VersionRepair::Fields);
    }

    tx.execute_batch("ROLLBACK TO mended; RELEASE mended")?;
    sum_again(tx, VERSIONS, row)?;
    Ok(VersionRepair::NotOnPage)
}

/// Queues a photo again whose newest capture this is. Returns how many pages were queued.
fn queue_photo(
    tx: &Connection,
    capture: &CaptureOf,
    now: Timestamp,
) -> Result<usize, ArchiveError> {
    let mut queue = tx.prepare_cached(
        "UPDATE page SET due_at = ?2, attempts = 0, verdict = NULL, reason = NULL,
                settled_at = NULL
         WHERE id = (SELECT page_id FROM capture WHERE id = ?1) AND capture_id = ?1
           AND role = 'photo' AND verdict = 'stored'",
    )?;
    Ok(queue.execute(params![capture.capture, now.millis()])?)
}

/// Returns the stored hash of a version's title and text, and the hash that is computed from them.
fn stored_hashes(
    tx: &Connection,
    (article, n): (i64, i64),
) -> Result<(Option<String>, String), ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT content_sha256, title, text FROM version WHERE article_id = ?1 AND n = ?2",
    )?;
    let hashes = select.query_row([article, n], |row| {
        let (title, text) = (
            lossy(row.get_ref(1)?),
            lossy(row.get_ref(2)?).unwrap_or_default(),
        );
        let kept = Article {
            title,
            paragraphs: vec![text],
            ..Article::default()
        };

        Ok((lossy(row.get_ref(0)?), kept.content_sha256()))
    });
    Ok(hashes?)
}

/// Writes these columns of a version from an article. Columns of other tables stay as they are.
fn write_columns(
    tx: &Connection,
    (article, n): (i64, i64),
    columns: &[&str],
    read: &Article,
) -> Result<(), ArchiveError> {
    // One statement for all columns: a CHECK constraint on one column sees the new values of the
    // others.
    let mut set: Vec<(&str, Value)> = columns
        .iter()
        .filter_map(|name| Some((*name, value_of(read, name)?)))
        .collect();
    if columns.contains(&"published_at") {
        let moment = read.published_at.map(|time| time.at.millis());
        set.push(("published_ms", moment.map_or(Value::Null, Value::Integer)));
    }
    if set.is_empty() {
        return Err(ArchiveError::Damaged(
            "the damaged column is not extracted from the page".to_owned(),
        ));
    }

    let assignments: Vec<String> = set
        .iter()
        .enumerate()
        .map(|(at, (name, _))| format!("{name} = ?{}", at + 3))
        .collect();
    let sql = format!(
        "UPDATE version SET {} WHERE article_id = ?1 AND n = ?2",
        assignments.join(", ")
    );
    let keys = [Value::Integer(article), Value::Integer(n)];
    let values = keys
        .into_iter()
        .chain(set.into_iter().map(|(_, value)| value));
    tx.execute(&sql, engine::params_from_iter(values))?;
    Ok(())
}

/// Returns the value that a version's column has for an article; `None` for a column that is not
/// extracted.
fn value_of(read: &Article, name: &str) -> Option<Value> {
    Some(match name {
        "text" => Value::Text(read.text()),
        "content_sha256" => Value::Text(read.content_sha256()),
        "extractor" => Value::Text(read.extractor.clone()),
        "language" => text_or_null(read.language.clone()),
        "confidence" => read.confidence.map_or(Value::Null, Value::Real),
        _ => {
            let mut fields = read.fields().into_iter();
            let (_, value) = fields.find(|(field, _)| *field == name)?;
            text_or_null(column(value))
        }
    })
}

fn text_or_null(text: Option<String>) -> Value {
    text.map_or(Value::Null, Value::Text)
}
