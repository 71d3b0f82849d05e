//! Coverage gaps: sections that went silent and article numbers that were never seen, judged by a
//! paper's own history. Pure.

use std::time::Duration;

use crate::time::Timestamp;

/// Events less likely than this are reported: one false report in a thousand checks is bearable.
const UNLIKELY: f64 = 1.0 / 1_000.0;

/// The period of a paper's rhythm: sections follow the days of the week.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
/// The least number of earlier weeks that show a section's usual rate; with fewer, chance decides.
const LEAST_WEEKS: u32 = 3;
/// The number of earlier weeks that are averaged; older weeks may show a rate that no longer holds.
const MOST_WEEKS: u32 = 8;
/// How far back articles are read: `MOST_WEEKS` silences of a month each, and the silence itself.
pub(crate) const HISTORY: Duration = Duration::from_secs(9 * 31 * 24 * 3600);

/// A section's silence that is unlikely to be chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Silence {
    pub since: Timestamp,
    /// The average number of articles in the same hours of earlier weeks.
    pub expected: f64,
}

/// Returns the silence at the end of a section's articles, if it is less likely than one in a
/// thousand. `published` is in ascending order.
///
/// The model is Poisson, at the rate of the same hours in earlier weeks: if λ articles are
/// expected, none has the probability e^-λ. Nights, Sundays and weekly sections are therefore no
/// silence. Returns `None` if there is too little history, too.
pub(crate) fn silence(published: &[Timestamp], now: Timestamp) -> Option<Silence> {
    let (first, last) = (*published.first()?, *published.last()?);
    let quiet = now.since(last);

    // Count whole weeks back, far enough that the compared hours end before the silence begins.
    let weeks = u32::try_from(quiet.as_secs() / WEEK.as_secs()).ok()? + 1;

    let counts: Vec<usize> = (1..=MOST_WEEKS)
        .map(|k| last - WEEK * weeks * k)
        .take_while(|from| *from >= first)
        .map(|from| {
            published.partition_point(|at| *at <= from + quiet)
                - published.partition_point(|at| *at <= from)
        })
        .collect();

    if counts.len() < LEAST_WEEKS as usize {
        return None;
    }

    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    ((-expected).exp() < UNLIKELY).then_some(Silence {
        since: last,
        expected,
    })
}

/// A range of article numbers that were never seen, between two that were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub after: u64,
    pub before: u64,
}

impl Gap {
    /// Returns how many numbers are missing.
    pub(crate) fn missing(self) -> u64 {
        self.before - self.after - 1
    }
}

/// A step to the next number that is more than this many times the usual step is a jump. Jumps say
/// nothing about the usual density, so they are left out of it.
const JUMP: u64 = 20;
/// A step that is this many times the usual step, and wider than all other numbers together, is no
/// gap: the paper started a new count.
const ANEW: u64 = 1_000;
/// With fewer numbers the usual step is not known well enough to judge a gap.
const LEAST_NUMBERS: usize = 50;

/// Returns the gaps in a paper's article numbers that are unlikely to be chance, in ascending
/// order.
///
/// Drafts and other papers' articles leave gaps in every CMS. If each number is an article of the
/// paper with the same probability p, the usual one here, a gap of g numbers has the probability
/// (1-p)^g. A gap is returned if it would occur among so many numbers in fewer than one paper in a
/// thousand.
pub(crate) fn gaps(numbers: &[u64]) -> Vec<Gap> {
    if numbers.len() < LEAST_NUMBERS {
        return Vec::new();
    }

    let mut sorted: Vec<u64> = numbers.windows(2).map(|pair| pair[1] - pair[0]).collect();
    sorted.sort_unstable();
    let usual = sorted[sorted.len() / 2];

    let (most, anew) = (usual.saturating_mul(JUMP), usual.saturating_mul(ANEW));
    let (mut sum, mut count) = (0.0, 0.0);
    for step in sorted.into_iter().filter(|step| *step <= most) {
        (sum, count) = (sum + step as f64, count + 1.0);
    }

    let miss: f64 = 1.0 - count / sum;
    let unlikely = UNLIKELY.ln() - (numbers.len() as f64).ln();
    let range = numbers[numbers.len() - 1] - numbers[0];

    let is_gap = |gap: &Gap| gap.missing() > 0 && gap.missing() < anew.max(range - gap.missing());
    let is_no_accident = |gap: &Gap| is_gap(gap) && gap.missing() as f64 * miss.ln() < unlikely;

    numbers
        .windows(2)
        .map(|pair| Gap {
            after: pair[0],
            before: pair[1],
        })
        .filter(is_no_accident)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
    const HOUR: Duration = Duration::from_secs(3600);

    /// Articles at these hours of each day, Sundays (every seventh day) left out, for so many days
    /// up to so many hours before now.
    fn daily(hours: &[u32], days: u32, until: u32) -> Vec<Timestamp> {
        let end = NOW - HOUR * until;
        let mut published: Vec<Timestamp> = (0..days)
            .filter(|day| day % 7 != 3)
            .flat_map(|day| hours.iter().map(move |hour| NOW - HOUR * (24 * day + hour)))
            .filter(|at| *at <= end)
            .collect();
        published.sort();
        published
    }

    #[test]
    fn nights_and_sundays_are_no_silence_and_a_day_that_should_have_had_articles_is() {
        // Ten articles in the morning, the last one sixteen hours ago, as each day.
        let hours: Vec<u32> = (16..26).collect();
        assert_eq!(silence(&daily(&hours, 70, 0), NOW), None);
        // The same with two days missing.
        let quiet = silence(&daily(&hours, 70, 60), NOW).unwrap();
        assert!(
            quiet.expected > 7.0 && NOW.since(quiet.since) >= HOUR * 60,
            "{quiet:?}"
        );
    }

    #[test]
    fn a_weekly_section_is_silent_after_the_weeks_that_make_it_so() {
        let weekly = |missed: u64| -> Vec<Timestamp> {
            (missed..30)
                .rev()
                .flat_map(|week| (0..3).map(move |k| NOW - WEEK * week as u32 - HOUR * (30 - k)))
                .collect()
        };
        assert_eq!(
            [0, 1, 2].map(|missed| silence(&weekly(missed), NOW).is_some()),
            [false; 3]
        );
        assert!(silence(&weekly(4), NOW).is_some());
    }

    #[test]
    fn a_section_without_a_history_is_not_judged() {
        assert_eq!(silence(&[], NOW), None);
        assert_eq!(silence(&[NOW - HOUR], NOW), None);
        assert_eq!(
            silence(&daily(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 8, 40), NOW),
            None
        );
        assert_eq!(silence(&[NOW + HOUR], NOW), None);
    }

    #[test]
    fn usual_gaps_are_no_news_and_unusual_ones_are() {
        // Two of three numbers are somebody else's.
        let usual: Vec<u64> = (0..1_000).map(|k| 3 * k + u64::from(k % 5 == 0)).collect();
        assert_eq!(gaps(&usual), []);
        let mut torn: Vec<u64> = usual
            .iter()
            .copied()
            .filter(|number| !(900..960).contains(number))
            .collect();
        assert_eq!(
            gaps(&torn),
            [Gap {
                after: 897,
                before: 961
            }]
        );
        // Where a paper moved to another server, its numbers jump.
        torn.extend([900_000, 900_003]);
        assert_eq!(gaps(&torn).len(), 1);
        // Where every number is an article, few that are missing are missed.
        let all = |missing: u64| -> Vec<u64> {
            (1..=100)
                .filter(|number| !(50..50 + missing).contains(number))
                .collect()
        };
        assert_eq!(
            [gaps(&all(1)), gaps(&all(6))],
            [
                vec![],
                vec![Gap {
                    after: 49,
                    before: 56
                }]
            ]
        );
        // The worse an outage was, the more it is told.
        let outage: Vec<u64> = (1..=5_000).chain(8_000..=12_000).collect();
        assert_eq!(
            gaps(&outage),
            [Gap {
                after: 5_000,
                before: 8_000
            }]
        );
        assert_eq!(gaps(&[1, 90]), []);
        assert_eq!(gaps(&[0, u64::MAX]), []);
    }
}
