//! Tells a byline that is nothing else from a sentence that begins like one.

use crate::extract::measured::names::{has_lead, persons};
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::person_words::has_whole_name;
use crate::extract::vocabulary::{
    AND, BEFORE_BY, BY, LABELS, OTHER_LABELS, OUR, PARTICLES, ROLE_ADJECTIVES, ROLES, WITH,
};
use crate::text::letters;

/// Most characters of such a line: it holds some names with their roles and a place.
const LONGEST: usize = 100;

/// Words before a place or a paper, and between a place and a name.
const BEFORE_PLACES: [&str; 14] = [
    "in",
    "aus",
    "from",
    "at",
    "im",
    "à",
    "en",
    "a",
    "w",
    "the",
    "für",
    "pour",
    "berichtet",
    "berichten",
];

/// Tells whether a line is a byline and nothing else: words as `By`, a whole name, and besides only
/// names, roles and places. `Von Bremen aus startete die Suche` has other words.
pub(crate) fn is_bare_byline(line: &str) -> bool {
    line.chars().count() <= LONGEST
        && !line.ends_with(['.', '。', '!', '?'])
        && has_lead(line)
        && has_whole_name(&persons(line, &PaperNames::default()))
        && !has_running_words(line)
}

/// Tells whether a text has words that stand in sentences, and not around names.
pub(crate) fn has_running_words(text: &str) -> bool {
    !text.split_whitespace().all(is_word_of_byline)
}

/// Tells whether a word may stand in a byline: one with a capital, or one that stands around names.
fn is_word_of_byline(word: &str) -> bool {
    let is_small = word
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .starts_with(char::is_lowercase);
    let word: String = letters(word).collect();
    let is_of = |list: &[&str]| {
        let mut words = list.iter().flat_map(|entry| entry.split(' '));
        words.any(|known| known == word)
    };

    !is_small
        || word.contains('@')
        || [
            &AND[..],
            &BEFORE_BY,
            &BY,
            &LABELS,
            &OTHER_LABELS,
            &OUR,
            &PARTICLES,
            &ROLE_ADJECTIVES,
            &ROLES,
            &WITH,
            &BEFORE_PLACES,
        ]
        .into_iter()
        .any(is_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byline_has_no_words_but_names_and_those_around_them() {
        for line in [
            "Von Anna Martel",
            "Von unserer Redakteurin Anna Martel, Seeheim",
            "By Ida Frost and Moe Reed in Port Ellery",
            "Автор: Анна Петрова",
            "글=홍길동",
        ] {
            assert!(is_bare_byline(line), "{line}");
        }
        for line in [
            "Von Seeheim fuhr die erste Fähre ab",
            "By Friday Captain Ruth Hale was back in port",
            "By Ida Frost's own count nine boats sank.",
            "De Madrid llegan los primeros",
            "Von Seeheim",
            "By Ida Frost, who saw the ferry leave",
        ] {
            assert!(!is_bare_byline(line), "{line}");
        }
    }
}
