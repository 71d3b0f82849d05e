//! The newest articles of an export, for feeds. Memory has only so many.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::export::Record;
use crate::time::Timestamp;

/// An article with its moment: that of publication, else that of the first fetch.
struct DatedRecord {
    at: Timestamp,
    record: Record,
}

/// Collects the newest articles.
pub(super) struct NewestRecords {
    most: usize,
    oldest_first: BinaryHeap<Reverse<DatedRecord>>,
}

impl NewestRecords {
    /// Begins with none; keeps so many.
    pub(super) fn at_most(most: usize) -> Self {
        Self {
            most,
            oldest_first: BinaryHeap::new(),
        }
    }

    pub(super) fn see(&mut self, record: &Record) {
        let told = [&record.published_at, &record.first_seen_at];
        let at = told
            .into_iter()
            .flatten()
            .find_map(|told| Timestamp::from_rfc3339(told))
            .unwrap_or(Timestamp::EPOCH);

        // Most articles are older than all that are kept, and are not copied.
        let is_full = self.oldest_first.len() >= self.most;
        if is_full
            && self
                .oldest_first
                .peek()
                .is_none_or(|oldest| oldest.0.at > at)
        {
            return;
        }
        let record = record.clone();
        self.oldest_first.push(Reverse(DatedRecord { at, record }));
        if self.oldest_first.len() > self.most {
            self.oldest_first.pop();
        }
    }

    /// Returns the articles, the newest first.
    pub(super) fn newest_first(self) -> Vec<Record> {
        let sorted = self.oldest_first.into_sorted_vec();
        sorted.into_iter().map(|Reverse(one)| one.record).collect()
    }
}

impl PartialEq for DatedRecord {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for DatedRecord {}

impl PartialOrd for DatedRecord {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DatedRecord {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |one: &Self| (one.at, one.record.id.clone());
        key(self).cmp(&key(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Provenance;
    use crate::extract::Article;
    use crate::time::LocalTime;

    fn published(at: &str) -> Record {
        let article = Article {
            published_at: LocalTime::from_rfc3339(at),
            ..Article::default()
        };
        Record::new(article, Provenance::default())
    }

    #[test]
    fn the_newest_by_their_moments_are_kept_whatever_order_they_come_in() {
        let mut newest = NewestRecords::at_most(2);
        for at in [
            "2026-01-02T00:00:00+09:00",
            "2026-01-01T23:00:00Z",
            "2025-01-01T00:00:00Z",
            "2026-01-01T12:00:00Z",
        ] {
            newest.see(&published(at));
        }

        let kept: Vec<_> = newest
            .newest_first()
            .into_iter()
            .filter_map(|record| record.published_at)
            .collect();
        // The first one is 15:00 in UTC.
        assert_eq!(
            kept,
            ["2026-01-01T23:00:00+00:00", "2026-01-02T00:00:00+09:00"]
        );
    }
}
