//! Words of one article looked for in the full-text index, as phrases.

use rusqlite::params;

use crate::archive::engine::{self, Connection};
use crate::archive::reader::row_sample::RowSample;
use crate::archive::word_index::tokens;

/// The columns of the index, in their order.
const COLUMNS: [&str; 5] = ["title", "subtitle", "authors", "section", "text"];

/// Words of one phrase. FTS5 opens the list of each, which costs some 15 µs.
const WORDS: usize = 64;

/// Words of each field of an article in a sample: to look for them costs twice of what the article
/// costs where the words of all are read in one pass.
const SAMPLED_WORDS: usize = 8;

/// Tells whether the index has the words of an article, side by side: all of them, or, of a
/// sample, one phrase of each field.
pub(super) fn are_found(
    connection: &Connection,
    article: i64,
    fields: &[String; 5],
    sample: Option<RowSample>,
) -> engine::Result<bool> {
    let mut select = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM article_words(?1) WHERE rowid = ?2)")?;

    for (column, field) in COLUMNS.iter().zip(fields) {
        let words: Vec<&str> = tokens(field).collect();
        for phrase in phrases(&words, article, sample) {
            let phrase = format!("{column} : \"{}\"", phrase.join(" "));
            let is_found: bool = select.query_row(params![phrase, article], |row| row.get(0))?;
            if !is_found {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Cuts words into phrases. Each begins with the last word of the one before, so that their order
/// is looked for, too.
fn phrases<'w>(
    words: &'w [&'w str],
    article: i64,
    sample: Option<RowSample>,
) -> Vec<&'w [&'w str]> {
    match sample {
        _ if words.is_empty() => Vec::new(),
        Some(sample) => {
            let last = words.len().saturating_sub(SAMPLED_WORDS);
            let from = sample.place(article, last + 1);
            vec![&words[from..words.len().min(from + SAMPLED_WORDS)]]
        }
        None => (0..words.len())
            .step_by(WORDS - 1)
            .map(|from| &words[from..words.len().min(from + WORDS)])
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_have_every_word_and_a_sample_has_one_phrase() {
        let numbers: Vec<String> = (0..200).map(|number| number.to_string()).collect();
        let words: Vec<&str> = numbers.iter().map(String::as_str).collect();

        let all = phrases(&words, 1, None);
        assert_eq!(all.len(), 4);
        assert_eq!((all[0][63], all[1][0]), ("63", "63"));
        assert_eq!(all[3].last(), Some(&"199"));

        let some = phrases(&words, 1, Some(RowSample::new(1, 5)));
        assert_eq!((some.len(), some[0].len()), (1, SAMPLED_WORDS));
        assert_eq!(
            phrases(&words[..3], 1, Some(RowSample::new(1, 5)))[0],
            &words[..3]
        );
        assert!(phrases(&[], 1, None).is_empty());
    }
}
