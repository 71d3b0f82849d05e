//! One crawl: the loop that owns hosts and frontier, and sends what they decide.

mod ask;
mod backfill;
mod copy;
mod doubt;
mod held;
mod hosts;
mod lists;
mod outcome;
mod refusal;
mod robots;
mod seeding;
mod take;
mod upkeep;
mod visit;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::archive::{Archive, ArchiveError, CutList, How, Lease, Loss, RunId, Seed, Seeding, Tally};
use crate::clock::Clock;
use crate::config::Settings;
use crate::crawl::ask::Waiting;
use crate::crawl::held::Held;
use crate::crawl::lists::FirstReadings;
use crate::crawl::robots::{KnownRobots, Quest};
use crate::crawl::seeding::{at_last_home, seed};
use crate::crawl::upkeep::{Upkeep, empty_log};
use crate::crawl::visit::Finished;
use crate::fetch::Web;
use crate::frontier::PageId;
use crate::frontier::recrawl::SitePolicy;
use crate::host_lock::{HostLocks, SharedCeilings};
use crate::opt_out::Reservations;
use crate::page_url::Host;
use crate::politeness::{Hosts, Rest};
use crate::revisit::Looks;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

pub use backfill::Backfill;
pub use lists::ListsRead;

/// A crawl waits this long for the next turn or retry; what is due later is left to the next one.
pub const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// The loop comes round so often, also where nothing happens: whoever watches sees that it lives.
const ROUND: Duration = Duration::from_secs(20);

/// What to crawl, and how far.
#[derive(Debug)]
pub struct Plan {
    /// `crawl` or `resume`, as the run is named.
    pub command: String,
    pub sites: Vec<Arc<SiteReader>>,
    pub seeding: Seeding,
    pub settings: Settings,
    /// Scheduled starts that this one makes up for.
    pub skipped: u64,
    pub max_requests: Option<u64>,
    pub at_most: Option<Duration>,
    /// Where this machine's crawls tell one another which hosts they ask.
    pub locks: HostLocks,
    /// Days of the past that are read once by lists limited to them.
    pub backfill: Option<Backfill>,
}

/// Whether to go on. Set by signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    #[default]
    GoOn,
    /// No new requests; answers under way are settled.
    Finish,
    /// Requests under way are dropped.
    Now,
}

/// Where a crawl stands, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub tally: Tally,
    pub queued: u64,
    pub elapsed: Duration,
    /// Where lists are read for the first time and no article came yet: how far that is.
    pub lists_first: Option<ListsRead>,
}

/// How a crawl ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub run: RunId,
    pub how: How,
    pub tally: Tally,
    pub elapsed: Duration,
    /// Pages still queued, due later or left by the run.
    pub queued: u64,
    /// When the first of them is due, where none is yet.
    pub due_at: Option<Timestamp>,
    /// Hosts that have more to ask and were left alone, and why.
    pub given_up: Vec<(Host, String)>,
    /// Sites of which so much of what was looked at again is gone that none of it was marked.
    pub disbelieved: Vec<(String, Looks)>,
    /// Lists that have more rows than their server shows, and of which the rest was not read yet.
    pub lists_cut: Vec<CutList>,
}

/// Crawls until nothing more is due within [`PATIENCE`], a limit is reached, or `stop` says so. `watcher` is told after
/// every commit.
///
/// # Errors
///
/// The archive cannot go on. Where its files were deleted, moved or replaced meanwhile, the error tells where everything
/// that was answered is saved.
pub async fn run<W: Web>(
    plan: Plan,
    archive: &mut Archive,
    web: Arc<W>,
    clock: Clock,
    holder: String,
    mut stop: watch::Receiver<Stop>,
    mut watcher: impl FnMut(&Progress),
) -> Result<Report, ArchiveError> {
    let mut crawl = Crawl::begin(plan, archive, web, clock, holder)?;
    match crawl.until_done(&mut stop, &mut watcher).await {
        Ok(End::Done(how)) => crawl.end(how),
        Ok(End::Lost(loss)) => Err(crawl.fail_lost(&loss)),
        Err(error) => Err(crawl.fail(error)),
    }
}

/// Why the loop ends.
enum End {
    Done(How),
    /// A file of the archive is not any more what was opened.
    Lost(Loss),
}

/// A crawl under way.
struct Crawl<'a, W> {
    archive: &'a mut Archive,
    web: Arc<W>,
    clock: Clock,
    lease: Lease,
    run: RunId,
    began: Timestamp,
    sites: HashMap<String, Arc<SiteReader>>,
    /// When each site's pages are asked for again, by the site's name.
    policies: HashMap<String, SitePolicy>,
    settings: Settings,
    max_requests: Option<u64>,
    deadline: Option<Timestamp>,
    hosts: Hosts,
    /// The ceilings, as this machine's other crawls keep them too.
    shared: SharedCeilings,
    /// The hosts that nobody else on this machine may ask now.
    held: Held,
    /// The site that a host was first met for.
    host_sites: HashMap<Host, Arc<SiteReader>>,
    given_up: HashMap<Host, String>,
    /// What each site's host says of all its pages, by the site's name.
    reservations: HashMap<String, Arc<Reservations>>,
    /// How many more pages of each site may be known.
    room: HashMap<String, u64>,
    robots: HashMap<String, KnownRobots>,
    /// robots.txt files, and what they were redirected to, waiting for their host's turn.
    quests: HashMap<Host, Vec<Quest>>,
    /// Origins whose robots.txt is being asked for.
    asked_robots: HashSet<String>,
    under_way: HashMap<Host, Vec<PageId>>,
    /// Pages that want to be paid for: they are not asked for twice in a run, however long it takes.
    unpaid: HashMap<Host, Vec<PageId>>,
    tasks: JoinSet<Finished>,
    tally: Tally,
    upkeep: Upkeep,
    /// Lists that are read for the first time.
    first_readings: FirstReadings,
    /// Sites of which a look at an article found nothing.
    missing: BTreeSet<String>,
    /// Whether too much of a site was gone to be true, and when that was counted.
    too_much_gone: HashMap<String, (Timestamp, bool)>,
    /// Requests that came back with an answer, whatever it said.
    answers: u64,
    queued: u64,
}

impl<'a, W: Web> Crawl<'a, W> {
    fn begin(
        plan: Plan,
        archive: &'a mut Archive,
        web: Arc<W>,
        clock: Clock,
        holder: String,
    ) -> Result<Self, ArchiveError> {
        let began = clock.now();
        let lease = archive.take_lease(&holder, began, clock.uptime().as_ref())?;
        let run = archive.begin_run(lease, &plan.command, &hosts::terms(&plan), plan.skipped, began)?;
        let tally = Tally { failed: archive.fail_unended(lease, began)?, ..Tally::default() };
        archive.note_tally(lease, run, &tally)?;
        let seeds: Vec<Seed> = plan.sites.iter().map(|reader| seed(reader, plan.backfill, began)).collect();
        let sites = plan.sites.iter().map(|reader| Ok((reader.site.name.clone(), at_last_home(reader, archive)?)));
        let sites = sites.collect::<Result<HashMap<_, _>, ArchiveError>>()?;
        let (backfill, seeding) = (plan.backfill, plan.seeding);
        let policies = archive.seed(lease, &seeds, plan.seeding, began)?;
        let policies = seeds.into_iter().map(|seed| seed.site).zip(policies).collect();
        archive.select(plan.sites.iter().map(|reader| reader.site.name.as_str()))?;
        let pace = &plan.settings.pace;
        let (per_server, total) = (pace.server_rate.0, pace.total_rate.0);
        let mut hosts = Hosts::new(per_server, total);
        hosts.take_up(&archive.last_requests(began - per_server.max(total))?, began);
        let mut crawl = Self {
            archive,
            web,
            clock,
            lease,
            run,
            began,
            hosts,
            shared: plan.locks.ceilings(per_server, total),
            held: Held::new(plan.locks, holder),
            sites,
            policies,
            settings: plan.settings,
            max_requests: plan.max_requests,
            deadline: plan.at_most.map(|span| began + span),
            host_sites: HashMap::new(),
            given_up: HashMap::new(),
            reservations: HashMap::new(),
            room: HashMap::new(),
            robots: HashMap::new(),
            quests: HashMap::new(),
            asked_robots: HashSet::new(),
            under_way: HashMap::new(),
            unpaid: HashMap::new(),
            tasks: JoinSet::new(),
            tally,
            upkeep: Upkeep::new(tally, began),
            first_readings: FirstReadings::default(),
            missing: BTreeSet::new(),
            too_much_gone: HashMap::new(),
            answers: 0,
            queued: 0,
        };
        for site in crawl.sites.keys().cloned().collect::<Vec<_>>() {
            crawl.learn_reservations(&site)?;
            let room = crawl.sites[&site].site.discover.most_pages.saturating_sub(crawl.archive.pages_of(&site)?);
            crawl.room.insert(site, room);
        }
        crawl.begin_backfills(backfill, seeding)?;
        crawl.queued = crawl.archive.queued()?;
        for due in crawl.archive.due_hosts()? {
            crawl.want(&due.host, &due.site, due.first_due)?;
        }
        Ok(crawl)
    }

    async fn until_done(
        &mut self,
        stop: &mut watch::Receiver<Stop>,
        watcher: &mut impl FnMut(&Progress),
    ) -> Result<End, ArchiveError> {
        loop {
            self.take_finished(None)?;
            self.watch_files();

            let asked_to = *stop.borrow_and_update();
            let waiting = match asked_to {
                Stop::GoOn if self.upkeep.loss.is_none() => self.ask()?,
                Stop::GoOn | Stop::Finish => Waiting::ForAnswers,
                Stop::Now => {
                    // A task that reads a page cannot be stopped within it, and is not waited for.
                    self.tasks.abort_all();
                    self.save()?;
                    return Ok(End::Done(How::Interrupted));
                }
            };
            self.save()?;
            watcher(&self.progress());
            self.keep_log_short()?;

            if self.tasks.is_empty()
                && let Some(end) = self.end_after(waiting, asked_to)
            {
                return Ok(end);
            }
            self.wait(waiting, stop).await?;
        }
    }

    /// Tells whether the loop ends where nothing is under way.
    fn end_after(&mut self, waiting: Waiting, asked_to: Stop) -> Option<End> {
        if let Some(loss) = self.upkeep.loss.take() {
            return Some(End::Lost(loss));
        }
        match waiting {
            Waiting::Until(moment) if moment <= self.clock.now() + PATIENCE => None,
            Waiting::Until(_) | Waiting::ForAnswers if asked_to != Stop::GoOn => Some(End::Done(How::Interrupted)),
            Waiting::AtLimit => Some(End::Done(How::Stopped)),
            Waiting::Until(_) | Waiting::ForAnswers => Some(End::Done(How::Finished)),
        }
    }

    /// Waits for whatever comes first: an answer, the next turn, or a signal.
    async fn wait(&mut self, waiting: Waiting, stop: &mut watch::Receiver<Stop>) -> Result<(), ArchiveError> {
        let moment = match waiting {
            Waiting::Until(moment) => self.deadline.map_or(moment, |end| moment.min(end)),
            Waiting::ForAnswers | Waiting::AtLimit => Timestamp::MAX,
        };
        let clock = self.clock;
        let moment = moment.min(clock.now() + ROUND);
        let first = tokio::select! {
            Some(finished) = self.tasks.join_next() => Some(finished),
            () = clock.sleep_until(moment) => None,
            // A closed channel means that nobody will stop the crawl: then this branch is never ready.
            () = changed(stop) => None,
        };
        match first {
            Some(finished) => self.take_finished(Some(finished)),
            None => Ok(()),
        }
    }

    /// Marks what is gone, unless too much of a site is to be true.
    fn mark_gone(&mut self, now: Timestamp) -> Result<Vec<(String, Looks)>, ArchiveError> {
        let mut disbelieved = Vec::new();
        for site in std::mem::take(&mut self.missing) {
            match self.archive.mark_gone(self.lease, &site, self.began, now)? {
                Ok(gone) => self.tally.articles_gone += gone,
                Err(looks) => disbelieved.push((site, looks)),
            }
        }
        Ok(disbelieved)
    }

    fn progress(&self) -> Progress {
        let no_article_yet = self.tally.articles_new == 0 && self.tally.articles_changed == 0;
        Progress {
            tally: self.tally,
            queued: self.queued,
            elapsed: self.clock.now().since(self.began),
            lists_first: self.first_readings.so_far().filter(|_| no_article_yet),
        }
    }

    fn end(mut self, how: How) -> Result<Report, ArchiveError> {
        let homes: Vec<Host> = self.sites.values().map(|reader| reader.site.home.host()).collect();
        self.given_up.retain(|host, _| homes.contains(host));
        let nothing_came = self.answers == 0 && !self.given_up.is_empty();
        let how = if nothing_came && how == How::Finished { How::Failed } else { how };
        let now = self.clock.now();
        let disbelieved = self.mark_gone(now)?;
        let resting = self.hosts.resting_after(now + PATIENCE);
        let why = |rest: Option<Rest>| rest.map_or("its gap is that long", Rest::in_words);
        let resting =
            resting.map(|(host, until, rest)| (host.clone(), format!("it is left alone until {until}: {}", why(rest))));
        let mut given_up: Vec<_> = resting.chain(std::mem::take(&mut self.given_up)).collect();
        given_up.sort();
        if !given_up.is_empty() {
            self.archive.explain_run(self.run, &in_words(&given_up))?;
        }
        self.archive.end_run(self.run, how, &self.tally, now)?;
        self.archive.check_files(now)?;
        empty_log(self.archive);
        let queued = self.archive.queued()?;
        let first_due = self.archive.due_hosts()?.into_iter().map(|host| host.first_due).min();
        let lists_cut = self.sites.keys().map(|site| self.archive.cut_lists(site));
        let lists_cut = lists_cut.collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Report {
            run: self.run,
            how,
            tally: self.tally,
            elapsed: now.since(self.began),
            queued,
            due_at: first_due.filter(|due| *due > now),
            given_up,
            disbelieved,
            lists_cut,
        })
    }
}

async fn changed(stop: &mut watch::Receiver<Stop>) {
    if stop.changed().await.is_err() {
        std::future::pending().await
    }
}

/// What a run gave up, as it is stored.
fn in_words(given_up: &[(Host, String)]) -> String {
    let told: Vec<String> = given_up.iter().map(|(host, why)| format!("{host}: {why}")).collect();
    told.join("; ")
}
