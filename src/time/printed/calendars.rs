//! Years that are counted by eras or from the Buddha, as years of the common calendar.

/// Years from the Buddhist era to the common one, as Thailand counts (Unicode CLDR: `buddhist`).
const BUDDHIST: i16 = 543;

/// Buddhist years that papers may print: 1857 to 2156.
const BUDDHIST_YEARS: std::ops::Range<i16> = 2400..2700;

/// The first Buddhist year of two digits that is read, 2540: the first Thai papers in the web are
/// of 1996. A smaller number may be a year of the common calendar.
const FIRST_SHORT: i16 = 40;

/// Japanese eras: the year before their first one, and their last year.
const ERAS: [(&str, i16, i16); 5] = [
    ("令和", 2018, i16::MAX),
    ("平成", 1988, 2019),
    ("昭和", 1925, 1989),
    ("大正", 1911, 1926),
    ("明治", 1867, 1912),
];

/// Returns the year of a Japanese era. `元` is its first one. A year after the era's end is none.
pub(super) fn year_of_era(era: &str, printed: &str) -> Option<i16> {
    let (_, before, last) = ERAS.into_iter().find(|(name, ..)| *name == era)?;
    let year: i16 = if printed == "元" {
        1
    } else {
        printed.parse().ok()?
    };

    let year = before.checked_add(year)?;
    (year > before && year <= last).then_some(year)
}

/// Returns the common year of a printed one that may be Buddhist.
pub(super) fn common_year(printed: i16) -> i16 {
    if BUDDHIST_YEARS.contains(&printed) {
        printed - BUDDHIST
    } else {
        printed
    }
}

/// Returns the common year of two digits behind a Thai month, which count from the Buddha.
pub(super) fn short_thai_year(printed: i16) -> Option<i16> {
    (printed >= FIRST_SHORT).then_some(2500 + printed - BUDDHIST)
}

/// Tells whether a character is of the Thai script.
pub(super) fn is_thai(c: char) -> bool {
    ('\u{e00}'..='\u{e7f}').contains(&c)
}
