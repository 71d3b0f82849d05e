//! The counts of a re-extraction.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::{KeptCapture, MAX_CRASHES, RevisionOutcome, Tally};
use crate::reextract::FieldSummary;

/// Lost and unread articles that the summary names, so that it stays readable; all are counted.
const NAMED: usize = 20;

/// The counts of a re-extraction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Captures that this run read. Captures that an earlier, stopped run read are not counted.
    pub captures: u64,
    /// Captures that read exactly as before.
    pub same: u64,
    /// Articles whose words or fields changed.
    pub changed: u64,
    /// Articles that no earlier extraction found.
    pub found: u64,
    /// Captures without an article, as before: notices, lists.
    pub none: u64,
    /// Captures of known articles in which no article is found now, or whose bytes are damaged. The
    /// archive keeps the known article.
    pub lost: u64,
    /// Some of those, with the reason.
    pub lost_pages: Vec<(String, String)>,
    /// Captures that are left out because reading them ended the process repeatedly. The archive
    /// keeps the known article.
    pub unread: u64,
    /// Some of those, with the reason.
    pub unread_pages: Vec<(String, String)>,
    /// Photos of articles that the next crawl requests: no earlier reading asked for them.
    pub photos_queued: u64,
    /// The fields that changed.
    pub fields: BTreeMap<&'static str, FieldSummary>,
    /// The run was stopped. The same command continues from here.
    pub is_broken_off: bool,
}

impl Summary {
    /// Returns the counts as the run's tally.
    pub fn tally(&self) -> Tally {
        Tally {
            articles_new: self.found,
            articles_changed: self.changed,
            ..Tally::default()
        }
    }

    /// Counts a capture that is left out.
    pub(super) fn leave_out(&mut self, capture: &KeptCapture) {
        self.unread += 1;
        if self.unread_pages.len() < NAMED {
            let why = format!("reading it ended the process {MAX_CRASHES} times");
            self.unread_pages.push((capture.page.url.to_string(), why));
        }
    }

    /// Counts a capture that was read. `articles` has the articles that are counted as changed.
    pub(super) fn count(
        &mut self,
        capture: &KeptCapture,
        revision: RevisionOutcome,
        articles: &mut BTreeSet<i64>,
    ) {
        self.captures += 1;

        match revision {
            RevisionOutcome::Same => self.same += 1,
            RevisionOutcome::Changed { article, fields } => {
                self.changed += u64::from(articles.insert(article));
                for field in fields {
                    let summary = self.fields.entry(field.name).or_default();
                    summary.count(capture.page.url.as_str(), field);
                }
            }
            RevisionOutcome::Found => self.found += 1,
            RevisionOutcome::Lost { why } => {
                self.lost += 1;
                if self.lost_pages.len() < NAMED {
                    self.lost_pages.push((capture.page.url.to_string(), why));
                }
            }
            RevisionOutcome::Nothing => self.none += 1,
        }
    }
}
