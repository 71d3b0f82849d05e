//! The status of one host: its gap with the reason for it, and its backoff.

use std::collections::HashMap;

use serde::Serialize;

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
    pub gap_reason: &'static str,
    #[serde(skip)]
    now: Timestamp,
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
        let until = &self.state.not_before;
        let rests = Timestamp::from_rfc3339(until).is_some_and(|until| until > self.now);
        match self.state.rest_in_words {
            Some(why) if rests => format!("at rest until {until}: {why}"),
            _ if rests => format!("not before {until}"),
            _ => "to be asked at any time".to_owned(),
        }
    }
}

/// Returns why a host's gap is as long as it is. The gap of its site file is the usual one.
fn gap_reason(host: &HostState, gaps: &HashMap<String, Span>) -> &'static str {
    let of_site = gaps.get(host.host.as_str()).copied();
    let usual = of_site.unwrap_or(SitePace::default().gap).0.as_secs_f64();

    if host.gap_seconds <= usual {
        "as its site's file says"
    } else if host.slowed_seconds >= host.gap_seconds {
        "its answers were slow or failed"
    } else {
        "its robots.txt asks for it"
    }
}
