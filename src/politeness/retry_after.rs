//! The `Retry-After` header: seconds or a date (RFC 9110 §10.2.3).

use std::time::Duration;

use crate::politeness::backoff::BUSY_BACKOFF;
use crate::time::Timestamp;

/// The longest rest that a Retry-After can ask for; no host rests for longer. Without a limit, one
/// server's mistake would end the archive of its paper for good.
pub const LONGEST_REST: Duration = Duration::from_secs(30 * 24 * 3600);

/// The rest of a host whose Retry-After cannot be read: twice the rest of a busy host without one,
/// since this host did ask for a rest.
const UNREADABLE_REST: Duration = Duration::from_secs(2 * BUSY_BACKOFF.as_secs());

/// Returns the moment until which a host asks for a rest; `None` where there is no line of the
/// header.
///
/// The rest is never shorter than a malformed line may mean. Where there are several lines, or
/// several ways to parse one line, the latest moment counts. A line that cannot be parsed asks for
/// `UNREADABLE_REST`.
pub fn retry_after<'a>(lines: impl Iterator<Item = &'a str>, now: Timestamp) -> Option<Timestamp> {
    let latest = lines
        .map(|line| latest_moment(line, now).unwrap_or(now + UNREADABLE_REST))
        .max()?;
    Some(latest.min(now + LONGEST_REST))
}

/// Parses the whole line, and each of its parts in case it is a list. A date also contains a comma.
fn latest_moment(line: &str, now: Timestamp) -> Option<Timestamp> {
    let parts = line.split([',', ';']);
    std::iter::once(line)
        .chain(parts)
        .filter_map(|part| moment(part.trim(), now))
        .max()
}

fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    date(text).or_else(|| Some(now + seconds(text)?))
}

/// Parses seconds, as in `120`, and what servers send in their place: `600.5`, `600s`, `10
/// minutes`, `"600"`. A fraction counts as a whole second, and an unknown unit as seconds.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim_start_matches(['"', '\'', '+', ' ']);
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }

    // A number that does not fit means the longest rest that can be counted.
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

/// The beginnings of units of time, and the seconds of each. The first one that fits counts.
/// Milliseconds count as seconds, since no rest may be shorter than a host means.
const UNITS: [(&str, u64); 7] = [
    ("ms", 1),
    ("mil", 1),
    ("mo", 31 * 24 * 3600),
    ("m", 60),
    ("h", 3600),
    ("d", 24 * 3600),
    ("w", 7 * 24 * 3600),
];

/// Returns the seconds of a unit of time; those of an unknown one are 1.
fn unit(name: &str) -> u64 {
    let name = name.trim_start().to_ascii_lowercase();
    UNITS
        .iter()
        .find(|(beginning, _)| name.starts_with(beginning))
        .map_or(1, |(_, seconds)| *seconds)
}

/// Parses a date in the forms of HTTP, mail and ISO 8601. The weekday is ignored: a wrong one does
/// not make the moment earlier.
fn date(text: &str) -> Option<Timestamp> {
    let text = text.trim_matches(['"', '\'', ' ']);
    let undated = text.split_once(',').map_or(text, |(_, rest)| rest.trim());
    internet(undated)
        .or_else(|| obsolete(undated))
        .or_else(|| asctime(text))
        .or_else(|| iso(text))
}

/// Parses the form of mail (RFC 5322), which is also that of HTTP: `06 Nov 1994 08:49:37 GMT`.
fn internet(text: &str) -> Option<Timestamp> {
    mail_date(text).or_else(|| as_gmt(text))
}

/// Parses a date whose zone mail does not know, or that has none: HTTP's zone is GMT.
fn as_gmt(text: &str) -> Option<Timestamp> {
    let (moment, zone) = text.rsplit_once(' ')?;
    let is_zone = zone.chars().all(|c| c.is_ascii_alphabetic());
    mail_date(&format!("{} GMT", if is_zone { moment } else { text }))
}

fn mail_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()
        .map(Timestamp::from)
}

/// Parses the form of RFC 850, which RFC 9110 §5.6.7 still requires: `Sunday, 06-Nov-94 08:49:37
/// GMT`, here without its weekday.
fn obsolete(text: &str) -> Option<Timestamp> {
    civil("%d-%b-%y %H:%M:%S GMT", text).or_else(|| civil("%d-%b-%Y %H:%M:%S GMT", text))
}

/// Parses the form of C's asctime: `Sun Nov  6 08:49:37 1994`.
fn asctime(text: &str) -> Option<Timestamp> {
    let (_weekday, rest) = text.split_once(' ')?;
    civil(
        "%b %e %H:%M:%S %Y",
        &rest.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

/// Parses ISO 8601: `2026-11-24T12:42:30Z`. Without a zone, HTTP's zone GMT is meant.
fn iso(text: &str) -> Option<Timestamp> {
    let in_zone = text.parse::<jiff::Timestamp>().ok().map(Timestamp::from);
    in_zone.or_else(|| utc(text.parse().ok()?))
}

fn civil(format: &str, text: &str) -> Option<Timestamp> {
    utc(jiff::civil::DateTime::strptime(format, text).ok()?)
}

fn utc(civil: jiff::civil::DateTime) -> Option<Timestamp> {
    jiff::tz::TimeZone::UTC
        .to_timestamp(civil)
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
    fn a_malformed_retry_after_never_shortens_the_rest() {
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
    fn an_unreadable_retry_after_means_twice_the_first_backoff() {
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
