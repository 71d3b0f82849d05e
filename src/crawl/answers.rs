//! Answers: each is settled, and all that are ready are written together. They are saved before the
//! next request is sent, together with its announcement.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::task::JoinError;

use crate::archive::{ArchiveError, Completed, Completion, WriteEffect};
use crate::crawl::Crawl;
use crate::crawl::classify::response_class;
use crate::crawl::fetch_task::{Finished, VisitTarget, Visited};
use crate::crawl::follow_up::{FollowUp, judge_robots};
use crate::crawl::refusal::PAYMENT_REQUIRED;
use crate::dispatch::ending;
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
                Ok(Finished::LeaseEnded) => return Err(ArchiveError::LeaseLost),
                Ok(Finished::Located { host, server }) => self.located(&host, server)?,
                Err(error) if error.is_cancelled() => {}
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
            next = self.tasks.try_next();
        }
        self.settle_all(visits)
    }

    /// Notes the address of a host's server. A host without one is skipped.
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

    /// Settles visits, writes them, and does what follows.
    fn settle_all(&mut self, visits: Vec<Visited>) -> Result<(), ArchiveError> {
        let mut answers = Vec::with_capacity(visits.len());
        let mut follow_ups = Vec::with_capacity(visits.len());
        for visited in visits {
            let (answer, follow_up) = self.complete(visited)?;
            answers.push(answer);
            follow_ups.push(follow_up);
        }

        let effects = self.write_settled(&answers, &follow_ups)?;
        for (effect, follow_up) in effects.into_iter().zip(follow_ups) {
            self.papers.get_mut(follow_up.site()).under_way -= 1;
            self.tasks.settled();
            self.follow_up(effect, follow_up)?;
        }
        for answer in &answers {
            self.release_if_done(&answer.host);
        }
        Ok(())
    }

    /// Writes answers, each in the run of its paper.
    fn write_settled(
        &mut self,
        answers: &[Completion],
        follow_ups: &[FollowUp],
    ) -> Result<Vec<WriteEffect>, ArchiveError> {
        let now = self.clock.now();
        let mut effects = Vec::with_capacity(answers.len());
        for of_paper in follow_ups.chunk_by(|one, other| one.site() == other.site()) {
            let run = self.papers[of_paper[0].site()].run;
            let its = &answers[effects.len()..effects.len() + of_paper.len()];
            effects.extend(self.archive.settle(self.lease, run, its, now)?);
        }
        Ok(effects)
    }

    /// Ends the turn of a visit. Returns the rows to write, and the step that follows.
    fn complete(&mut self, visited: Visited) -> Result<(Completion, FollowUp), ArchiveError> {
        let Visited { at, digest, .. } = visited;
        let host = visited.turn.host().clone();
        let result = visited.result;
        let class = response_class(result.as_ref(), visited.outcome.as_ref(), at);
        let pace = self.hosts.finish(visited.turn, class, visited.took, at);
        let failures = self.hosts.consecutive_failures(&host);
        warn_of_first_failure(&host, &result, failures, pace.not_before);

        let ending = ending(&result, visited.bytes, digest, at);
        let asked = visited.asked;
        self.papers.get_mut(asked.site()).answers += u64::from(result.is_ok());
        self.tally(asked.site(), |tally| {
            tally.bytes += visited.bytes;
            tally.not_modified += u64::from(visited.outcome == Some(Outcome::Unchanged));
        });

        let (done, follow_up) = match asked {
            VisitTarget::Page(page) => {
                let outcome = visited.outcome.unwrap_or(Outcome::HostDown);
                if let (Outcome::Unchanged, Ok(answer)) = (&outcome, &result) {
                    self.renew_rights(&page, answer, at)?;
                }
                let settlement = self.settle_page(&page, (&host, &result), outcome, &digest)?;
                self.fill_photo_room(&page, visited.bytes);
                let follow_up = FollowUp::of(&page, &settlement);
                let page = Completed::Page {
                    page,
                    settlement: Box::new(settlement),
                    capture: visited.capture,
                };
                (page, follow_up)
            }
            VisitTarget::Robots(fetch) => judge_robots(fetch, result, failures, at),
        };
        let completion = Completion {
            announced: visited.announced,
            ending,
            at,
            host,
            pace,
            done,
        };
        Ok((completion, follow_up))
    }

    /// Settles the answer of a host to a request for a page, with what else is known of the page,
    /// and applies the settlement to the crawl.
    fn settle_page(
        &mut self,
        page: &Page,
        (host, result): (&Host, &Result<Answer, Trouble>),
        outcome: Outcome,
        digest: &[u8; 32],
    ) -> Result<Settlement, ArchiveError> {
        self.note_answer(page, host, result)?;
        if let (Some(list), Outcome::Read(ParsedPage::List(listing))) = (page.list(), &outcome) {
            self.papers
                .get_mut(&page.site)
                .first_readings
                .count(list, listing);
        }

        let outcome = self.with_plausibility(page, host, outcome)?;
        let plausibility = self.plausibility(page, &outcome, digest)?;
        let paper = &self.papers[&page.site];
        let known = if let Outcome::Read(parsed) = &outcome {
            self.archive
                .discovered(&page.site, &parsed.found(&paper.reader.scope))?
        } else {
            Vec::new()
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

    /// Notes that a page is no longer under way, and whether its host can be reached.
    fn note_answer(
        &mut self,
        page: &Page,
        host: &Host,
        result: &Result<Answer, Trouble>,
    ) -> Result<(), ArchiveError> {
        self.queues.answered(host, page.id);
        match result {
            Ok(answer) if answer.status == PAYMENT_REQUIRED => {
                self.queues.refuse_to_pay(host, page.id);
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(trouble) => self.check_reachability(host, trouble),
        }
    }

    /// Takes the bytes of a photo from the room that its paper has for photos.
    fn fill_photo_room(&mut self, page: &Page, bytes: u64) {
        if page.role() == Role::Photo {
            let paper = self.papers.get_mut(&page.site);
            paper.photo_room = paper.photo_room.saturating_sub(bytes);
        }
    }

    /// Returns the outcome as far as it is plausible, by the state of the host and by what the
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
        let outcome = self.redirect_own_copies(page, outcome)?;
        let outcome = self.without_loops(page, outcome)?;
        self.without_false_moves(page, outcome)
    }

    /// Applies a settlement to the crawl: the paper's room for pages, its counts, and the address
    /// of its home page.
    fn apply(&mut self, page: &Page, settlement: &Settlement) {
        if let Settlement::Done(judged) = settlement {
            let paper = self.papers.get_mut(&page.site);
            if paper.room == 0 && judged.new_pages > 0 {
                tracing::warn!(
                    site = %page.site, url = %page.url,
                    "most_pages is reached: links of this page are left alone"
                );
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
        let lists_nothing = self.papers[&page.site].reader.lists_nothing();
        match counted(page.role(), verdict, lists_nothing) {
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
}

/// Warns of the first failure in a row; further ones would only repeat it.
fn warn_of_first_failure(
    host: &Host,
    result: &Result<Answer, Trouble>,
    failures: u32,
    again: Timestamp,
) {
    if let (Err(trouble), 1) = (result, failures) {
        tracing::warn!(%host, why = %trouble, %again, "no answer: it is tried again");
    }
}
