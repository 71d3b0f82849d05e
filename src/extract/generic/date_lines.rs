//! Tells the date under a headline from the dates that head the parts of a diary.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use crate::extract::generic::prose::is_prose;
use crate::extract::measured::is_bare_byline;
use crate::extract::printed_dates::behind_date;
use crate::markup::blocks::Block;
use crate::text::letters;
use crate::time::printed::{DateOrder, DateReader, Zulu};

/// Longest line of a date and a byline, in characters.
const LONGEST: usize = 160;

/// The lines of a story that are dates under its headline.
pub(super) struct DateLines {
    /// How many first blocks may be such dates.
    head: usize,
    subheads: HashSet<String>,
}

impl DateLines {
    pub(super) fn of(blocks: &[Block], head: usize) -> Self {
        Self {
            head,
            subheads: subheads(blocks, head),
        }
    }

    /// Tells whether a block is the date under the headline.
    pub(super) fn have(&self, at: usize, text: &str) -> bool {
        at < self.head && is_bare_date(text) && !self.subheads.contains(&shape(text))
    }
}

/// Returns the shapes of the dates that head the parts of a diary: two or more are of one shape, and
/// the last one stands behind prose or far from the headline. Those under a headline stand together.
fn subheads(blocks: &[Block], head: usize) -> HashSet<String> {
    let prose = blocks.iter().position(is_prose).unwrap_or(head).min(head);
    let mut dates: HashMap<String, (HashSet<&str>, usize)> = HashMap::new();
    for (at, block) in blocks.iter().enumerate() {
        if is_bare_date(&block.text) {
            let (texts, last) = dates.entry(shape(&block.text)).or_default();
            texts.insert(&block.text);
            *last = at;
        }
    }

    let subheads = dates
        .into_iter()
        .filter(|(_, (texts, last))| texts.len() > 1 && *last >= prose);
    subheads.map(|(shape, _)| shape).collect()
}

/// Returns a text with one sign for each run of letters or of digits: `7. März 2026` as `0. a 0`.
fn shape(text: &str) -> String {
    let sign = |c: char| match c {
        c if c.is_numeric() => '0',
        c if c.is_alphabetic() => 'a',
        c => c,
    };
    let mut signs: Vec<char> = text.chars().map(sign).collect();
    signs.dedup();
    signs.into_iter().collect()
}

/// Tells whether a line is a date and nothing else, or a date and a byline behind it, whatever the
/// order of day and month: `Sat 7 March 2026 16:50 GMT`, `7. März 2026 | Von Anna Martel`.
pub(crate) fn is_bare_date(line: &str) -> bool {
    if line.chars().nth(LONGEST).is_some() {
        return false;
    }

    let dates = DateReader {
        zone: &TimeZone::UTC,
        zulu: Zulu::Utc,
        order: DateOrder::DayFirst,
    };
    let is_alone = dates.find(line).is_some_and(|(_, place)| {
        let around = [&line[..place.start], &line[place.end..]];
        around.iter().all(|text| letters(text).next().is_none())
    });
    is_alone || behind_date(line).is_some_and(|rest| rest.is_empty() || is_bare_byline(rest))
}
