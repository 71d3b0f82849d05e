//! Reads the dates of a page: finds them in a text, and makes moments of what is printed.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use regex::Captures;

use crate::time::printed::calendars::{common_year, is_thai, short_thai_year, year_of_era};
use crate::time::printed::clock_before::ClockBefore;
use crate::time::printed::folded::FoldedText;
use crate::time::printed::forms::{DateOrder, forms, is_in_number};
use crate::time::printed::months::{month, thai_month};
use crate::time::printed::patterns::YEAR_FIRST;
use crate::time::printed::time_of_day::{clock, is_other_word, number, precision};
use crate::time::printed::{PrintedTime, at, head};
use crate::time::zone::{PrintedZone, ZoneMeaning, Zulu};
use crate::time::{LocalTime, Precision};

/// The digits of the shortest date, such as `1.2.26`: a text with fewer has none.
const FEWEST_DIGITS: usize = 4;

/// The digits of the shortest date with a year of an era: `令和元年5月1日`. Thai ones have one more.
const FEWEST_DIGITS_IN_ASIA: usize = 2;

/// What has to be known to read the dates of a page.
#[derive(Clone, Copy, Debug)]
pub struct DateReader<'z> {
    /// The paper's zone, which is that of dates without an offset.
    pub zone: &'z TimeZone,
    pub zulu: Zulu,
    pub order: DateOrder,
}

impl<'z> DateReader<'z> {
    /// Reads dates of a paper, of whose order of day and month nothing is known.
    pub fn new(zone: &'z TimeZone, zulu: Zulu) -> Self {
        Self {
            zone,
            zulu,
            order: DateOrder::Unknown,
        }
    }

    /// Returns the first date in `text`.
    pub fn read(self, text: &str) -> Option<PrintedTime> {
        Some(self.find(text)?.0)
    }

    /// Returns the first date in `text`, and its range of bytes. A date that begins with its year
    /// comes before others.
    pub fn find(self, text: &str) -> Option<(PrintedTime, Range<usize>)> {
        let folded = FoldedText::of(head(text));
        if !has_digits(&folded.text) {
            return None;
        }

        let (time, place) = match self.find_year_first(&folded.text) {
            Some(first) => self.around(&folded.text, &first.1).unwrap_or(first),
            None => self.find_other(&folded.text)?,
        };
        Some((time, folded.printed(place)))
    }

    /// Returns the date that ends with the year with which a match begins: in `7 Mar 2026 10.20`
    /// the numbers behind the year are a clock.
    fn around(self, text: &str, year_first: &Range<usize>) -> Option<(PrintedTime, Range<usize>)> {
        let before = text[..year_first.start].trim_end_matches([' ', ',', '.']);
        let is_after_day = before.ends_with(|c: char| c.is_alphanumeric())
            && before.contains(|c: char| c.is_ascii_digit());
        if !is_after_day {
            return None;
        }
        let other = self.find_other(text)?;
        let is_around = other.1.start < year_first.start && other.1.end > year_first.start;
        is_around.then_some(other)
    }

    pub(super) fn find_year_first(self, text: &str) -> Option<(PrintedTime, Range<usize>)> {
        YEAR_FIRST
            .captures_iter(text)
            .filter(|found| !is_in_number(text, found))
            .find_map(|found| self.moment(text, &found))
    }

    fn find_other(self, text: &str) -> Option<(PrintedTime, Range<usize>)> {
        forms(text, self.order).find_map(|form| {
            form.pattern
                .captures_iter(text)
                .filter(|found| form.holds(text, found, self.order))
                .find_map(|found| self.moment(text, &found))
        })
    }

    /// Returns the moment of a match, and its range. It is `None` if the zone or the half of the
    /// day is not understood: no time is better than a wrong one.
    fn moment(self, text: &str, found: &Captures<'_>) -> Option<(PrintedTime, Range<usize>)> {
        let place = place(found)?;
        let day = day(found)?;
        let precision = precision(text, found);
        if precision > Precision::Day {
            let time = self.time(day, text, found)?;
            return Some((PrintedTime { time, precision }, place));
        }

        if let Some(before) = ClockBefore::of(&text[..place.start])
            && let Some(time) = self.time(day, before.text, &before.found)
        {
            let precision = precision_before(&before.found);
            return Some((PrintedTime { time, precision }, before.start..place.end));
        }
        let midnight = day.to_datetime(Time::midnight());
        let time = in_meant_zone(midnight, ZoneMeaning::Local, self.zone)?;
        Some((PrintedTime { time, precision }, place))
    }

    /// Returns the moment of a day at the time of a match.
    fn time(self, day: Date, text: &str, found: &Captures<'_>) -> Option<LocalTime> {
        let meaning = zone_meaning(text, found, self.zulu)?;
        in_meant_zone(day.to_datetime(clock(found)?), meaning, self.zone)
    }
}

/// Tells whether a text has as many digits as a date. Most lines have fewer, and are not searched.
fn has_digits(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit);
    match digits.take(FEWEST_DIGITS).count() {
        FEWEST_DIGITS => true,
        FEWEST_DIGITS_IN_ASIA.. => text.contains(|c| c == '年' || is_thai(c)),
        _ => false,
    }
}

/// Returns the range of a date. A word behind it that is no zone does not belong to it.
fn place(found: &Captures<'_>) -> Option<Range<usize>> {
    let whole = found.get(0)?.range();
    let word = found
        .name("zone")
        .filter(|zone| is_other_word(zone.as_str()));
    Some(whole.start..word.map_or(whole.end, |word| word.start()))
}

/// Returns how exactly a time before its date is printed.
fn precision_before(found: &Captures<'_>) -> Precision {
    if found.name("second").is_some() {
        Precision::Second
    } else {
        Precision::Minute
    }
}

/// Returns the day of a match.
fn day(found: &Captures<'_>) -> Option<Date> {
    let month = match (found.name("month"), found.name("thai")) {
        (Some(name), _) => month(name.as_str())?,
        (None, name) => thai_month(name?.as_str())?,
    };
    Date::new(year(found)?, month, number(found, "day")?).ok()
}

/// Returns the meaning of the zone behind a time; `None` if it is not understood.
fn zone_meaning(text: &str, found: &Captures<'_>, zulu: Zulu) -> Option<ZoneMeaning> {
    let Some(zone) = found.name("zone") else {
        return Some(ZoneMeaning::Local);
    };

    let is_apart = found.name("apart").is_some_and(|space| !space.is_empty());
    PrintedZone {
        text: zone.as_str(),
        is_apart,
        behind: &text[zone.end()..],
    }
    .read(zulu)
}

/// Returns the moment of a civil time. The paper's zone gives the offset of universal times.
fn in_meant_zone(
    civil: DateTime,
    meaning: ZoneMeaning,
    papers_zone: &TimeZone,
) -> Option<LocalTime> {
    match meaning {
        ZoneMeaning::Local => at(civil, papers_zone),
        ZoneMeaning::Universal => {
            let at = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
            Some(LocalTime::in_zone(at.into(), papers_zone))
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
    }
}

/// Returns the year. A year of two digits is in this century up to 68, as in POSIX.
fn year(found: &Captures<'_>) -> Option<i16> {
    if let Some(era) = found.name("era") {
        return year_of_era(era.as_str(), found.name("year")?.as_str());
    }

    let printed: i16 = number(found, "year")?;
    match printed {
        0..=99 if found.name("thai").is_some() => short_thai_year(printed),
        0..=68 => Some(2000 + printed),
        69..=99 => Some(1900 + printed),
        _ => Some(common_year(printed)),
    }
}
