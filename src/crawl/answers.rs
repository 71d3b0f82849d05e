//! Answers: each is judged, those that are ready together are committed together, and the crawl
//! goes on from there.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::task::JoinError;

use crate::archive::{ArchiveError, Change, CommitEffect, Completed, Completion, RobotsCopy};
use crate::crawl::Crawl;
use crate::crawl::classify::response_class;
use crate::crawl::fetch_task::{Finished, VisitTarget, Visited};
use crate::crawl::hosts::MOST_FAILURES;
use crate::crawl::refusal::PAYMENT_REQUIRED;
use crate::dispatch::{RobotsFetch, RobotsStep, ending};
use crate::fetch::{Answer, Trouble, Web};
use crate::frontier::{
    Facts, Outcome, Page, ParsedPage, Role, Settlement, SiteRules, TallyField, Verdict, counted,
    settle,
};
use crate::page_url::Host;
use crate::time::Timestamp;

impl<W: Web> Crawl<'_, W> {
    /// Settles the task that just ended, if one did, and all others that are ready.
    pub(super) fn settle_ready(
        &mut self,
        first: Option<Result<Finished, JoinError>>,
    ) -> Result<(), ArchiveError> {
        let mut visits = Vec::new();
        let mut next = first.or_else(|| self.tasks.try_next());
        while let Some(finished) = next {
            match finished {
                Ok(Finished::Visited(visited)) => visits.push(*visited),
                Ok(Finished::Located { host, server }) => self.located(&host, server)?,
                Err(error) if error.is_cancelled() => {}
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
            next = self.tasks.try_next();
        }
        self.settle_all(visits)
    }

    fn located(
        &mut self,
        host: &Host,
        server: Result<IpAddr, Trouble>,
    ) -> Result<(), ArchiveError> {
        match server {
            Ok(server) => {
                self.hosts.locate(host, server);
                Ok(())
            }
            Err(trouble) => self.skip(host, trouble.to_string()),
        }
    }

    fn settle_all(&mut self, visits: Vec<Visited>) -> Result<(), ArchiveError> {
        let mut answers = Vec::with_capacity(visits.len());
        let mut follow_ups = Vec::with_capacity(visits.len());
        for visited in visits {
            let (answer, follow_up) = self.complete(visited)?;
            answers.push(answer);
            follow_ups.push(follow_up);
        }

        for (effect, follow_up) in self
            .commit(&answers, &follow_ups)?
            .into_iter()
            .zip(follow_ups)
        {
            self.papers.get_mut(follow_up.site()).under_way -= 1;
            self.tasks.settled();
            self.follow_up(effect, follow_up)?;
        }
        for answer in &answers {
            self.release_if_done(&answer.host);
        }
        Ok(())
    }

    /// Commits answers, each in the run of its paper.
    fn commit(
        &mut self,
        answers: &[Completion],
        follow_ups: &[FollowUp],
    ) -> Result<Vec<CommitEffect>, ArchiveError> {
        let now = self.clock.now();
        let mut effects = Vec::with_capacity(answers.len());
        for of_paper in follow_ups.chunk_by(|one, other| one.site() == other.site()) {
            let run = self.papers[of_paper[0].site()].run;
            let its = &answers[effects.len()..effects.len() + of_paper.len()];
            effects.extend(self.archive.settle(self.lease, run, its, now)?);
        }
        Ok(effects)
    }

    /// Ends a visit's turn, and says what to write and what follows.
    fn complete(&mut self, visited: Visited) -> Result<(Completion, FollowUp), ArchiveError> {
        let Visited {
            announced,
            turn,
            at,
            took,
            asked,
            result,
            bytes,
            digest,
            outcome,
            capture,
        } = visited;
        let host = turn.host().clone();
        let pace = self.hosts.finish(
            turn,
            response_class(result.as_ref(), outcome.as_ref(), at),
            took,
            at,
        );
        let failures = self.hosts.consecutive_failures(&host);
        if let (Err(trouble), 1) = (&result, failures) {
            tracing::warn!(%host, why = %trouble, again = %pace.not_before, "no answer: it is tried again");
        }
        let ending = ending(&result, bytes, digest, at);
        self.papers.get_mut(asked.site()).answers += u64::from(result.is_ok());
        self.tally(asked.site(), |tally| {
            tally.bytes += bytes;
            tally.not_modified += u64::from(outcome == Some(Outcome::Unchanged));
        });

        let (done, follow_up) = match asked {
            VisitTarget::Page(page) => {
                let outcome = outcome.unwrap_or(Outcome::HostDown);
                let settlement = self.settle_page(&page, &host, &result, outcome, &digest)?;
                let follow_up = FollowUp::of(&page);
                (
                    Completed::Page {
                        page,
                        settlement: Box::new(settlement),
                        capture,
                    },
                    follow_up,
                )
            }
            VisitTarget::Robots(fetch) => judge_robots(fetch, result, failures, at),
        };
        Ok((
            Completion {
                announced,
                ending,
                at,
                host,
                pace,
                done,
            },
            follow_up,
        ))
    }

    /// Judges the answer to a request for a page by what is known beside it, and applies what that
    /// means for the crawl.
    fn settle_page(
        &mut self,
        page: &Page,
        host: &Host,
        result: &Result<Answer, Trouble>,
        outcome: Outcome,
        digest: &[u8; 32],
    ) -> Result<Settlement, ArchiveError> {
        self.queues.answered(host, page.id);
        match result {
            Ok(answer) if answer.status == PAYMENT_REQUIRED => {
                self.queues.refuse_to_pay(host, page.id)
            }
            Ok(_) => {}
            Err(trouble) => self.check_reachability(host, trouble)?,
        }
        if let (Some(list), Outcome::Read(ParsedPage::List(listing))) = (page.list(), &outcome) {
            self.papers
                .get_mut(&page.site)
                .first_readings
                .count(list, listing);
        }

        let outcome = self.with_plausibility(page, host, outcome)?;
        let plausibility = self.plausibility(page, &outcome, digest)?;
        let paper = &self.papers[&page.site];
        let known = match &outcome {
            Outcome::Read(reading) => self
                .archive
                .discovered(&page.site, &reading.found(&paper.reader.scope))?,
            _ => Vec::new(),
        };

        let facts = Facts {
            known: &known,
            plausibility,
            room: paper.room,
        };
        let rules = SiteRules {
            scope: &paper.reader.scope,
            policy: &paper.policy,
        };
        let settlement = settle(page, outcome, &facts, rules, self.clock.now());
        self.apply(page, &settlement);
        Ok(settlement)
    }

    /// Returns the outcome as far as it is to be believed, by the state of the host and by what the
    /// archive knows of other pages.
    fn with_plausibility(
        &self,
        page: &Page,
        host: &Host,
        outcome: Outcome,
    ) -> Result<Outcome, ArchiveError> {
        let outcome = if self.hosts.is_down(host) {
            outcome.blamed_on_host()
        } else {
            outcome
        };
        let outcome = self.without_copies(page, outcome)?;
        let outcome = self.without_loops(page, outcome)?;
        self.without_false_moves(page, outcome)
    }

    /// Pages that move to one another lead nowhere.
    fn without_loops(&self, page: &Page, outcome: Outcome) -> Result<Outcome, ArchiveError> {
        match &outcome {
            Outcome::Redirected { to, .. } if self.archive.redirects_to(to, &page.url)? => {
                Ok(Outcome::Failed {
                    why: format!("redirected in a circle, by {to}"),
                })
            }
            _ => Ok(outcome),
        }
    }

    /// Notes what a settlement means for the crawl: the paper's room, its counts, and where its
    /// home page is.
    fn apply(&mut self, page: &Page, settlement: &Settlement) {
        if let Settlement::Done(judged) = settlement {
            let paper = self.papers.get_mut(&page.site);
            if paper.room == 0 && judged.new_pages > 0 {
                tracing::warn!(site = %page.site, url = %page.url, "most_pages is reached: links of this page are left alone");
            }
            paper.room = paper.room.saturating_sub(judged.new_pages);
            if let (Role::Home, Verdict::Moved { to }) = (page.role(), &judged.verdict) {
                paper.reader = Arc::new(paper.reader.at_home(to.clone()));
            }
        }
        self.count(page, settlement);
    }

    /// Counts a settled page in the run's tally.
    pub(super) fn count(&mut self, page: &Page, settlement: &Settlement) {
        if page.kept().is_some() && settlement.misses() > 0 {
            self.papers.get_mut(&page.site).is_missing_some = true;
        }
        let Some(verdict) = settlement.verdict() else {
            return;
        };
        tracing::debug!(url = %page.url, %verdict, "settled");
        match counted(
            page.role(),
            verdict,
            self.papers[&page.site].reader.lists_nothing(),
        ) {
            TallyField::Nothing => {}
            TallyField::Gone => self.tally(&page.site, |tally| tally.articles_gone += 1),
            TallyField::Refused => self.tally(&page.site, |tally| tally.refused += 1),
            TallyField::Failed => {
                tracing::warn!(url = %page.url, %verdict, "a page brought nothing");
                self.tally(&page.site, |tally| tally.failed += 1);
            }
        }
        if page.role() == Role::Sitemap && settlement.misses() > 0 {
            tracing::warn!(url = %page.url, %verdict, "a sitemap brought nothing");
        }
    }

    fn follow_up(&mut self, effect: CommitEffect, follow_up: FollowUp) -> Result<(), ArchiveError> {
        let site = follow_up.site().to_owned();
        match effect.article {
            Some(Change::New) => self.tally(&site, |tally| tally.articles_new += 1),
            Some(Change::Changed) => self.tally(&site, |tally| tally.articles_changed += 1),
            Some(Change::Gone) | None => {}
        }
        self.grow(&site, effect.queue_growth);
        match follow_up {
            FollowUp::Page { site } => self.enqueue_queued(&effect, &site)?,
            FollowUp::Window { site } => {
                self.extend_backfills(&site)?;
                self.enqueue_queued(&effect, &site)?;
            }
            FollowUp::Policy { site } => {
                self.install_reservations(&site)?;
                self.enqueue_queued(&effect, &site)?;
            }
            FollowUp::Robots { fetch, copy } => {
                tracing::info!(origin = %fetch.origin, why = %copy.why, "robots.txt");
                self.robots.install(&copy, effect.robots, &mut self.hosts);
                self.want_sitemaps(&fetch)?;
                self.end_robots_fetch(fetch)?;
            }
            FollowUp::AskAgain(fetch) => self.end_robots_fetch(fetch)?,
            FollowUp::Hop(hop) => {
                let (host, site) = (hop.url.host(), hop.site.clone());
                self.robots.wait(hop);
                self.enqueue(&host, &site, self.clock.now())?;
                if let Some(why) = self.hosts.skipped(&host).map(str::to_owned) {
                    self.fail_robots_fetches(&host, &why)?;
                }
            }
        }
        Ok(())
    }

    fn enqueue_queued(&mut self, effect: &CommitEffect, site: &str) -> Result<(), ArchiveError> {
        effect
            .queued
            .iter()
            .try_for_each(|(host, due)| self.enqueue(host, site, *due))
    }
}

/// Judges the answer to a request for a robots.txt, of a host that failed so often in a row.
fn judge_robots(
    fetch: RobotsFetch,
    result: Result<Answer, Trouble>,
    failures: u32,
    at: Timestamp,
) -> (Completed, FollowUp) {
    let copy = match result {
        Ok(answer) => match fetch.follow(answer, at) {
            RobotsStep::Copy(copy) => copy,
            RobotsStep::Hop(hop) => return (Completed::Unkept, FollowUp::Hop(hop)),
        },
        // RFC 9309 §2.3.1.4: what cannot be reached forbids everything.
        Err(trouble) if failures >= MOST_FAILURES => {
            Box::new(fetch.unreachable(&trouble.to_string(), at))
        }
        Err(_) => return (Completed::Unkept, FollowUp::AskAgain(fetch)),
    };
    (
        Completed::Robots(copy.clone()),
        FollowUp::Robots { fetch, copy },
    )
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
        fetch: RobotsFetch,
        copy: Box<RobotsCopy>,
    },
    /// The robots.txt was not to be had this time.
    AskAgain(RobotsFetch),
    Hop(RobotsFetch),
}

impl FollowUp {
    fn of(page: &Page) -> Self {
        let site = page.site.clone();
        match page.role() {
            Role::Policy => Self::Policy { site },
            Role::Window => Self::Window { site },
            Role::Home
            | Role::Feed
            | Role::Section
            | Role::ListPage
            | Role::Sitemap
            | Role::Article => Self::Page { site },
        }
    }

    /// The site whose page or robots.txt it was.
    fn site(&self) -> &str {
        match self {
            Self::Page { site } | Self::Policy { site } | Self::Window { site } => site,
            Self::Robots { fetch, .. } | Self::AskAgain(fetch) | Self::Hop(fetch) => &fetch.site,
        }
    }
}
