//! Mending what `verify` found damaged: versions from the bodies that they were read from, and bodies by asking again.

use rusqlite::types::Value;
use rusqlite::{Connection, params};

use crate::archive::article::{column, rewrite_version};
use crate::archive::error::ArchiveError;
use crate::archive::reader::{CaptureOf, Flaw};
use crate::archive::reextraction::{KeptCapture, recorded_opt_outs};
use crate::archive::store::{Archive, Lease, lossy};
use crate::extract::Article;
use crate::time::Timestamp;

/// The columns that `content_sha256` is made of, and itself.
const WORDS: [&str; 3] = ["title", "text", "content_sha256"];

/// How a damaged version stands after it was read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionRepair {
    /// The words are those that were read first: they have the hash that is stored, or the hash alone was damaged.
    Exactly,
    /// The words were sound; the damaged fields are what is read today.
    Fields,
    /// Today's reader finds other words, which stand in the place of the damaged ones.
    OtherWords,
}

impl Archive {
    /// Puts what a capture says today in the place of the damaged columns of a version that was read from it.
    /// Durable with the next save.
    pub fn mend_version(
        &mut self,
        lease: Lease,
        (article, n): (i64, i64),
        flaws: &[Flaw],
        capture: &KeptCapture,
        mut read: Article,
        now: Timestamp,
    ) -> Result<VersionRepair, ArchiveError> {
        let work = self.work(lease)?;
        (read.opt_outs, read.noindex) = recorded_opt_outs(work, capture.id, &read.opt_outs)?;
        let mut columns: Vec<&str> = flaws.iter().map(|flaw| flaw.column).collect();

        if !columns.iter().any(|column| WORDS.contains(column)) {
            write_columns(work, (article, n), &columns, &read)?;
            return Ok(VersionRepair::Fields);
        }

        let today = read.content_sha256();
        let (stored, of_stored) = stored_hashes(work, (article, n))?;
        columns.retain(|column| !WORDS.contains(column));
        if stored.as_ref() == Some(&today) {
            columns.extend(["title", "text"]);
        } else if of_stored == today {
            columns.push("content_sha256");
        } else {
            rewrite_version(work, (article, n), capture.id, &read, now)?;
            return Ok(VersionRepair::OtherWords);
        }
        write_columns(work, (article, n), &columns, &read)?;
        Ok(VersionRepair::Exactly)
    }

    /// Notes that bodies are damaged, and queues the pages whose newest answer brought one, to be asked for as a whole.
    /// Returns how many pages of those answers are queued. Durable with the next save.
    pub fn ask_again(
        &mut self,
        lease: Lease,
        bodies: &[i64],
        captures: &[CaptureOf],
        now: Timestamp,
    ) -> Result<usize, ArchiveError> {
        let work = self.work(lease)?;
        for body in bodies {
            work.prepare_cached(
                "INSERT OR REPLACE INTO damage (body_id, found_at) VALUES (?1, ?2)",
            )?
            .execute(params![body, now.millis()])?;
        }

        let mut queued = 0;
        for capture in captures {
            queued += work
                .prepare_cached(
                    "UPDATE page SET etag = NULL, last_modified = NULL, due_at = coalesce(due_at, ?2), attempts = 0
                     WHERE id = (SELECT page_id FROM capture WHERE id = ?1) AND capture_id = ?1 AND role = 'article'
                       AND verdict IN ('stored', 'members', 'unextracted')",
                )?
                .execute(params![capture.capture, now.millis()])?;
        }
        Ok(queued)
    }
}

/// The hash of a version's title and text that is stored, and the one that they have.
fn stored_hashes(
    work: &Connection,
    (article, n): (i64, i64),
) -> Result<(Option<String>, String), ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT content_sha256, title, text FROM version WHERE article_id = ?1 AND n = ?2",
    )?;
    let hashes = select.query_row([article, n], |row| {
        let (title, text) = (
            lossy(row.get_ref(1)?),
            lossy(row.get_ref(2)?).unwrap_or_default(),
        );
        let stands = Article {
            title,
            paragraphs: vec![text],
            ..Article::default()
        };
        Ok((lossy(row.get_ref(0)?), stands.content_sha256()))
    });
    Ok(hashes?)
}

/// Writes these columns of a version as an article has them; columns of other tables are left as they are.
fn write_columns(
    work: &Connection,
    (article, n): (i64, i64),
    columns: &[&str],
    read: &Article,
) -> Result<(), ArchiveError> {
    // Together: a check of one column sees the others as they will be.
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
            "the damaged column is not the page's".to_owned(),
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
    work.execute(&sql, rusqlite::params_from_iter(values))?;
    Ok(())
}

/// The value of a version's column by an article.
fn value_of(read: &Article, name: &str) -> Option<Value> {
    let text = |text: Option<String>| text.map_or(Value::Null, Value::Text);
    Some(match name {
        "text" => Value::Text(read.text()),
        "content_sha256" => Value::Text(read.content_sha256()),
        "extractor" => Value::Text(read.extractor.clone()),
        "language" => text(read.language.clone()),
        "confidence" => read.confidence.map_or(Value::Null, Value::Real),
        _ => text(column(
            read.fields()
                .into_iter()
                .find(|(field, _)| *field == name)?
                .1,
        )),
    })
}
