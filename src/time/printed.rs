//! Printed dates, read as moments in the paper's time zone.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::time::{LocalTime, Precision, Timestamp};

mod calendars;
mod clock_before;
mod date_reader;
mod folded;
mod forms;
mod months;
mod patterns;
mod time_of_day;
mod weekdays;

pub use crate::time::zone::Zulu;
pub use clock_before::begins_with_clock;
pub use date_reader::DateReader;
use folded::FoldedText;
pub use forms::DateOrder;
use patterns::{SHORT_YEAR_FIRST, YEAR_FIRST, YEARLESS};
use time_of_day::{clock, number};
pub use weekdays::WEEKDAYS;

/// The bytes of a text in which a date is looked for: a limit on the work on hostile texts.
const MAX_TEXT: usize = 4096;

/// The difference from which two times contradict each other. Most dates are printed to the minute.
const A_MINUTE: Duration = Duration::from_secs(60);

/// A printed date: its moment and its precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintedTime {
    /// Midnight if only the day is printed.
    pub time: LocalTime,
    pub precision: Precision,
}

impl PrintedTime {
    /// Returns the day by the offset of the date, as `2026-03-07`.
    pub fn day(&self) -> String {
        self.time.to_string()[..10].to_owned()
    }

    /// Tells whether two dates contradict each other: by a minute or more, or by their days if one
    /// of them is only a day.
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

/// Writes the date to its precision: `2026-03-07`, `2026-03-07T16:50+09:00`,
/// `2026-03-07T16:50:11+09:00`. [`read`] gives the same date from it.
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

/// Returns the first date in `text`. A date without an offset is in the paper's zone.
pub fn read(text: &str, zone: &TimeZone, zulu: Zulu) -> Option<PrintedTime> {
    DateReader::new(zone, zulu).read(text)
}

/// Returns the first date in `text`, and its range of bytes.
pub fn find(text: &str, zone: &TimeZone, zulu: Zulu) -> Option<(PrintedTime, Range<usize>)> {
    DateReader::new(zone, zulu).find(text)
}

/// Like [`read`], and also reads a date without a year. Such a date is in the latest year that puts
/// it no more than a day after `now`.
pub fn read_recent(text: &str, zone: &TimeZone, now: Timestamp) -> Option<LocalTime> {
    match read(text, zone, Zulu::Local) {
        Some(printed) => Some(printed.time),
        None => read_yearless(text, zone, now),
    }
}

fn read_yearless(text: &str, zone: &TimeZone, now: Timestamp) -> Option<LocalTime> {
    let found = YEARLESS.captures(head(text))?;
    let (month, day) = (number(&found, "month")?, number(&found, "day")?);
    let time = clock(&found)?;

    let latest = now + Duration::from_secs(86_400);
    let this_year = zone.to_datetime(latest.into()).year();

    // Nine years back reach the last 29 February.
    (this_year - 9..=this_year).rev().find_map(|year| {
        let date = Date::new(year, month, day).ok()?;
        let time = at(date.to_datetime(time), zone)?;
        (time.at <= latest).then_some(time)
    })
}

/// Returns the first date in `text` that begins with its year, and its range of bytes.
pub fn find_year_first(
    text: &str,
    zone: &TimeZone,
    zulu: Zulu,
) -> Option<(PrintedTime, Range<usize>)> {
    let folded = FoldedText::of(head(text));
    let (time, place) = DateReader::new(zone, zulu).find_year_first(&folded.text)?;
    Some((time, folded.printed(place)))
}

/// Tells whether the whole `text` is a date, with a year or without.
pub fn is_date(text: &str) -> bool {
    let text = head(text.trim());
    let year_first = YEAR_FIRST.find(text).map(|found| found.range());

    YEARLESS.is_match(text) || SHORT_YEAR_FIRST.is_match(text) || year_first == Some(0..text.len())
}

/// Returns the moment of a civil time in a zone. A time that the zone skipped or repeated is read
/// as RFC 5545 has it ("compatible").
fn at(civil: DateTime, zone: &TimeZone) -> Option<LocalTime> {
    let at = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    Some(LocalTime::in_zone(at.into(), zone))
}

/// Returns the part of a text in which dates are looked for.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").unwrap()
    }

    fn read_local(text: &str) -> Option<String> {
        read(text, &seoul(), Zulu::Local).map(|found| found.time.to_string())
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
            ("Sep 27, 2026 at 3:00 p.m.", "2026-09-27T15:00:00+09:00"),
            ("27 Sep 2026 · 15:00", "2026-09-27T15:00:00+09:00"),
            ("Sep 27, 2026, 3:00 p.m. ET", "2026-09-27T15:00:00-04:00"),
            ("Dec 27, 2026 3:00 p.m. PT", "2026-12-27T15:00:00-08:00"),
            ("2026.09.27 밤 11:05", "2026-09-27T23:05:00+09:00"),
            ("2026.09.27 낮 12:10", "2026-09-27T12:10:00+09:00"),
            ("2026.09.27 낮 1시 10분", "2026-09-27T13:10:00+09:00"),
            ("2026-09-27 09:00 By Kim", "2026-09-27T09:00:00+09:00"),
            ("2019.05.03 07:41 SBS 뉴스", "2019-05-03T07:41:00+09:00"),
            ("7. März 2026, 16:50 Uhr", "2026-03-07T16:50:00+09:00"),
            ("7. März 2026, 16.50 Uhr", "2026-03-07T16:50:00+09:00"),
            ("7.März 2026 um 16.50 Uhr", "2026-03-07T16:50:00+09:00"),
            ("le 1er mars 2026 à 16h", "2026-03-01T16:00:00+09:00"),
            ("7 mars 2026 · 5 h de lecture", "2026-03-07T00:00:00+09:00"),
            ("le 1er mars 2026 à 16h50", "2026-03-01T16:50:00+09:00"),
            ("7 mars 2026 à 16 h 50", "2026-03-07T16:50:00+09:00"),
            (
                "7 de marzo de 2026 a las 16:50",
                "2026-03-07T16:50:00+09:00",
            ),
            ("7 marzo 2026 alle ore 16.50", "2026-03-07T16:50:00+09:00"),
            ("7. marts 2026 kl. 16.50", "2026-03-07T16:50:00+09:00"),
            ("7 марта 2026 в 16:50", "2026-03-07T16:50:00+09:00"),
            ("7 mei 2026 om 16:50", "2026-05-07T16:50:00+09:00"),
            ("7th of March 2026 - 16:50", "2026-03-07T16:50:00+09:00"),
            ("07.03.2026 16:50", "2026-03-07T16:50:00+09:00"),
            ("7. 3. 2026", "2026-03-07T00:00:00+09:00"),
            ("27/03/2026 16:50", "2026-03-27T16:50:00+09:00"),
            ("03/27/2026 4:50 PM", "2026-03-27T16:50:00+09:00"),
            ("3/3/2026", "2026-03-03T00:00:00+09:00"),
            ("27 people, March 7, 2026", "2026-03-07T00:00:00+09:00"),
            ("7 stories 2026, 7 March 2026", "2026-03-07T00:00:00+09:00"),
            ("7 March 2026, 7.30", "2026-03-07T00:00:00+09:00"),
            ("7 March 2026 16hours", "2026-03-07T00:00:00+09:00"),
        ] {
            assert_eq!(read_local(printed).as_deref(), Some(expected), "{printed}");
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
            let found = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(found.to_string(), expected, "{printed}");
            assert_eq!(
                read(expected, &seoul(), Zulu::Local),
                Some(found),
                "{printed}"
            );
        }
    }

    #[test]
    fn a_time_before_its_date_is_read() {
        for (printed, expected) in [
            ("16:50, 7 March 2026", "16:50+09:00"),
            ("16:50 07.03.2026", "16:50+09:00"),
            ("4:50 PM EST March 7, 2026", "16:50-05:00"),
            ("오후 4:50 | 2026.03.07", "16:50+09:00"),
            ("16.50 Uhr | 07.03.2026", "16:50+09:00"),
            ("kl. 16:50 den 7. mars 2026", "16:50+09:00"),
            (
                "Published: 16:50 EST, Saturday, 7 March 2026",
                "16:50-05:00",
            ),
            ("à 16h50, le 7 mars 2026", "16:50+09:00"),
            ("[16:50] 2026/03/07", "16:50+09:00"),
            ("4:50 pm, Sat., March 7, 2026", "16:50+09:00"),
            ("7:50 EST | March 7, 2026", "07:50-05:00"),
            ("7:50 Uhr, Samstag, 7. März 2026", "07:50+09:00"),
        ] {
            let found = read(printed, &seoul(), Zulu::Local).unwrap().to_string();
            assert_eq!(found, format!("2026-03-07T{expected}"), "{printed}");
        }
        let utc = read("16:50 GMT, 7 March 2026", &seoul(), Zulu::Utc).unwrap();
        assert_eq!(utc.to_string(), "2026-03-08T01:50+09:00");
        let second = read("16:50:11 7 March 2026", &seoul(), Zulu::Utc).unwrap();
        assert_eq!(second.to_string(), "2026-03-07T16:50:11+09:00");

        let line = "Lea Wagner 16:50, 7 March 2026 Harbour";
        let (_, place) = find(line, &seoul(), Zulu::Local).unwrap();
        assert_eq!(&line[place.clone()], "16:50, 7 March 2026 ");
        assert!(begins_with_clock(&line[place]) && !begins_with_clock("7 March 2026 16:50"));
    }

    #[test]
    fn spans_scores_and_the_times_of_other_dates_are_no_time_before_a_date() {
        for printed in [
            "10:00-16:50 7 March 2026",
            "10:00 - 16:50 7 March 2026",
            "3:2 7 March 2026",
            "Room 16.50, 7 March 2026",
            "6 March 2026 16:50 2026-03-07",
            "16:50 in the harbour on 7 March 2026",
            "29:50 7 March 2026",
            "16:50 IST 7 March 2026",
            "3:25 7 March 2026",
            "3:25 | 7 March 2026",
            "2h30 - 7 mars 2026",
            "Episode 12:35 | Published 7 March 2026",
            "Published 4:50 PM, Updated March 7, 2026",
        ] {
            let found = read(printed, &seoul(), Zulu::Local).expect(printed);
            assert_eq!(found.to_string(), "2026-03-07", "{printed}");
        }
    }

    #[test]
    fn a_length_behind_a_date_is_no_time() {
        for printed in [
            "March 7, 2026 (4:35)",
            "March 7, 2026 [4:35 video]",
            "March 7, 2026 [14:35 video]",
            "March 7, 2026 (14:35 Video)",
            "March 7, 2026 (2h ago)",
            "7 mars 2026 - 2h30 de lecture",
            "7 mars 2026 - 12h",
            "March 7, 2026 | 12:35 read",
        ] {
            let found = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(found.to_string(), "2026-03-07", "{printed}");
        }
        for printed in [
            "March 7, 2026 (16:50)",
            "March 7, 2026 (4:50 PM)",
            "March 7, 2026 (16:50 KST) Seoul",
            "7. März 2026 (16:50 Uhr)",
            "2026년 3월 7일 (16시 50분)",
            "7 March 2026, 16:50 hrs",
            "7 March 2026 16:50 by Lea Wagner",
            "7 March 2026 at 16:50 in the harbour",
            "7 March 2026 4:50 pm in the harbour",
        ] {
            let found = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(found.to_string(), "2026-03-07T16:50+09:00", "{printed}");
        }
    }

    #[test]
    fn a_bare_time_with_a_dot_has_four_digits_and_nothing_behind_it() {
        for printed in [
            "7. März 2026, 16.50",
            "Samstag, 7. März 2026, 16.50 | Lea Wagner",
            "07.03.2026 16.50",
        ] {
            let found = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(found.to_string(), "2026-03-07T16:50+09:00", "{printed}");
        }
        let zoned = read("Saturday 7 March 2026 16.50 GMT", &seoul(), Zulu::Utc).unwrap();
        assert_eq!(zoned.to_string(), "2026-03-08T01:50+09:00");

        for printed in [
            "7 March 2026, 7.30",
            "7 March 2026, 16.50 €",
            "7. März 2026, 16.50 Besucher",
            "7 March 2026 16.505",
        ] {
            let found = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(found.to_string(), "2026-03-07", "{printed}");
        }
    }

    #[test]
    fn wide_digits_and_brackets_of_all_kinds_are_read() {
        for printed in [
            "2026/03/07 [16:50]",
            "2026.03.07 (16:50)",
            "２０２６年３月７日（土）１６：５０",
            "2026年3月7日（土）午後4時50分",
            "2026年3月7日【16:50】",
            "2026.3.7 Sat 16:50",
        ] {
            let found = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(found.to_string(), "2026-03-07T16:50+09:00", "{printed}");
        }
        // A score in brackets is none, and neither is a word that begins as a day of the week.
        for printed in ["2026.03.07 [3:2]", "2026.03.07 Sunflower 16:50"] {
            let found = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(found.to_string(), "2026-03-07", "{printed}");
        }
        let line = "公開：２０２６年３月７日　記者";
        let (_, place) = find(line, &seoul(), Zulu::Local).unwrap();
        assert_eq!(line[place].trim_end(), "２０２６年３月７日");
    }

    #[test]
    fn years_of_eras_are_read() {
        for (printed, expected) in [
            ("令和8年3月7日", "2026-03-07"),
            ("令和８年３月７日（土）", "2026-03-07"),
            ("令和元年5月1日", "2019-05-01"),
            ("平成31年4月30日 16:50", "2019-04-30T16:50+09:00"),
            ("昭和64年1月7日", "1989-01-07"),
            ("2026年（令和8年）3月7日", "2026-03-07"),
            ("令和8年（2026年）3月7日", "2026-03-07"),
        ] {
            let found = read(printed, &seoul(), Zulu::Local).unwrap();
            assert_eq!(found.to_string(), expected, "{printed}");
        }
        for none in ["平成40年3月7日", "令和0年3月7日", "令和8年", "第8年3月7日"] {
            assert_eq!(read_local(none), None, "{none}");
        }
    }

    #[test]
    fn thai_dates_are_read_with_the_years_of_both_calendars() {
        for (printed, expected) in [
            ("7 มีนาคม 2569", "2026-03-07"),
            ("วันเสาร์ที่ 7 มีนาคม พ.ศ. 2569", "2026-03-07"),
            ("๗ มีนาคม ๒๕๖๙", "2026-03-07"),
            ("7 มีนาคม 2026", "2026-03-07"),
            ("7 มี.ค. 69", "2026-03-07"),
            ("7/3/2569", "2026-03-07"),
            ("7 มีนาคม 2569 16:50 น.", "2026-03-07T16:50+09:00"),
            ("7 มี.ค. 2569 เวลา 16.50 น.", "2026-03-07T16:50+09:00"),
            ("7 มี.ค. 2569 | 16.50 น.", "2026-03-07T16:50+09:00"),
            ("16.50 น. 7 มี.ค. 2569", "2026-03-07T16:50+09:00"),
        ] {
            let found = read(printed, &seoul(), Zulu::Local).expect(printed);
            assert_eq!(found.to_string(), expected, "{printed}");
        }
        // Two digits may be a year of the common calendar, and three are no year.
        for none in ["7 มี.ค. 26", "7 มีนาคม 256", "7 มีนาคม 25690", "มีนาคม 2569"]
        {
            assert_eq!(read_local(none), None, "{none}");
        }
    }

    #[test]
    fn numbers_with_slashes_are_read_in_the_order_of_the_page() {
        let seoul = seoul();
        let read_in = |text: &str, order| {
            let reader = DateReader {
                order,
                ..DateReader::new(&seoul, Zulu::Local)
            };
            reader.read(text).map(|found| found.to_string())
        };
        for (printed, order, expected) in [
            ("3/7/2026", DateOrder::Unknown, None),
            ("3/7/2026", DateOrder::DayFirst, Some("2026-07-03")),
            ("Sat, 03/07/2026", DateOrder::Unknown, Some("2026-03-07")),
            ("Friday 03/07/2026", DateOrder::Unknown, Some("2026-07-03")),
            ("Monday 03/07/2026", DateOrder::Unknown, None),
            ("Sat, 03/07/2026", DateOrder::DayFirst, Some("2026-07-03")),
            (
                "Sat 7 Mar 2026 10.20",
                DateOrder::Unknown,
                Some("2026-03-07T10:20+09:00"),
            ),
            ("3/7/2026", DateOrder::MonthFirst, Some("2026-03-07")),
            ("3/27/2026", DateOrder::DayFirst, Some("2026-03-27")),
            ("27/3/2026", DateOrder::MonthFirst, Some("2026-03-27")),
            (
                "07.03.26, 16:50",
                DateOrder::DayFirst,
                Some("2026-03-07T16:50+09:00"),
            ),
            ("7.3.26", DateOrder::DayFirst, None),
            ("07.03.26", DateOrder::DayFirst, None),
            ("7/3/69 16:50", DateOrder::DayFirst, None),
            ("7/3/41 16:50 น.", DateOrder::DayFirst, None),
            (
                "10/02/26 12:00 | 7 March 2026 at 16:50",
                DateOrder::DayFirst,
                Some("2026-03-07T16:50+09:00"),
            ),
            (
                "26.03.07 16:50",
                DateOrder::Unknown,
                Some("2026-03-07T16:50+09:00"),
            ),
        ] {
            assert_eq!(read_in(printed, order).as_deref(), expected, "{printed}");
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
            let found = read(printed, &seoul(), Zulu::Local).unwrap().to_string();
            assert_eq!(found, format!("2026-03-07T{expected}+09:00"), "{printed}");
        }
    }

    #[test]
    fn words_and_numbers_behind_a_time_are_a_zone_only_if_they_name_one() {
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
            let found = read(printed, &seoul(), Zulu::Local).map(|found| found.to_string());
            assert_eq!(found, Some(format!("2026-03-07T{expected}")), "{printed}");
        }

        let utc = |text| read(text, &seoul(), Zulu::Utc).unwrap().time.to_string();
        assert_eq!(utc("2026-03-07T20:50.5Z"), "2026-03-08T05:50:00+09:00");
        assert_eq!(utc("2026-03-07T20:50:00:000Z"), "2026-03-08T05:50:00+09:00");
        assert_eq!(utc("2026-03-07T20Z"), "2026-03-08T05:00:00+09:00");
        assert_eq!(read_local("2026-03-07 16:50 Eastern Standard Time"), None);
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
            read_local("2026.03.07 16시에").as_deref(),
            Some("2026-03-07T16:00:00+09:00")
        );

        for none in [
            "계좌 2026-03-123456",
            "203.2011.12.1",
            "Mayor 12, 2026 3:00",
            "Decade 7, 2026",
        ] {
            assert_eq!(read_local(none), None, "{none}");
        }
    }

    #[test]
    fn a_date_in_a_zone_that_is_not_understood_is_not_read() {
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
            assert_eq!(read_local(text), None, "{text}");
        }
    }

    #[test]
    fn a_small_z_is_a_z() {
        let found = read("2026-08-19t17:01:32z", &seoul(), Zulu::Utc).unwrap();
        assert_eq!(found.time.to_string(), "2026-08-20T02:01:32+09:00");
    }

    #[test]
    fn a_true_z_is_universal_time() {
        let found = read("2026-08-19T17:01:32Z", &seoul(), Zulu::Utc).unwrap();
        assert_eq!(found.time.to_string(), "2026-08-20T02:01:32+09:00");
    }

    #[test]
    fn seoul_had_other_offsets() {
        assert_eq!(
            read_local("1987.07.01 12:00").as_deref(),
            Some("1987-07-01T12:00:00+10:00")
        );
        assert_eq!(
            read_local("1958.01.10 12:00").as_deref(),
            Some("1958-01-10T12:00:00+08:30")
        );
    }

    #[test]
    fn texts_without_a_possible_date_give_none() {
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
            "3/7/2026",
            "version 10.20.2019",
            "10.203.07.2026",
            "07.03.20261",
            "7. listopada 2026",
            "7 jui 2026",
            "7 people 2026",
        ] {
            assert_eq!(read_local(text), None, "{text}");
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
            // Only a panic would fail here: any reading of a text at random is right.
            let _ = read_local(&text);
            let _ = read_recent(&text, &seoul(), Timestamp::EPOCH);
        }
    }
}
