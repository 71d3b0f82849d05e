//! The full-text index's own tables, as far as neither SQLite's check nor its words tell of them:
//! its settings, and the words by which its pages are found.

use std::collections::HashMap;

use crate::archive::engine::{self, Connection};
use crate::archive::reader::fixity::words::parts::parts_in;
use crate::archive::reader::fixity::words::records::number;

/// What migration 17 made the index with.
const SETTINGS: &str = "SELECT k, v FROM article_words_config
     WHERE (k, v) NOT IN (('version', 4), ('hashsize', 8000000))";

/// Each page of the index, and the beginning of the first word on it.
const PAGES: &str = "SELECT segid, pgno, term, block FROM article_words_idx
     JOIN article_words_data ON id = (segid << 37) + (pgno >> 1) WHERE length(term) > 0";

/// At most so many faults are named: the index is made anew as a whole.
const NAMED: usize = 10;

/// Returns what is wrong with the index's tables.
pub(super) fn faults(connection: &Connection) -> engine::Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut settings = connection.prepare(SETTINGS)?;
    let mut others = settings.query([])?;
    while others.next()?.is_some() {
        faults.push("a setting of the index is another".to_owned());
    }
    faults.extend(pages_with_another_word(connection)?);
    Ok(faults)
}

/// Returns the pages that do not begin with the word by which they are found.
pub(super) fn pages_with_another_word(connection: &Connection) -> engine::Result<Vec<String>> {
    let first_pages: HashMap<i64, i64> = parts_in(connection)?
        .into_iter()
        .map(|part| (part.id, part.first))
        .collect();
    let mut select = connection.prepare(PAGES)?;
    let mut pages = select.query([])?;
    let mut faults = Vec::new();
    while let Some(row) = pages.next()? {
        let (part, page) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)? >> 1);
        let term = row.get_ref(2)?.as_bytes().unwrap_or_default();
        let block = row.get_ref(3)?.as_blob().unwrap_or_default();
        // While a part is merged into another one, its first page loses words from its beginning,
        // and is still found by the word that it began with (`fts5TrimSegments`).
        let may_be_cut = first_pages.get(&part) == Some(&page);
        let begins = first_word(block)
            .is_some_and(|word| word.starts_with(term) || may_be_cut && word >= term);
        if !begins && faults.len() < NAMED {
            faults.push(format!(
                "page {page} of the index does not begin with its word"
            ));
        }
    }
    Ok(faults)
}

/// Returns the first word that begins on a page: two bytes, the size of the words in two bytes, the
/// words, and behind them where each begins (`fts5_index.c`, "Segment leaf").
fn first_word(block: &[u8]) -> Option<&[u8]> {
    let size = u16::from_be_bytes([*block.get(2)?, *block.get(3)?]);
    let (begin, _) = number(block, usize::from(size))?;
    let (length, behind) = number(block, usize::try_from(begin).ok()?)?;
    block.get(behind..)?.get(..usize::try_from(length).ok()?)
}
