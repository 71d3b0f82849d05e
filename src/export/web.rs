//! WARC and WACZ: the captures instead of the articles, at the place of an export.

mod part_names;
mod told_counts;

use std::fs::File;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::archive::{ArticleFilter, ArticleScope, ExchangeFilter, Reader};
use crate::export::manifest::{self, ExportedFile, MANIFEST, ToldSelection, WrittenExport};
use crate::export::web::part_names::{FormerParts, numbered};
use crate::export::web::told_counts::AnswerCounts;
use crate::export::written_file::{hashed, name_of, remove_former, with_ending, write_beside};
use crate::export::{
    Beside, ExportError, ExportFormat, ExportOptions, ExportSummary, LeftOut, fault,
};
use crate::time::Timestamp;
use crate::web_archive::{MOST_PART_BYTES, WebArchiveSummary, write_wacz, write_warc};

/// A format that has answers, and no articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WebFormat {
    Warc,
    Wacz,
}

impl WebFormat {
    /// Returns the web format; `None` of a format that has articles.
    pub(super) fn of(format: ExportFormat) -> Option<Self> {
        match format {
            ExportFormat::Warc => Some(Self::Warc),
            ExportFormat::Wacz => Some(Self::Wacz),
            ExportFormat::Jsonl
            | ExportFormat::Csv
            | ExportFormat::Sqlite
            | ExportFormat::Atom
            | ExportFormat::JsonFeed
            | ExportFormat::Text => None,
            #[cfg(feature = "parquet")]
            ExportFormat::Parquet | ExportFormat::Dataset => None,
        }
    }
}

/// Files of an export that are whole, and are not in their places yet; the first one is first.
struct WholeFiles {
    parts: Vec<Beside>,
    summary: WebArchiveSummary,
}

/// Writes a WARC or WACZ export into a file, with its manifest.
///
/// # Errors
///
/// Fails before anything is written where a former part would stand among the new ones.
pub(super) fn write_file(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    (format, beside): (WebFormat, Beside),
) -> Result<ExportSummary, ExportError> {
    let wanted = exchanges(filter, options);
    let target = beside.target.clone();
    let told_at = with_ending(&target, MANIFEST);
    let (former, whole) = match format {
        WebFormat::Warc => {
            let former = FormerParts::find(&target, &told_at)?;
            (former, warc(reader, &wanted, beside)?)
        }
        WebFormat::Wacz => (FormerParts::default(), wacz(reader, &wanted, beside)?),
    };

    let hash = |part: &Beside| hashed(&part.part, &target, &name_of(&part.target));
    let files: Vec<ExportedFile> = whole.parts.iter().map(hash).collect::<Result<_, _>>()?;
    // No manifest is better than one of other files, should this end before the new one is there.
    remove_former(&told_at)?;
    // The first part is put in its place last, so that all are there when it is.
    for part in whole.parts.into_iter().rev() {
        part.finish()?;
    }
    former.remove_behind(whole.summary.parts)?;

    let now = options.made_at.unwrap_or(Timestamp::EPOCH);
    let counts = AnswerCounts::of(reader, &filter.sites, &whole.summary, now)?;
    let summary = told(whole.summary);
    let contents: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let written = WrittenExport {
        summary: &summary,
        counts: &counts,
        contents: &contents,
        files: &files,
    };
    let text = manifest::web_manifest(reader, filter, options, &written)?;
    write_beside(&told_at, &text)?;
    Ok(summary)
}

/// Writes a WARC file, and further ones beside it where one gigabyte is not enough:
/// `paper.warc.gz`, `paper-00002.warc.gz`, …
fn warc(
    reader: &Reader,
    wanted: &ExchangeFilter,
    first: Beside,
) -> Result<WholeFiles, ExportError> {
    let target = first.target.clone();
    let mut parts = vec![first];
    let summary = write_warc(reader, wanted, MOST_PART_BYTES, |number| {
        if number > 1 {
            parts.push(Beside::of(&numbered(&target, number))?);
        }
        let path = parts.last().map_or(&target, |part| &part.part).clone();
        let file = File::create(&path).map_err(|why| fault(&target, why))?;
        Ok::<_, ExportError>((path, file))
    })?;
    Ok(WholeFiles { parts, summary })
}

/// Writes a WACZ file.
fn wacz(
    reader: &Reader,
    wanted: &ExchangeFilter,
    beside: Beside,
) -> Result<WholeFiles, ExportError> {
    let summary = write_wacz(reader, wanted, &beside.part)?;
    Ok(WholeFiles {
        parts: vec![beside],
        summary,
    })
}

/// Returns the answers that a filter means: of its articles, from its first day to its last one. A
/// day begins at midnight in UTC, since an answer has no place of its own.
fn exchanges(filter: &ArticleFilter, options: &ExportOptions) -> ExchangeFilter {
    let behind = filter.until.and_then(|day| day.tomorrow().ok());
    ExchangeFilter {
        sites: filter.sites.clone(),
        since: filter.since.and_then(midnight),
        before: behind.and_then(midnight),
        articles: scope(filter, options),
    }
}

/// Returns the choice of articles; `None` where a filter has none, and all answers are meant. The
/// days are those of answers, and choose no articles.
fn scope(filter: &ArticleFilter, options: &ExportOptions) -> Option<ArticleScope> {
    let of_articles = ArticleFilter {
        since: None,
        until: None,
        ..filter.clone()
    };
    let of_sites = ArticleFilter {
        sites: filter.sites.clone(),
        versions: filter.versions,
        ..ArticleFilter::default()
    };
    (of_articles != of_sites).then(|| ArticleScope {
        told: ToldSelection::from(&of_articles).as_typed(),
        filter: of_articles,
        at: options.made_at,
    })
}

fn midnight(day: Date) -> Option<Timestamp> {
    let moment = TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight()));
    moment.ok().map(Timestamp::from)
}

fn told(summary: WebArchiveSummary) -> ExportSummary {
    let captures = summary.damaged.iter().map(|damaged| LeftOut {
        id: damaged.url.clone(),
        why: damaged.why.clone(),
    });
    let chosen = summary.chosen.clone().unwrap_or_default();
    let articles = chosen.damaged.into_iter().map(|damaged| LeftOut {
        id: damaged.id,
        why: damaged.why,
    });
    ExportSummary {
        articles: chosen.articles,
        rows: 0,
        reserved: chosen.reserved,
        reserved_by: chosen.reserved_by,
        left_out: captures.chain(articles).collect(),
        captures: Some(summary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::VersionChoice;
    use crate::rights::Purpose;

    #[test]
    fn sites_days_and_versions_choose_no_articles_and_every_other_option_does() {
        let options = ExportOptions::of(ExportFormat::Warc);
        let of_answers = ArticleFilter {
            sites: vec!["a".into(), "b".into()],
            since: Some(jiff::civil::date(2026, 11, 24)),
            until: Some(jiff::civil::date(2026, 11, 25)),
            versions: VersionChoice::All,
            ..ArticleFilter::default()
        };
        assert_eq!(scope(&of_answers, &options), None);

        let for_training = ArticleFilter {
            purpose: Some(Purpose::AiTraining),
            ..of_answers.clone()
        };
        let seen_since = ArticleFilter {
            seen_since: Some(Timestamp::EPOCH),
            ..of_answers
        };
        for (filter, option) in [(for_training, "--for"), (seen_since, "--seen-since")] {
            let scope = scope(&filter, &options).unwrap();
            assert!(scope.told.contains(option), "{}", scope.told);
            assert_eq!((scope.filter.since, scope.filter.until), (None, None));
            assert_eq!(scope.filter.sites, ["a", "b"]);
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc_and_the_last_one_counts_whole() {
        let filter = ArticleFilter {
            since: Some(jiff::civil::date(2026, 11, 24)),
            until: Some(jiff::civil::date(2026, 11, 24)),
            ..ArticleFilter::default()
        };
        let span = exchanges(&filter, &ExportOptions::of(ExportFormat::Warc));
        let at = |text| Timestamp::from_rfc3339(text);
        assert_eq!(span.since, at("2026-11-24T00:00:00Z"));
        assert_eq!(span.before, at("2026-11-25T00:00:00Z"));
    }
}
