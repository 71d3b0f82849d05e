//! Each host's pace: the requests under way, the time of the last one, and its Retry-After.

mod gap_start;

use std::collections::HashMap;

use crate::audit::pace::gap_start::GapStart;
use crate::audit::promises::Promise;
use crate::audit::scope::AuditScope;
use crate::audit::violation::{Violation, ViolationKind, seconds};
use crate::time::Timestamp;

/// A request that is announced and not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenRequest {
    pub host: usize,
    pub at: Timestamp,
    /// Whether the request is for a robots.txt.
    pub is_robots: bool,
}

/// The fields of an announced request that its host's pace depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct PacedRequest {
    pub row: i64,
    pub at: Timestamp,
    /// The gap that the row names, in milliseconds.
    pub gap: i64,
    /// The delay of the robots.txt that the row names, in milliseconds.
    pub delay: i64,
    pub is_robots: bool,
    pub promise: Promise,
}

/// The pace of one host.
#[derive(Debug)]
pub(super) struct HostPace {
    pub name: String,
    /// The rows of requests under way, and whether an overlap of each was reported already.
    open: Vec<(i64, Reported)>,
    last: Option<GapStart>,
    retry_after: Option<(i64, Timestamp)>,
    /// Every gap that was kept, in milliseconds.
    pub gaps: Vec<u32>,
}

/// Whether a request's overlap was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reported {
    No,
    Yes,
}

/// All hosts, and all requests under way by the row that announced them.
#[derive(Debug, Default)]
pub(super) struct Paces {
    pub hosts: Vec<HostPace>,
    by_name: HashMap<String, usize>,
    open: HashMap<i64, OpenRequest>,
}

impl Paces {
    /// Returns the index of a host, which is added if it is new.
    pub(super) fn host(&mut self, name: &str) -> usize {
        if let Some(host) = self.by_name.get(name) {
            return *host;
        }

        let pace = HostPace {
            name: name.to_owned(),
            open: vec![],
            last: None,
            retry_after: None,
            gaps: vec![],
        };

        self.hosts.push(pace);
        self.by_name.insert(name.to_owned(), self.hosts.len() - 1);
        self.hosts.len() - 1
    }

    /// Adds a request under way, and checks it against its host's pace.
    pub(super) fn announced(
        &mut self,
        host: usize,
        asking: PacedRequest,
        violations: &mut Vec<Violation>,
    ) {
        self.open.insert(
            asking.row,
            OpenRequest {
                host,
                at: asking.at,
                is_robots: asking.is_robots,
            },
        );

        self.hosts[host].announced(asking, violations);
    }

    /// Ends a request and returns it; `None` if it is not under way.
    pub(super) fn ended(
        &mut self,
        announced: i64,
        row: i64,
        at: Timestamp,
        retry_after: Option<Timestamp>,
    ) -> Option<OpenRequest> {
        let open = self.open.remove(&announced)?;

        let pace = &mut self.hosts[open.host];
        pace.open.retain(|(row, _)| *row != announced);
        pace.last = Some(GapStart::Ended { row, at });
        if let Some(until) = retry_after
            && pace.retry_after.is_none_or(|(_, known)| known < until)
        {
            pace.retry_after = Some((row, until));
        }

        Some(open)
    }

    /// Closes the requests that earlier runs left open, and returns how many of them are in the
    /// scope.
    pub(super) fn close(&mut self, scope: &AuditScope) -> usize {
        let left = self
            .open
            .values()
            .filter(|open| scope.has(&self.hosts[open.host].name))
            .count();

        for (row, OpenRequest { host, at, .. }) in self.open.drain() {
            let pace = &mut self.hosts[host];
            pace.open.clear();
            if pace.last.is_none_or(|last| last.at() < at) {
                pace.last = Some(GapStart::NeverEnded { row, at });
            }
        }

        left
    }

    /// Moves later moments back to `to`, because the clock was set back.
    pub(super) fn set_back(&mut self, to: Timestamp) {
        for pace in &mut self.hosts {
            pace.last = pace.last.map(|last| last.no_later_than(to));
        }
    }

    /// Forgets every Retry-After: on another clock these moments mean nothing.
    pub(super) fn forget_retry_after(&mut self) {
        self.hosts
            .iter_mut()
            .for_each(|pace| pace.retry_after = None);
    }
}

impl HostPace {
    fn announced(&mut self, asking: PacedRequest, violations: &mut Vec<Violation>) {
        violations.extend(self.overlap(&asking));
        violations.extend(self.gap_named(&asking));
        violations.extend(self.gap_kept(&asking));
        violations.extend(self.retry_after(&asking));

        if let Some(last) = self.last.filter(|_| self.open.is_empty()) {
            self.gaps.push(
                u32::try_from((asking.at.millis() - last.at().millis()).max(0)).unwrap_or(u32::MAX),
            );
        }

        self.open.push((asking.row, Reported::No));
    }

    fn overlap(&mut self, asking: &PacedRequest) -> Option<Violation> {
        let unreported = self
            .open
            .iter()
            .filter(|(_, reported)| *reported == Reported::No);
        let mut rows: Vec<i64> = unreported.map(|(row, _)| *row).collect();

        if rows.len() < asking.promise.at_once {
            return None;
        }

        self.open
            .iter_mut()
            .for_each(|(_, reported)| *reported = Reported::Yes);

        let happened = format!(
            "row {} was announced with {} under way",
            asking.row,
            rows.len()
        );
        rows.push(asking.row);
        let owed = format!("at most {} at once", asking.promise.at_once);

        Some(Violation::at_host(
            ViolationKind::Overlap,
            &self.name,
            &rows,
            owed,
            happened,
        ))
    }

    fn gap_named(&self, asking: &PacedRequest) -> Option<Violation> {
        let (owed, by) = owed(asking);

        (asking.gap < owed).then(|| {
            let owed = format!("a gap of {} by {by}", seconds(owed));
            let happened = format!("row {} names a gap of {}", asking.row, seconds(asking.gap));
            Violation::at_host(
                ViolationKind::Gap,
                &self.name,
                &[asking.row],
                owed,
                happened,
            )
        })
    }

    fn gap_kept(&self, asking: &PacedRequest) -> Option<Violation> {
        let last = self.last?;
        let (owed, by) = owed(asking);

        let (owed, by) = if asking.gap > owed {
            (asking.gap, "the row itself")
        } else {
            (owed, by)
        };

        let came = asking.at.millis() - last.at().millis();

        (came < owed).then(|| {
            let owed = format!("{} from {} by {by}", seconds(owed), last.in_words());
            let happened = format!("row {} came after {}", asking.row, seconds(came));
            Violation::at_host(
                ViolationKind::Gap,
                &self.name,
                &[last.row(), asking.row],
                owed,
                happened,
            )
        })
    }

    fn retry_after(&self, asking: &PacedRequest) -> Option<Violation> {
        let (row, until) = self.retry_after.filter(|(_, until)| asking.at < *until)?;
        let owed = format!("no request before {until}, as the answer in row {row} asked");
        let happened = format!("row {} was announced at {}", asking.row, asking.at);
        Some(Violation::at_host(
            ViolationKind::RetryAfter,
            &self.name,
            &[row, asking.row],
            owed,
            happened,
        ))
    }
}

/// Returns the gap that is owed regardless of the row, in milliseconds, and its source.
fn owed(asking: &PacedRequest) -> (i64, &'static str) {
    if asking.delay > asking.promise.gap {
        (asking.delay, "its robots.txt")
    } else {
        (asking.promise.gap, "its run's terms")
    }
}
