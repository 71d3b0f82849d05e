//! The times at which scheduled crawls begin. They follow from the time and from the last crawls.
//! Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use xxhash_rust::xxh3::xxh3_64;

use crate::archive::LastCrawl;
use crate::config::Site;
use crate::time::Timestamp;

/// The least time between a crawl that failed altogether and the next one, whatever the schedule
/// says. Without it, a paper with a broken configuration or network would be tried in a loop.
const FAILED_REST: Duration = Duration::from_secs(15);

/// The papers with a schedule, and the next start of each.
#[derive(Debug, Default)]
pub struct Timetable {
    papers: HashMap<String, Scheduled>,
    /// The next starts, by their moments. Papers in [`Timetable::waiting`] have none here.
    starts: BTreeSet<(Timestamp, String)>,
    /// Papers that are due, and since when. They wait until their crawl under way has ended.
    waiting: BTreeMap<String, Timestamp>,
}

/// A paper with a schedule.
#[derive(Debug)]
struct Scheduled {
    site: Arc<Site>,
    /// When its last crawl began.
    last: Option<Timestamp>,
    /// The moment of its last start.
    due_at: Option<Timestamp>,
    /// The moment of a start that is tried again.
    tried_again: Option<Timestamp>,
}

/// A paper that begins now.
#[derive(Clone, Debug, PartialEq)]
pub struct DueStart {
    pub site: Arc<Site>,
    /// The moment that it was due at.
    pub at: Timestamp,
    /// Missed starts that this one makes up for.
    pub skipped: u64,
}

impl Timetable {
    /// Makes the timetable of the sites that have a schedule, from their last crawls. A site that
    /// was never crawled is counted from `since`. A site begins at once where its last crawl was
    /// broken off, or where it is in `owed`.
    pub fn new(
        sites: &[&Arc<Site>],
        last: &BTreeMap<String, LastCrawl>,
        owed: &BTreeSet<String>,
        since: Timestamp,
    ) -> Self {
        let mut timetable = Self::default();
        for site in sites {
            let last = last.get(&site.name);
            let last_at = last.map(|last| last.at);
            let Some(next) = next_start(site, last_at, since) else {
                continue;
            };

            let begins_at_once =
                last.is_some_and(|last| last.is_broken_off) || owed.contains(&site.name);
            let start = if begins_at_once {
                Timestamp::EPOCH
            } else {
                next
            };
            timetable.add(site, last_at, start);
        }
        timetable
    }

    fn add(&mut self, site: &Arc<Site>, last: Option<Timestamp>, start: Timestamp) {
        self.starts.insert((start, site.name.clone()));
        self.papers.insert(
            site.name.clone(),
            Scheduled {
                site: Arc::clone(site),
                last,
                due_at: None,
                tried_again: None,
            },
        );
    }

    /// Replaces the sites by those of a new configuration. Their last crawls stay known.
    pub fn change(&mut self, sites: &[&Arc<Site>], since: Timestamp) {
        let known = std::mem::take(&mut self.papers);
        (self.starts, self.waiting) = (BTreeSet::new(), BTreeMap::new());

        for site in sites {
            let last = known.get(&site.name).and_then(|known| known.last);
            if let Some(start) = next_start(site, last, since) {
                self.add(site, last, start);
            }
        }
    }

    /// Returns the moment of the next start, and the name of its site.
    pub fn next(&self) -> Option<(Timestamp, &str)> {
        self.starts
            .first()
            .map(|(start, name)| (*start, name.as_str()))
    }

    /// Returns the papers that begin at `now`. A paper that is being crawled begins after the end
    /// of that crawl.
    pub fn due(&mut self, is_under_way: &dyn Fn(&str) -> bool, now: Timestamp) -> Vec<DueStart> {
        while let Some((start, _)) = self.starts.first()
            && *start <= now
        {
            let (start, name) = self.starts.pop_first().expect("it was just seen");
            self.waiting.entry(name).or_insert(start);
        }

        let begins: Vec<String> = self
            .waiting
            .keys()
            .filter(|name| !is_under_way(name))
            .cloned()
            .collect();
        begins
            .iter()
            .filter_map(|name| self.begin(name, now))
            .collect()
    }

    fn begin(&mut self, name: &str, now: Timestamp) -> Option<DueStart> {
        let at = self.waiting.remove(name)?;
        let paper = self.papers.get_mut(name)?;

        let skipped = missed(&paper.site, paper.last, now);
        paper.last = Some(now);
        let at = paper.tried_again.take().unwrap_or(at);
        paper.due_at = Some(at);
        let start = DueStart {
            site: Arc::clone(&paper.site),
            at,
            skipped,
        };

        let next = next_start(&paper.site, Some(now), now);
        self.starts.extend(next.map(|next| (next, name.to_owned())));
        Some(start)
    }

    /// Notes that the last start of a paper was not made, since another machine crawls it. It is
    /// tried again at a moment.
    pub fn try_again(&mut self, name: &str, moment: Timestamp) {
        if let Some(paper) = self.papers.get_mut(name) {
            paper.tried_again = paper.due_at;
            self.starts.insert((moment, name.to_owned()));
        }
    }

    /// Notes that a crawl of a paper failed altogether. The paper rests before it begins again.
    pub fn rest_after_failure(&mut self, name: &str) {
        let Some(last) = self.papers.get(name).and_then(|paper| paper.last) else {
            return;
        };

        let planned = self
            .starts
            .iter()
            .find(|(_, other)| other == name)
            .map(|(start, _)| *start);
        if let Some(planned) = planned {
            self.starts.remove(&(planned, name.to_owned()));
        }

        if self.waiting.remove(name).is_some() || planned.is_some() {
            let start = planned.unwrap_or(last).max(last + FAILED_REST);
            self.starts.insert((start, name.to_owned()));
        }
    }
}

/// Papers with the same cron pattern begin spread over this time, since many papers share servers.
/// Each paper always has the same share of it. A minute is the step of cron itself.
const JITTER: Duration = Duration::from_secs(60);

/// Returns when the next crawl of a site begins. Several missed starts are one crawl, as soon as
/// possible. `last` is the beginning of the last crawl; a site that was never crawled is counted
/// from `since`. `None` where the site's file has no schedule.
pub fn next_start(site: &Site, last: Option<Timestamp>, since: Timestamp) -> Option<Timestamp> {
    if let Some(every) = site.schedule.every {
        return Some(last.map_or(since, |last| last + every.0));
    }

    let cron = site.schedule.cron.as_ref()?;
    Some(cron.next_after(last.unwrap_or(since), &site.timezone)? + jitter(&site.name))
}

/// The most missed starts that are counted. They are a week of minutes: a year of them would take
/// longer to count, and tell nothing more.
const MOST_MISSED: u64 = 10_000;

/// Returns how many missed starts a crawl that begins at `now` makes up for. A start is missed
/// where a crawl is still under way, or where nothing runs. Returns 0 for the first crawl.
pub fn missed(site: &Site, last: Option<Timestamp>, now: Timestamp) -> u64 {
    let mut missed = 0;
    let mut at = last;

    while let Some(start) = at
        .and_then(|at| next_start(site, Some(at), at))
        .filter(|start| *start <= now)
    {
        missed += 1;
        if missed > MOST_MISSED || Some(start) == at {
            break;
        }
        at = Some(start);
    }

    // The last of them is the start of this crawl itself.
    u64::saturating_sub(missed, 1)
}

/// Returns a site's share of [`JITTER`], by its name.
fn jitter(name: &str) -> Duration {
    let share = xxh3_64(name.as_bytes()) % JITTER.as_secs();
    Duration::from_secs(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Site;

    const NOON: Timestamp = Timestamp::from_seconds(1_795_575_600);

    fn site(name: &str, schedule: &str) -> Arc<Site> {
        let text = format!(
            "name = \"{name}\"\ntitle = \"신문\"\nhome = \"https://paper.example/\"\n\
             [schedule]\n{schedule}\n"
        );
        Arc::new(Site::parse("paper.toml", &text).unwrap())
    }

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    #[test]
    fn several_missed_starts_are_one_crawl() {
        let paper = site("paper", "cron = \"*/30 * * * *\"");
        let mut last = NOON + jitter("paper");
        // The machine slept for five hours.
        let woken = NOON + minutes(315);
        let mut starts = 0;

        while next_start(&paper, Some(last), NOON).unwrap() <= woken {
            last = woken;
            starts += 1;
        }

        assert_eq!(starts, 1);
        assert_eq!(
            next_start(&paper, Some(last), NOON),
            Some(NOON + minutes(330) + jitter("paper"))
        );
    }

    #[test]
    fn papers_of_one_pattern_do_not_begin_at_once_and_each_at_its_own_time() {
        let start =
            |name: &str, last| next_start(&site(name, "cron = \"0 * * * *\""), last, NOON).unwrap();
        let mut starts: Vec<Timestamp> = (0..9).map(|k| start(&format!("p{k}"), None)).collect();

        assert!(
            starts
                .iter()
                .all(|start| *start >= NOON + minutes(60) && *start < NOON + minutes(61))
        );
        starts.sort();
        starts.dedup();
        assert!(starts.len() > 5, "{starts:?}");
        assert_eq!(
            start("p1", Some(start("p1", None))),
            start("p1", None) + minutes(60)
        );
    }

    #[test]
    fn missed_starts_are_counted() {
        for schedule in ["cron = \"*/30 * * * *\"", "every = \"30m\""] {
            let paper = site("paper", schedule);
            let last = NOON + jitter("paper");
            let missed = |late| missed(&paper, Some(last), last + minutes(late));
            assert_eq!(
                [10, 30, 59, 60, 95, 315].map(missed),
                [0, 0, 0, 1, 2, 9],
                "{schedule}"
            );
        }

        let paper = site("paper", "cron = \"* * * * *\"");
        assert_eq!(missed(&paper, Some(Timestamp::EPOCH), NOON), MOST_MISSED);
        assert_eq!(missed(&paper, None, NOON), 0);
    }

    #[test]
    fn a_paper_that_is_due_while_it_is_crawled_begins_after_that_and_no_other_waits_for_it() {
        let (long, short) = (
            site("long", "every = \"1m\""),
            site("short", "every = \"1m\""),
        );
        let mut timetable =
            Timetable::new(&[&long, &short], &BTreeMap::new(), &BTreeSet::new(), NOON);
        let names = |due: Vec<DueStart>| {
            due.into_iter()
                .map(|due| due.site.name.clone())
                .collect::<Vec<_>>()
        };
        let nobody = |_: &str| false;

        assert_eq!(names(timetable.due(&nobody, NOON)), ["long", "short"]);
        assert_eq!(
            timetable.next().map(|(start, _)| start),
            Some(NOON + minutes(1))
        );

        let is_long = |name: &str| name == "long";
        for minute in 1..9 {
            assert_eq!(
                names(timetable.due(&is_long, NOON + minutes(minute))),
                ["short"],
                "minute {minute}"
            );
        }

        let due = timetable.due(&nobody, NOON + minutes(8) + Duration::from_secs(30));
        assert_eq!(
            (due[0].site.name.as_str(), due[0].skipped, due.len()),
            ("long", 7, 1)
        );
        assert!(
            timetable
                .due(&nobody, NOON + minutes(8) + Duration::from_secs(31))
                .is_empty()
        );
    }

    #[test]
    fn a_paper_rests_after_a_failed_crawl_and_begins_at_once_after_a_broken_off_one() {
        let paper = site("paper", "every = \"1m\"");
        let last = |is_broken_off| {
            BTreeMap::from([(
                "paper".to_owned(),
                LastCrawl {
                    at: NOON,
                    is_broken_off,
                },
            )])
        };
        let of = |last: &BTreeMap<_, _>, owed: &[&str]| {
            let owed = owed.iter().map(|name| (*name).to_owned()).collect();
            Timetable::new(&[&paper], last, &owed, NOON)
        };
        let next = |timetable: &Timetable| timetable.next().map(|(start, _)| start);

        assert_eq!(next(&of(&last(false), &[])), Some(NOON + minutes(1)));
        assert_eq!(
            [
                next(&of(&last(true), &[])),
                next(&of(&last(false), &["paper"]))
            ],
            [Some(Timestamp::EPOCH); 2]
        );

        let often = site("often", "every = \"1m\"");
        let often = Arc::new(Site {
            schedule: site("x", "every = \"60s\"").schedule.clone(),
            ..(*often).clone()
        });
        let mut timetable = Timetable::new(&[&often], &BTreeMap::new(), &BTreeSet::new(), NOON);
        let _ = timetable.due(&|_| false, NOON);
        timetable.rest_after_failure("often");
        assert_eq!(
            next(&timetable),
            Some(NOON + minutes(1)),
            "its own time is later"
        );

        timetable.change(&[&paper], NOON + minutes(2));
        assert_eq!(
            timetable.next().map(|(_, name)| name),
            Some("paper"),
            "one is gone, and one is new"
        );
    }

    #[test]
    fn every_is_counted_from_the_last_beginning_and_no_schedule_is_none() {
        let paper = site("paper", "every = \"30m\"");
        assert_eq!(next_start(&paper, None, NOON), Some(NOON));
        assert_eq!(
            next_start(&paper, Some(NOON), NOON + minutes(99)),
            Some(NOON + minutes(30))
        );
        assert_eq!(next_start(&site("paper", ""), None, NOON), None);
    }
}
