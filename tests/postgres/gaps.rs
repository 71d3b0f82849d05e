//! The check of gaps: a farm's log tells which requests came too early, and which of them were late
//! ones of a process that had been stopped.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use saseo::demo::SeenRequest;
use saseo::time::Timestamp;

use crate::farm::FarmLog;

/// The end of a SIGSTOP.
#[derive(Clone, Debug)]
pub struct Continued {
    /// The User-Agent of the worker's requests contains it.
    pub worker: String,
    pub at: Timestamp,
}

/// Two requests to one host that came too close, or at the same time.
#[derive(Debug)]
#[expect(dead_code, reason = "a failed assertion prints them")]
pub struct TooClose {
    host: SocketAddr,
    first: SeenRequest,
    second: SeenRequest,
}

/// What the check finds.
#[derive(Debug, Default)]
pub struct GapFindings {
    pub early: Vec<TooClose>,
    /// Requests that broke a gap, and that a worker sent as its first to the host after a SIGSTOP:
    /// it was stopped after its last look at the lease, and before the bytes left.
    pub late: Vec<SeenRequest>,
}

/// Checks the gaps of all hosts.
pub fn check_gaps(log: &FarmLog, gap: Duration, continued: &[Continued]) -> GapFindings {
    let mut findings = GapFindings::default();
    for (host, visits) in log {
        let mut visits = visits.clone();
        visits.sort_by_key(|visit| visit.began);
        findings.check_host(*host, &visits, gap, continued);
    }
    findings
}

impl GapFindings {
    /// Checks the requests to one host, in the order of their beginnings.
    fn check_host(
        &mut self,
        host: SocketAddr,
        visits: &[SeenRequest],
        gap: Duration,
        continued: &[Continued],
    ) {
        let may_be_late = first_after_stops(visits, continued);
        let mut kept: Vec<usize> = vec![];
        'visits: for (k, visit) in visits.iter().enumerate() {
            while let Some(&before) = kept.last()
                && is_too_close(&visits[before], visit, gap)
            {
                if may_be_late.contains(&k) {
                    self.late.push(visit.clone());
                    continue 'visits;
                }
                if !may_be_late.contains(&before) {
                    self.early.push(TooClose {
                        host,
                        first: visits[before].clone(),
                        second: visit.clone(),
                    });
                    break;
                }
                // The late request is the one before, and this one is by the lease's new owner.
                kept.pop();
                self.late.push(visits[before].clone());
            }
            kept.push(k);
        }
    }
}

fn is_too_close(first: &SeenRequest, second: &SeenRequest, gap: Duration) -> bool {
    second.began < first.ended || second.began.since(first.ended) < gap
}

/// The first request of each stopped worker after each of its stops.
fn first_after_stops(visits: &[SeenRequest], continued: &[Continued]) -> BTreeSet<usize> {
    let first = |stop: &Continued| {
        visits
            .iter()
            .position(|visit| visit.began >= stop.at && visit.user_agent.contains(&stop.worker))
    };
    continued.iter().filter_map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_millis(300);

    fn visit(worker: &str, began: i64, ended: i64) -> SeenRequest {
        SeenRequest {
            path_and_query: "/".to_owned(),
            user_agent: format!("saseo (+{worker})"),
            began: Timestamp::from_millis(began),
            ended: Timestamp::from_millis(ended),
            status: 200,
        }
    }

    /// The early and the late requests of one host, where `b` went on at 1,000 ms.
    fn found(visits: &[SeenRequest]) -> (usize, usize) {
        let host = ([127, 0, 0, 2], 80).into();
        let stop = Continued {
            worker: "b".to_owned(),
            at: Timestamp::from_millis(1_000),
        };
        let found = check_gaps(&FarmLog::from([(host, visits.to_vec())]), GAP, &[stop]);
        (found.early.len(), found.late.len())
    }

    #[test]
    fn a_gap_counts_from_the_end_of_the_answer() {
        assert_eq!(found(&[visit("a", 0, 20), visit("a", 320, 340)]), (0, 0));
        assert_eq!(found(&[visit("a", 0, 20), visit("a", 319, 340)]), (1, 0));
        assert_eq!(found(&[visit("b", 0, 20), visit("b", 319, 340)]), (1, 0));
    }

    #[test]
    fn requests_at_one_moment_are_found_in_any_order_of_their_ends() {
        assert_eq!(found(&[visit("a", 30, 50), visit("c", 0, 500)]), (1, 0));
    }

    #[test]
    fn one_late_request_of_a_stopped_worker_is_told_apart_and_no_second_one() {
        let (owner, next) = (visit("a", 900, 920), visit("a", 1_220, 1_240));
        let late = visit("b", 1_010, 1_030);
        // It is early itself, and the owner's next request comes soon after it.
        assert_eq!(found(&[owner.clone(), late.clone(), next.clone()]), (0, 1));
        // It breaks the gap of the owner's next request alone.
        assert_eq!(found(&[late.clone(), next.clone()]), (0, 1));
        let second = visit("b", 1_100, 1_110);
        assert_eq!(found(&[owner.clone(), late, second, next.clone()]), (2, 1));
        // Before the stop ended, nothing excuses it.
        assert_eq!(found(&[owner, visit("b", 990, 999), next]), (2, 0));
    }

    #[test]
    fn the_first_request_after_a_stop_that_keeps_its_gap_is_not_late() {
        let visits = [visit("a", 0, 20), visit("b", 1_010, 1_030)];
        assert_eq!(found(&visits), (0, 0));
        let next = visit("a", 1_330, 1_350);
        assert_eq!(found(&[visits.as_slice(), &[next]].concat()), (0, 0));
    }
}
