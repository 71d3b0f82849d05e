//! What seems to be missing, by a paper's own history: sections gone silent, and numbers that nobody has seen. Pure.

use std::time::Duration;

use crate::time::Timestamp;

/// What is less likely than this is told.
const UNLIKELY: f64 = 1.0 / 1_000.0;

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
/// As many earlier weeks as this tell what is usual, at least and at most.
const LEAST_WEEKS: u32 = 3;
const MOST_WEEKS: u32 = 8;
/// History that is looked at: as many silences of a month and more.
pub const HISTORY: Duration = Duration::from_secs(9 * 31 * 24 * 3600);

/// A section's silence that is no accident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Silence {
    pub since: Timestamp,
    /// How many articles the same hours of earlier weeks had, on average.
    pub expected: f64,
}

/// Tells whether the articles of a section, in the order of their publication, ended before `now` in a silence that is less likely than
/// one in a thousand, where they come at random at the rate of the same hours in earlier weeks (Poisson: no article where λ are expected has
/// the probability e^-λ). Nights, Sundays and weekly sections are no silence, then. `None` also where there is too little history.
pub fn silence(published: &[Timestamp], now: Timestamp) -> Option<Silence> {
    let (first, last) = (*published.first()?, *published.last()?);
    let quiet = now.since(last);
    // Whole weeks back, far enough that the hours before do not reach into the silence.
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

/// Numbers that nobody has seen, between two that were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub after: u64,
    pub before: u64,
}

impl Gap {
    pub fn missing(self) -> u64 {
        self.before - self.after - 1
    }
}

/// A step to the next number that is so many times the usual one is a jump: it tells nothing of what is usual.
const JUMP: u64 = 20;
/// One that is so many times the usual step, and wider than all other numbers together, is no gap: the paper began to count anew.
const ANEW: u64 = 1_000;
/// Fewer numbers tell nothing.
const LEAST_NUMBERS: usize = 50;

/// Returns the gaps in a paper's article numbers, in their order, that are no accident. Drafts and other papers' articles leave gaps in
/// every CMS: where each number is an article of the paper with the same chance p, as often as is usual here, a gap of g numbers has the
/// probability (1-p)^g; told are those that would stand among so many numbers less often than once in a thousand papers.
pub fn gaps(numbers: &[u64]) -> Vec<Gap> {
    if numbers.len() < LEAST_NUMBERS {
        return Vec::new();
    }
    let steps = || numbers.windows(2).map(|pair| pair[1] - pair[0]);
    let mut sorted: Vec<u64> = steps().collect();
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

    /// Articles at these hours of each day, Sundays (every seventh day) left out, for so many days up to so many hours before now.
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
