//! The audit: checks from the ledger and the robots.txt copies alone whether every request kept the
//! rules.
//!
//! It trusts no conclusion of the crawler. It computes gaps, rights and ceilings again from the
//! rows that were written before each request left.

mod ceiling_check;
mod chain;
mod html;
mod pace;
mod promises;
mod report;
mod rights;
mod robots_copies;
mod scope;
mod totals;
mod violation;

use crate::archive::{
    ArchiveError, Form, LedgerEntry, LedgerRecord, Reader, RobotsArrivals, RobotsId, RunId, Terms,
};
use crate::audit::ceiling_check::CeilingCheck;
use crate::audit::chain::ChainCheck;
use crate::audit::pace::{PacedRequest, Paces};
use crate::audit::promises::Promises;
use crate::audit::rights::{ClaimedRight, Rights};
use crate::audit::totals::{RequestTally, Totals};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

pub use html::page;
pub use report::{AuditReport, Day, HostFindings, LedgerHead, RobotsFindings};
pub use scope::AuditScope;
pub use totals::Requester;
pub use violation::{Violation, ViolationKind};

/// The largest backward clock step that is not reported, in milliseconds: time synchronisation
/// corrects a clock by smaller steps.
const CLOCK_STEP: i64 = 2_000;

/// Audits the archive's whole ledger as it is at this moment, and reports on the hosts in the
/// scope.
///
/// # Errors
///
/// Returns an error if the ledger or a robots.txt copy cannot be read.
///
/// # Examples
///
/// ```
/// # let data = tempfile::tempdir()?;
/// use saseo::{Archive, AuditScope, audit};
///
/// # Archive::lock(data.path())?;
/// let reader = Archive::read(data.path())?;
/// let report = audit(&reader, AuditScope::Everything)?;
/// for violation in &report.violations {
///     println!("{}, but {}", violation.owed, violation.happened);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(reader: &Reader, scope: AuditScope) -> Result<AuditReport, ArchiveError> {
    let mut audit = Audit {
        scope,
        ..Audit::default()
    };

    let mut ledger = reader.ledger()?;
    let mut rows = ledger.rows();
    while let Some(entry) = rows.next_entry()? {
        audit.take(&entry, |id| reader.robots_copy(id))?;
    }

    Ok(audit.findings())
}

/// The state of an audit while it reads the ledger row by row.
#[derive(Debug, Default)]
struct Audit {
    scope: AuditScope,
    chain: ChainCheck,
    promises: Promises,
    paces: Paces,
    ceilings: CeilingCheck,
    rights: Rights,
    totals: Totals,
    /// The run of the last row of schema 1.
    old_run: Option<RunId>,
    /// The latest row's moment since the clock was last set back.
    latest: Timestamp,
    unended: u64,
    violations: Vec<Violation>,
    remarks: Vec<String>,
}

/// The fields of a row that announces a request.
#[derive(Clone, Copy)]
struct Announced<'a> {
    url: &'a str,
    host: &'a str,
    server: Option<&'a str>,
    robots: Option<RobotsId>,
    rule: &'a str,
    gap: i64,
}

impl Audit {
    fn take(
        &mut self,
        entry: &LedgerEntry<'_>,
        look_up: impl FnOnce(RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError>,
    ) -> Result<(), ArchiveError> {
        self.chain.follow(entry, &mut self.violations);
        self.totals.row(entry.id, entry.hash);
        if entry.form == Form::First {
            self.schema_1(entry);
        }

        match &entry.what {
            LedgerRecord::Began { terms } => self.begin(entry, terms.as_deref()),
            LedgerRecord::Announced {
                url,
                host,
                server,
                robots,
                rule,
                gap,
            } => {
                let announced = Announced {
                    url,
                    host,
                    server: *server,
                    robots: *robots,
                    rule,
                    gap: *gap,
                };
                self.announced(entry, announced, look_up)?;
            }
            LedgerRecord::Ended {
                announced,
                status,
                bytes,
                retry_after,
                ..
            } => {
                self.ended(
                    entry,
                    announced.0,
                    *status,
                    RequestTally::of_ending(*status, *bytes, *retry_after),
                    *retry_after,
                );
            }
            LedgerRecord::Unreadable { .. } => {}
        }

        self.latest = self.latest.max(entry.at);
        Ok(())
    }

    /// Handles a row of schema 1, which has no rows for the beginning of a run: a run begins with
    /// its first request.
    fn schema_1(&mut self, entry: &LedgerEntry<'_>) {
        self.rights.copies.old_until = Some(entry.at);
        if self.old_run.replace(entry.run) != Some(entry.run) {
            self.begin(entry, None);
        }
    }

    fn begin(&mut self, entry: &LedgerEntry<'_>, terms: Option<&Terms>) {
        self.totals.began(entry.run, terms);
        if let Some(joining) = terms.filter(|terms| terms.joins) {
            self.promises.join(joining);
            return;
        }

        self.unended += self.paces.close(&self.scope) as u64;
        self.promises = Promises::of_terms(terms);
        self.rights.begin(self.promises.agent.as_deref());

        let back = self.latest.millis() - entry.at.millis();
        if back > 0 {
            self.set_back(entry, back);
        }
    }

    /// Handles a clock that stands before moments already written. At its start a run waits one
    /// full gap for each host, whatever the clock says; more than that cannot be checked.
    fn set_back(&mut self, entry: &LedgerEntry<'_>, back: i64) {
        self.paces.set_back(entry.at);
        self.ceilings.set_back(entry.at);
        self.latest = entry.at;
        if back > CLOCK_STEP {
            self.paces.forget_retry_after();
            let by = violation::seconds(back);
            self.remarks.push(format!(
                "before row {} the clock was set back by at least {by}: gaps count from there, and \
                 what Retry-After asked for earlier cannot be judged",
                entry.id
            ));
        }
    }

    fn announced(
        &mut self,
        entry: &LedgerEntry<'_>,
        it: Announced<'_>,
        look_up: impl FnOnce(RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let (row, at) = (entry.id, entry.at);
        let promise = self.promises.to(it.host);
        let host = self.paces.host(it.host);
        if self.scope.has(it.host) {
            self.totals.announced(entry.run, host, at);
        }

        let delay = match PageUrl::parse(it.url) {
            Ok(url) => {
                let is_of_host = url.host().as_str() == it.host;
                self.violations
                    .extend((!is_of_host).then(|| elsewhere(row, it)));
                let claim = ClaimedRight {
                    row,
                    at,
                    url: &url,
                    host: it.host,
                    robots: it.robots,
                    rule: it.rule,
                };
                self.rights.claimed(claim, look_up, &mut self.violations)?
            }
            Err(_) => {
                self.violations.push(elsewhere(row, it));
                0
            }
        };

        let asking = PacedRequest {
            row,
            at,
            gap: it.gap,
            delay,
            is_robots: it.robots.is_none(),
            promise,
        };
        self.paces.announced(host, asking, &mut self.violations);

        self.ceilings.announced(
            row,
            at,
            (it.host, it.server),
            (promise, &self.promises),
            &mut self.violations,
        );
        Ok(())
    }

    fn ended(
        &mut self,
        entry: &LedgerEntry<'_>,
        announced: i64,
        status: Option<u16>,
        tally: RequestTally,
        retry_after: Option<Timestamp>,
    ) {
        let owed = "an ending stands after the one request that it ends";

        let Some(open) = self.paces.ended(announced, entry.id, entry.at, retry_after) else {
            let happened = format!(
                "row {} ends row {announced}, which is no request under way",
                entry.id
            );
            self.violations
                .push(Violation::of_chain(&[announced, entry.id], owed, happened));
            return;
        };

        if entry.at < open.at {
            let happened = format!(
                "row {} ended at {}, before its announcement at {}",
                entry.id, entry.at, open.at
            );
            self.violations
                .push(Violation::of_chain(&[announced, entry.id], owed, happened));
        }

        if open.is_robots && status.is_some_and(|status| (300..400).contains(&status)) {
            self.rights.redirected();
        }

        if self.scope.has(&self.paces.hosts[open.host].name) {
            self.totals.ended(open.host, entry.at, tally);
        }
    }

    fn findings(mut self) -> AuditReport {
        self.unended += self.paces.close(&self.scope) as u64;
        let versions = self.rights.copies.versions;
        AuditReport::of(
            &self.scope,
            self.totals,
            self.paces.hosts,
            versions,
            self.unended,
            self.violations,
            self.remarks,
        )
    }
}

fn elsewhere(row: i64, it: Announced<'_>) -> Violation {
    let happened = format!(
        "row {row} names the host {} and the address {}",
        it.host, it.url
    );
    Violation::of_chain(
        &[row],
        "a request is counted at the host of its address",
        happened,
    )
}
