//! Reads the dates that a page prints under its headline.

use std::sync::LazyLock;

use regex::Regex;

use crate::config::profile::PrintedDates;
use crate::markup::{Pattern, Tree, text};
use crate::time::printed::{DateReader, PrintedTime, Zulu};

/// Longest label behind a date, in characters: `수정`, ` (updated`.
const WORD: usize = 10;

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
        let dates = DateReader {
            zulu: Zulu::Local,
            ..dates
        };
        Self::of_lines(lines.iter().map(String::as_str), rules, dates)
    }

    /// Reads every date in the lines. A date is an update if the words before it, or a label behind
    /// it, match `rules.update`.
    pub(super) fn of_lines<'l>(
        lines: impl Iterator<Item = &'l str>,
        rules: &PrintedDates,
        dates: DateReader<'_>,
    ) -> Self {
        let mut printed = Self::default();
        for line in lines {
            let mut rest = line;
            while let Some((time, place)) = dates.find(rest) {
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

/// Tells whether a line is a date behind a verb of publication or of change, and nothing else:
/// `Published on 7 March 2026`, `Zuletzt aktualisiert: 07.03.2026`.
pub(super) fn is_date_with_verb(line: &str, rules: &PrintedDates) -> bool {
    /// Most bytes of such a line.
    const LONGEST: usize = 400;
    /// Words that stand before the verb.
    const FIRST: [&str; 4] = ["first ", "last ", "zuletzt ", "dernière "];
    if line.len() > LONGEST {
        return false;
    }

    let lower = line.to_lowercase();
    let line = FIRST
        .iter()
        .find_map(|word| lower.strip_prefix(word))
        .unwrap_or(&lower);

    let mut verbs = [&rules.published, &rules.update].into_iter().flatten();
    verbs.any(|verbs| {
        let verb = verbs.find(line).unwrap_or_default();
        let behind = line.strip_prefix(verb).filter(|_| !verb.is_empty());
        behind.is_some_and(|behind| {
            !behind.starts_with(char::is_alphanumeric) && BEHIND_VERB.is_match(behind)
        })
    })
}

/// A year that follows soon, and the end of the line. A full stop stands in a date alone.
static BEHIND_VERB: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[^.]|\d\.){0,20}\b(?:19|20)\d\d\b[^.]{0,80}$").expect("a test compiles it")
});

/// Tells whether the words around a date label it as an update.
fn is_update(words: &Pattern, before: &str, behind: &str) -> bool {
    let label = behind
        .split(['|', '·', ')', ']', '/'])
        .next()
        .unwrap_or_default();
    let is_label = label.chars().count() <= WORD && !label.contains(|c: char| c.is_ascii_digit());

    words.is_match(before) || is_label && words.is_match(label)
}
