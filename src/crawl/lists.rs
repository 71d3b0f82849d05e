//! The progress of first traversals of lists, for watchers. A paper's lists are traversed before
//! its articles are fetched.

use std::collections::HashMap;

use crate::discover::Listing;
use crate::frontier::{ListPosition, PageId, Traversal};

/// The progress of first traversals of lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListsRead {
    pub pages: u64,
    /// All pages of the lists that were begun, as far as the lists tell their number.
    pub of: u64,
}

impl ListsRead {
    /// Adds up the progress of several lists or papers. `None` where there is none.
    pub(super) fn sum(papers: impl Iterator<Item = Self>) -> Option<Self> {
        papers.reduce(|sum, read| Self {
            pages: sum.pages + read.pages,
            of: sum.of + read.of,
        })
    }
}

/// The progress of each list that is traversed for the first time.
#[derive(Debug, Default)]
pub(super) struct FirstReadings(HashMap<PageId, ListsRead>);

impl FirstReadings {
    /// Counts a page of a list, where the traversal is its first.
    pub(super) fn count(&mut self, list: &ListPosition, listing: &Listing) {
        if list.traversal != Traversal::First {
            return;
        }

        let read = self.0.entry(list.section).or_default();
        read.pages += 1;
        read.of = read.pages.max(listing.pages.map_or(0, u64::from));
    }

    /// Returns the progress of all lists. `None` where no list is traversed for the first time.
    pub(super) fn so_far(&self) -> Option<ListsRead> {
        ListsRead::sum(self.0.values().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::{Overlap, SeenRows};
    use crate::time::Timestamp;

    fn list(section: i64, traversal: Traversal) -> ListPosition {
        let (began, overlap, met) = (Timestamp::EPOCH, Overlap::default(), SeenRows::default());
        ListPosition {
            section: PageId(section),
            history: None,
            traversal,
            began,
            previous: Vec::new(),
            promised: false,
            overlap,
            seen: met,
        }
    }

    #[test]
    fn pages_are_counted_list_by_list_and_only_in_first_traversals() {
        let mut readings = FirstReadings::default();
        readings.count(&list(1, Traversal::Later), &Listing::default());
        assert_eq!(readings.so_far(), None);
        readings.count(
            &list(1, Traversal::First),
            &Listing {
                pages: Some(200),
                ..Listing::default()
            },
        );
        readings.count(
            &list(1, Traversal::First),
            &Listing {
                pages: Some(200),
                ..Listing::default()
            },
        );

        // A list that does not tell its number of pages.
        readings.count(&list(2, Traversal::First), &Listing::default());
        assert_eq!(readings.so_far(), Some(ListsRead { pages: 3, of: 201 }));
    }
}
