//! `saseo schedule`: crawls at their times, until it is stopped.

mod units;

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::archive::{ArchiveError, FILE, Reader, Seeding};
use crate::cli::configuration::{Configuration, ConfigurationError};
use crate::cli::crawl::{Begin, ResumeArgs, run as crawl};
use crate::cli::exit::Exit;
use crate::cli::interrupt::Caught;
use crate::cli::{Common, say};
use crate::clock::Clock;
use crate::config::Site;
use crate::schedule::next_start;
use crate::time::Timestamp;

/// The clock is looked at so often: it may be set, and machines sleep.
const GLANCE: Duration = Duration::from_secs(30);

/// Where another crawl holds the archive, the next try comes so much later.
const HELD_AGAIN: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
pub(in crate::cli) struct ScheduleArgs {
    /// Sites by name; all that have a schedule where none is named
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Crawl what is due now, and end
    #[arg(long)]
    once: bool,
    /// Print a systemd service and timer, and a crontab line, that do so every five minutes
    #[arg(long, conflicts_with = "once")]
    units: bool,
}

/// Why a wait ended.
enum Woken {
    InTime,
    /// SIGHUP: the configuration is read again.
    Reload,
}

/// Crawls each site at its times, on the clock of its zone; one crawl after another, and one for all times that were missed.
pub(in crate::cli) fn run(common: &Common, args: &ScheduleArgs) -> anyhow::Result<Exit> {
    let mut bell = Bell::new()?;
    let mut configuration = Configuration::load(common.config.as_deref())?;
    // Whoever looks now and then finds a paper due that was never crawled; whoever stays waits for its time.
    let since = if args.once { Timestamp::EPOCH } else { Clock::system().now() };
    if args.units {
        starts(common, &configuration, &args.sites, since)?;
        say::data(units::text(common, &args.sites)?.trim_end())?;
        return Ok(Exit::Done);
    }
    let (mut wake_at, mut told) = (Timestamp::EPOCH, None);
    loop {
        match bell.wait(wake_at) {
            Ok(Woken::InTime) => {}
            Ok(Woken::Reload) => configuration = reloaded(common, args, configuration),
            Err(exit) => return Ok(exit),
        }
        let now = Clock::system().now();
        let starts = starts(common, &configuration, &args.sites, since)?;
        let due: Vec<&Site> = starts.iter().filter(|(start, _)| *start <= now).map(|(_, site)| *site).collect();
        if due.is_empty() {
            let (start, site) = starts.first().expect("there is a site with a schedule");
            if args.once {
                common.voice().note(&format!("nothing is due; {} from {start} on", site.name));
                return Ok(Exit::Done);
            }
            if told != Some(*start) {
                common.voice().note(&format!("next: {} at {start}", site.name));
                told = Some(*start);
            }
            wake_at = (*start).min(now + GLANCE);
            continue;
        }
        let begin = Begin { seeding: Seeding::Begin, backfill: None };
        wake_at = match crawl(common, &configuration, &due, &ResumeArgs::default(), begin) {
            Ok(stopped @ (Exit::Interrupted | Exit::Terminated)) => return Ok(stopped),
            Ok(exit) if args.once => return Ok(exit),
            // What failed has been told, and is tried again with the next crawl.
            Ok(_) => now,
            Err(error) if is_held_by_another(&error) && !args.once => {
                say::note(&format!("saseo: {error}; tried again in {} s", HELD_AGAIN.as_secs()));
                now + HELD_AGAIN
            }
            Err(error) => return Err(error),
        };
    }
}

/// Reads the configuration again; one that is wrong, or has nothing to crawl, is told and not taken.
fn reloaded(common: &Common, args: &ScheduleArgs, before: Configuration) -> Configuration {
    let load = || -> anyhow::Result<Configuration> {
        let read = Configuration::load(common.config.as_deref())?;
        starts(common, &read, &args.sites, Timestamp::EPOCH)?;
        Ok(read)
    };
    match load() {
        Ok(read) => {
            common.voice().note("the configuration was read again");
            read
        }
        Err(error) => {
            say::note(&format!("saseo: {error}; the configuration from before stands"));
            before
        }
    }
}

fn is_held_by_another(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ArchiveError::Held { .. }))
}

/// When each site that has a schedule begins next, the first one first.
fn starts<'c>(
    common: &Common,
    configuration: &'c Configuration,
    names: &[String],
    since: Timestamp,
) -> anyhow::Result<Vec<(Timestamp, &'c Site)>> {
    let now = Clock::system().now();
    let last = last_crawls(common, now)?;
    // A moment ahead is from a clock that was wrong once.
    let last = |site: &Site| last.get(&site.name).map(|last| *last.min(&now));
    let start = |site: &'c Site| Some((next_start(site, last(site), since)?, site));
    let chosen = configuration.chosen(names)?;
    let mut starts: Vec<(Timestamp, &Site)> = chosen.into_iter().filter_map(start).collect();
    starts.sort_by_key(|(start, _)| *start);
    if starts.is_empty() {
        let usage = "no site has a schedule: write `cron` or `every` under [schedule] in its file".to_owned();
        return Err(ConfigurationError::Usage(usage).into());
    }
    Ok(starts)
}

/// When the last crawl of each site began (what was broken off is due at once); nothing where there is no archive yet, or one that a crawl will bring up to date.
fn last_crawls(common: &Common, now: Timestamp) -> anyhow::Result<BTreeMap<String, Timestamp>> {
    if !common.data().join(FILE).exists() {
        return Ok(BTreeMap::new());
    }
    match Reader::open(common.data()) {
        Ok(reader) => Ok(reader.last_crawls(now)?),
        Err(ArchiveError::Older { .. } | ArchiveError::Empty { .. }) => Ok(BTreeMap::new()),
        Err(error) => Err(error.into()),
    }
}

/// What ends a wait.
struct Bell {
    caught: Caught,
    hangup: Signal,
}

impl Bell {
    fn new() -> std::io::Result<Self> {
        let caught = Caught::new()?;
        let hangup = caught.inside(|| signal(SignalKind::hangup()))?;
        Ok(Self { caught, hangup })
    }

    /// Waits until a moment; `Err` where SIGINT or SIGTERM came.
    fn wait(&mut self, until: Timestamp) -> Result<Woken, Exit> {
        let Self { caught, hangup } = self;
        // Anew each time: the system's clock may have been set, and a wait may begin after a long sleep of the machine.
        let clock = Clock::system();
        caught.unless_caught(async {
            tokio::select! {
                biased;
                _ = hangup.recv() => Woken::Reload,
                () = clock.sleep_until(until) => Woken::InTime,
            }
        })
    }
}
