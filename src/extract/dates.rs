//! When an article was published and changed: several clocks on one page, in the order in which they deserve trust.

use jiff::tz::TimeZone;

use crate::config::profile::{ArticleRules, FieldPlace, FieldSource, PrintedDates};
use crate::extract::fields::FieldSources;
use crate::markup::{Pattern, Tree, text};
use crate::time::printed::{PrintedTime, Zulu, find, read};
use crate::time::{LocalTime, Precision, Timestamp};

/// Characters of a word behind a date that says what it is: `수정`, ` (updated`.
const WORD: usize = 10;

/// The dates that stand under a headline.
#[derive(Debug, Default, PartialEq)]
pub struct PrintedUnderHeadline {
    pub published: Option<PrintedTime>,
    pub updated: Option<PrintedTime>,
}

impl PrintedUnderHeadline {
    /// Reads the dates in the lines that the rules select.
    pub fn read(tree: &Tree, rules: &PrintedDates, zone: &TimeZone) -> Self {
        let Some(lines) = &rules.lines else {
            return Self::default();
        };
        let lines: Vec<String> = tree.all(lines).map(|line| text(&line)).collect();
        Self::of_lines(
            lines.iter().map(String::as_str),
            rules.update.as_ref(),
            zone,
            Zulu::Local,
        )
    }

    /// Reads every date in the lines: the words before it, or a word by itself behind it, tell
    /// whether it is an update.
    pub fn of_lines<'l>(
        lines: impl Iterator<Item = &'l str>,
        update: Option<&Pattern>,
        zone: &TimeZone,
        zulu: Zulu,
    ) -> Self {
        let mut printed = Self::default();
        for line in lines {
            let mut rest = line;
            while let Some((time, place)) = find(rest, zone, zulu) {
                let behind = rest[place.end..]
                    .split(['|', '·', ')', ']', '/'])
                    .next()
                    .unwrap_or_default();
                let is_word = behind.chars().count() <= WORD
                    && !behind.contains(|c: char| c.is_ascii_digit());
                let is_told = |words: &Pattern| {
                    words.is_match(&rest[..place.start]) || is_word && words.is_match(behind)
                };
                let is_update = update.is_some_and(is_told);
                let slot = if is_update {
                    &mut printed.updated
                } else {
                    &mut printed.published
                };
                slot.get_or_insert(time);
                rest = &rest[place.end..];
            }
        }
        printed
    }
}

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
