//! When a page is asked for next: the recrawl policy.
//!
//! A pure function of the page's role, its history and the site's policy. README tells it in a
//! table ("What a later crawl asks for"); the tests of this file are that table, line by line. The
//! archive keeps each answer (`page.next_at`) and picks by it.

use std::time::Duration;

use crate::config::site::PollIntervals;
use crate::frontier::history::{History, Settled};
use crate::frontier::position::Traversal;
use crate::frontier::role::Role;
use crate::time::Timestamp;

const HOUR: u64 = 3600;

/// Menus, policies and covered feeds change rarely: they are read once a day. 20 hours, since a
/// crawl at the same time each day comes a little early for the pages that the one before asked at
/// its end.
pub const DAILY: Duration = Duration::from_secs(20 * HOUR);

/// Lists are looked through for back-dated articles once a week; four hours less, for the same
/// reason.
pub const DEEP_INTERVAL: Duration = Duration::from_secs((7 * 24 - 4) * HOUR);

/// A source rests for this part of its silence, so that its next news is found late by no more than
/// that part of the silence before it.
const PART_OF_SILENCE: u32 = 4;

/// A sitemap is as large as its paper's archive: it is asked for once a day at most, and once a
/// month at least.
const SITEMAP_RESTS: (Duration, Duration) = (DAILY, Duration::from_secs(30 * 24 * HOUR));

/// Failures in a row after which a feed or sitemap is suspended. A source that answers once an hour
/// for a day is not.
pub const SUSPENDED: u32 = 30;

/// How long a suspended source is left alone.
pub const SUSPENDED_FOR: Duration = Duration::from_secs(30 * 24 * HOUR);

/// Requests in a row that ended the process, after which a page is asked for once a day only. One
/// or two may be a kill that had nothing to do with it.
pub const MAX_UNENDED: u32 = 3;

/// A queued feed or sitemap that the site file leaves out waits so long from each crawl on: should
/// it be wanted again, it is still known.
const UNWANTED: Duration = Duration::from_secs(30 * 24 * HOUR);

/// No page waits longer for its next try: what does was put off by a clock that
/// was wrong once.
const LONGEST_WAIT: Duration = Duration::from_secs(72 * HOUR);

/// Whatever the clock says: one that was set back keeps no page waiting.
const AT_ONCE: Timestamp = Timestamp::EPOCH;

/// What a site's file and the state of its lists say about all of its pages.
///
/// Pages keep the moments that an earlier policy gave them. Where the policy is another one, the
/// site's pages are planned anew before a crawl begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SitePolicy {
    /// The least and the longest rest of a list or feed without news.
    pub lists: PollIntervals,
    pub feeds: bool,
    pub sitemaps: bool,
    /// One list tells all news: it was read to its end, and the last reading went well.
    pub is_covered: bool,
    pub has_sections: bool,
}

/// The list that has every article of a site, as far as requests for its other pages depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WholeList {
    pub settled: Settled,
    pub was_read_to_end: bool,
    /// Its server shows the same page again and again, so that it may have more than it shows.
    pub repeats_itself: bool,
    /// Further pages of it are queued.
    pub is_being_read: bool,
}

impl WholeList {
    /// Tells whether the list can be trusted to tell the site's news: its last reading went well,
    /// and to the end.
    pub fn tells_all_news(self) -> bool {
        self.settled == Settled::Read
            && self.was_read_to_end
            && !self.repeats_itself
            && !self.is_being_read
    }
}

/// What is known of a list whose first page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListHistory {
    pub was_read_to_end: bool,
    /// When it was last read to its end, or as far back as deep checks look.
    pub deep_at: Option<Timestamp>,
    /// A reading that goes to the end is under way further down.
    pub is_being_read: bool,
    /// It has every article of its site, and the site has other lists that were read to their ends.
    pub is_checked_by_others: bool,
}

/// Returns how far a reading of a list goes that begins at `now`.
///
/// A list that was never read to its end is read to it. One that was not checked for a week is
/// checked, unless others are checked in its place. While such a reading is under way further down,
/// the top only catches up.
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

/// Tells whether a source that failed so often in a row, and was last settled at that moment, is
/// left alone at `now`.
pub fn is_suspended(failures: u32, settled_at: Timestamp, now: Timestamp) -> bool {
    failures >= SUSPENDED && settled_at + SUSPENDED_FOR > now
}

/// Returns from when on a settled page is asked for again; `None` where no crawl asks for it by
/// itself.
///
/// Of articles that are kept, [`crate::revisit::next_look`] knows: they go by their publication.
pub fn next(page: &History, policy: &SitePolicy) -> Option<Timestamp> {
    let by_role = if page.settled == Settled::Disallowed {
        is_wanted(page.role, policy).then_some(AT_ONCE)
    } else if page.hops > 0 || !is_wanted(page.role, policy) {
        None
    } else {
        match page.role {
            Role::Policy => Some(page.settled_at + DAILY),
            Role::Home => Some(home(page, policy)),
            Role::Section => Some(section(page, policy)),
            Role::Feed => Some(unless_suspended(page, feed(page, policy))),
            Role::Sitemap => Some(unless_suspended(page, sitemap(page))),
            Role::Window | Role::ListPage | Role::Article => None,
        }
    };
    let earliest = if page.unended < MAX_UNENDED {
        AT_ONCE
    } else {
        page.settled_at + DAILY
    };

    by_role.map(|moment| moment.max(earliest))
}

/// Returns from when on a queued page is asked for, once a crawl of its site begins at `now`.
///
/// An outage that is over is not waited for any longer: entry pages are tried at once.
pub fn queued(role: Role, due: Timestamp, policy: &SitePolicy, now: Timestamp) -> Timestamp {
    if !is_wanted(role, policy) {
        return now + UNWANTED;
    }
    match role {
        Role::Home | Role::Feed | Role::Section | Role::Sitemap => due.min(now),
        Role::Policy | Role::Window | Role::ListPage | Role::Article => due.min(now + LONGEST_WAIT),
    }
}

/// Tells whether a list that was read to its end, without what was published before `read_since`,
/// is read as far back as is wanted now.
pub fn is_read_back_to(since: Option<Timestamp>, read_since: Option<Timestamp>) -> bool {
    match (read_since, since) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(read), Some(wanted)) => read <= wanted,
    }
}

fn is_wanted(role: Role, policy: &SitePolicy) -> bool {
    match role {
        Role::Feed => policy.feeds,
        Role::Sitemap => policy.sitemaps,
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
    let (floor, ceiling) = SITEMAP_RESTS;
    match page.settled {
        // The news is noted of the place that it moved to.
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

/// A part of the time without news, within bounds. The floor counts where a site file has it above
/// the ceiling.
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

    /// README's table, row by row: what, how often, and whether the policy does so.
    fn table() -> Vec<(&'static str, &'static str, bool)> {
        let everything = with(Role::Section, |past| past.has_everything = true);
        let daily = [Role::Policy, Role::Home, Role::Feed].map(|role| after(page(role), policy()));
        let silent = |role, days: u32| with(role, |past| past.news_at = Some(NOW - DAY * days));
        let rests = [Role::Section, Role::Feed].map(|role| after(silent(role, 2), uncovered()));
        let longest = [Role::Section, Role::Feed].map(|role| after(silent(role, 400), uncovered()));
        let sitemap = [1, 40, 400].map(|days| after(silent(Role::Sitemap, days), policy()));
        let dead = |failures| History {
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
                "after a quarter of their silence, once a day at least (`lists`): after two days without news, one rests for half a day",
                rests == [Some(DAY / 2); 2] && longest == [Some(day); 2],
            ),
            (
                "sitemaps that robots.txt names",
                "once a day at most; without news after a quarter of their silence, once a month at least",
                sitemap == [Some(day), Some(DAY * 10), Some(DAY * 30)],
            ),
            (
                "a feed or sitemap that failed thirty times in a row",
                "a month later",
                after(dead(30), uncovered()) == Some(DAY * 30)
                    && after(dead(29), uncovered()) < Some(DAY),
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
    fn readme_tells_the_policy_row_by_row() {
        let readme = include_str!("../../README.md");
        let told = readme
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
            assert!(is_so, "the policy is another one than README says: {line}");
        }
    }

    #[test]
    fn the_list_of_everything_is_asked_for_at_every_crawl() {
        let everything = with(Role::Section, |past| past.has_everything = true);
        assert_eq!(after(everything, policy()), Some(Duration::ZERO));
        assert_eq!(after(everything, uncovered()), Some(Duration::ZERO));
    }

    #[test]
    fn home_policies_and_feeds_beside_a_list_of_everything_are_asked_for_once_a_day() {
        for role in [Role::Home, Role::Policy, Role::Feed] {
            assert_eq!(after(page(role), policy()), Some(DAILY), "{role:?}");
        }
    }

    #[test]
    fn a_home_page_that_could_not_be_read_or_told_nothing_is_asked_for_at_once() {
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
    fn each_section_is_looked_through_once_a_week() {
        assert_eq!(after(page(Role::Section), policy()), Some(DEEP_INTERVAL));
        let never = with(Role::Section, |past| past.deep_at = None);
        assert_eq!(after(never, policy()), Some(Duration::ZERO));
        let half_read = with(Role::Section, |past| past.was_read_to_end = false);
        assert_eq!(after(half_read, policy()), Some(Duration::ZERO));
    }

    #[test]
    fn sections_and_feeds_without_such_a_list_rest_for_a_quarter_of_their_silence_a_day_at_most() {
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
    fn sitemaps_rest_a_day_at_least_and_a_month_at_most() {
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
    fn a_source_that_failed_thirty_times_in_a_row_is_asked_for_a_month_later() {
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
    fn what_the_site_file_leaves_out_is_not_asked_for() {
        let without = SitePolicy {
            feeds: false,
            sitemaps: false,
            ..policy()
        };
        for settled in [Settled::Read, Settled::Otherwise, Settled::Disallowed] {
            let asked = |role| {
                after(
                    History {
                        settled,
                        ..page(role)
                    },
                    without,
                )
            };
            assert_eq!([Role::Feed, Role::Sitemap].map(asked), [None, None]);
            assert!(asked(Role::Home).is_some());
        }
    }

    #[test]
    fn what_robots_txt_forbade_is_thought_of_at_every_crawl() {
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
    fn places_that_were_redirected_to_and_pages_of_lists_are_not_asked_for_by_themselves() {
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
    fn a_list_of_everything_tells_all_news_once_it_was_read_well_and_to_its_end() {
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
    fn a_list_that_was_read_back_to_a_later_day_than_is_wanted_is_read_once_more() {
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
    fn entry_pages_that_wait_are_tried_when_a_crawl_begins_and_no_page_waits_for_years() {
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
    fn queued_feeds_and_sitemaps_that_are_left_out_wait() {
        let without = SitePolicy {
            feeds: false,
            sitemaps: false,
            ..policy()
        };
        for role in [Role::Feed, Role::Sitemap] {
            assert_eq!(
                queued(role, NOW - DAY, &without, NOW),
                NOW + UNWANTED,
                "{role:?}"
            );
        }
        assert_eq!(queued(Role::Section, NOW - DAY, &without, NOW), NOW - DAY);
    }

    #[test]
    fn a_page_that_ends_the_process_is_asked_for_once_a_day() {
        let everything = with(Role::Section, |past| past.has_everything = true);
        let deadly = History {
            unended: MAX_UNENDED,
            ..everything
        };
        assert_eq!(after(deadly, policy()), Some(DAILY));
        assert_eq!(
            after(
                History {
                    unended: MAX_UNENDED - 1,
                    ..deadly
                },
                policy()
            ),
            Some(Duration::ZERO)
        );
    }
}
