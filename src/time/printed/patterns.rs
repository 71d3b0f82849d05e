//! The forms of printed dates, as regular expressions with named groups.

use std::sync::LazyLock;

use regex::Regex;

/// The time of day behind a date, with its zone.
///
/// It matches `18:47`, `at 3:00 PM`, `오후 2시 29분`, `PM 3:00:00`, `3:00 p.m. EST`, `T00:00:00+00`,
/// `16h50`, `16.50 Uhr`, `T09` and `정오`. It does not match `자정`, which may be either end of a day.
const TIME: &str = concat!(
    r"(?:(?:\s*|[Tt]|\s*[,|·•@]\s*|\s+[-–—]\s+",
    r"|\s*,?\s+(?i:at|um|à|às|a las|alle(?: ore)?|ore|om|kl\.?|klo|в)\s+)",
    r"(?P<half>오전|오후|새벽|아침|낮|저녁|밤|午前|午後|(?i:[AP]\.?\s?M\b\.?))?\s*",
    r"(?P<hour>\d{1,2})(?P<sign>:|\s*[시時]|\s?[hH]|\.)\s*",
    r"(?:(?P<minute>\d{1,2})(?:\s*[분分])?",
    r"(?:\s*:\s*(?P<second>\d{1,2})(?:[.,:]\d+)?|\s+(?P<second_named>\d{1,2})\s*[초秒]|\.\d+)?",
    r"|(?P<thirty>[반半]))?",
    r"(?:\s*(?P<half_behind>오전|오후|午前|午後|(?i:[AP]\.?\s?M\b\.?)))?",
    r"|[Tt](?P<hour_alone>\d\d)|\s*(?P<noon>정오|正午))?",
    r"(?P<apart>\s*)(?:\(?(?P<zone>Etc/GMT[+\-]\d{1,2}\b",
    r"|(?:(?i:UTC|GMT|UT)\s*)?[+\-−–](?:\s?\d{4}|\d{1,2}(?::?\d{2})?)\b",
    r"|(?i:UTC|GMT|UT)\s*[+\-−–]\d\b",
    r"|[A-Z][A-Za-z_]+(?:/[A-Za-z_]+)+\b|[A-Z]{3}\d{1,2}[A-Z]{3}\b|[A-Za-z]{2,}\b|[Zz]\b)\)?)?",
);

/// The day of the week between date and time, in brackets or by itself: `(월)`, `(Mon)`, `금요일`.
const WEEKDAY: &str =
    r"(?:\s*\((?:.|.요일|.曜日|[A-Za-z]{3,9})\)|\s*[월화수목금토일]요일|\s*[月火水木金土日]曜日)?";

/// A date that begins with its year: `2018.04.27 18:47`, `2012년 03월 05일 (월) 14:29:08`,
/// `2026-08-19T17:01:32`, `2025/08/25`. Spaces may be hard ones.
pub(super) static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"[\s.\-년年/]{1,4}(?P<month>\d{1,2})[\s.\-월月/]{1,4}(?P<day>\d{1,2})(?:일|日|\.)?";
    compiled(&format!(r"(?P<year>(?:19|20)\d\d){day}{WEEKDAY}{TIME}"))
});

/// A date with a year of two digits, as a whole text: `26.08.19 17:01`, `'26. 8. 19. 오후 5:01`.
pub(super) static SHORT_YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\s*[.\-년/]\s*(?P<month>\d{1,2})\s*[.\-월/]\s*(?P<day>\d{1,2})(?:일|\.)?";
    compiled(&format!(r"^\s*['’]?(?P<year>\d\d){day}{WEEKDAY}{TIME}\s*$"))
});

/// A date that begins with its day, as in RFC 822 and in most of Europe:
/// `Sun, 27 Sep 2026 09:00:00 +0900`, `27 9 2026 09:00:00 KST`, `7. März 2026, 16:50 Uhr`,
/// `7 de marzo de 2026`, `07.03.2026`.
pub(super) static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        "{}{}{}{TIME}",
        r"(?P<day>\d{1,2})(?:\.\s*|(?:er|º|°|st|nd|rd|th)?[\s\-]+)(?:(?:de|of)\s+)?",
        r"(?P<month>[A-Za-zÀ-ɏЀ-џ]{3,12}|\d{1,2})(?:\.?,?[\s\-]+(?:del?\s+)?|\.)",
        r"(?P<year>(?:19|20)\d\d)"
    ))
});

/// A date of numbers with slashes, the day first: `27/03/2026`.
pub(super) static DAY_FIRST_SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\b(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>(?:19|20)\d\d)\b";
    compiled(&format!("{day}{TIME}"))
});

/// A date of numbers with slashes, the month first: `03/27/2026`.
pub(super) static MONTH_FIRST_SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>(?:19|20)\d\d)\b";
    compiled(&format!("{day}{TIME}"))
});

/// A date in the basic format of ISO 8601, as a whole text: `20261120T090000+0900`, `20261120`.
pub(super) static BASIC: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"^\s*(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)",
        r"(?:[Tt ]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,]\d+)?",
        r"(?P<zone>[Zz]|[+\-]\d\d(?::?\d\d)?)?)?\s*$",
    ))
});

/// A date that begins with its month: `Nov 20, 2026 3:00 PM`,
/// `Fri Nov 20 2026 09:00:00 GMT+0900 (KST)`.
pub(super) static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        "{}{}{TIME}",
        r"\b(?P<month>[A-Za-zÀ-ɏЀ-џ]{3,12})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+",
        r"(?P<year>(?:19|20)\d\d)\b"
    ))
});

/// A date of RFC 850, or of RFC 822 before RFC 1123 gave it a year of four digits:
/// `Friday, 20-Nov-26 15:05:00 GMT`, `20 Nov 26 09:00 +0900`.
pub(super) static SHORT_DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        "{}{TIME}",
        r"\b(?P<day>\d{1,2})[\s\-]+(?P<month>[A-Za-z]{3,9})[\s\-]+(?P<year>\d\d)\b"
    ))
});

/// A date without a year, as a whole text: `07.21 18:39`, `03-08 02:25`.
pub(super) static YEARLESS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"^\s*(?P<month>\d{1,2})[.\-/월]\s*(?P<day>\d{1,2})일?\.?\s+",
        r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*$",
    ))
});

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("tests read a date by each pattern of this file")
}
