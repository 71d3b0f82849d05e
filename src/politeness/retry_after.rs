//! The `Retry-After` header: seconds or a date (RFC 9110 §10.2.3).

use std::time::Duration;

use crate::politeness::pace::BUSY_BACKOFF;
use crate::time::Timestamp;

/// A longer wish is taken as this: a slip of some server's would otherwise end an archive for good. No host rests for longer.
pub const LONGEST_REST: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long a host is left alone whose wish cannot be read: twice as long as one without a wish.
const UNREADABLE_REST: Duration = Duration::from_secs(2 * BUSY_BACKOFF.as_secs());

/// Returns the moment until which a host asks to be left alone; `None` where it says nothing of the kind.
///
/// An odd line is never undercut. Of several lines, and of several readings of one line, the latest moment
/// counts. A host that asks for a rest in a form that nobody can read is left alone for
/// [`UNREADABLE_REST`].
pub fn retry_after<'a>(lines: impl Iterator<Item = &'a str>, now: Timestamp) -> Option<Timestamp> {
    let moment = |line: &str| latest_reading(line, now).unwrap_or(now + UNREADABLE_REST);
    let latest = lines.map(moment).max()?;
    Some(latest.min(now + LONGEST_REST))
}

/// Reads a line whole, and each part of it where it is a list. A date has a comma of its own.
fn latest_reading(line: &str, now: Timestamp) -> Option<Timestamp> {
    let parts = line.split([',', ';']);
    std::iter::once(line)
        .chain(parts)
        .filter_map(|part| reading(part.trim(), now))
        .max()
}

fn reading(text: &str, now: Timestamp) -> Option<Timestamp> {
    date(text).or_else(|| Some(now + seconds(text)?))
}

/// `120`, and what servers make of it: `600.5`, `600s`, `10 minutes`, `"600"`. A fraction counts as a whole second, and an
/// unknown unit as seconds.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim_start_matches(['"', '\'', '+', ' ']);
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }

    // More seconds than fit are still a wish to be left alone, for as long as we can count.
    let number: u64 = digits.parse().unwrap_or(u64::MAX);
    let (number, rest) = match rest.strip_prefix('.') {
        Some(rest) => (
            number.saturating_add(1),
            rest.trim_start_matches(|c: char| c.is_ascii_digit()),
        ),
        None => (number, rest),
    };
    Some(Duration::from_secs(number.saturating_mul(unit(rest))))
}

/// The seconds in a unit of time; at least one, so that nothing is undercut.
fn unit(name: &str) -> u64 {
    let name = name.trim_start().to_ascii_lowercase();
    let is = |beginning: &str| name.starts_with(beginning);
    match () {
        () if is("ms") || is("mil") => 1,
        () if is("mo") => 31 * 24 * 3600,
        () if is("m") => 60,
        () if is("h") => 3600,
        () if is("d") => 24 * 3600,
        () if is("w") => 7 * 24 * 3600,
        () => 1,
    }
}

/// A moment as HTTP writes it, as mail does, or as ISO 8601 does. The day of the week is not looked at: one that is wrong
/// makes the moment no earlier.
fn date(text: &str) -> Option<Timestamp> {
    let text = text.trim_matches(['"', '\'', ' ']);
    let undated = text.split_once(',').map_or(text, |(_, rest)| rest.trim());
    internet(undated)
        .or_else(|| obsolete(undated))
        .or_else(|| asctime(text))
        .or_else(|| iso(text))
}

fn internet(text: &str) -> Option<Timestamp> {
    let read = |text: &str| {
        jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .ok()
    };
    // A zone that mail does not know, or none: HTTP's is GMT.
    let as_gmt = || {
        let (moment, zone) = text.rsplit_once(' ')?;
        let is_zone = zone.chars().all(|c| c.is_ascii_alphabetic());
        read(&format!("{} GMT", if is_zone { moment } else { text }))
    };
    read(text).or_else(as_gmt).map(Timestamp::from)
}

/// The form of RFC 850 that RFC 9110 §5.6.7 wants to be read still: `Sunday, 06-Nov-94 08:49:37 GMT`, without its weekday.
fn obsolete(text: &str) -> Option<Timestamp> {
    civil("%d-%b-%y %H:%M:%S GMT", text).or_else(|| civil("%d-%b-%Y %H:%M:%S GMT", text))
}

/// The form of C's asctime: `Sun Nov  6 08:49:37 1994`.
fn asctime(text: &str) -> Option<Timestamp> {
    let (_weekday, rest) = text.split_once(' ')?;
    civil(
        "%b %e %H:%M:%S %Y",
        &rest.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

/// `2026-11-24T12:42:30Z`; without a zone, HTTP's own is meant.
fn iso(text: &str) -> Option<Timestamp> {
    let in_zone = || text.parse::<jiff::Timestamp>().ok().map(Timestamp::from);
    let bare = || utc(text.parse().ok()?);
    in_zone().or_else(bare)
}

fn civil(format: &str, text: &str) -> Option<Timestamp> {
    utc(jiff::civil::DateTime::strptime(format, text).ok()?)
}

fn utc(read: jiff::civil::DateTime) -> Option<Timestamp> {
    jiff::tz::TimeZone::UTC
        .to_timestamp(read)
        .ok()
        .map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
    const HOUR: Duration = Duration::from_secs(3600);

    fn rest(lines: &[&str]) -> Option<Duration> {
        retry_after(lines.iter().copied(), NOW).map(|moment| moment.since(NOW))
    }

    #[test]
    fn seconds_and_dates_become_moments() {
        assert_eq!(rest(&[" 120 "]), Some(Duration::from_secs(120)));
        for date in [
            "Tue, 24 Nov 2026 12:42:30 GMT",
            "Tuesday, 24-Nov-26 12:42:30 GMT",
            "Tue Nov 24 12:42:30 2026",
            "24 Nov 2026 12:42:30 GMT",
        ] {
            assert_eq!(rest(&[date]), Some(HOUR), "{date}");
        }
    }

    #[test]
    fn an_odd_wish_is_never_undercut() {
        let ten_minutes = Duration::from_secs(600);
        for odd in [
            "600.0",
            "600.5",
            "600s",
            "600 seconds",
            "600, 600",
            "600;q=1",
            "\"600\"",
            "+600",
            "10 min",
            "10m",
            "600000ms",
        ] {
            assert!(
                rest(&[odd]) >= Some(ten_minutes),
                "{odd}: {:?}",
                rest(&[odd])
            );
        }
        for odd in [
            "Mon, 24 Nov 2026 12:42:30 GMT",
            "Tue, 24 Nov 2026 12:42:30 UTC",
            "Tue, 24 Nov 2026 12:42:30",
            "Tue, 24 Nov 2026 12:42:30 +0000",
            "2026-11-24T12:42:30Z",
            "2026-11-24T21:42:30+09:00",
            "2026-11-24 12:42:30",
            "Thursday, 24-Nov-26 12:42:30 GMT",
            "Mon Nov 24 12:42:30 2026",
        ] {
            assert!(rest(&[odd]) >= Some(HOUR), "{odd}: {:?}", rest(&[odd]));
        }
    }

    #[test]
    fn of_several_lines_the_latest_moment_counts() {
        assert_eq!(rest(&["3", "120"]), Some(Duration::from_secs(120)));
        assert_eq!(rest(&["120", "3"]), Some(Duration::from_secs(120)));
        assert_eq!(rest(&["60, 120"]), Some(Duration::from_secs(120)));
        assert_eq!(rest(&["Tue, 24 Nov 2026 12:42:30 GMT", "5"]), Some(HOUR));
    }

    #[test]
    fn an_absurd_wait_is_a_month() {
        for absurd in [
            "99999999999999999999999",
            "315360000",
            "9999999 days",
            "Fri, 01 Jan 2100 00:00:00 GMT",
        ] {
            assert_eq!(rest(&[absurd]), Some(LONGEST_REST), "{absurd}");
        }
    }

    #[test]
    fn a_wish_that_cannot_be_read_is_kept_for_twice_the_first_rest() {
        for nonsense in ["soon", "", "-5", "later, please"] {
            assert_eq!(rest(&[nonsense]), Some(UNREADABLE_REST), "{nonsense}");
        }
        assert_eq!(rest(&[]), None);
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_answered(line in ".{0,40}", digits in "[0-9]{1,25}[a-zA-Z. ]{0,9}") {
            proptest::prop_assert!(rest(&[&line, &digits]).is_some());
        }
    }
}
