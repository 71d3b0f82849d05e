//! `saseo schedule`: crawls at their times, until it is stopped.

mod units;

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::archive::{ArchiveError, FILE, Reader, Seeding};
use crate::cli::configuration::{Configuration, ConfigurationError};
use crate::cli::crawl::{Begin, ResumeArgs, run as crawl};
use crate::cli::exit::Exit;
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
    /// SIGINT or SIGTERM.
    Stopped(Exit),
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
    let (mut held_until, mut told) = (None, None);
    loop {
        match bell.wait(Duration::ZERO) {
            Woken::InTime => {}
            Woken::Stopped(exit) => return Ok(exit),
            Woken::Reload => configuration = reloaded(common, args, configuration),
        }
        let now = Clock::system().now();
        let starts = starts(common, &configuration, &args.sites, since)?;
        let due: Vec<&Site> = starts.iter().filter(|(start, _)| *start <= now).map(|(_, site)| *site).collect();
        let is_held = held_until.is_some_and(|until| now < until);
        if !due.is_empty() && !is_held {
            let begin = Begin { seeding: Seeding::Begin, backfill: None };
            match crawl(common, &configuration, &due, &ResumeArgs::default(), begin) {
                Ok(stopped @ (Exit::Interrupted | Exit::Terminated)) => return Ok(stopped),
                Ok(exit) if args.once => return Ok(exit),
                // What failed has been told, and is tried again with the next crawl.
                Ok(_) => held_until = None,
                Err(error) if is_held_by_another(&error) && !args.once => {
                    say::note(&format!("saseo: {error}; tried again in {} s", HELD_AGAIN.as_secs()));
                    held_until = Some(now + HELD_AGAIN);
                }
                Err(error) => return Err(error),
            }
            continue;
        }
        let next = starts.iter().min_by_key(|(start, _)| *start).expect("there is a site with a schedule");
        if args.once {
            common.voice().note(&format!("nothing is due; {} from {} on", next.1.name, next.0));
            return Ok(Exit::Done);
        }
        if told.as_ref() != Some(&(next.0, next.1.name.clone())) {
            common.voice().note(&format!("next: {} at {}", next.1.name, next.0));
            told = Some((next.0, next.1.name.clone()));
        }
        let until = held_until.unwrap_or(next.0).max(next.0);
        match bell.wait(until.since(now).min(GLANCE)) {
            Woken::InTime => {}
            Woken::Stopped(exit) => return Ok(exit),
            Woken::Reload => configuration = reloaded(common, args, configuration),
        }
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

/// When each site that has a schedule begins next.
fn starts<'c>(
    common: &Common,
    configuration: &'c Configuration,
    names: &[String],
    since: Timestamp,
) -> anyhow::Result<Vec<(Timestamp, &'c Site)>> {
    let (last, now) = (last_crawls(common)?, Clock::system().now());
    // A moment ahead is from a clock that was wrong once.
    let last = |site: &Site| last.get(&site.name).map(|last| *last.min(&now));
    let start = |site: &'c Site| Some((next_start(site, last(site), since)?, site));
    let chosen = configuration.chosen(names)?;
    let starts: Vec<(Timestamp, &Site)> = chosen.into_iter().filter_map(start).collect();
    if starts.is_empty() {
        let usage = "no site has a schedule: write `cron` or `every` under [schedule] in its file".to_owned();
        return Err(ConfigurationError::Usage(usage).into());
    }
    Ok(starts)
}

/// When the last crawl of each site began; nothing where there is no archive yet, or one that a crawl will bring up to date.
fn last_crawls(common: &Common) -> anyhow::Result<BTreeMap<String, Timestamp>> {
    if !common.data().join(FILE).exists() {
        return Ok(BTreeMap::new());
    }
    match Reader::open(common.data()) {
        Ok(reader) => Ok(reader.last_crawls()?),
        Err(ArchiveError::Older { .. } | ArchiveError::Empty { .. }) => Ok(BTreeMap::new()),
        Err(error) => Err(error.into()),
    }
}

/// What ends a wait. Signals that come between two waits are not lost.
struct Bell {
    runtime: Runtime,
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Bell {
    fn new() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let _inside = runtime.enter();
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let hangup = signal(SignalKind::hangup())?;
        drop(_inside);
        Ok(Self { runtime, interrupt, terminate, hangup })
    }

    fn wait(&mut self, span: Duration) -> Woken {
        let Self { runtime, interrupt, terminate, hangup } = self;
        runtime.block_on(async {
            tokio::select! {
                biased;
                _ = interrupt.recv() => Woken::Stopped(Exit::Interrupted),
                _ = terminate.recv() => Woken::Stopped(Exit::Terminated),
                _ = hangup.recv() => Woken::Reload,
                () = tokio::time::sleep(span) => Woken::InTime,
            }
        })
    }
}
