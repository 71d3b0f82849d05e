//! The event from which a gap is counted, and how a report names it.

use crate::time::Timestamp;

/// The event from which a host's next gap is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum GapStart {
    Ended { row: i64, at: Timestamp },
    NeverEnded { row: i64, at: Timestamp },
}

impl GapStart {
    pub(super) fn at(self) -> Timestamp {
        match self {
            Self::Ended { at, .. } | Self::NeverEnded { at, .. } => at,
        }
    }

    pub(super) fn row(self) -> i64 {
        match self {
            Self::Ended { row, .. } | Self::NeverEnded { row, .. } => row,
        }
    }

    pub(super) fn in_words(self) -> String {
        match self {
            Self::Ended { row, .. } => format!("the end in row {row}"),
            Self::NeverEnded { row, .. } => format!("row {row}, which never ended,"),
        }
    }

    pub(super) fn no_later_than(self, moment: Timestamp) -> Self {
        match self {
            Self::Ended { row, at } => Self::Ended {
                row,
                at: at.min(moment),
            },
            Self::NeverEnded { row, at } => Self::NeverEnded {
                row,
                at: at.min(moment),
            },
        }
    }
}
