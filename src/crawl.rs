//! The crawl: one loop for all papers under way. It owns the hosts and the queues, and sends the
//! requests that they decide on.

mod agenda;
mod announce;
mod answers;
mod backfill;
mod budget;
mod classify;
mod fetch_task;
mod follow_up;
mod hosts;
mod join_licences;
mod licences;
mod lists;
mod main_loop;
mod maintenance;
mod mass_deletion;
mod own_copies;
mod paper;
mod paper_end;
mod papers;
mod queues;
mod redirects;
mod refusal;
mod report;
mod robots_fetches;
mod seeding;
mod session;
mod tasks;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::archive::{ArchiveError, Lease, Sharing, Writer};
use crate::clock::Clock;
use crate::config::Settings;
use crate::crawl::budget::Budget;
use crate::crawl::main_loop::LoopEnd;
use crate::crawl::maintenance::Maintenance;
use crate::crawl::papers::Papers;
use crate::crawl::queues::Queues;
use crate::crawl::tasks::Tasks;
use crate::dispatch::{HostPool, RobotsCache};
use crate::fetch::Web;

pub use agenda::{Agenda, Once};
pub use backfill::Backfill;
pub use lists::ListsRead;
pub use paper::{Began, Start, TakenPaper};
pub use paper_end::PaperReport;
pub use report::CrawlReport;
pub use session::{CrawlPlan, CrawlProgress, Session};

pub use crate::dispatch::Stop;

/// The longest wait for the next turn or retry. Later work is left to the next crawl. Ten minutes
/// cover the usual gaps and backoffs; waiting longer would keep a process running for few requests.
pub const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// The longest time between two rounds of the loop, also where nothing happens. Watchers then see
/// that the crawl is alive: service managers and people wait for minutes at most.
const ROUND: Duration = Duration::from_secs(20);

/// The events that a crawl reports to its watcher.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Something was committed, or a round of the loop is done.
    Progress(&'a CrawlProgress),
    /// The run of a paper began.
    Began(&'a Began),
    /// The run of a paper ended.
    Ended(&'a PaperReport),
}

/// Crawls until nothing more is due within [`PATIENCE`], a limit is reached, or `stop` says so.
/// Calls `watcher` after every commit.
///
/// # Errors
///
/// Fails where the archive cannot go on. Where its files were deleted, moved or replaced meanwhile,
/// the error names the place where all answers are saved.
pub async fn run<W: Web>(
    plan: CrawlPlan,
    archive: &mut Writer,
    web: Arc<W>,
    clock: Clock,
    holder: String,
    stop: watch::Receiver<Stop>,
    mut watcher: impl FnMut(&CrawlProgress),
) -> Result<CrawlReport, ArchiveError> {
    let (session, mut once) = plan.into_parts();
    let began = clock.now();
    let surroundings = Surroundings {
        web,
        clock,
        holder,
        stop,
    };
    let mut reports = Vec::new();

    serve(
        session,
        &mut once,
        archive,
        surroundings,
        |event| match event {
            Event::Progress(progress) => watcher(progress),
            Event::Began(_) => {}
            Event::Ended(report) => reports.push(report.clone()),
        },
    )
    .await?;

    Ok(CrawlReport::of(reports, clock.now().since(began)))
}

/// The surroundings of a crawl: the network, the clock, and the process that it runs in.
#[derive(Debug)]
pub struct Surroundings<W> {
    pub web: Arc<W>,
    pub clock: Clock,
    /// The name of the process in locks and leases.
    pub holder: String,
    /// Signals to stop.
    pub stop: watch::Receiver<Stop>,
}

/// Crawls the papers of an agenda side by side. Each paper is crawled from its start until nothing
/// more of it is due within [`PATIENCE`]. The crawl ends when no paper is under way, when a limit
/// is reached, or when `stop` says so.
///
/// # Errors
///
/// As for [`run`].
pub async fn serve<W: Web>(
    session: Session,
    agenda: &mut impl Agenda,
    archive: &mut Writer,
    surroundings: Surroundings<W>,
    mut watcher: impl FnMut(Event<'_>),
) -> Result<(), ArchiveError> {
    let Surroundings {
        web,
        clock,
        holder,
        mut stop,
    } = surroundings;
    let mut crawl = Crawl::open(session, archive, web, clock, holder)?;

    match crawl.until_done(agenda, &mut stop, &mut watcher).await {
        Ok(LoopEnd::Done(run_end)) => crawl.close(run_end, &mut watcher),
        Ok(LoopEnd::Lost(loss)) => Err(crawl.fail_lost(&loss)),
        Err(error) => Err(crawl.fail(error)),
    }
}

/// A crawl under way.
struct Crawl<'a, W> {
    archive: &'a mut Writer,
    lease: Lease,
    clock: Clock,
    /// The name of the runs: `crawl` or `resume`.
    command: String,
    settings: Settings,
    papers: Papers,
    hosts: HostPool,
    robots: RobotsCache,
    queues: Queues,
    tasks: Tasks<W>,
    budget: Budget,
    maintenance: Maintenance,
}

impl<'a, W: Web> Crawl<'a, W> {
    /// Takes the archive's lease, and ends what an earlier crawl left unended.
    fn open(
        session: Session,
        archive: &'a mut Writer,
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
        let uptime = clock.uptime();
        let lease = archive.take_lease_as(&holder, Sharing::WithWorkers, began, uptime.as_ref())?;
        archive.close_killed_runs(lease)?;
        let unended = archive.give_up_often_unended(lease, began)?;
        archive.save()?;
        archive.adopt_objects(lease)?;

        let deadline = archive.deadline();
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
            tasks: Tasks::new(web, clock, deadline),
            budget: Budget::new(began, max_requests, at_most),
            maintenance: Maintenance::new(began),
            settings,
        })
    }
}
