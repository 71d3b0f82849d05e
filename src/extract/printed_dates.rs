//! Reads the dates that a page prints under its headline.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use regex::Regex;

use crate::config::profile::PrintedDates;
use crate::markup::{Pattern, Tree, text};
use crate::text::letters;
use crate::time::Precision;
use crate::time::printed::{DateOrder, DateReader, PrintedTime, WEEKDAYS, Zulu};

/// Longest label behind a date, in characters: `수정`, ` (updated`.
const WORD: usize = 10;

/// Most dates that are read of a line: a limit on the work on hostile texts.
const MOST_DATES: usize = 8;

/// The dates that stand under a headline.
#[derive(Debug, Default, PartialEq)]
pub(super) struct PrintedUnderHeadline {
    pub published: Option<PrintedTime>,
    pub updated: Option<PrintedTime>,
}

impl PrintedUnderHeadline {
    /// Reads the dates in the lines that the rules select.
    pub(super) fn read(tree: &Tree, rules: &PrintedDates, dates: DateReader<'_>) -> Self {
        let Some(lines) = &rules.lines else {
            return Self::default();
        };

        let lines: Vec<String> = tree.all(lines).map(|line| text(&line)).collect();
        let lines = match &rules.published {
            Some(verbs) => without_anniversaries(lines, verbs, dates),
            None => lines,
        };
        let dates = DateReader {
            zulu: Zulu::Local,
            ..dates
        };
        Self::of_lines(lines.iter().map(String::as_str), rules, dates)
    }

    /// Reads the first dates in each of the lines. A date is an update if the words before it, or a
    /// label behind it, match `rules.update`.
    pub(super) fn of_lines<'l>(
        lines: impl Iterator<Item = &'l str>,
        rules: &PrintedDates,
        dates: DateReader<'_>,
    ) -> Self {
        let mut printed = Self::default();
        for line in lines {
            let mut rest = line;
            for _ in 0..MOST_DATES {
                let Some((time, place)) = dates.find(rest) else {
                    break;
                };
                let (before, behind) = (&rest[..place.start], &rest[place.end..]);
                let update = rules.update.as_ref();
                let slot = if update.is_some_and(|words| is_update(words, before, behind)) {
                    &mut printed.updated
                } else {
                    &mut printed.published
                };

                slot.get_or_insert(time);
                rest = behind;
            }
        }
        printed
    }
}

/// Leaves out the lines of an unknown page that remember a day. A profile knows its lines, and has
/// no verbs of publication.
fn without_anniversaries(
    mut lines: Vec<String>,
    verbs: &Pattern,
    dates: DateReader<'_>,
) -> Vec<String> {
    let mut told = lines.iter().filter_map(|line| dates.read(line));
    let has_later = told.any(|told| is_of_the_web(&told));
    lines.retain(|line| !is_anniversary(line, verbs, dates, has_later));
    lines
}

/// Tells whether a line remembers a day: one before there were pages, with words behind it and no
/// verb of publication. The words are a phrase, or another line `has_later` day: archives print a
/// page, a place or a section behind the days of their old stories.
fn is_anniversary(line: &str, verbs: &Pattern, dates: DateReader<'_>, has_later: bool) -> bool {
    let Some((told, place)) = dates.find(line) else {
        return false;
    };
    let behind = &line[place.end..];
    let has_words = letters(behind).any(char::is_alphabetic);
    told.precision == Precision::Day
        && !is_of_the_web(&told)
        && has_words
        && (has_later || has_phrase(behind))
        && !verbs.is_match(line)
}

/// Tells whether a day is one since there are pages of the web.
fn is_of_the_web(told: &PrintedTime) -> bool {
    const FIRST_PAGE: &str = "1991";
    told.day().as_str() >= FIRST_PAGE
}

/// Tells whether a text has a phrase of running prose between its marks: three or more words that
/// begin with a small letter, as `on the ice`. `Page 37 of the last edition` has a number.
fn has_phrase(text: &str) -> bool {
    const WORDS: usize = 3;
    let mut parts = text.split(|c: char| ",.;:|·•/()[]–—".contains(c));
    parts.any(|part| {
        let small = part
            .split_whitespace()
            .filter(|word| word.starts_with(char::is_lowercase));
        small.count() >= WORDS && !part.contains(|c: char| c.is_ascii_digit())
    })
}

/// Tells whether a line is a date behind a verb of publication or of change, and nothing else but
/// more such dates: `Published on 7 March 2026`, `Zuletzt aktualisiert: 07.03.2026`.
pub(super) fn is_date_with_verb(line: &str, rules: &PrintedDates) -> bool {
    /// Most bytes of such a line.
    const LONGEST: usize = 400;
    if line.len() > LONGEST {
        return false;
    }

    let mut rest = line;
    while let Some(behind) = behind_verb(rest, rules) {
        let Some(date) = date_at_start(behind) else {
            return false;
        };
        rest = behind[date.end..].trim_start_matches(is_mark);
        if NO_MORE.is_match(rest) {
            return true;
        }
    }
    false
}

/// Returns what stands behind the date with which a line begins, and behind its zone and its marks.
pub(super) fn behind_date(line: &str) -> Option<&str> {
    let date = date_at_start(line)?;
    let rest = line[date.end..].trim_start_matches(is_mark);
    let rest = &rest[CLOCK_WORD.find(rest).map_or(0, |word| word.end())..];
    Some(rest.trim_start_matches(is_mark))
}

/// Returns the text behind the verb with which a line begins, and behind the marks that follow it.
fn behind_verb<'l>(line: &'l str, rules: &PrintedDates) -> Option<&'l str> {
    let line = &line[FIRST.find(line).map_or(0, |word| word.end())..];
    let mut verbs = [&rules.published, &rules.update].into_iter().flatten();
    verbs.find_map(|verbs| {
        let verb = verbs.find(line).filter(|verb| !verb.is_empty())?;
        let behind = line.strip_prefix(verb)?;
        let is_whole = !behind.starts_with(char::is_alphanumeric);
        is_whole.then_some(behind.trim_start_matches(is_mark))
    })
}

/// Returns the range of the whole date with which a text begins. The zone behind it need not be one
/// that is understood.
fn date_at_start(text: &str) -> Option<Range<usize>> {
    const DATES: DateReader<'_> = DateReader {
        zone: &TimeZone::UTC,
        zulu: Zulu::Local,
        order: DateOrder::DayFirst,
    };
    let without_zone = || DATES.find(&text[..CLOCK.find(text)?.end()]);

    let (_, place) = DATES.find(text).or_else(without_zone)?;
    BEFORE_DATE.is_match(&text[..place.start]).then_some(place)
}

/// Tells whether a character parts a date from its verb, or from what stands behind it.
fn is_mark(c: char) -> bool {
    c.is_whitespace() || ":：,;.|·•/()[]-–—".contains(c)
}

/// Words that stand before the verb.
static FIRST: LazyLock<Regex> = LazyLock::new(|| compiled(r"^(?i:first|last|zuletzt|dernière)\s+"));

/// The text between a verb and its date: a preposition and the day of the week.
static BEFORE_DATE: LazyLock<Regex> = LazyLock::new(|| {
    let preposition = "(?i:on|at|am|um|den|le|la|el|il|em|op|om|à|às|på|pada|w dniu|dnia)";
    compiled(&format!(
        r"^(?:{preposition}[\s:]+)?(?:(?i:{WEEKDAYS})[\s.,]+)?$"
    ))
});

/// The end of a line behind a date: nothing, or the rest of a clock, and a zone.
static NO_MORE: LazyLock<Regex> = LazyLock::new(|| {
    let clock = r"(?:(?i:at|um|à|às|kl\.?)\s+)?(?:\d{1,2}[:.h]\d\d(?::\d\d)?)?";
    let word = r"\s*(?i:[ap]\.?\s?m\.?|uhr|uur|hrs|h)?";
    let zone = r"\s*\(?(?:[A-Z]{2,5})?(?:[+\-]\d{1,2}:?\d{0,2})?";
    compiled(&format!(r"^{clock}{word}{zone}[\s.)\]]*$"))
});

/// A word or a zone behind a clock.
static CLOCK_WORD: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^(?:(?i:uhr|uur|hrs|h)\b|น\.|[A-Z]{2,5}\b)"));

/// A clock up to its half of the day.
static CLOCK: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"\d{1,2}:\d\d(?::\d\d)?(?:\s*(?i:[ap]\.?\s?m\b\.?))?"));

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a test reads a line by each pattern of this file")
}

/// Tells whether the words around a date label it as an update.
fn is_update(words: &Pattern, before: &str, behind: &str) -> bool {
    let label = behind
        .split(['|', '·', ')', ']', '/'])
        .next()
        .unwrap_or_default();
    let is_label = label.chars().count() <= WORD && !label.contains(|c: char| c.is_ascii_digit());

    words.is_match(before) || is_label && words.is_match(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;

    #[test]
    fn a_day_that_a_line_remembers_is_no_publication() {
        let read = |line: &str| {
            let lines = line
                .split('\n')
                .map(|line| format!("<p class=date>{line}</p>"));
            let lines: String = lines.collect();
            let html = format!("<article><h1>Eis</h1>{lines}</article>");
            let rules = &Profile::generic().article.printed;
            static UTC: TimeZone = TimeZone::UTC;
            let dates = DateReader::new(&UTC, Zulu::Utc);
            let tree = Tree::parse(&html).unwrap();
            let printed = PrintedUnderHeadline::read(&tree, rules, dates);
            printed.published.map(|told| told.day())
        };
        let later = "1963. január 9. emlékére\n7 March 2026";
        assert_eq!(read(later).as_deref(), Some("2026-03-07"));
        assert_eq!(read("Remembering 9 January 1963 on the ice"), None);
        for line in [
            "9 January 1963",
            "Published 9 January 1963 by the harbour office",
            "Das Eis: 9 January 1963",
            "January 9, 1963, Page 4 of the last edition",
            "9. Januar 1963 (Mittwoch)",
            "9 janvier 1963 à Aldmouth",
            "The Aldmouth Post, 9 January 1963, p. 4",
            "9 January 1963 Share",
            "1963년 1월 9일 수요일",
        ] {
            assert_eq!(read(line).as_deref(), Some("1963-01-09"), "{line}");
        }
        assert!(read("9 January 2003 on the ice").is_some());
    }

    #[test]
    fn a_verb_and_a_whole_date_are_no_line_of_a_story() {
        let generic = Profile::generic();
        let rules = &generic.article.printed;
        for line in [
            "Published on 7 March 2026",
            "Published: 16:50 EST, Saturday, 7 March 2026",
            "Last updated: 7 March 2026, 16:50 IST",
            "Updated Saturday, March 7, 2026 at 4:50 p.m. ET.",
            "Zuletzt aktualisiert: 07.03.2026, 16:50 Uhr",
            "Veröffentlicht am 7. März 2026 um 16.50 Uhr",
            "Publié le 7 mars 2026 à 16h50 | Mis à jour le 8 mars 2026 à 9h05",
            "Published 7 March 2026 (updated 8 March 2026)",
            "수정 2026.03.07 16:50",
        ] {
            assert!(is_date_with_verb(line, rules), "{line}");
        }
    }

    #[test]
    fn a_subhead_or_a_list_item_with_a_year_stays_in_the_story() {
        let generic = Profile::generic();
        let rules = &generic.article.printed;
        for line in [
            "Revised budget for 2026",
            "Published in 2019, sold four million copies",
            "Edited by hand in 2021 and read on stage",
            "Corrected in 2025: what the council got wrong",
            "Published in March 2026",
            "Published on 7 March 2026, sold out by noon",
            "Published on 7 March 2026, 16:50 people came",
            "Updated rules from 7 March 2026",
            "Updated on 7 March 2026, updated rules",
        ] {
            assert!(!is_date_with_verb(line, rules), "{line}");
        }
    }
}
