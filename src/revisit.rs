//! When articles are looked at again, since papers mend, add to and take back what they have published, most of it soon; and when
//! lists, feeds and sitemaps are, which tell what is new. Pure.

use std::time::Duration;

use crate::time::Timestamp;

const HOUR: u64 = 3600;

/// How long after a look that found nothing a second one is made, before an article counts as gone.
pub const GONE_RECHECK: Duration = Duration::from_secs(24 * HOUR);

/// From this age on a page is asked for whole, whatever its validators say: a server whose validators never change is found out
/// so.
const UNCONDITIONAL_FROM: Duration = Duration::from_secs(6 * 24 * HOUR);

/// Where so many pages in a row came whole, the same as before with other validators, those always change: they are not sent any more.
pub const VARYING_VALIDATORS: u32 = 20;

/// Returns the next look at an article after `now`; `None` where the ladder's last rung is behind it.
pub fn next_revisit(
    ladder: &[Duration],
    published: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    ladder
        .iter()
        .map(|rung| published + *rung)
        .filter(|moment| *moment > now)
        .min()
}

/// After so many looks in a row that found everything as it was, a paper is taken for one that never changes what it has
/// published.
const UNCHANGED_PAPER: u64 = 300;

/// Returns the rungs of a ladder that are worth a look at a paper of which so many in a row found nothing changed: of one that
/// never changes anything, the one nearest to a day, which also finds what is taken back.
pub fn effective_schedule(ladder: &[Duration], unchanged: u64) -> Vec<Duration> {
    if unchanged < UNCHANGED_PAPER {
        return ladder.to_vec();
    }
    ladder
        .iter()
        .min_by_key(|rung| rung.abs_diff(GONE_RECHECK))
        .copied()
        .into_iter()
        .collect()
}

/// Tells whether a look at `now` asks for the whole page, without validators.
pub fn is_unconditional(published: Timestamp, now: Timestamp) -> bool {
    now.since(published) >= UNCONDITIONAL_FROM
}

/// What was seen of one site's articles in the last day, by the newest look at each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevisitCounts {
    pub seen: u64,
    /// Of them, those that found nothing.
    pub gone: u64,
}

impl RevisitCounts {
    /// Tells whether what was found gone may be so: where it is more than one article, and over half of all, a server is out of
    /// order rather than its paper.
    pub fn is_plausible(self) -> bool {
        self.gone < 2 || self.gone * 2 <= self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::site::REVISIT_SCHEDULE;

    const PUBLISHED: Timestamp = Timestamp::from_seconds(1_000_000);

    #[test]
    fn an_article_is_seen_again_rung_by_rung() {
        let mut now = PUBLISHED + Duration::from_secs(60);
        let mut looks = Vec::new();
        while let Some(next) = next_revisit(&REVISIT_SCHEDULE, PUBLISHED, now) {
            looks.push(next.since(PUBLISHED));
            now = next;
        }
        assert_eq!(looks, REVISIT_SCHEDULE);
    }

    #[test]
    fn rungs_that_were_missed_are_one_look() {
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
    fn a_paper_that_never_changes_anything_is_looked_at_once() {
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
        let believed = |seen, gone| RevisitCounts { seen, gone }.is_plausible();
        assert!(believed(1, 1) && believed(4, 2) && believed(9, 0));
        assert!(!believed(2, 2) && !believed(3, 2) && !believed(100, 51));
    }
}
