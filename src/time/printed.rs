//! Dates as papers print them, read as moments in the paper's time zone.

use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use regex::{Captures, Regex};

use crate::time::zone::{PrintedZone, ZoneMeaning, seconds_of};
use crate::time::{LocalTime, Precision, Timestamp};

pub use crate::time::zone::Zulu;

/// Longer texts are no dates; this bounds the work on hostile ones.
const LONGEST: usize = 4096;

/// Printed dates have whole minutes: what differs by less does not contradict.
const A_MINUTE: Duration = Duration::from_secs(60);

/// The time of day and its zone, behind a date: `18:47`, `오후 2시 29분`, `PM 3:00:00`, `3:00 p.m.
/// EST`, `T00:00:00+00`, `T09`, `정오`. `자정` may be either end of a day, and is no time.
const TIME: &str = concat!(
    r"(?:(?:\s*|[Tt]|\s*[,|]\s*)(?P<half>오전|오후|새벽|아침|낮|저녁|밤|午前|午後|(?i:[AP]\.?\s?M\b\.?))?\s*(?P<hour>\d{1,2})(?P<sign>:|\s*[시時])\s*",
    r"(?:(?P<minute>\d{1,2})(?:\s*[분分])?(?:\s*:\s*(?P<second>\d{1,2})(?:[.,:]\d+)?|\s+(?P<second_named>\d{1,2})\s*[초秒]|\.\d+)?|(?P<thirty>[반半]))?",
    r"(?:\s*(?P<half_behind>오전|오후|午前|午後|(?i:[AP]\.?\s?M\b\.?)))?",
    r"|[Tt](?P<hour_alone>\d\d)|\s*(?P<noon>정오|正午))?",
    r"(?P<apart>\s*)(?:\(?(?P<zone>Etc/GMT[+\-]\d{1,2}\b|(?:(?i:UTC|GMT|UT)\s*)?[+\-−–](?:\s?\d{4}|\d{1,2}(?::?\d{2})?)\b|(?i:UTC|GMT|UT)\s*[+\-−–]\d\b",
    r"|[A-Z][A-Za-z_]+(?:/[A-Za-z_]+)+\b|[A-Z]{3}\d{1,2}[A-Z]{3}\b|[A-Za-z]{2,}\b|[Zz]\b)\)?)?",
);

/// The day of the week, in brackets or by itself: `(월)`, `(Mon)`, `금요일`.
const WEEKDAY: &str =
    r"(?:\s*\((?:.|.요일|.曜日|[A-Za-z]{3,9})\)|\s*[월화수목금토일]요일|\s*[月火水木金土日]曜日)?";

/// `2018.04.27 18:47`, `2012년 03월 05일 (월) 14:29:08`, `2026-08-19T17:01:32`, `2025/08/25`; spaces may be hard ones.
static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"[\s.\-년年/]{1,4}(?P<month>\d{1,2})[\s.\-월月/]{1,4}(?P<day>\d{1,2})(?:일|日|\.)?";
    compiled(&format!(r"(?P<year>(?:19|20)\d\d){day}{WEEKDAY}{TIME}"))
});

/// `26.08.19 17:01`, `'26. 8. 19. 오후 5:01`: a year of two digits, as the whole of a text.
static SHORT_YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\s*[.\-년/]\s*(?P<month>\d{1,2})\s*[.\-월/]\s*(?P<day>\d{1,2})(?:일|\.)?";
    compiled(&format!(r"^\s*['’]?(?P<year>\d\d){day}{WEEKDAY}{TIME}\s*$"))
});

/// `Sun, 27 Sep 2026 09:00:00 +0900`, `Sun,27 Sep 2026 09:00`, `27 9 2026 09:00:00 KST`: near RFC 822.
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r"(?P<day>\d{{1,2}})[\s\-]+(?P<month>[A-Za-z]{{3,9}}|\d{{1,2}})\.?[\s\-]+(?P<year>(?:19|20)\d\d){TIME}"
    ))
});

/// `20261120T090000+0900`, `20261120`: ISO 8601's basic format, as the whole of a text.
static BASIC: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"^\s*(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:[Tt ]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,]\d+)?(?P<zone>[Zz]|[+\-]\d\d(?::?\d\d)?)?)?\s*$",
    )
});

/// `Nov 20, 2026 3:00 PM`, `Fri Nov 20 2026 09:00:00 GMT+0900 (KST)`.
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r"\b(?P<month>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)\b{TIME}"
    ))
});

/// `Friday, 20-Nov-26 15:05:00 GMT`, `20 Nov 26 09:00 +0900`: RFC 850, and RFC 822 before it was mended.
static SHORT_DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r"\b(?P<day>\d{{1,2}})[\s\-]+(?P<month>[A-Za-z]{{3,9}})[\s\-]+(?P<year>\d\d)\b{TIME}"
    ))
});

/// `07.21 18:39`, `03-08 02:25`: this year's or last year's.
static YEARLESS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"^\s*(?P<month>\d{1,2})[.\-/월]\s*(?P<day>\d{1,2})일?\.?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*$",
    )
});

/// A date as it was printed: the moment, and how exactly it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintedTime {
    /// Midnight where only the day is told.
    pub time: LocalTime,
    pub precision: Precision,
}

impl PrintedTime {
    /// Returns the day on the clock that it was told by, `2026-03-07`.
    pub fn day(&self) -> String {
        self.time.to_string()[..10].to_owned()
    }

    /// Tells whether two sources contradict each other: by a minute, or by a day where one of them
    /// tells no more.
    pub fn differs_from(&self, other: &Self) -> bool {
        match self.precision.min(other.precision) {
            Precision::Day => self.day() != other.day(),
            Precision::Minute | Precision::Second => {
                self.time
                    .at
                    .since(other.time.at)
                    .max(other.time.at.since(self.time.at))
                    >= A_MINUTE
            }
        }
    }
}

/// As much as was told, and no more: `2026-03-07`, `2026-03-07T16:50+09:00`,
/// `2026-03-07T16:50:11+09:00`. Read again, it is the same.
impl fmt::Display for PrintedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.time.to_string();
        match self.precision {
            Precision::Day => f.write_str(&self.day()),
            Precision::Minute => write!(f, "{}{}", &whole[..16], &whole[19..]),
            Precision::Second => f.write_str(&whole),
        }
    }
}

/// Returns the first date in `text`. One without an offset is on the paper's clock.
pub fn read(text: &str, zone: &TimeZone, zulu: Zulu) -> Option<PrintedTime> {
    Some(find(text, zone, zulu)?.0)
}

/// Returns the first date in `text`, and the bytes where it stands.
pub fn find(text: &str, zone: &TimeZone, zulu: Zulu) -> Option<(PrintedTime, Range<usize>)> {
    let text = head(text);
    if let Some(found) = find_year_first(text, zone, zulu) {
        return Some(found);
    }

    let found = BASIC
        .captures(text)
        .or_else(|| SHORT_YEAR_FIRST.captures(text));
    let found = found.or_else(|| DAY_FIRST.captures(text));
    let found = found.or_else(|| MONTH_FIRST.captures(text));
    // A number behind a month may be anything: a year of two digits is one only before a time.
    let found = found.or_else(|| {
        SHORT_DAY_FIRST
            .captures(text)
            .filter(|found| found.name("hour").is_some())
    })?;
    Some((moment(text, &found, zone, zulu)?, place(&found)?))
}

/// Like [`read`], and also reads a date without a year, which is in the latest year that is not more than a day ahead
/// of `now`.
pub fn read_recent(text: &str, zone: &TimeZone, now: Timestamp) -> Option<LocalTime> {
    read(text, zone, Zulu::Local)
        .map(|told| told.time)
        .or_else(|| {
            let text = head(text);
            let found = YEARLESS.captures(text)?;
            let time = clock(&found)?;
            let latest = jiff::Timestamp::from(now + Duration::from_secs(86_400));
            let this_year = zone.to_datetime(latest).year();
            // Nine years back reach the last 29 February.
            (this_year - 9..=this_year).rev().find_map(|year| {
                let date =
                    Date::new(year, number(&found, "month")?, number(&found, "day")?).ok()?;
                let told = at(date.to_datetime(time), zone)?;
                (told.at <= Timestamp::from(latest)).then_some(told)
            })
        })
}

/// Returns the first date in `text` that begins with its year, and the bytes where it stands.
pub fn find_year_first(
    text: &str,
    zone: &TimeZone,
    zulu: Zulu,
) -> Option<(PrintedTime, Range<usize>)> {
    let text = head(text);
    let dates = YEAR_FIRST
        .captures_iter(text)
        .filter(|found| !is_in_number(text, found));
    dates
        .into_iter()
        .find_map(|found| Some((moment(text, &found, zone, zulu)?, place(&found)?)))
}

/// Tells whether digits go on before or behind a date, as in `2026-03-123456` and `203.2011.12.1`.
fn is_in_number(text: &str, found: &Captures<'_>) -> bool {
    let (Some(year), Some(day)) = (found.name("year"), found.name("day")) else {
        return false;
    };
    let before = text[..year.start()].trim_end_matches('.');
    before.ends_with(|c: char| c.is_ascii_digit())
        || text[day.end()..].starts_with(|c: char| c.is_ascii_digit())
}

/// Where a date stands: without a word behind it that is no zone.
fn place(found: &Captures<'_>) -> Option<Range<usize>> {
    let whole = found.get(0)?.range();
    let is_word = |word: &str| {
        word.len() > 1
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
            && seconds_of(word).is_none()
    };
    let word = found.name("zone").filter(|zone| is_word(zone.as_str()));
    Some(whole.start..word.map_or(whole.end, |word| word.start()))
}

/// Tells whether `text` is nothing but a date, with a year or without.
pub fn is_date(text: &str) -> bool {
    let text = head(text.trim());
    let whole = |pattern: &Regex| {
        pattern
            .find(text)
            .is_some_and(|found| found.range() == (0..text.len()))
    };
    YEARLESS.is_match(text) || SHORT_YEAR_FIRST.is_match(text) || whole(&YEAR_FIRST)
}

/// Returns the moment that was found. Where a zone or half of the day stands there and is not
/// understood, it is none: no time is better than a wrong one.
fn moment(text: &str, found: &Captures<'_>, zone: &TimeZone, zulu: Zulu) -> Option<PrintedTime> {
    let date = Date::new(
        year(found)?,
        month(found.name("month")?.as_str())?,
        number(found, "day")?,
    )
    .ok()?;
    let precision = precision(text, found);
    let time = if precision == Precision::Day {
        Time::midnight()
    } else {
        clock(found)?
    };
    let civil = date.to_datetime(time);

    let offset = match found.name("zone").filter(|_| precision > Precision::Day) {
        None => ZoneMeaning::Local,
        Some(told) => {
            let is_apart = found.name("apart").is_some_and(|space| !space.is_empty());
            PrintedZone {
                told: told.as_str(),
                is_apart,
                behind: &text[told.end()..],
            }
            .read(zulu)?
        }
    };
    let time = match offset {
        ZoneMeaning::Local => at(civil, zone),
        ZoneMeaning::Universal => {
            let at = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
            Some(LocalTime::in_zone(at.into(), zone))
        }
        ZoneMeaning::Zone(zone) => at(civil, &zone),
        ZoneMeaning::Seconds(seconds) => {
            let offset = jiff::tz::Offset::from_seconds(seconds).ok()?;
            let at = offset.to_timestamp(civil).ok()?;
            Some(LocalTime {
                at: at.into(),
                offset: offset.seconds(),
            })
        }
    };
    Some(PrintedTime {
        time: time?,
        precision,
    })
}

/// How exactly a date is told. An hour alone (`16시`) is told to the minute: nobody prints it for
/// the hour around it.
fn precision(text: &str, found: &Captures<'_>) -> Precision {
    if !has_clock(text, found) {
        Precision::Day
    } else if ["second", "second_named"]
        .iter()
        .any(|name| found.name(name).is_some())
    {
        Precision::Second
    } else {
        Precision::Minute
    }
}

/// Tells whether a time of day is printed. `2019.05.03 7:` is none, nor are a score (`3:2`), and
/// hours that are counted (`12시간`) or belong to a word (`T12호`).
fn has_clock(text: &str, found: &Captures<'_>) -> bool {
    let follows =
        |end: usize, wanted: &dyn Fn(char) -> bool| text[end..].chars().next().is_some_and(wanted);
    if found.name("noon").is_some() {
        return true;
    }
    if let Some(hour) = found.name("hour_alone") {
        return !follows(hour.end(), &|c| c.is_alphanumeric() && !"Zz".contains(c));
    }

    let Some(sign) = found.name("sign") else {
        return found.name("hour").is_some();
    };
    match (sign.as_str(), found.name("minute")) {
        (":", minute) => minute.is_some_and(|minute| minute.len() == 2),
        (_, Some(_)) => true,
        // What may follow the word for an hour, and leave it one.
        (_, None) => !follows(sign.end(), &|c| {
            c.is_alphabetic() && !"반半에경쯤께정부까이도現頃に오午".contains(c)
        }),
    }
}

/// The year; one of two digits is of this century up to 68, as POSIX reads it.
fn year(found: &Captures<'_>) -> Option<i16> {
    let printed: i16 = number(found, "year")?;
    Some(match printed {
        0..=68 => 2000 + printed,
        69..=99 => 1900 + printed,
        _ => printed,
    })
}

/// A local time that a zone skipped or repeated is read as RFC 5545 reads it ("compatible").
fn at(civil: DateTime, zone: &TimeZone) -> Option<LocalTime> {
    let at = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    Some(LocalTime::in_zone(at.into(), zone))
}

/// The time of day that is printed; `None` where it cannot be (25:00).
fn clock(found: &Captures<'_>) -> Option<Time> {
    if found.name("noon").is_some() {
        return Some(Time::constant(12, 0, 0, 0));
    }
    if found.name("hour_alone").is_some() {
        return Time::new(number(found, "hour_alone")?, 0, 0, 0).ok();
    }

    let printed: i8 = number(found, "hour")?;
    let half = found.name("half").or_else(|| found.name("half_behind"));
    let half = half.map(|half| half.as_str().to_ascii_lowercase().replace('.', ""));
    let half = half.map(|half| half.replace(' ', ""));
    let hour = match (half.as_deref(), printed) {
        (Some("오후" | "저녁" | "午後" | "pm"), 0..12)
        | (Some("낮"), 1..6)
        | (Some("밤"), 6..12) => printed + 12,
        (Some("오전" | "새벽" | "아침" | "밤" | "午前" | "am"), 12) => 0,
        (Some("오전" | "새벽" | "아침" | "午前" | "am"), 13..) => return None,
        _ => printed,
    };
    let part = |name: &str| found.name(name).map_or(Some(0), |_| number(found, name));
    let minute = if found.name("thirty").is_some() {
        30
    } else {
        part("minute")?
    };
    // A leap second is counted as the one before it.
    let second = part("second")?.max(part("second_named")?);
    Time::new(hour, minute, if second == 60 { 59 } else { second }, 0).ok()
}

/// A month by its number, or its name in English: whole, or its first letters (`Sept`).
fn month(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = text.to_ascii_lowercase();
    let named = NAMES
        .iter()
        .position(|name| lower.len() >= 3 && name.starts_with(&lower));
    named
        .and_then(|at| i8::try_from(at + 1).ok())
        .or_else(|| text.parse().ok())
}

fn number<N: std::str::FromStr>(found: &Captures<'_>, name: &str) -> Option<N> {
    found.name(name)?.as_str().parse().ok()
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").unwrap()
    }

    fn told(text: &str) -> Option<String> {
        read(text, &seoul(), Zulu::Local).map(|told| told.time.to_string())
    }

    #[test]
    fn every_printed_form_is_read_on_the_papers_clock() {
        for (printed, expected) in [
            ("승인 2019.05.03 07:41", "2019-05-03T07:41:00+09:00"),
            ("입력 2019.05.03  07:41:09", "2019-05-03T07:41:09+09:00"),
            (
                "승인 2019.05.03\u{a0}\u{a0}07:41:09",
                "2019-05-03T07:41:09+09:00",
            ),
            (
                "2012년 03월 05일 (월) 14:29:08",
                "2012-03-05T14:29:08+09:00",
            ),
            ("2012년 3월 5일 오후 2시 29분", "2012-03-05T14:29:00+09:00"),
            ("2019. 5. 3. 오전 12:05", "2019-05-03T00:05:00+09:00"),
            ("등록일 : 2019-05-03", "2019-05-03T00:00:00+09:00"),
            ("2026-08-19 17:01:32", "2026-08-19T17:01:32+09:00"),
            ("2026/08/19 7:01", "2026-08-19T07:01:00+09:00"),
            ("2026-08-19T17:01:32+09:00", "2026-08-19T17:01:32+09:00"),
            ("2026-08-19T17:01:32.250+09:00", "2026-08-19T17:01:32+09:00"),
            ("2026-08-19T17:01:32-05:00", "2026-08-19T17:01:32-05:00"),
            ("2026-08-19T17:01:32Z", "2026-08-19T17:01:32+09:00"),
            (
                "Sun, 27 Sep 2026 09:00:00 +0900",
                "2026-09-27T09:00:00+09:00",
            ),
            ("Sun,27 Sep 2026 09:00:00 KST", "2026-09-27T09:00:00+09:00"),
            ("Sun, 27 09 2026 09:00:00", "2026-09-27T09:00:00+09:00"),
            (
                "Sun, 27 September 2026 00:30:00 GMT",
                "2026-09-27T09:30:00+09:00",
            ),
            ("Sun, 27 Sep 26 09:00 +0900", "2026-09-27T09:00:00+09:00"),
            (
                "Sunday, 27-Sep-26 00:30:00 GMT",
                "2026-09-27T09:30:00+09:00",
            ),
            (
                "Sun, 27 Sep 2026 09:00:00 GMT+9",
                "2026-09-27T09:00:00+09:00",
            ),
            (
                "Sun, 27 Sep 2026 09:00:00 UTC+09:00",
                "2026-09-27T09:00:00+09:00",
            ),
            (
                "Sun, 27 Sep 2026 09:00:00 GMT-0330",
                "2026-09-27T09:00:00-03:30",
            ),
            ("Sun, 27 Sep 2026 09:00:00 JST", "2026-09-27T09:00:00+09:00"),
            ("Sun, 27 Sep 2026 09:00:00 PDT", "2026-09-27T09:00:00-07:00"),
            ("2026-09-27 09:00 CET", "2026-09-27T09:00:00+01:00"),
            ("2026-09-27t09:00:00+00", "2026-09-27T09:00:00+00:00"),
            (
                "2026-09-27T09:00:00+09:00[Asia/Seoul]",
                "2026-09-27T09:00:00+09:00",
            ),
            ("2026-09-27 23:59:60", "2026-09-27T23:59:59+09:00"),
            ("2026-09-27 03:00:00 PM", "2026-09-27T15:00:00+09:00"),
            ("2026-09-27 PM 3:00", "2026-09-27T15:00:00+09:00"),
            ("2026-09-27 12:10 a.m.", "2026-09-27T00:10:00+09:00"),
            ("27 Sep 2026 3:05 pm KST", "2026-09-27T15:05:00+09:00"),
            (
                "2026년 9월 27일 일요일 오후 3시 5분",
                "2026-09-27T15:05:00+09:00",
            ),
            (
                "2026년 9월 27일 일요일 오후 3시",
                "2026-09-27T15:00:00+09:00",
            ),
            ("2026.09.27 (일) 15:05", "2026-09-27T15:05:00+09:00"),
            ("2026.09.27(일요일) 15:05:09", "2026-09-27T15:05:09+09:00"),
            ("2026. 9. 27. 새벽 2:05", "2026-09-27T02:05:00+09:00"),
            ("2026年9月27日 16時50分", "2026-09-27T16:50:00+09:00"),
            ("26.09.27 15:05", "2026-09-27T15:05:00+09:00"),
            ("'26. 9. 27. 오후 3:05", "2026-09-27T15:05:00+09:00"),
            ("99/12/31 23:59", "1999-12-31T23:59:00+09:00"),
            ("Sun, 27 Sep 2026 00:00:00 gmt", "2026-09-27T09:00:00+09:00"),
            ("2026-09-27 09:00:00 (EST)", "2026-09-27T09:00:00-05:00"),
            ("2026-09-27 00:00 (UTC)", "2026-09-27T09:00:00+09:00"),
            ("2026-09-27T09:00:00-5:00", "2026-09-27T09:00:00-05:00"),
            ("2026-09-27 09:00 −05:00", "2026-09-27T09:00:00-05:00"),
            (
                "2026-09-27 09:00 America/New_York",
                "2026-09-27T09:00:00-04:00",
            ),
            ("2026-09-27 09:00 EST5EDT", "2026-09-27T09:00:00-04:00"),
            (
                "Sun Sep 27 2026 09:00:00 GMT+0900 (KST)",
                "2026-09-27T09:00:00+09:00",
            ),
            ("Sep 27, 2026 3:00 PM", "2026-09-27T15:00:00+09:00"),
            ("2026.09.27 밤 11:05", "2026-09-27T23:05:00+09:00"),
            ("2026.09.27 낮 12:10", "2026-09-27T12:10:00+09:00"),
            ("2026.09.27 낮 1시 10분", "2026-09-27T13:10:00+09:00"),
            ("2026-09-27 09:00 By Kim", "2026-09-27T09:00:00+09:00"),
            ("2019.05.03 07:41 SBS 뉴스", "2019-05-03T07:41:00+09:00"),
        ] {
            assert_eq!(told(printed).as_deref(), Some(expected), "{printed}");
        }
    }

    #[test]
    fn a_date_is_as_precise_as_it_is_printed() {
        for (printed, expected) in [
            ("2026-03-07", "2026-03-07"),
            ("7 March 2026", "2026-03-07"),
            ("2026.03.07 7:", "2026-03-07"),
            ("2026-03-07 UTC", "2026-03-07"),
            ("20260307", "2026-03-07"),
            ("2026년 3월 7일 자정", "2026-03-07"),
            ("2026년 3월 7일 정오", "2026-03-07T12:00+09:00"),
            ("2026-03-07T09", "2026-03-07T09:00+09:00"),
            ("2026-03-07T09-05:00", "2026-03-07T09:00-05:00"),
            ("20260307T165011-0500", "2026-03-07T16:50:11-05:00"),
            ("202603071650", "2026-03-07T16:50+09:00"),
            ("2026.03.07 00:00", "2026-03-07T00:00+09:00"),
            ("2026년 3월 7일 오후 4시", "2026-03-07T16:00+09:00"),
            ("2026-03-07T16:50:00Z", "2026-03-07T16:50:00+09:00"),
        ] {
            let told = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(told.to_string(), expected, "{printed}");
            assert_eq!(
                read(expected, &seoul(), Zulu::Local),
                Some(told),
                "{printed}"
            );
        }
    }

    #[test]
    fn halves_of_the_day_stand_before_and_behind() {
        for (printed, expected) in [
            ("2026.03.07 오후 0:10", "12:10"),
            ("2026年3月7日 午後0時10分", "12:10"),
            ("2026.03.07 0:10 PM", "12:10"),
            ("2026.03.07 오전 0:10", "00:10"),
            ("2026.03.07 4:50 오후", "16:50"),
            ("2026.03.07 8:50 P. M.", "20:50"),
            ("2026.03.07 오후 4시 반", "16:30"),
            ("2026年3月7日 午後4時半", "16:30"),
        ] {
            let told = read(printed, &seoul(), Zulu::Local).unwrap().to_string();
            assert_eq!(told, format!("2026-03-07T{expected}+09:00"), "{printed}");
        }
    }

    #[test]
    fn what_follows_a_time_is_no_zone_unless_it_is_one() {
        for (printed, expected) in [
            ("2026.03.07 16:50 +12 댓글", "16:50+09:00"),
            ("2026.03.07 16:50 -10 추천", "16:50+09:00"),
            ("2026.03.07 16:50-17:30", "16:50+09:00"),
            ("2026.03.07 16:50 3분", "16:50+09:00"),
            ("2026.03.07 16:50 -05", "16:50-05:00"),
            ("2026-03-07T16:50-5", "16:50-05:00"),
            ("2026-03-07 16:50 Etc/GMT+5", "16:50-05:00"),
            (
                "2026-03-07 16:50 America/Argentina/Buenos_Aires",
                "16:50-03:00",
            ),
            ("2026-03-07T16:50–05:00", "16:50-05:00"),
            ("2026-03-07 16:50 - 0500", "16:50-05:00"),
            ("2026-03-07 16:50 GMT+930", "16:50+09:30"),
        ] {
            let told = read(printed, &seoul(), Zulu::Local).map(|told| told.to_string());
            assert_eq!(told, Some(format!("2026-03-07T{expected}")), "{printed}");
        }
        let utc = |text| read(text, &seoul(), Zulu::Utc).unwrap().time.to_string();
        assert_eq!(utc("2026-03-07T20:50.5Z"), "2026-03-08T05:50:00+09:00");
        assert_eq!(utc("2026-03-07T20:50:00:000Z"), "2026-03-08T05:50:00+09:00");
        assert_eq!(utc("2026-03-07T20Z"), "2026-03-08T05:00:00+09:00");
        assert_eq!(told("2026-03-07 16:50 Eastern Standard Time"), None);
    }

    #[test]
    fn hours_that_are_counted_and_scores_are_no_time() {
        for printed in [
            "2026.03.07 12시간 전",
            "2026.03.07 18시즌",
            "2026.03.07 3:2 승",
            "2026-03-07T12호",
        ] {
            assert_eq!(
                read(printed, &seoul(), Zulu::Local).unwrap().to_string(),
                "2026-03-07",
                "{printed}"
            );
        }
        assert_eq!(
            told("2026.03.07 16시에").as_deref(),
            Some("2026-03-07T16:00:00+09:00")
        );
        for none in [
            "계좌 2026-03-123456",
            "203.2011.12.1",
            "Mayor 12, 2026 3:00",
            "Decade 7, 2026",
        ] {
            assert_eq!(told(none), None, "{none}");
        }
    }

    #[test]
    fn a_zone_that_is_not_understood_is_no_clock_of_the_papers() {
        for text in [
            "2026-09-27 09:00:00 XYZ",
            "Sun, 27 Sep 2026 09:00:00 IST",
            "2026-09-27 09:00 IST 입력",
            "2026-09-27 09:00 (XYZ)",
            "2026-09-27 09:00 Nowhere/Town",
            "2026-09-27 09:00 +99:00",
            "2026-09-27 15:00 AM",
            "2026-09-27 10:00:99",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn a_small_z_is_a_z() {
        let told = read("2026-08-19t17:01:32z", &seoul(), Zulu::Utc).unwrap();
        assert_eq!(told.time.to_string(), "2026-08-20T02:01:32+09:00");
    }

    #[test]
    fn a_true_z_is_universal_time() {
        let told = read("2026-08-19T17:01:32Z", &seoul(), Zulu::Utc).unwrap();
        assert_eq!(told.time.to_string(), "2026-08-20T02:01:32+09:00");
    }

    #[test]
    fn seoul_had_other_offsets() {
        assert_eq!(
            told("1987.07.01 12:00").as_deref(),
            Some("1987-07-01T12:00:00+10:00")
        );
        assert_eq!(
            told("1958.01.10 12:00").as_deref(),
            Some("1958-01-10T12:00:00+08:30")
        );
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "댓글 0",
            "2019.13.40 10:00",
            "전화 02-1234-5678",
            "2019.05.03 25:99",
            "1234567890",
            "20261340",
            "2026112",
            "20260307T256000",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_without_a_year_is_the_latest_that_is_not_ahead() {
        let now = Timestamp::from_rfc3339("2026-03-08T03:45:00+09:00").unwrap();
        let read = |text| read_recent(text, &seoul(), now).map(|time| time.to_string());
        assert_eq!(
            read("03-08 02:25").as_deref(),
            Some("2026-03-08T02:25:00+09:00")
        );
        assert_eq!(
            read("03.09 03:00").as_deref(),
            Some("2026-03-09T03:00:00+09:00")
        );
        assert_eq!(
            read("03.10 03:00").as_deref(),
            Some("2025-03-10T03:00:00+09:00")
        );
        assert_eq!(
            read("12.31 23:59").as_deref(),
            Some("2025-12-31T23:59:00+09:00")
        );
        assert_eq!(
            read("02.29 10:00").as_deref(),
            Some("2024-02-29T10:00:00+09:00")
        );
        assert_eq!(
            read("2018-03-06 07:38").as_deref(),
            Some("2018-03-06T07:38:00+09:00")
        );
        assert_eq!(read("02-581-4396"), None);
    }

    #[test]
    fn new_years_eve_does_not_jump_a_year() {
        let now = Timestamp::from_rfc3339("2026-12-31T23:00:00+09:00").unwrap();
        let time = read_recent("01.01 00:10", &seoul(), now).unwrap();
        assert_eq!(time.to_string(), "2027-01-01T00:10:00+09:00");
    }

    #[test]
    fn only_a_whole_date_is_a_date() {
        assert!(is_date("03-08 02:25") && is_date(" 2019.05.03 07:41 ") && is_date("2019-05-03"));
        assert!(!is_date("홍길동 기자 2019.05.03") && !is_date("경제") && !is_date(""));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = told(&text);
            let _ = read_recent(&text, &seoul(), Timestamp::EPOCH);
        }
    }
}
