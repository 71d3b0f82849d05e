//! The right to send a request: a robots.txt that was known, fresh and of the page's origin allows
//! it, or the request is for a robots.txt itself.

use std::time::Duration;

use crate::archive::{ArchiveError, RobotsArrivals, RobotsId};
use crate::audit::robots_copies::{Copies, KnownCopy};
use crate::audit::violation::{Violation, ViolationKind};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// The tolerance between a copy's arrival and a request. The ledger rounds the end of a response up
/// to the next millisecond, and a request to another host may leave before it. The order of the
/// rows proves that the copy came first.
const ROUNDING: Duration = Duration::from_millis(1);

/// The rule that a request for a robots.txt itself names.
const ITSELF: &str = "robots.txt itself";

/// The fields of a request that its right depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClaimedRight<'a> {
    pub row: i64,
    pub at: Timestamp,
    pub url: &'a PageUrl,
    pub host: &'a str,
    pub robots: Option<RobotsId>,
    pub rule: &'a str,
}

/// The robots.txt copies and redirects that give requests their right.
#[derive(Debug, Default)]
pub(super) struct Rights {
    pub copies: Copies,
    /// Whether the agent is known for which robots.txt files were read; schema 1 did not record it.
    knows_agent: bool,
    /// Redirects of robots.txt files in this run that were not followed yet.
    redirects: u32,
}

impl Rights {
    /// Begins a run that read robots.txt files for this agent.
    pub(super) fn begin(&mut self, agent: Option<&str>) {
        self.redirects = 0;
        self.knows_agent = agent.is_some();
        self.copies.read_for(agent.unwrap_or_default());
    }

    /// Notes that a robots.txt request was answered with a redirect.
    pub(super) fn redirected(&mut self) {
        self.redirects += 1;
        self.copies.redirected = true;
    }

    /// Judges a request, and returns the delay that its robots.txt asks for, in milliseconds.
    pub(super) fn claimed(
        &mut self,
        claim: ClaimedRight<'_>,
        look_up: impl FnOnce(RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError>,
        violations: &mut Vec<Violation>,
    ) -> Result<i64, ArchiveError> {
        let Some(id) = claim.robots else {
            violations.extend(self.itself(claim));
            return Ok(0);
        };

        let Some(known) = self.copies.get(id, claim.row, look_up, violations)? else {
            violations.push(broken(
                claim,
                format!("copy {} is not in the archive", id.0),
            ));
            return Ok(0);
        };

        let (version, delay) = (known.version, known.robots.delay().as_millis());
        let fault =
            unfit(known, claim).or_else(|| refusal(known, claim).filter(|_| self.knows_agent));

        violations.extend(fault.map(|fault| broken(claim, fault)));
        self.copies.versions[version].requests += 1;

        Ok(if self.knows_agent {
            i64::try_from(delay).unwrap_or(i64::MAX)
        } else {
            0
        })
    }

    fn itself(&mut self, claim: ClaimedRight<'_>) -> Option<Violation> {
        if claim.rule != ITSELF {
            return Some(broken(
                claim,
                format!("it names no robots.txt, only {:?}", claim.rule),
            ));
        }

        if claim.url.path_and_query() == "/robots.txt" {
            return None;
        }

        if self.redirects > 0 {
            self.redirects -= 1;
            return None;
        }

        Some(broken(
            claim,
            "it is no robots.txt, and none was redirected to it".to_owned(),
        ))
    }
}

/// Returns the reason why a copy cannot decide about a request.
fn unfit(known: &KnownCopy, claim: ClaimedRight<'_>) -> Option<String> {
    if known.origin != claim.url.origin() {
        return Some(format!("the copy that it names is of {}", known.origin));
    }
    let is_fresh = claim.at + ROUNDING >= known.fetched_at && claim.at < known.expires_at;
    (!is_fresh).then(|| {
        format!(
            "the copy that it names held from {} to {}",
            known.fetched_at, known.expires_at
        )
    })
}

/// Why a copy does not allow a request by the rule that it names.
fn refusal(known: &KnownCopy, claim: ClaimedRight<'_>) -> Option<String> {
    match known.robots.check(claim.url) {
        Ok(allowed) if allowed.rule() == claim.rule => None,
        Ok(allowed) => Some(format!(
            "it names {:?}, and what allows it is {:?}",
            claim.rule,
            allowed.rule()
        )),
        Err(forbidden) => Some(format!("its robots.txt forbids it: {:?}", forbidden.rule)),
    }
}

fn broken(claim: ClaimedRight<'_>, fault: String) -> Violation {
    let owed = "a robots.txt that allows the request by the rule that is named".to_owned();
    Violation::at_host(
        ViolationKind::Robots,
        claim.host,
        &[claim.row],
        owed,
        format!("row {}: {fault}", claim.row),
    )
}
