//! Times that come again, as cron writes them: minute, hour, day, month, weekday, on the clock of a paper.

use std::cmp::Ordering;
use std::fmt;

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::time::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, ZonedDateTime};

use crate::time::Timestamp;

/// A pattern of five fields. Where clocks go forward over its time it is due as soon as they have, and where they go back it
/// is due once (croner).
#[derive(Clone, Debug)]
pub struct Cron {
    text: String,
    pattern: croner::Cron,
}

/// A pattern that cannot be read, and why.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{text:?} is no time of cron: write minute, hour, day, month and weekday, like \"*/30 * * * *\" ({why})"
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
        let fault = |why: CronError| CronFault {
            text: text.to_owned(),
            why: why.to_string(),
        };
        // croner takes the names of months and days anywhere.
        if !text.trim_start().starts_with('@')
            && text
                .split_whitespace()
                .take(2)
                .any(|field| field.contains(|c: char| c.is_alphabetic()))
        {
            return Err(CronFault {
                text: text.to_owned(),
                why: "minutes and hours are numbers".to_owned(),
            });
        }
        Ok(Self {
            text: text.to_owned(),
            pattern: parser.parse(text).map_err(fault)?,
        })
    }
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
    /// Returns the first time after a moment, on the clock of a zone; `None` where there is none, as on a 30 February.
    pub fn next_after(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let from = Local(jiff::Timestamp::from(moment).to_zoned_datetime(zone.clone()));
        let Local(next) = self.pattern.find_next_occurrence(&from, false).ok()?;
        Some(next.timestamp().into())
    }
}

/// A wall clock, as croner reads it.
#[derive(Clone)]
struct Local(ZonedDateTime);

impl CronDateTime for Local {
    fn to_civil(&self) -> CivilDateTime {
        let at = self.0.datetime();
        let small = |part: i8| u32::from(part.unsigned_abs());
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(
                i32::from(at.year()),
                small(at.month()),
                small(at.day()),
            ),
            CivilTime::from_parts_unchecked(
                small(at.hour()),
                small(at.minute()),
                small(at.second()),
            ),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(u32::from(
            self.0.weekday().to_sunday_zero_offset().unsigned_abs(),
        ))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let ambiguous = self
            .0
            .time_zone()
            .to_ambiguous_zoned_datetime(civil_time(civil).ok_or(CronError::InvalidDate)?);
        let local = |zoned: Result<ZonedDateTime, jiff::Error>| {
            zoned.map(Self).map_err(|_| CronError::InvalidTime)
        };
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

fn civil_time(civil: CivilDateTime) -> Option<DateTime> {
    let small = |part: u32| i8::try_from(part).ok();
    let (month, day) = (small(civil.month())?, small(civil.day())?);
    let (hour, minute, second) = (
        small(civil.hour())?,
        small(civil.minute())?,
        small(civil.second())?,
    );
    DateTime::new(
        i16::try_from(civil.year()).ok()?,
        month,
        day,
        hour,
        minute,
        second,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next times after one, on the clock of a zone.
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
    fn times_are_those_of_the_papers_clock() {
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
    fn a_time_that_the_clock_leaves_out_is_due_once_and_one_that_comes_twice_is_too() {
        // Clocks in Berlin go from 02:00 to 03:00 on 29 March 2026, and from 03:00 to 02:00 on 25 October.
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
    fn what_recurs_within_the_hour_goes_on_through_both() {
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
    fn what_is_no_pattern_is_told() {
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
