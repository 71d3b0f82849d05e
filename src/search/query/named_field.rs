//! The fields that a query names, each with a colon behind it.

use jiff::civil::Date;

use crate::search::query::node::SearchField;

/// A field that chooses articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chooser {
    Site,
    After,
    Before,
}

impl Chooser {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Site => "site:",
            Self::After => "after:",
            Self::Before => "before:",
        }
    }
}

/// A field of a query.
#[derive(Clone, Copy)]
pub(super) enum NamedField {
    Searched(SearchField),
    Chosen(Chooser),
}

impl NamedField {
    const ALL: [Self; 6] = [
        Self::Searched(SearchField::Title),
        Self::Searched(SearchField::Author),
        Self::Searched(SearchField::Section),
        Self::Chosen(Chooser::Site),
        Self::Chosen(Chooser::After),
        Self::Chosen(Chooser::Before),
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Searched(field) => field.name(),
            Self::Chosen(chooser) => chooser.name(),
        }
    }

    /// Splits the name of a field from what stands behind it. Other words with a colon are words.
    pub(super) fn split(text: &str) -> (Option<Self>, &str) {
        for field in Self::ALL {
            let name = field.name();
            let begins = text
                .get(..name.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(name));
            if begins {
                return (Some(field), &text[name.len()..]);
            }
        }
        (None, text)
    }
}

/// Tells whether a query has a word with a colon that looks like the name of a field, and is none:
/// `text:책`, `title : 책`.
pub(super) fn has_unknown_field(written: &str) -> bool {
    written.split_whitespace().any(|word| {
        let word = word.trim_start_matches(['(', '-', '\u{2212}']);
        let (None, Some((name, value))) = (NamedField::split(word).0, word.split_once(':')) else {
            return false;
        };
        // Not the time 12:30, and no address.
        name.chars().all(char::is_alphabetic) && !value.starts_with("//")
    })
}

/// Reads a day as people write it: 2026-03-07, 2026.3.7, 2026/03/07. A month or a year stands for
/// its first day.
pub(super) fn day(written: &str) -> Option<Date> {
    let parts: Option<Vec<i16>> = written
        .trim_end_matches('.')
        .split(['-', '.', '/'])
        .map(number)
        .collect();
    match parts?[..] {
        [year, month, day] if year >= FIRST_YEAR => date(year, month, day),
        [year, month] if year >= FIRST_YEAR => date(year, month, 1),
        [year] if year >= FIRST_YEAR => date(year, 1, 1),
        _ => None,
    }
}

/// The first year of four digits: 26.3.7 may mean several days.
const FIRST_YEAR: i16 = 1_000;

fn number(written: &str) -> Option<i16> {
    let is_number = written.len() <= 4 && written.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| written.parse().ok())?
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_write_it() {
        for (written, read) in [
            ("2026-11-20", "2026-11-20"),
            ("2026.11.20", "2026-11-20"),
            ("2026.1.5.", "2026-01-05"),
            ("2026/11/20", "2026-11-20"),
            ("2026-11", "2026-11-01"),
            ("2026", "2026-01-01"),
        ] {
            let day = day(written).map(|day| day.to_string());
            assert_eq!(day.as_deref(), Some(read), "{written}");
        }
        for written in [
            "",
            "26.3.7",
            "2026-13",
            "2026-02-30",
            "2026-1-2-3",
            "20261120",
            "2026-",
            "+202",
        ] {
            assert_eq!(day(written), None, "{written}");
        }
    }

    #[test]
    fn words_that_look_like_a_field_are_told_from_others() {
        for written in [
            "text:책",
            "서점 제목:책",
            "title : 책",
            "-본문:책",
            "(제목:책)",
            "책 :",
        ] {
            assert!(has_unknown_field(written), "{written}");
        }
        for written in [
            "책",
            "title:책",
            "(title:책)",
            "12:30",
            "https://a.example",
            "-author:김",
        ] {
            assert!(!has_unknown_field(written), "{written}");
        }
    }
}
