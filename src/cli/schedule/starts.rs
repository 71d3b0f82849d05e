//! Which papers of a configuration start at which times, and a configuration that is read again.

use std::cell::RefCell;
use std::sync::Arc;

use crate::archive::{RunEnd, SeedMode};
use crate::cli::schedule::ScheduleArgs;
use crate::cli::{Common, console};
use crate::config::Site;
use crate::config_folder::{Configuration, ConfigurationError};
use crate::crawl::{Agenda, PaperReport, Start};
use crate::fetch::Http;
use crate::schedule::{DueStart, Timetable};
use crate::time::Timestamp;

/// Reads the configuration again, and says so; `Err` where it is wrong, or has nothing to crawl.
pub(super) fn reload(common: &Common, args: &ScheduleArgs) -> anyhow::Result<Configuration> {
    let read = Configuration::load(common.config.as_deref())?;
    let sites = scheduled(&read, &args.sites)?;
    sites
        .iter()
        .try_for_each(|site| read.has_contact(&site.name, site.own_site))?;
    common.voice().note("the configuration was read again");
    Ok(read)
}

/// The starts of papers at their times.
pub(super) struct Starts<'a> {
    pub args: &'a ScheduleArgs,
    pub since: Timestamp,
    pub configuration: &'a mut Configuration,
    pub timetable: Timetable,
    /// A configuration that was read meanwhile.
    pub reloaded: &'a RefCell<Option<Configuration>>,
    pub web: Arc<Http>,
    pub has_begun: bool,
}

impl Starts<'_> {
    /// Takes the papers of a configuration that was read meanwhile. Those under way go on as they
    /// began.
    fn take_reloaded(&mut self) {
        let Some(read) = self.reloaded.take() else {
            return;
        };
        if let Ok(sites) = scheduled(&read, &self.args.sites) {
            self.timetable.change(&sites, self.since);
        }
        self.web.allow_ports(
            read.sites
                .iter()
                .filter_map(|site| site.home.as_url().port()),
        );
        *self.configuration = read;
    }
}

impl Agenda for Starts<'_> {
    fn due(&mut self, is_under_way: &dyn Fn(&str) -> bool, now: Timestamp) -> Vec<Start> {
        self.take_reloaded();
        if self.args.once && self.has_begun {
            return Vec::new();
        }
        self.has_begun = true;

        let due = self.timetable.due(is_under_way, now);
        let start = |due: DueStart| match self.configuration.reader(&due.site) {
            Ok(reader) => Some(Start {
                reader,
                seeding: SeedMode::Begin,
                backfill: None,
                skipped: due.skipped,
            }),
            Err(why) => {
                // A profile that is not valid today: the others go on.
                console::note(&format!("saseo: {} is not crawled: {why}", due.site.name));
                None
            }
        };
        due.into_iter().filter_map(start).collect()
    }

    fn ended(&mut self, report: &PaperReport) {
        if report.how == RunEnd::Failed {
            self.timetable.rest_after_failure(&report.site);
        }
    }

    fn next(&self, _now: Timestamp) -> Option<Timestamp> {
        self.timetable
            .next()
            .map(|(start, _)| start)
            .filter(|_| !self.args.once)
    }
}

/// Returns the sites that have a schedule.
pub(super) fn scheduled<'c>(
    configuration: &'c Configuration,
    names: &[String],
) -> Result<Vec<&'c Arc<Site>>, ConfigurationError> {
    let mut sites = configuration.chosen(names)?;
    sites.retain(|site| site.schedule.cron.is_some() || site.schedule.every.is_some());
    if sites.is_empty() {
        let usage = "no site has a schedule: write `cron` or `every` under [schedule] in its file"
            .to_owned();
        return Err(ConfigurationError::Usage(usage));
    }
    Ok(sites)
}
