//! Free disk: a crawl stops before the disk is full.

use std::path::{Path, PathBuf};

use tokio::sync::watch;

use crate::archive::RunEnd;
use crate::config::units::Bytes;
use crate::crawl::{Event, Stop};
use crate::disk;

/// Bytes of a MiB, the unit that people read.
const MIB: f64 = 1024.0 * 1024.0;

/// The archive's disk has less room than `limits.free_disk` leaves free.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "the disk of {} has {:.1} MiB left, less than limits.free_disk ({:.1} MiB); \
     what is stored is safe: make room, and `resume` goes on",
    data.display(),
    *free as f64 / MIB,
    *least as f64 / MIB
)]
pub struct TooLittleRoom {
    data: PathBuf,
    free: u64,
    least: u64,
}

/// Checks that the disk of the data folder has room. A system that does not tell its free disk
/// passes.
pub fn check_free_disk(data: &Path, Bytes(least): Bytes) -> Result<(), TooLittleRoom> {
    match disk::free(data) {
        Some(free) if free < least => Err(TooLittleRoom {
            data: data.to_owned(),
            free,
            least,
        }),
        Some(_) | None => Ok(()),
    }
}

/// Watches the free disk during a session, and stops the session before the disk is full.
pub(super) struct DiskWatch<'a> {
    data: &'a Path,
    least: Bytes,
    stop: &'a watch::Sender<Stop>,
    full: Option<TooLittleRoom>,
    /// Whether a run was interrupted.
    is_interrupted: bool,
}

impl<'a> DiskWatch<'a> {
    pub(super) fn new(data: &'a Path, least: Bytes, stop: &'a watch::Sender<Stop>) -> Self {
        Self {
            data,
            least,
            stop,
            full: None,
            is_interrupted: false,
        }
    }

    /// Checks the free disk at an event of the crawl. A session that stops already is not changed.
    pub(super) fn check(&mut self, event: &Event<'_>) {
        if let (None, Err(too_little)) = (&self.full, check_free_disk(self.data, self.least)) {
            self.full = Some(too_little);
            self.stop.send_if_modified(|stop| {
                std::mem::replace(stop, (*stop).max(Stop::Finish)) == Stop::GoOn
            });
        }

        if let Event::Ended(report) = event {
            self.is_interrupted |= report.how == RunEnd::Interrupted;
        }
    }

    /// Returns the lack of room that interrupted a run. Runs that ended by themselves need no room.
    pub(super) fn interrupted_by(self) -> Option<TooLittleRoom> {
        self.full.filter(|_| self.is_interrupted)
    }
}
