//! The dates that stand under a headline.

use jiff::tz::TimeZone;

use crate::config::profile::PrintedDates;
use crate::markup::{Pattern, Tree, text};
use crate::time::printed::{PrintedTime, Zulu, find};

/// Characters of a word behind a date that says what it is: `수정`, ` (updated`.
const WORD: usize = 10;

/// The dates that stand under a headline.
#[derive(Debug, Default, PartialEq)]
pub struct PrintedUnderHeadline {
    pub published: Option<PrintedTime>,
    pub updated: Option<PrintedTime>,
}

impl PrintedUnderHeadline {
    /// Reads the dates in the lines that the rules select.
    pub fn read(tree: &Tree, rules: &PrintedDates, zone: &TimeZone) -> Self {
        let Some(lines) = &rules.lines else {
            return Self::default();
        };
        let lines: Vec<String> = tree.all(lines).map(|line| text(&line)).collect();
        Self::of_lines(
            lines.iter().map(String::as_str),
            rules.update.as_ref(),
            zone,
            Zulu::Local,
        )
    }

    /// Reads every date in the lines: the words before it, or a word by itself behind it, tell
    /// whether it is an update.
    pub fn of_lines<'l>(
        lines: impl Iterator<Item = &'l str>,
        update: Option<&Pattern>,
        zone: &TimeZone,
        zulu: Zulu,
    ) -> Self {
        let mut printed = Self::default();
        for line in lines {
            let mut rest = line;
            while let Some((time, place)) = find(rest, zone, zulu) {
                let behind = rest[place.end..]
                    .split(['|', '·', ')', ']', '/'])
                    .next()
                    .unwrap_or_default();
                let is_word = behind.chars().count() <= WORD
                    && !behind.contains(|c: char| c.is_ascii_digit());
                let is_told = |words: &Pattern| {
                    words.is_match(&rest[..place.start]) || is_word && words.is_match(behind)
                };
                let is_update = update.is_some_and(is_told);
                let slot = if is_update {
                    &mut printed.updated
                } else {
                    &mut printed.published
                };
                slot.get_or_insert(time);
                rest = &rest[place.end..];
            }
        }
        printed
    }
}
