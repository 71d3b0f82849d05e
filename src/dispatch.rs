//! The dispatch of requests, for crawls and surveys alike. A request needs the turn and the lock of
//! its host, the right by its robots.txt, room under the ceilings, and an announcement.

mod held_locks;
mod host_pool;
mod prepared;
mod promises;
mod robots_cache;
mod robots_fetch;

use std::time::Duration;

use crate::archive::{Ending, HostTerms, Terms};
use crate::config::Settings;
use crate::fetch::{Answer, Trouble, Web, user_agent};
use crate::page_url::Host;
use crate::politeness::HostLimits;
use crate::time::Timestamp;

pub(crate) use held_locks::ReleasedHost;
pub(crate) use host_pool::{HostPool, NextHost};
pub(crate) use prepared::Prepared;
pub(crate) use robots_cache::{RobotsCache, RobotsStanding, SitePage};
pub(crate) use robots_fetch::{RobotsFetch, RobotsStep};

/// The least gap to hosts that are not the site's own, such as a feed's server. It is the shipped
/// default of a site: no site file may hurry a host that it does not name.
const UNLISTED_HOST_GAP: Duration = Duration::from_secs(2);

/// The state that signals set: whether a crawl goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    #[default]
    /// Nothing stops it.
    GoOn,
    /// No new requests are sent. Answers under way are settled.
    Finish,
    /// Requests under way are dropped.
    Now,
}

/// The limits that a site's file promises the site's own host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HomeTerms {
    pub host: Host,
    pub limits: HostLimits,
}

impl HomeTerms {
    /// Returns the limits of any host. A link cannot give another host the short gap of this one.
    pub(crate) fn of(&self, host: &Host) -> HostLimits {
        if self.host == *host {
            return self.limits;
        }

        HostLimits {
            gap: self.limits.gap.max(UNLISTED_HOST_GAP),
            max_concurrent: 1,
            own: false,
        }
    }

    /// Returns the promises of a run over this network, for its first row in the ledger. `joins`
    /// tells that other runs of the process came before it.
    pub(crate) fn terms(
        &self,
        settings: &Settings,
        web: &impl Web,
        site: Option<&str>,
        joins: bool,
    ) -> Terms {
        let HostLimits {
            gap,
            max_concurrent,
            own,
        } = self.limits;
        let (pace, identity) = (&settings.pace, &settings.identity);
        let signer = web.signer();

        Terms {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            agent: identity.agent.clone(),
            user_agent: Some(user_agent(&identity.agent, &identity.contact)),
            contact: Some(identity.contact.clone()).filter(|contact| !contact.is_empty()),
            signature_key: signer.map(|signer| signer.key_id().to_owned()),
            signature_agent: signer.and_then(|signer| signer.directory().map(str::to_owned)),
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

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the ledger's row on a request that has ended. `bytes` and `digest` are the size of its
/// decoded body, and the SHA-256.
pub(crate) fn ending(
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
