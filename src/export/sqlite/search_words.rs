//! The words that the full-text index has of an article.
//!
//! Korean joins particles and other nouns to a word without a space: 서울 stands in 서울에서, 신문
//! in 독서신문. An index of whole words, of trigrams or of bigrams misses some of them. Each
//! substring of 1 to 8 syllables as a word of its own misses none.

use std::collections::HashSet;

/// The longest substring that is a word of its own, in syllables. A longer word is found as a
/// whole.
const LONGEST: usize = 8;

/// Letters of an article that are indexed. The longest stories have some 20,000; more are a hostile
/// page, of which the index would be eight times as long.
const MAX_INDEXED: usize = 200_000;

/// Returns the words of some texts, each once, with spaces between them. SQLite's tokenizer
/// (unicode61) cuts them there again.
pub(super) fn search_words<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let (mut known, mut words, mut room) = (HashSet::new(), String::new(), MAX_INDEXED);
    for text in texts {
        let end = text
            .char_indices()
            .nth(room)
            .map_or(text.len(), |(at, _)| at);
        let text = &text[..end];
        room -= text.chars().count();

        for word in text.split(|letter| !is_of_word(letter)) {
            // With a word all of its parts are known, also where it is a part itself.
            if !word.is_empty() && !known.contains(word) {
                add_word(word, &mut |part| {
                    if known.insert(part) {
                        words.push_str(part);
                        words.push(' ');
                    }
                });
            }
        }
    }
    words
}

fn add_word<'t>(word: &'t str, add: &mut impl FnMut(&'t str)) {
    add(word);
    if word.chars().any(is_hangul) {
        add_substrings(word, LONGEST, add);
        return;
    }

    // Han and kana have no spaces between words either, but far more different letters.
    for run in word.split(|letter| !is_han_or_kana(letter)) {
        add_substrings(run, 2, add);
    }
}

/// Adds all substrings of 1 to `longest` letters.
fn add_substrings<'t>(word: &'t str, longest: usize, add: &mut impl FnMut(&'t str)) {
    for (from, _) in word.char_indices() {
        let rest = &word[from..];
        for (at, letter) in rest.char_indices().take(longest) {
            add(&rest[..at + letter.len_utf8()]);
        }
    }
}

/// Tells whether a letter is of a word. Syllables are most letters of a Korean text, and are told
/// without a look into the tables of Unicode.
fn is_of_word(letter: char) -> bool {
    matches!(letter, '\u{ac00}'..='\u{d7a3}') || letter.is_alphanumeric()
}

/// Syllables and jamo, also those that stand alone (ㅋㅋ).
fn is_hangul(letter: char) -> bool {
    matches!(letter, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}'
        | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}')
}

fn is_han_or_kana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> HashSet<String> {
        search_words([text])
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_part_of_a_korean_word_is_a_word_and_no_part_reaches_into_the_next_one() {
        let words = words("독서신문, 서울에서");
        for part in ["독서신문", "독서", "신문", "서신", "문", "서울", "울에서"] {
            assert!(words.contains(part), "{part}");
        }
        assert!(!words.contains("문서울") && !words.contains("독신"));
        assert_eq!(words.len(), 10 + 10 - 2, "서 stands three times");
    }

    #[test]
    fn a_word_of_more_than_eight_syllables_is_found_as_a_whole_and_by_eight() {
        let words = words("가나다라마바사아자차");
        assert!(words.contains("가나다라마바사아자차") && words.contains("다라마바사아자차"));
        assert!(!words.contains("나다라마바사아자차"));
    }

    #[test]
    fn latin_words_stay_whole_and_han_and_kana_become_one_and_two_grams() {
        let words = words("library 大韓民國 KBS뉴스");
        assert!(words.contains("library") && !words.contains("lib"));
        assert!(words.contains("韓民") && words.contains("國") && !words.contains("大韓民"));
        assert!(words.contains("KBS뉴스") && words.contains("뉴스"));
    }

    #[test]
    fn a_hostile_page_is_indexed_up_to_a_bound() {
        let text: String = (0..2_000_000_u32)
            .map(|n| char::from_u32(0xac00 + n % 11_172).unwrap())
            .collect();
        let indexed = search_words([text.as_str(), "끝말"]);
        assert!(!indexed.ends_with("끝말 "));
        // Eight substrings at each letter, of 4.5 letters on the average, and the word itself.
        assert!(indexed.len() < MAX_INDEXED * 8 * 15 + MAX_INDEXED * 4);
    }
}
