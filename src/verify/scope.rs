//! What a verification looks at, and in which order.

use serde::Serialize;

use crate::archive::{FixityMarks, RowSample};

/// What a verification looks at.
#[derive(Clone, Copy, Debug)]
pub enum VerifyScope<'s> {
    /// The file as a whole, and the pages and articles of these sites, or of all where none is
    /// named.
    Whole(&'s [String]),
    /// A random sample of the rows; of pages and articles those of these sites.
    Sample {
        sample: RowSample,
        sites: &'s [String],
    },
    /// What came after these marks.
    Since(&'s FixityMarks),
}

/// The rows that are checked in the order of their keys, so that a verification can go on behind
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Ledger,
    Bodies,
    Captures,
    Versions,
    Words,
    Robots,
}

/// Numbers of rows, of each kind that is checked row by row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    pub ledger_rows: u64,
    pub bodies: u64,
    pub captures: u64,
    pub versions: u64,
    /// Articles in the full-text index.
    pub words: u64,
    pub robots: u64,
}

/// What earlier, interrupted runs of a verification found sound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EarlierRuns {
    /// When the first of them began, RFC 3339.
    pub began_at: String,
    pub runs: u64,
    /// Whether they had checked the file's structure.
    pub structure: bool,
    #[serde(flatten)]
    pub rows: RowCounts,
}

impl VerifyScope<'_> {
    /// Returns its name in JSON.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Whole([]) => "whole",
            Self::Whole(_) => "sites",
            Self::Sample { .. } => "sample",
            Self::Since(_) => "since-last",
        }
    }
}

impl Stage {
    /// Returns what its rows are, for the progress.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Ledger => "rows of the ledger",
            Self::Bodies => "bodies",
            Self::Captures => "answers",
            Self::Versions => "versions of articles",
            Self::Words => "articles in the full-text index",
            Self::Robots => "copies of robots.txt",
        }
    }

    /// Returns the number of its rows.
    pub(super) fn of(self, rows: &RowCounts) -> u64 {
        match self {
            Self::Ledger => rows.ledger_rows,
            Self::Bodies => rows.bodies,
            Self::Captures => rows.captures,
            Self::Versions => rows.versions,
            Self::Words => rows.words,
            Self::Robots => rows.robots,
        }
    }

    /// Returns the table whose largest key tells how many rows there are.
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Bodies => "body",
            Self::Captures => "capture",
            Self::Versions => "version",
            Self::Words => "indexed_version",
            Self::Robots => "robots",
        }
    }
}
