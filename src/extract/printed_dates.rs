//! Reads the dates that a page prints under its headline.

use jiff::tz::TimeZone;

use crate::config::profile::PrintedDates;
use crate::markup::{Pattern, Tree, text};
use crate::time::printed::{PrintedTime, Zulu, find};

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
    pub(super) fn read(tree: &Tree, rules: &PrintedDates, zone: &TimeZone) -> Self {
        let Some(lines) = &rules.lines else {
            return Self::default();
        };

        let lines: Vec<String> = tree.all(lines).map(|line| text(&line)).collect();
        let update = rules.update.as_ref();
        Self::of_lines(lines.iter().map(String::as_str), update, zone, Zulu::Local)
    }

    /// Reads every date in the lines. A date is an update if the words before it, or a label behind
    /// it, match `update`.
    pub(super) fn of_lines<'l>(
        lines: impl Iterator<Item = &'l str>,
        update: Option<&Pattern>,
        zone: &TimeZone,
        zulu: Zulu,
    ) -> Self {
        let mut printed = Self::default();
        for line in lines {
            let mut rest = line;
            while let Some((time, place)) = find(rest, zone, zulu) {
                let (before, behind) = (&rest[..place.start], &rest[place.end..]);
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

/// Tells whether the words around a date label it as an update.
fn is_update(words: &Pattern, before: &str, behind: &str) -> bool {
    let label = behind
        .split(['|', '·', ')', ']', '/'])
        .next()
        .unwrap_or_default();
    let is_label = label.chars().count() <= WORD && !label.contains(|c: char| c.is_ascii_digit());

    words.is_match(before) || is_label && words.is_match(label)
}
