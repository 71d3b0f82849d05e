//! Reads moments that a page counts from 1970.

use jiff::tz::TimeZone;

use crate::time::printed::PrintedTime;
use crate::time::{LocalTime, Precision, Timestamp};

/// Reads seconds since 1970 with nine or ten digits: the years 1973 to 2286. Those with thirteen
/// digits are milliseconds.
pub(super) fn epoch(text: &str, zone: &TimeZone) -> Option<PrintedTime> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }

    let number: i64 = text.parse().ok()?;
    let seconds = match text.len() {
        9..=10 => number,
        13 => number / 1000,
        _ => return None,
    };
    let time = LocalTime::in_zone(Timestamp::from_seconds(seconds), zone);
    Some(PrintedTime {
        time,
        precision: Precision::Second,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_milliseconds_are_told_by_their_digits() {
        let read = |text| epoch(text, &TimeZone::UTC).map(|told| told.to_string());
        let moment = Some("2026-03-07T06:50:20+00:00".to_owned());
        assert_eq!(read("1772866220"), moment);
        assert_eq!(read("1772866220000"), moment);
        for text in [
            "20260307",
            "177286622000",
            "1772866220.5",
            "-1772866220",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
