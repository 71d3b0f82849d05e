//! Lists that are read for the first time: how far that is, for those who watch. A paper's lists are read before its articles.

use std::collections::HashMap;

use crate::discover::Listing;
use crate::frontier::{List, PageId, Pass};

/// How far first readings of lists are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListsRead {
    pub pages: u64,
    /// Pages of the lists that were begun, as far as they count themselves.
    pub of: u64,
}

/// Pages read of each list, and how many it has.
#[derive(Debug, Default)]
pub(super) struct FirstReadings(HashMap<PageId, ListsRead>);

impl FirstReadings {
    /// Counts a page of a list.
    pub fn count(&mut self, list: &List, listing: &Listing) {
        if list.pass != Pass::First {
            return;
        }
        let read = self.0.entry(list.section).or_default();
        read.pages += 1;
        read.of = read.pages.max(listing.pages.map_or(0, u64::from));
    }

    /// Returns how far they are; `None` where no list is read for the first time.
    pub fn so_far(&self) -> Option<ListsRead> {
        let sum = |sum: ListsRead, read: &ListsRead| ListsRead { pages: sum.pages + read.pages, of: sum.of + read.of };
        (!self.0.is_empty()).then(|| self.0.values().fold(ListsRead::default(), sum))
    }
}
