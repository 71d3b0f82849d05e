//! The order of a list, and the place in it where a page ends.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

/// The orders of a list of articles. In each of them, articles without a date come last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListOrder {
    /// By the moment of publication, the newest first.
    #[default]
    Newest,
    /// By the moment of publication, the oldest first.
    Oldest,
    /// By the moment when saseo saw the article first, the newest first.
    Seen,
}

impl ListOrder {
    const ALL: [Self; 3] = [Self::Newest, Self::Oldest, Self::Seen];

    /// Returns its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "new",
            Self::Oldest => "old",
            Self::Seen => "seen",
        }
    }
}

/// An article's place: its moment in milliseconds, and the row that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListKey {
    pub at: Option<i64>,
    pub row: i64,
}

/// What orders keys in a list, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Ascending(bool, i64, i64),
    Descending(bool, Reverse<i64>, Reverse<i64>),
}

impl ListKey {
    pub(super) fn rank(self, order: ListOrder) -> Rank {
        let (is_undated, at) = (self.at.is_none(), self.at.unwrap_or_default());
        match order {
            ListOrder::Oldest => Rank::Ascending(is_undated, at, self.row),
            ListOrder::Newest | ListOrder::Seen => {
                Rank::Descending(is_undated, Reverse(at), Reverse(self.row))
            }
        }
    }
}

/// The last article of a page: the next page begins behind it. It is written as
/// `new.1795520550000.81`, which other programs need not understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListCursor {
    /// The order of the list that it is of.
    pub order: ListOrder,
    pub(super) key: ListKey,
}

impl fmt::Display for ListCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ListKey { at, row } = self.key;
        let order = self.order.name();
        match at {
            Some(at) => write!(f, "{order}.{at}.{row}"),
            None => write!(f, "{order}.undated.{row}"),
        }
    }
}

impl FromStr for ListCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text).ok_or_else(|| {
            format!("{text:?} is no place in a list: give the one that the page before ended with")
        })
    }
}

fn read(text: &str) -> Option<ListCursor> {
    let (order, place) = text.split_once('.')?;
    let (at, row) = place.split_once('.')?;
    let order = ListOrder::ALL.into_iter().find(|one| one.name() == order)?;
    let at = match at {
        "undated" => None,
        at => Some(at.parse().ok()?),
    };
    let row = row.parse().ok()?;
    Some(ListCursor {
        order,
        key: ListKey { at, row },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        for order in ListOrder::ALL {
            for at in [None, Some(0), Some(-7), Some(i64::MAX)] {
                let cursor = ListCursor {
                    order,
                    key: ListKey { at, row: 81 },
                };
                assert_eq!(cursor.to_string().parse(), Ok(cursor));
            }
        }
        for wrong in ["", "new", "new.1", "later.1.1", "new.x.1", "new.1.1.1"] {
            assert!(wrong.parse::<ListCursor>().is_err(), "{wrong}");
        }
    }
}
