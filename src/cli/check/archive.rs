//! The check of the archive: its file, and the lists that its servers truncate.

use crate::archive::{ArchiveError, Reader};
use crate::cli::Common;
use crate::cli::check::finding::Finding;
use crate::cli::truncated_lists;
use crate::clock::Clock;
use crate::config_folder::chain;
use crate::counts;

/// Checks that the archive can be read, and is sound. That there is none yet is no fault.
pub(super) fn check(common: &Common) -> Finding {
    let reader = match common.reader() {
        Ok(reader) => reader,
        Err(ArchiveError::Missing { path }) => {
            return Finding::well("archive", format!("none yet at {}", path.display()));
        }
        Err(error) if error.is_missing() => {
            return Finding::well("archive", format!("none yet: {error}"));
        }
        Err(error) => return of_error(&error),
    };
    check_file(&reader).unwrap_or_else(|error| of_error(&error))
}

fn check_file(reader: &Reader) -> Result<Finding, ArchiveError> {
    let faults = reader.faults()?;
    if !faults.is_empty() {
        return Ok(Finding::wrong("archive", faults.join("; ")));
    }

    let sites = reader.sites(Clock::system().now())?;
    let articles = sites.iter().map(|site| site.articles).sum();
    Ok(Finding::well(
        "archive",
        format!(
            "{}, {}, {}",
            reader.path().display(),
            counts::count(articles, "article(s)"),
            if reader.has_structure() {
                "sound"
            } else {
                "whose references are sound"
            }
        ),
    ))
}

fn of_error(error: &ArchiveError) -> Finding {
    let said = if let ArchiveError::Damaged(why) = error {
        // The error's own words would send the reader to this check.
        format!("damaged: {why}; put a copy back, or keep it and begin another")
    } else {
        chain(error)
    };
    Finding::wrong("archive", said)
}

/// Checks that no list is truncated: the rows that its server does not show are missing until
/// somebody reads them. Where no command can read them, that is told and is no fault.
pub(super) fn check_lists(common: &Common) -> Vec<Finding> {
    // The check of the archive tells why it cannot be read.
    let Ok(reader) = common.reader() else {
        return Vec::new();
    };
    let lists = match reader.lists_cut() {
        Ok(lists) => lists,
        Err(error) => return vec![Finding::wrong("lists", chain(&error))],
    };

    truncated_lists::notices(common, &lists)
        .into_iter()
        .map(|notice| match notice.command {
            Some(_) => Finding::wrong("lists", notice.line()),
            None => Finding::well("lists", notice.line()),
        })
        .collect()
}
