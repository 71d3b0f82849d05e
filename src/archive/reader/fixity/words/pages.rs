//! The full-text index's own tables, as far as neither SQLite's check nor its words tell of them:
//! its settings, and the words by which its pages are found.

use rusqlite::Connection;

/// What migration 17 made the index with.
const SETTINGS: &str = "SELECT k, v FROM article_words_config
     WHERE (k, v) NOT IN (('version', 4), ('hashsize', 8000000))";

/// Each page of the index, and the beginning of the first word on it.
const PAGES: &str = "SELECT segid, pgno, term, block FROM article_words_idx
     JOIN article_words_data ON id = (segid << 37) + (pgno >> 1) WHERE length(term) > 0";

/// At most so many faults are named: the index is made anew as a whole.
const NAMED: usize = 10;

/// Returns what is wrong with the index's tables.
pub(super) fn faults(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut settings = connection.prepare(SETTINGS)?;
    let mut others = settings.query([])?;
    while others.next()?.is_some() {
        faults.push("a setting of the index is another".to_owned());
    }

    let mut select = connection.prepare(PAGES)?;
    let mut pages = select.query([])?;
    while let Some(page) = pages.next()? {
        let term = page.get_ref(2)?.as_bytes().unwrap_or_default();
        let block = page.get_ref(3)?.as_blob().unwrap_or_default();
        let begins = first_word(block).is_some_and(|word| word.starts_with(term));
        if !begins && faults.len() < NAMED {
            let page: i64 = page.get(1)?;
            faults.push(format!(
                "page {} of the index does not begin with its word",
                page >> 1
            ));
        }
    }
    Ok(faults)
}

/// Returns the first word that begins on a page: two bytes, the size of the words in two bytes, the
/// words, and behind them where each begins (`fts5_index.c`, "Segment leaf").
fn first_word(block: &[u8]) -> Option<&[u8]> {
    let size = u16::from_be_bytes([*block.get(2)?, *block.get(3)?]);
    let (begin, _) = varint(block.get(usize::from(size)..)?)?;
    let (length, behind) = varint(block.get(begin..)?)?;
    behind.get(..length)
}

/// Reads a number of up to three groups of seven bits, and returns what is behind it.
fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().take(3).enumerate() {
        number = number << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}
