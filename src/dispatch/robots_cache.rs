//! The robots.txt files that a process knows, and those that it waits for (RFC 9309 §2.3.1).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::archive::{ArchiveError, RobotsCopy, RobotsId, RobotsOutcome, Writer};
use crate::dispatch::{HostPool, RobotsFetch};
use crate::page_url::{Host, PageUrl};
use crate::robots::{Allowed, FRESH, Robots};
use crate::time::Timestamp;

/// A copy may seem to be so much younger than now: ends of answers are rounded up to milliseconds,
/// and time services correct clocks by small steps.
const SLACK: Duration = Duration::from_secs(2);

/// A robots.txt as this process knows it.
#[derive(Debug)]
pub(crate) struct KnownRobots {
    pub id: Option<RobotsId>,
    pub robots: Arc<Robots>,
    pub expires_at: Timestamp,
    /// The source of the copy, or the reason that there is none.
    pub why: String,
}

/// A page, and the site that asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SitePage<'a> {
    pub url: &'a PageUrl,
    pub site: &'a str,
}

/// The ruling of its origin's robots.txt on a page, as far as the file is known.
#[derive(Debug)]
pub(crate) enum RobotsStanding {
    Allowed {
        right: Allowed,
        /// The file that gives the right.
        robots: Option<RobotsId>,
    },
    Forbidden {
        rule: String,
    },
    /// The file must be asked for first.
    Ask(RobotsFetch),
    /// The file is being asked for.
    Asked,
    /// The file cannot be had. The host is not asked until the file is tried again.
    Unknown {
        why: String,
        until: Timestamp,
    },
}

/// The robots.txt files that a process knows, and those that it waits for.
#[derive(Debug)]
pub(crate) struct RobotsCache {
    /// The product token that files are read for.
    agent: String,
    /// The known files, by their origins.
    known: HashMap<String, KnownRobots>,
    /// Files that wait for their host's turn, at their own addresses and at those that they were
    /// redirected to.
    waiting: HashMap<Host, Vec<RobotsFetch>>,
    /// Origins whose file is being asked for.
    asked: HashSet<String>,
}

impl RobotsCache {
    /// Begins with no file. `agent` is the product token that files are read for.
    pub(crate) fn new(agent: &str) -> Self {
        let (known, waiting, asked) = (HashMap::new(), HashMap::new(), HashSet::new());
        Self {
            agent: agent.to_owned(),
            known,
            waiting,
            asked,
        }
    }

    /// Returns the file of an origin, fresh or not.
    pub(crate) fn get(&self, origin: &str) -> Option<&KnownRobots> {
        self.known.get(origin)
    }

    /// Returns the rules of an origin; those of an absent file where none is known.
    pub(crate) fn rules_of(&self, origin: &str) -> Arc<Robots> {
        let known = self.get(origin).map(|known| Arc::clone(&known.robots));
        known.unwrap_or_else(|| Arc::new(Robots::allow_all()))
    }

    /// Checks a page by its origin's robots.txt. A file that the archive keeps counts as long as it
    /// is fresh.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub(crate) fn standing(
        &mut self,
        page: SitePage<'_>,
        archive: &Writer,
        hosts: &mut HostPool,
        now: Timestamp,
    ) -> Result<RobotsStanding, ArchiveError> {
        let origin = page.url.origin();
        if self.asked.contains(&origin) {
            return Ok(RobotsStanding::Asked);
        }

        if self.get(&origin).is_none()
            && let Some(copy) = archive.robots(&origin)?
        {
            self.install(&copy, copy.id, hosts);
        }

        let Some(known) = self.fresh(&origin, now) else {
            return Ok(RobotsStanding::Ask(first_fetch(page, origin)));
        };
        if known.robots.forbids_all() {
            return Ok(RobotsStanding::Unknown {
                why: known.why.clone(),
                until: known.expires_at,
            });
        }

        Ok(match known.robots.check(page.url) {
            Ok(right) => RobotsStanding::Allowed {
                right,
                robots: known.id,
            },
            Err(forbidden) => RobotsStanding::Forbidden {
                rule: forbidden.rule,
            },
        })
    }

    /// Returns an origin's file as long as it is fresh.
    fn fresh(&self, origin: &str, now: Timestamp) -> Option<&KnownRobots> {
        self.known.get(origin).filter(|known| known.is_fresh(now))
    }

    /// Installs the files of a host that the archive keeps. The crawl delay that an earlier run
    /// learnt then holds from the first request on.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub(crate) fn install_kept(
        &mut self,
        host: &Host,
        archive: &Writer,
        hosts: &mut HostPool,
    ) -> Result<(), ArchiveError> {
        for scheme in ["https", "http"] {
            if let Some(copy) = archive.robots(&format!("{scheme}://{host}"))? {
                self.install(&copy, copy.id, hosts);
            }
        }
        Ok(())
    }

    /// Makes a copy the known one of its origin, and sets its host's crawl delay.
    pub(crate) fn install(
        &mut self,
        copy: &RobotsCopy,
        id: Option<RobotsId>,
        hosts: &mut HostPool,
    ) {
        let robots = match &copy.ruled {
            RobotsOutcome::Rules { body } => Robots::parse(body, &self.agent),
            RobotsOutcome::AllowAll => Robots::allow_all(),
            RobotsOutcome::ForbidAll => Robots::forbid_all(),
        };
        if let Some(warning) = robots.warning() {
            tracing::warn!(origin = %copy.origin, %warning, "robots.txt");
        }

        let known = KnownRobots {
            id,
            robots: Arc::new(robots),
            expires_at: copy.expires_at,
            why: copy.why.clone(),
        };
        self.known.insert(copy.origin.clone(), known);

        if let Ok(url) = PageUrl::parse(&copy.origin) {
            let host = url.host();
            hosts.set_crawl_delay(&host, self.crawl_delay(&host));
        }
    }

    /// Returns the delay between two requests that a host's robots.txt asks for. A host may have
    /// two origins, http and https, each with a robots.txt. The longer delay counts.
    fn crawl_delay(&self, host: &Host) -> Duration {
        ["https", "http"]
            .iter()
            .filter_map(|scheme| self.known.get(&format!("{scheme}://{host}")))
            .map(|known| known.robots.delay())
            .max()
            .unwrap_or_default()
    }

    /// Returns the next robots.txt to fetch from this host on behalf of another origin, or again.
    pub(crate) fn next_fetch(&self, host: &Host) -> Option<RobotsFetch> {
        self.waiting.get(host)?.last().cloned()
    }

    /// Lets a file wait for the turn of the host that it is fetched from.
    pub(crate) fn wait(&mut self, fetch: RobotsFetch) {
        self.waiting
            .entry(fetch.url.host())
            .or_default()
            .push(fetch);
    }

    /// Notes that a robots.txt is being fetched.
    pub(crate) fn ask(&mut self, fetch: &RobotsFetch) {
        if let Some(of_host) = self.waiting.get_mut(&fetch.url.host()) {
            of_host.retain(|waiting| waiting != fetch);
        }
        self.asked.insert(fetch.origin.clone());
    }

    /// Notes that an origin's robots.txt is no longer being fetched.
    pub(crate) fn answered(&mut self, origin: &str) {
        self.asked.remove(origin);
    }

    /// Removes and returns the files that wait for a host's turn.
    pub(crate) fn take_waiting(&mut self, host: &Host) -> Vec<RobotsFetch> {
        self.waiting.remove(host).unwrap_or_default()
    }

    /// Forgets the files that a site waits for when its run ends. Its next run fetches them anew.
    pub(crate) fn forget_site(&mut self, site: &str) {
        for waiting in self.waiting.values_mut() {
            for fetch in waiting.extract_if(.., |fetch| fetch.site == site) {
                self.asked.remove(&fetch.origin);
            }
        }
        self.waiting.retain(|_, waiting| !waiting.is_empty());
    }
}

impl KnownRobots {
    /// Returns whether the file still counts. A file that expires later than any fresh one was
    /// fetched before the clock was set back.
    fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.expires_at <= now + FRESH + SLACK
    }
}

/// Returns the first request for an origin's robots.txt.
fn first_fetch(page: SitePage<'_>, origin: String) -> RobotsFetch {
    let url = page
        .url
        .join("/robots.txt")
        .expect("a page's own root joins to an address");
    RobotsFetch {
        origin,
        url,
        hops: 0,
        host: page.url.host(),
        site: page.site.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

    fn cache(expires_at: Timestamp) -> RobotsCache {
        let mut cache = RobotsCache::new("saseo");
        let known = KnownRobots {
            id: None,
            robots: Arc::new(Robots::allow_all()),
            expires_at,
            why: String::new(),
        };
        cache.known.insert("https://a.example".to_owned(), known);
        cache
    }

    #[test]
    fn a_copy_is_fresh_from_its_end_on_and_for_a_day() {
        let is_fresh = |expires_at| cache(expires_at).fresh("https://a.example", NOW).is_some();
        assert!(
            is_fresh(NOW + FRESH + Duration::from_millis(1)),
            "it ended a millisecond after now"
        );
        assert!(is_fresh(NOW + Duration::from_millis(1)));
        assert!(!is_fresh(NOW));
        assert!(
            !is_fresh(NOW + FRESH + Duration::from_secs(60)),
            "it was fetched before the clock was set back"
        );
    }
}
