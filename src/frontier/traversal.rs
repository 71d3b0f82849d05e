//! Traversals of a list: how far one goes down its pages, and why it ends.

use jiff::civil::Date;

use crate::discover::Listing;
use crate::frontier::discovered::Discovered;
use crate::frontier::position::{ListPosition, Traversal, mark};
use crate::page_url::PageUrl;
use crate::time::{LocalTime, Timestamp};

/// Why a traversal of a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListEnd {
    /// The last page was read.
    Last,
    /// The page is past the end: it has no rows.
    Past,
    /// The server repeated an earlier page, or sent only rows that it had sent before. The rest of
    /// the list was not seen.
    Repeats,
    /// Every row is older than the scope.
    Since,
    /// Every row was known before.
    Known,
}

/// How much of a list its traversals have covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// The whole list, or all of it that is in scope.
    Whole,
    /// A part of it: the list has more.
    Partial,
}

impl ListEnd {
    /// Every variant, for the lookup by the name that the archive keeps.
    pub const ALL: [Self; 5] = [
        Self::Last,
        Self::Past,
        Self::Repeats,
        Self::Since,
        Self::Known,
    ];

    /// Returns the name that the archive keeps.
    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Past => "past",
            Self::Repeats => "repeats",
            Self::Since => "since",
            Self::Known => "known",
        }
    }

    /// Returns how much of a list a traversal with this end has covered.
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

/// Why a traversal does not go on after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TraversalStop {
    End(ListEnd),
    /// The page is damaged, and must be requested again.
    Broken(&'static str),
}

/// How many pages back a repeated page is recognised: servers that repeat pages repeat the last
/// one, or take turns among a few.
const REMEMBERED: usize = 8;

/// Decides whether a traversal goes on after a page with these rows.
///
/// `list` holds the overlap and the seen rows as they are with this page. `known` says, row by row,
/// when it was discovered. Rows from before `since` are out of scope.
///
/// # Errors
///
/// Returns why the traversal does not go on.
pub(super) fn continue_or_stop(
    list: &ListPosition,
    listing: &Listing,
    rows: &[Discovered],
    known: &[Option<Timestamp>],
    since: Option<Timestamp>,
) -> Result<Continuation, TraversalStop> {
    let mark = mark(rows);
    if let Some(stop) = stop_of_any_traversal(list, listing, rows, mark, since) {
        return Err(stop);
    }
    if list.traversal == Traversal::Later && has_reached_known_rows(list, rows, known) {
        return Err(TraversalStop::End(ListEnd::Known));
    }
    let Some(url) = listing.next.clone() else {
        return Err(TraversalStop::End(ListEnd::Last));
    };

    let list = ListPosition {
        previous: remembered(&list.previous, mark),
        promised: listing.next_is_told,
        ..list.clone()
    };
    Ok(Continuation { url, list, hops: 0 })
}

/// Returns why a traversal of any kind stops at these rows.
fn stop_of_any_traversal(
    list: &ListPosition,
    listing: &Listing,
    rows: &[Discovered],
    mark: i64,
    since: Option<Timestamp>,
) -> Option<TraversalStop> {
    if rows.is_empty() {
        Some(empty(list, listing))
    } else if list.previous.contains(&mark) {
        Some(TraversalStop::End(ListEnd::Repeats))
    } else if rows.iter().all(|row| row.is_older_than(since)) {
        Some(TraversalStop::End(ListEnd::Since))
    } else if list.seen.is_exhausted() {
        Some(TraversalStop::End(ListEnd::Repeats))
    } else {
        None
    }
}

/// Returns whether the rows behind this page are known from earlier traversals.
///
/// Either all rows of this page are known and the traversal overlaps the last complete one, or this
/// page is one page further than the overlap. New rows behind that place were dated back, and deep
/// checks find them.
fn has_reached_known_rows(
    list: &ListPosition,
    rows: &[Discovered],
    known: &[Option<Timestamp>],
) -> bool {
    let was_known = |moment: &Option<Timestamp>| moment.is_some_and(|moment| moment < list.began);

    let is_joined = known.iter().all(was_known) && list.overlap.is_reached(rows);
    let is_behind_overlap = list.overlap.was_reached && known.iter().any(was_known);
    is_joined || is_behind_overlap
}

/// Appends a page's mark to those of the pages before it, and forgets the oldest.
fn remembered(previous: &[i64], mark: i64) -> Vec<i64> {
    let forgotten = (previous.len() + 1).saturating_sub(REMEMBERED);
    previous[forgotten..]
        .iter()
        .copied()
        .chain([mark])
        .collect()
}

/// Decides about a page without rows. It is past the end only where nothing announces rows:
/// maintenance pages have status 200, too.
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
    /// The day of the last row that it showed, where rows have dates. Articles of that day and of
    /// earlier days may be missing.
    pub day: Option<Date>,
}

/// Returns how much is missing of a list that ended with this page: by its own count, the list has
/// more rows than its server's pages show. Returns `None` of a list that is not truncated.
pub(super) fn truncation(
    end: ListEnd,
    listing: &Listing,
    rows: &[Discovered],
) -> Option<Truncation> {
    let shown = u64::from(listing.pages?) * u64::from(listing.per_page?);
    let missing = listing
        .total?
        .checked_sub(shown)
        .filter(|missing| *missing > 0)?;

    // Lists are newest first, except for rows that are pinned to the top of each page.
    let last = rows.iter().rev().find_map(|row| row.published_at);
    match end {
        ListEnd::Last => Some(Truncation {
            missing,
            day: last.and_then(day),
        }),
        ListEnd::Past | ListEnd::Repeats | ListEnd::Since | ListEnd::Known => None,
    }
}

/// Returns the day of a moment on its own clock.
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
            key: Some((*number).into()),
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
        continue_or_stop(list, &listing, rows, known, since)
    }

    #[test]
    fn the_first_traversal_goes_on_past_known_rows() {
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
    fn a_later_traversal_stops_at_a_page_of_known_rows() {
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

    /// Reads pages of known rows, one after the other, and returns how many it took to overlap the
    /// last traversal.
    fn pages_to_overlap(before: &[u64], pages: &[&[u64]]) -> Option<usize> {
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
    fn known_rows_do_not_end_a_traversal_before_it_overlaps_the_last_one() {
        assert_eq!(
            pages_to_overlap(&[5, 4, 3, 2], &[&[5, 4, 3, 2]]),
            Some(1),
            "nothing is new"
        );
        assert_eq!(
            pages_to_overlap(&[5, 4, 3, 2], &[&[9, 8, 7, 6], &[5, 4, 3, 2]]),
            Some(2),
            "a feed told the newest"
        );
        assert_eq!(
            pages_to_overlap(&[5, 4, 3, 2], &[&[8, 7, 6, 5], &[4, 3, 2, 1]]),
            Some(2),
            "rows have shifted"
        );
        assert_eq!(
            pages_to_overlap(&[5, 4, 3, 2], &[&[2, 9, 8, 7], &[6, 5, 4, 3]]),
            Some(2),
            "one is pinned to the top"
        );
        assert_eq!(
            pages_to_overlap(&[9, 8, 7, 6], &[&[5, 4, 3, 2]]),
            Some(1),
            "they are gone, and all is older"
        );
    }

    #[test]
    fn a_deep_check_goes_on_past_known_rows_as_far_back_as_its_scope() {
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
    fn rows_discovered_during_this_traversal_do_not_stop_it() {
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
    fn a_repeated_page_ends_the_traversal_as_partial() {
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
    fn pages_that_take_turns_end_the_traversal_too() {
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
    fn a_long_list_keeps_few_marks_of_its_pages() {
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
    fn a_page_without_rows_is_an_end_only_where_nothing_announces_rows() {
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
    fn a_traversal_goes_no_further_back_than_its_scope() {
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
    fn pages_that_never_repeat_exactly_and_bring_nothing_new_end_the_traversal() {
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
    fn a_list_is_truncated_where_it_counts_more_rows_than_its_server_shows() {
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
            truncation(ListEnd::Last, &of(Some(4_143), Some(200)), &rows),
            cut_143
        );

        for whole in [
            of(Some(4_000), Some(200)),
            of(Some(3_990), Some(200)),
            of(None, None),
        ] {
            assert_eq!(truncation(ListEnd::Last, &whole, &rows), None);
        }
        assert_eq!(
            truncation(ListEnd::Since, &of(Some(4_143), Some(200)), &rows),
            None
        );
        assert_eq!(
            truncation(ListEnd::Last, &of(Some(4_001), Some(200)), &[]),
            Some(Truncation {
                missing: 1,
                day: None
            })
        );
    }
}
