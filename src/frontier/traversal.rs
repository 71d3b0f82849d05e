//! Readings of a list: how far one goes down its pages, and why it ends.

use jiff::civil::Date;

use crate::discover::Listing;
use crate::frontier::discovered::Discovered;
use crate::frontier::position::{ListPosition, Traversal, mark};
use crate::page_url::PageUrl;
use crate::time::{LocalTime, Timestamp};

/// Why a reading of a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListEnd {
    /// The last page was read.
    Last,
    /// The page is past the end: it has no rows.
    Past,
    /// The server sent the page before again, or only rows that it had sent before. What lies
    /// beyond was not seen.
    Repeats,
    /// Every row is older than what is wanted.
    Since,
    /// Every row was known before.
    Known,
}

/// How much of a list its readings have covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// As far as the list goes, or as far back as is wanted.
    Whole,
    /// Less than there is.
    Partial,
}

impl ListEnd {
    pub const ALL: [Self; 5] = [
        Self::Last,
        Self::Past,
        Self::Repeats,
        Self::Since,
        Self::Known,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Past => "past",
            Self::Repeats => "repeats",
            Self::Since => "since",
            Self::Known => "known",
        }
    }

    pub fn coverage(self) -> Coverage {
        match self {
            Self::Last | Self::Past | Self::Since | Self::Known => Coverage::Whole,
            Self::Repeats => Coverage::Partial,
        }
    }
}

/// The next page of a list that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuation {
    pub url: PageUrl,
    pub list: ListPosition,
    /// How many redirects led there.
    pub hops: u32,
}

/// Why a reading does not go on after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TraversalStop {
    End(ListEnd),
    /// The page is not what it should be: it must be asked for again.
    Broken(&'static str),
}

/// How many pages back a page is recognised that is sent again.
const REMEMBERED: usize = 8;

/// Decides whether a reading goes on after a page with these rows; the list's joint and what it has
/// met are those after them. `known` tells, row by row, when it was discovered; rows from before
/// `since` are not wanted.
pub(super) fn next_page(
    list: &ListPosition,
    listing: &Listing,
    rows: &[Discovered],
    known: &[Option<Timestamp>],
    since: Option<Timestamp>,
) -> Result<Continuation, TraversalStop> {
    let mark = mark(rows);
    let is_old = |row: &Discovered| {
        row.published_at
            .zip(since)
            .is_some_and(|(published, since)| published.at < since)
    };
    let was_known = |moment: &Option<Timestamp>| moment.is_some_and(|moment| moment < list.began);
    if rows.is_empty() {
        return Err(empty(list, listing));
    }
    if list.previous.contains(&mark) {
        return Err(TraversalStop::End(ListEnd::Repeats));
    }
    if rows.iter().all(is_old) {
        return Err(TraversalStop::End(ListEnd::Since));
    }
    if list.seen.is_exhausted() {
        return Err(TraversalStop::End(ListEnd::Repeats));
    }
    let is_joined = known.iter().all(was_known) && list.overlap.is_reached(rows);
    let is_overlap = list.overlap.was_reached && known.iter().any(was_known);
    // One page of overlap: what is new behind the place where the last reading began was dated back, and deep checks find it.
    if list.traversal == Traversal::Later && (is_joined || is_overlap) {
        return Err(TraversalStop::End(ListEnd::Known));
    }
    let url = listing
        .next
        .clone()
        .ok_or(TraversalStop::End(ListEnd::Last))?;
    let forgotten = (list.previous.len() + 1).saturating_sub(REMEMBERED);
    let previous = list.previous[forgotten..]
        .iter()
        .copied()
        .chain([mark])
        .collect();
    let list = ListPosition {
        previous,
        promised: listing.next_is_told,
        ..list.clone()
    };
    Ok(Continuation { url, list, hops: 0 })
}

/// A page without rows is past the end only where nothing speaks for rows: maintenance pages have status 200, too.
fn empty(list: &ListPosition, listing: &Listing) -> TraversalStop {
    if !listing.is_list {
        TraversalStop::Broken("the page is no list")
    } else if listing.owes_rows || list.promised {
        TraversalStop::Broken("the page has no rows where it should")
    } else {
        TraversalStop::End(ListEnd::Past)
    }
}

/// How much of a list its server does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncation {
    /// Rows that the list has and does not show.
    pub missing: u64,
    /// The day of the last row that it showed, where rows have dates: the articles of that day and
    /// before may be missing.
    pub day: Option<Date>,
}

/// Tells how much of a list is missing that ended with this page. By its own count the list has
/// more rows than its server shows pages for.
pub(super) fn cut(end: ListEnd, listing: &Listing, rows: &[Discovered]) -> Option<Truncation> {
    let shown = u64::from(listing.pages?) * u64::from(listing.per_page?);
    let missing = listing
        .total?
        .checked_sub(shown)
        .filter(|missing| *missing > 0)?;
    // Lists are newest first, but for rows that are pinned to the top of each page.
    let last = rows.iter().rev().find_map(|row| row.published_at);
    match end {
        ListEnd::Last => Some(Truncation {
            missing,
            day: last.and_then(day),
        }),
        ListEnd::Past | ListEnd::Repeats | ListEnd::Since | ListEnd::Known => None,
    }
}

/// The day that a moment belongs to on its own clock.
fn day(time: LocalTime) -> Option<Date> {
    Some(
        jiff::tz::Offset::from_seconds(time.offset)
            .ok()?
            .to_datetime(time.at.into())
            .date(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::position::{Overlap, marks};
    use crate::frontier::role::{PageId, Role};
    use crate::frontier::seen_rows::SeenRows;

    const BEGAN: Timestamp = Timestamp::from_seconds(1_000_000);

    fn list(traversal: Traversal) -> ListPosition {
        ListPosition {
            section: PageId(1),
            history: None,
            traversal,
            began: BEGAN,
            previous: vec![],
            promised: false,
            overlap: Overlap::default(),
            seen: SeenRows::default(),
        }
    }

    fn rows(numbers: &[u64]) -> Vec<Discovered> {
        let row = |number: &u64| Discovered {
            url: PageUrl::parse(&format!(
                "https://p.example/news/articleView.html?idxno={number}"
            ))
            .unwrap(),
            role: Role::Article,
            number: Some(*number),
            published_at: Some(LocalTime {
                at: Timestamp::from_seconds(i64::try_from(*number).unwrap()),
                offset: 32_400,
            }),
            hops: 0,
        };
        numbers.iter().map(row).collect()
    }

    /// A page that goes on.
    fn next() -> Listing {
        let url = PageUrl::parse("https://p.example/news/articleList.html?page=2").unwrap();
        Listing {
            next: Some(url),
            is_list: true,
            ..Listing::default()
        }
    }

    fn last() -> Listing {
        Listing {
            is_list: true,
            ..Listing::default()
        }
    }

    fn go_on(
        list: &ListPosition,
        rows: &[Discovered],
        known: &[Option<Timestamp>],
        since: Option<Timestamp>,
        listing: Listing,
    ) -> Result<Continuation, TraversalStop> {
        super::next_page(list, &listing, rows, known, since)
    }

    #[test]
    fn the_first_reading_goes_on_past_known_rows() {
        let known = [Some(BEGAN - std::time::Duration::from_secs(1)); 2];
        assert!(
            go_on(
                &list(Traversal::First),
                &rows(&[1, 2]),
                &known,
                None,
                next()
            )
            .is_ok()
        );
    }

    #[test]
    fn a_later_reading_stops_at_a_page_of_known_rows() {
        let before = Some(BEGAN - std::time::Duration::from_secs(1));
        assert_eq!(
            go_on(
                &list(Traversal::Later),
                &rows(&[1, 2]),
                &[before; 2],
                None,
                next()
            ),
            Err(TraversalStop::End(ListEnd::Known))
        );
        assert!(
            go_on(
                &list(Traversal::Later),
                &rows(&[1, 2]),
                &[before, None],
                None,
                next()
            )
            .is_ok()
        );
    }

    /// Reads pages of known rows, one after the other, and returns how many it took to join what was read before.
    fn pages_to_join(before: &[u64], pages: &[&[u64]]) -> Option<usize> {
        let mut list = list(Traversal::Later);
        list.overlap.previous = Some(Overlap::default().after(&rows(before)).head);
        for (k, page) in pages.iter().enumerate() {
            let rows = rows(page);
            list.overlap = list.overlap.after(&rows);
            let known = vec![Some(BEGAN - std::time::Duration::from_secs(1)); rows.len()];
            match go_on(&list, &rows, &known, None, next()) {
                Err(TraversalStop::End(ListEnd::Known)) => return Some(k + 1),
                read => list = read.unwrap().list,
            }
        }
        None
    }

    #[test]
    fn rows_that_are_known_from_elsewhere_do_not_end_a_reading_that_has_not_joined_the_last_one() {
        assert_eq!(
            pages_to_join(&[5, 4, 3, 2], &[&[5, 4, 3, 2]]),
            Some(1),
            "nothing is new"
        );
        assert_eq!(
            pages_to_join(&[5, 4, 3, 2], &[&[9, 8, 7, 6], &[5, 4, 3, 2]]),
            Some(2),
            "a feed told the newest"
        );
        assert_eq!(
            pages_to_join(&[5, 4, 3, 2], &[&[8, 7, 6, 5], &[4, 3, 2, 1]]),
            Some(2),
            "rows have shifted"
        );
        assert_eq!(
            pages_to_join(&[5, 4, 3, 2], &[&[2, 9, 8, 7], &[6, 5, 4, 3]]),
            Some(2),
            "one is pinned to the top"
        );
        assert_eq!(
            pages_to_join(&[9, 8, 7, 6], &[&[5, 4, 3, 2]]),
            Some(1),
            "they are gone, and all is older"
        );
    }

    #[test]
    fn a_deep_check_goes_on_past_known_rows_as_far_back_as_is_wanted() {
        let known = [Some(BEGAN - std::time::Duration::from_secs(1)); 2];
        let since = Some(Timestamp::from_seconds(100));
        assert!(
            go_on(
                &list(Traversal::Deep),
                &rows(&[102, 101]),
                &known,
                since,
                next()
            )
            .is_ok()
        );
        let end = go_on(
            &list(Traversal::Deep),
            &rows(&[99, 98]),
            &known,
            since,
            next(),
        );
        assert_eq!(end, Err(TraversalStop::End(ListEnd::Since)));
    }

    #[test]
    fn what_another_list_told_during_this_reading_does_not_stop_it() {
        let during = Some(BEGAN + std::time::Duration::from_secs(1));
        assert!(
            go_on(
                &list(Traversal::Later),
                &rows(&[1, 2]),
                &[during; 2],
                None,
                next()
            )
            .is_ok()
        );
    }

    #[test]
    fn a_page_sent_again_ends_the_reading_as_partial() {
        let first = go_on(
            &list(Traversal::First),
            &rows(&[1, 2]),
            &[None; 2],
            None,
            next(),
        )
        .unwrap();
        let end = go_on(&first.list, &rows(&[2, 1]), &[None; 2], None, next()).unwrap_err();
        assert_eq!(end, TraversalStop::End(ListEnd::Repeats));
        assert_eq!(ListEnd::Repeats.coverage(), Coverage::Partial);
    }

    #[test]
    fn pages_that_take_turns_end_the_reading_too() {
        let first = go_on(
            &list(Traversal::First),
            &rows(&[1, 2]),
            &[None; 2],
            None,
            next(),
        )
        .unwrap();
        let second = go_on(&first.list, &rows(&[3, 4]), &[None; 2], None, next()).unwrap();
        let third = go_on(&second.list, &rows(&[1, 2]), &[None; 2], None, next());
        assert_eq!(third, Err(TraversalStop::End(ListEnd::Repeats)));
    }

    #[test]
    fn what_is_remembered_of_a_long_list_is_little() {
        let page = |list: ListPosition, n: u64| {
            go_on(&list, &rows(&[n]), &[None], None, next())
                .unwrap()
                .list
        };
        assert_eq!(
            (1..50).fold(list(Traversal::First), page).previous.len(),
            REMEMBERED
        );
    }

    #[test]
    fn a_page_without_rows_is_an_end_only_where_nothing_speaks_for_rows() {
        let read = |list: &ListPosition, listing: Listing| go_on(list, &[], &[], None, listing);
        let plain = list(Traversal::First);
        assert_eq!(read(&plain, last()), Err(TraversalStop::End(ListEnd::Past)));
        assert!(matches!(
            read(&plain, Listing::default()),
            Err(TraversalStop::Broken(_))
        ));
        assert!(matches!(
            read(
                &plain,
                Listing {
                    owes_rows: true,
                    ..last()
                }
            ),
            Err(TraversalStop::Broken(_))
        ));
        assert!(matches!(
            read(
                &ListPosition {
                    promised: true,
                    ..plain
                },
                last()
            ),
            Err(TraversalStop::Broken(_))
        ));
    }

    #[test]
    fn the_end_is_a_page_without_a_next_one() {
        assert_eq!(
            go_on(&list(Traversal::First), &rows(&[1]), &[None], None, last()),
            Err(TraversalStop::End(ListEnd::Last))
        );
    }

    #[test]
    fn a_reading_goes_no_further_back_than_is_wanted() {
        let since = Some(Timestamp::from_seconds(100));
        assert_eq!(
            go_on(
                &list(Traversal::First),
                &rows(&[98, 99]),
                &[None; 2],
                since,
                next()
            ),
            Err(TraversalStop::End(ListEnd::Since))
        );
        assert!(
            go_on(
                &list(Traversal::First),
                &rows(&[99, 100]),
                &[None; 2],
                since,
                next()
            )
            .is_ok()
        );
    }

    #[test]
    fn pages_that_never_repeat_exactly_and_bring_nothing_new_end_the_reading() {
        let mut list = list(Traversal::First);
        // Forty articles, twenty a page, in an order of their own each time.
        for page in 0..60_u64 {
            let numbers: Vec<u64> = (0..20)
                .map(|k| (page * 7 + k * (page % 3 * 2 + 1)) % 40)
                .collect();
            let rows = rows(&numbers);
            list.seen = list.seen.after(&marks(&rows));
            match go_on(&list, &rows, &[None; 20], None, next()) {
                Ok(next) => list = next.list,
                Err(stop) => {
                    assert_eq!(stop, TraversalStop::End(ListEnd::Repeats));
                    assert!((20..30).contains(&page), "{page}");
                    return;
                }
            }
        }
        panic!("it goes on and on");
    }

    #[test]
    fn a_list_is_cut_where_it_counts_more_rows_than_its_server_shows() {
        let of = |total, pages| Listing {
            total,
            pages,
            per_page: Some(20),
            ..last()
        };
        let day = Some(jiff::civil::date(1970, 1, 1));
        let rows = rows(&[3, 2]);
        let cut_143 = Some(Truncation { missing: 143, day });
        assert_eq!(
            cut(ListEnd::Last, &of(Some(4_143), Some(200)), &rows),
            cut_143
        );
        for whole in [
            of(Some(4_000), Some(200)),
            of(Some(3_990), Some(200)),
            of(None, None),
        ] {
            assert_eq!(cut(ListEnd::Last, &whole, &rows), None);
        }
        assert_eq!(
            cut(ListEnd::Since, &of(Some(4_143), Some(200)), &rows),
            None
        );
        assert_eq!(
            cut(ListEnd::Last, &of(Some(4_001), Some(200)), &[]),
            Some(Truncation {
                missing: 1,
                day: None
            })
        );
    }
}
