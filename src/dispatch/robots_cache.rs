//! robots.txt: known, asked for, or followed where it points (RFC 9309 §2.3.1).

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::archive::{Archive, ArchiveError, RobotsCopy, RobotsId, RobotsOutcome};
use crate::dispatch::HostPool;
use crate::fetch::Answer;
use crate::page_url::{Host, PageUrl};
use crate::robots::{ASK_AGAIN, Allowed, FRESH, REDIRECTS, Robots, Ruling};
use crate::time::Timestamp;

/// An answer may end a moment after now, by a clock that tells milliseconds, and clocks are kept
/// right by small steps: a copy may be so much younger than now.
const SLACK: Duration = Duration::from_secs(2);

/// An origin's robots.txt, wanted at an address: its own, or one that it was redirected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsFetch {
    pub origin: String,
    pub url: PageUrl,
    pub hops: u32,
    /// The host and site whose pages wait for it.
    pub host: Host,
    pub site: String,
}

/// A robots.txt as this process knows it.
#[derive(Debug)]
pub struct KnownRobots {
    pub id: Option<RobotsId>,
    pub robots: Robots,
    pub expires_at: Timestamp,
    /// How it came to be known.
    pub why: String,
}

/// Where a page stands with its origin's robots.txt.
#[derive(Debug)]
pub enum RobotsStanding {
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
    /// The file cannot be had. Nothing is asked until the file is tried again.
    Unknown {
        why: String,
        until: Timestamp,
    },
}

/// What follows from the answer to a request for a robots.txt.
#[derive(Debug)]
pub enum RobotsStep {
    Copy(Box<RobotsCopy>),
    Hop(RobotsFetch),
}

/// The robots.txt files that a process knows, and those that it waits for.
#[derive(Debug)]
pub struct RobotsCache {
    /// The product token that files are read for.
    agent: String,
    /// By their origins.
    known: HashMap<String, KnownRobots>,
    /// Files, and what they were redirected to, that wait for their host's turn.
    waiting: HashMap<Host, Vec<RobotsFetch>>,
    /// Origins whose file is being asked for.
    asked: HashSet<String>,
}

impl RobotsCache {
    pub fn new(agent: &str) -> Self {
        let (known, waiting, asked) = (HashMap::new(), HashMap::new(), HashSet::new());
        Self {
            agent: agent.to_owned(),
            known,
            waiting,
            asked,
        }
    }

    pub fn get(&self, origin: &str) -> Option<&KnownRobots> {
        self.known.get(origin)
    }

    /// Judges a page by its origin's robots.txt. A file that the archive keeps counts as long as it
    /// is fresh.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub fn standing(
        &mut self,
        url: &PageUrl,
        site: &str,
        archive: &Archive,
        hosts: &mut HostPool,
        now: Timestamp,
    ) -> Result<RobotsStanding, ArchiveError> {
        let origin = url.origin();
        if self.asked.contains(&origin) {
            return Ok(RobotsStanding::Asked);
        }
        if self.get(&origin).is_none()
            && let Some(copy) = archive.robots(&origin)?
        {
            self.install(&copy, copy.id, hosts);
        }

        let Some(known) = self.fresh(&origin, now) else {
            let (host, site) = (url.host(), site.to_owned());
            let url = url
                .join("/robots.txt")
                .expect("a page's own root joins to an address");
            return Ok(RobotsStanding::Ask(RobotsFetch {
                origin,
                url,
                hops: 0,
                host,
                site,
            }));
        };
        if known.robots.forbids_all() {
            return Ok(RobotsStanding::Unknown {
                why: known.why.clone(),
                until: known.expires_at,
            });
        }
        Ok(match known.robots.check(url) {
            Ok(right) => RobotsStanding::Allowed {
                right,
                robots: known.id,
            },
            Err(forbidden) => RobotsStanding::Forbidden {
                rule: forbidden.rule,
            },
        })
    }

    /// Returns an origin's file as long as it counts. A file that would count longer than any was
    /// fetched before the clock was set back.
    fn fresh(&self, origin: &str, now: Timestamp) -> Option<&KnownRobots> {
        let counts = |known: &&KnownRobots| {
            now < known.expires_at && known.expires_at <= now + FRESH + SLACK
        };
        self.known.get(origin).filter(counts)
    }

    /// Installs the files that the archive keeps of a host: the delay that an earlier run learnt
    /// holds from the first request on.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub fn install_kept(
        &mut self,
        host: &Host,
        archive: &Archive,
        hosts: &mut HostPool,
    ) -> Result<(), ArchiveError> {
        for scheme in ["https", "http"] {
            if let Some(copy) = archive.robots(&format!("{scheme}://{host}"))? {
                self.install(&copy, copy.id, hosts);
            }
        }
        Ok(())
    }

    /// Makes a copy the one that counts, and keeps its host to its Crawl-delay.
    pub fn install(&mut self, copy: &RobotsCopy, id: Option<RobotsId>, hosts: &mut HostPool) {
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
            robots,
            expires_at: copy.expires_at,
            why: copy.why.clone(),
        };
        self.known.insert(copy.origin.clone(), known);

        if let Ok(url) = PageUrl::parse(&copy.origin) {
            let host = url.host();
            hosts.set_crawl_delay(&host, self.delay(&host));
        }
    }

    /// Returns what a host's robots.txt asks for between two requests. One host may have two
    /// origins, http and https, each with a robots.txt: the longer delay counts.
    fn delay(&self, host: &Host) -> Duration {
        let of_host = ["https", "http"].map(|scheme| self.known.get(&format!("{scheme}://{host}")));
        of_host
            .into_iter()
            .flatten()
            .map(|known| known.robots.delay())
            .max()
            .unwrap_or_default()
    }

    /// Returns the next robots.txt that is to be asked of this host, and belongs to another or was
    /// retried.
    pub fn next_fetch(&self, host: &Host) -> Option<RobotsFetch> {
        self.waiting.get(host)?.last().cloned()
    }

    /// Has a file wait for the turn of the host that it is at.
    pub fn wait(&mut self, fetch: RobotsFetch) {
        self.waiting
            .entry(fetch.url.host())
            .or_default()
            .push(fetch);
    }

    /// Notes that a robots.txt is being asked for.
    pub fn ask(&mut self, fetch: &RobotsFetch) {
        if let Some(of_host) = self.waiting.get_mut(&fetch.url.host()) {
            of_host.retain(|waiting| waiting != fetch);
        }
        self.asked.insert(fetch.origin.clone());
    }

    /// Notes that an origin's robots.txt is not being asked for any more.
    pub fn answered(&mut self, origin: &str) {
        self.asked.remove(origin);
    }

    /// Takes the files out that wait for a host's turn.
    pub fn take_waiting(&mut self, host: &Host) -> Vec<RobotsFetch> {
        self.waiting.remove(host).unwrap_or_default()
    }

    /// Forgets the files that a site waits for, as its run ends: its next one asks anew.
    pub fn forget_site(&mut self, site: &str) {
        for waiting in self.waiting.values_mut() {
            for fetch in waiting.extract_if(.., |fetch| fetch.site == site) {
                self.asked.remove(&fetch.origin);
            }
        }
        self.waiting.retain(|_, waiting| !waiting.is_empty());
    }
}

impl RobotsFetch {
    /// Judges an answer by its status.
    pub fn follow(&self, answer: Answer, now: Timestamp) -> RobotsStep {
        let status = answer.status;
        let copy = |ruled, fresh, why: String| {
            RobotsStep::Copy(Box::new(RobotsCopy {
                id: None,
                origin: self.origin.clone(),
                fetched_at: now,
                expires_at: now + fresh,
                status: Some(status),
                ruled,
                why,
            }))
        };
        match Ruling::of_status(status) {
            Ruling::Parse => copy(
                RobotsOutcome::Rules { body: answer.body },
                FRESH,
                format!("fetched from {}", self.url),
            ),
            Ruling::AllowAll => copy(
                RobotsOutcome::AllowAll,
                FRESH,
                format!("status {status}: there is none"),
            ),
            Ruling::ForbidAll => copy(
                RobotsOutcome::ForbidAll,
                ASK_AGAIN,
                format!("status {status}: it cannot be had"),
            ),
            Ruling::Follow => match self.next_hop(&answer) {
                Some(hop) => RobotsStep::Hop(hop),
                // RFC 9309 §2.3.1.2: after five redirects it may count as unavailable; one that
                // leads nowhere does not.
                None if self.hops >= REDIRECTS => copy(
                    RobotsOutcome::AllowAll,
                    FRESH,
                    format!("status {status} after {REDIRECTS} redirects: there is none"),
                ),
                None => copy(
                    RobotsOutcome::ForbidAll,
                    ASK_AGAIN,
                    format!("status {status} and no way to follow: it cannot be had"),
                ),
            },
        }
    }

    /// Returns the copy of a file that could not be had at all: it forbids everything (RFC 9309
    /// §2.3.1.4).
    pub fn unreachable(&self, why: &str, now: Timestamp) -> RobotsCopy {
        RobotsCopy {
            id: None,
            origin: self.origin.clone(),
            fetched_at: now,
            expires_at: now + ASK_AGAIN,
            status: None,
            ruled: RobotsOutcome::ForbidAll,
            why: format!("it cannot be had: {why}"),
        }
    }

    fn next_hop(&self, answer: &Answer) -> Option<Self> {
        let url = self.url.join(answer.header("location")?).ok()?;
        (self.hops < REDIRECTS && url != self.url).then(|| Self {
            url,
            hops: self.hops + 1,
            ..self.clone()
        })
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
            robots: Robots::allow_all(),
            expires_at,
            why: String::new(),
        };
        cache.known.insert("https://a.example".to_owned(), known);
        cache
    }

    #[test]
    fn a_copy_counts_from_the_moment_on_that_it_came_and_for_a_day() {
        let is_fresh = |expires_at| cache(expires_at).fresh("https://a.example", NOW).is_some();
        assert!(
            is_fresh(NOW + FRESH + Duration::from_millis(1)),
            "it ended a millisecond after now"
        );
        assert!(is_fresh(NOW + Duration::from_millis(1)));
        assert!(!is_fresh(NOW));
        assert!(
            !is_fresh(NOW + FRESH + Duration::from_secs(60)),
            "it is of a clock that was set back"
        );
    }
}
