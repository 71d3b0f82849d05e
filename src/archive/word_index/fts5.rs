//! The full-text index of SQLite: a table of FTS5 without texts of its own.

use rusqlite::params;

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::store::lossy;
use crate::archive::word_index::{
    INDEXED_FIELDS, IndexedWords, MergeStep, begin_anew, is_by_our_rules,
};
use crate::extract::Article;

/// Adds the words of a row number to an index.
pub(crate) fn add_words(
    index: &str,
    tx: &Connection,
    row: i64,
    words: &IndexedWords,
) -> Result<(), ArchiveError> {
    let [title, subtitle, authors, section, text] = words.fields();
    tx.prepare_cached(&format!(
        "INSERT INTO {index} (rowid, title, subtitle, authors, section, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    ))?
    .execute(params![row, title, subtitle, authors, section, text])?;
    Ok(())
}

/// Takes the words of a row number out of the index again.
fn remove_words(tx: &Connection, row: i64, words: &IndexedWords) -> Result<(), ArchiveError> {
    let [title, subtitle, authors, section, text] = words.fields();
    tx.prepare_cached(
        "INSERT INTO article_words
             (article_words, rowid, title, subtitle, authors, section, text)
         VALUES ('delete', ?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![row, title, subtitle, authors, section, text])?;
    Ok(())
}

/// Empties the index.
pub(super) fn empty(tx: &Connection) -> Result<(), ArchiveError> {
    tx.execute_batch("INSERT INTO article_words (article_words) VALUES ('delete-all')")?;
    Ok(())
}

/// Takes the words of an article out of the index before the article is deleted. Where they are not
/// known any more, since its text is damaged or they were made by other rules, the index is
/// emptied.
pub(super) fn take_out(tx: &Connection, article: i64) -> Result<(), ArchiveError> {
    let indexed = tx
        .prepare_cached(
            "SELECT content_sha256, title, text FROM version
             WHERE id = (SELECT version_id FROM indexed_version WHERE article_id = ?1)",
        )?
        .query_row([article], |row| {
            let kept = Article {
                title: lossy(row.get_ref(1)?),
                paragraphs: lossy(row.get_ref(2)?).into_iter().collect(),
                ..Article::default()
            };
            Ok(lossy(row.get_ref(0)?) == Some(kept.content_sha256()))
        })
        .optional()?;

    let Some(is_sound) = indexed else {
        return Ok(());
    };
    if !is_sound || !is_by_our_rules(tx)? {
        return begin_anew(tx);
    }
    match forget_words(tx, article) {
        Err(ArchiveError::Damaged(_)) => begin_anew(tx),
        taken_out => taken_out,
    }
}

/// Merges parts of the index, until one is left that has no deleted word. Returns whether a part is
/// left to merge.
///
/// FTS5 keeps a deleted word beside the place where it stood until both are merged.
pub(super) fn merge_words(tx: &Connection, step: MergeStep) -> Result<bool, ArchiveError> {
    let pages = match step {
        MergeStep::First => -MERGED_PAGES,
        MergeStep::Next => MERGED_PAGES,
    };
    let before = tx.sqlite()?.total_changes();
    tx.execute(
        "INSERT INTO article_words (article_words, rank) VALUES ('merge', ?1)",
        [pages],
    )?;
    // "If the difference is less than 2, then the 'merge' command was a no-op" (FTS5, §6.7).
    Ok(tx.sqlite()?.total_changes() - before >= 2)
}

/// Pages of the index that one step of a merge writes: some megabytes.
const MERGED_PAGES: i64 = 1_000;

/// Takes the words of an article out of the index, while the version that was indexed is as it was.
pub(super) fn forget_words(tx: &Connection, article: i64) -> Result<(), ArchiveError> {
    let indexed = tx
        .prepare_cached(&format!(
            "SELECT {INDEXED_FIELDS} FROM version
             WHERE id = (SELECT version_id FROM indexed_version WHERE article_id = ?1)"
        ))?
        .query_row([article], IndexedWords::of)
        .optional()?;
    let Some(words) = indexed else {
        return Ok(());
    };

    remove_words(tx, article, &words)?;
    tx.prepare_cached("DELETE FROM indexed_version WHERE article_id = ?1")?
        .execute([article])?;
    Ok(())
}
