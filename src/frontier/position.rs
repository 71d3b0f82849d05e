//! Positions in lists: where a traversal began, where it stands, and how far it goes.

use sha2::{Digest, Sha256};

use crate::frontier::discovered::Discovered;
use crate::frontier::history::History;
use crate::frontier::role::PageId;
use crate::frontier::seen_rows::SeenRows;
use crate::time::Timestamp;

/// A page's position in the traversal of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPosition {
    /// The list's first page.
    pub section: PageId,
    /// The history of that page; `None` where the page in hand is that page.
    pub history: Option<History>,
    pub traversal: Traversal,
    /// When this traversal requested its first page. Rows that were discovered earlier are known.
    pub began: Timestamp,
    /// Marks of the last pages, the newest last. They show that the server repeats a page.
    pub previous: Vec<i64>,
    /// The page before counted or linked this one. If it has no rows, something is wrong.
    pub promised: bool,
    pub overlap: Overlap,
    /// The rows that this traversal has seen.
    pub seen: SeenRows,
}

/// How far a traversal of a list goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traversal {
    /// To the list's end: it was never read to its end before.
    First,
    /// Past known rows, to rows older than [`CrawlScope::deep`](crate::frontier::CrawlScope::deep):
    /// it finds articles that were dated back.
    Deep,
    /// To the end of a list that is limited to some days, whatever the scope is.
    Window,
    /// To the first page whose rows are all known, once it overlaps the last complete traversal; or
    /// one page further than the overlap.
    Later,
}

impl Traversal {
    /// Returns the name that the archive keeps.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Deep => "deep",
            Self::Window => "window",
            Self::Later => "later",
        }
    }

    /// Returns the traversal of a name that the archive keeps; `None` of an unknown name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::First, Self::Deep, Self::Window, Self::Later]
            .into_iter()
            .find(|traversal| traversal.name() == name)
    }
}

/// The head of a list: its first page, when a traversal began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListHead {
    /// A mark of each row.
    pub rows: Vec<i64>,
    /// The newest date among them.
    pub newest: Option<Timestamp>,
}

/// The overlap of a traversal with the last complete one: how much of that one's list head it has
/// met.
///
/// Rows may also be known from a feed, or from a traversal that was broken off. Only the rows of
/// the last complete traversal are known down to the list's end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    pub head: ListHead,
    /// The list head of the last complete traversal; `None` where there was none.
    pub previous: Option<ListHead>,
    /// How many rows of that head were met.
    pub met: usize,
    /// The pages before this one had met most of that head.
    pub was_reached: bool,
}

impl Overlap {
    /// Returns the overlap after a page with these rows.
    pub(super) fn after(&self, rows: &[Discovered]) -> Self {
        let marks = marks(rows);
        let met = marks.iter().filter(|mark| self.meets(**mark)).count();

        let newest = rows
            .iter()
            .filter_map(|row| Some(row.published_at?.at))
            .max();
        let head = if self.head.rows.is_empty() {
            ListHead {
                rows: marks,
                newest,
            }
        } else {
            self.head.clone()
        };

        Self {
            head,
            previous: self.previous.clone(),
            met: self.met + met,
            was_reached: self.has_met_most(),
        }
    }

    /// Returns whether a row of this mark counts as met. A row that is on this traversal's first
    /// page as well is pinned, or has shifted down: it was counted there.
    fn meets(&self, mark: i64) -> bool {
        self.previous
            .as_ref()
            .is_some_and(|head| head.rows.contains(&mark))
            && !self.head.rows.contains(&mark)
    }

    /// Returns whether the traversal has reached the head of the last complete one: it has met most
    /// of those rows (a single row may be pinned to the top), or a whole page is older than them.
    pub(super) fn is_reached(&self, rows: &[Discovered]) -> bool {
        let Some(before) = &self.previous else {
            return true;
        };
        self.has_met_most()
            || before.rows.is_empty()
            || rows.iter().all(|row| row.is_older_than(before.newest))
    }

    /// Returns whether the list head has a row that the head of the last complete traversal did not
    /// have.
    pub(super) fn has_news(&self) -> bool {
        self.previous
            .as_ref()
            .is_none_or(|before| self.head.rows.iter().any(|row| !before.rows.contains(row)))
    }

    fn has_met_most(&self) -> bool {
        self.previous
            .as_ref()
            .is_some_and(|before| !before.rows.is_empty() && self.met * 2 >= before.rows.len())
    }
}

/// Returns a mark of each row.
pub(super) fn marks(rows: &[Discovered]) -> Vec<i64> {
    rows.iter()
        .map(|row| mark(std::slice::from_ref(row)))
        .collect()
}

/// Returns a mark of a page: pages with the same articles have the same mark, in any order.
pub(super) fn mark(rows: &[Discovered]) -> i64 {
    let mut names: Vec<&str> = rows.iter().map(|row| row.url.as_str()).collect();
    names.sort_unstable();

    let digest = Sha256::digest(names.join("\n"));
    i64::from_be_bytes(
        digest[..8]
            .try_into()
            .expect("a SHA-256 digest has 32 bytes"),
    )
}
