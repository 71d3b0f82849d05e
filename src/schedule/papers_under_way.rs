//! The papers under way in one session of a scheduler: their monitors, and their last reports.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::archive::{ArchiveError, RunEnd};
use crate::config::Site;
use crate::crawl::{CrawlReport, Event, PaperReport};
use crate::crawl_session::SessionError;
use crate::fetch::Ping;
use crate::schedule::error::ListenerError;
use crate::schedule::event::{ScheduleEvent, ScheduleListener};
use crate::schedule::monitors::Monitors;

/// The papers of one session.
pub(super) struct PapersUnderWay<'a> {
    listener: &'a dyn ScheduleListener,
    monitors: Monitors,
    sites: BTreeMap<String, Arc<Site>>,
    /// The last run of each paper, and no more: a session may stay for months.
    last_runs: BTreeMap<String, PaperReport>,
    /// The first report that could not be told.
    not_reported: Option<ListenerError>,
}

/// The papers of a session that has ended.
pub(super) struct EndedPapers {
    /// The papers whose runs did not end.
    pub under_way: Vec<String>,
    /// The report of all last runs; an error where one could not be told.
    pub report: Result<CrawlReport, ListenerError>,
}

impl<'a> PapersUnderWay<'a> {
    /// Begins with no paper. `on_monitor_failure` hears of monitors, as
    /// [`crate::schedule::ScheduleOptions`] says.
    pub(super) fn new(
        listener: &'a dyn ScheduleListener,
        on_monitor_failure: fn(&str, &str),
    ) -> std::io::Result<Self> {
        Ok(Self {
            listener,
            monitors: Monitors::new(on_monitor_failure)?,
            sites: BTreeMap::new(),
            last_runs: BTreeMap::new(),
            not_reported: None,
        })
    }

    /// Hears an event of the crawl, and tells the listener and the monitors.
    pub(super) fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Progress(progress) => self.listener.hear(ScheduleEvent::Progress(progress)),
            Event::Began(began) => {
                let site = &began.reader.site;
                self.listener.hear(ScheduleEvent::Began(began));
                self.monitors.tell(site, Ping::Start, None);
                self.sites.insert(site.name.clone(), Arc::clone(site));

                let names: Vec<&str> = self.sites.keys().map(String::as_str).collect();
                self.listener.hear(ScheduleEvent::UnderWay(&names));
            }
            Event::Ended(report) => self.end_paper(report),
        }
    }

    fn end_paper(&mut self, report: &PaperReport) {
        if let (Some(site), Some(ping)) = (self.sites.remove(&report.site), end_ping(report)) {
            self.monitors.tell(&site, ping, message(report));
        }

        let reported = self.listener.report(report);
        if self.not_reported.is_none() {
            self.not_reported = reported.err();
        }
        self.last_runs.insert(report.site.clone(), report.clone());
    }

    /// Tells the monitors of papers under way that their runs could not go on. A session that was
    /// put off by another process tells nothing: that process crawls the papers.
    pub(super) fn fail(&self, error: &SessionError) {
        let was_put_off = matches!(
            error,
            SessionError::Archive(ArchiveError::Held { .. } | ArchiveError::LeaseLost)
        );
        if was_put_off {
            return;
        }

        for site in self.sites.values() {
            self.monitors.tell(site, Ping::Failure, None);
        }
    }

    /// Removes and returns the messages to monitors that are under way.
    pub(super) fn take_messages(&self) -> Vec<JoinHandle<()>> {
        self.monitors.take_under_way()
    }

    /// Ends the session. Messages to monitors that are still under way are dropped.
    pub(super) fn end(self) -> EndedPapers {
        self.monitors.drop_under_way();
        let report = match self.not_reported {
            Some(error) => Err(error),
            None => Ok(CrawlReport::of(
                self.last_runs.into_values().collect(),
                Duration::ZERO,
            )),
        };
        EndedPapers {
            under_way: self.sites.into_keys().collect(),
            report,
        }
    }
}

/// Returns the message to a site's monitor beside the ping: a line for each field that drifted.
fn message(report: &PaperReport) -> Option<String> {
    let lines = report
        .field_drift
        .iter()
        .map(|drift| format!("{}: {drift}\n", report.site));
    Some(lines.collect::<String>()).filter(|lines| !lines.is_empty())
}

/// Returns what a site's monitor is told at the end of a run. A run that people stopped is no news
/// to them.
fn end_ping(report: &PaperReport) -> Option<Ping> {
    match report.how {
        RunEnd::Interrupted => None,
        // Single pages that fail are no news; a paper that could not be asked is.
        RunEnd::Finished | RunEnd::Stopped | RunEnd::Failed if report.is_home_skipped => {
            Some(Ping::Failure)
        }
        RunEnd::Finished | RunEnd::Stopped | RunEnd::Failed => Some(Ping::Success),
    }
}
