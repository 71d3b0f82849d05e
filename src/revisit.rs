//! The revisit schedule of articles. Papers correct, extend and withdraw what they have published,
//! and most of that happens soon. Pure.

use std::time::Duration;

use crate::time::Timestamp;

/// The seconds of an hour, in which the periods below are counted.
const HOUR: u64 = 3600;

/// The time between a revisit that does not find an article and the second one that confirms it.
/// Only then does the article count as gone. An outage of a server is mostly over after a day.
pub const GONE_RECHECK: Duration = Duration::from_secs(24 * HOUR);

/// From this age on, a revisit asks for the whole page, without validators. This finds servers
/// whose validators never change. Only the late revisits are so old, and the cost stays small.
const UNCONDITIONAL_FROM: Duration = Duration::from_secs(6 * 24 * HOUR);

/// After so many whole pages in a row with the same content and other validators, the validators of
/// a site are taken to change always, and are no longer sent. Twenty are too many for chance.
pub const VARYING_VALIDATORS: u32 = 20;

/// Returns the next revisit of an article after `now`; `None` where its last revisit is past.
/// The schedule consists of ages of the article, counted from its publication.
pub fn next_revisit(
    schedule: &[Duration],
    published: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    schedule
        .iter()
        .map(|age| published + *age)
        .filter(|moment| *moment > now)
        .min()
}

/// After so many revisits in a row that find no change, a paper is taken never to change what it
/// has published. A paper that changes one article in a hundred gets there with a chance of only 5
/// %.
const UNCHANGED_PAPER: u64 = 300;

/// Returns the part of a revisit schedule that is worth its requests, after so many revisits in a
/// row found no change in a paper. A paper that never changes anything keeps one revisit: the one
/// nearest to a day, which also finds withdrawn articles.
pub fn effective_schedule(schedule: &[Duration], unchanged: u64) -> Vec<Duration> {
    if unchanged < UNCHANGED_PAPER {
        return schedule.to_vec();
    }

    schedule
        .iter()
        .min_by_key(|age| age.abs_diff(GONE_RECHECK))
        .copied()
        .into_iter()
        .collect()
}

/// Returns whether a revisit at `now` asks for the whole page, without validators.
pub fn is_unconditional(published: Timestamp, now: Timestamp) -> bool {
    now.since(published) >= UNCONDITIONAL_FROM
}

/// The revisits of one site's articles in the last day. Only the newest of each article counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevisitCounts {
    pub seen: u64,
    /// The revisits among them that did not find their article.
    pub gone: u64,
}

impl RevisitCounts {
    /// Returns whether a mass deletion is suspected: more than one article is missing, and over half
    /// of all that were revisited. Then the server is out of order, and no article is taken for
    /// gone.
    pub fn suggest_mass_deletion(self) -> bool {
        self.gone >= 2 && self.gone * 2 > self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::site::REVISIT_SCHEDULE;

    const PUBLISHED: Timestamp = Timestamp::from_seconds(1_000_000);

    #[test]
    fn an_article_is_revisited_at_every_age_of_the_schedule() {
        let mut now = PUBLISHED + Duration::from_secs(60);
        let mut revisits = Vec::new();

        while let Some(next) = next_revisit(&REVISIT_SCHEDULE, PUBLISHED, now) {
            revisits.push(next.since(PUBLISHED));
            now = next;
        }

        assert_eq!(revisits, REVISIT_SCHEDULE);
    }

    #[test]
    fn several_missed_revisits_are_one() {
        let late = PUBLISHED + Duration::from_secs(2 * 24 * HOUR);
        assert_eq!(
            next_revisit(&REVISIT_SCHEDULE, PUBLISHED, late),
            Some(PUBLISHED + REVISIT_SCHEDULE[3])
        );
        assert_eq!(
            next_revisit(
                &REVISIT_SCHEDULE,
                PUBLISHED,
                PUBLISHED + Duration::from_secs(31 * 24 * HOUR)
            ),
            None
        );
        assert_eq!(next_revisit(&[], PUBLISHED, PUBLISHED), None);
    }

    #[test]
    fn an_article_of_a_paper_that_never_changes_anything_is_revisited_once() {
        assert_eq!(
            effective_schedule(&REVISIT_SCHEDULE, UNCHANGED_PAPER - 1),
            REVISIT_SCHEDULE
        );
        assert_eq!(
            effective_schedule(&REVISIT_SCHEDULE, UNCHANGED_PAPER),
            [REVISIT_SCHEDULE[2]]
        );
        assert!(effective_schedule(&[], UNCHANGED_PAPER).is_empty());
    }

    #[test]
    fn half_of_a_paper_does_not_vanish_at_once() {
        let suspects = |seen, gone| RevisitCounts { seen, gone }.suggest_mass_deletion();
        assert!(!suspects(1, 1) && !suspects(4, 2) && !suspects(9, 0));
        assert!(suspects(2, 2) && suspects(3, 2) && suspects(100, 51));
    }
}
