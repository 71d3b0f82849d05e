//! A worker: it crawls what is due of the papers that no other worker crawls, and seeds nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::archive::{ArchiveError, ArchiveLocation, Reader, SeedMode};
use crate::clock::Clock;
use crate::config::Site;
use crate::config_folder::Config;
use crate::crawl::{Agenda, Event, PATIENCE, PaperReport, Start};
use crate::crawl_session::{
    PreparedSession, SessionError, SignalRelay, Stopping, may_begin, run_session, web,
    worker_session,
};
use crate::schedule::bell::{Bell, Woken};
use crate::schedule::error::ScheduleError;
use crate::schedule::mode::ScheduleMode;
use crate::schedule::retry::is_lasting;
use crate::signals::StopSignal;
use crate::time::Timestamp;

/// The time between two looks for work where there was some. Papers are taken a few at a time, so
/// that workers that begin together share them.
const LOOK: Duration = Duration::from_secs(1);

/// The time between two looks for work where there was none.
const REST: Duration = Duration::from_secs(5);

/// The most papers that are taken at one look.
const TAKEN_TOGETHER: usize = 16;

/// The least time between two runs of one paper: what a run leaves due, such as pages of a host that
/// another worker asks, is not tried again at once.
const BETWEEN_RUNS: Duration = Duration::from_secs(60);

/// The longest time between two runs of a paper whose runs ask for nothing, as where its host cannot
/// be found: each run stands in the ledger.
const BETWEEN_EMPTY_RUNS: Duration = Duration::from_secs(3600);

/// The first wait after an error; it doubles with each further one in a row.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// The longest wait after errors.
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// What a worker crawls, and where.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions<'a> {
    pub place: &'a ArchiveLocation,
    /// The names of the sites; all where there is none.
    pub sites: &'a [String],
    pub mode: ScheduleMode,
}

/// What a worker tells.
#[derive(Debug)]
pub enum WorkerEvent<'a> {
    Crawl(Event<'a>),
    Stopping(Stopping),
    /// What it had claimed is free for others; it begins again.
    Failed {
        error: &'a ScheduleError,
        retry_in: Duration,
    },
}

/// Why a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerEnd {
    Stopped(StopSignal),
    /// With [`ScheduleMode::Once`]: nothing is due that nobody crawls.
    NothingDue,
}

/// Crawls what is due until a signal comes, or with [`ScheduleMode::Once`] until nothing is.
///
/// A worker that loses its lease, or cannot reach its database, drops its requests and begins again.
///
/// # Errors
///
/// Fails where no time mends the error, as [`crate::schedule::Scheduler::run`].
pub fn work(
    options: WorkerOptions<'_>,
    configuration: &Config,
    bell: &mut Bell,
    tell: &mut dyn FnMut(WorkerEvent<'_>),
) -> Result<WorkerEnd, ScheduleError> {
    let sites = configuration.chosen(options.sites)?;
    let mut papers = FreePapers::new(options.place, configuration, &sites);
    let (mut wake_at, mut failures) = (Timestamp::EPOCH, 0);
    loop {
        match bell.wait(wake_at) {
            Ok(Woken::InTime | Woken::ToReload) => {}
            Err(stop) => return Ok(WorkerEnd::Stopped(stop)),
        }

        let error = match session(options, configuration, &mut papers, bell, tell) {
            Ok(Some(end)) => return Ok(end),
            Ok(None) => {
                failures = 0;
                wake_at = now() + REST;
                continue;
            }
            Err(error) => error,
        };
        papers.reader = None;
        if is_lasting(&error) || is_refused(&error) {
            return Err(error);
        }
        let retry_in = FIRST_RETRY
            .saturating_mul(2_u32.saturating_pow(failures))
            .min(LONGEST_RETRY);
        failures = failures.saturating_add(1);
        tell(WorkerEvent::Failed {
            error: &error,
            retry_in,
        });
        wake_at = now() + retry_in;
    }
}

/// Crawls the papers that are free, as long as there are some. Returns `None` where none is, and the
/// worker goes on.
fn session(
    options: WorkerOptions<'_>,
    configuration: &Config,
    papers: &mut FreePapers<'_>,
    bell: &mut Bell,
    tell: &mut dyn FnMut(WorkerEvent<'_>),
) -> Result<Option<WorkerEnd>, ScheduleError> {
    may_begin(
        options.place.data(),
        configuration.settings.limits.free_disk,
    )?;
    if !papers.has_some(now())? {
        return Ok(match options.mode {
            ScheduleMode::Once => Some(WorkerEnd::NothingDue),
            ScheduleMode::UntilStopped => None,
        });
    }

    let sites: Vec<_> = configuration.sites.iter().collect();
    let prepared = PreparedSession {
        session: worker_session(&configuration.settings),
        place: options.place,
        web: web(&configuration.settings, &sites)?,
    };
    let tell = std::cell::RefCell::new(tell);
    let told = |stopping| (tell.borrow_mut())(WorkerEvent::Stopping(stopping));
    let (stops, _) = bell.signals();
    let mut signals = SignalRelay::of(stops, &told);
    let end = run_session(prepared, papers, &mut signals, |event| {
        (tell.borrow_mut())(WorkerEvent::Crawl(event));
    })?;
    if let Some(full) = end.full {
        return Err(SessionError::NoRoom(full).into());
    }
    papers.took_error()?;
    Ok(end.signal.map(WorkerEnd::Stopped))
}

/// Tells whether the error is one of the user's: an address that is none, or no right.
fn is_refused(error: &ScheduleError) -> bool {
    matches!(error.archive(), Some(ArchiveError::Store(error)) if error.is_lasting())
}

fn now() -> Timestamp {
    Clock::system().now()
}

/// The papers that nobody crawls and that have something due, as the agenda of a worker.
struct FreePapers<'a> {
    place: &'a ArchiveLocation,
    configuration: &'a Config,
    sites: HashMap<&'a str, &'a Arc<Site>>,
    reader: Option<Reader>,
    /// The papers that this worker began to crawl.
    begun: Vec<String>,
    /// When each paper may be crawled again here, by the system's clock, and how long it rested.
    rests: HashMap<String, (Timestamp, Duration)>,
    next_look: Timestamp,
    failed: Option<ArchiveError>,
}

impl<'a> FreePapers<'a> {
    fn new(place: &'a ArchiveLocation, configuration: &'a Config, sites: &[&'a Arc<Site>]) -> Self {
        Self {
            place,
            configuration,
            sites: sites
                .iter()
                .map(|site| (site.name.as_str(), *site))
                .collect(),
            reader: None,
            begun: Vec::new(),
            rests: HashMap::new(),
            next_look: Timestamp::EPOCH,
            failed: None,
        }
    }

    /// Tells whether there is something to crawl.
    fn has_some(&mut self, now: Timestamp) -> Result<bool, ArchiveError> {
        self.begun.clear();
        self.next_look = Timestamp::EPOCH;
        Ok(!self.look(now)?.is_empty())
    }

    /// Returns the papers that this worker may take, those of its fair share.
    fn look(&mut self, now: Timestamp) -> Result<Vec<Start>, ArchiveError> {
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => {
                let reader = Reader::of(self.place)?;
                reader.limit_waits()?;
                reader
            }
        };
        let due = reader.due_papers(now, PATIENCE)?;
        self.reader = Some(reader);

        let is_rested = |name: &&String| {
            let rest = self.rests.get(*name);
            rest.is_none_or(|(until, _)| now >= *until)
        };
        let free: Vec<&String> = due
            .free
            .iter()
            .filter(|name| self.sites.contains_key(name.as_str()))
            .filter(is_rested)
            .collect();

        let all = free.len() as u64 + due.under_way;
        let share = all.div_ceil(due.workers.max(1));
        let left = share.saturating_sub(self.begun.len() as u64);
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(TAKEN_TOGETHER);
        let starts = free.into_iter().filter_map(|name| self.start(name));
        Ok(starts.take(most).collect())
    }

    fn start(&self, name: &str) -> Option<Start> {
        let site = self.sites.get(name)?;
        match self.configuration.reader(site) {
            Ok(reader) => Some(Start {
                reader,
                seeding: SeedMode::Resume,
                backfill: None,
                skipped: 0,
                due: None,
            }),
            Err(error) => {
                tracing::warn!(site = name, %error, "this paper is left out");
                None
            }
        }
    }

    /// Returns the error of a look during the session.
    fn took_error(&mut self) -> Result<(), ArchiveError> {
        self.failed.take().map_or(Ok(()), Err)
    }
}

impl Agenda for FreePapers<'_> {
    fn due(&mut self, is_under_way: &dyn Fn(&str) -> bool, now: Timestamp) -> Vec<Start> {
        if now < self.next_look {
            return Vec::new();
        }
        self.begun.retain(|name| is_under_way(name));
        let starts = match self.look(now) {
            Ok(starts) => starts,
            Err(error) => {
                tracing::warn!(%error, "cannot look for papers that are due");
                self.failed = Some(error);
                Vec::new()
            }
        };
        self.next_look = now + if starts.is_empty() { REST } else { LOOK };
        let names = starts.iter().map(|start| start.reader.site.name.clone());
        self.begun.extend(names);
        starts
    }

    fn ended(&mut self, report: &PaperReport) {
        let before = self.rests.get(&report.site).map(|(_, rest)| *rest);
        let rest = match before {
            Some(before) if report.tally.requests == 0 => {
                before.saturating_mul(2).min(BETWEEN_EMPTY_RUNS)
            }
            Some(_) | None => BETWEEN_RUNS,
        };
        self.rests.insert(report.site.clone(), (now() + rest, rest));
    }

    fn next(&self, _now: Timestamp) -> Option<Timestamp> {
        Some(self.next_look)
    }
}
