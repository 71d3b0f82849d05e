//! Meeting hosts: whose manners hold for them, where they are, and when one is given up.

use std::sync::Arc;
use std::time::Duration;

use crate::archive::{ArchiveError, HostTerms, SiteId, Terms};
use crate::config::Settings;
use crate::crawl::Crawl;
use crate::crawl::visit::Finished;
use crate::fetch::{Reach, Web, user_agent};
use crate::frontier::{PageState, put_off};
use crate::page_url::Host;
use crate::politeness::{LONGEST_REST, Manners, Permit};
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// The gap to hosts that are not the site's own, such as a feed's server: never under the shipped default.
const STRANGERS_GAP: Duration = Duration::from_secs(2);

impl<W: Web> Crawl<'_, W> {
    /// Notes that there is something to ask a host, and gets to know it where that is the first time.
    pub(super) fn want(&mut self, host: &Host, site: &str, from: Timestamp) -> Result<(), ArchiveError> {
        if self.given_up.contains_key(host) {
            return Ok(());
        }
        let Some(paper) = self.papers.get_mut(site) else { return Ok(()) };
        if paper.hosts.insert(host.clone()) {
            self.wanting.entry(host.clone()).or_default().push(paper.site);
        }
        let reader = Arc::clone(&paper.reader);
        if !self.hosts.knows(host) {
            let (stored, now) = (self.archive.pace(host)?, self.clock.now());
            let manners = self.promised_to(host).unwrap_or_else(|| manners(&reader, host));
            self.hosts.meet(host, manners, stored, now);
            for scheme in ["https", "http"] {
                // The delay that an earlier run learnt holds from the first request on.
                if let Some(copy) = self.archive.robots(&format!("{scheme}://{host}"))? {
                    self.learn(&copy, copy.id);
                }
            }
            self.host_sites.insert(host.clone(), reader);
            self.locate(host.clone());
        }
        self.hosts.want(host, from);
        Ok(())
    }

    /// Notes what a paper promises its own host in its run, and keeps the host to that from now on.
    pub(super) fn promise(&mut self, reader: &Arc<SiteReader>) {
        let home = reader.site.home.host();
        let of_home = self.promised.entry(home.clone()).or_default();
        of_home.insert(reader.site.name.clone(), manners(reader, &home));
        if self.hosts.knows(&home)
            && let Some(manners) = self.promised_to(&home)
        {
            self.hosts.change_manners(&home, manners);
            self.host_sites.insert(home, Arc::clone(reader));
        }
    }

    /// What the papers of this process have promised a host that is their own: the politest of it,
    /// as an audit takes it.
    fn promised_to(&self, host: &Host) -> Option<Manners> {
        self.promised.get(host)?.values().copied().reduce(Manners::politer)
    }

    /// Locks a permit's host, unless it is locked already. The permit is given back where another
    /// crawl on this machine has the host, or had it and left word not to ask it yet.
    pub(super) fn locked(&mut self, permit: Permit, now: Timestamp) -> Result<Option<Permit>, ArchiveError> {
        if self.held.has(permit.host()) {
            return Ok(Some(permit));
        }

        let host = permit.host().clone();
        let not_before = match self.held.take(&host, |host| self.hosts.is_asked(host)) {
            Ok(not_before) => not_before,
            Err(error) => {
                self.hosts.give_back(permit);
                self.leave_to_others(host, error.to_string())?;
                return Ok(None);
            }
        };

        // A moment further off than any rest is a word from before the clock was set back.
        let resting = not_before.filter(|until| *until > now && until.since(now) <= LONGEST_REST);
        let Some(until) = resting else { return Ok(Some(permit)) };
        self.hosts.hold(&host, until);
        self.hosts.give_back(permit);
        self.quiet.insert(host);
        Ok(None)
    }

    /// Leaves a host alone for the rest of this run, since others ask it. What is queued stays queued.
    fn leave_to_others(&mut self, host: Host, why: String) -> Result<(), ArchiveError> {
        tracing::info!(%host, %why, "leaving a host to others");
        self.hosts.leave(&host);
        self.fail_quests(&host, &why)?;
        self.quiet.insert(host.clone());
        self.given_up.insert(host, why);
        Ok(())
    }

    /// Lets others ask a host of which nothing more is wanted, which may be the end of a paper's
    /// run.
    pub(super) fn let_go_if_done(&mut self, host: &Host) {
        self.quiet.insert(host.clone());
        if self.hosts.is_done(host) {
            self.held.let_go(host);
        }
    }

    fn locate(&mut self, host: Host) {
        let (web, reach, turns) = (Arc::clone(&self.web), self.reach(&host), Arc::clone(&self.locating));
        self.tasks.spawn(async move {
            // Never closed: where it were, the host would be located all the same.
            let _turn = turns.acquire().await;
            let server = web.locate(&host, reach).await;
            Finished::Located { host, server }
        });
    }

    /// Private addresses are for a site that is the user's own, and only at its own host.
    pub(super) fn reach(&self, host: &Host) -> Reach {
        let is_own = self.host_sites.get(host).is_some_and(|reader| is_own_host(reader, host));
        if is_own { Reach::Own } else { Reach::Public }
    }

    /// Leaves a host alone for the rest of this run. What is queued stays queued; but what is wanted of a host that no site
    /// file names is put off, ever again, until it has failed: any page may link to nowhere.
    pub(super) fn give_up(&mut self, host: &Host, why: String) -> Result<(), ArchiveError> {
        tracing::info!(%host, %why, "giving up a host for this run");
        self.hosts.leave(host);
        if !self.is_home(host) {
            self.put_off(host, &why)?;
        }
        self.fail_quests(host, &why)?;
        self.given_up.insert(host.clone(), why);
        self.let_go_if_done(host);
        Ok(())
    }

    /// Puts off what is due at a host; what was put off too often has failed.
    fn put_off(&mut self, host: &Host, why: &str) -> Result<(), ArchiveError> {
        const AT_ONCE: u32 = 1_000;
        let now = self.clock.now();
        loop {
            let pages = self.archive.due_pages(host, self.wanting(host), AT_ONCE, now)?;
            if pages.is_empty() {
                return Ok(());
            }
            for page in &pages {
                let settlement = put_off(page, why, &self.papers[&page.site].policy, now);
                self.count(page, &settlement);
                if matches!(settlement.state, PageState::Settled(_)) {
                    self.grow(&page.site, -1);
                }
                self.archive.settle_unasked(self.lease, page.id, &settlement, now)?;
            }
        }
    }

    /// Whether a host is the home of one of the papers.
    fn is_home(&self, host: &Host) -> bool {
        self.papers.values().any(|paper| paper.reader.site.home.host() == *host)
    }

    /// The papers that may have something to ask a host.
    pub(super) fn wanting(&self, host: &Host) -> &[SiteId] {
        self.wanting.get(host).map_or(&[], Vec::as_slice)
    }
}

fn is_own_host(reader: &SiteReader, host: &Host) -> bool {
    reader.site.own_site && reader.site.home.host() == *host
}

/// What a paper's run promises, for its first row in the ledger; `joins` tells that others are
/// under way.
pub(super) fn terms(settings: &Settings, reader: &SiteReader, joins: bool) -> Terms {
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let host = reader.site.home.host();
    let Manners { gap, at_once, own } = manners(reader, &host);
    let (pace, identity) = (&settings.pace, &settings.identity);
    Terms {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        agent: identity.agent.clone(),
        user_agent: Some(user_agent(&identity.agent, &identity.contact)),
        contact: Some(identity.contact.clone()).filter(|contact| !contact.is_empty()),
        server_ms: millis(pace.server_rate.0),
        total_ms: millis(pace.total_rate.0),
        site: Some(reader.site.name.clone()),
        hosts: vec![HostTerms { host: host.as_str().to_owned(), gap_ms: millis(gap), at_once, own }],
        strangers_gap_ms: millis(STRANGERS_GAP),
        joins,
    }
}

/// What a site's file allows holds for the site's own host; a link cannot make another host a hurried one.
pub(super) fn manners(reader: &SiteReader, host: &Host) -> Manners {
    let pace = &reader.site.pace;
    if is_own_host(reader, host) {
        return Manners { gap: pace.gap.0, at_once: pace.at_once, own: true };
    }
    let gap = if reader.site.home.host() == *host { pace.gap.0 } else { pace.gap.0.max(STRANGERS_GAP) };
    Manners { gap, at_once: 1, own: false }
}
