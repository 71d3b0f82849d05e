//! The time of day that is printed before its date: `16:50, 7 March 2026`, `4:50 PM EST March 7,
//! 2026`, `16.50 Uhr | 07.03.2026`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::time::printed::weekdays::WEEKDAYS;

/// Most bytes of a time before its date, with a zone and the day of the week.
const LONGEST: usize = 64;

/// The halves of the day, as in the time behind a date.
const HALF: &str = "오전|오후|午前|午後|(?i:[AP]\\.?\\s?M\\b\\.?)";

/// A time of day at the end of a text, with little between it and that end: a zone, a mark, the day
/// of the week, `on`.
static AT_END: LazyLock<Regex> = LazyLock::new(|| {
    let clock = format!(
        "{}{}{}{}",
        format_args!(
            r"(?:(?P<half>{HALF})\s*)?(?P<hour>\d{{1,2}})(?:(?P<sign>:|\s?[hH]|\s*[시時])"
        ),
        r"\s*(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\s*[분分])?(?P<word>\s?Uhr\b|\s?น\.)?",
        r"|\.(?P<dotted>\d\d)(?:\s?Uhr\b|\s?น\.))",
        format_args!(r"(?:\s*(?P<half_behind>{HALF}))?"),
    );
    let zone = r"(?P<apart>\s*)(?:\(?(?P<zone>[A-Z]{1,4}T\b|UTC\b)\)?)?";
    let rest = format!(
        "{}{}{}",
        r"\s*[)\]]?\s*[,|·•@/\-–—]?\s*",
        format_args!(r"(?:\(?(?i:{WEEKDAYS})\)?[.,]{{0,2}}\s+)?"),
        r"(?i:(?:on|am|den|le|el|il|em|op)\s+)?[(\[]?$",
    );
    Regex::new(&format!("{clock}{zone}{rest}")).expect("tests read a date by it")
});

/// A time of day at the beginning of a text.
static AT_START: LazyLock<Regex> = LazyLock::new(|| {
    let clock = r"\s*\d{1,2}(?::|\.|\s?[hH]\s?|\s*[시時]\s*)\d\d(?:[^\d.]|$)";
    Regex::new(&format!("^(?:{HALF})?{clock}")).expect("a test finds a clock by it")
});

/// A time of day before a date.
pub(super) struct ClockBefore<'t> {
    /// The text before the date.
    pub text: &'t str,
    pub found: Captures<'t>,
    /// The first byte of the time.
    pub start: usize,
}

impl<'t> ClockBefore<'t> {
    /// Finds the time at the end of the text before a date. The end of a span (`10:00-16:50`), a
    /// time behind another number, which may be that of another date, and a length (`3:25`) are
    /// none.
    pub(super) fn of(before: &'t str) -> Option<Self> {
        let from = before.floor_char_boundary(before.len().saturating_sub(LONGEST));
        let text = &before[from..];
        let found = AT_END.captures(text)?;

        if !is_clock(&found) {
            return None;
        }

        let start = found.get(0)?.start();
        let ahead =
            text[..start].trim_end_matches(|c: char| c.is_whitespace() || ",-–—~".contains(c));
        let is_of_other = ahead.ends_with(|c: char| c.is_ascii_digit() || ":.+일日".contains(c))
            && !ends_with_label(ahead);
        (!is_of_other).then_some(Self {
            text,
            found,
            start: from + start,
        })
    }
}

/// Tells whether a match is a time of day, and not the length of a film: its hour has two digits, or
/// a half of the day, a word or a zone stands beside it.
fn is_clock(found: &Captures<'_>) -> bool {
    let has_two_digits = found.name("hour").is_some_and(|hour| hour.len() == 2);
    let names = ["half", "half_behind", "word", "dotted", "zone"];
    has_two_digits || names.iter().any(|name| found.name(name).is_some())
}

/// Tells whether a text ends with the colon or dot of a word: `Published:`, `kl.`.
fn ends_with_label(text: &str) -> bool {
    let word = text.trim_end_matches([':', '.']).trim_end();
    word.len() < text.len() && word.ends_with(char::is_alphabetic)
}

/// Tells whether a date begins with its time of day.
pub fn begins_with_clock(date: &str) -> bool {
    AT_START.is_match(date)
}
