//! The `Retry-After` header: seconds or a date (RFC 9110 §10.2.3).

use std::time::Duration;

use crate::time::Timestamp;

/// A longer wish is taken as this: a slip of some server's would otherwise end an archive for good. No host rests for longer.
pub const LONGEST_REST: Duration = Duration::from_secs(30 * 24 * 3600);

/// Returns the moment until which a host asks to be left alone; `None` where the header says nothing that can be read.
pub fn retry_after(header: &str, now: Timestamp) -> Option<Timestamp> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than fit are still a wish to be left alone, for as long as we can count.
        let seconds = header.parse().unwrap_or(u64::MAX);
        return Some(now + Duration::from_secs(seconds).min(LONGEST_REST));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header).ok().map(Timestamp::from);
    Some(date.or_else(|| obsolete(header))?.min(now + LONGEST_REST))
}

/// The date forms that RFC 9110 §5.6.7 wants to be read still: `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
fn obsolete(header: &str) -> Option<Timestamp> {
    let rfc850 = header.split_once(", ").and_then(|(_, rest)| civil("%d-%b-%y %H:%M:%S GMT", rest));
    rfc850.or_else(|| civil("%a %b %e %H:%M:%S %Y", &header.split_whitespace().collect::<Vec<_>>().join(" ")))
}

fn civil(format: &str, text: &str) -> Option<Timestamp> {
    let read = jiff::civil::DateTime::strptime(format, text).ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(read).ok().map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

    #[test]
    fn seconds_and_dates_become_moments() {
        assert_eq!(retry_after(" 120 ", NOW), Some(NOW + Duration::from_secs(120)));
        let date = retry_after("Tue, 24 Nov 2026 12:42:30 GMT", NOW).unwrap();
        assert_eq!(date, NOW + Duration::from_secs(3600));
        for old in ["Tuesday, 24-Nov-26 12:42:30 GMT", "Tue Nov 24 12:42:30 2026"] {
            assert_eq!(retry_after(old, NOW), Some(date), "{old}");
        }
    }

    #[test]
    fn an_absurd_wait_is_a_month() {
        for absurd in ["99999999999999999999999", "315360000", "Fri, 01 Jan 2100 00:00:00 GMT"] {
            assert_eq!(retry_after(absurd, NOW), Some(NOW + LONGEST_REST), "{absurd}");
        }
    }

    #[test]
    fn nonsense_says_nothing() {
        assert_eq!(retry_after("soon", NOW), None);
        assert_eq!(retry_after("", NOW), None);
        assert_eq!(retry_after("-5", NOW), None);
    }
}
