//! Decides when an article was published and changed, from the most trusted source of its page.

use crate::config::profile::{ArticleRules, FieldPlace, FieldSource};
use crate::extract::epoch::epoch;
use crate::extract::fields::FieldSources;
use crate::extract::measured::moments::ToldMoment;
use crate::time::printed::{PrintedTime, Zulu};
use crate::time::{LocalTime, Precision};

/// When an article was published, and the source of that date.
pub(super) struct Publication {
    pub time: PrintedTime,
    pub source: String,
}

/// Returns the publication date from the best source. Where that source gives only a day, a later
/// source with the time of the same day is better. The returned source names a printed date that
/// contradicts.
pub(super) fn publication(sources: &FieldSources<'_>, rules: &ArticleRules) -> Option<Publication> {
    let mut told = rules
        .published
        .iter()
        .filter_map(|source| Some((time(sources, source)?, source)));
    let first = told.next()?;

    let better = if first.0.precision == Precision::Day {
        told.find(|(time, _)| time.precision > Precision::Day && time.day() == first.0.day())
    } else {
        None
    };
    let (time, source) = better.unwrap_or(first);

    Some(Publication {
        time,
        source: named(name(&source.place), &time, sources.printed.published),
    })
}

/// Returns the name of a date's source, and the printed date where it contradicts.
pub(super) fn named(name: String, time: &PrintedTime, printed: Option<PrintedTime>) -> String {
    let Some(printed) = printed.filter(|printed| printed.differs_from(time)) else {
        return name;
    };

    let printed = match printed.precision {
        Precision::Day => printed.day(),
        Precision::Minute | Precision::Second => printed.time.to_string(),
    };
    format!("{name}; the page prints {printed}")
}

/// Returns the first change that is later than the publication.
pub(super) fn change(
    sources: &FieldSources<'_>,
    rules: &ArticleRules,
    published: &Publication,
) -> Option<LocalTime> {
    changes(sources, rules)
        .map(|told| told.time)
        .find(|time| time.at > published.time.time.at)
}

/// Returns the changes that the sources give.
pub(super) fn changes<'s>(
    sources: &'s FieldSources<'_>,
    rules: &'s ArticleRules,
) -> impl Iterator<Item = PrintedTime> + use<'s> {
    rules
        .modified
        .iter()
        .filter_map(|source| time(sources, source))
}

/// Returns the changes that the sources of an unknown page give, as they tell them.
pub(super) fn told_changes(sources: &FieldSources<'_>, rules: &ArticleRules) -> Vec<ToldMoment> {
    let changes = rules.modified.iter();
    changes.filter_map(|source| told(sources, source)).collect()
}

/// Returns the first date that one source gives.
fn time(sources: &FieldSources<'_>, source: &FieldSource) -> Option<PrintedTime> {
    let dates = sources.dates;
    sources
        .of(source)
        .iter()
        .find_map(|text| epoch(text, dates.zone).or_else(|| dates.read(text)))
}

/// Returns the publication dates that the head of an unknown page gives, each with the name of its
/// source, best first.
pub(super) fn told_in_head(sources: &FieldSources<'_>, rules: &ArticleRules) -> Vec<ToldMoment> {
    let of_page = sources.page.page_date();
    rules
        .published
        .iter()
        .filter(|source| !is_in_text(source))
        .filter_map(|source| told(sources, source))
        .chain(of_page.and_then(|text| ToldMoment::read(text, OF_PAGE, sources.dates)))
        .collect()
}

/// Returns the publication dates that stand in the text of an unknown page with a label, wherever
/// it is. Every element of the page is searched for them.
pub(super) fn told_in_text(sources: &FieldSources<'_>, rules: &ArticleRules) -> Vec<ToldMoment> {
    rules
        .published
        .iter()
        .filter(|source| is_in_text(source))
        .filter_map(|source| told(sources, source))
        .collect()
}

/// Tells whether a source is the text of elements, and not an attribute or the page's head.
fn is_in_text(source: &FieldSource) -> bool {
    match &source.place {
        FieldPlace::Element { attribute, .. } => attribute.is_none(),
        FieldPlace::Printed(_) => true,
        FieldPlace::Meta(_) | FieldPlace::JsonLd(_) | FieldPlace::Script(_) => false,
    }
}

/// Returns the first date that one source gives, with the name of that source.
fn told(sources: &FieldSources<'_>, source: &FieldSource) -> Option<ToldMoment> {
    let (name, dates) = (name(&source.place), sources.dates);
    let texts = sources.of(source);
    texts.iter().find_map(|text| match epoch(text, dates.zone) {
        Some(time) => Some(ToldMoment::new(time, text, &name, dates)),
        None => ToldMoment::read(text, &name, dates),
    })
}

/// The name of the date of the page itself.
const OF_PAGE: &str = "json-ld WebPage.datePublished";

/// Returns what a `Z` means in the pages of these rules.
pub(super) fn zulu(rules: &ArticleRules) -> Zulu {
    if rules.false_utc {
        Zulu::Local
    } else {
        Zulu::Utc
    }
}

/// Returns the name of a place as the archive stores it.
fn name(place: &FieldPlace) -> String {
    match place {
        FieldPlace::Meta(name) => name.trim_start_matches("itemprop:").to_owned(),
        FieldPlace::JsonLd(path) => format!("json-ld {path}"),
        FieldPlace::Element {
            attribute: Some(name),
            ..
        } => name.clone(),
        FieldPlace::Script(_) => "script".to_owned(),
        FieldPlace::Element { .. } | FieldPlace::Printed(_) => "printed".to_owned(),
    }
}
