//! Chooses when the story of an unknown page was published among the dates that its head, the
//! elements near its headline and its print tell.

use crate::time::printed::{DateReader, PrintedTime, Zulu};
use crate::time::{LocalTime, Precision, Timestamp};

/// Most seconds between two clocks that may tell one moment in two zones: the offsets in use.
const MOST_APART: i64 = 14 * 3600;

/// The step between offsets, in seconds.
const OFFSET_STEP: i64 = 15 * 60;

/// How a date names its zone, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NamedZone {
    None,
    /// `Z`, or an offset of zero. Many CMSs put it behind local times.
    Universal,
    Offset,
}

/// A date as one source tells it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToldMoment {
    pub time: PrintedTime,
    pub source: String,
    zone: NamedZone,
    /// Seconds of the clock as written, whatever its zone.
    clock: i64,
}

impl ToldMoment {
    /// Reads a date.
    pub(crate) fn read(text: &str, source: &str, dates: DateReader<'_>) -> Option<Self> {
        Some(Self::new(dates.read(text)?, text, source, dates))
    }

    /// Returns a date that was read from `text`.
    pub(crate) fn new(time: PrintedTime, text: &str, source: &str, dates: DateReader<'_>) -> Self {
        let named = named_zone(text);
        let wall = if named == NamedZone::Universal {
            let of_paper = DateReader {
                zulu: Zulu::Local,
                ..dates
            };
            of_paper.read(text).unwrap_or(time)
        } else {
            time
        };

        Self {
            time,
            source: source.to_owned(),
            zone: named,
            clock: wall.time.at.millis() / 1000 + i64::from(wall.time.offset),
        }
    }

    /// Tells whether the date has a time.
    pub(crate) fn has_clock(&self) -> bool {
        self.time.precision > Precision::Day
    }

    /// Tells whether two dates may tell one moment on clocks of two zones.
    fn may_be_one_with(&self, other: &Self) -> bool {
        let apart = (self.clock - other.clock).abs();
        let seconds = match self.time.precision.min(other.time.precision) {
            Precision::Second => 1,
            Precision::Day | Precision::Minute => 60,
        };
        apart <= MOST_APART && apart % OFFSET_STEP < seconds
    }

    /// Tells whether two dates tell the same minute of the same clock.
    fn has_clock_of(&self, other: &Self) -> bool {
        self.clock / 60 == other.clock / 60
    }

    /// Tells whether this date is better than `first`, though its source is not.
    fn mends(&self, first: &Self) -> bool {
        if !first.has_clock() {
            return self.has_clock() && self.time.day() == first.time.day();
        }
        if !self.has_clock() {
            return false;
        }
        match (first.zone, self.zone) {
            // One clock: the zone of one of the two is wrong, or missing.
            (first_zone, zone) if self.has_clock_of(first) && first_zone != zone => {
                zone > first_zone
            }
            // A clock without a zone is read on the paper's, which may be a guess.
            (NamedZone::None, NamedZone::Universal | NamedZone::Offset) => {
                self.may_be_one_with(first)
            }
            _ => {
                let is_same =
                    self.time.time.at.millis() / 60_000 == first.time.time.at.millis() / 60_000;
                is_same && self.time.precision > first.time.precision
            }
        }
    }
}

/// Returns the date of the best source, mended by those behind it.
pub(crate) fn best(told: Vec<ToldMoment>) -> Option<ToldMoment> {
    told.into_iter()
        .reduce(|best, next| if next.mends(&best) { next } else { best })
}

/// Returns a date that names no zone on the clock of the others of its page, if one of about the
/// same time does: the offset is the same then, unless the clocks were changed between them.
pub(crate) fn on_clock_of(date: ToldMoment, others: &[ToldMoment]) -> ToldMoment {
    /// Most seconds between the two dates: a week.
    const APART: i64 = 7 * 86_400;
    let is_near = |other: &&ToldMoment| {
        other.zone == NamedZone::Offset && (other.clock - date.clock).abs() <= APART
    };
    let other = others.iter().find(is_near);
    let Some(other) = other.filter(|_| date.zone == NamedZone::None && date.has_clock()) else {
        return date;
    };

    let offset = other.time.time.offset;
    let millis = date.time.time.at.millis() % 1000;
    let at = (date.clock - i64::from(offset)) * 1000 + millis;
    let time = LocalTime {
        at: Timestamp::from_millis(at),
        offset,
    };
    ToldMoment {
        time: PrintedTime { time, ..date.time },
        ..date
    }
}

/// Returns how a date names its zone, by its end.
fn named_zone(text: &str) -> NamedZone {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || ")]".contains(c));
    let upper = text.to_ascii_uppercase();
    let digits = upper.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
    let offset = &upper[digits.len()..];

    let is_offset = digits.ends_with(['+', '-', '−'])
        && upper.contains(':')
        && matches!(offset.len(), 2 | 4 | 5)
        && !(digits.ends_with('-') && offset.len() == 2 && !upper.contains('T'));
    if is_offset && offset.contains(|c: char| ('1'..='9').contains(&c)) {
        NamedZone::Offset
    } else if is_offset || ends_with_zone(&upper, &["Z", "UTC", "GMT"]) {
        NamedZone::Universal
    } else if ends_with_zone(
        &upper,
        &[
            "KST", "JST", "EST", "EDT", "CST", "CDT", "PST", "PDT", "CET", "CEST", "BST", "ET",
            "PT",
        ],
    ) {
        NamedZone::Offset
    } else {
        NamedZone::None
    }
}

fn ends_with_zone(text: &str, zones: &[&str]) -> bool {
    let word = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let has_clock = text.contains(':');
    let behind = &text[word.len()..];
    has_clock && zones.contains(&behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").unwrap()
    }

    fn best_of(texts: &[&str]) -> Option<String> {
        let seoul = seoul();
        let dates = DateReader::new(&seoul, Zulu::Utc);
        let told = texts
            .iter()
            .filter_map(|text| ToldMoment::read(text, "test", dates))
            .collect();
        best(told).map(|told| told.time.to_string())
    }

    #[test]
    fn of_one_clock_the_date_that_names_its_offset_is_right() {
        let right = Some("2026-03-07T16:50:20+09:00".to_owned());
        for texts in [
            ["2026-03-07T16:50:20Z", "2026-03-07T16:50:20+09:00"],
            ["2026-03-07T16:50:20+00:00", "2026-03-07T16:50:20+0900"],
            ["2026-03-07T16:50:20+09:00", "2026-03-07T16:50:20Z"],
            ["2026-03-07 16:50:20", "2026-03-07T16:50:20+09:00"],
        ] {
            assert_eq!(best_of(&texts), right, "{texts:?}");
        }
        assert_eq!(
            best_of(&["2026-03-07 16:50:20", "2026-03-07T16:50:20+01:00"]).as_deref(),
            Some("2026-03-07T16:50:20+01:00")
        );
    }

    #[test]
    fn a_clock_without_a_zone_gives_way_to_the_same_moment_with_one() {
        assert_eq!(
            best_of(&["2026-03-07 08:50:20", "2026-03-07T07:50:20Z"]).as_deref(),
            Some("2026-03-07T16:50:20+09:00")
        );
        // Twelve minutes apart are two moments.
        assert_eq!(
            best_of(&["2026-03-07 08:50:20", "2026-03-07T08:02:20Z"]).as_deref(),
            Some("2026-03-07T08:50:20+09:00")
        );
    }

    #[test]
    fn a_day_gives_way_to_its_hour_and_a_minute_to_its_second() {
        assert_eq!(
            best_of(&["2026-03-07", "2026-03-08 10:00", "2026-03-07 16:50"]).as_deref(),
            Some("2026-03-07T16:50+09:00")
        );
        assert_eq!(
            best_of(&["2026-03-07 16:50", "2026-03-07 16:50:20"]).as_deref(),
            Some("2026-03-07T16:50:20+09:00")
        );
    }

    #[test]
    fn a_date_without_a_zone_is_on_the_clock_of_another_of_its_page() {
        let seoul = seoul();
        let dates = DateReader::new(&seoul, Zulu::Utc);
        let read = |text: &str| ToldMoment::read(text, "test", dates).unwrap();
        let moved =
            |date: &str, other: &str| on_clock_of(read(date), &[read(other)]).time.to_string();
        let date = "2026-03-07T16:50:20";
        for (other, expected) in [
            ("2026-03-07T18:50:20+01:00", "2026-03-07T16:50:20+01:00"),
            ("2026-03-07T18:50:20", "2026-03-07T16:50:20+09:00"),
            ("2026-03-07T18:50:20Z", "2026-03-07T16:50:20+09:00"),
            ("2026-05-07T18:50:20+02:00", "2026-03-07T16:50:20+09:00"),
        ] {
            assert_eq!(moved(date, other), expected, "{other}");
        }
        let named = "2026-03-07T16:50:20+03:00";
        assert_eq!(moved(named, "2026-03-07T18:50:20+01:00"), named);
    }

    #[test]
    fn a_days_last_number_is_no_offset() {
        assert_eq!(named_zone("2026-03-07"), NamedZone::None);
        assert_eq!(named_zone("2026-03-07 16:50"), NamedZone::None);
        assert_eq!(named_zone("2026-03-07 16:50 -0330"), NamedZone::Offset);
        assert_eq!(
            named_zone("Sat, 07 Mar 2026 07:50:20 GMT"),
            NamedZone::Universal
        );
    }
}
