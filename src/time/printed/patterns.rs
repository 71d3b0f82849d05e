//! The forms of printed dates, as regular expressions with named groups.

use std::sync::LazyLock;

use regex::Regex;

use crate::time::printed::months::THAI_MONTHS;

/// The time of day behind a date, with its zone.
///
/// It matches `18:47`, `at 3:00 PM`, `오후 2시 29분`, `PM 3:00:00`, `3:00 p.m. EST`, `T00:00:00+00`,
/// `16h50`, `16.50 Uhr`, `[16:50]`, `เวลา 16.50 น.`, `T09` and `정오`. It does not match `자정`, which
/// may be either end of a day.
const TIME: &str = concat!(
    r"(?:(?:\s*|[Tt]|\s*[,|·•@\[(]\s*|\s+[-–—]\s+|\s*เวลา\s*",
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

/// The day of the week between date and time, in brackets or by itself: `(월)`, `(Mon)`, `금요일`,
/// `Sat`. Papers of East Asia print the English one, too.
const WEEKDAY: &str = concat!(
    r"(?:\s*\((?:.|.요일|.曜日|[A-Za-z]{3,9})\)|\s*[월화수목금토일]요일|\s*[月火水木金土日]曜日",
    r"|\s+(?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?\b\.?)?",
);

/// Japanese eras.
const ERA: &str = "令和|平成|昭和|大正|明治";

/// A date that begins with its year: `2018.04.27 18:47`, `2012년 03월 05일 (월) 14:29:08`,
/// `2026-08-19T17:01:32`, `2025/08/25`, `2026年（令和8年）3月7日`. Spaces may be hard ones.
pub(super) static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let era = format!(r"年\s?\((?:{ERA})\s?(?:\d{{1,2}}|元)年\)\s?");
    let day = r"(?P<month>\d{1,2})[\s.\-월月/]{1,4}(?P<day>\d{1,2})(?:일|日|\.)?";
    let year = r"(?P<year>(?:19|20)\d\d)";
    compiled(&format!(
        r"{year}(?:[\s.\-년年/]{{1,4}}|{era}){day}{WEEKDAY}{TIME}"
    ))
});

/// A date whose year is counted by a Japanese era: `令和8年3月7日`, `令和元年（2019年）5月1日`.
pub(super) static OF_ERA: LazyLock<Regex> = LazyLock::new(|| {
    let year = format!(r"(?P<era>{ERA})\s?(?P<year>\d{{1,2}}|元)\s?年\s?(?:\(\d{{4}}年?\)\s?)?");
    let day = r"(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日";
    compiled(&format!("{year}{day}{WEEKDAY}{TIME}"))
});

/// A date as Thai papers print it, the day first and most years counted from the Buddha:
/// `7 มีนาคม 2569 16:50 น.`, `7 มี.ค. 69 เวลา 16.50 น.`, `7 มีนาคม พ.ศ. 2569`.
pub(super) static THAI: LazyLock<Regex> = LazyLock::new(|| {
    let months: Vec<String> = THAI_MONTHS
        .iter()
        .map(|(name, short)| format!("{name}|{}", dotted(short)))
        .collect();
    let day = format!(r"(?P<day>\d{{1,2}})\s*(?P<thai>{})", months.join("|"));
    let year = r"\s*(?:[พค]\.?\s?ศ\.?\s*)?(?P<year>\d{4}|\d\d)";
    compiled(&format!("{day}{year}{TIME}"))
});

/// Returns a pattern for a short form with or without dots: `ม.ค.`, `มค`.
fn dotted(short: &[&str; 2]) -> String {
    format!(r"{}\.?\s?{}\.?", short[0], short[1])
}

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
        r"(?P<month>[A-Za-zÀ-ɏͰ-ӿء-ي]{3,12}|\d{1,2})(?:\.?,?[\s\-]+(?:del?\s+)?|\.)",
        r"(?P<year>(?:19|20)\d\d)"
    ))
});

/// A date as Hungarian papers print it: `2026. március 7. 16:50`.
pub(super) static YEAR_AND_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\b(?P<year>(?:19|20)\d\d)\.\s*(?P<month>[A-Za-zÀ-ɏ]{3,12})\.?\s+(?P<day>\d{1,2})\.";
    compiled(&format!("{day}{TIME}"))
});

/// A date of numbers with slashes, the day first: `27/03/2026`, and `27/03/2569` in Thailand.
pub(super) static DAY_FIRST_SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\b(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>(?:19|20|25)\d\d)\b";
    compiled(&format!("{day}{TIME}"))
});

/// A date of numbers with slashes, the month first: `03/27/2026`.
pub(super) static MONTH_FIRST_SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>(?:19|20)\d\d)\b";
    compiled(&format!("{day}{TIME}"))
});

/// A date of numbers with a year of two digits, the day first: `7.3.26, 16:50`, `07/03/26 16:50`.
pub(super) static SHORT_NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\b(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d\d)\b";
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
