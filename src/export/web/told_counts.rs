//! The counts of a WARC or WACZ export, as its manifest tells them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::archive::{ArchiveError, DeclaredCounts, Reader};
use crate::time::Timestamp;
use crate::web_archive::WebArchiveSummary;

/// What was written and what was left out, in answers.
#[derive(Debug, Serialize)]
pub(super) struct AnswerCounts {
    responses: u64,
    revisits: u64,
    robots: u64,
    left_out: LeftOutCounts,
    /// Of each site, its answers.
    sites: BTreeMap<String, u64>,
    answered: AnsweredRange,
    rights: RightsOfSites,
}

#[derive(Debug, Serialize)]
struct LeftOutCounts {
    /// The paper forbids archiving.
    withheld: u64,
    not_kept: u64,
    same_as_before: u64,
    damaged: u64,
}

/// When the first and the last answer came.
#[derive(Debug, Serialize)]
struct AnsweredRange {
    first: Option<String>,
    last: Option<String>,
}

/// What the papers say today about uses of the chosen articles, or of all, whenever the answers
/// came: an answer has no rights of its own.
#[derive(Debug, Serialize)]
struct RightsOfSites {
    articles: u64,
    /// Of each use that is reserved, its articles.
    reserved: BTreeMap<&'static str, u64>,
    /// Articles that no archive may keep.
    not_for_archives: u64,
    /// Of each licence that is named, its articles.
    licences: BTreeMap<String, u64>,
}

impl AnswerCounts {
    /// Returns the counts of an export that is written; `now` is the moment by which rights count.
    pub(super) fn of(
        reader: &Reader,
        sites: &[String],
        written: &WebArchiveSummary,
        now: Timestamp,
    ) -> Result<Self, ArchiveError> {
        let (first, last) = written.answered.unzip();
        let in_words = |at: Option<Timestamp>| at.map(|at| at.to_second().to_string());

        Ok(Self {
            responses: written.responses,
            revisits: written.revisits,
            robots: written.robots,
            left_out: LeftOutCounts {
                withheld: written.withheld,
                not_kept: written.not_kept,
                same_as_before: written.same_as_before,
                damaged: written.damaged.len() as u64,
            },
            sites: written.sites.clone(),
            answered: AnsweredRange {
                first: in_words(first),
                last: in_words(last),
            },
            rights: RightsOfSites::of(match &written.chosen {
                Some(chosen) => chosen.rights.clone(),
                None => reader.declared_counts(sites, now)?,
            }),
        })
    }
}

impl RightsOfSites {
    fn of(counts: DeclaredCounts) -> Self {
        let uses = counts.uses.into_iter();
        let reserved = uses
            .map(|(wanted, [_, reserved, _])| (wanted.name(), reserved))
            .filter(|(_, articles)| *articles > 0);
        Self {
            articles: counts.articles,
            reserved: reserved.collect(),
            not_for_archives: counts.not_for_archives,
            licences: counts.licences,
        }
    }
}
