//! Readings of a list: how far one goes down its pages, and why it ends.

use sha2::{Digest, Sha256};

use crate::frontier::page::{Found, List};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// How far a reading of a list means to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// To the list's end: it was never read to its end before.
    First,
    /// To the first page of which every row is known.
    Later,
}

impl Pass {
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Later => "later",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::First, Self::Later].into_iter().find(|pass| pass.name() == name)
    }
}

/// Why a reading of a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListEnd {
    /// The last page was read.
    Last,
    /// The page is past the end: it has no rows.
    Past,
    /// The server sent the page before again. What lies beyond was not seen.
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
    pub const ALL: [Self; 5] = [Self::Last, Self::Past, Self::Repeats, Self::Since, Self::Known];

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
    pub list: List,
}

/// Decides whether a reading goes on after a page with these rows. `known` tells, row by row, when it was discovered.
pub(in crate::frontier) fn go_on(
    list: &List,
    rows: &[Found],
    known: &[Option<Timestamp>],
    since: Option<Timestamp>,
    next: Option<PageUrl>,
) -> Result<Continuation, ListEnd> {
    let mark = mark(rows);
    let is_old = |row: &Found| row.published_at.zip(since).is_some_and(|(published, since)| published.at < since);
    let was_known = |moment: &Option<Timestamp>| moment.is_some_and(|moment| moment < list.began);
    if rows.is_empty() {
        return Err(ListEnd::Past);
    }
    if list.previous == Some(mark) {
        return Err(ListEnd::Repeats);
    }
    if rows.iter().all(is_old) {
        return Err(ListEnd::Since);
    }
    if list.pass == Pass::Later && known.iter().all(was_known) {
        return Err(ListEnd::Known);
    }
    let url = next.ok_or(ListEnd::Last)?;
    Ok(Continuation { url, list: List { previous: Some(mark), ..list.clone() } })
}

/// A mark that two pages share when they have the same articles, in whatever order.
fn mark(rows: &[Found]) -> i64 {
    let mut names: Vec<&str> = rows.iter().map(|row| row.url.as_str()).collect();
    names.sort_unstable();
    let digest = Sha256::digest(names.join("\n"));
    i64::from_be_bytes(digest[..8].try_into().expect("a SHA-256 digest has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::page::{PageId, Role};
    use crate::time::LocalTime;

    const BEGAN: Timestamp = Timestamp::from_seconds(1_000_000);

    fn list(pass: Pass) -> List {
        List { section: PageId(1), pass, began: BEGAN, previous: None }
    }

    fn rows(numbers: &[u64]) -> Vec<Found> {
        let row = |number: &u64| Found {
            url: PageUrl::parse(&format!("https://p.example/news/articleView.html?idxno={number}")).unwrap(),
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

    fn next() -> Option<PageUrl> {
        Some(PageUrl::parse("https://p.example/news/articleList.html?page=2").unwrap())
    }

    #[test]
    fn the_first_reading_goes_on_past_known_rows() {
        let known = [Some(BEGAN - std::time::Duration::from_secs(1)); 2];
        assert!(go_on(&list(Pass::First), &rows(&[1, 2]), &known, None, next()).is_ok());
    }

    #[test]
    fn a_later_reading_stops_at_a_page_of_known_rows() {
        let before = Some(BEGAN - std::time::Duration::from_secs(1));
        assert_eq!(go_on(&list(Pass::Later), &rows(&[1, 2]), &[before; 2], None, next()), Err(ListEnd::Known));
        assert!(go_on(&list(Pass::Later), &rows(&[1, 2]), &[before, None], None, next()).is_ok());
    }

    #[test]
    fn what_another_list_told_during_this_reading_does_not_stop_it() {
        let during = Some(BEGAN + std::time::Duration::from_secs(1));
        assert!(go_on(&list(Pass::Later), &rows(&[1, 2]), &[during; 2], None, next()).is_ok());
    }

    #[test]
    fn a_page_sent_again_ends_the_reading_as_partial() {
        let first = go_on(&list(Pass::First), &rows(&[1, 2]), &[None; 2], None, next()).unwrap();
        let end = go_on(&first.list, &rows(&[2, 1]), &[None; 2], None, next()).unwrap_err();
        assert_eq!(end, ListEnd::Repeats);
        assert_eq!(end.coverage(), Coverage::Partial);
    }

    #[test]
    fn the_end_is_a_page_without_rows_or_without_a_next_one() {
        assert_eq!(go_on(&list(Pass::First), &[], &[], None, next()), Err(ListEnd::Past));
        assert_eq!(go_on(&list(Pass::First), &rows(&[1]), &[None], None, None), Err(ListEnd::Last));
    }

    #[test]
    fn a_reading_goes_no_further_back_than_is_wanted() {
        let since = Some(Timestamp::from_seconds(100));
        assert_eq!(go_on(&list(Pass::First), &rows(&[98, 99]), &[None; 2], since, next()), Err(ListEnd::Since));
        assert!(go_on(&list(Pass::First), &rows(&[99, 100]), &[None; 2], since, next()).is_ok());
    }
}
