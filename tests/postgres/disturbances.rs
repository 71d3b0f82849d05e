//! A random plan of what befalls workers, their database and the network between them. The same
//! seed always gives the same plan.

use std::time::Duration;

/// The time for which a worker has the right to a host: stops shorter and longer than it are
/// planned.
const LEASE: Duration = Duration::from_secs(30);

/// Something that is done to a worker, by its number, or to what all of them use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// SIGKILL.
    Kill(usize),
    Start(usize),
    /// SIGSTOP.
    Stop(usize),
    /// SIGCONT.
    Continue(usize),
    CrashDatabase,
    StartDatabase,
    MuteNetwork,
    UnmuteNetwork,
}

impl Deed {
    /// Tells whether it costs something. The others end what such a deed began.
    pub fn is_disturbance(self) -> bool {
        match self {
            Self::Kill(_) | Self::Stop(_) | Self::CrashDatabase | Self::MuteNetwork => true,
            Self::Start(_) | Self::Continue(_) | Self::StartDatabase | Self::UnmuteNetwork => false,
        }
    }
}

/// A deed, and its moment after the beginning of the plan.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub after: Duration,
    pub deed: Deed,
}

/// Random numbers (SplitMix64, Steele et al. 2014).
pub struct Chance(u64);

/// Plans disturbances that begin within `length`. The last of them may end later.
pub fn plan(seed: u64, length: Duration, workers: usize) -> Vec<Step> {
    let mut chance = Chance(seed);
    let mut steps = vec![];
    for worker in 0..workers {
        disturb_worker(&mut steps, &mut chance, worker, length);
    }
    disturb_database(&mut steps, &mut chance, length);
    disturb_network(&mut steps, &mut chance, length);
    steps.sort_by_key(|step| step.after);
    steps
}

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    fn is_one_in(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times)
    }

    /// A time between two, to the millisecond.
    fn between(&mut self, shortest: Duration, longest: Duration) -> Duration {
        let span = u64::try_from((longest - shortest).as_millis()).unwrap();
        shortest + Duration::from_millis(self.next() % (span + 1))
    }

    fn seconds(&mut self, shortest: u64, longest: u64) -> Duration {
        self.between(Duration::from_secs(shortest), Duration::from_secs(longest))
    }
}

/// Adds two deeds, of which the second ends what the first begins. Returns the moment of the end.
fn add(
    steps: &mut Vec<Step>,
    (from, begins): (Duration, Deed),
    took: Duration,
    ends: Deed,
) -> Duration {
    let to = from + took;
    for (after, deed) in [(from, begins), (to, ends)] {
        steps.push(Step { after, deed });
    }
    to
}

fn disturb_worker(steps: &mut Vec<Step>, chance: &mut Chance, worker: usize, length: Duration) {
    let mut at = chance.seconds(2, 8);
    while at < length {
        let end = if chance.is_one_in(2) {
            let down = chance.seconds(0, 3);
            add(steps, (at, Deed::Kill(worker)), down, Deed::Start(worker))
        } else {
            let stopped = if chance.is_one_in(3) {
                chance.between(LEASE, LEASE * 3 / 2)
            } else {
                chance.seconds(1, 12)
            };
            add(
                steps,
                (at, Deed::Stop(worker)),
                stopped,
                Deed::Continue(worker),
            )
        };
        at = end + chance.seconds(2, 8);
    }
}

fn disturb_database(steps: &mut Vec<Step>, chance: &mut Chance, length: Duration) {
    let mut at = chance.seconds(2, 6);
    while at < length {
        let down = chance.seconds(0, 4);
        let end = add(steps, (at, Deed::CrashDatabase), down, Deed::StartDatabase);
        // A crash costs every worker its connection. A worker that was stopped for longer than its
        // lease must find its connection again, too: so the database stands for long between some.
        at = end
            + if chance.is_one_in(2) {
                chance.seconds(3, 8)
            } else {
                chance.between(LEASE * 3 / 2, LEASE * 2)
            };
    }
}

fn disturb_network(steps: &mut Vec<Step>, chance: &mut Chance, length: Duration) {
    let mut at = chance.seconds(5, 15);
    while at < length {
        let silent = if chance.is_one_in(4) {
            chance.between(LEASE, LEASE * 3 / 2)
        } else {
            chance.seconds(2, 15)
        };
        let end = add(steps, (at, Deed::MuteNetwork), silent, Deed::UnmuteNetwork);
        at = end + chance.seconds(4, 12);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workers::{SEED, SHORT, WORKERS};

    #[test]
    fn the_short_plan_has_every_disturbance_and_ends_each() {
        let steps = plan(SEED, SHORT, WORKERS);
        let count =
            |is_such: fn(&Deed) -> bool| steps.iter().filter(|step| is_such(&step.deed)).count();
        let kills = count(|deed| matches!(deed, Deed::Kill(_)));
        let stops = count(|deed| matches!(deed, Deed::Stop(_)));
        let crashes = count(|deed| matches!(deed, Deed::CrashDatabase));
        let silences = count(|deed| matches!(deed, Deed::MuteNetwork));

        let told = format!("{kills} kills, {stops} stops, {crashes} crashes, {silences} silences");
        assert!(kills >= 3 && stops >= 3, "{told}: {steps:#?}");
        assert!(crashes >= 2 && silences >= 2, "{told}");
        assert_eq!(kills, count(|deed| matches!(deed, Deed::Start(_))));
        assert_eq!(stops, count(|deed| matches!(deed, Deed::Continue(_))));
        assert_eq!(crashes, count(|deed| matches!(deed, Deed::StartDatabase)));
        assert_eq!(silences, count(|deed| matches!(deed, Deed::UnmuteNetwork)));
    }

    /// The times from each such deed to the deed that ends it.
    fn spans(steps: &[Step], begins: Deed, ends: Deed) -> Vec<(Duration, Duration)> {
        let moments = |deed: Deed| {
            let such = steps.iter().filter(move |step| step.deed == deed);
            such.map(|step| step.after)
        };
        moments(begins).zip(moments(ends)).collect()
    }

    #[test]
    fn a_worker_is_stopped_for_longer_than_its_lease_while_all_else_works_in_the_short_plan() {
        let steps = plan(SEED, SHORT, WORKERS);
        let is_calm = |begins: Deed, ends: Deed, from: Duration, to: Duration| {
            let mut spans = spans(&steps, begins, ends).into_iter();
            spans.all(|(down, up)| up < from || down > to)
        };
        // A second after it, the worker has found out, or has sent what it should not.
        let second = Duration::from_secs(1);
        let works_at = |worker: usize, moment: Duration| {
            let (from, to) = (moment.saturating_sub(second), moment + second);
            is_calm(Deed::Kill(worker), Deed::Start(worker), from, to)
                && is_calm(Deed::Stop(worker), Deed::Continue(worker), from, to)
        };
        let is_such = |worker: usize, (from, to): (Duration, Duration)| {
            let mut others = (1..WORKERS).filter(|other| *other != worker);
            to - from > LEASE
                && is_calm(Deed::CrashDatabase, Deed::StartDatabase, from, to + second)
                && others.any(|other| works_at(other, to))
        };

        let found = (1..WORKERS).any(|worker| {
            let stops = spans(&steps, Deed::Stop(worker), Deed::Continue(worker));
            stops.into_iter().any(|stop| is_such(worker, stop))
        });
        assert!(found, "{steps:#?}");
    }
}
