//! WARC and WACZ: the captures instead of the articles, at the place of an export.

mod part_names;
mod told_counts;

use std::collections::BTreeMap;
use std::fs::File;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::archive::{ArticleFilter, ExchangeFilter, Reader};
use crate::export::manifest::{self, ExportedFile, MANIFEST, ToldSelection, WrittenExport};
use crate::export::web::part_names::{FormerParts, numbered};
use crate::export::web::told_counts::AnswerCounts;
use crate::export::written_file::{hashed, name_of, remove_former, with_ending, write_beside};
use crate::export::{
    Beside, ExportError, ExportFormat, ExportOptions, ExportSummary, LeftOut, fault,
};
use crate::time::Timestamp;
use crate::web_archive::{MOST_PART_BYTES, WebArchiveSummary, write_wacz, write_warc};

/// Files of an export that are whole, and are not in their places yet; the first one is first.
struct WholeFiles {
    parts: Vec<Beside>,
    summary: WebArchiveSummary,
}

/// Writes a WARC or WACZ export into a file, with its manifest.
///
/// # Errors
///
/// Fails before anything is written where a former part would stand among the new ones, and with
/// [`ExportError::OfArticles`] where the filter chooses articles: it would be ignored, and reserved
/// pages would go out.
pub(super) fn write_file(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    beside: Beside,
) -> Result<ExportSummary, ExportError> {
    refuse_of_articles(filter)?;
    let target = beside.target.clone();
    let told_at = with_ending(&target, MANIFEST);
    let (former, whole) = if options.format == ExportFormat::Warc {
        let former = FormerParts::find(&target, &told_at)?;
        (former, warc(reader, filter, beside)?)
    } else {
        (FormerParts::default(), wacz(reader, filter, beside)?)
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

/// Refuses a filter that chooses articles.
fn refuse_of_articles(filter: &ArticleFilter) -> Result<(), ExportError> {
    let of_articles = ArticleFilter {
        sites: Vec::new(),
        since: None,
        until: None,
        ..filter.clone()
    };
    if of_articles == ArticleFilter::default() {
        Ok(())
    } else {
        Err(ExportError::OfArticles {
            options: ToldSelection::from(&of_articles).as_typed(),
        })
    }
}

/// Writes a WARC file, and further ones beside it where one gigabyte is not enough:
/// `paper.warc.gz`, `paper-00002.warc.gz`, …
fn warc(reader: &Reader, filter: &ArticleFilter, first: Beside) -> Result<WholeFiles, ExportError> {
    let target = first.target.clone();
    let mut parts = vec![first];
    let summary = write_warc(reader, &exchanges(filter), MOST_PART_BYTES, |number| {
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
    filter: &ArticleFilter,
    beside: Beside,
) -> Result<WholeFiles, ExportError> {
    let summary = write_wacz(reader, &exchanges(filter), &beside.part)?;
    Ok(WholeFiles {
        parts: vec![beside],
        summary,
    })
}

/// Returns the answers that a filter means: of its sites, from its first day to its last one. A day
/// begins at midnight in UTC, since an answer has no place of its own.
fn exchanges(filter: &ArticleFilter) -> ExchangeFilter {
    let behind = filter.until.and_then(|day| day.tomorrow().ok());
    ExchangeFilter {
        sites: filter.sites.clone(),
        since: filter.since.and_then(midnight),
        before: behind.and_then(midnight),
    }
}

fn midnight(day: Date) -> Option<Timestamp> {
    let moment = TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight()));
    moment.ok().map(Timestamp::from)
}

fn told(summary: WebArchiveSummary) -> ExportSummary {
    let left_out = summary.damaged.iter().map(|damaged| LeftOut {
        id: damaged.url.clone(),
        why: damaged.why.clone(),
    });
    ExportSummary {
        articles: 0,
        reserved: 0,
        reserved_by: BTreeMap::new(),
        left_out: left_out.collect(),
        captures: Some(summary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::Purpose;

    #[test]
    fn what_chooses_articles_is_refused_by_the_name_of_its_option() {
        let of_answers = ArticleFilter {
            sites: vec!["a".into(), "b".into()],
            since: Some(jiff::civil::date(2026, 11, 24)),
            until: Some(jiff::civil::date(2026, 11, 25)),
            ..ArticleFilter::default()
        };
        assert!(refuse_of_articles(&of_answers).is_ok());

        let for_training = ArticleFilter {
            purpose: Some(Purpose::AiTraining),
            ..of_answers.clone()
        };
        let seen_since = ArticleFilter {
            seen_since: Some(Timestamp::EPOCH),
            ..of_answers
        };
        for (filter, option) in [(for_training, "--for"), (seen_since, "--seen-since")] {
            let refused = refuse_of_articles(&filter).unwrap_err().to_string();
            assert!(refused.contains(option), "{refused}");
            assert!(!refused.contains("2026-11"), "{refused}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc_and_the_last_one_counts_whole() {
        let filter = ArticleFilter {
            since: Some(jiff::civil::date(2026, 11, 24)),
            until: Some(jiff::civil::date(2026, 11, 24)),
            ..ArticleFilter::default()
        };
        let span = exchanges(&filter);
        let at = |text| Timestamp::from_rfc3339(text);
        assert_eq!(span.since, at("2026-11-24T00:00:00Z"));
        assert_eq!(span.before, at("2026-11-25T00:00:00Z"));
    }
}
