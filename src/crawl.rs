//! The crawl: one loop for all papers under way. It owns hosts and frontier, and sends what they
//! decide.

mod agenda;
mod announce;
mod answers;
mod backfill;
mod budget;
mod classify;
mod fetch_task;
mod hosts;
mod lists;
mod maintenance;
mod mass_deletion;
mod paper;
mod papers;
mod queues;
mod refusal;
mod report;
mod robots_fetches;
mod same_story;
mod seeding;
mod session;
mod tasks;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::archive::{Archive, ArchiveError, Lease, Loss, RunEnd};
use crate::clock::Clock;
use crate::config::Settings;
use crate::crawl::announce::WaitUntil;
use crate::crawl::budget::Budget;
use crate::crawl::maintenance::{Maintenance, empty_log};
use crate::crawl::papers::Papers;
use crate::crawl::queues::Queues;
use crate::crawl::tasks::Tasks;
use crate::dispatch::{HostPool, RobotsCache};
use crate::fetch::Web;
use crate::time::Timestamp;

pub use agenda::{Agenda, Once};
pub use backfill::Backfill;
pub use lists::ListsRead;
pub use paper::{Began, PaperReport, Start};
pub use report::Report;
pub use session::{CrawlPlan, CrawlProgress, Session};

pub use crate::dispatch::Stop;

/// A crawl waits this long for the next turn or retry; what is due later is left to the next one.
pub const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// The loop comes round so often, also where nothing happens: whoever watches sees that it lives.
const ROUND: Duration = Duration::from_secs(20);

/// What a crawl tells those who watch.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Something was committed, or the loop came round.
    Progress(&'a CrawlProgress),
    /// The run of a paper began.
    Began(&'a Began),
    /// The run of a paper ended.
    Ended(&'a PaperReport),
}

/// Crawls until nothing more is due within [`PATIENCE`], a limit is reached, or `stop` says so. `watcher` is told after
/// every commit.
///
/// # Errors
///
/// The archive cannot go on. Where its files were deleted, moved or replaced meanwhile, the error tells where everything
/// that was answered is saved.
pub async fn run<W: Web>(
    plan: CrawlPlan,
    archive: &mut Archive,
    web: Arc<W>,
    clock: Clock,
    holder: String,
    stop: watch::Receiver<Stop>,
    mut watcher: impl FnMut(&CrawlProgress),
) -> Result<Report, ArchiveError> {
    let (session, mut once) = plan.into_parts();
    let began = clock.now();
    let mut reports = Vec::new();
    let watch = |event: Event<'_>| match event {
        Event::Progress(progress) => watcher(progress),
        Event::Began(_) => {}
        Event::Ended(report) => reports.push(report.clone()),
    };
    serve(
        session,
        &mut once,
        archive,
        web,
        clock,
        (holder, stop),
        watch,
    )
    .await?;
    Ok(Report::of(reports, clock.now().since(began)))
}

/// Crawls the papers of an agenda, side by side, each from its start until nothing more of it is
/// due within [`PATIENCE`]; until none is under way, a limit is reached, or `stop` says so.
///
/// # Errors
///
/// As for [`run`].
pub async fn serve<W: Web>(
    session: Session,
    agenda: &mut impl Agenda,
    archive: &mut Archive,
    web: Arc<W>,
    clock: Clock,
    (holder, mut stop): (String, watch::Receiver<Stop>),
    mut watcher: impl FnMut(Event<'_>),
) -> Result<(), ArchiveError> {
    let mut crawl = Crawl::open(session, archive, web, clock, holder)?;
    match crawl.until_done(agenda, &mut stop, &mut watcher).await {
        Ok(LoopEnd::Done(how)) => crawl.close(how, &mut watcher),
        Ok(LoopEnd::Lost(loss)) => Err(crawl.fail_lost(&loss)),
        Err(error) => Err(crawl.fail(error)),
    }
}

/// Why the loop ends.
enum LoopEnd {
    Done(RunEnd),
    /// A file of the archive is not any more what was opened.
    Lost(Loss),
}

/// A crawl under way.
struct Crawl<'a, W> {
    archive: &'a mut Archive,
    lease: Lease,
    clock: Clock,
    /// What the runs are named: `crawl` or `resume`.
    command: String,
    settings: Settings,
    papers: Papers,
    hosts: HostPool,
    robots: RobotsCache,
    queues: Queues,
    tasks: Tasks<W>,
    account: Budget,
    upkeep: Maintenance,
}

impl<'a, W: Web> Crawl<'a, W> {
    fn open(
        session: Session,
        archive: &'a mut Archive,
        web: Arc<W>,
        clock: Clock,
        holder: String,
    ) -> Result<Self, ArchiveError> {
        let Session {
            command,
            settings,
            max_requests,
            at_most,
            locks,
        } = session;
        let began = clock.now();
        let lease = archive.take_lease(&holder, began, clock.uptime().as_ref())?;
        archive.close_runs(lease)?;
        let unended = archive.fail_unended(lease, began)?;
        archive.save()?;

        let hosts = HostPool::open(&settings.pace, locks, holder, archive, began)?;
        Ok(Self {
            archive,
            lease,
            clock,
            command,
            papers: Papers::new(unended),
            hosts,
            robots: RobotsCache::new(&settings.identity.agent),
            queues: Queues::default(),
            tasks: Tasks::new(web, clock),
            account: Budget::new(began, max_requests, at_most),
            upkeep: Maintenance::new(began),
            settings,
        })
    }

    async fn until_done(
        &mut self,
        agenda: &mut impl Agenda,
        stop: &mut watch::Receiver<Stop>,
        watcher: &mut impl FnMut(Event<'_>),
    ) -> Result<LoopEnd, ArchiveError> {
        loop {
            self.settle_ready(None)?;
            self.watch_files();

            let asked_to = *stop.borrow_and_update();
            let may_ask = asked_to == Stop::GoOn && self.upkeep.loss.is_none();
            if may_ask {
                let now = self.clock.now();
                let starts = agenda.due(&|site| self.papers.is_under_way(site), now);
                for began in self.start(starts)? {
                    watcher(Event::Began(&began));
                }
            }
            let waiting = match asked_to {
                _ if may_ask => self.ask()?,
                Stop::GoOn | Stop::Finish => WaitUntil::ForAnswers,
                Stop::Now => {
                    self.tasks.abort();
                    self.save()?;
                    return Ok(LoopEnd::Done(RunEnd::Interrupted));
                }
            };
            self.save()?;
            watcher(Event::Progress(&self.progress()));
            self.keep_log_short()?;
            if may_ask && waiting != WaitUntil::AtLimit {
                let ended = self.end_idle()?;
                for report in &ended {
                    agenda.ended(report);
                    watcher(Event::Ended(report));
                }
                // The time of one that ended may have come meanwhile.
                if !ended.is_empty() {
                    continue;
                }
            }

            if self.tasks.is_empty()
                && let Some(end) = self.end_after(waiting, asked_to)
            {
                return Ok(end);
            }
            let next = agenda.next(self.clock.now()).filter(|_| may_ask);
            self.wait(waiting, next, stop).await?;
        }
    }

    /// Tells whether the loop ends where nothing is under way.
    fn end_after(&mut self, waiting: WaitUntil, asked_to: Stop) -> Option<LoopEnd> {
        if let Some(loss) = self.upkeep.loss.take() {
            return Some(LoopEnd::Lost(loss));
        }
        match waiting {
            _ if asked_to != Stop::GoOn => Some(LoopEnd::Done(RunEnd::Interrupted)),
            WaitUntil::AtLimit => Some(LoopEnd::Done(RunEnd::Stopped)),
            WaitUntil::Until(_) | WaitUntil::ForAnswers if self.papers.is_empty() => {
                Some(LoopEnd::Done(RunEnd::Finished))
            }
            WaitUntil::Until(_) | WaitUntil::ForAnswers => {
                // Whatever was overlooked, the loop does not go on for nothing.
                self.queues.mark_all_idle();
                None
            }
        }
    }

    /// Waits for whatever comes first: an answer, the next turn, the next start, or a signal.
    async fn wait(
        &mut self,
        waiting: WaitUntil,
        next_start: Option<Timestamp>,
        stop: &mut watch::Receiver<Stop>,
    ) -> Result<(), ArchiveError> {
        let moment = match waiting {
            WaitUntil::Until(moment) => self.account.deadline.map_or(moment, |end| moment.min(end)),
            WaitUntil::ForAnswers | WaitUntil::AtLimit => Timestamp::MAX,
        };
        let clock = self.clock;
        let moment = moment
            .min(next_start.unwrap_or(Timestamp::MAX))
            .min(clock.now() + ROUND);
        let first = tokio::select! {
            Some(finished) = self.tasks.next() => Some(finished),
            () = clock.sleep_until(moment) => None,
            // A closed channel means that nobody will stop the crawl: then this branch is never ready.
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
            tally: self.account.tally,
            queued: self.account.queued,
            elapsed: self.clock.now().since(self.account.began),
            first_lists: ListsRead::sum(lists).filter(|read| read.pages < read.of),
        }
    }

    /// Ends the runs that are under way, and leaves the archive's log empty.
    fn close(
        mut self,
        how: RunEnd,
        watcher: &mut impl FnMut(Event<'_>),
    ) -> Result<(), ArchiveError> {
        for report in self.end_all(how)? {
            watcher(Event::Ended(&report));
        }
        self.archive.check_files(self.clock.now())?;
        empty_log(self.archive);
        Ok(())
    }
}

async fn changed(stop: &mut watch::Receiver<Stop>) {
    if stop.changed().await.is_err() {
        std::future::pending().await
    }
}
