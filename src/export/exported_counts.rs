//! What an export has written so far: rows, sites, the first and last moments, and rights.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::export::record::Record;
use crate::rights::{UseState, Uses};
use crate::time::Timestamp;

/// The first and the last of some moments, as they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct MomentRange {
    first: Option<String>,
    last: Option<String>,
    #[serde(skip)]
    moments: Option<(Timestamp, Timestamp)>,
}

impl MomentRange {
    fn see(&mut self, told: &Option<String>) {
        let Some(text) = told else { return };
        let Some(at) = Timestamp::from_rfc3339(text) else {
            return;
        };

        let (first, last) = self.moments.unwrap_or((at, at));
        if self.moments.is_none() || at < first {
            self.first = Some(text.clone());
        }
        if self.moments.is_none() || at > last {
            self.last = Some(text.clone());
        }
        self.moments = Some((first.min(at), last.max(at)));
    }
}

/// The most licences that are counted: a paper has a few, and a hostile one could name another on
/// each page.
const MOST_LICENCES: usize = 100;

/// What the rows of an export say about rights.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RightsSummary {
    /// Articles whose paper says something against some use of them.
    pub articles_with_opt_outs: u64,
    /// Of each kind of opt-out, the articles that have it.
    pub opt_outs: BTreeMap<String, u64>,
    /// Of each use that is reserved, its articles.
    pub reserved: BTreeMap<String, u64>,
    /// Of each licence that is named, its articles.
    pub licences: BTreeMap<String, u64>,
    /// Articles with a copyright line.
    pub articles_with_rights_line: u64,
    /// Articles that only members can read whole.
    pub for_members: u64,
}

impl RightsSummary {
    /// Adds what other rows say.
    pub(super) fn add(&mut self, other: &Self) {
        let maps = [
            (&mut self.opt_outs, &other.opt_outs),
            (&mut self.reserved, &other.reserved),
            (&mut self.licences, &other.licences),
        ];
        for (sums, counts) in maps {
            for (name, count) in counts {
                if sums.len() < MOST_LICENCES || sums.contains_key(name) {
                    *sums.entry(name.clone()).or_default() += count;
                }
            }
        }

        self.articles_with_opt_outs += other.articles_with_opt_outs;
        self.articles_with_rights_line += other.articles_with_rights_line;
        self.for_members += other.for_members;
    }

    pub(super) fn see(&mut self, record: &Record) {
        let reserved = reserved_uses(record.uses);
        let says_something = !record.opt_outs.is_empty() || !reserved.is_empty();
        self.articles_with_opt_outs += u64::from(says_something);
        for wanted in reserved {
            *self.reserved.entry(wanted.to_owned()).or_default() += 1;
        }
        for licence in &record.licences {
            if self.licences.len() < MOST_LICENCES || self.licences.contains_key(licence) {
                *self.licences.entry(licence.clone()).or_default() += 1;
            }
        }
        self.articles_with_rights_line += u64::from(record.rights.is_some());
        self.for_members += u64::from(record.access == "members");

        // `tdm-reservation:header` is of the kind `tdm-reservation`.
        let kinds: BTreeSet<&str> = record
            .opt_outs
            .iter()
            .map(|told| told.split(':').next().unwrap_or_default())
            .collect();
        for kind in kinds {
            *self.opt_outs.entry(kind.to_owned()).or_default() += 1;
        }
    }
}

/// Returns the names of the uses that are reserved.
fn reserved_uses(uses: Uses) -> Vec<&'static str> {
    let all = [
        ("search", uses.search),
        ("ai_input", uses.ai_input),
        ("ai_train", uses.ai_train),
        ("tdm", uses.tdm),
    ];
    let reserved = all
        .into_iter()
        .filter(|(_, state)| *state == UseState::Reserved);
    reserved.map(|(name, _)| name).collect()
}

/// What was written so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct ExportedCounts {
    /// Rows: versions of articles.
    pub rows: u64,
    pub articles: u64,
    /// Of each site, its rows.
    pub sites: BTreeMap<String, u64>,
    pub published: MomentRange,
    pub first_seen: MomentRange,
    pub fetched: MomentRange,
    pub rights: RightsSummary,
    #[serde(skip)]
    last: Option<String>,
}

impl ExportedCounts {
    /// Returns the days of the first and the last publication.
    #[cfg(feature = "parquet")]
    pub(super) fn published_days(&self) -> (&str, &str) {
        (day_of(&self.published.first), day_of(&self.published.last))
    }

    /// Counts these rows.
    pub(super) fn of(records: &[Record]) -> Self {
        let mut counts = Self::default();
        for record in records {
            counts.see(record);
        }
        counts
    }

    /// Counts a row. The versions of one article come one after the other.
    pub(super) fn see(&mut self, record: &Record) {
        self.rows += 1;
        if self.last != record.id {
            self.articles += 1;
            self.last.clone_from(&record.id);
        }
        if let Some(site) = &record.site {
            *self.sites.entry(site.clone()).or_default() += 1;
        }

        self.published.see(&record.published_at);
        self.first_seen.see(&record.first_seen_at);
        self.fetched.see(&record.fetched_at);
        self.rights.see(record);
    }
}

#[cfg(feature = "parquet")]
fn day_of(moment: &Option<String>) -> &str {
    let day = moment.as_deref().and_then(|at| at.get(..10));
    day.unwrap_or("an unknown day")
}
