//! The keys of several sites' articles in one order, read from the sites' indexes bit by bit.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use rusqlite::params;

use crate::archive::engine::{Connection, PreparedStatement};
use crate::archive::error::ArchiveError;
use crate::archive::reader::article_list::cursor::{ListCursor, ListKey, ListOrder, Rank};

/// Keys that are read of a site at first. Most pages of a list need few of each paper.
const FIRST_READ: usize = 4;

/// The most keys that are read of a site at once: some kilobytes.
const MOST_READ: usize = 512;

/// The sites' keys, in order.
pub(super) struct MergedSites<'r> {
    dated: PreparedStatement<'r>,
    undated: PreparedStatement<'r>,
    order: ListOrder,
    sites: Vec<SiteKeys>,
    /// The next key of each site that has one, the first on top.
    heads: BinaryHeap<Reverse<(Rank, usize)>>,
}

/// The keys of one site.
struct SiteKeys {
    site: i64,
    /// Keys that were read, and not taken yet.
    read: VecDeque<ListKey>,
    /// The key that reading goes on behind.
    last: Option<ListKey>,
    /// How many keys the next reading takes.
    next_read: usize,
}

impl<'r> MergedSites<'r> {
    /// Begins behind a cursor, or with the first key.
    pub(super) fn begin(
        connection: &'r Connection,
        sites: &[i64],
        order: ListOrder,
        after: Option<&ListCursor>,
    ) -> Result<Self, ArchiveError> {
        let [dated, undated] = statements(order);
        let mut merged = Self {
            dated: connection.prepare_cached(dated)?,
            undated: connection.prepare_cached(undated)?,
            order,
            sites: Vec::new(),
            heads: BinaryHeap::new(),
        };
        for (place, site) in sites.iter().enumerate() {
            merged.sites.push(SiteKeys {
                site: *site,
                read: VecDeque::new(),
                last: after.map(|cursor| cursor.key),
                next_read: FIRST_READ,
            });
            merged.push_head(place)?;
        }
        Ok(merged)
    }

    /// Returns the next key; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<ListKey>, ArchiveError> {
        let Some(Reverse((_, place))) = self.heads.pop() else {
            return Ok(None);
        };
        let key = self.sites[place].read.pop_front();
        self.push_head(place)?;
        Ok(key)
    }

    /// Puts a site's next key among the heads, if the site has one.
    fn push_head(&mut self, place: usize) -> Result<(), ArchiveError> {
        if self.sites[place].read.is_empty() {
            self.read_more(place)?;
        }
        if let Some(key) = self.sites[place].read.front() {
            self.heads.push(Reverse((key.rank(self.order), place)));
        }
        Ok(())
    }

    /// Reads further keys of a site: those with a date, and then those without one.
    fn read_more(&mut self, place: usize) -> Result<(), ArchiveError> {
        let keys = &mut self.sites[place];
        let start = match self.order {
            ListOrder::Oldest => (i64::MIN, i64::MIN),
            ListOrder::Newest | ListOrder::Seen => (i64::MAX, i64::MAX),
        };
        let (at, row) = match keys.last {
            None => start,
            Some(ListKey { at, row }) => (at.unwrap_or(start.0), row),
        };

        if keys.last.is_none_or(|last| last.at.is_some()) {
            let values = params![keys.site, at, row, keys.next_read];
            for key in self.dated.query_map(values, |row| {
                Ok(ListKey {
                    at: Some(row.get(0)?),
                    row: row.get(1)?,
                })
            })? {
                keys.read.push_back(key?);
            }
        }
        if keys.read.is_empty() {
            let behind = match keys.last {
                Some(ListKey { at: None, row }) => row,
                Some(ListKey { at: Some(_), .. }) | None => start.1,
            };
            let values = params![keys.site, behind, keys.next_read];
            for row in self.undated.query_map(values, |row| row.get(0))? {
                keys.read.push_back(ListKey {
                    at: None,
                    row: row?,
                });
            }
        }

        keys.last = keys.read.back().copied().or(keys.last);
        keys.next_read = (keys.next_read * 2).min(MOST_READ);
        Ok(())
    }
}

/// Returns the statements of an order: of articles with a date, and of those without one.
fn statements(order: ListOrder) -> [&'static str; 2] {
    match order {
        ListOrder::Newest => [
            "SELECT published_ms, id FROM version
             WHERE site_id = ?1 AND n = 1 AND (published_ms, id) < (?2, ?3)
             ORDER BY published_ms DESC, id DESC LIMIT ?4",
            "SELECT id FROM version
             WHERE site_id = ?1 AND n = 1 AND published_ms IS NULL AND id < ?2
             ORDER BY id DESC LIMIT ?3",
        ],
        ListOrder::Oldest => [
            "SELECT published_ms, id FROM version
             WHERE site_id = ?1 AND n = 1 AND (published_ms, id) > (?2, ?3)
             ORDER BY published_ms, id LIMIT ?4",
            "SELECT id FROM version
             WHERE site_id = ?1 AND n = 1 AND published_ms IS NULL AND id > ?2
             ORDER BY id LIMIT ?3",
        ],
        ListOrder::Seen => [
            "SELECT first_seen_at, id FROM article
             WHERE site_id = ?1 AND (first_seen_at, id) < (?2, ?3)
             ORDER BY first_seen_at DESC, id DESC LIMIT ?4",
            // Every article was seen at some time.
            "SELECT id FROM article WHERE site_id = ?1 AND false AND id < ?2 LIMIT ?3",
        ],
    }
}
