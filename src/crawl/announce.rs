//! Requests: permits become requests, which are announced, saved, and then sent.

use std::sync::Arc;
use std::time::Duration;

use crate::archive::{AnnounceEffect, ArchiveError, HostClaim, NextPage, RequestOfRun, RobotsId};
use crate::crawl::fetch_task::{AnnouncedRequest, Reads, VisitTarget};
use crate::crawl::{Crawl, PATIENCE};
use crate::dispatch::{NextHost, Prepared, RobotsFetch, RobotsStanding, SitePage};
use crate::fetch::Web;
use crate::frontier::{Page, Role, disallowed, is_articles_turn, put_off_photo, withheld_photo};
use crate::page_url::Host;
use crate::politeness::Permit;
use crate::robots::Allowed;
use crate::time::Timestamp;

/// The most pages of a host that are checked by its robots.txt, and settled without a request, in
/// one go. So many take some milliseconds.
const JUDGED_AT_ONCE: usize = 100;

/// The wait of a host after that many checks. The loop looks at signals and limits meanwhile; the
/// shortest wait that the clock can tell is enough.
const BREATH: Duration = Duration::from_millis(1);

/// What the crawl waits for when it has sent all requests that it may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitUntil {
    Until(Timestamp),
    ForAnswers,
    /// A limit that the user set is reached. No further request is sent.
    AtLimit,
}

/// A request that waits for its announcement.
struct Ready {
    prepared: Prepared,
    asked: VisitTarget,
}

/// A request without the permit of its host.
struct UnsentRequest {
    right: Allowed,
    /// The file that gives the right; a robots.txt itself needs none.
    robots: Option<RobotsId>,
    asked: VisitTarget,
}

impl<W: Web> Crawl<'_, W> {
    /// Sends a request to every host that may be asked now.
    pub(super) fn ask(&mut self) -> Result<WaitUntil, ArchiveError> {
        let mut ready = Vec::new();
        let waiting = loop {
            let now = self.clock.now();
            if self.budget.is_at_limit(ready.len(), now) {
                break WaitUntil::AtLimit;
            }
            if self.tasks.is_full(ready.len()) {
                break WaitUntil::ForAnswers;
            }

            match self.hosts.next(now) {
                NextHost::Ask(permit) => {
                    if let Some(permit) = self.claimed(permit)? {
                        ready.extend(self.prepare(permit, now)?);
                    }
                }
                NextHost::Resting(host) => self.queues.mark_idle(&host),
                NextHost::Taken { host, why } => self.leave_to_others(&host, why)?,
                NextHost::Later(moment) => break WaitUntil::Until(moment),
                NextHost::AwaitAnswers => break WaitUntil::ForAnswers,
            }
        };

        self.send(ready)?;
        Ok(waiting)
    }

    /// Claims the permit's host among the archive's workers. Takes the permit back where another
    /// worker has the host, or where the host has to rest behind one.
    fn claimed(&mut self, permit: Permit) -> Result<Option<Permit>, ArchiveError> {
        let gap = self.hosts.gap(permit.host());
        match self.archive.claim_host(self.lease, permit.host(), gap)? {
            HostClaim::Held => Ok(Some(permit)),
            HostClaim::Granted { rest } => {
                // The rest counts from the answer: the moment of the question is before it.
                let now = self.clock.now();
                self.hosts.rest(permit, rest, self.archive, now)?;
                Ok(None)
            }
            HostClaim::Taken { holder } => {
                let host = permit.host().clone();
                self.hosts.give_back(permit);
                self.hosts.forget(&host);
                self.leave_to_others(&host, format!("another worker asks it: {holder}"))?;
                Ok(None)
            }
        }
    }

    /// Finds the next request to the permit's host. Gives the permit back where there is none.
    fn prepare(&mut self, permit: Permit, now: Timestamp) -> Result<Option<Ready>, ArchiveError> {
        let host = permit.host().clone();
        if let Some(fetch) = self.robots.next_fetch(&host) {
            return self.ready_for_robots(permit, fetch, now);
        }

        for _ in 0..JUDGED_AT_ONCE {
            let page = match self.next_page(&host, now)? {
                NextPage::Page(page) => page,
                NextPage::LaterAt(moment) => return Ok(self.requeue(permit, Some(moment))),
                NextPage::Nothing => return Ok(self.requeue(permit, None)),
            };
            if page.role() == Role::Photo && !self.has_place_for(&page, now)? {
                continue;
            }
            match self.standing(&page, now)? {
                RobotsStanding::Allowed { right, robots } => {
                    if let Some(moment) = self.await_robots_licences(&page, now)? {
                        return Ok(self.requeue(permit, Some(moment)));
                    }
                    if let Some(rule) = self.licence_rule(&page)? {
                        self.settle_disallowed(&page, rule, now)?;
                        continue;
                    }
                    let asked = VisitTarget::Page(Arc::from(page));
                    let draft = UnsentRequest {
                        right,
                        robots,
                        asked,
                    };
                    return self.ready(permit, draft, now);
                }
                RobotsStanding::Forbidden { rule } => self.settle_disallowed(&page, rule, now)?,
                RobotsStanding::Ask(fetch) => return self.ready_for_robots(permit, fetch, now),
                RobotsStanding::Asked => return Ok(self.requeue(permit, None)),
                RobotsStanding::Unknown { why, until } => {
                    self.skip(&host, without_robots(&why, until))?;
                    return Ok(self.requeue(permit, None));
                }
            }
        }
        // The loop saves these settlements before it goes on.
        Ok(self.requeue(permit, Some(now + BREATH)))
    }

    fn standing(&mut self, page: &Page, now: Timestamp) -> Result<RobotsStanding, ArchiveError> {
        let page = SitePage {
            url: &page.url,
            site: &page.site,
        };
        self.robots
            .standing(page, self.archive, &mut self.hosts, now)
    }

    fn ready_for_robots(
        &mut self,
        permit: Permit,
        fetch: RobotsFetch,
        now: Timestamp,
    ) -> Result<Option<Ready>, ArchiveError> {
        let draft = UnsentRequest {
            right: Allowed::robots_txt(fetch.url.clone()),
            robots: None,
            asked: VisitTarget::Robots(fetch),
        };
        self.ready(permit, draft, now)
    }

    /// Gives a permit back. Its host is enqueued again from a moment on, or when there is something
    /// to ask it.
    fn requeue(&mut self, permit: Permit, from: Option<Timestamp>) -> Option<Ready> {
        let host = permit.host().clone();
        self.hosts.dequeue(&host);
        self.hosts.give_back(permit);
        if from.is_none_or(|from| from > self.clock.now() + PATIENCE) {
            self.release_if_done(&host);
        }

        if let Some(from) = from {
            self.hosts.enqueue(&host, from);
        }
        None
    }

    fn next_page(&self, host: &Host, now: Timestamp) -> Result<NextPage, ArchiveError> {
        let sites = self.queues.sites(host);
        if sites.is_empty() {
            return Ok(NextPage::Nothing);
        }

        let not_now = self.queues.not_now(host);
        let next = self.archive.next_page(host, sites, &not_now, now)?;
        if let NextPage::Page(page) = &next
            && is_articles_turn(page, self.queues.last_asked(host))
            && let Some(article) = self.archive.next_article(host, sites, &not_now, now)?
        {
            return Ok(NextPage::Page(article));
        }
        Ok(next)
    }

    fn settle_disallowed(
        &mut self,
        page: &Page,
        rule: String,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        tracing::info!(url = %page.url, %rule, "not asked for");
        // A forbidden file of opt-outs counts nowhere: it is no page that a reader would miss.
        let settlement = disallowed(page, rule, &self.papers[&page.site].policy, now);
        self.count(page, &settlement);
        self.forget_policy(page);
        self.grow(&page.site, -1);
        self.archive
            .settle_unasked(self.lease, page, &settlement, now)
    }

    /// Tells whether a photo is still wanted, and its site has room for it. Settles it if not.
    fn has_place_for(&mut self, page: &Page, now: Timestamp) -> Result<bool, ArchiveError> {
        if let Some(why) = self.archive.unwanted_photo(page.id)? {
            self.settle_unwanted(page, why, now)?;
            return Ok(false);
        }
        if self.papers[&page.site].photo_room == 0 {
            self.put_off_photo(page, now)?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Settles a photo that no article allows any more.
    fn settle_unwanted(
        &mut self,
        page: &Page,
        why: &str,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        tracing::info!(url = %page.url, %why, "a photo is not asked for");
        let settlement = withheld_photo(why);
        self.count(page, &settlement);
        self.grow(&page.site, -1);
        self.archive
            .settle_unasked(self.lease, page, &settlement, now)
    }

    /// Puts off a photo for which its site has no room.
    fn put_off_photo(&mut self, page: &Page, now: Timestamp) -> Result<(), ArchiveError> {
        tracing::info!(url = %page.url, "most_total is reached: a photo is put off");
        let settlement = put_off_photo(page, now);
        self.archive
            .settle_unasked(self.lease, page, &settlement, now)
    }

    /// Makes a request of a permit and a draft, and notes what is under way. Where other crawls
    /// leave no room under a ceiling, nothing is dequeued.
    fn ready(
        &mut self,
        permit: Permit,
        draft: UnsentRequest,
        at: Timestamp,
    ) -> Result<Option<Ready>, ArchiveError> {
        let UnsentRequest {
            right,
            robots,
            asked,
        } = draft;
        let host = permit.host().clone();
        // Without room, the page and the right to it are found anew at the host's next turn.
        let (archive, lease, period) = (
            &mut *self.archive,
            self.lease,
            self.settings.pace.server_rate.0,
        );
        let mut claimed = Ok(None);
        let claim = |server| {
            claimed = archive.claim_server(lease, server, period, at);
            claimed.as_ref().ok().copied().flatten()
        };
        let prepared = self.hosts.prepare(permit, right, robots, at, claim);
        claimed?;
        let Ok(prepared) = prepared else {
            return Ok(None);
        };

        self.papers.get_mut(asked.site()).under_way += 1;
        match &asked {
            VisitTarget::Page(page) => self.queues.ask(&host, page.id, page.role()),
            VisitTarget::Robots(fetch) => self.robots.ask(fetch),
        }
        Ok(Some(Ready { prepared, asked }))
    }

    /// Announces requests, saves the announcements and what was settled before, and only then sends
    /// the requests.
    fn send(&mut self, ready: Vec<Ready>) -> Result<(), ArchiveError> {
        let announced = self.announce(&ready)?;

        for (Ready { prepared, asked }, announced) in ready.into_iter().zip(announced) {
            let reads = match &asked {
                VisitTarget::Page(page) => {
                    let paper = &self.papers[&page.site];
                    Some(Reads {
                        reader: Arc::clone(&paper.reader),
                        files: Arc::clone(&paper.reservations),
                        robots: self.robots.rules_of(&page.url.origin()),
                        dictionary: announced.dictionary,
                    })
                }
                VisitTarget::Robots(_) => None,
            };
            let gap = prepared.announcement().gap;
            let (visit, reach) = self.hosts.release(prepared);
            self.tasks.send(AnnouncedRequest {
                visit,
                reach,
                announced: announced.id,
                asked,
                gap,
                reads,
            });
        }
        Ok(())
    }

    /// Announces requests, each in the run of its paper, and saves everything.
    fn announce(&mut self, ready: &[Ready]) -> Result<Vec<AnnounceEffect>, ArchiveError> {
        let mut requests = Vec::with_capacity(ready.len());
        for Ready { prepared, asked } in ready {
            requests.push(RequestOfRun {
                run: self.papers[asked.site()].run,
                request: prepared.announcement(),
                page: match asked {
                    VisitTarget::Page(page) => Some(page.as_ref()),
                    VisitTarget::Robots(_) => None,
                },
            });
            self.tally(asked.site(), |tally| tally.requests += 1);
        }

        self.note_counts()?;
        self.archive.announce_and_save(self.lease, &requests)
    }
}

fn without_robots(why: &str, until: Timestamp) -> String {
    format!("without its robots.txt nothing may be asked ({why}); tried again after {until}")
}
