//! A ceiling that several crawls share: its last request, and the crawls that wait for the next
//! turn. Pure: the caller stores it.

use std::time::Duration;

use crate::time::Timestamp;

/// The most crawls that wait in a row. Hardly any machine runs more; further crawls try again later
/// without a place in the row.
const MOST_WAITING: usize = 8;

/// A crawl that does not claim its turn loses it after this time. The loop of a crawl is seldom
/// delayed for longer, and a crawl that was killed must not delay the others.
const GRACE: Duration = Duration::from_millis(250);

/// The longest period that is shared; each crawl keeps a longer one alone. Anybody may write the
/// shared file, and must not be able to close a server for longer.
const LONGEST_PERIOD: Duration = Duration::from_secs(24 * 3600);

/// The longest delay between a crawl's decision on a moment and its claim, as on a slow disk. Other
/// crawls may meanwhile claim later moments, which are no sign of another clock.
const HELD_UP: Duration = Duration::from_secs(10);

/// One ceiling, as it is stored between its crawls.
///
/// A request may be announced when two periods have passed since the last request: that of its own
/// crawl, and that promised with the last request. Crawls that come too early wait in a row.
/// Otherwise a crawl with a longer period would never have a turn beside a busy one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedCeiling {
    last: Option<Request>,
    waiting: Vec<WaitingCrawl>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Request {
    at: Timestamp,
    /// The time in which its crawl promised no other request.
    period: Duration,
}

/// A crawl that waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WaitingCrawl {
    crawl: u64,
    period: Duration,
    due: Timestamp,
}

impl SharedCeiling {
    /// Claims the moment `now` for a request of a crawl that promises `period`. The ceiling must be
    /// stored afterwards in any case.
    ///
    /// # Errors
    ///
    /// Returns the moment of the next try where there is no room yet.
    pub fn claim(&mut self, crawl: u64, period: Duration, now: Timestamp) -> Result<(), Timestamp> {
        let period = Duration::from_millis(span_number(period.min(LONGEST_PERIOD)));
        self.forget_what_cannot_be(now);

        let mine = self
            .waiting
            .iter()
            .position(|waiting| waiting.crawl == crawl);
        let ahead = mine.unwrap_or(self.waiting.len());
        let free_from = self.free_from(ahead, period, now);
        if ahead == 0 && free_from <= now {
            self.last = Some(Request { at: now, period });
            self.waiting.retain(|waiting| waiting.crawl != crawl);
            return Ok(());
        }

        let due = free_from.max(now + Duration::from_millis(1));
        match mine {
            Some(mine) => self.waiting[mine] = WaitingCrawl { crawl, period, due },
            None if ahead < MOST_WAITING => self.waiting.push(WaitingCrawl { crawl, period, due }),
            None => {}
        }
        Err(due)
    }

    /// Returns the moment from which there is room behind the first `ahead` waiting crawls.
    fn free_from(&self, ahead: usize, period: Duration, now: Timestamp) -> Timestamp {
        let Some(mut last) = self.last else {
            return now;
        };

        for waiting in &self.waiting[..ahead] {
            let earliest = last.at + last.period.max(waiting.period);
            last = Request {
                at: earliest.max(waiting.due).max(now),
                period: waiting.period,
            };
        }
        last.at + last.period.max(period)
    }

    /// Forgets crawls that did not claim their turn. Forgets everything where the last request is
    /// further ahead than its period and any delay: another clock noted it.
    fn forget_what_cannot_be(&mut self, now: Timestamp) {
        if self
            .last
            .is_none_or(|last| last.at > now + last.period + HELD_UP)
        {
            *self = Self::default();
        }
        let latest = now + LONGEST_PERIOD * (MOST_WAITING as u32 + 1);
        self.waiting
            .retain(|waiting| now <= waiting.due + GRACE && waiting.due <= latest);
    }

    /// Parses the text of [`to_text`](Self::to_text). Anything behind it is ignored. Returns an
    /// empty ceiling where the text cannot be parsed.
    pub fn parse(text: &str) -> Self {
        parse(text).unwrap_or_default()
    }

    /// Returns the ceiling as text. It may be written over an older text, from the first byte on,
    /// even where the older one is longer.
    pub fn to_text(&self) -> String {
        let Some(last) = self.last else {
            return line([0, 0, 0]);
        };

        let mut text = line([
            moment_number(last.at),
            span_number(last.period),
            self.waiting.len() as u64,
        ]);
        for waiting in &self.waiting {
            text += &line([
                waiting.crawl,
                span_number(waiting.period),
                moment_number(waiting.due),
            ]);
        }
        text
    }
}

/// Returns a line of fixed width, so that a number that grows moves nothing.
fn line([one, two, three]: [u64; 3]) -> String {
    format!("{one:020} {two:020} {three:020}\n")
}

fn parse(text: &str) -> Option<SharedCeiling> {
    let mut lines = text.lines().map(numbers);
    let [at, period, count] = lines.next()??;
    let last = Request {
        at: moment(at)?,
        period: span(period)?,
    };

    let count = usize::try_from(count).ok()?.min(MOST_WAITING);
    let waiting = lines.take(count).map(|line| {
        let [crawl, period, due] = line?;
        Some(WaitingCrawl {
            crawl,
            period: span(period)?,
            due: moment(due)?,
        })
    });
    Some(SharedCeiling {
        last: (at > 0).then_some(last),
        waiting: waiting.collect::<Option<_>>()?,
    })
}

fn numbers(line: &str) -> Option<[u64; 3]> {
    let mut numbers = line.splitn(3, ' ').map(|number| number.parse().ok());
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

fn moment(millis: u64) -> Option<Timestamp> {
    i64::try_from(millis).ok().map(Timestamp::from_millis)
}

fn span(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis)).filter(|span| *span <= LONGEST_PERIOD)
}

fn moment_number(moment: Timestamp) -> u64 {
    moment.millis().max(0).unsigned_abs()
}

/// Returns a span in whole milliseconds. A part of one counts as one; a span under one counts as
/// nothing, since several of it fit one moment. So crawls share no ceiling of more than 1,000
/// requests a second; each keeps its own.
fn span_number(span: Duration) -> u64 {
    if span < Duration::from_millis(1) {
        return 0;
    }
    u64::try_from(span.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

    #[test]
    fn crawls_with_periods_under_a_millisecond_share_a_moment_and_others_do_not() {
        let mut ceiling = SharedCeiling::default();
        let (short, long) = (Duration::from_micros(10), Duration::from_micros(1_200));
        assert_eq!(ceiling.claim(1, short, NOW), Ok(()));
        assert_eq!(ceiling.claim(1, short, NOW), Ok(()));
        assert_eq!(ceiling.claim(2, short, NOW), Ok(()));

        let due = NOW + Duration::from_millis(2);
        assert_eq!(ceiling.claim(3, long, NOW), Err(due));
    }
    const HALF: Duration = Duration::from_millis(500);
    const INSTANT: Duration = Duration::from_millis(1);

    #[test]
    fn a_claim_holds_the_others_off_for_the_longer_of_both_periods() {
        for (mine, theirs) in [(HALF, HALF * 2), (HALF * 2, HALF)] {
            let mut ceiling = SharedCeiling::default();
            assert_eq!(ceiling.claim(1, mine, NOW), Ok(()));
            assert_eq!(ceiling.claim(2, theirs, NOW + INSTANT), Err(NOW + HALF * 2));
            assert_eq!(ceiling.claim(2, theirs, NOW + HALF * 2), Ok(()));
        }
    }

    #[test]
    fn the_first_crawl_in_the_row_goes_first_and_the_others_learn_when() {
        let mut ceiling = SharedCeiling::default();
        assert_eq!(ceiling.claim(1, HALF, NOW), Ok(()));
        assert_eq!(ceiling.claim(2, HALF, NOW), Err(NOW + HALF));
        assert_eq!(ceiling.claim(1, HALF, NOW), Err(NOW + HALF * 2));
        // A busy crawl does not go before a waiting one, even where there is room.
        assert_eq!(ceiling.claim(1, HALF, NOW + HALF), Err(NOW + HALF * 2));
        assert_eq!(ceiling.claim(2, HALF, NOW + HALF), Ok(()));
        assert_eq!(ceiling.claim(1, HALF, NOW + HALF * 2), Ok(()));
    }

    #[test]
    fn a_crawl_that_does_not_claim_its_turn_loses_it() {
        let mut ceiling = SharedCeiling::default();
        assert_eq!(ceiling.claim(1, HALF, NOW), Ok(()));
        assert_eq!(ceiling.claim(2, HALF, NOW), Err(NOW + HALF));
        assert!(ceiling.claim(3, HALF, NOW + HALF + GRACE).is_err());
        assert_eq!(ceiling.claim(3, HALF, NOW + HALF + GRACE + INSTANT), Ok(()));
    }

    #[test]
    fn a_moment_far_ahead_is_another_clocks_and_ignored() {
        let mut ceiling = SharedCeiling::default();
        let ahead = HALF + HELD_UP;
        assert_eq!(ceiling.claim(1, HALF, NOW + ahead), Ok(()));
        assert_eq!(ceiling.clone().claim(2, HALF, NOW), Err(NOW + ahead + HALF));
        assert_eq!(ceiling.claim(2, HALF, NOW - INSTANT), Ok(()));
    }

    #[test]
    fn a_part_of_a_millisecond_counts_as_one() {
        let mut ceiling = SharedCeiling::default();
        assert_eq!(ceiling.claim(1, Duration::from_micros(1_100), NOW), Ok(()));
        let free = NOW + INSTANT * 2;
        assert_eq!(ceiling.claim(2, Duration::ZERO, NOW), Err(free));
    }

    #[test]
    fn a_stored_ceiling_is_parsed_again_whatever_longer_text_was_there_before() {
        let mut ceiling = SharedCeiling::default();
        assert_eq!(SharedCeiling::parse(&ceiling.to_text()), ceiling);
        for crawl in 0..20 {
            let _ = ceiling.claim(crawl, HALF, NOW);
        }
        let long = ceiling.to_text();
        assert_eq!(
            (SharedCeiling::parse(&long), ceiling.waiting.len()),
            (ceiling.clone(), MOST_WAITING)
        );
        ceiling.waiting.truncate(2);
        let short = ceiling.to_text();
        assert_eq!(
            SharedCeiling::parse(&format!("{short}{}", &long[short.len()..])),
            ceiling
        );
    }

    /// The next step of one of several crawls.
    #[derive(Clone, Copy, Debug)]
    struct Step {
        crawl: usize,
        late: u64,
        dies: bool,
    }

    fn step() -> impl Strategy<Value = Step> {
        (0..4usize, 0..400u64, any::<bool>()).prop_map(|(crawl, late, dies)| Step {
            crawl,
            late,
            dies: dies && late == 0,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_parsed_without_a_fault(
            text in "\\PC*",
            numbers in any::<[u64; 6]>(),
            now in 1..i64::MAX,
        ) {
            let _ = SharedCeiling::parse(&text).claim(1, HALF, Timestamp::from_millis(now));
            let [a, b, c, d, e, f] = numbers;
            let mut ceiling = SharedCeiling::parse(&format!("{a} {b} {c}\n{d} {e} {f}\n"));
            let _ = ceiling.claim(1, Duration::MAX, Timestamp::from_millis(now));
            prop_assert_eq!(SharedCeiling::parse(&ceiling.to_text()), ceiling);
        }

        /// Crawls may come late, early or never: no two requests are closer than both their
        /// periods.
        #[test]
        fn no_two_requests_are_too_close(steps in proptest::collection::vec(step(), 1..80)) {
            let periods = [20, 20, 500, 1000].map(Duration::from_millis);
            let (mut ceiling, mut now) = (SharedCeiling::default(), NOW);
            let mut asked: Vec<(Timestamp, Duration)> = vec![];
            for Step { crawl, late, dies } in steps {
                now = now + Duration::from_millis(late);
                match ceiling.claim(crawl as u64, periods[crawl], now) {
                    Ok(()) => asked.push((now, periods[crawl])),
                    Err(due) => {
                        prop_assert!(due > now);
                        now = if dies { now } else { due };
                    }
                }
            }
            for pair in asked.windows(2) {
                prop_assert!(pair[1].0.since(pair[0].0) >= pair[0].1.max(pair[1].1), "{:?}", pair);
            }
        }

        /// Crawls that ask at the moments that they are told all have their turns, whatever their
        /// periods.
        #[test]
        fn a_crawl_with_a_long_period_is_not_starved_by_busy_ones(
            periods in proptest::collection::vec(1u64..2_000, 2..7),
        ) {
            let mut ceiling = SharedCeiling::default();
            let mut turns = vec![0u32; periods.len()];
            let mut due = vec![NOW; periods.len()];
            for _ in 0..periods.len() * 40 {
                let crawl = (0..periods.len()).min_by_key(|crawl| due[*crawl]).unwrap();
                let (now, period) = (due[crawl], Duration::from_millis(periods[crawl]));
                match ceiling.claim(crawl as u64, period, now) {
                    Ok(()) => (turns[crawl], due[crawl]) = (turns[crawl] + 1, now + INSTANT),
                    Err(later) => due[crawl] = later,
                }
            }
            let (least, most) = (turns.iter().min().unwrap(), turns.iter().max().unwrap());
            prop_assert!(*least > 0 && *most <= least * 2 + 2, "{:?}", turns);
        }
    }
}
