//! Quantities in the form in which people write them: `"2s"`, `"8MiB"`, `"50/s"`.

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};

/// A span of time: `500ms`, `2s`, `1.5s`, `10m`, `24h`, `30d`, `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// A size in bytes: `512KiB`, `8MiB`, `1GiB`, or a plain number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// A rate, written `2/s` or `30/m`. It is stored as the time from one event to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub Duration);

/// A text that is no quantity.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UnitError {
    #[error(
        "{0:?} is no time: write a number and a unit, like \"2s\", \"500ms\", \"10m\", \"1h30m\" \
         or \"30d\""
    )]
    Span(String),
    #[error("{0:?} is no size: write a number and a unit, like \"8MiB\" or \"512KiB\"")]
    Bytes(String),
    #[error("{0:?} is no rate: write a number over a unit of time, like \"2/s\" or \"30/m\"")]
    Rate(String),
    #[error("{0:?} is no day: write YYYY-MM-DD, like \"2026-01-31\"")]
    Day(String),
}

impl std::str::FromStr for Span {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        span(text).ok_or_else(|| UnitError::Span(text.to_owned()))
    }
}

/// Reads a sum of numbers with units.
fn span(text: &str) -> Option<Span> {
    let mut rest = text.trim();
    let mut seconds = 0.0;

    loop {
        let (number, unit, after) = number_and_unit(rest)?;
        seconds += number * seconds_in(unit)?;
        rest = after;
        if rest.is_empty() {
            return Duration::try_from_secs_f64(seconds).map(Span).ok();
        }
    }
}

/// Returns the seconds in a unit of time.
fn seconds_in(unit: &str) -> Option<f64> {
    match unit {
        "ms" => Some(0.001),
        "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3600.0),
        "d" => Some(86_400.0),
        _ => None,
    }
}

/// Reads a day from a file or the command line: `2026-01-31`, with nothing before or after it.
///
/// # Errors
///
/// If the text is no day.
pub fn day(text: &str) -> Result<Date, UnitError> {
    let is_plain = text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    // jiff also reads days with times, offsets and signs.
    let day = is_plain.then(|| text.parse().ok()).flatten();
    day.ok_or_else(|| UnitError::Day(text.to_owned()))
}

impl std::str::FromStr for Bytes {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        bytes(text).ok_or_else(|| UnitError::Bytes(text.to_owned()))
    }
}

/// The largest size: about 2^53. Beyond it a float no longer counts single bytes, and no disk is
/// that large.
const MAX_BYTES: f64 = 9.0e15;

/// Reads a number with a unit of size.
fn bytes(text: &str) -> Option<Bytes> {
    let (number, unit, rest) = number_and_unit(text)?;
    let scale: u64 = match unit {
        _ if !rest.is_empty() => return None,
        "" | "B" => 1,
        "KiB" | "kB" | "KB" => 1 << 10,
        "MiB" | "MB" => 1 << 20,
        "GiB" | "GB" => 1 << 30,
        _ => return None,
    };

    let bytes = number * scale as f64;
    (bytes <= MAX_BYTES).then_some(Bytes(bytes as u64))
}

impl std::str::FromStr for Rate {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        rate(text).ok_or_else(|| UnitError::Rate(text.to_owned()))
    }
}

/// Reads a count over a unit of time.
fn rate(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once('/')?;
    let count: f64 = count.trim().parse().ok()?;
    let Span(unit) = span(&format!("1{}", unit.trim()))?;
    if !(count.is_finite() && count > 0.0) {
        return None;
    }

    Duration::try_from_secs_f64(unit.as_secs_f64() / count)
        .map(Rate)
        .ok()
}

/// Returns the number at the beginning of a text, the letters behind it, and the rest.
fn number_and_unit(text: &str) -> Option<(f64, &str, &str)> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c| !is_digit(c)).unwrap_or(text.len()));
    let (unit, rest) = unit.split_at(unit.find(is_digit).unwrap_or(unit.len()));

    let number: f64 = number.parse().ok()?;
    number.is_finite().then_some((number, unit.trim(), rest))
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

/// Writes the time in its largest whole unit, which [`Span`] reads again.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();

        match millis {
            0 => f.write_str("0s"),
            _ if millis.is_multiple_of(86_400_000) => write!(f, "{}d", millis / 86_400_000),
            _ if millis.is_multiple_of(3_600_000) => write!(f, "{}h", millis / 3_600_000),
            _ if millis.is_multiple_of(60_000) => write!(f, "{}m", millis / 60_000),
            _ if millis.is_multiple_of(1000) => write!(f, "{}s", millis / 1000),
            _ if millis < 1000 => write!(f, "{millis}ms"),
            _ => write!(f, "{}s", self.0.as_secs_f64()),
        }
    }
}

/// Implements `Deserialize` by `FromStr`, with the words for what was expected.
macro_rules! deserialized_from_text {
    ($($unit:ty, $expecting:literal);+) => {$(
        impl<'de> Deserialize<'de> for $unit {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Text;
                impl de::Visitor<'_> for Text {
                    type Value = $unit;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$unit, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                from.deserialize_str(Text)
            }
        }
    )+};
}

deserialized_from_text!(
    Span, "a time in quotes, like \"2s\"";
    Bytes, "a size in quotes, like \"8MiB\"";
    Rate, "a rate in quotes, like \"2/s\""
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_unit() {
        let span = |text: &str| text.parse::<Span>().unwrap().0;

        assert_eq!(span("500ms"), Duration::from_millis(500));
        assert_eq!(span("1.5s"), Duration::from_millis(1500));
        assert_eq!(span("10m"), Duration::from_secs(600));
        assert_eq!(span("30 d"), Duration::from_secs(30 * 86_400));
        assert_eq!(span("1h30m"), Duration::from_secs(5400));
        assert_eq!(span("1 h 1.5 m"), Duration::from_secs(3690));
    }

    #[test]
    fn a_time_without_a_unit_is_refused() {
        assert!("2".parse::<Span>().is_err());
        assert!("".parse::<Span>().is_err());
        assert!("-1s".parse::<Span>().is_err());
        assert!("1h30".parse::<Span>().is_err());
    }

    #[test]
    fn only_a_plain_day_is_a_day() {
        assert_eq!(day("2026-11-15"), Ok(jiff::civil::date(2026, 11, 15)));
        for text in [
            "2026-11-15T10:00",
            "2026-13-01",
            "15.11.2026",
            "20261115",
            "",
            "2026-11-15 ",
            "-026-11-15",
        ] {
            assert!(
                day(text)
                    .unwrap_err()
                    .to_string()
                    .contains("write YYYY-MM-DD"),
                "{text}"
            );
        }
    }

    #[test]
    fn printed_times_are_read_as_the_same_time() {
        for text in ["0s", "250ms", "2s", "10m", "24h", "30d", "1.5s"] {
            let printed = text.parse::<Span>().unwrap().to_string();

            assert_eq!(
                printed.parse::<Span>(),
                text.parse::<Span>(),
                "{text} became {printed}"
            );
        }
    }

    #[test]
    fn sizes_and_rates_are_read() {
        assert_eq!("8MiB".parse(), Ok(Bytes(8 << 20)));
        assert_eq!("2/s".parse(), Ok(Rate(Duration::from_millis(500))));
        assert_eq!("30/m".parse(), Ok(Rate(Duration::from_secs(2))));
        assert!("0/s".parse::<Rate>().is_err());
        assert!("8MiB8".parse::<Bytes>().is_err());
    }
}
