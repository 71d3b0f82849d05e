//! What is told of papers under way: to people, to their monitors, and to the service manager.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::archive::{ArchiveError, RunEnd, SeedMode};
use crate::cli::Common;
use crate::cli::crawl::announce;
use crate::cli::crawl_report::{exit, tell};
use crate::cli::progress::Watch;
use crate::cli::schedule::monitors::Monitors;
use crate::cli::service;
use crate::config::Site;
use crate::crawl::{Event, PaperReport, Report};
use crate::fetch::Ping;

/// What was told of one session's papers.
pub(super) struct SessionMessages<'a> {
    common: &'a Common,
    monitors: Monitors,
    /// Until the session is over.
    watch: Option<Watch>,
    under_way: BTreeMap<String, Arc<Site>>,
    /// Of a session that stays for months, no more than the last run of each paper.
    last_runs: BTreeMap<String, PaperReport>,
    /// Set where a report could not be written.
    failed: anyhow::Result<()>,
}

impl<'a> SessionMessages<'a> {
    pub fn new(common: &'a Common) -> std::io::Result<Self> {
        Ok(Self {
            common,
            monitors: Monitors::new()?,
            watch: Some(Watch::new(common)),
            under_way: BTreeMap::new(),
            last_runs: BTreeMap::new(),
            failed: Ok(()),
        })
    }

    /// Tells what happened.
    pub fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Progress(progress) => {
                service::alive();
                if let Some(watch) = &mut self.watch {
                    watch.see(progress);
                }
            }
            Event::Began(began) => {
                let site = &began.reader.site;
                announce(self.common, SeedMode::Begin, began);
                self.monitors.tell(site, Ping::Start);
                self.under_way.insert(site.name.clone(), Arc::clone(site));
                service::status(&in_words(&self.under_way));
            }
            Event::Ended(report) => self.tell_end(report),
        }
    }

    fn tell_end(&mut self, report: &PaperReport) {
        if let (Some(site), Some(ping)) =
            (self.under_way.remove(&report.site), how_it_ended(report))
        {
            self.monitors.tell(&site, ping);
        }

        let of_one = Report::of(vec![report.clone()], report.elapsed);
        let told = tell(
            self.common,
            std::slice::from_ref(&report.site),
            &of_one,
            exit(&of_one, None, 0),
        );
        // The first failure is the one to tell.
        if self.failed.is_ok() {
            self.failed = told;
        }
        self.last_runs.insert(report.site.clone(), report.clone());
    }

    /// Ends what is shown, so that what is said from now on has lines of its own.
    pub fn end_progress(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.end();
        }
    }

    /// Returns what monitors are still being told.
    pub fn being_told(&self) -> Vec<JoinHandle<()>> {
        self.monitors.being_told()
    }

    /// Tells the monitors of papers under way that their runs could not go on, unless another
    /// process does the same.
    pub fn fail(&self, error: &anyhow::Error) {
        let was_put_off = matches!(
            error.downcast_ref(),
            Some(ArchiveError::Held { .. } | ArchiveError::LeaseLost)
        );
        if !was_put_off {
            self.under_way
                .values()
                .for_each(|site| self.monitors.tell(site, Ping::Failure));
        }
    }

    /// Returns the papers that are still under way, and a report of all last runs.
    pub fn end(self) -> (Vec<String>, anyhow::Result<Report>) {
        let Self {
            monitors,
            under_way,
            last_runs,
            failed,
            ..
        } = self;
        monitors.leave();
        let report = Report::of(last_runs.into_values().collect(), Duration::ZERO);
        (under_way.into_keys().collect(), failed.map(|()| report))
    }
}

/// What a service manager is told of the papers under way.
fn in_words(under_way: &BTreeMap<String, Arc<Site>>) -> String {
    const MOST: usize = 5;
    if under_way.len() > MOST {
        return format!("crawling {} papers", under_way.len());
    }
    let names: Vec<&str> = under_way.keys().map(String::as_str).collect();
    format!("crawling {}", names.join(", "))
}

/// What a site's monitor is told of a run; nothing where it was stopped by somebody who knows.
fn how_it_ended(report: &PaperReport) -> Option<Ping> {
    match report.how {
        RunEnd::Interrupted => None,
        // Single pages that fail are no news; a paper that could not be asked is.
        _ if report.is_home_skipped => Some(Ping::Failure),
        RunEnd::Finished | RunEnd::Stopped | RunEnd::Failed => Some(Ping::Success),
    }
}
