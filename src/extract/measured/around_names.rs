//! Takes the words around the names of a byline away: prefaces, places, agencies and the work of
//! others.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::measured::chinese_names::REPORTER;
use crate::extract::vocabulary::{AGENCIES, BEFORE_IBERIAN_PLACES, OTHER_WORK, WITH};

/// How German papers name the place first: `Aus Berlin berichtet Anna Muster`.
const FROM_PLACE: &str =
    r"(?:[Aa]us|[Ii]n) \p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)? (?:berichtet |berichten |von )";

/// A line that opens with a place and a name.
static OPENS_WITH_PLACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"^{FROM_PLACE}\p{{Lu}}")).expect("a test compiles it"));

/// The words before a name that make no line a byline, but stand in bylines: `Follow Jane Lee`,
/// `Aus Berlin berichtet Anna Muster`, `dal nostro inviato Marco Rossi`, `本报记者 李明`.
static PREFACE: LazyLock<Regex> = LazyLock::new(|| {
    let place = FROM_PLACE;
    let chinese = REPORTER;
    let italian = r"(?i:dal(?:la)?)\s+(?P<our>nostr[oai]\s.+)";
    Regex::new(&format!(
        r"^(?:(?:(?i:follow|about the author)\s+|{place}|{chinese})(?P<name>\S.+)|{italian})$"
    ))
    .expect("a test compiles it")
});

/// What stands behind a name without a mark: `Special to The Sun`, `in London`, `／台北報導`.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    let place = r"(?:in|aus|à)\s+\p{Lu}.*";
    Regex::new(&format!(
        r"\s+(?:(?i:special (?:to|for|correspondent for))\s.*|{place})$"
    ))
    .expect("a test compiles it")
});

/// Tells whether a line opens with a place and the name of who reports from there.
pub(super) fn opens_with_place(line: &str) -> bool {
    OPENS_WITH_PLACE.is_match(line)
}

/// Returns a name without the place or the paper behind it.
pub(super) fn without_tail(name: &str) -> &str {
    TAIL.split(name).next().unwrap_or_default()
}

/// Returns the parts of a byline, each with the mark before it.
pub(super) fn marked_parts<'b>(byline: &'b str, marks: &Regex) -> Vec<(&'b str, &'b str)> {
    let (mut parts, mut from, mut mark) = (Vec::new(), 0, "");
    for found in marks.find_iter(byline) {
        parts.push((mark, &byline[from..found.start()]));
        (mark, from) = (found.as_str(), found.end());
    }
    parts.push((mark, &byline[from..]));
    parts
}

/// Tells whether a later part of a Spanish or Portuguese byline is a place or a paper: behind a
/// dash, and behind a comma with a small word before it.
pub(super) fn is_iberian_place(mark: &str, part: &str) -> bool {
    let first = part.split(' ').next().unwrap_or_default();
    let has_word = part.contains(' ') && BEFORE_IBERIAN_PLACES.contains(&first);
    mark.contains(['-', '–', '—']) || has_word && mark.contains([',', '|', '•'])
}

/// Returns a part of a byline without the words before its name.
pub(super) fn without_preface(part: &str) -> &str {
    let found = PREFACE.captures(part);
    let name = found.and_then(|found| found.name("name").or(found.name("our")));
    name.map_or(part, |name| name.as_str())
}

/// Returns a part of a byline up to the words for another work: `Jane Lee Photographs by Max Orr`.
/// `None` where it begins with them.
pub(super) fn before_other_work(part: &str) -> Option<String> {
    let words: Vec<&str> = part.split_whitespace().collect();
    let is_other = |at: usize| {
        let rest = words[at..].join(" ").to_lowercase();
        OTHER_WORK.iter().any(|work| rest.starts_with(work))
    };
    let end = (0..words.len()).find(|at| is_other(*at));
    let kept = &words[..end.unwrap_or(words.len())];
    (end != Some(0)).then(|| kept.join(" "))
}

/// Returns a part of a byline without the news agency at its end: `Anne Petit avec AFP`. An agency
/// alone stays, and is no person.
pub(super) fn without_agency(part: &str) -> String {
    let words: Vec<&str> = part.split_whitespace().collect();
    let end_of_name = (1..words.len()).find(|end| {
        let agency = words[*end..].join(" ");
        // `Sid` and `Ap` are names, too.
        let is_short = agency.chars().any(char::is_lowercase) && !agency.contains(' ');
        let is_joined = WITH.contains(&words[end - 1]);
        AGENCIES.contains(&agency.to_lowercase().as_str()) && (is_joined || !is_short)
    });

    let mut name = words[..end_of_name.unwrap_or(words.len())].to_vec();
    if end_of_name.is_some() && name.last().is_some_and(|word| WITH.contains(word)) {
        name.pop();
    }
    name.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_around_a_name_go() {
        for (part, expected) in [
            ("Follow Jane Lee", "Jane Lee"),
            ("About the author Jane Lee", "Jane Lee"),
            ("Aus Berlin berichtet Anna Martel", "Anna Martel"),
            (
                "dal nostro inviato Marco Rossi",
                "nostro inviato Marco Rossi",
            ),
            ("本报记者 李明", "李明"),
            ("Jane Lee", "Jane Lee"),
            ("Dalia Moe", "Dalia Moe"),
            ("Dal Singh", "Dal Singh"),
            ("田中太郎記者", "田中太郎記者"),
        ] {
            assert_eq!(without_preface(part), expected, "{part}");
        }
        assert_eq!(without_tail("Jane Lee Special to The Sun"), "Jane Lee");
        assert_eq!(without_tail("Jane Lee in New York"), "Jane Lee");
        assert_eq!(without_tail("Jane Inness"), "Jane Inness");
        assert!(opens_with_place("Aus Bad Seeheim berichtet Anna Martel"));
        assert!(!opens_with_place("Aus Berlin kommt der Zug"));
    }

    #[test]
    fn the_names_of_other_work_end_a_part() {
        let kept = |part| before_other_work(part);
        assert_eq!(
            kept("Jane Lee Photographs by Max Orr").as_deref(),
            Some("Jane Lee")
        );
        assert_eq!(kept("editing by Max Orr"), None);
    }
}
