//! robots.txt during a crawl: known, asked for, or followed where it points (RFC 9309 §2.3.1).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::archive::{ArchiveError, RobotsCopy, RobotsId, Ruled};
use crate::crawl::Crawl;
use crate::fetch::{Answer, Web};
use crate::frontier::Page;
use crate::opt_out::Reservations;
use crate::page_url::{Host, PageUrl};
use crate::robots::{ASK_AGAIN, Allowed, FRESH, REDIRECTS, Robots, Ruling};
use crate::time::Timestamp;

/// An origin's robots.txt, wanted at an address: its own, or one that it was redirected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quest {
    pub origin: String,
    pub url: PageUrl,
    pub hops: u32,
    /// The host and site whose pages wait for it.
    pub host: Host,
    pub site: String,
}

/// A robots.txt as this crawl knows it.
#[derive(Debug)]
pub(super) struct KnownRobots {
    pub id: Option<RobotsId>,
    pub robots: Robots,
    pub expires_at: Timestamp,
    /// How it came to be known.
    pub why: String,
}

/// Where a page stands with its origin's robots.txt.
pub(super) enum Standing {
    Allowed(Allowed),
    Forbidden(String),
    /// The file must be asked for first.
    Ask(Quest),
    /// The file is being asked for.
    Asked,
    /// The file cannot be had: nothing is asked until it is tried again.
    Unknown {
        why: String,
        until: Timestamp,
    },
}

/// What follows from the answer to a request for a robots.txt.
pub(super) enum Followed {
    Copy(Box<RobotsCopy>),
    Hop(Quest),
}

/// The robots.txt files that a crawl knows, and those that it waits for.
#[derive(Debug, Default)]
pub(super) struct RobotsCache {
    /// By their origins.
    known: HashMap<String, KnownRobots>,
    /// Files, and what they were redirected to, that wait for their host's turn.
    waiting: HashMap<Host, Vec<Quest>>,
    /// Origins whose file is being asked for.
    asked: HashSet<String>,
}

impl RobotsCache {
    pub fn get(&self, origin: &str) -> Option<&KnownRobots> {
        self.known.get(origin)
    }

    /// Returns an origin's file as long as it counts. A moment further off than any was of a clock
    /// that was set back.
    fn fresh(&self, origin: &str, now: Timestamp) -> Option<&KnownRobots> {
        self.known.get(origin).filter(|known| now < known.expires_at && known.expires_at <= now + FRESH)
    }

    /// Returns the next robots.txt that is to be asked of this host, and belongs to another or was retried.
    pub fn next_quest(&self, host: &Host) -> Option<Quest> {
        self.waiting.get(host)?.last().cloned()
    }

    /// Has a file wait for the turn of the host that it is at.
    pub fn wait(&mut self, quest: Quest) {
        self.waiting.entry(quest.url.host()).or_default().push(quest);
    }

    /// Notes that a robots.txt is being asked for.
    pub fn ask(&mut self, host: &Host, quest: &Quest) {
        if let Some(of_host) = self.waiting.get_mut(host) {
            of_host.retain(|waiting| waiting != quest);
        }
        self.asked.insert(quest.origin.clone());
    }

    /// Notes that an origin's robots.txt is not being asked for any more.
    pub fn answered(&mut self, origin: &str) {
        self.asked.remove(origin);
    }

    /// Forgets the files that a paper waits for, as its run ends: its next one asks anew.
    pub fn forget_site(&mut self, site: &str) {
        for waiting in self.waiting.values_mut() {
            for quest in waiting.extract_if(.., |quest| quest.site == site) {
                self.asked.remove(&quest.origin);
            }
        }
        self.waiting.retain(|_, waiting| !waiting.is_empty());
    }

    /// Makes a copy the one that counts, and returns its host with the delay that it is kept to.
    fn learn(&mut self, copy: &RobotsCopy, id: Option<RobotsId>, agent: &str) -> Option<(Host, Duration)> {
        let robots = match &copy.ruled {
            Ruled::Rules { body } => Robots::parse(body, agent),
            Ruled::AllowAll => Robots::allow_all(),
            Ruled::ForbidAll => Robots::forbid_all(),
        };
        if let Some(warning) = robots.warning() {
            tracing::warn!(origin = %copy.origin, %warning, "robots.txt");
        }
        let known = KnownRobots { id, robots, expires_at: copy.expires_at, why: copy.why.clone() };
        self.known.insert(copy.origin.clone(), known);

        // One host may have two origins, http and https, each with a robots.txt: the slower word
        // counts.
        let host = PageUrl::parse(&copy.origin).ok()?.host();
        let of_host = ["https", "http"].map(|scheme| self.known.get(&format!("{scheme}://{host}")));
        let delay = of_host.into_iter().flatten().map(|known| known.robots.delay()).max();
        Some((host, delay.unwrap_or_default()))
    }
}

impl<W: Web> Crawl<'_, W> {
    pub(super) fn standing(&mut self, page: &Page, now: Timestamp) -> Result<Standing, ArchiveError> {
        let origin = page.url.origin();
        if self.robots.asked.contains(&origin) {
            return Ok(Standing::Asked);
        }
        if self.robots.get(&origin).is_none()
            && let Some(copy) = self.archive.robots(&origin)?
        {
            self.learn(&copy, copy.id);
        }
        let Some(known) = self.robots.fresh(&origin, now) else {
            let url = page.url.join("/robots.txt").expect("a page's own root joins to an address");
            let (host, site) = (page.url.host(), page.site.clone());
            return Ok(Standing::Ask(Quest { origin, url, hops: 0, host, site }));
        };
        if known.robots.forbids_all() {
            return Ok(Standing::Unknown { why: known.why.clone(), until: known.expires_at });
        }
        Ok(match known.robots.check(&page.url) {
            Ok(allowed) => Standing::Allowed(allowed),
            Err(forbidden) => Standing::Forbidden(forbidden.rule),
        })
    }

    /// Reads what the archive keeps of the files in which a site's host speaks for all its pages.
    pub(super) fn learn_reservations(&mut self, site: &str) -> Result<(), ArchiveError> {
        let reader = &self.papers[site].reader;
        let mut files = Reservations::default();
        for url in reader.policies() {
            if let Some(file) = self.archive.body(&url)? {
                reader.take_in(&url, &file, &mut files);
            }
        }
        self.paper(site).reservations = Arc::new(files);
        Ok(())
    }

    /// Ends the quests that led to a host which cannot be asked: what is unreachable forbids (RFC 9309 §2.3.1.4).
    pub(super) fn fail_quests(&mut self, host: &Host, why: &str) -> Result<(), ArchiveError> {
        for quest in self.robots.waiting.remove(host).unwrap_or_default() {
            let copy = unreachable(&quest, why, self.clock.now());
            let id = self.archive.keep_robots(self.lease, &copy)?;
            self.learn(&copy, Some(id));
            self.ask_on(quest)?;
        }
        Ok(())
    }

    /// Queues the sitemaps that a site's own robots.txt names and that are not known yet.
    pub(super) fn want_sitemaps(&mut self, quest: &Quest) -> Result<(), ArchiveError> {
        let reader = &self.papers[&quest.site].reader;
        let site = &reader.site;
        let (Some(known), true) = (self.robots.get(&quest.origin), site.discover.sitemaps) else { return Ok(()) };
        // The paper may have moved to another name: then the file there speaks for it, too.
        let homes = [&site.home, reader.home()];
        let Some(home) = homes.into_iter().find(|home| home.origin() == quest.origin) else { return Ok(()) };
        let urls: Vec<PageUrl> = known
            .robots
            .sitemaps()
            .iter()
            .filter_map(|url| home.join(url).ok())
            .filter(|url| reader.may_be_sitemap(url))
            .collect();
        let now = self.clock.now();
        let hosts = self.archive.add_sitemaps(self.lease, &quest.site, &urls, now)?;
        self.grow(&quest.site, i64::try_from(hosts.len()).unwrap_or(i64::MAX));
        hosts.iter().try_for_each(|host| self.want(host, &quest.site, now))
    }

    /// Makes a copy the one that counts, and keeps its host to its Crawl-delay.
    pub(super) fn learn(&mut self, copy: &RobotsCopy, id: Option<RobotsId>) {
        if let Some((host, delay)) = self.robots.learn(copy, id, &self.settings.identity.agent) {
            self.hosts.slow_to(&host, delay);
        }
    }
}

/// Judges an answer by its status.
pub(super) fn follow(quest: &Quest, answer: Answer, now: Timestamp) -> Followed {
    let status = answer.status;
    let copy = |ruled, fresh, why: String| {
        Followed::Copy(Box::new(RobotsCopy {
            id: None,
            origin: quest.origin.clone(),
            fetched_at: now,
            expires_at: now + fresh,
            status: Some(status),
            ruled,
            why,
        }))
    };
    match Ruling::of_status(status) {
        Ruling::Parse => copy(Ruled::Rules { body: answer.body }, FRESH, format!("fetched from {}", quest.url)),
        Ruling::AllowAll => copy(Ruled::AllowAll, FRESH, format!("status {status}: there is none")),
        Ruling::ForbidAll => copy(Ruled::ForbidAll, ASK_AGAIN, format!("status {status}: it cannot be had")),
        Ruling::Follow => match next_hop(quest, &answer) {
            Some(hop) => Followed::Hop(hop),
            // RFC 9309 §2.3.1.2: after five redirects it may count as unavailable; one that leads nowhere does not.
            None if quest.hops >= REDIRECTS => {
                copy(Ruled::AllowAll, FRESH, format!("status {status} after {REDIRECTS} redirects: there is none"))
            }
            None => {
                copy(Ruled::ForbidAll, ASK_AGAIN, format!("status {status} and no way to follow: it cannot be had"))
            }
        },
    }
}

/// A robots.txt that could not be had at all.
pub(super) fn unreachable(quest: &Quest, why: &str, now: Timestamp) -> RobotsCopy {
    RobotsCopy {
        id: None,
        origin: quest.origin.clone(),
        fetched_at: now,
        expires_at: now + ASK_AGAIN,
        status: None,
        ruled: Ruled::ForbidAll,
        why: format!("it cannot be had: {why}"),
    }
}

fn next_hop(quest: &Quest, answer: &Answer) -> Option<Quest> {
    let url = quest.url.join(answer.header("location")?).ok()?;
    (quest.hops < REDIRECTS && url != quest.url).then(|| Quest { url, hops: quest.hops + 1, ..quest.clone() })
}
