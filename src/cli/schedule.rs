//! `saseo schedule`: crawls at their times, until it is stopped.

mod bell;
mod messages;
mod monitors;
mod starts;
mod units;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use futures_util::future::join_all;
use serde_json::json;

use crate::archive::{ArchiveError, FILE, LastCrawl, Reader, vanished};
use crate::cli::crawl::is_free;
use crate::cli::crawl_report::exit;
use crate::cli::exit::Exit;
use crate::cli::free_disk::TooLittleRoom;
use crate::cli::schedule::bell::{Bell, Woken};
use crate::cli::schedule::messages::SessionMessages;
use crate::cli::schedule::starts::{Starts, reload, scheduled};
use crate::cli::session::{SignalRelay, ToldToStop, run_session, web};
use crate::cli::{Common, console, hint, service};
use crate::clock::Clock;
use crate::config_folder::{Configuration, ConfigurationError};
use crate::crawl::Session;
use crate::host_lock::HostLocks;
use crate::schedule::Timetable;
use crate::time::Timestamp;

/// The clock is looked at so often: it may be set, and machines sleep. So are the disk and the archive's lock, and a watchdog hears of it.
const GLANCE: Duration = Duration::from_secs(15);

/// Where a crawl could not go on, the next try comes so much later, and twice as late each time, up to the longest.
const FAILED_AGAIN: Duration = Duration::from_secs(60);
const LONGEST_FAILED_AGAIN: Duration = Duration::from_secs(3600);

#[derive(Debug, Args)]
pub(super) struct ScheduleArgs {
    /// Sites by name; all that have a schedule where none is named
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Crawl what is due now, and end
    #[arg(long)]
    once: bool,
    /// Print systemd units, and a crontab line, that run it
    #[arg(long, conflicts_with = "once")]
    units: bool,
}

/// Crawls each site at its times, on the clock of its zone; papers side by side, and one crawl for
/// all times that were missed.
pub(super) fn run(common: &Common, args: &ScheduleArgs) -> anyhow::Result<Exit> {
    let mut bell = Bell::new()?;
    let configuration = Configuration::load(common.config.as_deref())?;
    // Whoever looks now and then finds a paper due that was never crawled; whoever stays waits for its time.
    let since = if args.once {
        Timestamp::EPOCH
    } else {
        Clock::system().now()
    };
    let sites = scheduled(&configuration, &args.sites)?;
    if args.units {
        let units = units::text(common, &args.sites, hint::contact(&configuration.settings))?;
        match common.json {
            true => console::json(&json!({ "units": units }))?,
            false => console::data(units.trim_end())?,
        }
        return Ok(Exit::Done);
    }
    sites
        .iter()
        .try_for_each(|site| configuration.has_contact(&site.name, site.own_site))?;
    let mut schedule = ScheduleRun {
        common,
        args,
        since,
        configuration,
        told: None,
        held: None,
        is_paused: false,
        has_archive: false,
        failures: 0,
        owed: BTreeSet::new(),
    };
    service::ready();
    let mut wake_at = Timestamp::EPOCH;
    loop {
        match bell.wait(wake_at.min(Clock::system().now() + GLANCE)) {
            Ok(Woken::InTime) => {}
            Ok(Woken::Reload) => {
                schedule.reload();
                wake_at = Timestamp::EPOCH;
            }
            Err(exit) => {
                service::stopping();
                return Ok(exit);
            }
        }
        service::alive();
        let now = Clock::system().now();
        // Where the moment lies further ahead than any wait, the clock was set back.
        if now < wake_at && wake_at <= now + LONGEST_FAILED_AGAIN {
            continue;
        }
        wake_at = match schedule.turn(&mut bell) {
            Ok(NextStep::Wait(until)) => until,
            Ok(NextStep::End(exit)) => {
                service::stopping();
                return Ok(exit);
            }
            Err(error) => schedule.try_again_at(error)?,
        };
    }
}

/// What follows from a look at what is due.
enum NextStep {
    Wait(Timestamp),
    End(Exit),
}

struct ScheduleRun<'a> {
    common: &'a Common,
    args: &'a ScheduleArgs,
    /// Sites that were never crawled are counted from then.
    since: Timestamp,
    configuration: Configuration,
    /// The next start, as it was told.
    told: Option<Timestamp>,
    /// Who holds the archive, as was told.
    held: Option<String>,
    /// The disk has too little room, as was told.
    is_paused: bool,
    /// The archive was there once: one that is gone is not begun anew, which would ask for the whole paper again.
    has_archive: bool,
    /// Crawls in a row that could not go on, and the sites that they were of.
    failures: u32,
    owed: BTreeSet<String>,
}

impl ScheduleRun<'_> {
    /// Crawls what is due, or tells when something will be.
    fn turn(&mut self, bell: &mut Bell) -> anyhow::Result<NextStep> {
        let now = Clock::system().now();
        let last = self.last_crawls()?;
        let sites = scheduled(&self.configuration, &self.args.sites)?;
        let timetable = Timetable::new(&sites, &last, &self.owed, self.since);
        if let Some((start, name)) = timetable.next().filter(|(start, _)| *start > now) {
            let name = name.to_owned();
            return Ok(self.nothing_due(start, &name, now));
        }

        is_free(self.common, self.configuration.settings.limits.free_disk)?;
        if self.is_paused {
            self.common
                .voice()
                .note("there is room on the disk again: going on");
            self.is_paused = false;
        }
        self.crawl(timetable, bell)
    }

    /// Crawls papers at their times, for as long as one is under way, and tells their monitors.
    fn crawl(&mut self, timetable: Timetable, bell: &mut Bell) -> anyhow::Result<NextStep> {
        let reloaded = RefCell::new(None);
        let (common, args, since) = (self.common, self.args, self.since);
        let mut reload = || match reload(common, args) {
            Ok(read) => {
                reloaded.replace(Some(read));
            }
            Err(error) => console::note(&format!(
                "saseo: {error}; the configuration from before stands"
            )),
        };
        let configuration = &mut self.configuration;
        let web = web(
            &configuration.settings,
            &configuration.sites.iter().collect::<Vec<_>>(),
        )?;
        let session = Session {
            command: "crawl".to_owned(),
            settings: configuration.settings.clone(),
            max_requests: None,
            at_most: None,
            locks: HostLocks::new(std::env::var_os("SASEO_RUNTIME_DIR")),
        };
        let mut agenda = Starts {
            args,
            since,
            configuration,
            timetable,
            reloaded: &reloaded,
            web: Arc::clone(&web),
            has_begun: false,
        };

        let mut told = SessionMessages::new(common)?;
        let (signals, hangup) = bell.parts();
        let mut ears = SignalRelay::of(signals).and_hangup(hangup, &mut reload);
        let ran = run_session(session, &mut agenda, web, common, &mut ears, |event| {
            told.hear(event)
        });
        told.end_progress();
        if let Err(error) = &ran {
            told.fail(error);
        }
        let stopped = bell.during(join_all(told.being_told())).err();

        let (under_way, report) = told.end();
        let ran = match (ran, stopped) {
            (Ok(ran), None) => ran,
            (Ok(_), Some(stopped)) => return Ok(NextStep::End(stopped)),
            (Err(error), None) => {
                self.owed.extend(under_way);
                return Err(error);
            }
            (Err(why), Some(_)) => return Err(ToldToStop { why }.into()),
        };
        let report = report?;
        (self.held, self.failures) = (None, 0);
        self.owed.clear();
        if let Some(stopped) = ran.signal {
            return Ok(NextStep::End(stopped));
        }
        if let Some(full) = ran.full {
            return Err(full.into());
        }
        Ok(match exit(&report, None, 0) {
            exit if self.args.once => NextStep::End(exit),
            // Nothing came: whatever the schedule says, not at once again.
            Exit::Failed => NextStep::Wait(Clock::system().now() + GLANCE),
            // What failed has been told, and is tried again with the next crawl.
            _ => NextStep::Wait(Timestamp::EPOCH),
        })
    }

    fn nothing_due(&mut self, start: Timestamp, site: &str, now: Timestamp) -> NextStep {
        if self.args.once {
            self.common
                .voice()
                .note(&format!("nothing is due; {site} from {start} on"));
            return NextStep::End(Exit::Done);
        }
        if self.told != Some(start) {
            let next = format!("next: {site} at {start}");
            self.common.voice().note(&next);
            service::status(&next);
            self.told = Some(start);
        }
        NextStep::Wait(start.min(now + GLANCE))
    }

    /// Decides when to try again after what could not be done, or ends with it.
    fn try_again_at(&mut self, error: anyhow::Error) -> anyhow::Result<Timestamp> {
        let now = Clock::system().now();
        if self.args.once || is_lasting(&error) {
            return Err(error);
        }
        if error.downcast_ref::<TooLittleRoom>().is_some() {
            if !self.is_paused {
                console::note(&format!("saseo: paused: {error}"));
                service::status("paused: too little room on the disk");
                self.is_paused = true;
            }
            return Ok(now + GLANCE);
        }
        if let Some(held @ (ArchiveError::Held { .. } | ArchiveError::LeaseLost)) =
            error.downcast_ref()
        {
            let held = held.to_string();
            if self.held.as_ref() != Some(&held) {
                console::note(&format!("saseo: {held}; waiting for it"));
                self.held = Some(held);
            }
            return Ok(now + GLANCE);
        }
        let rest = FAILED_AGAIN
            .saturating_mul(2u32.saturating_pow(self.failures))
            .min(LONGEST_FAILED_AGAIN);
        self.failures = self.failures.saturating_add(1);
        console::note(&format!(
            "saseo: {error:#}; tried again in {} s",
            rest.as_secs()
        ));
        Ok(now + rest)
    }

    /// Reads the configuration again; one that is wrong, or has nothing to crawl, is told and not taken.
    fn reload(&mut self) {
        match reload(self.common, self.args) {
            Ok(read) => self.configuration = read,
            Err(error) => console::note(&format!(
                "saseo: {error}; the configuration from before stands"
            )),
        }
    }

    /// When the last crawl of each site began; nothing where there is no archive yet, or one that a crawl will bring up to date.
    fn last_crawls(&mut self) -> anyhow::Result<BTreeMap<String, LastCrawl>> {
        let data = self.common.data();
        match data.join(FILE).is_file() {
            true => self.has_archive = true,
            false if self.has_archive => return Err(vanished(data).into()),
            false => return Ok(BTreeMap::new()),
        }

        match Reader::open(data) {
            Ok(reader) => Ok(reader.last_crawls(Clock::system().now())?),
            Err(ArchiveError::Older { .. } | ArchiveError::Empty { .. }) => Ok(BTreeMap::new()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What no time mends, or what came after a signal to stop.
fn is_lasting(error: &anyhow::Error) -> bool {
    error.is::<ToldToStop>()
        || matches!(
            error.downcast_ref(),
            Some(
                ArchiveError::NotAnArchive { .. }
                    | ArchiveError::Newer { .. }
                    | ArchiveError::Unreadable { .. }
                    | ArchiveError::Damaged(_)
                    | ArchiveError::Lost(_)
                    | ArchiveError::Vanished { .. }
            )
        )
        || error.downcast_ref::<ConfigurationError>().is_some()
}
