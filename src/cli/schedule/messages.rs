//! The messages of a scheduler: to people on stderr, and to the service manager.

use std::cell::RefCell;

use crate::archive::SeedMode;
use crate::cli::crawl::announce;
use crate::cli::crawl_report::{exit, tell};
use crate::cli::progress::{Watch, tell_stopping};
use crate::cli::{Common, console, service};
use crate::config_folder::chain;
use crate::crawl::{CrawlProgress, CrawlReport, PaperReport};
use crate::schedule::{ListenerError, ScheduleEvent, ScheduleListener};

/// The most papers under way that a service manager is told by name. `systemctl status` shows them
/// in one line.
const MOST_NAMED: usize = 5;

/// Tells what a scheduler does.
pub(super) struct Messages<'a> {
    common: &'a Common,
    /// The progress of the session under way.
    watch: RefCell<Option<Watch>>,
}

impl<'a> Messages<'a> {
    pub(super) fn new(common: &'a Common) -> Self {
        Self {
            common,
            watch: RefCell::new(None),
        }
    }

    /// Tells something that is no error, unless the user wants to hear errors only.
    fn note(&self, text: &str) {
        self.common.voice().note(text);
    }

    fn show(&self, progress: &CrawlProgress) {
        service::alive();
        self.watch
            .borrow_mut()
            .get_or_insert_with(|| Watch::new(self.common))
            .see(progress);
    }

    /// Ends the progress line, so that later messages have lines of their own.
    fn end_progress(&self) {
        if let Some(watch) = self.watch.borrow_mut().take() {
            watch.end();
        }
    }
}

impl ScheduleListener for Messages<'_> {
    fn hear(&self, event: ScheduleEvent<'_>) {
        match event {
            ScheduleEvent::Awake => service::alive(),
            ScheduleEvent::Waits { site, start } => {
                let next = format!("next: {site} at {start}");
                self.note(&next);
                service::status(&next);
            }
            ScheduleEvent::NothingDue { site, start } => {
                self.note(&format!("nothing is due; {site} from {start} on"));
            }
            ScheduleEvent::Reloaded => self.note("the configuration was read again"),
            ScheduleEvent::NotReloaded(error) => console::note(&format!(
                "saseo: {error}; the configuration from before stands"
            )),
            ScheduleEvent::NotCrawled { site, why } => {
                console::note(&format!("saseo: {site} is not crawled: {why}"));
            }
            ScheduleEvent::Began(began) => announce(self.common, SeedMode::Begin, began),
            ScheduleEvent::UnderWay(papers) => service::status(&under_way(papers)),
            ScheduleEvent::Progress(progress) => self.show(progress),
            ScheduleEvent::Stopping(stopping) => tell_stopping(self.common.voice(), stopping),
            ScheduleEvent::SessionEnded => self.end_progress(),
            ScheduleEvent::Paused(too_little) => {
                console::note(&format!("saseo: paused: {too_little}"));
                service::status("paused: too little room on the disk");
            }
            ScheduleEvent::Resumed => self.note("there is room on the disk again: going on"),
            ScheduleEvent::ArchiveHeld(held) => {
                console::note(&format!("saseo: {held}; waiting for it"));
            }
            ScheduleEvent::Failed { error, retry_in } => console::note(&format!(
                "saseo: {}; tried again in {} s",
                chain(error),
                retry_in.as_secs()
            )),
        }
    }

    fn report(&self, report: &PaperReport) -> Result<(), ListenerError> {
        let of_one = CrawlReport::of(vec![report.clone()], report.elapsed);
        let exit = exit(&of_one, None, 0);
        let sites = std::slice::from_ref(&report.site);
        Ok(tell(self.common, sites, &of_one, exit)?)
    }
}

/// Tells that a site's monitor could not be told of its run.
pub(super) fn tell_monitor_failure(site: &str, why: &str) {
    console::note(&format!(
        "saseo: the monitor of {site} could not be told: {why}"
    ));
}

/// Names the papers under way for the service manager, or counts them where they are many.
fn under_way(papers: &[&str]) -> String {
    if papers.len() > MOST_NAMED {
        format!("crawling {} papers", papers.len())
    } else {
        format!("crawling {}", papers.join(", "))
    }
}
