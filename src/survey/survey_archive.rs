//! The archive of surveys: several may write into it by turns, each in a run of its own.

use std::cell::{Cell, RefCell};

use crate::archive::{ArchiveError, Lease, NewRun, RunId, Writer};
use crate::clock::Clock;
use crate::config::Settings;
use crate::dispatch::HomeTerms;
use crate::fetch::Web;
use crate::time::Timestamp;

/// An archive with the lease of this process.
#[derive(Debug)]
pub(crate) struct SurveyArchive {
    /// No survey holds it while it waits for an answer.
    pub writer: RefCell<Writer>,
    pub lease: Lease,
    has_run: Cell<bool>,
}

impl SurveyArchive {
    /// Takes the archive's lease, and closes the runs of processes that were killed.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read or written.
    pub(crate) fn lease(
        mut writer: Writer,
        holder: &str,
        clock: &Clock,
    ) -> Result<Self, ArchiveError> {
        let lease = writer.take_lease(holder, clock.now(), clock.uptime().as_ref())?;
        writer.close_killed_runs(lease)?;
        Ok(Self {
            writer: RefCell::new(writer),
            lease,
            has_run: Cell::new(false),
        })
    }

    /// Begins the run of a survey. Those that began before may be under way, and the audit holds
    /// all of them to their terms.
    pub(super) fn begin_run(
        &self,
        home: &HomeTerms,
        settings: &Settings,
        web: &impl Web,
        now: Timestamp,
    ) -> Result<RunId, ArchiveError> {
        let joins = self.has_run.replace(true);
        let terms = home.terms(settings, web, None, joins);
        let run = NewRun {
            site: None,
            command: "survey",
            terms: &terms,
            skipped: 0,
        };

        let mut writer = self.writer.borrow_mut();
        let run = writer.add_run(self.lease, run, now)?;
        writer.save()?;
        Ok(run)
    }
}
