//! Tells whether words may be the name of a person.

use crate::extract::measured::papers::PaperNames;
use crate::extract::vocabulary::{
    AGENCIES, AND, BEFORE_BY, BY, CHINESE_OFFICES, JAPANESE_OFFICES, KOREAN_OFFICES,
    KOREAN_SIGNERS, NETWORKS, OF_TIME, OFFICES, PARTICLES, ROLE_ADJECTIVES, ROLES, THAI_OFFICES,
};
use crate::text::letters;

/// Most words of a name: `Maria da Conceição de Sousa e Silva`.
const MOST_WORDS: usize = 7;

/// Words that begin the names of things, with the language in which they do: `The Old Pier`. `La`
/// and `El` are parts of names.
const ARTICLES: [(&str, &str); 5] = [
    ("the", "en"),
    ("les", "fr"),
    ("der", "de"),
    ("die", "de"),
    ("das", "de"),
];

/// Plurals of roles that are names of families, too.
const FAMILIES: [&str; 1] = ["fellows"];

/// Tells whether a name may be a person's.
pub(super) fn is_person(name: &str, papers: &PaperNames) -> bool {
    let words: Vec<String> = name.split_whitespace().map(bare).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let plain: String = words.join(" ");

    let is_like_a_name = (1..=MOST_WORDS).contains(&words.len())
        && letters(name).count() > 1
        && !name.contains(|c: char| c.is_ascii_digit() || "?!:@#%=“”\"".contains(c));
    is_like_a_name
        && is_written_as_a_name(name)
        && !is_host(name)
        && !opens_with_agency(name)
        && !papers.have(name)
        && !AGENCIES.contains(&plain.as_str())
        && !has(&OFFICES)
        && !is_office_by_its_end(&plain)
        && !KOREAN_SIGNERS.contains(&plain.as_str())
        && !words.iter().all(|word| is_of_role(word) || is_little(word))
}

/// Tells whether a name ends as those of offices in East Asia do.
fn is_office_by_its_end(name: &str) -> bool {
    let mut ends = KOREAN_OFFICES
        .iter()
        .chain(&JAPANESE_OFFICES)
        .chain(&CHINESE_OFFICES);
    ends.any(|office| name.ends_with(office))
}

/// Tells whether a text opens with an article in the page's language. A page that tells no language
/// may have any.
pub(super) fn opens_with_article(name: &str, papers: &PaperNames) -> bool {
    let Some((first, _)) = name.split_once(' ') else {
        return false;
    };
    let first = bare(first);
    ARTICLES.iter().any(|(article, language)| {
        first == *article && papers.language().is_none_or(|told| told == *language)
    })
}

/// Tells whether a text is the name of an agency.
pub(super) fn is_agency(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(bare).collect();
    AGENCIES.contains(&words.join(" ").as_str())
}

/// Tells whether a text opens with an agency, which has a place or a desk behind it: `Reuters
/// London`, `AFP Paris`. Short ones and some others are names of persons, too, as `Sid` and
/// `Antara`: these are agencies in capitals alone.
fn opens_with_agency(name: &str) -> bool {
    const LONG: usize = 6;
    const INITIALS: usize = 3;
    const PERSONS: [&str; 1] = ["antara"];
    let Some((first, rest)) = name.split_once(' ') else {
        return false;
    };
    let count = first.chars().count();
    let is_printed_large = |text: &str| !text.contains(char::is_lowercase);
    let is_initials = count >= INITIALS && is_printed_large(first) && !is_printed_large(rest);
    let agency = bare(first);
    let is_long = count >= LONG && !PERSONS.contains(&agency.as_str());
    (is_long || is_initials) && AGENCIES.contains(&agency.as_str())
}

/// Tells whether a text is the name of a host: `Seebote.de`.
fn is_host(name: &str) -> bool {
    const ENDS: [&str; 16] = [
        ".com", ".net", ".org", ".info", ".news", ".de", ".at", ".ch", ".fr", ".es", ".it", ".nl",
        ".kr", ".jp", ".uk", ".eu",
    ];
    !name.contains(' ') && ENDS.iter().any(|end| name.ends_with(end))
}

/// Tells whether the words of a text are written as those of names: with capitals, where the script
/// has them. One word alone may be an account. Korean names are short.
fn is_written_as_a_name(name: &str) -> bool {
    const LONGEST_KOREAN: usize = 9;
    const LONGEST_THAI: usize = 20;
    if name.contains(is_hangul) {
        return name.chars().count() <= LONGEST_KOREAN && name.split(' ').count() <= 2;
    }
    if is_thai(name) {
        let is_short = name
            .split(' ')
            .all(|word| word.chars().count() <= LONGEST_THAI);
        return is_short && !THAI_OFFICES.iter().any(|office| name.starts_with(office));
    }
    let is_small = |word: &str| word.starts_with(char::is_lowercase) && !PARTICLES.contains(&word);
    let has_capital = name
        .split(' ')
        .any(|word| !word.starts_with(char::is_lowercase));
    !name.contains(' ') || has_capital && !name.split(' ').any(is_small)
}

/// Tells whether a word stands beside names, and is none.
fn is_little(word: &str) -> bool {
    OF_TIME.contains(&word)
        || BY.contains(&word)
        || AND.contains(&word)
        || BEFORE_BY.contains(&word)
        || NETWORKS.contains(&word)
}

/// Tells whether a text is nothing but a role: `Senior Reporter`.
pub(super) fn is_a_role(text: &str) -> bool {
    let mut words = text.split_whitespace().peekable();
    words.peek().is_some() && words.all(is_of_role)
}

pub(super) fn is_of_role(word: &str) -> bool {
    is_role(word) || ROLE_ADJECTIVES.contains(&bare(word).as_str())
}

/// Tells whether a word is a role, of one person or of several: `Staff Writers`.
pub(super) fn is_role(word: &str) -> bool {
    let word = bare(word);
    let one = word.strip_suffix('s').unwrap_or(&word);
    ROLES.contains(&word.as_str()) || ROLES.contains(&one)
}

/// Tells whether a text is a name of two words whose last is the plural of a role, or a longer one
/// with no other name before it.
pub(super) fn ends_as_a_family(name: &str, before: usize) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_family = words
        .last()
        .is_some_and(|last| FAMILIES.contains(&bare(last).as_str()));
    let is_role = words.iter().all(|word| is_of_role(word));
    is_family && !is_role && (words.len() == 2 || words.len() == 3 && before == 0)
}

/// Tells whether one of the names is whole, and not the name of an account.
pub(super) fn has_whole_name(names: &[String]) -> bool {
    names
        .iter()
        .any(|name| name.contains(' ') || name.contains(|c: char| c >= '\u{2e80}'))
}

pub(super) fn is_thai(text: &str) -> bool {
    text.starts_with(|c: char| ('\u{e00}'..='\u{e7f}').contains(&c))
}

pub(super) fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// Returns the letters of a word in lower case.
pub(super) fn bare(word: &str) -> String {
    letters(word).collect()
}
