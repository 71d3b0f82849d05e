//! Moments, local times and their precision.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

pub mod printed;
mod zone;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Arithmetic saturates: a hostile `Retry-After` cannot overflow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The last moment that jiff can hold and print in any offset, two days before the end of the
    /// year 9999.
    pub const MAX: Self = Self(253_402_207_200_000);
    /// The zero of Unix time, 1970-01-01T00:00:00Z: older than every request.
    pub const EPOCH: Self = Self(0);
    /// The first moment that RFC 3339 can write, 0001-01-01T00:00:00Z.
    const MIN: Self = Self(-62_135_596_800_000);

    /// Wraps milliseconds since the epoch, clamped to the range that RFC 3339 can write.
    ///
    /// # Examples
    ///
    /// ```
    /// let moment = saseo::Timestamp::from_millis(1_795_520_550_125);
    /// assert_eq!(moment.to_string(), "2026-11-24T11:42:30.125Z");
    /// ```
    pub const fn from_millis(millis: i64) -> Self {
        if millis > Self::MAX.0 {
            Self::MAX
        } else if millis < Self::MIN.0 {
            Self::MIN
        } else {
            Self(millis)
        }
    }

    /// Wraps seconds since the epoch.
    ///
    /// # Examples
    ///
    /// ```
    /// let moment = saseo::Timestamp::from_seconds(1_795_520_550);
    /// assert_eq!(moment.to_string(), "2026-11-24T11:42:30Z");
    /// ```
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Returns milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns the beginning of its second. Texts for people have no milliseconds.
    pub const fn to_second(self) -> Self {
        Self(self.0.div_euclid(1000) * 1000)
    }

    /// Returns the time from `earlier` to `self`; zero if `earlier` is the later moment.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0).max(0).unsigned_abs())
    }

    /// Reads a text of RFC 3339, with an offset or `Z`.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::Timestamp;
    ///
    /// let moment = Timestamp::from_rfc3339("2026-11-24T20:42:30+09:00");
    /// assert_eq!(moment, Some(Timestamp::from_seconds(1_795_520_550)));
    /// assert_eq!(Timestamp::from_rfc3339("yesterday"), None);
    /// ```
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(Self::from)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_sub(millis))
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Self::from_millis(at.as_millisecond())
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(at: Timestamp) -> Self {
        jiff::Timestamp::from_millisecond(at.0)
            .expect("from_millis clamps to the years 1 to 9999, which jiff can hold")
    }
}

/// Writes RFC 3339 in UTC, `2026-11-24T11:42:30Z`, with milliseconds only if there are some.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jiff::Timestamp::from(*self).fmt(f)
    }
}

/// The time since the machine's boot. Setting the clock does not change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uptime {
    /// The id of the boot: each boot has another.
    pub boot: String,
    pub up: Duration,
}

/// How exactly a moment is known. The coarsest precision is the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A day, and no time of day.
    Day,
    /// Day, hour and minute.
    Minute,
    /// Day, hour, minute and second.
    Second,
}

impl Precision {
    /// Every precision, for reading names.
    const ALL: [Self; 3] = [Self::Day, Self::Minute, Self::Second];

    /// Returns its name in the archive and in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }

    /// Returns the precision with this name.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::Precision;
    ///
    /// assert_eq!(Precision::from_name("day"), Some(Precision::Day));
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|precision| precision.name() == name)
    }
}

/// A moment as a paper prints it: the instant, and the paper's offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalTime {
    /// The moment itself.
    pub at: Timestamp,
    /// Seconds east of UTC: 32,400 in Seoul today.
    pub offset: i32,
}

impl LocalTime {
    /// Returns the instant `at` with the offset that `zone` had then.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::{LocalTime, Timestamp};
    ///
    /// let seoul = jiff::tz::TimeZone::get("Asia/Seoul")?;
    /// let noon = LocalTime::in_zone(Timestamp::from_seconds(1_795_489_200), &seoul);
    /// assert_eq!(noon.to_string(), "2026-11-24T12:00:00+09:00");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn in_zone(at: Timestamp, zone: &jiff::tz::TimeZone) -> Self {
        Self {
            at,
            offset: zone.to_offset(at.into()).seconds(),
        }
    }

    /// Reads a text of RFC 3339, and keeps its offset.
    ///
    /// # Examples
    ///
    /// ```
    /// let noon = saseo::LocalTime::from_rfc3339("2026-11-24T12:00:00+09:00");
    /// assert_eq!(noon.map(|noon| noon.offset), Some(9 * 60 * 60));
    /// ```
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let at = Timestamp::from_rfc3339(text)?;

        let pieces = jiff::fmt::temporal::Pieces::parse(text).ok()?;
        let offset = pieces
            .to_numeric_offset()
            .map_or(0, |offset| offset.seconds());
        Some(Self { at, offset })
    }
}

/// Writes RFC 3339 with the paper's offset and whole seconds, `2018-04-27T18:47:23+09:00`.
impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = jiff::tz::Offset::from_seconds(self.offset).unwrap_or(jiff::tz::Offset::UTC);
        let civil = offset.to_datetime(self.at.into());
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };

        write!(
            f,
            "{}{sign}{:02}:{:02}",
            civil.strftime("%Y-%m-%dT%H:%M:%S"),
            minutes.abs() / 60,
            minutes.abs() % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_a_hostile_wait_saturates() {
        assert_eq!(Timestamp::from_millis(5) + Duration::MAX, Timestamp::MAX);
    }

    #[test]
    fn the_first_and_the_last_moment_can_be_printed() {
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T22:00:00Z");
        assert!(
            Timestamp::from_millis(i64::MIN)
                .to_string()
                .starts_with("0001-01-01")
        );
    }

    #[test]
    fn a_moment_is_printed_in_utc() {
        assert_eq!(
            Timestamp::from_millis(1_795_520_550_000).to_string(),
            "2026-11-24T11:42:30Z"
        );
    }

    #[test]
    fn a_local_time_keeps_its_offset() {
        let printed = "2018-04-27T18:47:23+09:00";

        let time = LocalTime::from_rfc3339(printed).unwrap();

        assert_eq!(time.to_string(), printed);
        assert_eq!(time.at.to_string(), "2018-04-27T09:47:23Z");
    }

    #[test]
    fn the_time_since_a_later_moment_is_zero() {
        let early = Timestamp::from_millis(1);
        assert_eq!(early.since(Timestamp::from_millis(9)), Duration::ZERO);
    }
}
