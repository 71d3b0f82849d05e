//! When an article was published and changed: several clocks on one page, in the order in which they deserve trust.

use jiff::tz::TimeZone;

use crate::config::profile::{ArticleRules, FieldPlace, FieldSource};
use crate::extract::fields::FieldSources;
use crate::time::printed::{PrintedTime, Zulu, read};
use crate::time::{LocalTime, Precision, Timestamp};

/// When an article was published, and where that was read.
pub struct Publication {
    pub time: PrintedTime,
    pub source: String,
}

/// Returns the publication from the best source. Where that tells a day only, a later source that
/// tells the time of the same day is better. Where the printed date tells another minute, the
/// source says so.
pub fn publication(
    sources: &FieldSources<'_>,
    rules: &ArticleRules,
    zone: &TimeZone,
) -> Option<Publication> {
    let mut told = rules
        .published
        .iter()
        .filter_map(|source| Some((time(sources, source, rules, zone)?, source)));
    let first = told.next()?;
    let is_better = |(time, _): &(PrintedTime, &FieldSource)| {
        time.precision > Precision::Day && time.day() == first.0.day()
    };
    let better = if first.0.precision == Precision::Day {
        told.find(is_better)
    } else {
        None
    };
    let (time, source) = better.unwrap_or(first);

    let mut named = name(&source.place);
    if let Some(printed) = sources
        .printed
        .published
        .filter(|printed| printed.differs_from(&time))
    {
        let printed = match printed.precision {
            Precision::Day => printed.day(),
            Precision::Minute | Precision::Second => printed.time.to_string(),
        };
        named.push_str(&format!("; the page prints {printed}"));
    }
    Some(Publication {
        time,
        source: named,
    })
}

/// Returns the first change that is told to be later than the publication.
pub fn change(
    sources: &FieldSources<'_>,
    rules: &ArticleRules,
    zone: &TimeZone,
    published: &Publication,
) -> Option<LocalTime> {
    changes(sources, rules, zone)
        .map(|told| told.time)
        .find(|time| time.at > published.time.time.at)
}

/// Returns the changes that the sources tell.
pub fn changes<'s>(
    sources: &'s FieldSources<'_>,
    rules: &'s ArticleRules,
    zone: &'s TimeZone,
) -> impl Iterator<Item = PrintedTime> + use<'s> {
    rules
        .modified
        .iter()
        .filter_map(|source| time(sources, source, rules, zone))
}

fn time(
    sources: &FieldSources<'_>,
    source: &FieldSource,
    rules: &ArticleRules,
    zone: &TimeZone,
) -> Option<PrintedTime> {
    let zulu = if rules.false_utc {
        Zulu::Local
    } else {
        Zulu::Utc
    };
    sources
        .of(source)
        .iter()
        .find_map(|text| epoch(text, zone).or_else(|| read(text, zone, zulu)))
}

/// Seconds since 1970, of the years 1973 to 2286.
fn epoch(text: &str, zone: &TimeZone) -> Option<PrintedTime> {
    let is_epoch = (9..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = if is_epoch {
        text.parse().ok()?
    } else {
        return None;
    };
    let time = LocalTime::in_zone(Timestamp::from_seconds(seconds), zone);
    Some(PrintedTime {
        time,
        precision: Precision::Second,
    })
}

fn name(place: &FieldPlace) -> String {
    match place {
        FieldPlace::Meta(name) => name.clone(),
        FieldPlace::JsonLd(path) => format!("json-ld {path}"),
        FieldPlace::Element {
            attribute: Some(name),
            ..
        } => name.clone(),
        FieldPlace::Script(_) => "script".to_owned(),
        FieldPlace::Element { .. } | FieldPlace::Printed(_) => "printed".to_owned(),
    }
}
