//! Asking: the one way to send a request. The turn and the lock of a host, the right by its
//! robots.txt, the ceilings and the announcement come together here, for crawls and surveys alike.

mod held_locks;
mod host_pool;
mod robots_cache;

use std::time::Duration;

use crate::archive::{Ending, HostTerms, Terms};
use crate::config::Settings;
use crate::fetch::{Answer, Trouble, user_agent};
use crate::page_url::Host;
use crate::politeness::HostLimits;
use crate::time::Timestamp;

pub use host_pool::{HostPool, NextHost, Prepared};
pub use robots_cache::{KnownRobots, RobotsCache, RobotsFetch, RobotsStanding, RobotsStep};

/// The gap to hosts that are not the site's own, such as a feed's server: never under the shipped
/// default of a site.
const UNLISTED_HOST_GAP: Duration = Duration::from_secs(2);

/// Whether to go on. Set by signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    #[default]
    GoOn,
    /// No new requests; answers under way are settled.
    Finish,
    /// Requests under way are dropped.
    Now,
}

/// What the owner of a configuration promises one host: the site's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeTerms {
    pub host: Host,
    pub manners: HostLimits,
}

impl HomeTerms {
    /// Returns what holds for a host: a link cannot make another host a hurried one.
    pub fn of(&self, host: &Host) -> HostLimits {
        if self.host == *host {
            return self.manners;
        }
        HostLimits {
            gap: self.manners.gap.max(UNLISTED_HOST_GAP),
            max_concurrent: 1,
            own: false,
        }
    }

    /// Returns what a run promises, for its first row in the ledger. `joins` tells that other runs
    /// of the process are under way.
    pub fn terms(&self, settings: &Settings, site: Option<&str>, joins: bool) -> Terms {
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let HostLimits {
            gap,
            max_concurrent,
            own,
        } = self.manners;
        let (pace, identity) = (&settings.pace, &settings.identity);
        Terms {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            agent: identity.agent.clone(),
            user_agent: Some(user_agent(&identity.agent, &identity.contact)),
            contact: Some(identity.contact.clone()).filter(|contact| !contact.is_empty()),
            server_ms: millis(pace.server_rate.0),
            total_ms: millis(pace.total_rate.0),
            site: site.map(str::to_owned),
            hosts: vec![HostTerms {
                host: self.host.as_str().to_owned(),
                gap_ms: millis(gap),
                at_once: max_concurrent,
                own,
            }],
            strangers_gap_ms: millis(UNLISTED_HOST_GAP),
            joins,
        }
    }
}

/// Returns what the ledger says of a request that is over. Its decoded body had so many bytes, and
/// this SHA-256.
pub fn ending(
    result: &Result<Answer, Trouble>,
    bytes: u64,
    digest: [u8; 32],
    at: Timestamp,
) -> Ending {
    match result {
        Ok(answer) => Ending::Answered {
            status: answer.status,
            bytes,
            digest,
            retry_after: answer.retry_after(at),
        },
        Err(trouble) => Ending::Trouble {
            why: trouble.to_string(),
        },
    }
}
