//! A visit: the permit for a host and the robots.txt allowance for one of its pages, in one value.

use crate::page_url::PageUrl;
use crate::politeness::{Permit, Turn};
use crate::robots::Allowed;

/// The right to one polite request. Requests are sent with a visit only.
#[derive(Debug)]
#[must_use = "a visit holds its host: send it"]
pub struct Visit {
    permit: Permit,
    allowed: Allowed,
}

/// The error of a permit for another host than the page's.
#[derive(Debug, thiserror::Error)]
#[error("a permit for {} cannot ask for {}", permit.host(), allowed.url())]
pub struct WrongHost {
    pub permit: Permit,
    pub allowed: Allowed,
}

impl Visit {
    /// Binds a permit and an allowance for the same host.
    ///
    /// # Errors
    ///
    /// Returns both where their hosts differ.
    pub fn bind(permit: Permit, allowed: Allowed) -> Result<Self, Box<WrongHost>> {
        if *permit.host() == allowed.url().host() {
            Ok(Self { permit, allowed })
        } else {
            Err(Box::new(WrongHost { permit, allowed }))
        }
    }

    /// Returns the address to request.
    pub fn url(&self) -> &PageUrl {
        self.allowed.url()
    }

    /// Returns the robots.txt rule that allows the request, in words.
    pub fn rule(&self) -> &str {
        self.allowed.rule()
    }

    /// Spends the visit: the address may be requested once, and the turn must be finished.
    pub fn spend(self) -> (PageUrl, Turn) {
        (self.allowed.url().clone(), self.permit.spend())
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use super::*;
    use crate::politeness::{HostLimits, Hosts, NextPermit};
    use crate::time::Timestamp;

    #[test]
    fn a_permit_for_one_host_does_not_open_another() {
        let url = |text| PageUrl::parse(text).unwrap();
        let host = url("https://a.example/").host();

        let mut hosts = Hosts::new(Duration::ZERO, Duration::ZERO);
        hosts.add(
            &host,
            HostLimits {
                gap: Duration::ZERO,
                max_concurrent: 1,
                own: false,
            },
            None,
            Timestamp::EPOCH,
        );
        hosts.locate(&host, IpAddr::from([192, 0, 2, 1]));
        hosts.enqueue(&host, Timestamp::EPOCH);
        let NextPermit::Visit(permit) = hosts.next(Timestamp::EPOCH) else {
            panic!("no permit")
        };

        let refused = Visit::bind(
            permit,
            Allowed::robots_txt(url("https://b.example/robots.txt")),
        )
        .unwrap_err();

        let visit = Visit::bind(
            refused.permit,
            Allowed::robots_txt(url("https://a.example/robots.txt")),
        )
        .unwrap();
        assert_eq!(visit.spend().1.host(), &host);
    }
}
