//! A worker: it crawls what is due of the papers that no other worker crawls, and seeds nothing.

use std::time::Duration;

use crate::archive::{ArchiveError, ArchiveLocation};
use crate::clock::Clock;
use crate::config_folder::Config;
use crate::crawl::Event;
use crate::crawl_session::{
    PreparedSession, SessionError, SignalRelay, Stopping, may_begin, run_session, web,
    worker_session,
};
use crate::schedule::bell::{Bell, Woken};
use crate::schedule::error::ScheduleError;
use crate::schedule::free_papers::{FreePapers, REST};
use crate::schedule::lease_watch::AwaitedLease;
use crate::schedule::mode::ScheduleMode;
use crate::schedule::retry::is_lasting;
use crate::signals::StopSignal;
use crate::time::Timestamp;

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
    /// With [`ScheduleMode::Once`]: nothing else is left, and what a process has that may have been
    /// killed is free when its lease ends.
    Waits(&'a AwaitedLease),
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

/// What follows from a session.
enum AfterSession {
    LookAgain(Timestamp),
    End(WorkerEnd),
}

/// Crawls what is due until a signal comes, or with [`ScheduleMode::Once`] until nothing is.
///
/// A worker that loses its lease, or cannot reach its database, drops its requests and begins
/// again.
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
            Ok(AfterSession::End(end)) => return Ok(end),
            Ok(AfterSession::LookAgain(moment)) => {
                failures = 0;
                wake_at = moment;
                continue;
            }
            Err(error) => error,
        };
        papers.close();
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

/// Crawls the papers that are free, as long as there are some.
fn session(
    options: WorkerOptions<'_>,
    configuration: &Config,
    papers: &mut FreePapers<'_>,
    bell: &mut Bell,
    tell: &mut dyn FnMut(WorkerEvent<'_>),
) -> Result<AfterSession, ScheduleError> {
    may_begin(
        options.place.data(),
        configuration.settings.limits.free_disk,
    )?;
    if !papers.has_some()? {
        return Ok(match options.mode {
            ScheduleMode::Once => after_all(papers.awaited()?, tell),
            ScheduleMode::UntilStopped => AfterSession::LookAgain(now() + REST),
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
    Ok(match end.signal {
        Some(signal) => AfterSession::End(WorkerEnd::Stopped(signal)),
        None => AfterSession::LookAgain(now() + REST),
    })
}

/// Decides what a worker does that ends when nothing is due, and for which nothing is free.
fn after_all(awaited: Option<AwaitedLease>, tell: &mut dyn FnMut(WorkerEvent<'_>)) -> AfterSession {
    let Some(lease) = awaited else {
        return AfterSession::End(WorkerEnd::NothingDue);
    };
    if !lease.is_known {
        tell(WorkerEvent::Waits(&lease));
    }
    AfterSession::LookAgain(now() + lease.left.min(REST))
}

/// Tells whether the error is one of the user's: an address that is none, or no right.
fn is_refused(error: &ScheduleError) -> bool {
    matches!(error.archive(), Some(ArchiveError::Store(error)) if error.is_lasting())
}

fn now() -> Timestamp {
    Clock::system().now()
}
