//! The check of the ledger, row by row: every row is followed once, in the order of writing.

use crate::archive::{
    ArchiveError, Form, LedgerEntry, LedgerRecord, RobotsArrivals, RobotsId, RunId, Terms,
};
use crate::audit::ceiling_check::{CappedRequest, CeilingCheck};
use crate::audit::chain::ChainCheck;
use crate::audit::pace::{PacedRequest, Paces};
use crate::audit::promises::Promises;
use crate::audit::report::{AuditReport, LedgerFindings};
use crate::audit::rights::{ClaimedRight, Rights};
use crate::audit::scope::AuditScope;
use crate::audit::totals::{RequestTally, Totals};
use crate::audit::violation::{Violation, seconds};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// The largest backward clock step that is not reported, in milliseconds: time synchronisation
/// corrects a clock by smaller steps.
const CLOCK_STEP: i64 = 2_000;

/// The state of an audit while it reads the ledger row by row.
#[derive(Debug, Default)]
pub(super) struct LedgerCheck {
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

/// The fields of a row that ends a request.
#[derive(Clone, Copy)]
struct Ended {
    /// The row that announced the request.
    announced: i64,
    status: Option<u16>,
    bytes: u64,
    retry_after: Option<Timestamp>,
}

impl LedgerCheck {
    pub(super) fn new(scope: AuditScope) -> Self {
        Self {
            scope,
            ..Self::default()
        }
    }

    /// Follows the ledger by one row. `look_up` finds the robots.txt copy that a row names.
    pub(super) fn follow(
        &mut self,
        entry: &LedgerEntry<'_>,
        look_up: impl FnOnce(RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError>,
    ) -> Result<(), ArchiveError> {
        self.chain.follow(entry, &mut self.violations);
        self.totals.row(entry.id, entry.hash);
        if entry.form == Form::First {
            self.schema_1(entry);
        }

        self.judge(entry, look_up)?;
        self.latest = self.latest.max(entry.at);
        Ok(())
    }

    fn judge(
        &mut self,
        entry: &LedgerEntry<'_>,
        look_up: impl FnOnce(RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError>,
    ) -> Result<(), ArchiveError> {
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
            } => self.ended(
                entry,
                Ended {
                    announced: announced.0,
                    status: *status,
                    bytes: *bytes,
                    retry_after: *retry_after,
                },
            ),
            LedgerRecord::Unreadable { .. } => {}
        }
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
            if self.promises.agent.is_some() {
                self.promises.join(joining);
            } else {
                // Workers that begin together join one another.
                self.promises = Promises::of_terms(terms);
                self.rights.begin(self.promises.agent.as_deref());
            }
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
            let by = seconds(back);
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

        let asking = PacedRequest {
            row,
            at,
            gap: it.gap,
            delay: self.judge_right(entry, it, look_up)?,
            is_robots: it.robots.is_none(),
            promise,
        };
        self.paces.announced(host, asking, &mut self.violations);

        let capped = CappedRequest {
            row,
            at,
            host: it.host,
            server: it.server.filter(|_| !promise.own),
        };
        self.ceilings
            .announced(capped, &self.promises, &mut self.violations);
        Ok(())
    }

    /// Judges whether a request had the right to be sent, and returns the delay that its robots.txt
    /// asks for, in milliseconds.
    fn judge_right(
        &mut self,
        entry: &LedgerEntry<'_>,
        it: Announced<'_>,
        look_up: impl FnOnce(RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError>,
    ) -> Result<i64, ArchiveError> {
        let Ok(url) = PageUrl::parse(it.url) else {
            self.violations.push(elsewhere(entry.id, it));
            return Ok(0);
        };

        if url.host().as_str() != it.host {
            self.violations.push(elsewhere(entry.id, it));
        }

        let claim = ClaimedRight {
            row: entry.id,
            at: entry.at,
            url: &url,
            host: it.host,
            robots: it.robots,
            rule: it.rule,
        };
        self.rights.claimed(claim, look_up, &mut self.violations)
    }

    fn ended(&mut self, entry: &LedgerEntry<'_>, it: Ended) {
        let (row, at, announced) = (entry.id, entry.at, it.announced);
        let Some(open) = self.paces.ended(announced, row, at, it.retry_after) else {
            let happened = format!("row {row} ends row {announced}, which is no request under way");
            self.violations.push(misplaced(row, it, happened));
            return;
        };

        if at < open.at {
            let happened = format!(
                "row {row} ended at {at}, before its announcement at {}",
                open.at
            );
            self.violations.push(misplaced(row, it, happened));
        }

        if open.is_robots && it.status.is_some_and(|status| (300..400).contains(&status)) {
            self.rights.redirected();
        }

        if self.scope.has(&self.paces.hosts[open.host].name) {
            let tally = RequestTally::of_ending(it.status, it.bytes, it.retry_after);
            self.totals.ended(open.host, at, tally);
        }
    }

    /// Returns the report, once the whole ledger was followed.
    pub(super) fn report(mut self) -> AuditReport {
        self.unended += self.paces.close(&self.scope) as u64;

        let findings = LedgerFindings {
            totals: self.totals,
            hosts: self.paces.hosts,
            robots: self.rights.copies.versions,
            unended: self.unended,
            violations: self.violations,
            remarks: self.remarks,
        };
        AuditReport::of(&self.scope, findings)
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

fn misplaced(row: i64, it: Ended, happened: String) -> Violation {
    Violation::of_chain(
        &[it.announced, row],
        "an ending stands after the one request that it ends",
        happened,
    )
}
