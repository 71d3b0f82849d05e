//! Recurring times in the form of cron: minute, hour, day, month and weekday, in a paper's time
//! zone.

use std::cmp::Ordering;
use std::fmt;

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::time::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, ZonedDateTime};

use crate::time::Timestamp;

/// A pattern of five fields. If clocks go forward over its time, it is due right after the change.
/// If clocks go back, it is due once (croner).
#[derive(Clone, Debug)]
pub struct Cron {
    text: String,
    pattern: croner::Cron,
}

/// A text that is no pattern, and the reason.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{text:?} is no time of cron: write minute, hour, day, month and weekday, \
     like \"*/30 * * * *\" ({why})"
)]
pub struct CronFault {
    text: String,
    why: String,
}

impl std::str::FromStr for Cron {
    type Err = CronFault;
    fn from_str(text: &str) -> Result<Self, CronFault> {
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();

        if has_name_for_time(text) {
            return Err(CronFault {
                text: text.to_owned(),
                why: "minutes and hours are numbers".to_owned(),
            });
        }

        match parser.parse(text) {
            Ok(pattern) => Ok(Self {
                text: text.to_owned(),
                pattern,
            }),
            Err(why) => Err(CronFault {
                text: text.to_owned(),
                why: why.to_string(),
            }),
        }
    }
}

/// Tells whether letters stand in the place of minutes or hours: croner accepts names of months and
/// days in every field. Nicknames like `@daily` are right.
fn has_name_for_time(text: &str) -> bool {
    !text.trim_start().starts_with('@')
        && text
            .split_whitespace()
            .take(2)
            .any(|field| field.contains(|c: char| c.is_alphabetic()))
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Cron {
    /// Returns the first time after a moment, in a time zone; `None` if there is none, as for a 30
    /// February.
    pub fn next_after(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let from = Local(jiff::Timestamp::from(moment).to_zoned_datetime(zone.clone()));
        let Local(next) = self.pattern.find_next_occurrence(&from, false).ok()?;
        Some(next.timestamp().into())
    }
}

/// A time in a zone, in the form that croner calculates with.
#[derive(Clone)]
struct Local(ZonedDateTime);

impl CronDateTime for Local {
    fn to_civil(&self) -> CivilDateTime {
        let at = self.0.datetime();
        let date = CivilDate::from_parts_unchecked(
            i32::from(at.year()),
            unsigned(at.month()),
            unsigned(at.day()),
        );
        let time = CivilTime::from_parts_unchecked(
            unsigned(at.hour()),
            unsigned(at.minute()),
            unsigned(at.second()),
        );

        CivilDateTime::new(date, time)
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(unsigned(self.0.weekday().to_sunday_zero_offset()))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let ambiguous = self
            .0
            .time_zone()
            .to_ambiguous_zoned_datetime(civil_time(civil).ok_or(CronError::InvalidDate)?);

        Ok(match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => {
                Resolution::Single(local(ambiguous.unambiguous())?)
            }
            AmbiguousOffset::Fold { .. } => Resolution::Ambiguous(
                local(ambiguous.clone().earlier())?,
                local(ambiguous.later())?,
            ),
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()
            .map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

/// Returns a part of a date or time as croner's type. jiff's parts are never negative.
fn unsigned(part: i8) -> u32 {
    u32::from(part.unsigned_abs())
}

fn local(zoned: Result<ZonedDateTime, jiff::Error>) -> Result<Local, CronError> {
    zoned.map(Local).map_err(|_| CronError::InvalidTime)
}

/// Returns croner's date and time as jiff's; `None` if a part is out of range.
fn civil_time(civil: CivilDateTime) -> Option<DateTime> {
    let year = i16::try_from(civil.year()).ok()?;
    let month = i8::try_from(civil.month()).ok()?;
    let day = i8::try_from(civil.day()).ok()?;
    let hour = i8::try_from(civil.hour()).ok()?;
    let minute = i8::try_from(civil.minute()).ok()?;
    let second = i8::try_from(civil.second()).ok()?;

    DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the next times after a moment, in a time zone.
    fn next(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let (cron, zone) = (cron.parse::<Cron>().unwrap(), TimeZone::get(zone).unwrap());
        let mut moment = Timestamp::from_rfc3339(after).unwrap();
        let mut times = Vec::new();

        for _ in 0..count {
            moment = cron.next_after(moment, &zone).unwrap();
            times.push(
                jiff::Timestamp::from(moment)
                    .to_zoned_datetime(zone.clone())
                    .strftime("%m-%d %H:%M %z")
                    .to_string(),
            );
        }

        times
    }

    #[test]
    fn times_are_in_the_papers_zone() {
        assert_eq!(
            next("*/30 9 * * *", "Asia/Seoul", "2026-11-25T09:10:00+09:00", 3),
            [
                "11-25 09:30 +0900",
                "11-26 09:00 +0900",
                "11-26 09:30 +0900"
            ]
        );
        assert_eq!(
            next("@daily", "Asia/Seoul", "2026-11-25T09:10:00+09:00", 1),
            ["11-26 00:00 +0900"]
        );
        assert_eq!(
            next("0 6 * * MON", "Asia/Seoul", "2026-11-25T00:00:00+09:00", 1),
            ["11-30 06:00 +0900"]
        );
    }

    #[test]
    fn a_skipped_time_is_due_once_and_so_is_a_repeated_time() {
        // Clocks in Berlin go from 02:00 to 03:00 on 29 March 2026, and from 03:00 to 02:00 on 25
        // October.
        let spring = next(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00+01:00",
            2,
        );
        assert_eq!(spring, ["03-29 03:00 +0200", "03-30 02:30 +0200"]);

        let autumn = next(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00:00+02:00",
            2,
        );
        assert_eq!(autumn, ["10-25 02:30 +0200", "10-26 02:30 +0100"]);
    }

    #[test]
    fn an_hourly_time_is_due_in_both_of_two_repeated_hours() {
        let hours = next("0 * * * *", "Europe/Berlin", "2026-10-25T01:30:00+02:00", 3);
        assert_eq!(
            hours,
            [
                "10-25 02:00 +0200",
                "10-25 02:00 +0100",
                "10-25 03:00 +0100"
            ]
        );
    }

    #[test]
    fn a_text_that_is_no_pattern_is_refused() {
        for wrong in [
            "",
            "* * *",
            "* * * * * *",
            "61 * * * *",
            "*/0 * * * *",
            "never",
        ] {
            let said = wrong.parse::<Cron>().unwrap_err().to_string();
            assert!(
                said.starts_with(&format!("{wrong:?} is no time of cron")),
                "{said}"
            );
        }

        let never = "0 0 30 2 *".parse::<Cron>().unwrap();
        assert_eq!(never.next_after(Timestamp::EPOCH, &TimeZone::UTC), None);
    }
}
