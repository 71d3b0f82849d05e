//! The recrawl policy: when a page is requested next.
//!
//! It is a pure function of the page's role, its history and the site's policy. The guide
//! (docs/guide/revisits.md) has it as a table, and the tests of this file check that table line by
//! line. The archive keeps each result (`page.next_at`) and selects due pages by it.

use std::time::Duration;

use crate::config::site::PollIntervals;
use crate::frontier::history::{History, Settled};
use crate::frontier::position::Traversal;
use crate::frontier::role::Role;
use crate::time::Timestamp;

/// One hour in seconds: the unit of the durations below.
const HOUR: u64 = 3600;

/// The interval of menus, policies and covered feeds, which change rarely: a day. It is 20 hours,
/// because a crawl at the same time each day comes a little early for the pages that the crawl
/// before requested last.
pub const DAILY: Duration = Duration::from_secs(20 * HOUR);

/// The interval of deep checks, which search lists for back-dated articles: a week, and four hours
/// less for the same reason as [`DAILY`].
pub const DEEP_INTERVAL: Duration = Duration::from_secs((7 * 24 - 4) * HOUR);

/// A source is polled after this part of its time without news. So news are found late by at most a
/// quarter of the silence before them.
const PART_OF_SILENCE: u32 = 4;

/// The shortest and the longest interval of a sitemap: a day and a month. A sitemap is as large as
/// its paper's archive, so that frequent requests would cost much.
const SITEMAP_INTERVALS: (Duration, Duration) = (DAILY, Duration::from_secs(30 * 24 * HOUR));

/// A feed or sitemap is suspended after so many consecutive failures. Hourly failures for one day
/// (24) do not suspend it.
pub const SUSPENDED: u32 = 30;

/// A suspended source is not requested for so long: a month, as the slowest sitemap.
pub const SUSPENDED_FOR: Duration = Duration::from_secs(30 * 24 * HOUR);

/// A page is requested only once a day after so many consecutive requests during which the process
/// died. One or two may be kills that had another reason.
pub const MAX_UNENDED: u32 = 3;

/// A queued feed, sitemap or photo that the site file excludes waits so long from each crawl on. It
/// stays known, should the site file include it again.
const EXCLUDED_DELAY: Duration = Duration::from_secs(30 * 24 * HOUR);

/// No page waits longer for its next attempt: 72 hours is the longest retry delay. A longer wait
/// comes from a clock that was wrong once.
const LONGEST_WAIT: Duration = Duration::from_secs(72 * HOUR);

/// A moment that is always past. The current time would not do: after a clock was set back, a page
/// would wait.
const AT_ONCE: Timestamp = Timestamp::EPOCH;

/// The recrawl rules of all pages of a site, from its site file and the state of its lists.
///
/// Pages keep the moments that an earlier policy gave them. If the policy has changed, the site's
/// pages are planned anew before a crawl begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SitePolicy {
    /// The shortest and the longest interval of a list or feed.
    pub lists: PollIntervals,
    pub feeds: bool,
    pub sitemaps: bool,
    pub photos: bool,
    /// One list names all new articles: it was read to its end, and the last traversal succeeded.
    pub is_covered: bool,
    pub has_sections: bool,
}

/// The list that has every article of a site, as far as requests for its other pages depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WholeList {
    pub settled: Settled,
    pub was_read_to_end: bool,
    /// Its server repeats pages, so that the list may have more rows than it shows.
    pub repeats_itself: bool,
    /// Further pages of it are queued.
    pub is_being_read: bool,
}

impl WholeList {
    /// Returns whether the list names all new articles of the site: its last traversal succeeded,
    /// and it was read to its end.
    pub fn tells_all_news(self) -> bool {
        self.settled == Settled::Read
            && self.was_read_to_end
            && !self.repeats_itself
            && !self.is_being_read
    }
}

/// What is known of a list whose first page is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListHistory {
    pub was_read_to_end: bool,
    /// When it was last read to its end, or as far back as deep checks look.
    pub deep_at: Option<Timestamp>,
    /// A traversal to the end is under way further down.
    pub is_being_read: bool,
    /// It has every article of its site, and the site has other lists that were read to their ends.
    pub is_checked_by_others: bool,
}

/// Returns how far a traversal of a list goes that begins at `now`.
///
/// A list that was never read to its end is read to its end. A list without a deep check for a week
/// gets one, unless other lists are checked in its place. While such a traversal is under way
/// further down, a new one only catches up at the top.
pub fn traversal(list: &ListHistory, now: Timestamp) -> Traversal {
    let is_unchecked = list
        .deep_at
        .is_none_or(|deep_at| deep_at + DEEP_INTERVAL <= now);

    if list.is_being_read {
        Traversal::Later
    } else if !list.was_read_to_end {
        Traversal::First
    } else if is_unchecked && !list.is_checked_by_others {
        Traversal::Deep
    } else {
        Traversal::Later
    }
}

/// Returns whether a source is suspended at `now`, after so many consecutive failures, the last of
/// them at `settled_at`.
pub fn is_suspended(failures: u32, settled_at: Timestamp, now: Timestamp) -> bool {
    failures >= SUSPENDED && settled_at + SUSPENDED_FOR > now
}

/// Returns from when on a settled page is requested again; `None` where no crawl requests it by
/// itself.
///
/// Kept articles are planned by [`crate::revisit::next_revisit`]: they depend on their publication.
pub fn next(page: &History, policy: &SitePolicy) -> Option<Timestamp> {
    let by_role = if page.settled == Settled::Disallowed {
        is_in_scope(page.role, policy).then_some(AT_ONCE)
    } else if page.hops > 0 || !is_in_scope(page.role, policy) {
        None
    } else {
        match page.role {
            Role::Policy => Some(page.settled_at + DAILY),
            Role::Home => Some(home(page, policy)),
            Role::Section => Some(section(page, policy)),
            Role::Feed => Some(unless_suspended(page, feed(page, policy))),
            Role::Sitemap => Some(unless_suspended(page, sitemap(page))),
            Role::Window | Role::ListPage | Role::Article | Role::Photo => None,
        }
    };

    let earliest = if page.unended < MAX_UNENDED {
        AT_ONCE
    } else {
        page.settled_at + DAILY
    };
    by_role.map(|moment| moment.max(earliest))
}

/// Returns from when on a queued page is requested, once a crawl of its site begins at `now`.
///
/// Entry pages are requested at once: the outage that delayed them may be over.
pub fn queued(role: Role, due: Timestamp, policy: &SitePolicy, now: Timestamp) -> Timestamp {
    if !is_in_scope(role, policy) {
        // A paper has many photos: those that wait long enough are not written again.
        let waits = role == Role::Photo && due > now + LONGEST_WAIT;
        return if waits { due } else { now + EXCLUDED_DELAY };
    }

    match role {
        Role::Home | Role::Feed | Role::Section | Role::Sitemap => due.min(now),
        Role::Policy | Role::Window | Role::ListPage | Role::Article => due.min(now + LONGEST_WAIT),
        // It was out of scope, and is in scope again.
        Role::Photo if due > now + LONGEST_WAIT => now,
        Role::Photo => due,
    }
}

/// Returns whether a list was read as far back as the scope `since` demands. It was read to its
/// end, without the rows from before `read_since`.
pub fn is_read_back_to(since: Option<Timestamp>, read_since: Option<Timestamp>) -> bool {
    match (read_since, since) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(read_since), Some(since)) => read_since <= since,
    }
}

fn is_in_scope(role: Role, policy: &SitePolicy) -> bool {
    match role {
        Role::Feed => policy.feeds,
        Role::Sitemap => policy.sitemaps,
        Role::Photo => policy.photos,
        Role::Policy
        | Role::Home
        | Role::Section
        | Role::Window
        | Role::ListPage
        | Role::Article => true,
    }
}

fn home(page: &History, policy: &SitePolicy) -> Timestamp {
    match page.settled {
        Settled::Read => page.settled_at + DAILY,
        Settled::Moved if policy.has_sections => page.settled_at + DAILY,
        Settled::Moved | Settled::Disallowed | Settled::Otherwise => AT_ONCE,
    }
}

fn section(page: &History, policy: &SitePolicy) -> Timestamp {
    let deep = match page.past.deep_at {
        Some(deep_at) if page.past.was_read_to_end && !page.past.has_everything => {
            deep_at + DEEP_INTERVAL
        }
        Some(_) | None => AT_ONCE,
    };

    match page.settled {
        _ if policy.is_covered => deep,
        Settled::Read => deep.min(
            page.settled_at + poll_interval(page, policy.lists.floor.0, policy.lists.ceiling.0),
        ),
        Settled::Moved | Settled::Disallowed | Settled::Otherwise => AT_ONCE,
    }
}

fn feed(page: &History, policy: &SitePolicy) -> Timestamp {
    match page.settled {
        _ if policy.is_covered => page.settled_at + DAILY,
        Settled::Read => {
            page.settled_at + poll_interval(page, policy.lists.floor.0, policy.lists.ceiling.0)
        }
        Settled::Moved | Settled::Disallowed | Settled::Otherwise => AT_ONCE,
    }
}

fn sitemap(page: &History) -> Timestamp {
    let (floor, ceiling) = SITEMAP_INTERVALS;
    match page.settled {
        // The target of the redirect has the dates of the news.
        Settled::Moved => page.settled_at + floor,
        Settled::Read | Settled::Disallowed | Settled::Otherwise => {
            page.settled_at + poll_interval(page, floor, ceiling)
        }
    }
}

fn unless_suspended(page: &History, moment: Timestamp) -> Timestamp {
    if page.failures < SUSPENDED {
        moment
    } else {
        moment.max(page.settled_at + SUSPENDED_FOR)
    }
}

/// Returns the poll interval: a part of the time without news, within bounds. If a site file has a
/// floor above the ceiling, the floor counts.
fn poll_interval(page: &History, floor: Duration, ceiling: Duration) -> Duration {
    let silence = page
        .settled_at
        .since(page.past.news_at.unwrap_or(page.past.discovered_at));

    (silence / PART_OF_SILENCE).min(ceiling).max(floor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::site::Discover;
    use crate::frontier::history::Past;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const DAY: Duration = Duration::from_secs(24 * HOUR);

    fn policy() -> SitePolicy {
        let Discover {
            lists,
            feeds,
            sitemaps,
            ..
        } = Discover::default();
        SitePolicy {
            lists,
            feeds,
            sitemaps,
            photos: false,
            is_covered: true,
            has_sections: true,
        }
    }

    fn uncovered() -> SitePolicy {
        SitePolicy {
            is_covered: false,
            ..policy()
        }
    }

    /// A page of a role that was read just now, after two days without news.
    fn page(role: Role) -> History {
        History {
            role,
            settled: Settled::Read,
            settled_at: NOW,
            past: Past {
                discovered_at: NOW - DAY * 100,
                news_at: Some(NOW - DAY * 2),
                deep_at: Some(NOW),
                was_read_to_end: true,
                has_everything: false,
            },
            hops: 0,
            failures: 0,
            unended: 0,
        }
    }

    /// The same page with another past.
    fn with(role: Role, change: impl FnOnce(&mut Past)) -> History {
        let mut page = page(role);
        change(&mut page.past);
        page
    }

    /// How long after it was settled a page is asked for again.
    fn after(page: History, policy: SitePolicy) -> Option<Duration> {
        next(&page, &policy).map(|moment| moment.since(page.settled_at))
    }

    /// The guide's table, row by row: what, how often, and whether the policy does so.
    fn table() -> Vec<(&'static str, &'static str, bool)> {
        let everything = with(Role::Section, |past| past.has_everything = true);
        let daily = [Role::Policy, Role::Home, Role::Feed].map(|role| after(page(role), policy()));
        let silent = |role, days: u32| with(role, |past| past.news_at = Some(NOW - DAY * days));
        let intervals = [Role::Section, Role::Feed].map(|role| after(silent(role, 2), uncovered()));
        let longest = [Role::Section, Role::Feed].map(|role| after(silent(role, 400), uncovered()));
        let sitemap = [1, 40, 400].map(|days| after(silent(Role::Sitemap, days), policy()));
        let failed = |failures| History {
            settled: Settled::Otherwise,
            failures,
            ..page(Role::Feed)
        };

        let (day, week) = (
            DAY - Duration::from_secs(4 * HOUR),
            DAY * 7 - Duration::from_secs(4 * HOUR),
        );
        vec![
            (
                "the list of everything",
                "at every crawl",
                after(everything, policy()) == Some(Duration::ZERO),
            ),
            (
                "robots.txt, the home page",
                "once a day",
                daily == [Some(day); 3],
            ),
            (
                "each section, looked through",
                "once a week",
                after(page(Role::Section), policy()) == Some(week),
            ),
            (
                "sections and feeds of a paper without such a list",
                "after a quarter of their silence, once a day at least (`lists`): \
                 after two days without news, one rests for half a day",
                intervals == [Some(DAY / 2); 2] && longest == [Some(day); 2],
            ),
            (
                "sitemaps that robots.txt names",
                "once a day at most; without news after a quarter of their silence, \
                 once a month at least",
                sitemap == [Some(day), Some(DAY * 10), Some(DAY * 30)],
            ),
            (
                "a feed or sitemap that failed thirty times in a row",
                "a month later",
                after(failed(30), uncovered()) == Some(DAY * 30)
                    && after(failed(29), uncovered()) < Some(DAY),
            ),
            (
                "an address at which no article was found",
                "a day later once more",
                crate::revisit::GONE_RECHECK == DAY
                    && after(page(Role::Article), policy()).is_none(),
            ),
            (
                "an article that is kept (`revisit`)",
                "an hour, six hours, a day, a week and a month after its publication",
                crate::config::site::REVISIT_SCHEDULE
                    == [1, 6, 24, 7 * 24, 30 * 24].map(|hours| Duration::from_secs(hours * HOUR)),
            ),
        ]
    }

    #[test]
    fn a_photo_is_asked_for_once_and_waits_while_photos_are_out_of_scope() {
        let wanted = SitePolicy {
            photos: true,
            ..policy()
        };
        assert_eq!(next(&page(Role::Photo), &wanted), None);

        let excluded = queued(Role::Photo, NOW, &policy(), NOW);
        assert_eq!(excluded, NOW + EXCLUDED_DELAY);
        assert_eq!(queued(Role::Photo, excluded, &wanted, NOW), NOW);
        // A retry keeps its moment.
        let retry = NOW + LONGEST_WAIT;
        assert_eq!(queued(Role::Photo, retry, &wanted, NOW), retry);
    }

    #[test]
    fn the_guide_tells_the_policy_row_by_row() {
        let guide = include_str!("../../docs/guide/revisits.md");
        let told = guide
            .lines()
            .skip_while(|line| *line != "| what | how often |")
            .skip(2);
        let told: Vec<&str> = told.take_while(|line| line.starts_with('|')).collect();

        let rows = table();
        assert_eq!(told.len(), rows.len());
        for (line, (what, how_often, is_so)) in told.iter().zip(rows) {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            assert!(
                cells[0].starts_with(what) && cells[1].starts_with(how_often),
                "{line}"
            );
            assert!(is_so, "the policy is not what the guide says: {line}");
        }
    }

    #[test]
    fn the_list_of_everything_is_requested_at_every_crawl() {
        let everything = with(Role::Section, |past| past.has_everything = true);
        assert_eq!(after(everything, policy()), Some(Duration::ZERO));
        assert_eq!(after(everything, uncovered()), Some(Duration::ZERO));
    }

    #[test]
    fn home_policies_and_feeds_beside_a_list_of_everything_are_requested_once_a_day() {
        for role in [Role::Home, Role::Policy, Role::Feed] {
            assert_eq!(after(page(role), policy()), Some(DAILY), "{role:?}");
        }
    }

    #[test]
    fn a_home_page_that_failed_or_moved_without_sections_is_requested_at_once() {
        let failed = History {
            settled: Settled::Otherwise,
            ..page(Role::Home)
        };
        let moved = History {
            settled: Settled::Moved,
            ..failed
        };

        assert_eq!(after(failed, policy()), Some(Duration::ZERO));
        assert_eq!(after(moved, policy()), Some(DAILY));
        assert_eq!(
            after(
                moved,
                SitePolicy {
                    has_sections: false,
                    ..policy()
                }
            ),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn each_section_gets_a_deep_check_once_a_week() {
        assert_eq!(after(page(Role::Section), policy()), Some(DEEP_INTERVAL));
        let never = with(Role::Section, |past| past.deep_at = None);
        assert_eq!(after(never, policy()), Some(Duration::ZERO));
        let half_read = with(Role::Section, |past| past.was_read_to_end = false);
        assert_eq!(after(half_read, policy()), Some(Duration::ZERO));
    }

    #[test]
    fn other_sections_and_feeds_are_polled_after_a_quarter_of_their_silence_a_day_at_most() {
        for role in [Role::Section, Role::Feed] {
            let silent = |days: u32| with(role, |past| past.news_at = Some(NOW - DAY * days));
            assert_eq!(after(silent(2), uncovered()), Some(DAY / 2), "{role:?}");
            assert_eq!(
                after(silent(40), uncovered()),
                Some(policy().lists.ceiling.0),
                "{role:?}"
            );
            assert_eq!(
                after(silent(0), uncovered()),
                Some(policy().lists.floor.0),
                "{role:?}"
            );

            let without_news = with(role, |past| {
                (past.news_at, past.discovered_at) = (None, NOW - DAY)
            });
            assert_eq!(after(without_news, uncovered()), Some(DAY / 4), "{role:?}");

            let failed = History {
                settled: Settled::Otherwise,
                ..page(role)
            };
            assert_eq!(after(failed, uncovered()), Some(Duration::ZERO), "{role:?}");
        }
    }

    #[test]
    fn sitemaps_are_polled_once_a_day_at_most_and_once_a_month_at_least() {
        let silent = |days: u32| with(Role::Sitemap, |past| past.news_at = Some(NOW - DAY * days));
        let after = |page| after(page, policy());
        assert_eq!(
            [1, 40, 400].map(|days| after(silent(days))),
            [Some(DAILY), Some(DAY * 10), Some(DAY * 30)]
        );
        assert_eq!(
            after(History {
                settled: Settled::Moved,
                ..silent(400)
            }),
            Some(DAILY)
        );
    }

    #[test]
    fn a_source_that_failed_thirty_times_in_a_row_is_requested_a_month_later() {
        for role in [Role::Feed, Role::Sitemap] {
            let failing = |failures| History {
                settled: Settled::Otherwise,
                failures,
                ..page(role)
            };
            assert_eq!(
                after(failing(SUSPENDED), uncovered()),
                Some(SUSPENDED_FOR),
                "{role:?}"
            );
            assert!(
                after(failing(SUSPENDED - 1), uncovered()) < Some(DAY),
                "{role:?}"
            );
        }
    }

    #[test]
    fn sources_that_the_site_file_excludes_are_not_requested() {
        let without = SitePolicy {
            feeds: false,
            sitemaps: false,
            ..policy()
        };
        for settled in [Settled::Read, Settled::Otherwise, Settled::Disallowed] {
            let requested = |role| {
                after(
                    History {
                        settled,
                        ..page(role)
                    },
                    without,
                )
            };
            assert_eq!([Role::Feed, Role::Sitemap].map(requested), [None, None]);
            assert!(requested(Role::Home).is_some());
        }
    }

    #[test]
    fn pages_that_robots_txt_forbade_are_checked_at_every_crawl() {
        for role in [Role::Article, Role::Section, Role::Sitemap] {
            let forbidden = History {
                settled: Settled::Disallowed,
                hops: 2,
                ..page(role)
            };
            assert_eq!(after(forbidden, policy()), Some(Duration::ZERO), "{role:?}");
        }
    }

    #[test]
    fn targets_of_redirects_and_further_pages_of_lists_are_not_requested_by_themselves() {
        assert_eq!(
            after(
                History {
                    hops: 1,
                    ..page(Role::Section)
                },
                policy()
            ),
            None
        );

        let by_themselves =
            [Role::Window, Role::ListPage, Role::Article].map(|role| after(page(role), policy()));
        assert_eq!(by_themselves, [None; 3]);
    }

    #[test]
    fn a_list_of_everything_names_all_news_once_its_traversal_succeeded_to_its_end() {
        let list = WholeList {
            settled: Settled::Read,
            was_read_to_end: true,
            repeats_itself: false,
            is_being_read: false,
        };
        assert!(list.tells_all_news());

        for not_so in [
            WholeList {
                settled: Settled::Otherwise,
                ..list
            },
            WholeList {
                was_read_to_end: false,
                ..list
            },
            WholeList {
                repeats_itself: true,
                ..list
            },
            WholeList {
                is_being_read: true,
                ..list
            },
        ] {
            assert!(!not_so.tells_all_news(), "{not_so:?}");
        }
    }

    #[test]
    fn a_list_is_read_to_its_end_once_and_checked_once_a_week() {
        let list = ListHistory {
            was_read_to_end: true,
            deep_at: Some(NOW),
            is_being_read: false,
            is_checked_by_others: false,
        };
        let a_week_later = NOW + DEEP_INTERVAL;

        assert_eq!(
            [traversal(&list, NOW), traversal(&list, a_week_later)],
            [Traversal::Later, Traversal::Deep]
        );
        assert_eq!(
            traversal(
                &ListHistory {
                    deep_at: None,
                    ..list
                },
                NOW
            ),
            Traversal::Deep
        );
        assert_eq!(
            traversal(
                &ListHistory {
                    was_read_to_end: false,
                    ..list
                },
                NOW
            ),
            Traversal::First
        );

        let others = ListHistory {
            is_checked_by_others: true,
            ..list
        };
        assert_eq!(traversal(&others, a_week_later), Traversal::Later);

        let under_way = ListHistory {
            is_being_read: true,
            was_read_to_end: false,
            ..list
        };
        assert_eq!(traversal(&under_way, a_week_later), Traversal::Later);
    }

    #[test]
    fn a_list_that_was_not_read_back_far_enough_is_read_once_more() {
        let (early, late) = (Some(NOW - DAY), Some(NOW));
        assert!(is_read_back_to(None, None) && is_read_back_to(late, None));
        assert!(is_read_back_to(late, early) && is_read_back_to(late, late));
        assert!(!is_read_back_to(early, late) && !is_read_back_to(None, late));
    }

    #[test]
    fn a_source_is_suspended_for_a_month() {
        let at = |now| is_suspended(SUSPENDED, NOW, now);
        assert_eq!([NOW, NOW + SUSPENDED_FOR].map(at), [true, false]);
        assert!(!is_suspended(SUSPENDED - 1, NOW, NOW));
    }

    #[test]
    fn waiting_entry_pages_are_requested_when_a_crawl_begins_and_no_page_waits_for_years() {
        let waits = |role, hours: u64| {
            queued(
                role,
                NOW + Duration::from_secs(hours * HOUR),
                &policy(),
                NOW,
            )
            .since(NOW)
        };

        for role in [Role::Home, Role::Feed, Role::Section, Role::Sitemap] {
            assert_eq!(waits(role, 5), Duration::ZERO, "{role:?}");
        }
        for role in [Role::Article, Role::ListPage, Role::Window, Role::Policy] {
            assert_eq!(
                [waits(role, 5), waits(role, 90_000)],
                [Duration::from_secs(5 * HOUR), LONGEST_WAIT],
                "{role:?}"
            );
        }
        assert_eq!(queued(Role::Article, NOW - DAY, &policy(), NOW), NOW - DAY);
    }

    #[test]
    fn queued_feeds_and_sitemaps_that_the_site_file_excludes_wait() {
        let without = SitePolicy {
            feeds: false,
            sitemaps: false,
            ..policy()
        };
        for role in [Role::Feed, Role::Sitemap] {
            assert_eq!(
                queued(role, NOW - DAY, &without, NOW),
                NOW + EXCLUDED_DELAY,
                "{role:?}"
            );
        }
        assert_eq!(queued(Role::Section, NOW - DAY, &without, NOW), NOW - DAY);
    }

    #[test]
    fn a_page_during_which_the_process_dies_is_requested_once_a_day() {
        let everything = with(Role::Section, |past| past.has_everything = true);
        let unended = History {
            unended: MAX_UNENDED,
            ..everything
        };
        assert_eq!(after(unended, policy()), Some(DAILY));
        assert_eq!(
            after(
                History {
                    unended: MAX_UNENDED - 1,
                    ..unended
                },
                policy()
            ),
            Some(Duration::ZERO)
        );
    }
}
