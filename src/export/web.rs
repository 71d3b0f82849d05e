//! WARC and WACZ: the captures instead of the articles, at the place of an export.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::archive::{ArticleFilter, ExchangeFilter, Reader};
use crate::export::{Beside, ExportError, ExportSummary, LeftOut, fault};
use crate::time::Timestamp;
use crate::web_archive::{MOST_PART_BYTES, WebArchiveSummary, write_wacz, write_warc};

/// Refuses a filter that chooses articles: it would be ignored, and reserved pages would go out.
///
/// # Errors
///
/// Fails with [`ExportError::OfArticles`].
pub(super) fn refuse_of_articles(filter: &ArticleFilter) -> Result<(), ExportError> {
    let of_answers = ArticleFilter {
        sites: filter.sites.iter().take(1).cloned().collect(),
        since: filter.since,
        ..ArticleFilter::default()
    };
    if *filter == of_answers {
        Ok(())
    } else {
        Err(ExportError::OfArticles)
    }
}

/// Writes a WARC file, and further ones beside it where one gigabyte is not enough:
/// `paper.warc.gz`, `paper-00002.warc.gz`, … The first one is put in its place last, so that all
/// are there when it is.
pub(super) fn warc(
    reader: &Reader,
    filter: &ArticleFilter,
    first: Beside,
) -> Result<ExportSummary, ExportError> {
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

    refuse_stale_part(&target, summary.parts + 1)?;
    while let Some(part) = parts.pop() {
        part.finish()?;
    }
    Ok(told(summary))
}

/// Writes a WACZ file.
pub(super) fn wacz(
    reader: &Reader,
    filter: &ArticleFilter,
    beside: Beside,
) -> Result<ExportSummary, ExportError> {
    let summary = write_wacz(reader, &exchanges(filter), &beside.part)?;
    beside.finish()?;
    Ok(told(summary))
}

/// Returns the answers that a filter means: of its first site, from its first day on. The day
/// begins at midnight in UTC, since an answer has no place of its own.
fn exchanges(filter: &ArticleFilter) -> ExchangeFilter {
    ExchangeFilter {
        site: filter.sites.first().cloned(),
        since: filter.since.and_then(midnight),
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

/// Returns the name of a further part: `paper-00002.warc.gz` beside `paper.warc.gz`.
fn numbered(target: &Path, number: u32) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let at = name.find(".warc").unwrap_or(name.len());
    let (stem, ending) = name.split_at(at);
    target.with_file_name(OsString::from(format!("{stem}-{number:05}{ending}")))
}

/// Refuses to leave a part of an earlier, larger export among the new ones.
fn refuse_stale_part(target: &Path, number: u32) -> Result<(), ExportError> {
    let path = numbered(target, number);
    match fs::symlink_metadata(&path) {
        Ok(_) => Err(ExportError::StalePart { path }),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::Purpose;

    #[test]
    fn further_parts_have_numbers_before_their_endings() {
        let of = |name: &str| numbered(Path::new(name), 2);
        assert_eq!(of("a/p.warc.gz"), Path::new("a/p-00002.warc.gz"));
        assert_eq!(of("p"), Path::new("p-00002"));
    }

    #[test]
    fn what_chooses_articles_is_refused() {
        let by_site = ArticleFilter {
            sites: vec!["a".into()],
            ..ArticleFilter::default()
        };
        assert!(refuse_of_articles(&by_site).is_ok());

        let for_training = ArticleFilter {
            purpose: Some(Purpose::AiTraining),
            ..ArticleFilter::default()
        };
        let two_sites = ArticleFilter {
            sites: vec!["a".into(), "b".into()],
            ..ArticleFilter::default()
        };
        for filter in [for_training, two_sites] {
            assert!(matches!(
                refuse_of_articles(&filter),
                Err(ExportError::OfArticles)
            ));
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        let filter = ArticleFilter {
            since: Some(jiff::civil::date(2026, 11, 24)),
            ..ArticleFilter::default()
        };
        assert_eq!(
            exchanges(&filter).since,
            Timestamp::from_rfc3339("2026-11-24T00:00:00Z")
        );
    }

    #[test]
    fn a_part_of_an_earlier_export_is_told() {
        let folder = tempfile::TempDir::new().unwrap();
        let target = folder.path().join("p.warc.gz");
        refuse_stale_part(&target, 2).unwrap();
        fs::write(folder.path().join("p-00002.warc.gz"), "").unwrap();
        let refused = refuse_stale_part(&target, 2).unwrap_err();
        assert!(refused.to_string().contains("p-00002.warc.gz"), "{refused}");
    }
}
