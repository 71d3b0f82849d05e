//! Dates as papers print them, read as moments in the paper's time zone.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use regex::{Captures, Regex};

use crate::time::{LocalTime, Timestamp};

/// Longer texts are no dates; this bounds the work on hostile ones.
const LONGEST: usize = 4096;

/// `2018.04.27 18:47`, `2012년 03월 05일 (월) 14:29:08`, `2026-08-19T17:01:32`, `2025/08/25`; spaces may be hard ones.
static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?P<year>(?:19|20)\d\d)[\s.\-년/]{1,4}(?P<month>\d{1,2})[\s.\-월/]{1,4}(?P<day>\d{1,2})(?:일|\.)?",
        r"(?:\s*\(.\))?(?:(?:\s*|T)(?P<half>오전|오후)?\s*(?P<hour>\d{1,2})[:시]\s*(?P<minute>\d{2})(?:분)?",
        r"(?:[:\s]\s*(?P<second>\d{2})(?:\.\d+)?(?:초)?)?)?",
        r"\s*(?P<zone>Z\b|KST\b|UTC\b|GMT\b|[+\-]\d{2}:?\d{2}\b)?",
    ))
});

/// `Sun, 27 Sep 2026 09:00:00 +0900`, `Sun,27 Sep 2026 09:00`, `27 9 2026 09:00:00 KST`: near RFC 822.
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?P<day>\d{1,2})[\s\-]+(?P<month>[A-Za-z]{3,9}|\d{1,2})[\s\-]+(?P<year>(?:19|20)\d\d)",
        r"(?:[\sT]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?",
        r"\s*(?P<zone>Z\b|KST\b|UTC\b|GMT\b|UT\b|[+\-]\d{2}:?\d{2}\b)?",
    ))
});

/// `07.21 18:39`, `03-08 02:25`: this year's or last year's.
static YEARLESS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"^\s*(?P<month>\d{1,2})[.\-/월]\s*(?P<day>\d{1,2})일?\.?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*$",
    )
});

/// What a `Z` behind a time means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zulu {
    /// Universal time, as RFC 3339 says.
    Utc,
    /// The paper's own clock: some CMSs append a `Z` to local times.
    Local,
}

/// Returns the first date in `text`. One without an offset is on the paper's clock; one without a time is its midnight.
pub fn read(text: &str, zone: &TimeZone, zulu: Zulu) -> Option<LocalTime> {
    read_year_first(text, zone, zulu).map(|(time, _)| time).or_else(|| {
        let found = DAY_FIRST.captures(head(text))?;
        moment(&found, zone, zulu)
    })
}

/// Like [`read`], and also reads a date without a year, which is in the latest year that is not more than a day ahead
/// of `now`.
pub fn read_recent(text: &str, zone: &TimeZone, now: Timestamp) -> Option<LocalTime> {
    read(text, zone, Zulu::Local).or_else(|| {
        let found = YEARLESS.captures(head(text))?;
        let time = clock(&found)?;
        let latest = jiff::Timestamp::from(now + std::time::Duration::from_secs(86_400));
        let this_year = zone.to_datetime(latest).year();
        // Nine years back reach the last 29 February.
        (this_year - 9..=this_year).rev().find_map(|year| {
            let date = Date::new(year, number(&found, "month")?, number(&found, "day")?).ok()?;
            let told = at(date.to_datetime(time), zone)?;
            (told.at <= Timestamp::from(latest)).then_some(told)
        })
    })
}

/// Reads the first year-first date in `text`, and tells where it stands.
pub fn read_year_first(text: &str, zone: &TimeZone, zulu: Zulu) -> Option<(LocalTime, Range<usize>)> {
    let text = head(text);
    YEAR_FIRST.captures_iter(text).find_map(|found| Some((moment(&found, zone, zulu)?, found.get(0)?.range())))
}

/// Tells whether `text` is nothing but a date, with a year or without.
pub fn is_date(text: &str) -> bool {
    let text = head(text.trim());
    let whole = |pattern: &Regex| pattern.find(text).is_some_and(|found| found.range() == (0..text.len()));
    YEARLESS.is_match(text) || whole(&YEAR_FIRST)
}

fn moment(found: &Captures<'_>, zone: &TimeZone, zulu: Zulu) -> Option<LocalTime> {
    let date = Date::new(number(found, "year")?, month(found.name("month")?.as_str())?, number(found, "day")?).ok()?;
    let civil = date.to_datetime(clock(found)?);
    match (found.name("zone").map(|zone| zone.as_str()), zulu) {
        (None | Some("KST"), _) | (Some("Z"), Zulu::Local) => at(civil, zone),
        (Some("Z" | "UTC" | "GMT" | "UT"), _) => {
            let at = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
            Some(LocalTime::in_zone(at.into(), zone))
        }
        (Some(told), _) => {
            let offset = jiff::tz::Offset::from_seconds(offset_seconds(told)?).ok()?;
            let at = offset.to_timestamp(civil).ok()?;
            Some(LocalTime { at: at.into(), offset: offset.seconds() })
        }
    }
}

/// A local time that a zone skipped or repeated is read as RFC 5545 reads it ("compatible").
fn at(civil: DateTime, zone: &TimeZone) -> Option<LocalTime> {
    let at = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    Some(LocalTime::in_zone(at.into(), zone))
}

/// The time of day; midnight where none is printed, `None` where it cannot be (25:00).
fn clock(found: &Captures<'_>) -> Option<Time> {
    if found.name("hour").is_none() {
        return Some(Time::midnight());
    }
    let printed: i8 = number(found, "hour")?;
    let half = found.name("half").map(|half| half.as_str());
    let hour = match (half, printed) {
        (Some("오후"), 1..12) => printed + 12,
        (Some("오전"), 12) => 0,
        _ => printed,
    };
    let second = if found.name("second").is_some() { number(found, "second")? } else { 0 };
    Time::new(hour, number(found, "minute")?, second, 0).ok()
}

fn month(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.to_ascii_lowercase();
    let named = NAMES.iter().position(|name| lower.starts_with(name)).and_then(|at| i8::try_from(at + 1).ok());
    named.or_else(|| text.parse().ok())
}

fn offset_seconds(text: &str) -> Option<i32> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..4)?.parse::<i32>().ok()?);
    let seconds = hours * 3600 + minutes * 60;
    Some(if text.starts_with('-') { -seconds } else { seconds })
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
        read(text, &seoul(), Zulu::Local).map(|time| time.to_string())
    }

    #[test]
    fn every_printed_form_is_read_on_the_papers_clock() {
        for (printed, expected) in [
            ("승인 2019.05.03 07:41", "2019-05-03T07:41:00+09:00"),
            ("입력 2019.05.03  07:41:09", "2019-05-03T07:41:09+09:00"),
            ("승인 2019.05.03\u{a0}\u{a0}07:41:09", "2019-05-03T07:41:09+09:00"),
            ("2012년 03월 05일 (월) 14:29:08", "2012-03-05T14:29:08+09:00"),
            ("2012년 3월 5일 오후 2시 29분", "2012-03-05T14:29:00+09:00"),
            ("2019. 5. 3. 오전 12:05", "2019-05-03T00:05:00+09:00"),
            ("등록일 : 2019-05-03", "2019-05-03T00:00:00+09:00"),
            ("2026-08-19 17:01:32", "2026-08-19T17:01:32+09:00"),
            ("2026/08/19 7:01", "2026-08-19T07:01:00+09:00"),
            ("2026-08-19T17:01:32+09:00", "2026-08-19T17:01:32+09:00"),
            ("2026-08-19T17:01:32.250+09:00", "2026-08-19T17:01:32+09:00"),
            ("2026-08-19T17:01:32-05:00", "2026-08-19T17:01:32-05:00"),
            ("2026-08-19T17:01:32Z", "2026-08-19T17:01:32+09:00"),
            ("Sun, 27 Sep 2026 09:00:00 +0900", "2026-09-27T09:00:00+09:00"),
            ("Sun,27 Sep 2026 09:00:00 KST", "2026-09-27T09:00:00+09:00"),
            ("Sun, 27 09 2026 09:00:00", "2026-09-27T09:00:00+09:00"),
            ("Sun, 27 September 2026 00:30:00 GMT", "2026-09-27T09:30:00+09:00"),
        ] {
            assert_eq!(told(printed).as_deref(), Some(expected), "{printed}");
        }
    }

    #[test]
    fn a_true_z_is_universal_time() {
        let time = read("2026-08-19T17:01:32Z", &seoul(), Zulu::Utc).unwrap();
        assert_eq!(time.to_string(), "2026-08-20T02:01:32+09:00");
    }

    #[test]
    fn seoul_had_other_offsets() {
        assert_eq!(told("1987.07.01 12:00").as_deref(), Some("1987-07-01T12:00:00+10:00"));
        assert_eq!(told("1958.01.10 12:00").as_deref(), Some("1958-01-10T12:00:00+08:30"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "댓글 0", "2019.13.40 10:00", "전화 02-1234-5678", "2019.05.03 25:99", "1234567890"] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_without_a_year_is_the_latest_that_is_not_ahead() {
        let now = Timestamp::from_rfc3339("2026-03-08T03:45:00+09:00").unwrap();
        let read = |text| read_recent(text, &seoul(), now).map(|time| time.to_string());
        assert_eq!(read("03-08 02:25").as_deref(), Some("2026-03-08T02:25:00+09:00"));
        assert_eq!(read("03.09 03:00").as_deref(), Some("2026-03-09T03:00:00+09:00"));
        assert_eq!(read("03.10 03:00").as_deref(), Some("2025-03-10T03:00:00+09:00"));
        assert_eq!(read("12.31 23:59").as_deref(), Some("2025-12-31T23:59:00+09:00"));
        assert_eq!(read("02.29 10:00").as_deref(), Some("2024-02-29T10:00:00+09:00"));
        assert_eq!(read("2018-03-06 07:38").as_deref(), Some("2018-03-06T07:38:00+09:00"));
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
