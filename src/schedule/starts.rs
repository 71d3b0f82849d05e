//! The papers of a configuration that have a schedule, and their starts during a session.

use std::cell::RefCell;
use std::sync::Arc;

use crate::archive::{RunEnd, SeedMode};
use crate::config::Site;
use crate::config_folder::{Config, ConfigError};
use crate::crawl::{Agenda, PaperReport, Start, TakenPaper};
use crate::fetch::Http;
use crate::schedule::event::{ScheduleEvent, ScheduleListener};
use crate::schedule::mode::ScheduleMode;
use crate::schedule::retry::GLANCE;
use crate::schedule::timetable::{DueStart, Timetable};
use crate::time::Timestamp;

/// Returns the sites that have a schedule: of those that are named, or of all where none is named.
///
/// # Errors
///
/// Fails where a name is unknown, or no site has a schedule.
pub fn scheduled_sites<'c>(
    configuration: &'c Config,
    names: &[String],
) -> Result<Vec<&'c Arc<Site>>, ConfigError> {
    let mut sites = configuration.chosen(names)?;
    sites.retain(|site| site.schedule.cron.is_some() || site.schedule.every.is_some());

    if sites.is_empty() {
        let usage = "no site has a schedule: write `cron` or `every` under [schedule] in its file";
        return Err(ConfigError::Usage(usage.to_owned()));
    }
    Ok(sites)
}

/// The starts of papers at their times.
pub(super) struct Starts<'a> {
    pub listener: &'a dyn ScheduleListener,
    /// The names of the sites; all where there is none.
    pub names: &'a [String],
    /// Sites that were never crawled are counted from this moment.
    pub since: Timestamp,
    pub configuration: &'a mut Config,
    /// A configuration that was read meanwhile.
    pub reloaded: &'a RefCell<Option<Config>>,
    pub timetable: Timetable,
    pub web: Arc<Http>,
    pub rounds: Rounds,
    /// When starts were asked for last.
    pub asked_at: Timestamp,
}

/// How often papers that are due are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounds {
    /// At every time.
    All,
    /// Once, and that is to come.
    One,
    /// Once, and that was.
    NoneLeft,
}

impl From<ScheduleMode> for Rounds {
    fn from(mode: ScheduleMode) -> Self {
        match mode {
            ScheduleMode::Once => Self::One,
            ScheduleMode::UntilStopped => Self::All,
        }
    }
}

impl Starts<'_> {
    /// Takes the papers of a configuration that was read meanwhile. Papers under way go on as they
    /// began.
    fn take_reloaded(&mut self) {
        let Some(read) = self.reloaded.take() else {
            return;
        };

        if let Ok(sites) = scheduled_sites(&read, self.names) {
            self.timetable.change(&sites, self.since);
        }
        self.web.allow_ports(
            read.sites
                .iter()
                .filter_map(|site| site.home.as_url().port()),
        );
        *self.configuration = read;
    }

    /// Returns the start of a paper that is due. Without a profile that is valid today, the paper
    /// is left out and the others go on.
    fn start(&self, due: DueStart) -> Option<Start> {
        match self.configuration.reader(&due.site) {
            Ok(reader) => Some(Start {
                reader,
                seeding: SeedMode::Begin,
                backfill: None,
                skipped: due.skipped,
                // A crawl that was broken off goes on, whenever it began.
                due: Some(due.at).filter(|at| *at > Timestamp::EPOCH),
            }),
            Err(why) => {
                self.listener.hear(ScheduleEvent::NotCrawled {
                    site: &due.site.name,
                    why: &why,
                });
                None
            }
        }
    }
}

impl Agenda for Starts<'_> {
    fn due(&mut self, is_under_way: &dyn Fn(&str) -> bool, now: Timestamp) -> Vec<Start> {
        self.asked_at = now;
        self.take_reloaded();
        match self.rounds {
            Rounds::All => {}
            Rounds::One => self.rounds = Rounds::NoneLeft,
            Rounds::NoneLeft => return Vec::new(),
        }

        let due = self.timetable.due(is_under_way, now);
        due.into_iter().filter_map(|due| self.start(due)).collect()
    }

    fn taken(&mut self, paper: TakenPaper) {
        // Both clocks are the server's while a session runs.
        self.timetable
            .try_again(&paper.site, self.asked_at + GLANCE);
    }

    fn ended(&mut self, report: &PaperReport) {
        if report.how == RunEnd::Failed {
            self.timetable.rest_after_failure(&report.site);
        }
    }

    fn next(&self, _now: Timestamp) -> Option<Timestamp> {
        match self.rounds {
            Rounds::All => self.timetable.next().map(|(start, _)| start),
            Rounds::One | Rounds::NoneLeft => None,
        }
    }
}
