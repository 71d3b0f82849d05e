//! The events of a scheduler, for a listener that prints them or passes them on.

use std::time::Duration;

use crate::archive::ArchiveError;
use crate::config_folder::ConfigError;
use crate::crawl::{Began, CrawlProgress, PaperReport};
use crate::crawl_session::{Stopping, TooLittleRoom};
use crate::schedule::error::{ListenerError, ScheduleError};
use crate::time::Timestamp;

/// Hears what a scheduler does.
pub trait ScheduleListener {
    fn hear(&self, event: ScheduleEvent<'_>);

    /// Tells the report of a paper's run.
    ///
    /// # Errors
    ///
    /// Fails where it could not be told. The scheduler goes on, and returns the first such error
    /// when the papers under way have ended.
    fn report(&self, report: &PaperReport) -> Result<(), ListenerError>;
}

/// Something that a scheduler did, found or waits for.
#[derive(Debug)]
pub enum ScheduleEvent<'a> {
    /// The scheduler is alive: it woke up.
    Awake,
    /// Nothing is due, and the scheduler waits for the next start. Told once for each start.
    Waits { site: &'a str, start: Timestamp },
    /// Nothing is due, and the scheduler ends.
    NothingDue { site: &'a str, start: Timestamp },

    /// The configuration was read again.
    Reloaded,
    /// The configuration could not be read again: the earlier one stays.
    NotReloaded(&'a ScheduleError),
    /// A paper that is due is not crawled: its profile is not valid today, for example.
    NotCrawled { site: &'a str, why: &'a ConfigError },

    /// A paper's run began.
    Began(&'a Began),
    /// The names of the papers under way, after one began.
    UnderWay(&'a [&'a str]),
    /// A crawl got on.
    Progress(&'a CrawlProgress),
    /// A signal stops the crawl.
    Stopping(Stopping),
    /// No paper is under way any more.
    SessionEnded,

    /// The disk has too little room: the scheduler waits. Told once.
    Paused(&'a TooLittleRoom),
    /// The disk has room again.
    Resumed,
    /// Another process holds the archive: the scheduler waits. Told once for each holder.
    ArchiveHeld(&'a ArchiveError),
    /// A crawl could not go on, and is tried again.
    Failed {
        error: &'a ScheduleError,
        retry_in: Duration,
    },
}
