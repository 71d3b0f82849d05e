//! Re-extraction: reads all kept captures again, on all cores and without a request. Changed words
//! become a new version; better fields replace the old ones.

mod field_summary;
mod reading;
mod rereading;
mod summary;

use std::sync::Arc;

use crate::archive::{ArchiveError, Lease, RunId, Writer};
use crate::clock::Clock;
use crate::reextract::rereading::Rereading;
use crate::site_reader::SiteReader;

pub use field_summary::{FieldChangeKind, FieldExample, FieldSummary};
pub use summary::Summary;

/// The sites to read again, and whether to write the results.
#[derive(Debug)]
pub struct ReextractPlan {
    /// One reader for each site and each profile that ever read it.
    pub readers: Vec<Arc<SiteReader>>,
    pub mode: Mode,
}

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Write,
    /// Writes nothing. An article with several captures may be counted once for each.
    DryRun,
}

/// The archive to read again, and the right to write to it.
#[derive(Debug)]
pub struct LeasedArchive<'a> {
    pub archive: &'a mut Writer,
    pub lease: Lease,
    /// The run that the counts belong to; a dry run has none.
    pub run: Option<RunId>,
}

/// The progress of a re-extraction, in captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReextractProgress {
    pub captures: u64,
    pub left: u64,
}

/// Reads the sites' captures again, oldest first, until all are read or `is_stopped` says so.
///
/// Each batch is saved together with its position, so the next run with the same readers continues
/// where this one stopped.
///
/// If a batch was begun and not ended, one of its pages may have ended the process. Each page of
/// the batch is then read alone. A page that ends the process three times is left out. A dry run
/// leaves out the same pages, but records no new ones.
///
/// # Errors
///
/// Returns an error if the archive cannot be read or written. Saved batches stay saved.
pub fn reextract(
    leased: LeasedArchive<'_>,
    plan: &ReextractPlan,
    clock: &Clock,
    is_stopped: impl Fn() -> bool,
    mut watch: impl FnMut(&ReextractProgress),
) -> Result<Summary, ArchiveError> {
    let mut rereading = Rereading::begin(leased, plan, clock)?;
    let all = rereading.captures_left()?;

    loop {
        watch(&rereading.progress(all));

        if is_stopped() {
            return Ok(rereading.break_off());
        }

        match rereading.read_next() {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                // The process survived, so no page is to blame. If the note cannot be removed, the
                // next run only reads these pages one by one; the first error matters more.
                let _ = rereading.forget_begun();
                return Err(error);
            }
        }
    }

    rereading.end()
}
