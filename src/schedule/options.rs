//! What a scheduler crawls, and where.

use std::path::Path;

use crate::archive::ArchiveLocation;
use crate::config_folder::Config;
use crate::schedule::error::ScheduleError;
use crate::schedule::event::{ScheduleEvent, ScheduleListener};
use crate::schedule::mode::ScheduleMode;
use crate::schedule::starts::scheduled_sites;

/// What a scheduler crawls, and where.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleOptions<'a> {
    /// The folder of the configuration, as it was named.
    pub config: Option<&'a Path>,
    /// Where the archive is.
    pub place: &'a ArchiveLocation,
    /// The names of the sites; all that have a schedule where there is none.
    pub sites: &'a [String],
    pub mode: ScheduleMode,
    /// Hears of a monitor that could not be told: its site, and why. Called on a thread of its own.
    pub on_monitor_failure: fn(&str, &str),
}

impl ScheduleOptions<'_> {
    /// Reads the configuration again, and tells how that went. Returns nothing where it is wrong,
    /// or has nothing to crawl.
    pub(super) fn load_again(&self, listener: &dyn ScheduleListener) -> Option<Config> {
        match self.load() {
            Ok(read) => {
                listener.hear(ScheduleEvent::Reloaded);
                Some(read)
            }
            Err(error) => {
                listener.hear(ScheduleEvent::NotReloaded(&error));
                None
            }
        }
    }

    fn load(&self) -> Result<Config, ScheduleError> {
        let read = Config::find(self.config)?;
        let sites = scheduled_sites(&read, self.sites)?;
        read.have_contact(&sites)?;
        Ok(read)
    }
}
