//! The time of day of a printed date.

use jiff::civil::Time;
use regex::Captures;

use crate::time::Precision;

/// Letters that may follow the word for an hour and leave it one, as `에` (at) and `경` (about). Any
/// other makes a count (`12시간`) or another word.
const BEHIND_AN_HOUR: &str = "반半에경쯤께정부까이도現頃に오午";

/// Words before a time that is printed with a dot: `kl. 16.50`, `alle ore 16.50`.
const BEFORE_A_DOTTED_CLOCK: [&str; 4] = [" kl.", " kl", " klo", " ore"];

/// Returns how exactly a date is printed. An hour alone (`16시`) is exact to the minute: it stands
/// for the full hour, and not for any minute within it.
pub(super) fn precision(text: &str, found: &Captures<'_>) -> Precision {
    if !has_clock(text, found) {
        Precision::Day
    } else if ["second", "second_named"]
        .iter()
        .any(|name| found.name(name).is_some())
    {
        Precision::Second
    } else {
        Precision::Minute
    }
}

/// Tells whether a time of day is printed. An incomplete time (`2019.05.03 7:`), a score (`3:2`), a
/// count of hours (`12시간`, `12hours`), a number with a dot (`7.30`) and hours within a word
/// (`T12호`) are none.
fn has_clock(text: &str, found: &Captures<'_>) -> bool {
    if found.name("noon").is_some() {
        return true;
    }
    if let Some(hour) = found.name("hour_alone") {
        let next = text[hour.end()..].chars().next();
        return !next.is_some_and(|c| c.is_alphanumeric() && !"Zz".contains(c));
    }

    let Some(sign) = found.name("sign") else {
        return found.name("hour").is_some();
    };
    match (sign.as_str(), found.name("minute")) {
        (":", minute) => minute.is_some_and(|minute| minute.len() == 2),
        (".", minute) => minute.is_some_and(|minute| {
            let before = found.name("hour").map_or("", |hour| &text[..hour.start()]);
            minute.len() == 2
                && (text[minute.end()..].trim_start().starts_with("Uhr")
                    || BEFORE_A_DOTTED_CLOCK
                        .iter()
                        .any(|word| before.trim_end().ends_with(word)))
        }),
        (_, Some(_)) => true,
        (_, None) => {
            let next = text[sign.end()..].chars().next();
            !next.is_some_and(|c| c.is_alphabetic() && !BEHIND_AN_HOUR.contains(c))
        }
    }
}

/// Returns the printed time of day; `None` if it is impossible (25:00).
pub(super) fn clock(found: &Captures<'_>) -> Option<Time> {
    if found.name("noon").is_some() {
        return Some(Time::constant(12, 0, 0, 0));
    }
    if found.name("hour_alone").is_some() {
        return Time::new(number(found, "hour_alone")?, 0, 0, 0).ok();
    }

    let minute = if found.name("thirty").is_some() {
        30
    } else {
        number_or_zero(found, "minute")?
    };
    let second = number_or_zero(found, "second")?.max(number_or_zero(found, "second_named")?);
    let hour = hour(found)?;

    // A leap second becomes the second before it.
    Time::new(hour, minute, if second == 60 { 59 } else { second }, 0).ok()
}

/// Returns the hour of the day, from the printed hour and the half of the day.
fn hour(found: &Captures<'_>) -> Option<i8> {
    let printed: i8 = number(found, "hour")?;
    let half = found
        .name("half")
        .or_else(|| found.name("half_behind"))
        .map(|half| half.as_str().to_ascii_lowercase().replace(['.', ' '], ""));

    Some(match (half.as_deref(), printed) {
        (Some("오후" | "저녁" | "午後" | "pm"), 0..12)
        | (Some("낮"), 1..6)
        | (Some("밤"), 6..12) => printed + 12,
        (Some("오전" | "새벽" | "아침" | "밤" | "午前" | "am"), 12) => 0,
        (Some("오전" | "새벽" | "아침" | "午前" | "am"), 13..) => return None,
        _ => printed,
    })
}

/// Returns the number of a group; 0 if the group is not there.
fn number_or_zero(found: &Captures<'_>, name: &str) -> Option<i8> {
    match found.name(name) {
        None => Some(0),
        Some(_) => number(found, name),
    }
}

/// Returns the number of a group.
pub(super) fn number<N: std::str::FromStr>(found: &Captures<'_>, name: &str) -> Option<N> {
    found.name(name)?.as_str().parse().ok()
}
