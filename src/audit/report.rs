//! The report of an audit, in the shape of its JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::pace::HostPace;
use crate::audit::robots_copies::RobotsVersion;
use crate::audit::scope::AuditScope;
use crate::audit::totals::{RequestTally, Requester, Totals, date};
use crate::audit::violation::Violation;
use crate::time::Timestamp;

/// The result of an audit. Moments are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditReport {
    /// The number of rows in the whole ledger.
    pub rows: u64,
    /// The number of runs that sent requests.
    pub runs: u64,
    /// The moment of the first request, RFC 3339 in UTC.
    pub from: Option<String>,
    /// The moment of the last one.
    pub to: Option<String>,
    /// The requests by what asked: crawls, surveys.
    pub askers: Vec<Requester>,
    /// All requests.
    pub requests: u64,
    /// Requests that ended without an answer.
    pub unanswered: u64,
    /// Requests whose end was never written: they are under way, or the process was killed.
    pub unended: u64,
    /// The bytes of all answers.
    pub bytes: u64,
    /// Answers of 401, 402, 403 and 451.
    pub refusals: u64,
    /// Answers that named a time to come back.
    pub retry_afters: u64,
    /// Each host that was asked, by name.
    pub hosts: Vec<HostFindings>,
    /// The requests of each day, in UTC.
    pub days: Vec<Day>,
    /// Each copy of a robots.txt.
    pub robots: Vec<RobotsFindings>,
    /// The end of the chain. A reader who keeps it can see later whether rows were cut off after
    /// it.
    pub head: Option<LedgerHead>,
    /// The rows that were time-stamped. [`audit`](crate::audit()) leaves it empty: the stamps lie
    /// beside the archive, and the command reads them.
    pub time_stamps: Vec<StampedRow>,
    /// Each promise that was not kept; none where the crawl was polite.
    pub violations: Vec<Violation>,
    /// The number of violations at hosts outside the scope.
    pub violations_elsewhere: u64,
    /// What could not be judged, and why.
    pub remarks: Vec<String>,
}

/// One host.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostFindings {
    pub host: String,
    pub requests: u64,
    pub unanswered: u64,
    pub bytes: u64,
    pub refusals: u64,
    pub retry_afters: u64,
    /// The least time from the end of one answer to the next request; `None` with one request.
    pub least_gap_seconds: Option<f64>,
    pub median_gap_seconds: Option<f64>,
}

/// One day, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    pub date: String,
    pub requests: u64,
    pub bytes: u64,
}

/// One version of a robots.txt that the crawler obeyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RobotsFindings {
    pub origin: String,
    /// The SHA-256 of the file, or why there was none.
    pub wording: String,
    pub first_fetched: String,
    pub last_fetched: String,
    pub requests: u64,
}

/// The last row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerHead {
    pub row: i64,
    pub hash: String,
}

/// A row of the ledger that an authority has time-stamped (RFC 3161).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StampedRow {
    /// The row. Its stamp is of all rows before it, too.
    pub row: i64,
    /// The time that the authority states, RFC 3339 in UTC.
    pub time: String,
    /// The subject of the certificate that signed it.
    pub authority: String,
    /// The hash that was stamped, in hexadecimal digits.
    pub hash: String,
    /// The number of the stamp at its authority, in hexadecimal digits.
    pub serial: String,
    /// The policy of the authority, as an object identifier.
    pub policy: String,
    /// The file of the stamp, in the folder of the archive.
    pub file: String,
}

/// What the whole ledger shows: hosts and violations outside the scope are among it.
#[derive(Debug)]
pub(super) struct LedgerFindings {
    pub totals: Totals,
    pub hosts: Vec<HostPace>,
    pub robots: Vec<RobotsVersion>,
    pub unended: u64,
    pub violations: Vec<Violation>,
    pub remarks: Vec<String>,
}

impl AuditReport {
    /// Makes the report on the hosts in the scope.
    pub(super) fn of(scope: &AuditScope, findings: LedgerFindings) -> Self {
        let totals = findings.totals;
        let RequestTally {
            requests,
            unanswered,
            bytes,
            refusals,
            retry_afters,
        } = totals.all;

        let (violations, elsewhere): (Vec<_>, Vec<_>) = findings
            .violations
            .into_iter()
            .partition(|one| scope.concerns(one));

        Self {
            rows: totals.rows,
            runs: totals.runs,
            from: totals.first.as_ref().map(Timestamp::to_string),
            to: totals.last.as_ref().map(Timestamp::to_string),
            askers: totals.askers.into_iter().collect(),
            requests,
            unanswered,
            unended: findings.unended,
            bytes,
            refusals,
            retry_afters,
            hosts: hosts(scope, findings.hosts, &totals.hosts),
            days: days(&totals.days),
            robots: robots(scope, findings.robots),
            head: totals.head.map(|(row, hash)| LedgerHead {
                row,
                hash: hex::encode(hash),
            }),
            time_stamps: Vec::new(),
            violations,
            violations_elsewhere: elsewhere.len() as u64,
            remarks: findings.remarks,
        }
    }
}

/// Returns the hosts in the scope, by name.
fn hosts(scope: &AuditScope, paces: Vec<HostPace>, tallies: &[RequestTally]) -> Vec<HostFindings> {
    let mut hosts: Vec<HostFindings> = paces
        .into_iter()
        .zip(tallies)
        .filter(|(pace, _)| scope.has(&pace.name))
        .map(|(pace, tally)| of_host(pace, *tally))
        .collect();

    hosts.sort_by(|a, b| a.host.cmp(&b.host));
    hosts
}

/// Returns the versions of robots.txt files in the scope, by origin and moment.
fn robots(scope: &AuditScope, versions: Vec<RobotsVersion>) -> Vec<RobotsFindings> {
    let mut robots: Vec<RobotsFindings> = versions
        .into_iter()
        .filter(|version| scope.has_origin(&version.origin))
        .map(of_version)
        .collect();

    robots.sort_by(|a, b| (&a.origin, &a.first_fetched).cmp(&(&b.origin, &b.first_fetched)));
    robots
}

fn days(days: &BTreeMap<i64, (u64, u64)>) -> Vec<Day> {
    days.iter()
        .map(|(day, (requests, bytes))| Day {
            date: date(*day),
            requests: *requests,
            bytes: *bytes,
        })
        .collect()
}

fn of_host(mut pace: HostPace, tally: RequestTally) -> HostFindings {
    let least = pace.gaps.iter().min().copied();
    let middle = pace.gaps.len() / 2;
    let median = least
        .is_some()
        .then(|| *pace.gaps.select_nth_unstable(middle).1);

    HostFindings {
        host: pace.name,
        requests: tally.requests,
        unanswered: tally.unanswered,
        bytes: tally.bytes,
        refusals: tally.refusals,
        retry_afters: tally.retry_afters,
        least_gap_seconds: least.map(in_seconds),
        median_gap_seconds: median.map(in_seconds),
    }
}

fn in_seconds(millis: u32) -> f64 {
    f64::from(millis) / 1000.0
}

fn of_version(version: RobotsVersion) -> RobotsFindings {
    RobotsFindings {
        origin: version.origin,
        wording: version.wording,
        first_fetched: version.first_fetched.to_string(),
        last_fetched: version.last_fetched.to_string(),
        requests: version.requests,
    }
}
