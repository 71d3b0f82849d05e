//! The status of one host: its gap with the reason for it, and its backoff.

use std::collections::HashMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::archive::HostState;
use crate::config::site::SitePace;
use crate::config::units::Span;
use crate::counts;
use crate::time::Timestamp;

/// The status of one host, as it stands at one moment.
#[derive(Debug, Serialize)]
pub(crate) struct HostStatus {
    #[serde(flatten)]
    pub state: HostState,
    /// Why its gap is as long as it is.
    pub gap_reason: GapReason,
    #[serde(skip)]
    now: Timestamp,
}

/// Why the gap of a host is as long as it is. It is displayed as words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GapReason {
    SiteFile,
    SlowAnswers,
    Robots,
}

impl GapReason {
    fn name(self) -> &'static str {
        match self {
            Self::SiteFile => "as its site's file says",
            Self::SlowAnswers => "its answers were slow or failed",
            Self::Robots => "its robots.txt asks for it",
        }
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for GapReason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl HostStatus {
    /// `gaps` has the gaps of the site files, by the hosts of their home pages.
    pub(super) fn new(state: HostState, gaps: &HashMap<String, Span>, now: Timestamp) -> Self {
        Self {
            gap_reason: gap_reason(&state, gaps),
            now,
            state,
        }
    }

    /// Returns whether the host is in no trouble, and no page of it is queued.
    pub(crate) fn is_idle(&self) -> bool {
        let HostState {
            queued,
            strikes,
            refusals,
            rest,
            ..
        } = self.state;
        queued == 0 && strikes == 0 && refusals == 0 && rest.is_none()
    }

    /// Returns what is wrong with the host, as a warning of its site.
    pub(super) fn trouble(&self) -> Option<String> {
        let HostState {
            strikes,
            refusals,
            rest,
            host,
            ..
        } = &self.state;
        let counts = counts::in_words(&[
            ((*strikes).into(), "failure(s) in a row"),
            ((*refusals).into(), "refusal(s) in a row"),
        ]);

        match (counts.is_empty(), rest) {
            (true, None) => None,
            (true, Some(_)) => Some(format!("its host {host} is {}", self.next_turn())),
            (false, _) => Some(format!("its host {host}: {counts}, {}", self.next_turn())),
        }
    }

    /// Returns when the host may be asked next, with the reason for its backoff, if it has one.
    pub(crate) fn next_turn(&self) -> String {
        match (self.rests_until(), self.state.rest_in_words) {
            (Some(until), Some(why)) => format!("at rest until {until}: {why}"),
            (Some(until), None) => format!("not before {until}"),
            (None, _) => "to be asked at any time".to_owned(),
        }
    }

    /// Returns the moment before which the host is not asked, where it is to come.
    pub(crate) fn rests_until(&self) -> Option<&str> {
        let until = self.state.not_before.as_str();
        let is_to_come = Timestamp::from_rfc3339(until).is_some_and(|until| until > self.now);
        is_to_come.then_some(until)
    }
}

/// Returns why a host's gap is as long as it is. The gap of its site file is the usual one.
fn gap_reason(host: &HostState, gaps: &HashMap<String, Span>) -> GapReason {
    let of_site = gaps.get(host.host.as_str()).copied();
    let usual = of_site.unwrap_or(SitePace::default().gap).0.as_secs_f64();

    if host.gap_seconds <= usual {
        GapReason::SiteFile
    } else if host.slowed_seconds >= host.gap_seconds {
        GapReason::SlowAnswers
    } else {
        GapReason::Robots
    }
}
