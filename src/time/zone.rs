//! Zones that papers print behind a time.

use jiff::tz::TimeZone;

/// The meaning of a `Z` behind a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zulu {
    /// Universal time, as RFC 3339 says.
    Utc,
    /// The paper's own clock: some CMSs append a `Z` to local times.
    Local,
}

/// Zones by name, and their seconds east of Greenwich: those of RFC 5322 (§4.3), of East Asia and
/// of other regions.
const ZONES: [(&str, i32); 30] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("KST", 9 * HOUR),
    ("JST", 9 * HOUR),
    ("HKT", 8 * HOUR),
    ("SGT", 8 * HOUR),
    ("PHT", 8 * HOUR),
    ("ICT", 7 * HOUR),
    ("WIB", 7 * HOUR),
    ("EST", -5 * HOUR),
    ("EDT", -4 * HOUR),
    ("CST", -6 * HOUR),
    ("CDT", -5 * HOUR),
    ("MST", -7 * HOUR),
    ("MDT", -6 * HOUR),
    ("PST", -8 * HOUR),
    ("PDT", -7 * HOUR),
    ("WET", 0),
    ("WEST", HOUR),
    ("BST", HOUR),
    ("CET", HOUR),
    ("CEST", 2 * HOUR),
    ("EET", 2 * HOUR),
    ("EEST", 3 * HOUR),
    ("MSK", 3 * HOUR),
    ("SAST", 2 * HOUR),
    ("AEST", 10 * HOUR),
    ("AEDT", 11 * HOUR),
    ("NZST", 12 * HOUR),
];

/// Names that American papers print the whole year, in summer time as well.
const AMERICAN: [(&str, &str); 4] = [
    ("ET", "America/New_York"),
    ("CT", "America/Chicago"),
    ("MT", "America/Denver"),
    ("PT", "America/Los_Angeles"),
];

/// Names of several zones each. `IST` is in India, Ireland and Israel; `AST` is in the Atlantic and
/// in Arabia. A time with such a name is not read.
const UNCLEAR: [&str; 6] = ["IST", "AST", "ADT", "GST", "ECT", "SST"];

/// An hour in seconds.
const HOUR: i32 = 3600;

/// The westernmost offset in use, that of Baker Island.
const WESTMOST: i32 = -12 * HOUR;

/// The easternmost offset in use, that of Kiritimati.
const EASTMOST: i32 = 14 * HOUR;

/// The meaning of a zone behind a time.
pub(super) enum ZoneMeaning {
    /// The paper's zone.
    Local,
    Universal,
    /// Seconds east of Greenwich.
    Seconds(i32),
    /// A zone of the IANA database.
    Zone(TimeZone),
}

/// A zone in a text, or another word in its place.
#[derive(Clone, Copy)]
pub(super) struct PrintedZone<'t> {
    pub text: &'t str,
    /// White space stands between the time and the zone.
    pub is_apart: bool,
    /// The rest of the text.
    pub behind: &'t str,
}

impl PrintedZone<'_> {
    /// Returns the meaning of the zone; `None` if it is a zone, but not understood.
    pub(super) fn read(self, zulu: Zulu) -> Option<ZoneMeaning> {
        let name = self
            .text
            .trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        let digits = self.text[name.len()..].trim_start();

        if name.starts_with("Etc/") {
            return TimeZone::get(&self.text.replace(char::is_whitespace, ""))
                .ok()
                .map(ZoneMeaning::Zone);
        }
        if !digits.is_empty() {
            return self.offset(name, digits);
        }
        if name.contains(|c: char| !c.is_ascii_alphabetic()) {
            return match TimeZone::get(name) {
                Ok(zone) => Some(ZoneMeaning::Zone(zone)),
                Err(_) if self.is_last() => None,
                Err(_) => Some(ZoneMeaning::Local),
            };
        }

        self.named(name, zulu)
    }

    /// Tells whether the text ends with the zone.
    fn is_last(self) -> bool {
        self.behind
            .trim_matches(|c: char| c.is_whitespace() || ").]".contains(c))
            .is_empty()
    }

    /// Returns the meaning of an offset, as `+09:00` or `GMT+9`.
    ///
    /// Hours alone, with space before them and words behind them, count something else: `16:50 +12
    /// comments`. An offset beyond the westernmost is the end of a span: `16:50-17:30`.
    fn offset(self, name: &str, digits: &str) -> Option<ZoneMeaning> {
        let is_count = name.is_empty()
            && digits.chars().filter(char::is_ascii_digit).count() < 3
            && self.is_apart;

        if is_count && !self.is_last() {
            return Some(ZoneMeaning::Local);
        }

        match offset_seconds(digits)? {
            ..WESTMOST if name.is_empty() => Some(ZoneMeaning::Local),
            seconds @ WESTMOST..=EASTMOST => Some(ZoneMeaning::Seconds(seconds)),
            _ => None,
        }
    }

    /// Returns the meaning of a name.
    ///
    /// An unknown word in capitals is a zone that is not understood if the text ends with it;
    /// elsewhere it is the next word. A word in small letters is a zone only if it is a known one
    /// and the last word.
    fn named(self, name: &str, zulu: Zulu) -> Option<ZoneMeaning> {
        let is_small = name.len() > 1 && name.bytes().any(|byte| byte.is_ascii_lowercase());

        // A zone in words, as `Eastern Standard Time`.
        if ["Standard Time", "Daylight Time", "Summer Time"]
            .iter()
            .any(|kind| self.behind.trim_start().starts_with(kind))
        {
            return None;
        }

        if let Some((_, zone)) = AMERICAN.iter().find(|(zone, _)| *zone == name) {
            return TimeZone::get(zone).ok().map(ZoneMeaning::Zone);
        }

        match (name.to_ascii_uppercase().as_str(), zulu) {
            _ if is_small && !self.is_last() => Some(ZoneMeaning::Local),
            ("Z", Zulu::Local) | ("KST", _) => Some(ZoneMeaning::Local),
            ("Z", Zulu::Utc) | ("UTC" | "GMT" | "UT", _) => Some(ZoneMeaning::Universal),
            (unclear, _) if UNCLEAR.contains(&unclear) => None,
            (name, _) => match seconds_of(name) {
                Some(seconds) => Some(ZoneMeaning::Seconds(seconds)),
                None if self.is_last() && !is_small => None,
                None => Some(ZoneMeaning::Local),
            },
        }
    }
}

/// Returns the offset of a named zone, in seconds east of Greenwich.
pub(super) fn seconds_of(name: &str) -> Option<i32> {
    ZONES
        .iter()
        .find(|(zone, _)| zone.eq_ignore_ascii_case(name))
        .map(|(_, seconds)| *seconds)
}

/// Returns an offset in seconds, from `+9`, `+09`, `+930` or `+09:30`.
fn offset_seconds(text: &str) -> Option<i32> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = if digits.len() > 2 {
        digits.split_at(digits.len() - 2)
    } else {
        (digits.as_str(), "0")
    };
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    let seconds = hours * HOUR + minutes * 60;

    Some(if text.starts_with(['-', '−', '–']) {
        -seconds
    } else {
        seconds
    })
}
