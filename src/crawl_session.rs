//! A session of the crawl: composed from a configuration, on the archive of a data folder, over the
//! real network, until it is done or something stops it.

mod crawler;
mod error;
mod free_disk;
mod network;
mod plan;
mod stopping;

use std::path::Path;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::archive::{ArchiveError, ArchiveLocation, Lock, Writer};
use crate::clock::Clock;
use crate::config::units::Bytes;
use crate::crawl::{self, Agenda, Event, Session, Stop};
use crate::crawl_session::free_disk::DiskWatch;
use crate::fetch::Http;
use crate::signals::StopSignal;

pub use crawler::{CrawlLimits, Crawler};
pub use error::{CrawlError, SessionError};
pub use free_disk::{TooLittleRoom, check_free_disk};
pub use network::{NetworkError, network, request_signer, web};
pub use plan::{CrawlOrder, crawl_plan, host_locks, lasting_session, worker_session};
pub use stopping::{SignalRelay, Stopping};

/// The threads of a session's runtime. Two suffice: requests wait for most of their time, and the
/// loop of the crawl is one task.
const WORKER_THREADS: usize = 2;

/// A session, with the archive and the network that it works on.
#[derive(Debug)]
pub struct PreparedSession<'a> {
    pub session: Session,
    /// Where the archive is.
    pub place: &'a ArchiveLocation,
    pub web: Arc<Http>,
}

/// The reasons for which a session ended before its papers did.
#[derive(Debug)]
pub struct SessionEnd {
    /// The first stop signal that came.
    pub signal: Option<StopSignal>,
    /// The lack of room on the disk that interrupted a run.
    pub full: Option<TooLittleRoom>,
}

/// Refuses to begin where another run holds the archive, or the disk has too little room.
///
/// # Errors
///
/// [`ArchiveError::Held`] or [`TooLittleRoom`].
pub fn may_begin(data: &Path, least: Bytes) -> Result<(), SessionError> {
    if let Some(holder) = Lock::holder(data) {
        return Err(ArchiveError::Held { holder }.into());
    }
    Ok(check_free_disk(data, least)?)
}

/// Makes the runtime of a session.
///
/// # Errors
///
/// Fails where the system gives no threads.
pub fn runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .worker_threads(WORKER_THREADS)
        .build()
}

/// Crawls the papers of an agenda until it is done, or until a signal or too little room on the
/// disk stops it. The first signal lets answers under way be settled; the second drops them.
///
/// # Errors
///
/// Fails where the archive cannot go on, as [`crawl::serve`].
pub fn run_session(
    prepared: PreparedSession<'_>,
    agenda: &mut impl Agenda,
    signals: &mut SignalRelay<'_>,
    mut watcher: impl FnMut(Event<'_>),
) -> Result<SessionEnd, SessionError> {
    let runtime = runtime()?;
    let (stop, stopped) = watch::channel(Stop::GoOn);
    let least = prepared.session.settings.limits.free_disk;
    let mut disk = DiskWatch::new(prepared.place.data(), least, &stop);
    let mut signal = None;

    let done = runtime.block_on(async {
        let hears = signals.relay(&stop, &mut signal);
        let crawls = serve(prepared, agenda, stopped, |event| {
            disk.check(&event);
            watcher(event);
        });
        tokio::select! {
            biased;
            never = hears => match never {},
            done = crawls => done,
        }
    });
    // A page that is being parsed cannot be interrupted, and is not worth waiting for.
    runtime.shutdown_background();

    match (done, signal) {
        (Ok(()), signal) => Ok(SessionEnd {
            signal,
            full: disk.interrupted_by(),
        }),
        (Err(why), Some(_)) => Err(SessionError::FailedWhileStopping { why: why.into() }),
        (Err(why), None) => Err(why.into()),
    }
}

async fn serve(
    prepared: PreparedSession<'_>,
    agenda: &mut impl Agenda,
    stop: watch::Receiver<Stop>,
    watcher: impl FnMut(Event<'_>),
) -> Result<(), ArchiveError> {
    let PreparedSession {
        session,
        place,
        web,
    } = prepared;
    let holder = Lock::name_of_holder(&session.command, Clock::system().now());

    let lock = Lock::take(place.data(), &holder)?;
    let mut archive = Writer::at(place, lock, session.settings.archive.durability)?;
    let clock = archive.clock()?;
    let surroundings = crawl::Surroundings {
        web,
        clock,
        holder,
        stop,
    };
    crawl::serve(session, agenda, &mut archive, surroundings, watcher).await
}
