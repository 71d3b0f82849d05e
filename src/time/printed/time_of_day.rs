//! The time of day of a printed date.

use jiff::civil::Time;
use regex::{Captures, Match};

use crate::time::Precision;
use crate::time::zone::seconds_of;

/// Letters that may follow the word for an hour and leave it one, as `에` (at) and `경` (about). Any
/// other makes a count (`12시간`) or another word.
const BEHIND_AN_HOUR: &str = "반半에경쯤께정부까이도現頃に오午";

/// Words before a time that is printed with a dot: `kl. 16.50`, `alle ore 16.50`, `เวลา 16.50`.
const BEFORE_A_DOTTED_CLOCK: [&str; 5] = [" kl.", " kl", " klo", " ore", "เวลา"];

/// Words behind a time that is printed with a dot: `16.50 Uhr`, `16.50 น.`.
const BEHIND_A_DOTTED_CLOCK: [&str; 2] = ["Uhr", "น."];

/// Marks behind a bare time with a dot: `7. März 2026, 16.50 | Lea Wagner`. Behind a number of
/// another kind stands its unit, or the rest of its sentence.
const ENDS_OF_A_DOTTED_CLOCK: [char; 6] = ['|', '·', '•', ')', ']', '/'];

/// Small words behind a time that is no length: they say so, or name the reporter.
const BEHIND_A_BARE_CLOCK: [&str; 17] = [
    "uhr", "uur", "h", "hs", "hrs", "horas", "hod", "мск", "ч", "by", "von", "par", "por", "di",
    "door", "av", "af",
];

/// Small words before an hour that is a time of day (French, Portuguese, Spanish).
const BEFORE_AN_HOUR: [&str; 6] = ["à", "a", "às", "as", "las", "À"];

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
/// count of hours (`12시간`, `12hours`, `2h`), a number with a dot (`7.30`), hours within a word
/// (`T12호`) and a length (`(4:35)`, `2h30 de lecture`) are none.
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
    if is_length(text, found) {
        return false;
    }
    match (sign.as_str(), found.name("minute")) {
        (":", minute) => minute.is_some_and(|minute| minute.len() == 2),
        (".", minute) => minute.is_some_and(|minute| is_dotted_clock(text, found, minute)),
        (_, Some(_)) => true,
        // `à 16h`, `às 16h` and `a las 16h` are times, and `5 h de lecture` is a length.
        (sign, None) if sign.ends_with(['h', 'H']) => {
            let hour = found.name("hour").map_or(0, |hour| hour.start());
            let before = text[..hour].split_whitespace().next_back();
            before.is_some_and(|word| BEFORE_AN_HOUR.contains(&word))
        }
        (_, None) => {
            let next = text[sign.end()..].chars().next();
            !next.is_some_and(|c| c.is_alphabetic() && !BEHIND_AN_HOUR.contains(c))
        }
    }
}

/// Tells whether a match may be the length of a film or of a text: it stands in brackets with
/// another word or without the first digit of its hour, or bare before a small word.
fn is_length(text: &str, found: &Captures<'_>) -> bool {
    let has_half = ["half", "half_behind"]
        .iter()
        .any(|name| found.name(name).is_some());
    let Some(hour) = found.name("hour") else {
        return false;
    };

    let start = found.name("half").map_or(hour.start(), |half| half.start());
    let before = text[..start].trim_end();
    let behind = behind(text, found).trim_start_matches(['분', '分', '초', '秒', ' ']);
    if before.ends_with(['(', '[']) {
        let words = BEHIND_A_DOTTED_CLOCK.iter();
        let end = words.fold(behind, |end, word| end.strip_prefix(word).unwrap_or(end));
        return !(has_half || hour.len() == 2) || !end.starts_with([')', ']']);
    }

    let word = behind.split(|c: char| !c.is_alphabetic()).next();
    let word = word.unwrap_or_default();
    let is_prefaced = has_half || before.ends_with(char::is_alphabetic);
    !is_prefaced && word.starts_with(char::is_lowercase) && !BEHIND_A_BARE_CLOCK.contains(&word)
}

/// Returns the text behind a time of day and its zone.
fn behind<'t>(text: &'t str, found: &Captures<'_>) -> &'t str {
    let names = [
        "hour",
        "sign",
        "minute",
        "second",
        "second_named",
        "thirty",
        "half_behind",
    ];
    let clock = names.iter().filter_map(|name| found.name(name));
    let zone = found
        .name("zone")
        .filter(|zone| zone.len() == 1 || !is_other_word(zone.as_str()));
    let end = clock.chain(zone).map(|part| part.end()).max();
    &text[end.unwrap_or(text.len())..]
}

/// Tells whether a match in the place of a zone is a word that names none.
pub(super) fn is_other_word(word: &str) -> bool {
    word.len() > 1
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && seconds_of(word).is_none()
}

/// Tells whether a number with a dot is a time: by the words around it, or because it has four
/// digits and nothing but a zone or a mark behind it. German, Nordic and Italian papers print
/// `16.50`.
fn is_dotted_clock(text: &str, found: &Captures<'_>, minute: Match<'_>) -> bool {
    let Some(hour) = found.name("hour").filter(|_| minute.len() == 2) else {
        return false;
    };

    let before = text[..hour.start()].trim_end();
    let behind = text[minute.end()..].trim_start();
    let is_named = BEHIND_A_DOTTED_CLOCK
        .iter()
        .any(|word| behind.starts_with(word))
        || BEFORE_A_DOTTED_CLOCK
            .iter()
            .any(|word| before.ends_with(word));

    let has_zone = || {
        found
            .name("zone")
            .is_some_and(|zone| seconds_of(zone.as_str()).is_some())
    };
    is_named
        || hour.len() == 2
            && (behind.is_empty() || behind.starts_with(ENDS_OF_A_DOTTED_CLOCK) || has_zone())
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
        number_or_zero(found, "minute")?.max(number_or_zero(found, "dotted")?)
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
