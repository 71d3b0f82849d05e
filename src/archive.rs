//! The archive: one SQLite file, one writer thread, one transaction an answer. Nothing outside knows SQLite.

mod article;
mod capture;
mod commit;
mod error;
mod lease;
mod ledger;
mod pages;
mod reader;
mod robots;
mod run;
mod schema;
mod seed;
mod store;

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use crate::archive::store::Store;
use crate::config::settings::Durability;
use crate::frontier::{Found, PageId, Verdict};
use crate::page_url::Host;
use crate::politeness::StoredPace;
use crate::time::Timestamp;

pub use article::Change;
pub use capture::{Capture, Charset, pack};
pub use commit::{Answered, Done, Effect};
pub use error::ArchiveError;
pub use lease::{Lease, Lock};
pub use ledger::{AnnouncedId, Announcement, Ending};
pub use pages::{DueHost, NextPage, Selection};
pub use reader::{Filter, HostState, Kept, Reader, RunState, SiteState};
pub use robots::{RobotsCopy, RobotsId, Ruled};
pub use run::{How, RunId, Tally};
pub use schema::SCHEMA;
pub use seed::{Seed, Seeding};

/// The file's name in the data folder.
pub const FILE: &str = "archive.db";

/// The archive, open for writing: a handle to its one writer thread.
#[derive(Debug)]
pub struct Archive {
    jobs: Option<mpsc::Sender<Job>>,
    writer: Option<thread::JoinHandle<()>>,
    path: PathBuf,
}

type Job = Box<dyn FnOnce(&mut Store) + Send>;

impl Archive {
    /// Opens the archive in the folder `data`, makes it where there is none, and brings its schema up to date.
    pub fn open(data: &Path, durability: Durability) -> Result<Self, ArchiveError> {
        let path = data.join(FILE);
        std::fs::create_dir_all(data).map_err(|why| ArchiveError::folder(data, why))?;
        let mut store = Store::open(&path, durability)?;
        let (jobs, inbox) = mpsc::channel::<Job>();
        let work = move || inbox.into_iter().for_each(|job| job(&mut store));
        let writer = thread::Builder::new().name("archive".to_owned()).spawn(work);
        let writer = writer.map_err(|why| ArchiveError::folder(data, why))?;
        Ok(Self { jobs: Some(jobs), writer: Some(writer), path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the right to write from any holder before, and returns its epoch.
    pub fn take_lease(&self, holder: String, now: Timestamp) -> Result<Lease, ArchiveError> {
        self.call(move |store| store.take_lease(&holder, now))
    }

    /// Begins a run, and marks runs that were killed as interrupted.
    pub fn begin_run(&self, lease: Lease, command: String, now: Timestamp) -> Result<RunId, ArchiveError> {
        self.call(move |store| store.begin_run(lease, &command, now))
    }

    pub fn end_run(&self, run: RunId, how: How, tally: Tally, now: Timestamp) -> Result<(), ArchiveError> {
        self.call(move |store| store.end_run(run, how, &tally, now))
    }

    /// Makes sites known and, where the seeding says so, their entry pages due.
    pub fn seed(&self, lease: Lease, seeds: Vec<Seed>, seeding: Seeding, now: Timestamp) -> Result<(), ArchiveError> {
        self.call(move |store| store.seed(lease, &seeds, seeding, now))
    }

    /// Returns the hosts that have queued pages, each with the moment its first one is due.
    pub fn due_hosts(&self, of: Selection) -> Result<Vec<DueHost>, ArchiveError> {
        self.call(move |store| store.due_hosts(&of))
    }

    /// Returns how many pages are queued.
    pub fn queued(&self, of: Selection) -> Result<u64, ArchiveError> {
        self.call(move |store| store.queued(&of))
    }

    /// Returns a host's best due page, other than those under way.
    pub fn next_page(
        &self,
        host: Host,
        of: Selection,
        under_way: Vec<PageId>,
        now: Timestamp,
    ) -> Result<NextPage, ArchiveError> {
        self.call(move |store| store.next_page(&host, &of, &under_way, now))
    }

    /// Returns the pace that an earlier run left a host with.
    pub fn pace(&self, host: Host) -> Result<Option<StoredPace>, ArchiveError> {
        self.call(move |store| store.pace(&host))
    }

    /// Returns the newest robots.txt of an origin.
    pub fn robots(&self, origin: String) -> Result<Option<RobotsCopy>, ArchiveError> {
        self.call(move |store| store.newest_robots(&origin))
    }

    /// Returns, for each page, when it was discovered, if it was.
    pub fn discovered(&self, site: String, pages: Vec<Found>) -> Result<Vec<Option<Timestamp>>, ArchiveError> {
        self.call(move |store| store.discovered(&site, &pages))
    }

    /// Writes requests to the ledger before they leave.
    pub fn announce(
        &self,
        lease: Lease,
        run: RunId,
        requests: Vec<Announcement>,
        now: Timestamp,
    ) -> Result<Vec<AnnouncedId>, ArchiveError> {
        self.call(move |store| store.announce(lease, run, &requests, now))
    }

    /// Writes everything that follows from answers that are ready together, all of it or nothing.
    pub fn commit(
        &self,
        lease: Lease,
        run: RunId,
        answers: Vec<Answered>,
        now: Timestamp,
    ) -> Result<Vec<Effect>, ArchiveError> {
        self.call(move |store| store.commit(lease, run, &answers, now))
    }

    /// Settles a page that was not asked for.
    pub fn settle_unasked(
        &self,
        lease: Lease,
        page: PageId,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.call(move |store| store.settle_unasked(lease, page, &verdict, now))
    }

    /// Blocks until the writer has done it: the crawl's loop has nothing else to do until then, and under a paused clock
    /// no simulated time goes by.
    fn call<T: Send + 'static>(
        &self,
        intent: impl FnOnce(&mut Store) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let (reply, answer) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |store| {
            // The caller waits for this, so there is somebody to take it.
            let _ = reply.send(intent(store));
        });
        let jobs = self.jobs.as_ref().expect("the channel closes only when the archive is dropped");
        jobs.send(job).map_err(|_| ArchiveError::WriterGone)?;
        answer.recv().map_err(|_| ArchiveError::WriterGone)?
    }
}

/// Waits for the writer to finish what it was given, and closes the file.
impl Drop for Archive {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so on stderr; there is nobody left to tell.
            let _ = writer.join();
        }
    }
}
