//! When an article was published and changed: several clocks on one page, in the order in which they deserve trust.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::config::profile::{ArticleRules, Place, PrintedDates, Source};
use crate::extract::fields::Sources;
use crate::markup::{Tree, text};
use crate::time::printed::{Zulu, read, read_year_first};
use crate::time::{LocalTime, Timestamp};

/// Printed dates have whole minutes.
const SAME: Duration = Duration::from_secs(60);

/// The dates that stand under a headline.
#[derive(Debug, Default, PartialEq)]
pub struct Printed {
    pub published: Option<LocalTime>,
    pub updated: Option<LocalTime>,
}

impl Printed {
    /// Reads every date in the lines: the words before it tell whether it is an update.
    pub fn read(tree: &Tree, rules: &PrintedDates, zone: &TimeZone) -> Self {
        let mut printed = Self::default();
        let Some(lines) = &rules.lines else { return printed };
        for line in tree.all(lines) {
            let line = text(&line);
            let mut rest = line.as_str();
            while let Some((time, place)) = read_year_first(rest, zone, Zulu::Local) {
                let is_update = rules.update.as_ref().is_some_and(|words| words.is_match(&rest[..place.start]));
                let slot = if is_update { &mut printed.updated } else { &mut printed.published };
                slot.get_or_insert(time);
                rest = &rest[place.end..];
            }
        }
        printed
    }
}

/// When an article was published, and where that was read.
pub struct Publication {
    pub at: LocalTime,
    pub source: String,
}

/// Returns the publication from the best source. Where the printed date tells another minute, the source says so.
pub fn publication(sources: &Sources<'_>, rules: &ArticleRules, zone: &TimeZone) -> Option<Publication> {
    let (at, source) = rules.published.iter().find_map(|source| Some((time(sources, source, rules, zone)?, source)))?;
    let mut named = name(&source.place);
    if let Some(printed) = sources.printed.published
        && (printed.at.since(at.at) >= SAME || at.at.since(printed.at) >= SAME)
    {
        named.push_str(&format!("; the page prints {printed}"));
    }
    Some(Publication { at, source: named })
}

/// Returns the first change that is told to be later than the publication.
pub fn change(
    sources: &Sources<'_>,
    rules: &ArticleRules,
    zone: &TimeZone,
    published: &Publication,
) -> Option<LocalTime> {
    let times = rules.modified.iter().filter_map(|source| time(sources, source, rules, zone));
    times.into_iter().find(|time| time.at > published.at.at)
}

fn time(sources: &Sources<'_>, source: &Source, rules: &ArticleRules, zone: &TimeZone) -> Option<LocalTime> {
    let zulu = if rules.false_utc { Zulu::Local } else { Zulu::Utc };
    sources.of(source).iter().find_map(|text| epoch(text, zone).or_else(|| read(text, zone, zulu)))
}

/// Seconds since 1970, of the years 1973 to 2286.
fn epoch(text: &str, zone: &TimeZone) -> Option<LocalTime> {
    let is_epoch = (9..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = if is_epoch { text.parse().ok()? } else { return None };
    Some(LocalTime::in_zone(Timestamp::from_seconds(seconds), zone))
}

fn name(place: &Place) -> String {
    match place {
        Place::Meta(name) => name.clone(),
        Place::JsonLd(path) => format!("json-ld {path}"),
        Place::Element { attribute: Some(name), .. } => name.clone(),
        Place::Script(_) => "script".to_owned(),
        Place::Element { .. } | Place::Printed(_) => "printed".to_owned(),
    }
}
