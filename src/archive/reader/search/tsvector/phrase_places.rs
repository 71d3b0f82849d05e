//! Where a phrase stands in the words of a version.

use crate::archive::reader::search::bm25::weighted;
use crate::archive::reader::search::sought::SoughtPhrase;
use crate::archive::word_index::IndexedWords;

/// Returns how much a phrase counts in the words of a version; 0 where they have it not.
pub(super) fn count_in_words(words: &IndexedWords, phrase: &SoughtPhrase) -> f64 {
    let mut places = [0; 5];
    let columns = words.fields().iter().zip(phrase.columns.are());
    for (places, (field, is_sought)) in places.iter_mut().zip(columns) {
        if is_sought {
            *places = places_in(field, phrase);
        }
    }
    weighted(places)
}

/// Counts the places of a phrase in tokens with a space between each two.
fn places_in(field: &str, phrase: &SoughtPhrase) -> usize {
    let mut places = 0;
    let mut from = 0;
    while let Some(at) = field[from..].find(&phrase.tokens) {
        let (begin, end) = (from + at, from + at + phrase.tokens.len());
        let begins = begin == 0 || field[..begin].ends_with(' ');
        let ends = phrase.is_open || end == field.len() || field[end..].starts_with(' ');
        if begins && ends {
            places += 1;
        }
        // Phrases may overlap. The next one begins at the next token at the earliest.
        match field[begin..].find(' ') {
            Some(space) => from = begin + space + 1,
            None => break,
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::reader::search::sought::SoughtColumns;

    fn places(field: &str, tokens: &str, is_open: bool) -> usize {
        let phrase = SoughtPhrase {
            columns: SoughtColumns::Text,
            tokens: tokens.to_owned(),
            is_open,
        };
        places_in(field, &phrase)
    }

    #[test]
    fn a_phrase_stands_at_whole_tokens_and_may_overlap_itself() {
        let field = "가가 가가 가가 책 책방 방 a ab";
        assert_eq!(places(field, "가가 가가", false), 2);
        assert_eq!(places(field, "책", false), 1);
        assert_eq!(places(field, "책", true), 2);
        assert_eq!(places(field, "방", true), 1);
        assert_eq!(places(field, "a", true), 2);
        assert_eq!(places(field, "b", true), 0);
        assert_eq!(places("", "b", true), 0);
    }
}
