//! Lists: how far a reading of one means to go, where it began, and where it stands.

use sha2::{Digest, Sha256};

use crate::frontier::discovered::Discovered;
use crate::frontier::history::History;
use crate::frontier::role::PageId;
use crate::frontier::seen_rows::SeenRows;
use crate::time::Timestamp;

/// Where a page stands in the reading of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPosition {
    /// The list's first page.
    pub section: PageId,
    /// What is known of that page; `None` where the page in hand is that page.
    pub history: Option<History>,
    pub traversal: Traversal,
    /// When this reading of the list asked for its first page: what was discovered before is known.
    pub began: Timestamp,
    /// Marks of the rows of the last pages, the newest last, to notice that one was sent again.
    pub previous: Vec<i64>,
    /// The page before counted this one, or linked it: then it has rows, or something is wrong.
    pub promised: bool,
    pub overlap: Overlap,
    /// The rows that this reading has met.
    pub seen: SeenRows,
}

/// How far a reading of a list means to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traversal {
    /// To the list's end: it was never read to its end before.
    First,
    /// Past what is known, to rows older than [`Wanted::deep`](crate::frontier::Wanted::deep): what
    /// was dated back stands there.
    Deep,
    /// To the end of a list that is limited to some days, whatever else is wanted.
    Window,
    /// To the first page of which every row is known, once it has joined the reading before; or one
    /// page further than the joint.
    Later,
}

impl Traversal {
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Deep => "deep",
            Self::Window => "window",
            Self::Later => "later",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::First, Self::Deep, Self::Window, Self::Later]
            .into_iter()
            .find(|traversal| traversal.name() == name)
    }
}

/// Where a reading of a list began: its first page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListHead {
    /// A mark of each row.
    pub rows: Vec<i64>,
    /// The newest date among them.
    pub newest: Option<Timestamp>,
}

/// Where a reading began, and how much of the beginning of the last complete one it has met. Rows
/// may be known from elsewhere, a feed or a reading that was broken off: only what the last
/// complete reading saw is known down to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    pub head: ListHead,
    /// The beginning of the last complete reading; `None` where there was none.
    pub previous: Option<ListHead>,
    /// Rows of it that were met.
    pub met: usize,
    /// The pages before this one had met most of it.
    pub was_reached: bool,
}

impl Overlap {
    /// Returns what holds once a page with these rows is read.
    pub(super) fn after(&self, rows: &[Discovered]) -> Self {
        let marks = marks(rows);
        // What stood on the first page as well is pinned, or was shifted down: it was counted
        // there.
        let is_met = |mark: &&i64| {
            self.previous
                .as_ref()
                .is_some_and(|head| head.rows.contains(mark))
                && !self.head.rows.contains(mark)
        };
        let met = marks.iter().filter(is_met).count();
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

    /// Whether the reading has come to where the last complete one began: most of those rows were
    /// met (one alone may be pinned to the top), or a page is older than all of them.
    pub(super) fn is_reached(&self, rows: &[Discovered]) -> bool {
        let Some(before) = &self.previous else {
            return true;
        };
        let is_older = |row: &Discovered| {
            row.published_at
                .zip(before.newest)
                .is_some_and(|(told, newest)| told.at < newest)
        };
        self.has_met_most() || before.rows.is_empty() || rows.iter().all(is_older)
    }

    /// Whether the first page has a row that it did not have when the last complete reading began.
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

/// A mark of each row.
pub(super) fn marks(rows: &[Discovered]) -> Vec<i64> {
    rows.iter()
        .map(|row| mark(std::slice::from_ref(row)))
        .collect()
}

/// A mark that two pages share when they have the same articles, in whatever order.
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
