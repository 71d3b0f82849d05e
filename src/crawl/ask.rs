//! Asking: turns permits into visits, announces them, and lets them go.

use std::sync::Arc;
use std::time::Duration;

use crate::archive::{Announcement, ArchiveError, NextPage};
use crate::crawl::robots::{Quest, Standing};
use crate::crawl::visit::{Asked, visit};
use crate::crawl::{Crawl, PATIENCE};
use crate::fetch::Web;
use crate::frontier::{Page, Visit, disallowed, is_articles_turn};
use crate::page_url::Host;
use crate::politeness::{Next, Permit};
use crate::robots::Allowed;
use crate::time::Timestamp;

/// How many pages of a host are judged by its robots.txt, and settled unasked, in one go.
const JUDGED_AT_ONCE: usize = 100;
const BREATH: Duration = Duration::from_millis(1);

/// Requests that are under way at one time, of all hosts together. Each has a connection, and
/// systems let a process open 1,024 files, or 256.
const MOST_UNDER_WAY: usize = 400;

/// What the crawl waits for when it has asked what it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    Until(Timestamp),
    ForAnswers,
    /// A limit that the user set is reached: nothing more is asked.
    AtLimit,
}

/// A visit that waits for its announcement.
struct Ready {
    visit: Visit,
    asked: Asked,
    announcement: Announcement,
}

impl<W: Web> Crawl<'_, W> {
    /// Asks whoever may be asked now.
    pub(super) fn ask(&mut self) -> Result<Waiting, ArchiveError> {
        let mut ready = Vec::new();
        let waiting = loop {
            let now = self.clock.now();
            if self.is_at_limit(ready.len(), now) {
                break Waiting::AtLimit;
            }
            if self.asked + ready.len() >= MOST_UNDER_WAY {
                break Waiting::ForAnswers;
            }
            match self.hosts.next(now) {
                Next::Visit(permit) => ready.extend(self.prepare(permit, now)?),
                Next::SleepUntil(moment) => break Waiting::Until(moment),
                Next::AwaitVisits | Next::Drained => break Waiting::ForAnswers,
            }
        };
        self.send(ready)?;
        Ok(waiting)
    }

    /// Whether a limit that the user set is reached.
    fn is_at_limit(&self, ready: usize, now: Timestamp) -> bool {
        let requests = self.tally.requests + ready as u64;
        self.max_requests.is_some_and(|most| requests >= most) || self.deadline.is_some_and(|end| now >= end)
    }

    /// Finds what to ask the permit's host; gives the permit back where there is nothing.
    fn prepare(&mut self, permit: Permit, now: Timestamp) -> Result<Option<Ready>, ArchiveError> {
        let Some(permit) = self.locked(permit, now)? else { return Ok(None) };

        let host = permit.host().clone();
        if let Some(quest) = self.robots.next_quest(&host) {
            return Ok(self.ready_for_robots(permit, quest, now));
        }
        for _ in 0..JUDGED_AT_ONCE {
            let page = match self.next_page(&host, now)? {
                NextPage::Page(page) => page,
                NextPage::LaterAt(moment) => return Ok(self.come_back(permit, Some(moment))),
                NextPage::Nothing => return Ok(self.come_back(permit, None)),
            };
            match self.standing(&page, now)? {
                Standing::Allowed(allowed) => return Ok(self.ready(permit, allowed, Asked::Page(page), now)),
                Standing::Forbidden(rule) => self.settle_disallowed(&page, rule, now)?,
                Standing::Ask(quest) => return Ok(self.ready_for_robots(permit, quest, now)),
                Standing::Asked => return Ok(self.come_back(permit, None)),
                Standing::Unknown { why, until } => {
                    let why = format!("without its robots.txt nothing may be asked ({why}); tried again after {until}");
                    self.give_up(&host, why)?;
                    return Ok(self.come_back(permit, None));
                }
            }
        }
        // Signals and limits are looked at, and what was judged is saved, before the rest is judged.
        Ok(self.come_back(permit, Some(now + BREATH)))
    }

    fn ready_for_robots(&mut self, permit: Permit, quest: Quest, now: Timestamp) -> Option<Ready> {
        let allowed = Allowed::robots_txt(quest.url.clone());
        self.ready(permit, allowed, Asked::Robots(quest), now)
    }

    /// Gives a permit back; its host is wanted again from a moment on, or when something is found to ask.
    fn come_back(&mut self, permit: Permit, from: Option<Timestamp>) -> Option<Ready> {
        let host = permit.host().clone();
        self.hosts.leave(&host);
        self.hosts.give_back(permit);
        if from.is_none_or(|from| from > self.clock.now() + PATIENCE) {
            self.let_go_if_done(&host);
        }

        if let Some(from) = from {
            self.hosts.want(&host, from);
        }
        None
    }

    /// Claims a permit's moment under the ceilings that this machine's crawls share; gives the permit
    /// back where there is no room.
    fn claimed(&mut self, permit: Permit, now: Timestamp) -> Option<Permit> {
        let server = self.hosts.shared_server(permit.host());
        match self.shared.claim(server, now) {
            Ok(()) => Some(permit),
            Err(ceiling) => {
                self.hosts.put_off(permit, ceiling);
                None
            }
        }
    }

    fn next_page(&self, host: &Host, now: Timestamp) -> Result<NextPage, ArchiveError> {
        let sites = self.wanting(host);
        if sites.is_empty() {
            return Ok(NextPage::Nothing);
        }

        let under_way = self.under_way.get(host).map_or(&[][..], Vec::as_slice);
        let both;
        let not_now = match self.unpaid.get(host) {
            None => under_way,
            Some(unpaid) => {
                both = [under_way, unpaid].concat();
                &both
            }
        };
        let next = self.archive.next_page(host, sites, not_now, now)?;
        if let NextPage::Page(page) = &next
            && is_articles_turn(page, self.last_asked.get(host).copied())
            && let Some(article) = self.archive.next_article(host, sites, not_now, now)?
        {
            return Ok(NextPage::Page(article));
        }
        Ok(next)
    }

    fn settle_disallowed(&mut self, page: &Page, rule: String, now: Timestamp) -> Result<(), ArchiveError> {
        tracing::info!(url = %page.url, %rule, "robots.txt forbids");
        // That a host's files of reservations are forbidden is no page that a reader would miss.
        let settlement = disallowed(page, rule, &self.papers[&page.site].policy, now);
        self.count(page, &settlement);
        self.grow(&page.site, -1);
        self.archive.settle_unasked(self.lease, page.id, &settlement, now)
    }

    /// Binds permit and right, and notes what is under way. The turn was decided by the moment `at`.
    /// Where other crawls leave no room, nothing is taken off any queue.
    fn ready(&mut self, permit: Permit, allowed: Allowed, asked: Asked, at: Timestamp) -> Option<Ready> {
        let permit = self.claimed(permit, at)?;

        let host = permit.host().clone();
        let announcement = Announcement {
            at,
            url: allowed.url().clone(),
            server: self.hosts.server(&host),
            robots: match &asked {
                Asked::Page(page) => self.robots.get(&page.url.origin()).and_then(|known| known.id),
                Asked::Robots(_) => None,
            },
            rule: allowed.rule().to_owned(),
            gap: self.hosts.gap(&host),
        };
        let visit = match Visit::bind(permit, allowed) {
            Ok(visit) => visit,
            Err(wrong) => {
                // Pages and quests are kept by host, so this does not happen; if it did, the page would wait.
                tracing::error!(%wrong, "a visit was not made");
                self.hosts.give_back(wrong.permit);
                self.hosts.leave(&host);
                return None;
            }
        };
        self.paper(asked.site()).under_way += 1;
        self.asked += 1;
        match &asked {
            Asked::Page(page) => {
                self.last_asked.insert(host.clone(), page.role);
                self.under_way.entry(host).or_default().push(page.id);
            }
            Asked::Robots(quest) => self.robots.ask(&host, quest),
        }
        Some(Ready { visit, asked, announcement })
    }

    /// Announces the requests, saves that together with what was settled before, and only then lets them go.
    fn send(&mut self, ready: Vec<Ready>) -> Result<(), ArchiveError> {
        if ready.is_empty() {
            return self.save();
        }
        let mut ids = Vec::with_capacity(ready.len());
        for of_paper in ready.chunk_by(|one, other| one.asked.site() == other.asked.site()) {
            let site = of_paper[0].asked.site().to_owned();
            let announcements: Vec<Announcement> = of_paper.iter().map(|ready| ready.announcement.clone()).collect();
            ids.extend(self.archive.announce(self.lease, self.papers[&site].run, &announcements)?);
            self.tally(&site, |tally| tally.requests += announcements.len() as u64);
        }
        self.save()?;
        for Ready { announcement, .. } in &ready {
            self.held.note(&announcement.url.host(), announcement.at + announcement.gap);
        }
        for (Ready { visit: it, asked, .. }, announced) in ready.into_iter().zip(ids) {
            let reader = match &asked {
                Asked::Page(page) => {
                    let paper = &self.papers[&page.site];
                    Some((Arc::clone(&paper.reader), Arc::clone(&paper.reservations)))
                }
                Asked::Robots(_) => None,
            };
            let reach = self.reach(&it.url().host());
            self.tasks.spawn(visit(Arc::clone(&self.web), self.clock, it, reach, announced, asked, reader));
        }
        Ok(())
    }
}
