//! A single letter stands first where it begins a word.
//!
//! The index has pairs of letters, which do not tell where a word begins: 퐁 is in 짬퐁 as it is in
//! 퐁당퐁당. So the texts of the best matches are read, and those where it begins a word come first.

use crate::archive::{ArchiveError, FoundText, Searcher};
use crate::search::RankedStory;
use crate::search::query::{QueryWords, SearchField};
use crate::text::search_tokens::{is_of_word, phrase_tokens};

/// Stories whose texts are read. More would be slow: 500 texts of 2 kB take 15 ms.
const MOST_READ: usize = 500;

/// A letter that is looked for.
struct SoughtLetter {
    field: SearchField,
    letter: String,
}

/// Puts the stories first in which more of the query's single letters begin a word. Otherwise the
/// order stays as it is.
pub(super) fn put_first(
    searcher: &Searcher<'_>,
    words: &[QueryWords],
    stories: &mut [RankedStory],
) -> Result<(), ArchiveError> {
    let letters: Vec<SoughtLetter> = words.iter().filter_map(sought_letter).collect();
    if letters.is_empty() {
        return Ok(());
    }

    let read = stories.len().min(MOST_READ);
    let (best, _) = stories.split_at_mut(read);
    for story in best.iter_mut() {
        let text = searcher.found_text(story.best.article)?;
        story.word_beginnings = letters.iter().filter(|it| it.begins_word_of(&text)).count();
    }
    best.sort_by_key(|story| std::cmp::Reverse(story.word_beginnings));
    Ok(())
}

/// Returns the letter that words are; `None` where they are longer, or of a script whose words stay
/// whole: there, the index finds beginnings alone.
fn sought_letter(words: &QueryWords) -> Option<SoughtLetter> {
    // The form does not count: of `퐁*`, the index finds the same.
    let phrase = phrase_tokens(&words.text)?;
    let is_letter = phrase.is_open && !phrase.tokens.contains(' ');
    is_letter.then_some(SoughtLetter {
        field: words.field,
        letter: phrase.tokens,
    })
}

impl SoughtLetter {
    /// Tells whether the letter begins a word in a field where it is looked for.
    fn begins_word_of(&self, text: &FoundText) -> bool {
        let title = [&text.title, &text.subtitle].into_iter().flatten();
        let (mut title, mut authors) = (title.map(String::as_str), text.authors.iter());
        match self.field {
            SearchField::Everywhere => {
                self.begins_word(&text.text)
                    || title.any(|title| self.begins_word(title))
                    || authors.any(|author| self.begins_word(author))
            }
            SearchField::Title => title.any(|title| self.begins_word(title)),
            SearchField::Author => authors.any(|author| self.begins_word(author)),
            SearchField::Section => text.section.iter().any(|it| self.begins_word(it)),
        }
    }

    fn begins_word(&self, text: &str) -> bool {
        text.match_indices(&self.letter)
            .any(|(at, _)| !text[..at].ends_with(is_of_word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::query::Query;

    fn letters(query: &str) -> Vec<String> {
        let words = Query::parse(query).unwrap().wanted_words();
        let letters = words.iter().filter_map(sought_letter);
        letters.map(|it| it.letter).collect()
    }

    #[test]
    fn a_letter_is_a_word_of_one_letter_in_a_script_whose_words_are_joined() {
        assert_eq!(letters("퐁"), ["퐁"]);
        assert_eq!(letters("퐁* 책방 \"당\" a 3"), ["퐁", "당"]);
        assert_eq!(letters("책방* a* \"그 책\" NOT 퐁"), [""; 0]);
    }

    #[test]
    fn a_word_begins_behind_what_is_no_letter() {
        let letter = SoughtLetter {
            field: SearchField::Everywhere,
            letter: "퐁".to_owned(),
        };
        for text in ["퐁당", "물에 퐁", "「퐁당퐁당」", "짬퐁과\n퐁당"] {
            assert!(letter.begins_word(text), "{text}");
        }
        for text in ["짬퐁", "KBS퐁", "2026퐁", ""] {
            assert!(!letter.begins_word(text), "{text}");
        }
    }
}
