//! Taking answers in: judge each, commit together what is ready together, and go on from there.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::task::JoinError;

use crate::archive::{Answered, ArchiveError, Change, Done, Effect, Ending};
use crate::crawl::Crawl;
use crate::crawl::outcome::manner_of;
use crate::crawl::refusal::PAYMENT_REQUIRED;
use crate::crawl::robots::{Followed, Quest, follow, unreachable};
use crate::crawl::visit::{Asked, Finished, Visited};
use crate::fetch::{Answer, Trouble, Web};
use crate::frontier::{
    Belief, Closing, Counted, Outcome, Page, PageState, Reading, Role, Settlement, Verdict, counted, settle,
};
use crate::page_url::Host;
use crate::time::Timestamp;

/// A host that cannot be reached so often in a row is left alone for the rest of the run.
const STRIKES: u32 = 3;

impl<W: Web> Crawl<'_, W> {
    /// Settles the task that just finished, if one did, and all others that are ready.
    pub(super) fn take_finished(&mut self, first: Option<Result<Finished, JoinError>>) -> Result<(), ArchiveError> {
        let mut visits = Vec::new();
        let mut next = first.or_else(|| self.tasks.try_join_next());
        while let Some(finished) = next {
            match finished {
                Ok(Finished::Visited(visited)) => visits.push(*visited),
                Ok(Finished::Located { host, server }) => self.located(&host, server)?,
                Err(error) if error.is_cancelled() => {}
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
            next = self.tasks.try_join_next();
        }
        self.settle_all(visits)
    }

    fn located(&mut self, host: &Host, server: Result<IpAddr, Trouble>) -> Result<(), ArchiveError> {
        match server {
            Ok(server) => {
                self.hosts.locate(host, server);
                Ok(())
            }
            Err(trouble) => self.give_up(host, trouble.to_string()),
        }
    }

    fn settle_all(&mut self, visits: Vec<Visited>) -> Result<(), ArchiveError> {
        if visits.is_empty() {
            return Ok(());
        }
        let mut answers = Vec::with_capacity(visits.len());
        let mut follow_ups = Vec::with_capacity(visits.len());
        for visited in visits {
            let (answer, follow_up) = self.judge(visited)?;
            answers.push(answer);
            follow_ups.push(follow_up);
        }

        let now = self.clock.now();
        let mut effects = Vec::with_capacity(answers.len());
        let mut settled = 0;
        for of_paper in follow_ups.chunk_by(|one, other| one.site() == other.site()) {
            let run = self.papers[of_paper[0].site()].run;
            let its = &answers[settled..settled + of_paper.len()];
            effects.extend(self.archive.settle(self.lease, run, its, now)?);
            settled += of_paper.len();
        }
        for (effect, follow_up) in effects.into_iter().zip(follow_ups) {
            self.paper(follow_up.site()).under_way -= 1;
            self.asked -= 1;
            self.go_on(effect, follow_up)?;
        }
        for answer in &answers {
            self.let_go_if_done(&answer.host);
        }
        Ok(())
    }

    /// Ends the visit's turn, and says what to write.
    fn judge(&mut self, visited: Visited) -> Result<(Answered, FollowUp), ArchiveError> {
        let host = visited.turn.host().clone();
        let manner = manner_of(visited.result.as_ref(), visited.outcome.as_ref(), visited.at);
        let pace = self.hosts.finish(visited.turn, manner, visited.took, visited.at);
        self.held.note(&host, pace.not_before);
        if let (Err(trouble), 1) = (&visited.result, self.hosts.strikes(&host)) {
            tracing::warn!(%host, why = %trouble, again = %pace.not_before, "no answer: it is tried again");
        }
        let ending = match &visited.result {
            Ok(answer) => Ending::Answered {
                status: answer.status,
                bytes: visited.bytes,
                digest: visited.digest,
                retry_after: answer.wished_rest(visited.at),
            },
            Err(trouble) => Ending::Trouble { why: trouble.to_string() },
        };
        let site = visited.asked.site().to_owned();
        self.tally(&site, |tally| {
            tally.bytes += visited.bytes;
            tally.not_modified += u64::from(visited.outcome == Some(Outcome::Unchanged));
        });
        self.paper(&site).answers += u64::from(visited.result.is_ok());
        let (done, follow_up) = match visited.asked {
            Asked::Page(page) => {
                if let Err(trouble) = &visited.result {
                    self.weigh(&host, trouble)?;
                }
                if visited.result.as_ref().is_ok_and(|answer| answer.status == PAYMENT_REQUIRED) {
                    self.unpaid.entry(host.clone()).or_default().push(page.id);
                }
                let outcome = visited.outcome.unwrap_or(Outcome::Unreachable);
                let outcome = if self.hosts.is_down(&host) { outcome.of_a_host_that_is_down() } else { outcome };
                let outcome = self.without_copies(&page, outcome)?;
                let outcome = self.without_circles(&page, outcome)?;
                let outcome = self.without_false_moves(&page, outcome)?;
                let belief = self.belief(&page, &outcome, &visited.digest)?;
                let settlement = self.settlement(&page, outcome, belief)?;
                self.follow_home(&page, &settlement);
                let site = page.site.clone();
                let follow_up = match page.role {
                    Role::Policy => FollowUp::Policy { site },
                    Role::Window => FollowUp::Window { site },
                    Role::Home | Role::Feed | Role::Section | Role::ListPage | Role::Sitemap | Role::Article => {
                        FollowUp::Page { site }
                    }
                };
                (Done::Page { page, settlement: Box::new(settlement), capture: visited.capture }, follow_up)
            }
            Asked::Robots(quest) => self.judge_robots(&host, quest, visited.result, visited.at),
        };
        let answered = Answered { announced: visited.announced, ending, at: visited.at, host, pace, done };
        Ok((answered, follow_up))
    }

    fn judge_robots(
        &mut self,
        host: &Host,
        quest: Quest,
        result: Result<Answer, Trouble>,
        at: Timestamp,
    ) -> (Done, FollowUp) {
        match result {
            Ok(answer) => match follow(&quest, answer, at) {
                Followed::Copy(copy) => (Done::Robots(copy.clone()), FollowUp::Robots { quest, copy }),
                Followed::Hop(hop) => (Done::Step, FollowUp::Hop(hop)),
            },
            // RFC 9309 §2.3.1.4: what cannot be reached forbids everything.
            Err(trouble) if self.hosts.strikes(host) >= STRIKES => {
                let copy = Box::new(unreachable(&quest, &trouble.to_string(), at));
                (Done::Robots(copy.clone()), FollowUp::Robots { quest, copy })
            }
            Err(_) => (Done::Step, FollowUp::AskAgain(quest)),
        }
    }

    /// Counts a host out that is out of reach again and again.
    fn weigh(&mut self, host: &Host, trouble: &Trouble) -> Result<(), ArchiveError> {
        if self.hosts.strikes(host) >= STRIKES && (trouble.is_unreachable() || *trouble == Trouble::Timeout) {
            self.give_up(host, trouble.to_string())?;
        }
        Ok(())
    }

    /// Pages that move to one another lead nowhere.
    fn without_circles(&self, page: &Page, outcome: Outcome) -> Result<Outcome, ArchiveError> {
        match &outcome {
            Outcome::Redirected { to, .. } if self.archive.leads_to(to, &page.url)? => {
                Ok(Outcome::Failed { why: format!("redirected in a circle, by {to}") })
            }
            _ => Ok(outcome),
        }
    }

    fn settlement(&mut self, page: &Page, outcome: Outcome, belief: Belief) -> Result<Settlement, ArchiveError> {
        let (reader, policy) = (Arc::clone(&self.papers[&page.site].reader), self.papers[&page.site].policy);
        let wanted = &reader.wanted;
        let known = match &outcome {
            Outcome::Read(reading) => self.archive.discovered(&page.site, &reading.found(wanted))?,
            _ => Vec::new(),
        };
        if let (Some(list), Outcome::Read(Reading::List(listing))) = (&page.list, &outcome) {
            self.paper(&page.site).first_readings.count(list, listing);
        }
        let mut settlement = settle(page, outcome, &known, belief, wanted, &policy, self.clock.now());
        if let Some(Closing::Ended { cut: Some(cut), .. }) = &mut settlement.closing {
            // A day helps only where lists can be limited to days.
            cut.day = cut.day.filter(|day| reader.windows(*day, *day).is_some());
        }
        self.keep_to_room(page, &mut settlement);
        self.count(page, &settlement);
        if let Some(of_host) = self.under_way.get_mut(&page.url.host()) {
            of_host.retain(|id| *id != page.id);
        }
        Ok(settlement)
    }

    /// Reads a paper from now on where its home page moved to.
    fn follow_home(&mut self, page: &Page, settlement: &Settlement) {
        if let (Role::Home, PageState::Settled(Verdict::Moved { to })) = (page.role, &settlement.state) {
            let paper = self.paper(&page.site);
            paper.reader = Arc::new(paper.reader.at_home(to.clone()));
        }
    }

    /// Finds nothing more for a site of which as many pages are known as may be.
    fn keep_to_room(&mut self, page: &Page, settlement: &mut Settlement) {
        let new = settlement.new_pages;
        let room = &mut self.paper(&page.site).room;
        if *room == 0 && new > 0 {
            tracing::warn!(site = %page.site, url = %page.url, "most_pages is reached: links of this page are left alone");
            settlement.found.clear();
        }
        *room = room.saturating_sub(new);
    }

    /// Counts a settled page in the run's tally.
    pub(super) fn count(&mut self, page: &Page, settlement: &Settlement) {
        if page.kept.is_some() && settlement.misses > 0 {
            self.paper(&page.site).is_missing_some = true;
        }
        let PageState::Settled(verdict) = &settlement.state else { return };
        tracing::debug!(url = %page.url, %verdict, "settled");
        match counted(page.role, verdict, self.papers[&page.site].reader.lists_nothing()) {
            Counted::Nothing => {}
            Counted::Gone => self.tally(&page.site, |tally| tally.articles_gone += 1),
            Counted::Refused => self.tally(&page.site, |tally| tally.refused += 1),
            Counted::Failed => {
                tracing::warn!(url = %page.url, %verdict, "a page brought nothing");
                self.tally(&page.site, |tally| tally.failed += 1);
            }
        }
        if page.role == Role::Sitemap && settlement.failures > 0 {
            tracing::warn!(url = %page.url, %verdict, "a sitemap brought nothing");
        }
    }

    fn go_on(&mut self, effect: Effect, follow_up: FollowUp) -> Result<(), ArchiveError> {
        let site = follow_up.site().to_owned();
        match effect.article {
            Some(Change::New) => self.tally(&site, |tally| tally.articles_new += 1),
            Some(Change::Changed) => self.tally(&site, |tally| tally.articles_changed += 1),
            Some(Change::Gone) | None => {}
        }
        self.grow(&site, effect.queue_growth);
        match follow_up {
            FollowUp::Page { site } => self.want_queued(&effect, &site)?,
            FollowUp::Window { site } => {
                self.extend_backfills(&site)?;
                self.want_queued(&effect, &site)?;
            }
            FollowUp::Policy { site } => {
                self.learn_reservations(&site)?;
                self.want_queued(&effect, &site)?;
            }
            FollowUp::Robots { quest, copy } => {
                tracing::info!(origin = %quest.origin, why = %copy.why, "robots.txt");
                self.learn(&copy, effect.robots);
                self.want_sitemaps(&quest)?;
                self.ask_on(quest)?;
            }
            FollowUp::AskAgain(quest) => self.ask_on(quest)?,
            FollowUp::Hop(hop) => {
                let host = hop.url.host();
                let site = hop.site.clone();
                self.robots.wait(hop);
                self.want(&host, &site, self.clock.now())?;
                if let Some(why) = self.given_up.get(&host).cloned() {
                    self.fail_quests(&host, &why)?;
                }
            }
        }
        Ok(())
    }

    fn want_queued(&mut self, effect: &Effect, site: &str) -> Result<(), ArchiveError> {
        effect.queued.iter().try_for_each(|(host, due)| self.want(host, site, *due))
    }

    /// Lets the pages that waited for a robots.txt go on.
    pub(super) fn ask_on(&mut self, quest: Quest) -> Result<(), ArchiveError> {
        self.robots.answered(&quest.origin);
        self.want(&quest.host, &quest.site, self.clock.now())
    }
}

impl FollowUp {
    /// The site whose page or robots.txt it was.
    fn site(&self) -> &str {
        match self {
            Self::Page { site } | Self::Policy { site } | Self::Window { site } => site,
            Self::Robots { quest, .. } | Self::AskAgain(quest) | Self::Hop(quest) => &quest.site,
        }
    }
}

/// What goes on after the commit.
enum FollowUp {
    Page {
        site: String,
    },
    Policy {
        site: String,
    },
    /// A list limited to days: older ones may be wanted now.
    Window {
        site: String,
    },
    Robots {
        quest: Quest,
        copy: Box<crate::archive::RobotsCopy>,
    },
    /// The robots.txt was not to be had this time.
    AskAgain(Quest),
    Hop(Quest),
}
