//! The loop of a crawl: settle answers, start papers, send requests, save, end papers, wait.

use std::future::pending;

use tokio::sync::watch;

use crate::archive::{ArchiveError, Loss, RunEnd};
use crate::crawl::agenda::Agenda;
use crate::crawl::announce::WaitUntil;
use crate::crawl::lists::ListsRead;
use crate::crawl::maintenance::{empty_log, index_some};
use crate::crawl::session::CrawlProgress;
use crate::crawl::{Crawl, Event, ROUND};
use crate::dispatch::Stop;
use crate::fetch::Web;
use crate::time::Timestamp;

/// The reason for the end of the loop.
pub(super) enum LoopEnd {
    Done(RunEnd),
    /// A file of the archive is no longer the one that was opened.
    Lost(Loss),
}

impl<W: Web> Crawl<'_, W> {
    /// Runs the loop until nothing is left to do, a limit is reached, or `stop` says so.
    pub(super) async fn until_done(
        &mut self,
        agenda: &mut impl Agenda,
        stop: &mut watch::Receiver<Stop>,
        watcher: &mut impl FnMut(Event<'_>),
    ) -> Result<LoopEnd, ArchiveError> {
        loop {
            self.settle_ready(None)?;
            self.archive.renew(self.lease)?;
            self.watch_files();

            let signal = *stop.borrow_and_update();
            let may_ask = signal == Stop::GoOn && self.maintenance.loss.is_none();
            if may_ask {
                self.start_due(agenda, watcher)?;
            }
            let waiting = match signal {
                _ if may_ask => self.ask()?,
                Stop::GoOn | Stop::Finish => WaitUntil::ForAnswers,
                Stop::Now => {
                    self.tasks.abort();
                    let (runs, now) = (self.papers.runs(), self.clock.now());
                    self.archive.end_dropped_requests(self.lease, &runs, now)?;
                    self.save()?;
                    return Ok(LoopEnd::Done(RunEnd::Interrupted));
                }
            };

            self.save()?;
            watcher(Event::Progress(&self.progress()));
            self.index_words()?;
            self.bundle_bodies()?;
            self.keep_log_short()?;

            if may_ask && waiting != WaitUntil::AtLimit {
                let ended = self.end_idle()?;
                for report in &ended {
                    agenda.ended(report);
                    watcher(Event::Ended(report));
                }
                // The next start of a paper that just ended may already be due.
                if !ended.is_empty() {
                    continue;
                }
            }

            if self.tasks.is_empty()
                && let Some(end) = self.end_after(waiting, signal)
            {
                return Ok(end);
            }
            let next_start = agenda.next(self.clock.now()).filter(|_| may_ask);
            self.wait(waiting, next_start, stop).await?;
        }
    }

    /// Starts the papers that are due.
    fn start_due(
        &mut self,
        agenda: &mut impl Agenda,
        watcher: &mut impl FnMut(Event<'_>),
    ) -> Result<(), ArchiveError> {
        let now = self.clock.now();
        let starts = agenda.due(&|site| self.papers.is_under_way(site), now);
        let started = self.start(starts)?;
        for began in started.began {
            watcher(Event::Began(&began));
        }
        for taken in started.taken {
            agenda.taken(taken);
        }
        Ok(())
    }

    /// Returns why the loop ends when no task is under way; `None` where it goes on.
    fn end_after(&mut self, waiting: WaitUntil, signal: Stop) -> Option<LoopEnd> {
        if let Some(loss) = self.maintenance.loss.take() {
            return Some(LoopEnd::Lost(loss));
        }

        match waiting {
            _ if signal != Stop::GoOn => Some(LoopEnd::Done(RunEnd::Interrupted)),
            WaitUntil::AtLimit => Some(LoopEnd::Done(RunEnd::Stopped)),
            WaitUntil::Until(_) | WaitUntil::ForAnswers if self.papers.is_empty() => {
                Some(LoopEnd::Done(RunEnd::Finished))
            }
            WaitUntil::Until(_) | WaitUntil::ForAnswers => {
                // Checks all papers again, so that none is overlooked and the loop does not wait
                // for nothing.
                self.queues.mark_all_idle();
                None
            }
        }
    }

    /// Waits for the first of these: an answer, the next turn, the next start, or a signal.
    async fn wait(
        &mut self,
        waiting: WaitUntil,
        next_start: Option<Timestamp>,
        stop: &mut watch::Receiver<Stop>,
    ) -> Result<(), ArchiveError> {
        let turn = match waiting {
            WaitUntil::Until(moment) => self.budget.deadline.map_or(moment, |end| moment.min(end)),
            WaitUntil::ForAnswers | WaitUntil::AtLimit => Timestamp::MAX,
        };
        let clock = self.clock;
        let moment = turn
            .min(next_start.unwrap_or(Timestamp::MAX))
            .min(clock.now() + self.archive.renewal().unwrap_or(ROUND).min(ROUND));

        let deadline = self.archive.deadline();
        let first = tokio::select! {
            biased;
            () = deadline.passed() => return Err(ArchiveError::LeaseLost),
            Some(finished) = self.tasks.next() => Some(finished),
            () = clock.sleep_until(moment) => None,
            () = changed(stop) => None,
        };
        match first {
            Some(finished) => self.settle_ready(Some(finished)),
            None => Ok(()),
        }
    }

    fn progress(&self) -> CrawlProgress {
        let lists = self
            .papers
            .iter()
            .filter_map(|paper| paper.first_readings.so_far());
        CrawlProgress {
            tally: self.budget.tally,
            queued: self.budget.queued,
            elapsed: self.clock.now().since(self.budget.began),
            first_lists: ListsRead::sum(lists).filter(|read| read.pages < read.of),
        }
    }

    /// Ends the runs under way, and empties the archive's log.
    pub(super) fn close(
        mut self,
        run_end: RunEnd,
        watcher: &mut impl FnMut(Event<'_>),
    ) -> Result<(), ArchiveError> {
        for report in self.end_all(run_end)? {
            watcher(Event::Ended(&report));
        }

        match run_end {
            RunEnd::Finished | RunEnd::Stopped => self.end_bundle()?,
            // The next `saseo compact` deletes an object that nobody waited for.
            RunEnd::Interrupted | RunEnd::Failed => {}
        }
        self.archive.check_files(self.clock.now())?;
        index_some(self.archive, self.lease)?;
        self.archive.end_lease(self.lease)?;
        empty_log(self.archive);
        Ok(())
    }
}

/// Waits for a signal. A closed channel never sends one: then this never returns.
async fn changed(stop: &mut watch::Receiver<Stop>) {
    if stop.changed().await.is_err() {
        pending().await
    }
}
