//! When scheduled crawls begin: told the time, and what was crawled last.

use std::time::Duration;

use xxhash_rust::xxh3::xxh3_64;

use crate::config::Site;
use crate::time::Timestamp;

/// Papers with one pattern begin within so much of one another, each always at the same moment: many share servers.
const JITTER: Duration = Duration::from_secs(60);

/// Returns when the next crawl of a site begins. What was missed is one crawl, as soon as may be. `last` is the beginning of
/// the last one; a site that was never crawled is counted from `since`. `None` where the site's file has no schedule.
pub fn next_start(site: &Site, last: Option<Timestamp>, since: Timestamp) -> Option<Timestamp> {
    if let Some(every) = site.schedule.every {
        return Some(last.map_or(since, |last| last + every.0));
    }
    let cron = site.schedule.cron.as_ref()?;
    Some(cron.next_after(last.unwrap_or(since), &site.timezone)? + jitter(&site.name))
}

/// Missed times are counted so far and no further: a year of minutes tells nothing that a week does not.
const MOST_MISSED: u64 = 10_000;

/// Returns how many starts a crawl that begins at `now` makes up for, beside its own: those since the last one's beginning at which
/// a crawl was still under way, or nothing ran. None before the first crawl.
pub fn missed(site: &Site, last: Option<Timestamp>, now: Timestamp) -> u64 {
    let mut missed = 0;
    let mut at = last;
    while let Some(start) = at.and_then(|at| next_start(site, Some(at), at)).filter(|start| *start <= now) {
        missed += 1;
        if missed > MOST_MISSED || Some(start) == at {
            break;
        }
        at = Some(start);
    }
    u64::saturating_sub(missed, 1)
}

/// A site's share of [`JITTER`], by its name.
fn jitter(name: &str) -> Duration {
    let share = xxh3_64(name.as_bytes()) % JITTER.as_secs();
    Duration::from_secs(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::read_site;

    const NOON: Timestamp = Timestamp::from_seconds(1_795_575_600);

    fn site(name: &str, schedule: &str) -> Site {
        let text =
            format!("name = \"{name}\"\ntitle = \"신문\"\nhome = \"https://paper.example/\"\n[schedule]\n{schedule}\n");
        read_site("paper.toml", &text).unwrap()
    }

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    #[test]
    fn what_was_missed_is_one_crawl() {
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
        assert_eq!(next_start(&paper, Some(last), NOON), Some(NOON + minutes(330) + jitter("paper")));
    }

    #[test]
    fn papers_of_one_pattern_do_not_begin_at_once_and_each_at_its_own_time() {
        let start = |name: &str, last| next_start(&site(name, "cron = \"0 * * * *\""), last, NOON).unwrap();
        let mut starts: Vec<Timestamp> = (0..9).map(|k| start(&format!("p{k}"), None)).collect();
        assert!(starts.iter().all(|start| *start >= NOON + minutes(60) && *start < NOON + minutes(61)));
        starts.sort();
        starts.dedup();
        assert!(starts.len() > 5, "{starts:?}");
        assert_eq!(start("p1", Some(start("p1", None))), start("p1", None) + minutes(60));
    }

    #[test]
    fn what_was_missed_is_counted() {
        for schedule in ["cron = \"*/30 * * * *\"", "every = \"30m\""] {
            let paper = site("paper", schedule);
            let last = NOON + jitter("paper");
            let missed = |late| missed(&paper, Some(last), last + minutes(late));
            assert_eq!([10, 30, 59, 60, 95, 315].map(missed), [0, 0, 0, 1, 2, 9], "{schedule}");
        }
        let paper = site("paper", "cron = \"* * * * *\"");
        assert_eq!(missed(&paper, Some(Timestamp::EPOCH), NOON), MOST_MISSED);
        assert_eq!(missed(&paper, None, NOON), 0);
    }

    #[test]
    fn every_is_counted_from_the_last_beginning_and_no_schedule_is_none() {
        let paper = site("paper", "every = \"30m\"");
        assert_eq!(next_start(&paper, None, NOON), Some(NOON));
        assert_eq!(next_start(&paper, Some(NOON), NOON + minutes(99)), Some(NOON + minutes(30)));
        assert_eq!(next_start(&site("paper", ""), None, NOON), None);
    }
}
