//! `saseo schedule`: crawls at their times, until it is stopped.

mod bell;
mod units;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clap::Args;
use futures_util::future::join_all;
use serde_json::json;

use crate::archive::{ArchiveError, FILE, LastCrawl, Lock, Reader, Seeding, vanished};
use crate::cli::configuration::{Configuration, ConfigurationError};
use crate::cli::crawl::{Begin, ResumeArgs, ToldToStop, run as crawl};
use crate::cli::exit::Exit;
use crate::cli::room::{self, TooLittleRoom};
use crate::cli::schedule::bell::{Bell, Woken};
use crate::cli::{Common, hint, say, service};
use crate::clock::Clock;
use crate::config::Site;
use crate::crawl::Report;
use crate::fetch::Ping;
use crate::schedule::{missed, next_start};
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

/// Crawls each site at its times, on the clock of its zone; one crawl after another, and one for all times that were missed.
pub(super) fn run(common: &Common, args: &ScheduleArgs) -> anyhow::Result<Exit> {
    let mut bell = Bell::new()?;
    let configuration = Configuration::load(common.config.as_deref())?;
    // Whoever looks now and then finds a paper due that was never crawled; whoever stays waits for its time.
    let since = if args.once { Timestamp::EPOCH } else { Clock::system().now() };
    starts(&configuration, &args.sites, &BTreeMap::new(), since)?;
    if args.units {
        let units = units::text(common, &args.sites, hint::contact(&configuration.settings))?;
        match common.json {
            true => say::json(&json!({ "units": units }))?,
            false => say::data(units.trim_end())?,
        }
        return Ok(Exit::Done);
    }
    let mut schedule = Schedule {
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
            Ok(Turn::Wait(until)) => until,
            Ok(Turn::End(exit)) => {
                service::stopping();
                return Ok(exit);
            }
            Err(error) => schedule.try_again_at(error)?,
        };
    }
}

/// What follows from a look at what is due.
enum Turn {
    Wait(Timestamp),
    End(Exit),
}

struct Schedule<'a> {
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

impl Schedule<'_> {
    /// Crawls what is due, or tells when something will be.
    fn turn(&mut self, bell: &mut Bell) -> anyhow::Result<Turn> {
        let now = Clock::system().now();
        let last = self.last_crawls()?;
        let mut starts = starts(&self.configuration, &self.args.sites, &last, self.since)?;
        starts.iter_mut().filter(|(_, site)| self.owed.contains(&site.name)).for_each(|(start, _)| *start = now);
        let due: Vec<Site> =
            starts.iter().filter(|(start, _)| *start <= now).map(|(_, site)| (*site).clone()).collect();
        if due.is_empty() {
            let (start, site) = starts.first().expect("there is a site with a schedule");
            let (start, site) = (*start, site.name.clone());
            return Ok(self.nothing_due(start, &site, now));
        }
        if let Some(holder) = Lock::holder(self.common.data()) {
            return Err(ArchiveError::Held { holder }.into());
        }
        room::check(self.common.data(), self.configuration.settings.limits.free_disk)?;
        if self.is_paused {
            self.common.voice().note("there is room on the disk again: going on");
            self.is_paused = false;
        }
        let skipped = due.iter().map(|site| missed(site, last.get(&site.name).map(|last| last.at), now)).sum();
        self.crawl(&due.iter().collect::<Vec<_>>(), skipped, bell)
    }

    /// Crawls these sites, and tells their monitors.
    fn crawl(&mut self, due: &[&Site], skipped: u64, bell: &mut Bell) -> anyhow::Result<Turn> {
        let began = Clock::system().now();
        let started: Vec<(&Site, Ping)> = due.iter().map(|site| (*site, Ping::Start)).collect();
        if let Err(stopped) = tell_monitors(&started, bell) {
            return Ok(Turn::End(stopped));
        }
        let names: Vec<String> = due.iter().map(|site| site.name.clone()).collect();
        service::status(&format!("crawling {}", names.join(", ")));
        let begin = Begin { seeding: Seeding::Begin, backfill: None, skipped };
        let crawled = crawl(self.common, &self.configuration, due, &ResumeArgs::default(), begin, bell.signals());
        let ended: Vec<_> = due.iter().filter_map(|site| Some((*site, how_it_ended(site, &crawled)?))).collect();
        let told = tell_monitors(&ended, bell);
        let exit = match (crawled, told) {
            (Ok((exit, _)), Ok(())) => exit,
            (Ok(_), Err(stopped)) => return Ok(Turn::End(stopped)),
            (Err(error), Ok(())) => {
                self.owed = names.into_iter().collect();
                return Err(error);
            }
            (Err(why), Err(_)) => return Err(ToldToStop { why }.into()),
        };
        (self.held, self.failures) = (None, 0);
        self.owed.clear();
        Ok(match exit {
            stopped @ (Exit::Interrupted | Exit::Terminated) => Turn::End(stopped),
            exit if self.args.once => Turn::End(exit),
            // Nothing came: whatever the schedule says, not at once again.
            Exit::Failed => Turn::Wait(began + GLANCE),
            // What failed has been told, and is tried again with the next crawl.
            _ => Turn::Wait(began),
        })
    }

    fn nothing_due(&mut self, start: Timestamp, site: &str, now: Timestamp) -> Turn {
        if self.args.once {
            self.common.voice().note(&format!("nothing is due; {site} from {start} on"));
            return Turn::End(Exit::Done);
        }
        if self.told != Some(start) {
            let next = format!("next: {site} at {start}");
            self.common.voice().note(&next);
            service::status(&next);
            self.told = Some(start);
        }
        Turn::Wait(start.min(now + GLANCE))
    }

    /// Decides when to try again after what could not be done, or ends with it.
    fn try_again_at(&mut self, error: anyhow::Error) -> anyhow::Result<Timestamp> {
        let now = Clock::system().now();
        if self.args.once || is_lasting(&error) {
            return Err(error);
        }
        if error.downcast_ref::<TooLittleRoom>().is_some() {
            if !self.is_paused {
                say::note(&format!("saseo: paused: {error}"));
                service::status("paused: too little room on the disk");
                self.is_paused = true;
            }
            return Ok(now + GLANCE);
        }
        if let Some(held @ (ArchiveError::Held { .. } | ArchiveError::LeaseLost)) = error.downcast_ref() {
            let held = held.to_string();
            if self.held.as_ref() != Some(&held) {
                say::note(&format!("saseo: {held}; waiting for it"));
                self.held = Some(held);
            }
            return Ok(now + GLANCE);
        }
        let rest = FAILED_AGAIN.saturating_mul(2u32.saturating_pow(self.failures)).min(LONGEST_FAILED_AGAIN);
        self.failures = self.failures.saturating_add(1);
        say::note(&format!("saseo: {error:#}; tried again in {} s", rest.as_secs()));
        Ok(now + rest)
    }

    /// Reads the configuration again; one that is wrong, or has nothing to crawl, is told and not taken.
    fn reload(&mut self) {
        let load = || -> anyhow::Result<Configuration> {
            let read = Configuration::load(self.common.config.as_deref())?;
            starts(&read, &self.args.sites, &BTreeMap::new(), self.since)?;
            Ok(read)
        };
        match load() {
            Ok(read) => {
                self.common.voice().note("the configuration was read again");
                self.configuration = read;
            }
            Err(error) => say::note(&format!("saseo: {error}; the configuration from before stands")),
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

/// Tells the monitors of sites what they have one for, which never fails a crawl; `Err` where SIGINT or SIGTERM came first.
fn tell_monitors(pings: &[(&Site, Ping)], bell: &mut Bell) -> Result<(), Exit> {
    let send = async |site: &Site, ping: Ping| match &site.schedule.ping {
        Some(url) => ping.send(url).await.map_err(|why| (site.name.clone(), why)),
        None => Ok(()),
    };
    for heard in bell.during(join_all(pings.iter().map(|(site, ping)| send(site, *ping))))? {
        if let Err((site, why)) = heard {
            say::note(&format!("saseo: the monitor of {site} could not be told: {why}"));
        }
    }
    Ok(())
}

/// What a site's monitor is told of a crawl; nothing where it was put off, or stopped by somebody who knows.
fn how_it_ended(site: &Site, crawled: &anyhow::Result<(Exit, Report)>) -> Option<Ping> {
    match crawled {
        Ok((Exit::Interrupted | Exit::Terminated, _)) => None,
        // Single pages that fail are no news; a paper that could not be asked is.
        Ok((_, report)) if report.given_up.iter().any(|(host, _)| *host == site.home.host()) => Some(Ping::Failure),
        Ok(_) => Some(Ping::Success),
        Err(error) if error.is::<TooLittleRoom>() => None,
        Err(error) => match error.downcast_ref() {
            Some(ArchiveError::Held { .. } | ArchiveError::LeaseLost) => None,
            _ => Some(Ping::Failure),
        },
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

/// When each site that has a schedule begins next, the first one first. A crawl that was broken off begins at once.
fn starts<'c>(
    configuration: &'c Configuration,
    names: &[String],
    last: &BTreeMap<String, LastCrawl>,
    since: Timestamp,
) -> anyhow::Result<Vec<(Timestamp, &'c Site)>> {
    let start = |site: &'c Site| {
        let last = last.get(&site.name);
        let next = next_start(site, last.map(|last| last.at), since)?;
        Some((if last.is_some_and(|last| last.is_broken_off) { Timestamp::EPOCH } else { next }, site))
    };
    let mut starts: Vec<_> = configuration.chosen(names)?.into_iter().filter_map(start).collect();
    starts.sort_by_key(|(start, _)| *start);
    if starts.is_empty() {
        let usage = "no site has a schedule: write `cron` or `every` under [schedule] in its file".to_owned();
        return Err(ConfigurationError::Usage(usage).into());
    }
    Ok(starts)
}
